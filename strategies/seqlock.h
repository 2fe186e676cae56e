/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/seqlock.h: as guard, with a version around each grow that memory.size waits for.
 *
 * Accesses are caught by inaccessible pages. Grow makes the version odd, makes the pages
 * accessible, stores the length and makes the version even again; memory.size waits while the
 * version is odd. So A1 is closed without a lock: a size costs a fence and two loads while nobody
 * grows. New here; the device is Linux's seqcount (include/linux/seqlock.h), without its second
 * look at the version: one word is read, and any value it has from then on will do.
 *
 * Memory order. As guard for grow and access. The fence at the start of memory.size orders every
 * access before it with the load of the version. A fence and not an acquire load: the check that
 * the page tables make for a store is not ordered with a later load, not even on x86, where a load
 * may be satisfied before an older store has been translated.
 *
 *              | size                            | access                     | grow
 *   grow       | version odd, length, even; loads | mprotect, page permissions | lock
 *
 * A1 cannot occur. An access succeeds beyond the old length only after the grower's mprotect, hence
 * after its version was odd. The size that follows loads the version later still (the fence), finds
 * it odd and waits, or finds a later even one, whose length is the new one. Admits A8.
 * A memory.size may wait for as long as one mprotect of a peer takes.
 */
#ifndef TM_STRATEGIES_SEQLOCK_H
#define TM_STRATEGIES_SEQLOCK_H

#include "core/strategy.h"

struct tm_seqlock_memory {
  struct tm_length length;
  struct tm_atomic_u64 version; /* odd while a grow is under way; stored under the lock */
};
struct tm_seqlock_view {
  uint8_t *base;
  struct tm_seqlock_memory *memory;
};
struct tm_seqlock_frame {
  uint8_t *base;
};

static inline void tm_seqlock_enter(struct tm_seqlock_view *v, struct tm_seqlock_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_seqlock_at(struct tm_seqlock_view *v, struct tm_seqlock_frame *f,
                                     uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_guarded_at(&v->memory->length.region, f->base, ea, n, index);
}
static inline uint8_t *tm_seqlock_span(struct tm_seqlock_view *v, struct tm_seqlock_frame *f,
                                       uint64_t ea, uint64_t n, enum tm_index index) {
  /* ORDER: the length before the bytes it bounds. PAIRS: tm_length_publish. */
  return tm_checked_at(f->base, tm_load_acq(&v->memory->length.bytes), ea, n, index);
}
static inline uint64_t tm_seqlock_pages(struct tm_seqlock_view *v) {
  struct tm_seqlock_memory *m = v->memory;
  /* ORDER: this thread's accesses before the version. PAIRS: tm_seqlock_grow, where the version is
   * odd before the pages are accessible. */
  tm_fence_sc();
  /* ORDER: the version before the length. PAIRS: the last store of it in tm_seqlock_grow. */
  tm_await(tm_load_acq(&m->version) % 2 == 0);
  /* ORDER: the length before what follows, as memory.size; the fence above does the rest.
   * PAIRS: tm_seqlock_grow. */
  return tm_load_acq(&m->length.bytes) / TM_PAGE_BYTES;
}
static inline void tm_seqlock_poll(struct tm_seqlock_view *v) { (void)v; }
static inline void tm_seqlock_sync(struct tm_seqlock_view *v, struct tm_seqlock_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(seqlock);

#endif
