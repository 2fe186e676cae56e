/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/copysize.h: PLANTED FAULT: memory.size answered from the per-instance copy.
 *
 * slowpath, but memory.size reads the copy in the instance, which is refreshed only by its own grow
 * or by a failing check. (V8 up to 14 reads the size from the instance; see interrupt.)
 *
 *              | size                 | access                                | grow
 *   grow       | nothing              | store of length, load in the refresh  | lock
 *
 * Admits A3, forbidden: a size ordered after a grow is stale, without bound.
 */
#ifndef TM_STRATEGIES_COPYSIZE_H
#define TM_STRATEGIES_COPYSIZE_H

#include "core/strategy.h"

struct tm_copysize_memory {
  struct tm_length length;
};
struct tm_copysize_view {
  uint8_t *base;
  struct tm_atomic_u64 bytes; /* the copy */
  struct tm_copysize_memory *memory;
};
struct tm_copysize_frame {
  uint8_t *base;
};

/* Refresh the copy; return if [ea, ea+n) is within it, else trap. */
void tm_copysize_refresh(struct tm_copysize_view *v, uint64_t ea, uint64_t n)
    __attribute__((cold, noinline));

static inline void tm_copysize_enter(struct tm_copysize_view *v, struct tm_copysize_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_copysize_at(struct tm_copysize_view *v, struct tm_copysize_frame *f,
                                      uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the copy is checked again in the slow path. */
  if (tm_unlikely(tm_beyond(ea, n, tm_load_rlx(&v->bytes), index))) tm_copysize_refresh(v, ea, n);
  return f->base + ea;
}
static inline uint8_t *tm_copysize_span(struct tm_copysize_view *v, struct tm_copysize_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_copysize_at(v, f, ea, n, index);
}
static inline uint64_t tm_copysize_pages(struct tm_copysize_view *v) {
  /* Relaxed: the fault is to look here at all. */
  return tm_load_rlx(&v->bytes) / TM_PAGE_BYTES;
}
static inline void tm_copysize_poll(struct tm_copysize_view *v) { (void)v; }
static inline void tm_copysize_sync(struct tm_copysize_view *v, struct tm_copysize_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(copysize);

#endif
