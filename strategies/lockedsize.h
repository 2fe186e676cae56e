/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/lockedsize.h: as guard, but memory.size takes the grow lock for reading.
 *
 * Accesses are caught by inaccessible pages. Grow holds a lock for writing from before the mprotect
 * until after the new length is stored; memory.size holds it for reading, so it waits a grow out.
 * This is what the call of 2022-05-12 noted as the fix of the mprotect/size race ("need memory.size
 * hostcall for correctness"). (Wasmer lib/vm/src/memory.rs keeps its shared memory behind an
 * RwLock; Wasmtime crates/wasmtime/src/runtime/vm/memory/shared_memory.rs reads the size under one
 * in its host interface.)
 *
 * Memory order. As guard, with the lock in addition: it orders a size with every grow, and with it
 * whatever came before in the thread that held the lock earlier, accesses to other locations
 * included (litmus sb-grow). So the size loads the length relaxed; it is released for bulk accesses,
 * which read it without the lock.
 *
 *              | size         | access                     | grow
 *   grow       | lock         | mprotect, page permissions | lock
 *   size       | shared       | -                          | lock
 *
 * A1 cannot occur. An access that succeeds beyond the old length does so after a grower took the
 * lock. The size that follows takes it later still: an access cannot move past the drop of the
 * lock, so it is over before the size has released it, and while the size holds it no grower does.
 * Hence that grower has dropped it before, with the new length stored. Admits A8.
 */
#ifndef TM_STRATEGIES_LOCKEDSIZE_H
#define TM_STRATEGIES_LOCKEDSIZE_H

#include "core/strategy.h"

struct tm_lockedsize_memory {
  struct tm_region region;
  struct tm_atomic_u64 bytes; /* the length; stored under the lock */
  struct tm_rwlock lock;
};
struct tm_lockedsize_view {
  uint8_t *base;
  struct tm_lockedsize_memory *memory;
};
struct tm_lockedsize_frame {
  uint8_t *base;
};

static inline void tm_lockedsize_enter(struct tm_lockedsize_view *v,
                                       struct tm_lockedsize_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_lockedsize_at(struct tm_lockedsize_view *v, struct tm_lockedsize_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_guarded_at(&v->memory->region, f->base, ea, n, index);
}
static inline uint8_t *tm_lockedsize_span(struct tm_lockedsize_view *v,
                                          struct tm_lockedsize_frame *f, uint64_t ea, uint64_t n,
                                          enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_lockedsize_grow, lockedsize.c. */
  return tm_checked_at(f->base, tm_load_acq(&v->memory->bytes), ea, n, index);
}
static inline uint64_t tm_lockedsize_pages(struct tm_lockedsize_view *v) {
  tm_rwlock_take_shared(&v->memory->lock);
  uint64_t length = tm_load_rlx(&v->memory->bytes); /* Relaxed: stored under the lock. */
  tm_rwlock_drop(&v->memory->lock);
  return length / TM_PAGE_BYTES;
}
static inline void tm_lockedsize_poll(struct tm_lockedsize_view *v) { (void)v; }
static inline void tm_lockedsize_sync(struct tm_lockedsize_view *v, struct tm_lockedsize_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(lockedsize);

#endif
