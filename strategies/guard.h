/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/guard.h: inaccessible pages beyond the length, no check on an access.
 *
 * The reservation covers all that a 32-bit index and offset can reach; pages beyond the length are
 * PROT_NONE, so an access beyond it faults and the handler makes that a trap. memory.size reads one
 * shared atomic. Grow: lock, mprotect, store the length, unlock. (Wasmtime
 * crates/wasmtime/src/runtime/vm/memory/shared_memory.rs; SpiderMonkey; WasmKit.)
 * A 64-bit index is compared with the constant size of the reservation first.
 *
 * Memory order. A grow's pages are accessible before its length is stored, so whoever reads the
 * new length, or is ordered after that store, can access them (no A2, A4). Grows exclude each other
 * by the lock (no A5). The length is stored and read seq-cst (no A3).
 *
 *              | size                        | access                     | grow
 *   grow       | store of length, load of it | mprotect, page permissions | lock
 *
 * Admits A1 (an access between mprotect and the store sees the page, memory.size does not) and A8
 * (mprotect of many pages is visible page by page). Both are allowed.
 */
#ifndef TM_STRATEGIES_GUARD_H
#define TM_STRATEGIES_GUARD_H

#include "core/strategy.h"

struct tm_guard_memory {
  struct tm_length length;
};
struct tm_guard_view {
  uint8_t *base;
  struct tm_guard_memory *memory;
};
struct tm_guard_frame {
  uint8_t *base;
};

static inline void tm_guard_enter(struct tm_guard_view *v, struct tm_guard_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_guard_at(struct tm_guard_view *v, struct tm_guard_frame *f, uint64_t ea,
                                   uint64_t n, enum tm_index index) {
  if (index == TM_INDEX64 &&
      tm_unlikely(tm_beyond(ea, n, v->memory->length.region.reserved_bytes, index)))
    tm_trap(TM_TRAP_OUT_OF_BOUNDS);
  return f->base + ea;
}
static inline uint8_t *tm_guard_span(struct tm_guard_view *v, struct tm_guard_frame *f, uint64_t ea,
                                     uint64_t n, enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_length_publish. */
  uint64_t length = tm_load_acq(&v->memory->length.bytes);
  if (tm_unlikely(tm_beyond(ea, n, length, index))) tm_trap(TM_TRAP_OUT_OF_BOUNDS);
  return f->base + ea;
}
static inline uint64_t tm_guard_pages(struct tm_guard_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_guard_poll(struct tm_guard_view *v) { (void)v; }
static inline void tm_guard_sync(struct tm_guard_view *v, struct tm_guard_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(guard);

#endif
