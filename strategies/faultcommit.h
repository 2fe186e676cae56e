/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/faultcommit.h: grow only publishes the length; a fault below it makes the page
 * accessible.
 *
 * Accesses are not compared; every page starts inaccessible. The first touch of a page faults, and
 * the handler, finding the address below the published length, makes that page accessible and lets
 * the access run again. So grow is one atomic update: no system call, no writer of the kernel's
 * memory-map lock while others fault pages in. Each page pays one signal instead.
 *
 * Memory order. Grow is a seq-cst read-modify-write of the length (no A3, A5). The handler loads it
 * with acquire in the faulting thread, so an access ordered after a grow, or after a size, is
 * retried (no A2, A4).
 *
 *              | size                          | access                         | grow
 *   grow       | update of length, load of it  | update of length, load in the  | update of length
 *              |                               | handler, page permissions      |
 *
 * A1: not shown by any test: the page was made accessible by a thread that had read the new length,
 * which therefore was stored before this access, and the size is loaded later. So the explorer finds
 * none under sc, tso and c11, for loads, stores and atomics (tests/strategies/anomalies.c), and x86
 * shows none. Not excluded on paper: an access to a page that another thread has just opened may be
 * overtaken by the load of the length, a load on Arm, a store whose translation is late on x86 too.
 * Admits no A8 beyond that of the length itself: every page below it can be touched at once.
 *
 * Failure. Grow cannot fail below the maximum. The mprotect in the handler can, when the kernel has
 * no memory for another mapping: single pages opened here and there count against
 * vm.max_map_count. Then the handler opens the whole prefix below the length, which needs one
 * mapping at most; if even that fails the access traps. That is the place where memory that was
 * promised is found missing, as with any overcommitted memory; a program sees A2 or A4 then
 * (explored with calls that fail, tests/strategies/anomalies.c).
 */
#ifndef TM_STRATEGIES_FAULTCOMMIT_H
#define TM_STRATEGIES_FAULTCOMMIT_H

#include "core/strategy.h"

struct tm_faultcommit_memory {
  struct tm_region region;
  struct tm_atomic_u64 bytes; /* the length */
};
struct tm_faultcommit_view {
  uint8_t *base;
  struct tm_faultcommit_memory *memory;
};
struct tm_faultcommit_frame {
  uint8_t *base;
};

static inline void tm_faultcommit_enter(struct tm_faultcommit_view *v,
                                        struct tm_faultcommit_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_faultcommit_at(struct tm_faultcommit_view *v,
                                         struct tm_faultcommit_frame *f, uint64_t ea, uint64_t n,
                                         enum tm_index index) {
  return tm_guarded_at(&v->memory->region, f->base, ea, n, index);
}
static inline uint8_t *tm_faultcommit_span(struct tm_faultcommit_view *v,
                                           struct tm_faultcommit_frame *f, uint64_t ea, uint64_t n,
                                           enum tm_index index) {
  /* Relaxed: a byte that is reached too early faults, and the handler loads the length anew. */
  return tm_checked_at(f->base, tm_load_rlx(&v->memory->bytes), ea, n, index);
}
static inline uint64_t tm_faultcommit_pages(struct tm_faultcommit_view *v) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_faultcommit_grow, faultcommit.c. */
  return tm_load_sc(&v->memory->bytes) / TM_PAGE_BYTES;
}
static inline void tm_faultcommit_poll(struct tm_faultcommit_view *v) { (void)v; }
static inline void tm_faultcommit_sync(struct tm_faultcommit_view *v,
                                       struct tm_faultcommit_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(faultcommit);

#endif
