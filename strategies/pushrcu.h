/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/pushrcu.h: push with a registry that growers walk without a lock against attach and
 * detach.
 *
 * As push, but attached views are in a list that is only ever read by growers under RCU (liburcu,
 * memb): attaching and detaching take a lock of their own and never wait for a grow's mprotect, nor
 * a grow for them. The price: a detach waits for a grace period before its view may be freed.
 * (Wasmtime call of 2022-05-12, "push to all copies"; the registry is ours.)
 *
 * Memory order. As push for the copies. A view that is attached while a grower walks: the grower
 * stores the target before it walks, the attaching thread links its view before it loads the
 * target, each with a fence in between; so the grower finds the view or the view finds the target.
 * Both raise the copy, never lower it.
 *
 *              | size                        | access                   | grow           | attach
 *   grow       | store of length, load of it | store of the copy, check | lock           | target,
 * link (seq-cst) detach     | -                           | -                        | grace period
 * | registry lock
 *
 * Admits A1, as push.
 */
#ifndef TM_STRATEGIES_PUSHRCU_H
#define TM_STRATEGIES_PUSHRCU_H

#include "core/strategy.h"

struct tm_pushrcu_memory {
  struct tm_length length;
  struct tm_atomic_u64 target; /* pages below it are accessible; stored under length.lock */
  struct tm_lock registry;     /* of the list's shape */
  struct tm_atomic_ptr first;  /* struct tm_pushrcu_view; stored under registry, walked under RCU */
};
struct tm_pushrcu_view {
  uint8_t *base;
  struct tm_atomic_u64 bytes; /* the copy; only ever raised */
  struct tm_pushrcu_memory *memory;
  struct tm_atomic_ptr next;        /* stored under registry, walked under RCU */
  struct tm_pushrcu_view *previous; /* under registry; NULL: it is the first */
};
struct tm_pushrcu_frame {
  uint8_t *base;
};

static inline void tm_pushrcu_enter(struct tm_pushrcu_view *v, struct tm_pushrcu_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_pushrcu_at(struct tm_pushrcu_view *v, struct tm_pushrcu_frame *f,
                                     uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the specification's unordered read of the length. */
  return tm_checked_at(f->base, tm_load_rlx(&v->bytes), ea, n, index);
}
static inline uint8_t *tm_pushrcu_span(struct tm_pushrcu_view *v, struct tm_pushrcu_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_pushrcu_at(v, f, ea, n, index);
}
static inline uint64_t tm_pushrcu_pages(struct tm_pushrcu_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_pushrcu_poll(struct tm_pushrcu_view *v) { (void)v; }
static inline void tm_pushrcu_sync(struct tm_pushrcu_view *v, struct tm_pushrcu_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(pushrcu);

#endif
