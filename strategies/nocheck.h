/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/nocheck.h: no enforcement at all on a fully accessible reservation.
 *
 * The floor that every other strategy is priced against: an access is base + ea. A 32-bit index and
 * offset cannot leave the reservation; a 64-bit address is masked into it (one `and`, counted in
 * the floor), so that even this floor keeps the host safe. Accesses beyond the length succeed, so
 * it is no candidate. memory.size and grow are as in precommit.
 */
#ifndef TM_STRATEGIES_NOCHECK_H
#define TM_STRATEGIES_NOCHECK_H

#include "core/strategy.h"

struct tm_nocheck_memory {
  struct tm_region region;
  struct tm_atomic_u64 pages;
};
struct tm_nocheck_view {
  uint8_t *base;
  struct tm_nocheck_memory *memory;
  uint64_t mask64; /* a power of two minus one; base + (ea & mask64) + 16 is accessible */
};
struct tm_nocheck_frame {
  uint8_t *base;
};

static inline void tm_nocheck_enter(struct tm_nocheck_view *v, struct tm_nocheck_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_nocheck_at(struct tm_nocheck_view *v, struct tm_nocheck_frame *f,
                                     uint64_t ea, uint64_t n, enum tm_index index) {
  (void)n;
  return f->base + (index == TM_INDEX32 ? ea : ea & v->mask64);
}
/* Bulk operations are checked even here: an unchecked length would reach outside the reservation.
 */
static inline uint8_t *tm_nocheck_span(struct tm_nocheck_view *v, struct tm_nocheck_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the specification's unordered read of the length. */
  uint64_t length = tm_load_rlx(&v->memory->pages) * TM_PAGE_BYTES;
  if (tm_unlikely(tm_beyond(ea, n, length, index))) tm_trap(TM_TRAP_OUT_OF_BOUNDS);
  return f->base + ea;
}
static inline uint64_t tm_nocheck_pages(struct tm_nocheck_view *v) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_nocheck_grow, nocheck.c. */
  return tm_load_sc(&v->memory->pages);
}
static inline void tm_nocheck_poll(struct tm_nocheck_view *v) { (void)v; }
static inline void tm_nocheck_sync(struct tm_nocheck_view *v, struct tm_nocheck_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(nocheck);

#endif
