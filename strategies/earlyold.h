/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/earlyold.h: PLANTED FAULT: old and new length computed before the lock is taken.
 *
 * Grow reads the length, computes the new one, then takes the lock and stores it. Two growers
 * compute from the same length; the later store overwrites the earlier. (w2c2 w2c2/w2c2_base.h,
 * wasmMemoryGrow.) Otherwise as atomicptr.
 *
 *              | size                        | access                 | grow
 *   grow       | store of length, load of it | store of length, check | nothing: read before the
 * lock
 *
 * Admits A5, forbidden: two grows return the same old length and one is lost.
 */
#ifndef TM_STRATEGIES_EARLYOLD_H
#define TM_STRATEGIES_EARLYOLD_H

#include "core/strategy.h"

struct tm_earlyold_memory {
  struct tm_length length;
};
struct tm_earlyold_view {
  uint8_t *base;
  struct tm_earlyold_memory *memory;
};
struct tm_earlyold_frame {
  uint8_t *base;
};

static inline void tm_earlyold_enter(struct tm_earlyold_view *v, struct tm_earlyold_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_earlyold_at(struct tm_earlyold_view *v, struct tm_earlyold_frame *f,
                                      uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the specification's unordered read of the length. */
  return tm_checked_at(f->base, tm_load_rlx(&v->memory->length.bytes), ea, n, index);
}
static inline uint8_t *tm_earlyold_span(struct tm_earlyold_view *v, struct tm_earlyold_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_earlyold_at(v, f, ea, n, index);
}
static inline uint64_t tm_earlyold_pages(struct tm_earlyold_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_earlyold_poll(struct tm_earlyold_view *v) { (void)v; }
static inline void tm_earlyold_sync(struct tm_earlyold_view *v, struct tm_earlyold_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(earlyold);

#endif
