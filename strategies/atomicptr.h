/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/atomicptr.h: the instance holds a pointer to the one atomic length.
 *
 * Every check and every memory.size loads through the pointer; nothing is ever copied, so there is
 * nothing to refresh. The price is the indirection on each access. (Wasmtime call of 2022-05-12,
 * "pointer to an atomic".) Pages beyond the length stay PROT_NONE until a grow commits them.
 *
 * Memory order. Grow commits pages, then stores the length seq-cst; the check's load is relaxed.
 * On machines where an access may overtake the check's load, it can fault on a page whose length
 * was already read: the handler then finds the address below the length and tries again.
 *
 *              | size                        | access                       | grow
 *   grow       | store of length, load of it | store of length, check       | lock
 *
 * A1 cannot occur while accesses and sizes read the one location (coherence). Admits none of the
 * anomalies: an access that passed its check has read the length that a later size reads.
 */
#ifndef TM_STRATEGIES_ATOMICPTR_H
#define TM_STRATEGIES_ATOMICPTR_H

#include "core/strategy.h"

struct tm_atomicptr_memory {
  struct tm_length length;
};
struct tm_atomicptr_view {
  uint8_t *base;
  struct tm_atomic_u64 *bytes; /* the one length */
  struct tm_atomicptr_memory *memory;
};
struct tm_atomicptr_frame {
  uint8_t *base;
};

static inline void tm_atomicptr_enter(struct tm_atomicptr_view *v, struct tm_atomicptr_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_atomicptr_at(struct tm_atomicptr_view *v, struct tm_atomicptr_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the specification's unordered read of the length. An access that overtakes it and
   * faults below the length is tried again. */
  uint64_t length = tm_load_rlx(v->bytes);
  if (tm_unlikely(tm_beyond(ea, n, length, index))) tm_trap(TM_TRAP_OUT_OF_BOUNDS);
  return f->base + ea;
}
static inline uint8_t *tm_atomicptr_span(struct tm_atomicptr_view *v, struct tm_atomicptr_frame *f,
                                         uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_atomicptr_at(v, f, ea, n, index);
}
static inline uint64_t tm_atomicptr_pages(struct tm_atomicptr_view *v) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_length_publish. */
  return tm_load_sc(v->bytes) / TM_PAGE_BYTES;
}
static inline void tm_atomicptr_poll(struct tm_atomicptr_view *v) { (void)v; }
static inline void tm_atomicptr_sync(struct tm_atomicptr_view *v, struct tm_atomicptr_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(atomicptr);

#endif
