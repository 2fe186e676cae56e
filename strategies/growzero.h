/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/growzero.h: PLANTED FAULT: grow(0) short-circuited to a read of the length.
 *
 * guard, but a grow by zero pages returns the length without passing the lock and without storing.
 * It looks harmless, and V8 does it (src/objects/backing-store.cc, GrowWasmMemoryInPlace returns
 * early for delta 0). But memory.grow is a read-modify-write of the length also for delta 0, and
 * what is allowed of memory.size, A1, is forbidden of it.
 *
 *              | size                        | access                     | grow      | grow(0)
 *   grow       | store of length, load of it | mprotect, page permissions | lock      | load
 *
 * Admits, forbidden: an access to a new page succeeds and grow(0) then returns the old length
 * (litmus grow0-after-access).
 */
#ifndef TM_STRATEGIES_GROWZERO_H
#define TM_STRATEGIES_GROWZERO_H

#include "core/strategy.h"

struct tm_growzero_memory {
  struct tm_length length;
};
struct tm_growzero_view {
  uint8_t *base;
  struct tm_growzero_memory *memory;
};
struct tm_growzero_frame {
  uint8_t *base;
};

static inline void tm_growzero_enter(struct tm_growzero_view *v, struct tm_growzero_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_growzero_at(struct tm_growzero_view *v, struct tm_growzero_frame *f,
                                      uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_guarded_at(&v->memory->length.region, f->base, ea, n, index);
}
static inline uint8_t *tm_growzero_span(struct tm_growzero_view *v, struct tm_growzero_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_length_publish. */
  return tm_checked_at(f->base, tm_load_acq(&v->memory->length.bytes), ea, n, index);
}
static inline uint64_t tm_growzero_pages(struct tm_growzero_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_growzero_poll(struct tm_growzero_view *v) { (void)v; }
static inline void tm_growzero_sync(struct tm_growzero_view *v, struct tm_growzero_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(growzero);

#endif
