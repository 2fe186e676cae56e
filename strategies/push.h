/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/push.h: per-instance copy; the grower stores the new length into every copy.
 *
 * Accesses compare with the copy in the instance. Grow, under a lock that attach and detach take
 * too: commit the pages, store the new length into every attached copy, then into the one atomic
 * length that memory.size reads. Grow costs one store per instance. (Wasmtime call of 2022-05-12,
 * "push to all copies"; JavaScriptCore pushes under a lock.)
 *
 * Memory order. Every copy is new before the length is: whoever reads the new length, or is ordered
 * after the grow, has a new copy (no A2, A4). Were memory.size answered from the copies, two
 * instances could disagree about the order of a grow and a flag (litmus iriw-size, forbidden).
 *
 *              | size                        | access                             | grow
 *   grow       | store of length, load of it | store of the copy, check           | lock
 *   attach     | -                           | before the instance runs           | lock
 *
 * Admits A1: an access that runs between the store into its copy and the store of the length.
 */
#ifndef TM_STRATEGIES_PUSH_H
#define TM_STRATEGIES_PUSH_H

#include "core/link.h"
#include "core/strategy.h"

struct tm_push_memory {
  struct tm_length length;
  struct tm_link views; /* the attached ones; under the lock */
};
struct tm_push_view {
  uint8_t *base;
  struct tm_atomic_u64 bytes; /* the copy; written by growers under the lock */
  struct tm_push_memory *memory;
  struct tm_link link; /* in memory->views */
};
struct tm_push_frame {
  uint8_t *base;
};

static inline void tm_push_enter(struct tm_push_view *v, struct tm_push_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_push_at(struct tm_push_view *v, struct tm_push_frame *f, uint64_t ea,
                                  uint64_t n, enum tm_index index) {
  /* Relaxed: the specification's unordered read of the length. An access that overtakes it and
   * faults below the length is tried again. */
  if (tm_unlikely(tm_beyond(ea, n, tm_load_rlx(&v->bytes), index))) tm_trap(TM_TRAP_OUT_OF_BOUNDS);
  return f->base + ea;
}
static inline uint8_t *tm_push_span(struct tm_push_view *v, struct tm_push_frame *f, uint64_t ea,
                                    uint64_t n, enum tm_index index) {
  return tm_push_at(v, f, ea, n, index);
}
static inline uint64_t tm_push_pages(struct tm_push_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_push_poll(struct tm_push_view *v) { (void)v; }
static inline void tm_push_sync(struct tm_push_view *v, struct tm_push_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(push);

#endif
