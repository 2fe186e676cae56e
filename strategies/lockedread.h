/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/lockedread.h: a lock around every read of the length.
 *
 * Each check and each memory.size takes the lock that growers take, reads the length and drops it.
 * The correct, slow end of the scale. (WAMR core/iwasm/common/wasm_memory.h,
 * GET_LINEAR_MEMORY_SIZE on targets without 64-bit atomics.)
 *
 * Memory order. Everything is ordered by the one lock; the length needs no atomic of its own and is
 * one only because every strategy keeps it in the same structure. Two threads that both pass the lock
 * are ordered with all that came before in the first, so litmus sb-grow needs no more.
 *
 *              | size  | access                 | grow
 *   grow       | lock  | lock, then the check   | lock
 *
 * A1 cannot occur: accesses and sizes read one location under one lock. Admits none.
 */
#ifndef TM_STRATEGIES_LOCKEDREAD_H
#define TM_STRATEGIES_LOCKEDREAD_H

#include "core/strategy.h"

struct tm_lockedread_memory {
  struct tm_length length;
};
struct tm_lockedread_view {
  uint8_t *base;
  struct tm_lockedread_memory *memory;
};
struct tm_lockedread_frame {
  uint8_t *base;
};

/* The length in bytes, read under the lock. */
static inline uint64_t tm_lockedread_bytes(struct tm_lockedread_view *v) {
  tm_lock_take(&v->memory->length.lock);
  uint64_t length = tm_load_rlx(&v->memory->length.bytes); /* Relaxed: stored under the lock. */
  tm_lock_drop(&v->memory->length.lock);
  return length;
}

static inline void tm_lockedread_enter(struct tm_lockedread_view *v,
                                       struct tm_lockedread_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_lockedread_at(struct tm_lockedread_view *v, struct tm_lockedread_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_checked_at(f->base, tm_lockedread_bytes(v), ea, n, index);
}
static inline uint8_t *tm_lockedread_span(struct tm_lockedread_view *v,
                                          struct tm_lockedread_frame *f, uint64_t ea, uint64_t n,
                                          enum tm_index index) {
  return tm_lockedread_at(v, f, ea, n, index);
}
static inline uint64_t tm_lockedread_pages(struct tm_lockedread_view *v) {
  return tm_lockedread_bytes(v) / TM_PAGE_BYTES;
}
static inline void tm_lockedread_poll(struct tm_lockedread_view *v) { (void)v; }
static inline void tm_lockedread_sync(struct tm_lockedread_view *v, struct tm_lockedread_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(lockedread);

#endif
