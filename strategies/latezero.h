/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/latezero.h: PLANTED FAULT: make accessible, publish, then zero the new pages.
 *
 * A runtime that recycles memory must zero it; this one does so after the length is published,
 * still under the lock. (The order of w2c2 w2c2/w2c2_base.h, wasmMemoryGrow, for memories that are
 * not shared, carried over to shared ones.) Otherwise as guard.
 *
 *              | size                        | access                     | grow
 *   grow       | store of length, load of it | mprotect, page permissions | lock
 *
 * Admits A6, forbidden: a peer reads the new size, stores into the new page and finds it wiped.
 */
#ifndef TM_STRATEGIES_LATEZERO_H
#define TM_STRATEGIES_LATEZERO_H

#include "core/strategy.h"

struct tm_latezero_memory {
  struct tm_length length;
};
struct tm_latezero_view {
  uint8_t *base;
  struct tm_latezero_memory *memory;
};
struct tm_latezero_frame {
  uint8_t *base;
};

static inline void tm_latezero_enter(struct tm_latezero_view *v, struct tm_latezero_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_latezero_at(struct tm_latezero_view *v, struct tm_latezero_frame *f,
                                      uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_guarded_at(&v->memory->length.region, f->base, ea, n, index);
}
static inline uint8_t *tm_latezero_span(struct tm_latezero_view *v, struct tm_latezero_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_length_publish. */
  return tm_checked_at(f->base, tm_load_acq(&v->memory->length.bytes), ea, n, index);
}
static inline uint64_t tm_latezero_pages(struct tm_latezero_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_latezero_poll(struct tm_latezero_view *v) { (void)v; }
static inline void tm_latezero_sync(struct tm_latezero_view *v, struct tm_latezero_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(latezero);

#endif
