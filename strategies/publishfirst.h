/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/publishfirst.h: publish the length, then open the pages; a fault in between waits.
 *
 * Grow, under the lock: get everything that can fail out of the way, publish the length, then open
 * the pages. An access below the published length that still faults waits in the handler for the
 * lock, by then the pages are open, and runs again. No check and no order on the hot path, and an
 * access never succeeds before its length is published. New here.
 *
 * Free of A10. Publishing before the mprotect is a promise, and an mprotect can fail: for lack of
 * commit charge (vm.overcommit_memory = 2), by RLIMIT_DATA, or when it must split a mapping
 * (vm.max_map_count). Charging first elsewhere does not help, the charge cannot be handed over. So
 * the pages are opened in an order that separates what can fail from what is visible:
 *   1. put guard markers (MADV_GUARD_INSTALL, Linux 6.13) into the page table of the new pages,
 *      which are still PROT_NONE: may fail, nothing to see;
 *   2. mprotect them: takes the charge, merges with the mapping before; may fail, and is undone
 *      unseen, since a marked page faults whatever its protection says;
 *   3. store the length;
 *   4. take the markers out (MADV_GUARD_REMOVE): a walk over entries that exist; needs no memory
 * and cannot fail. A failure in 1 or 2 leaves length, pages and copies as they were. Without guard
 * markers (Linux before 6.13) init fails with -EINVAL: a version that gives up after step 3 would
 * be `phantom` turned around (a size that was seen and taken back).
 *
 * Memory order. Length stored seq-cst before the pages open; an access ordered after a grow finds
 * open pages or, with the length below, the lock (no A2, A4).
 *
 *              | size                        | access                              | grow
 *   grow       | store of length, load of it | page permissions, or length and     | lock
 *              |                             | lock in the handler                 |
 *
 * A1: not shown by any test: the pages open after the length is stored, and the size is loaded after
 * the access, so the explorer finds none under sc, tso and c11 and x86 shows none. Not excluded on
 * paper where a later load may overtake the translation of an earlier access (a plain store on x86,
 * any plain access on Arm); the fence that seqlock has in memory.size would exclude it.
 * A8: not by any interleaving: every page below the length is reachable, if need be after a wait.
 * Under c11 an access that nothing orders may see one page open, another not yet, and an old length
 * in the handler. A10: the explorer lets every call fail and finds none under sc, tso and c11
 * (litmus phantom-page-access, phantom-page-size-load).
 */
#ifndef TM_STRATEGIES_PUBLISHFIRST_H
#define TM_STRATEGIES_PUBLISHFIRST_H

#include "core/strategy.h"

struct tm_publishfirst_memory {
  struct tm_length length;
};
struct tm_publishfirst_view {
  uint8_t *base;
  struct tm_publishfirst_memory *memory;
};
struct tm_publishfirst_frame {
  uint8_t *base;
};

static inline void tm_publishfirst_enter(struct tm_publishfirst_view *v,
                                         struct tm_publishfirst_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_publishfirst_at(struct tm_publishfirst_view *v,
                                          struct tm_publishfirst_frame *f, uint64_t ea, uint64_t n,
                                          enum tm_index index) {
  return tm_guarded_at(&v->memory->length.region, f->base, ea, n, index);
}
static inline uint8_t *tm_publishfirst_span(struct tm_publishfirst_view *v,
                                            struct tm_publishfirst_frame *f, uint64_t ea,
                                            uint64_t n, enum tm_index index) {
  /* Relaxed: a byte that is reached too early faults, and the handler waits for the lock. */
  return tm_checked_at(f->base, tm_load_rlx(&v->memory->length.bytes), ea, n, index);
}
static inline uint64_t tm_publishfirst_pages(struct tm_publishfirst_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_publishfirst_poll(struct tm_publishfirst_view *v) { (void)v; }
static inline void tm_publishfirst_sync(struct tm_publishfirst_view *v,
                                        struct tm_publishfirst_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(publishfirst);

#endif
