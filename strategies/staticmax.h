/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/staticmax.h: compare with the constant size of the reservation; guard pages within it.
 *
 * A memory with a declared maximum reserves just that. The check compares with the maximum, a value
 * in the instance that never changes, and the inaccessible pages between length and maximum do the
 * rest. So a small maximum costs little address space, and no copy is ever refreshed.
 * (JavaScriptCore Source/JavaScriptCore/wasm/js/JSWebAssemblyInstance.h, updateCachedMemory: the
 * bounds-checking size is the mapped capacity; SpiderMonkey without huge memory, js/src/wasm.)
 *
 * Memory order and synchronisation as guard: the value compared orders nothing.
 *
 *              | size                        | access                     | grow
 *   grow       | store of length, load of it | mprotect, page permissions | lock
 *
 * Admits A1 and A8, as guard.
 */
#ifndef TM_STRATEGIES_STATICMAX_H
#define TM_STRATEGIES_STATICMAX_H

#include "core/strategy.h"

struct tm_staticmax_memory {
  struct tm_length length;
};
struct tm_staticmax_view {
  uint8_t *base;
  uint64_t max_bytes; /* constant */
  struct tm_staticmax_memory *memory;
};
struct tm_staticmax_frame {
  uint8_t *base;
};

static inline void tm_staticmax_enter(struct tm_staticmax_view *v, struct tm_staticmax_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_staticmax_at(struct tm_staticmax_view *v, struct tm_staticmax_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_checked_at(f->base, v->max_bytes, ea, n, index);
}
static inline uint8_t *tm_staticmax_span(struct tm_staticmax_view *v, struct tm_staticmax_frame *f,
                                         uint64_t ea, uint64_t n, enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_length_publish. */
  return tm_checked_at(f->base, tm_load_acq(&v->memory->length.bytes), ea, n, index);
}
static inline uint64_t tm_staticmax_pages(struct tm_staticmax_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_staticmax_poll(struct tm_staticmax_view *v) { (void)v; }
static inline void tm_staticmax_sync(struct tm_staticmax_view *v, struct tm_staticmax_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(staticmax);

#endif
