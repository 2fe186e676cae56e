/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/constlen.h: compare every access against a constant.
 *
 * Prices the compare and branch of a check without the load of a length: the constant is the
 * largest memory there is (4 GiB, or 64 GiB for 64-bit indices). Accesses between the length and
 * that constant are not caught, so it is a floor and no candidate. Otherwise as nocheck.
 */
#ifndef TM_STRATEGIES_CONSTLEN_H
#define TM_STRATEGIES_CONSTLEN_H

#include "core/strategy.h"

#define TM_CONSTLEN_BYTES_32 (TM_MAX_PAGES_32 * TM_PAGE_BYTES)
#define TM_CONSTLEN_BYTES_64 (TM_MAX_PAGES_64 * TM_PAGE_BYTES)

struct tm_constlen_memory {
  struct tm_region region;
  struct tm_atomic_u64 pages;
};
struct tm_constlen_view {
  uint8_t *base;
  struct tm_constlen_memory *memory;
};
struct tm_constlen_frame {
  uint8_t *base;
};

static inline void tm_constlen_enter(struct tm_constlen_view *v, struct tm_constlen_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_constlen_at(struct tm_constlen_view *v, struct tm_constlen_frame *f,
                                      uint64_t ea, uint64_t n, enum tm_index index) {
  (void)v;
  uint64_t length = index == TM_INDEX32 ? TM_CONSTLEN_BYTES_32 : TM_CONSTLEN_BYTES_64;
  if (tm_unlikely(tm_beyond(ea, n, length, index))) tm_trap(TM_TRAP_OUT_OF_BOUNDS);
  return f->base + ea;
}
/* Bulk operations are checked against the length: they are not what this floor prices. */
static inline uint8_t *tm_constlen_span(struct tm_constlen_view *v, struct tm_constlen_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the specification's unordered read of the length. */
  uint64_t length = tm_load_rlx(&v->memory->pages) * TM_PAGE_BYTES;
  if (tm_unlikely(tm_beyond(ea, n, length, index))) tm_trap(TM_TRAP_OUT_OF_BOUNDS);
  return f->base + ea;
}
static inline uint64_t tm_constlen_pages(struct tm_constlen_view *v) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_constlen_grow, constlen.c. */
  return tm_load_sc(&v->memory->pages);
}
static inline void tm_constlen_poll(struct tm_constlen_view *v) { (void)v; }
static inline void tm_constlen_sync(struct tm_constlen_view *v, struct tm_constlen_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(constlen);

#endif
