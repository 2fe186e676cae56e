/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/relaxed.h: PLANTED FAULT: every access to the length is relaxed.
 *
 * atomicptr with its orders taken out: the length is stored and loaded relaxed. x86 hardware hides
 * most of it, since its loads and stores are ordered anyway; the explorer's weak model must not.
 *
 *              | size    | access  | grow
 *   grow       | nothing | nothing | lock
 *
 * Admits, forbidden: memory.size reads the new length and a store before the grow is not visible
 * (litmus mp-grow-size); likewise grow-flag-size, sb-grow and iriw-size, where the atomic flag is
 * ordered but the length is not ordered with it.
 */
#ifndef TM_STRATEGIES_RELAXED_H
#define TM_STRATEGIES_RELAXED_H

#include "core/strategy.h"

struct tm_relaxed_memory {
  struct tm_length length;
};
struct tm_relaxed_view {
  uint8_t *base;
  struct tm_relaxed_memory *memory;
};
struct tm_relaxed_frame {
  uint8_t *base;
};

static inline void tm_relaxed_enter(struct tm_relaxed_view *v, struct tm_relaxed_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_relaxed_at(struct tm_relaxed_view *v, struct tm_relaxed_frame *f,
                                     uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the specification's unordered read of the length. */
  return tm_checked_at(f->base, tm_load_rlx(&v->memory->length.bytes), ea, n, index);
}
static inline uint8_t *tm_relaxed_span(struct tm_relaxed_view *v, struct tm_relaxed_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_relaxed_at(v, f, ea, n, index);
}
static inline uint64_t tm_relaxed_pages(struct tm_relaxed_view *v) {
  /* Relaxed: the fault. */
  return tm_load_rlx(&v->memory->length.bytes) / TM_PAGE_BYTES;
}
static inline void tm_relaxed_poll(struct tm_relaxed_view *v) { (void)v; }
static inline void tm_relaxed_sync(struct tm_relaxed_view *v, struct tm_relaxed_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(relaxed);

#endif
