/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/interruptack.h: as interrupt, but grow waits until every running instance has
 * acknowledged.
 *
 * Grow makes the pages accessible and asks every attached instance to take over the new length. An
 * instance that runs does so at its next poll; for one that does not run (it waits in the host, or
 * no thread is in it) the grower does it. When all have, the length is published and grow returns.
 * So a copy is written by the threads of its own instance alone while they run. (The repair of
 * interrupt: a handshake, as engines use for safepoints.)
 *
 * Memory order. As push: every copy is new before the length is, so whoever reads the new length,
 * or is ordered after the grow, has a new copy (no A2, A3, A4). memory.size reads the one length.
 *
 *              | size                        | access                          | grow
 *   grow       | store of length, load of it | request, copy, acknowledgement  | lock
 *   poll       | -                           | store of the copy, check        | request,
 * acknowledgement unpark     | -                           | before the instance runs        |
 * runners, request (seq-cst) attach     | -                           | before the instance runs |
 * lock
 *
 * Admits A1: an access between its acknowledgement and the store of the length. A peer that runs
 * and does not poll stalls every grow; one that blocks in the host must be parked meanwhile.
 */
#ifndef TM_STRATEGIES_INTERRUPTACK_H
#define TM_STRATEGIES_INTERRUPTACK_H

#include "core/link.h"
#include "core/running.h"
#include "core/strategy.h"

struct tm_interruptack_memory {
  struct tm_length length;
  struct tm_running running;
  struct tm_link views;        /* the attached ones; under the lock */
  struct tm_atomic_u64 target; /* the length that is being asked for; stored under the lock */
  uint32_t request;            /* number of the last request, never 0; under the lock */
};
struct tm_interruptack_view {
  uint8_t *base;
  struct tm_atomic_u64 bytes;   /* the copy */
  struct tm_atomic_u32 asked;   /* number of the request to take over the target; 0 when done */
  struct tm_atomic_u32 runners; /* threads that run with this view */
  struct tm_interruptack_memory *memory;
  struct tm_link link; /* in memory->views */
};
struct tm_interruptack_frame {
  uint8_t *base;
};

/* At a poll: take over the target and acknowledge, for this view and for the one that the thread
 * was unparked with. */
void tm_interruptack_answer(struct tm_interruptack_view *v) __attribute__((cold, noinline));

static inline void tm_interruptack_enter(struct tm_interruptack_view *v,
                                         struct tm_interruptack_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_interruptack_at(struct tm_interruptack_view *v,
                                          struct tm_interruptack_frame *f, uint64_t ea, uint64_t n,
                                          enum tm_index index) {
  /* Relaxed: the specification's unordered read of the length. */
  return tm_checked_at(f->base, tm_load_rlx(&v->bytes), ea, n, index);
}
static inline uint8_t *tm_interruptack_span(struct tm_interruptack_view *v,
                                            struct tm_interruptack_frame *f, uint64_t ea,
                                            uint64_t n, enum tm_index index) {
  return tm_interruptack_at(v, f, ea, n, index);
}
static inline uint64_t tm_interruptack_pages(struct tm_interruptack_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_interruptack_poll(struct tm_interruptack_view *v) {
  /* Relaxed: now or at the next poll; the grower waits. */
  if (tm_unlikely(tm_load_rlx(&v->asked))) tm_interruptack_answer(v);
}
static inline void tm_interruptack_sync(struct tm_interruptack_view *v,
                                        struct tm_interruptack_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(interruptack);

#endif
