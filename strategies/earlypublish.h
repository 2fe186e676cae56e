/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/earlypublish.h: PLANTED FAULT: publish the length, then make the pages accessible.
 *
 * guard with the two steps of its grow exchanged, and no second look in the handler: what
 * publishfirst would be without its waiting handler. When the mprotect fails, the length that was
 * seen is taken back.
 *
 *              | size                        | access                     | grow
 *   grow       | store of length, load of it | mprotect, page permissions | lock
 *
 * Admits A4, forbidden: memory.size returned the new length, then an access below it traps. Admits
 * A10 when the mprotect fails.
 */
#ifndef TM_STRATEGIES_EARLYPUBLISH_H
#define TM_STRATEGIES_EARLYPUBLISH_H

#include "core/strategy.h"

struct tm_earlypublish_memory {
  struct tm_length length;
};
struct tm_earlypublish_view {
  uint8_t *base;
  struct tm_earlypublish_memory *memory;
};
struct tm_earlypublish_frame {
  uint8_t *base;
};

static inline void tm_earlypublish_enter(struct tm_earlypublish_view *v,
                                         struct tm_earlypublish_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_earlypublish_at(struct tm_earlypublish_view *v,
                                          struct tm_earlypublish_frame *f, uint64_t ea, uint64_t n,
                                          enum tm_index index) {
  return tm_guarded_at(&v->memory->length.region, f->base, ea, n, index);
}
static inline uint8_t *tm_earlypublish_span(struct tm_earlypublish_view *v,
                                            struct tm_earlypublish_frame *f, uint64_t ea,
                                            uint64_t n, enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_length_publish. */
  return tm_checked_at(f->base, tm_load_acq(&v->memory->length.bytes), ea, n, index);
}
static inline uint64_t tm_earlypublish_pages(struct tm_earlypublish_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_earlypublish_poll(struct tm_earlypublish_view *v) { (void)v; }
static inline void tm_earlypublish_sync(struct tm_earlypublish_view *v,
                                        struct tm_earlypublish_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(earlypublish);

#endif
