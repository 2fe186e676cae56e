/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/stopworld.h: stop every thread that runs, change everything, resume.
 *
 * Grow raises a flag; every thread that runs guest code with the memory stops at its next poll;
 * then base and length of every instance change, and all resume. The only strategy that may move
 * the base without any order on the access, and the only one whose grow is atomic for everyone: a
 * grow by many pages appears at once, size and accesses with it. (toywasm lib/suspend.c,
 * called from lib/exec_insn_subr.c when a shared memory grows.)
 *
 * The memory reserves twice what it needs and moves when it outgrows that. Its pages lie in a file
 * in memory, so moving is another mapping of the same pages and copies nothing. Old mappings are
 * kept until fini (together not more than the last one): the host may be in a system call with an
 * address in one of them.
 *
 * Memory order. A thread passes the lock of tm_running when it stops and when it resumes; between
 * the two the grower writes. So base and length need no order of their own.
 *
 *              | size                  | access                | grow
 *   grow       | stop, go              | stop, go              | lock
 *   attach     | -                     | before it runs        | lock
 *
 * A1 to A10 cannot occur. A thread that runs and does not poll stalls every grow and with it every
 * thread that has stopped; one that blocks in the host must be parked.
 */
#ifndef TM_STRATEGIES_STOPWORLD_H
#define TM_STRATEGIES_STOPWORLD_H

#include "core/link.h"
#include "core/running.h"
#include "core/strategy.h"

/* The reservation doubles with each move: from one page to our largest memory. */
#define TM_STOPWORLD_MOVES 21

struct tm_stopworld_memory {
  struct tm_region region;    /* of now; changes while the threads are stopped */
  struct tm_atomic_u64 bytes; /* the length; stored while the threads are stopped */
  struct tm_lock lock;
  struct tm_running running;
  struct tm_link views;                      /* the attached ones; under the lock */
  int file;                                  /* that the pages lie in */
  struct tm_region olds[TM_STOPWORLD_MOVES]; /* mappings that were left; under the lock */
  unsigned moves;
};
struct tm_stopworld_view {
  uint8_t *base;              /* changes while the threads are stopped */
  struct tm_atomic_u64 bytes; /* the copy; likewise */
  struct tm_stopworld_memory *memory;
  struct tm_link link; /* in memory->views */
};
struct tm_stopworld_frame {
  char unused; /* nothing outlives a poll */
};

/* Stop here until the grower is done. */
void tm_stopworld_halt(struct tm_stopworld_view *v) __attribute__((cold, noinline));

static inline void tm_stopworld_enter(struct tm_stopworld_view *v, struct tm_stopworld_frame *f) {
  (void)v, (void)f;
}
static inline uint8_t *tm_stopworld_at(struct tm_stopworld_view *v, struct tm_stopworld_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  (void)f;
  /* Relaxed: changes only while this thread is stopped. */
  return tm_checked_at(v->base, tm_load_rlx(&v->bytes), ea, n, index);
}
static inline uint8_t *tm_stopworld_span(struct tm_stopworld_view *v, struct tm_stopworld_frame *f,
                                         uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_stopworld_at(v, f, ea, n, index);
}
static inline uint64_t tm_stopworld_pages(struct tm_stopworld_view *v) {
  /* ORDER (kept): seq-cst, as memory.size. Guests stop for a grow, which orders them; kept for
   * hosts that do not. PAIRS: tm_stopworld_grow, stopworld.c. */
  return tm_load_sc(&v->memory->bytes) / TM_PAGE_BYTES;
}
static inline void tm_stopworld_poll(struct tm_stopworld_view *v) {
  if (tm_unlikely(tm_running_wanted(&v->memory->running))) tm_stopworld_halt(v);
}
static inline void tm_stopworld_sync(struct tm_stopworld_view *v, struct tm_stopworld_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(stopworld);

#endif
