/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/uffd.h: as faultcommit, through userfaultfd: the faulting thread fills its own page.
 *
 * The whole reservation is readable and writable, and registered with a userfaultfd in its SIGBUS
 * mode: touching a page that is absent raises SIGBUS in the toucher. The handler, finding the
 * address below the published length, fills the page with zeros through the descriptor and lets the
 * access run again. No mapping is ever split and the kernel's memory-map lock is only ever read.
 * (wasmbounds, "userfaultfd" strategy; userfaultfd(2), UFFD_FEATURE_SIGBUS.)
 *
 * Memory order, synchronisation, A1 and A8: as faultcommit, with the filling of a page in place of
 * its mprotect.
 *
 *              | size                          | access                         | grow
 *   grow       | update of length, load of it  | update of length, load in the  | update of length
 *              |                               | handler, filling of the page   |
 *
 * Two threads that touch one page both fill it; the second finds it there and retries. System calls
 * that are given an absent page fail with EFAULT, so hosts touch pages first (tm_linear_at).
 *
 * Pages beyond the length are absent, and a page that is there can be reached: no pool can keep them
 * resident beforehand, and litmus runs with --resident refuse.
 *
 * Failure. Grow cannot fail below the maximum. Filling fails only when the machine is out of
 * memory; then the access traps (A2 or A4, as with faultcommit). init fails with -EPERM or -ENOSYS where userfaultfd is refused.
 */
#ifndef TM_STRATEGIES_UFFD_H
#define TM_STRATEGIES_UFFD_H

#include "core/strategy.h"

struct tm_uffd_memory {
  struct tm_region region;
  struct tm_atomic_u64 bytes; /* the length */
  int descriptor;             /* of the userfaultfd */
};
struct tm_uffd_view {
  uint8_t *base;
  struct tm_uffd_memory *memory;
};
struct tm_uffd_frame {
  uint8_t *base;
};

static inline void tm_uffd_enter(struct tm_uffd_view *v, struct tm_uffd_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_uffd_at(struct tm_uffd_view *v, struct tm_uffd_frame *f, uint64_t ea,
                                  uint64_t n, enum tm_index index) {
  return tm_guarded_at(&v->memory->region, f->base, ea, n, index);
}
static inline uint8_t *tm_uffd_span(struct tm_uffd_view *v, struct tm_uffd_frame *f, uint64_t ea,
                                    uint64_t n, enum tm_index index) {
  /* Relaxed: a byte that is reached too early faults, and the handler loads the length anew. */
  return tm_checked_at(f->base, tm_load_rlx(&v->memory->bytes), ea, n, index);
}
static inline uint64_t tm_uffd_pages(struct tm_uffd_view *v) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_uffd_grow, uffd.c. */
  return tm_load_sc(&v->memory->bytes) / TM_PAGE_BYTES;
}
static inline void tm_uffd_poll(struct tm_uffd_view *v) { (void)v; }
static inline void tm_uffd_sync(struct tm_uffd_view *v, struct tm_uffd_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(uffd);

#endif
