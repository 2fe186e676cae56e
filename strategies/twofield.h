/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/twofield.h: PLANTED FAULT: pages and bytes published one after the other.
 *
 * The length is kept twice, in pages for memory.size and in bytes for the checks, and grow stores
 * the pages first. Between the two stores a size is new and a check is old. (WAMR
 * core/iwasm/common/wasm_memory.c, cur_page_count and memory_data_size; w2c2 w2c2/w2c2_base.h and
 * WABT wasm2c/wasm-rt-mem-impl-helper.inc, pages and size.) Otherwise as atomicptr.
 *
 *              | size                       | access                       | grow
 *   grow       | store of pages, load of it | store of bytes, check        | lock
 *
 * Admits A4, forbidden: memory.size returned the new length, then an access below it traps.
 */
#ifndef TM_STRATEGIES_TWOFIELD_H
#define TM_STRATEGIES_TWOFIELD_H

#include "core/strategy.h"

struct tm_twofield_memory {
  struct tm_length length;    /* its bytes are what the checks read */
  struct tm_atomic_u64 pages; /* what memory.size reads; stored under the lock */
};
struct tm_twofield_view {
  uint8_t *base;
  struct tm_twofield_memory *memory;
};
struct tm_twofield_frame {
  uint8_t *base;
};

static inline void tm_twofield_enter(struct tm_twofield_view *v, struct tm_twofield_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_twofield_at(struct tm_twofield_view *v, struct tm_twofield_frame *f,
                                      uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the specification's unordered read of the length. */
  return tm_checked_at(f->base, tm_load_rlx(&v->memory->length.bytes), ea, n, index);
}
static inline uint8_t *tm_twofield_span(struct tm_twofield_view *v, struct tm_twofield_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_twofield_at(v, f, ea, n, index);
}
static inline uint64_t tm_twofield_pages(struct tm_twofield_view *v) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_twofield_grow, twofield.c. */
  return tm_load_sc(&v->memory->pages);
}
static inline void tm_twofield_poll(struct tm_twofield_view *v) { (void)v; }
static inline void tm_twofield_sync(struct tm_twofield_view *v, struct tm_twofield_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(twofield);

#endif
