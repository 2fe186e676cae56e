/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/outsideold.h: PLANTED FAULT: the old length that grow returns is read outside the
 * lock.
 *
 * The grow itself is right, but the length that it returns was read before. (WAMR
 * core/iwasm/interpreter/wasm_interp_fast.c, WASM_OP_MEMORY_GROW reads cur_page_count, then calls
 * wasm_enlarge_memory, which takes the lock.) Otherwise as guard.
 *
 *              | size                        | access                     | grow
 *   grow       | store of length, load of it | mprotect, page permissions | lock, but not for the
 * result
 *
 * Admits A5, forbidden: two grows return the same old length, so two allocators take one page. The
 * length itself comes out right.
 */
#ifndef TM_STRATEGIES_OUTSIDEOLD_H
#define TM_STRATEGIES_OUTSIDEOLD_H

#include "core/strategy.h"

struct tm_outsideold_memory {
  struct tm_length length;
};
struct tm_outsideold_view {
  uint8_t *base;
  struct tm_outsideold_memory *memory;
};
struct tm_outsideold_frame {
  uint8_t *base;
};

static inline void tm_outsideold_enter(struct tm_outsideold_view *v,
                                       struct tm_outsideold_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_outsideold_at(struct tm_outsideold_view *v, struct tm_outsideold_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_guarded_at(&v->memory->length.region, f->base, ea, n, index);
}
static inline uint8_t *tm_outsideold_span(struct tm_outsideold_view *v,
                                          struct tm_outsideold_frame *f, uint64_t ea, uint64_t n,
                                          enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_length_publish. */
  return tm_checked_at(f->base, tm_load_acq(&v->memory->length.bytes), ea, n, index);
}
static inline uint64_t tm_outsideold_pages(struct tm_outsideold_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_outsideold_poll(struct tm_outsideold_view *v) { (void)v; }
static inline void tm_outsideold_sync(struct tm_outsideold_view *v, struct tm_outsideold_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(outsideold);

#endif
