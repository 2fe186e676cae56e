/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/unlocked.h: PLANTED FAULT: two growers without a lock.
 *
 * Grow loads the length, makes the pages accessible and stores the new length, and nothing excludes
 * a second grower in between. (The plain load and store that a memory has before it becomes
 * shared.) Otherwise as guard.
 *
 *              | size                        | access                     | grow
 *   grow       | store of length, load of it | mprotect, page permissions | nothing
 *
 * Admits A5, forbidden: two grows return the same old length and one is lost.
 */
#ifndef TM_STRATEGIES_UNLOCKED_H
#define TM_STRATEGIES_UNLOCKED_H

#include "core/strategy.h"

struct tm_unlocked_memory {
  struct tm_region region;
  struct tm_atomic_u64 bytes; /* the length */
};
struct tm_unlocked_view {
  uint8_t *base;
  struct tm_unlocked_memory *memory;
};
struct tm_unlocked_frame {
  uint8_t *base;
};

static inline void tm_unlocked_enter(struct tm_unlocked_view *v, struct tm_unlocked_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_unlocked_at(struct tm_unlocked_view *v, struct tm_unlocked_frame *f,
                                      uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_guarded_at(&v->memory->region, f->base, ea, n, index);
}
static inline uint8_t *tm_unlocked_span(struct tm_unlocked_view *v, struct tm_unlocked_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_unlocked_grow, unlocked.c. */
  return tm_checked_at(f->base, tm_load_acq(&v->memory->bytes), ea, n, index);
}
static inline uint64_t tm_unlocked_pages(struct tm_unlocked_view *v) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_unlocked_grow, unlocked.c. */
  return tm_load_sc(&v->memory->bytes) / TM_PAGE_BYTES;
}
static inline void tm_unlocked_poll(struct tm_unlocked_view *v) { (void)v; }
static inline void tm_unlocked_sync(struct tm_unlocked_view *v, struct tm_unlocked_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(unlocked);

#endif
