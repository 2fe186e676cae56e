/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/hoisted.h: PLANTED FAULT: the length is read once per function and never again.
 *
 * What a compiler makes of a plain, non-atomic length: loaded on function entry and kept, over
 * atomics, calls and the function's own grows. memory.size reads the one length.
 *
 *              | size                        | access         | grow
 *   grow       | store of length, load of it | next entry     | lock
 *
 * Admits A9, and with it A2 and A4, forbidden: an access ordered after a grow, or below a size that
 * was read, traps.
 */
#ifndef TM_STRATEGIES_HOISTED_H
#define TM_STRATEGIES_HOISTED_H

#include "core/strategy.h"

struct tm_hoisted_memory {
  struct tm_length length;
};
struct tm_hoisted_view {
  uint8_t *base;
  struct tm_hoisted_memory *memory;
};
struct tm_hoisted_frame {
  uint8_t *base;
  uint64_t bytes; /* the length on entry */
};

static inline void tm_hoisted_enter(struct tm_hoisted_view *v, struct tm_hoisted_frame *f) {
  f->base = v->base;
  f->bytes = tm_load_rlx(&v->memory->length.bytes); /* Relaxed: one look, whatever it sees. */
}
static inline uint8_t *tm_hoisted_at(struct tm_hoisted_view *v, struct tm_hoisted_frame *f,
                                     uint64_t ea, uint64_t n, enum tm_index index) {
  (void)v;
  return tm_checked_at(f->base, f->bytes, ea, n, index);
}
static inline uint8_t *tm_hoisted_span(struct tm_hoisted_view *v, struct tm_hoisted_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_hoisted_at(v, f, ea, n, index);
}
static inline uint64_t tm_hoisted_pages(struct tm_hoisted_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_hoisted_poll(struct tm_hoisted_view *v) { (void)v; }
static inline void tm_hoisted_sync(struct tm_hoisted_view *v, struct tm_hoisted_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(hoisted);

#endif
