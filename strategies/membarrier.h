/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/membarrier.h: per-instance plain copies; the grower issues one barrier for everyone.
 *
 * Grow makes the pages accessible, then asks the kernel for a barrier on every running thread
 * (membarrier, PRIVATE_EXPEDITED), then pushes the length into every copy and publishes it. Checks
 * read the copy without any order, and no fault needs a second look. New here; the device is
 * liburcu's memb flavour.
 *
 * Memory order. A check that reads the new copy does so after the barrier of its thread, since the
 * copy was stored after every barrier; so does the access behind it, which therefore finds the
 * pages accessible on any machine, and the fault handler may take every fault for real. The copies
 * are stored before the length (no A2, A4). memory.size stays an ordered load of the one length:
 * without order it may be overtaken by a later atomic load, and two instances can then disagree
 * about the order of a grow and a flag (litmus iriw-size, forbidden); on x86 the ordered load is a
 * plain one.
 *
 *              | size                        | access                             | grow
 *   grow       | store of length, load of it | membarrier, store of copy, check   | lock
 *   attach     | -                           | before the instance runs           | lock
 *
 * Admits A1 as push: an access between the store into its copy and the store of the length.
 */
#ifndef TM_STRATEGIES_MEMBARRIER_H
#define TM_STRATEGIES_MEMBARRIER_H

#include "core/link.h"
#include "core/strategy.h"

struct tm_membarrier_memory {
  struct tm_length length;
  struct tm_link views; /* the attached ones; under the lock */
};
struct tm_membarrier_view {
  uint8_t *base;
  struct tm_atomic_u64 bytes; /* the copy; stored by growers under the lock */
  struct tm_membarrier_memory *memory;
  struct tm_link link; /* in memory->views */
};
struct tm_membarrier_frame {
  uint8_t *base;
};

static inline void tm_membarrier_enter(struct tm_membarrier_view *v,
                                       struct tm_membarrier_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_membarrier_at(struct tm_membarrier_view *v, struct tm_membarrier_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the barrier in tm_membarrier_grow orders it. The compiler cannot move the access
   * before the check, since the check may trap. */
  return tm_checked_at(f->base, tm_load_rlx(&v->bytes), ea, n, index);
}
static inline uint8_t *tm_membarrier_span(struct tm_membarrier_view *v,
                                          struct tm_membarrier_frame *f, uint64_t ea, uint64_t n,
                                          enum tm_index index) {
  return tm_membarrier_at(v, f, ea, n, index);
}
static inline uint64_t tm_membarrier_pages(struct tm_membarrier_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_membarrier_poll(struct tm_membarrier_view *v) { (void)v; }
static inline void tm_membarrier_sync(struct tm_membarrier_view *v, struct tm_membarrier_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(membarrier);

#endif
