/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/casgrow.h: guard pages, and a grow without a lock.
 *
 * Grow: load the length, make the whole prefix up to the new length accessible, compare-and-swap
 * the length, start over when another grower was faster. The mprotect covers the prefix, so that it
 * is idempotent and whoever wins has every page below its new length accessible. (V8
 * src/objects/backing-store.cc, BackingStore::GrowWasmMemoryInPlace. V8 returns early for delta 0;
 * here that is a compare-and-swap like any other, see growzero.)
 *
 * Memory order. The mprotect before the compare-and-swap, which is seq-cst: whoever reads the new
 * length can access its pages (no A2, A3, A4). One location and read-modify-writes: no two grows
 * return the same length (no A5).
 *
 *              | size                         | access                     | grow
 *   grow       | swap of length, load of it   | mprotect, page permissions | compare-and-swap of
 * length
 *
 * Admits A1 and A8 as guard. Admits A10, which is forbidden: a grower that has made its pages
 * accessible loses the swap to a smaller grow, starts over, finds that its delta no longer fits
 * and returns -1; its pages stay accessible beyond the length, for good. They cannot be taken back
 * without a lock, since another grower may be about to publish them. And admits, forbidden: an access
 * to a new page works, then grow(0) swaps the old length for itself, between the mprotect and the
 * swap of a peer (litmus grow0-after-access): the lock is what orders the two in guard. So as V8
 * ships it, it is not sound (tests/strategies/races.c, litmus phantom-page-loser).
 */
#ifndef TM_STRATEGIES_CASGROW_H
#define TM_STRATEGIES_CASGROW_H

#include "core/strategy.h"

struct tm_casgrow_memory {
  struct tm_region region;
  struct tm_atomic_u64 bytes; /* the length */
};
struct tm_casgrow_view {
  uint8_t *base;
  struct tm_casgrow_memory *memory;
};
struct tm_casgrow_frame {
  uint8_t *base;
};

static inline void tm_casgrow_enter(struct tm_casgrow_view *v, struct tm_casgrow_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_casgrow_at(struct tm_casgrow_view *v, struct tm_casgrow_frame *f,
                                     uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_guarded_at(&v->memory->region, f->base, ea, n, index);
}
static inline uint8_t *tm_casgrow_span(struct tm_casgrow_view *v, struct tm_casgrow_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_casgrow_grow, casgrow.c. */
  return tm_checked_at(f->base, tm_load_acq(&v->memory->bytes), ea, n, index);
}
static inline uint64_t tm_casgrow_pages(struct tm_casgrow_view *v) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_casgrow_grow, casgrow.c. */
  return tm_load_sc(&v->memory->bytes) / TM_PAGE_BYTES;
}
static inline void tm_casgrow_poll(struct tm_casgrow_view *v) { (void)v; }
static inline void tm_casgrow_sync(struct tm_casgrow_view *v, struct tm_casgrow_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(casgrow);

#endif
