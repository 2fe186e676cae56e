/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/interrupt.h: per-instance copy, refreshed when the instance polls a flag.
 *
 * Grow publishes the length, raises a flag in every other instance and returns. An instance looks
 * at its flag on function entry and loop back-edges and then refreshes its copy; checks and
 * memory.size read the copy. (V8 up to 14: src/objects/backing-store.cc,
 * BroadcastSharedWasmMemoryGrow requests an interrupt of each isolate and does not wait;
 * UpdateSharedWasmMemoryObjects refreshes the instances. The stale size is what users met: on
 * Node.js 20, 19,489 of 20,000 message-passing rounds.)
 *
 * Memory order. The copy is a value that the length had, so an access never leaves the memory. The
 * flag is dropped before the length is loaded, so a grow that raises it afterwards is seen by the
 * next poll. Nothing orders a copy with what its instance learns through the memory itself.
 *
 *              | size                     | access                   | grow
 *   grow       | next poll                | next poll                | lock
 *   poll       | store of the copy, load  | store of the copy, check | flag
 *
 * Admits A2 and A3, which are forbidden: a peer signals through an atomic after its grow, and this
 * instance, which has read the signal and not polled since, has the old length. Admits no A1: a new
 * copy answers size as well. The grower itself sees its own grow.
 */
#ifndef TM_STRATEGIES_INTERRUPT_H
#define TM_STRATEGIES_INTERRUPT_H

#include "core/link.h"
#include "core/strategy.h"

struct tm_interrupt_memory {
  struct tm_length length;
  struct tm_link views; /* the attached ones; under the lock */
};
struct tm_interrupt_view {
  uint8_t *base;
  struct tm_atomic_u64 bytes; /* the copy; stored by the threads that run this instance */
  struct tm_atomic_u32 asked; /* the flag: a grow wants the copy refreshed */
  struct tm_interrupt_memory *memory;
  struct tm_link link; /* in memory->views */
};
struct tm_interrupt_frame {
  uint8_t *base;
};

/* Refresh the copy. */
void tm_interrupt_refresh(struct tm_interrupt_view *v) __attribute__((cold, noinline));

static inline void tm_interrupt_enter(struct tm_interrupt_view *v, struct tm_interrupt_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_interrupt_at(struct tm_interrupt_view *v, struct tm_interrupt_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the specification's unordered read of the length. */
  return tm_checked_at(f->base, tm_load_rlx(&v->bytes), ea, n, index);
}
static inline uint8_t *tm_interrupt_span(struct tm_interrupt_view *v, struct tm_interrupt_frame *f,
                                         uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_interrupt_at(v, f, ea, n, index);
}
static inline uint64_t tm_interrupt_pages(struct tm_interrupt_view *v) {
  /* Relaxed: the copy, as V8 does it; this is what admits A3. */
  return tm_load_rlx(&v->bytes) / TM_PAGE_BYTES;
}
static inline void tm_interrupt_poll(struct tm_interrupt_view *v) {
  /* Relaxed: whether it is seen now or at the next poll is not promised. */
  if (tm_unlikely(tm_load_rlx(&v->asked))) tm_interrupt_refresh(v);
}
static inline void tm_interrupt_sync(struct tm_interrupt_view *v, struct tm_interrupt_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(interrupt);

#endif
