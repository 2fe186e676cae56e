/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/precommit.h: everything up to the maximum is accessible from the start.
 *
 * Guard pages are useless then, so checks load the one atomic length; grow is one atomic update and
 * no system call. The cheapest grow there is; the address space of the maximum is charged at once
 * where the system charges it. (wazero internal/wasm/memory.go; w2c2 with a lock.)
 *
 * Memory order. Pages are always accessible and zero, so the length orders nothing but itself: one
 * location, read-modify-writes in grow, seq-cst reads in size, relaxed reads in checks. Coherence
 * of that one location excludes A1 to A5.
 *
 *              | size                        | access                       | grow
 *   grow       | update of length, load      | update of length, check      | update of length
 */
#ifndef TM_STRATEGIES_PRECOMMIT_H
#define TM_STRATEGIES_PRECOMMIT_H

#include "core/strategy.h"

struct tm_precommit_memory {
  struct tm_region region;
  struct tm_atomic_u64 bytes; /* the length */
};
struct tm_precommit_view {
  uint8_t *base;
  struct tm_precommit_memory *memory;
};
struct tm_precommit_frame {
  uint8_t *base;
};

static inline void tm_precommit_enter(struct tm_precommit_view *v, struct tm_precommit_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_precommit_at(struct tm_precommit_view *v, struct tm_precommit_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the specification's unordered read of the length; the pages are accessible anyway. */
  uint64_t length = tm_load_rlx(&v->memory->bytes);
  if (tm_unlikely(tm_beyond(ea, n, length, index))) tm_trap(TM_TRAP_OUT_OF_BOUNDS);
  return f->base + ea;
}
static inline uint8_t *tm_precommit_span(struct tm_precommit_view *v, struct tm_precommit_frame *f,
                                         uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_precommit_at(v, f, ea, n, index);
}
static inline uint64_t tm_precommit_pages(struct tm_precommit_view *v) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_precommit_grow, precommit.c. */
  return tm_load_sc(&v->memory->bytes) / TM_PAGE_BYTES;
}
static inline void tm_precommit_poll(struct tm_precommit_view *v) { (void)v; }
static inline void tm_precommit_sync(struct tm_precommit_view *v, struct tm_precommit_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(precommit);

#endif
