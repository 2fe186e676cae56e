/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/phantom.h: PLANTED FAULT: make accessible first, then find that the grow must fail.
 *
 * The maximum is looked at after the mprotect; a grow beyond it rolls back and returns -1, but its
 * page could be touched meanwhile. Otherwise as guard.
 *
 *              | size                        | access                     | grow
 *   grow       | store of length, load of it | mprotect, page permissions | lock
 *
 * Admits A10, forbidden: a grow returned -1, and yet an access beyond the length succeeded.
 */
#ifndef TM_STRATEGIES_PHANTOM_H
#define TM_STRATEGIES_PHANTOM_H

#include "core/strategy.h"

struct tm_phantom_memory {
  struct tm_length length;
};
struct tm_phantom_view {
  uint8_t *base;
  struct tm_phantom_memory *memory;
};
struct tm_phantom_frame {
  uint8_t *base;
};

static inline void tm_phantom_enter(struct tm_phantom_view *v, struct tm_phantom_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_phantom_at(struct tm_phantom_view *v, struct tm_phantom_frame *f,
                                     uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_guarded_at(&v->memory->length.region, f->base, ea, n, index);
}
static inline uint8_t *tm_phantom_span(struct tm_phantom_view *v, struct tm_phantom_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_length_publish. */
  return tm_checked_at(f->base, tm_load_acq(&v->memory->length.bytes), ea, n, index);
}
static inline uint64_t tm_phantom_pages(struct tm_phantom_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_phantom_poll(struct tm_phantom_view *v) { (void)v; }
static inline void tm_phantom_sync(struct tm_phantom_view *v, struct tm_phantom_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(phantom);

#endif
