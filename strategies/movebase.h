/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/movebase.h: PLANTED FAULT: realloc while others read and write.
 *
 * Each grow allocates a larger memory, copies the contents and switches the base; nobody is
 * stopped. A store into the old memory after the copy is lost. (w2c2 w2c2/w2c2_base.h and WABT
 * wasm2c/wasm-rt-mem-impl-helper.inc realloc, rightly, for memories that are not shared.) Old
 * memories are kept until fini, so that a lost store is an outcome that a test can see and not a
 * crash of the host.
 *
 *              | size                        | access                        | grow
 *   grow       | store of length, load of it | store of base, load of it     | lock
 *
 * Admits A7, forbidden: writes are lost (litmus lost-old-store).
 */
#ifndef TM_STRATEGIES_MOVEBASE_H
#define TM_STRATEGIES_MOVEBASE_H

#include "core/strategy.h"

struct tm_movebase_memory {
  struct tm_length length;      /* region.base is the first memory; its reservation is kept */
  struct tm_atomic_ptr current; /* the memory of now; stored under the lock */
  struct tm_movebase_old *olds; /* memories that grows have made, under the lock */
};
struct tm_movebase_view {
  uint8_t *base;
  struct tm_movebase_memory *memory;
};
struct tm_movebase_frame {
  uint8_t *base;
};

static inline void tm_movebase_enter(struct tm_movebase_view *v, struct tm_movebase_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_movebase_at(struct tm_movebase_view *v, struct tm_movebase_frame *f,
                                      uint64_t ea, uint64_t n, enum tm_index index) {
  (void)f;
  /* ORDER: the length before the base that has it. PAIRS: tm_movebase_grow, movebase.c. */
  uint64_t length = tm_load_acq(&v->memory->length.bytes);
  /* ORDER: the base before its contents. PAIRS: tm_movebase_grow, movebase.c. */
  return tm_checked_at(tm_load_acq(&v->memory->current), length, ea, n, index);
}
static inline uint8_t *tm_movebase_span(struct tm_movebase_view *v, struct tm_movebase_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_movebase_at(v, f, ea, n, index);
}
static inline uint64_t tm_movebase_pages(struct tm_movebase_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_movebase_poll(struct tm_movebase_view *v) { (void)v; }
static inline void tm_movebase_sync(struct tm_movebase_view *v, struct tm_movebase_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(movebase);

#endif
