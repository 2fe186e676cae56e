/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/mapfixed.h: PLANTED FAULT: unlocked mmap(MAP_FIXED) over the new pages.
 *
 * Grow reads the length, maps fresh zero pages over the range that it thinks new, and stores the
 * new length; nothing excludes a second grower, whose mapping wipes what was written after the
 * first returned. (WasmEdge lib/system/allocator.cpp, Allocator::resize, called from
 * include/runtime/instance/memory.h, growPage, without a lock.) Otherwise as guard.
 *
 *              | size                        | access                | grow
 *   grow       | store of length, load of it | mmap, page permissions | nothing
 *
 * Admits A5 and A6, forbidden: grows return the same old length; a page is wiped after its grow
 * returned.
 */
#ifndef TM_STRATEGIES_MAPFIXED_H
#define TM_STRATEGIES_MAPFIXED_H

#include "core/strategy.h"

struct tm_mapfixed_memory {
  struct tm_region region;
  struct tm_atomic_u64 bytes; /* the length */
};
struct tm_mapfixed_view {
  uint8_t *base;
  struct tm_mapfixed_memory *memory;
};
struct tm_mapfixed_frame {
  uint8_t *base;
};

static inline void tm_mapfixed_enter(struct tm_mapfixed_view *v, struct tm_mapfixed_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_mapfixed_at(struct tm_mapfixed_view *v, struct tm_mapfixed_frame *f,
                                      uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_guarded_at(&v->memory->region, f->base, ea, n, index);
}
static inline uint8_t *tm_mapfixed_span(struct tm_mapfixed_view *v, struct tm_mapfixed_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_mapfixed_grow, mapfixed.c. */
  return tm_checked_at(f->base, tm_load_acq(&v->memory->bytes), ea, n, index);
}
static inline uint64_t tm_mapfixed_pages(struct tm_mapfixed_view *v) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_mapfixed_grow, mapfixed.c. */
  return tm_load_sc(&v->memory->bytes) / TM_PAGE_BYTES;
}
static inline void tm_mapfixed_poll(struct tm_mapfixed_view *v) { (void)v; }
static inline void tm_mapfixed_sync(struct tm_mapfixed_view *v, struct tm_mapfixed_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(mapfixed);

#endif
