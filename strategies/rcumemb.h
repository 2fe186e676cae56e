/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/rcumemb.h: immutable descriptor behind a pointer; readers hold a section that polls
 * renew.
 *
 * An instance loads the pointer to the current {base, length}, compares and accesses through that
 * base. Grow swaps in a new descriptor and lets liburcu free the old one, and the mapping it was
 * the last of, when no reader can hold it. So the base may move without stopping anyone, and grow
 * never waits for a reader. A poll leaves the section and enters it again: two stores to the
 * thread's own counter and no fence, as the grower's side issues membarrier(2). New here for linear
 * memory; liburcu (urcu/urcu-memb.h).
 *
 * Memory order. The descriptor is complete before the pointer to it is stored, and the pointer is
 * loaded with acquire before its members are. Both mappings show the same pages, so a store through
 * the old base is not lost (no A7). The pointer is swapped before the length that memory.size reads
 * is stored (no A4); the length seq-cst (no A2, A3). The
 * descriptor is held from the check to the access, within one section: sections end only at polls
 * and when parked.
 *
 *              | size                        | access                         | grow
 *   grow       | store of length, load of it | store of pointer, load of it   | lock
 *   retire     | -                           | grace period                   | -
 *
 * Admits A1: between the swap of the pointer and the store of the length. (Read from the
 * descriptor, the size would close it, but hosts ask for sizes on threads that are no readers.) Not
 * A8: the descriptor changes at once. A reader that blocks without being parked delays the freeing
 * of what was retired since, and nothing else.
 */
#ifndef TM_STRATEGIES_RCUMEMB_H
#define TM_STRATEGIES_RCUMEMB_H

#include "core/moving.h"
#include "core/strategy.h"

struct tm_rcumemb_memory {
  struct tm_moving moving;
};
struct tm_rcumemb_view {
  uint8_t *base;                 /* as of attach; not used by accesses */
  struct tm_atomic_ptr *current; /* the memory's pointer to its descriptor */
  struct tm_rcumemb_memory *memory;
};
struct tm_rcumemb_frame {
  char unused; /* nothing outlives a poll */
};

static inline void tm_rcumemb_enter(struct tm_rcumemb_view *v, struct tm_rcumemb_frame *f) {
  (void)v, (void)f;
}
static inline uint8_t *tm_rcumemb_at(struct tm_rcumemb_view *v, struct tm_rcumemb_frame *f,
                                     uint64_t ea, uint64_t n, enum tm_index index) {
  (void)f;
  /* ORDER: the pointer before the descriptor's members. PAIRS: tm_moving_grow. */
  const struct tm_descriptor *d = tm_load_acq(v->current);
  return tm_checked_at(d->base, d->bytes, ea, n, index);
}
static inline uint8_t *tm_rcumemb_span(struct tm_rcumemb_view *v, struct tm_rcumemb_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_rcumemb_at(v, f, ea, n, index);
}
static inline uint64_t tm_rcumemb_pages(struct tm_rcumemb_view *v) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_moving_grow. */
  return tm_load_sc(&v->memory->moving.bytes) / TM_PAGE_BYTES;
}
static inline void tm_rcumemb_poll(struct tm_rcumemb_view *v) {
  (void)v;
  tm_rcu_memb_quiescent();
}
static inline void tm_rcumemb_sync(struct tm_rcumemb_view *v, struct tm_rcumemb_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(rcumemb);

#endif
