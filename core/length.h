/* SPDX-License-Identifier: Apache-2.0 */
/* core/length.h: one reservation, its length in bytes and the lock that growers take: what most
 * strategies share.
 *
 *     struct tm_S_memory { struct tm_length length; ... };
 *     int64_t tm_S_grow(v, delta) {
 *       uint64_t old;
 *       if (!tm_length_begin(&m->length, delta, &old)) return -1;
 *       ...                                               // what the strategy does to the copies
 *       return tm_length_end(&m->length, old, delta);
 *     }
 *
 * The order is the one that every sound strategy here needs: take the lock, make the pages
 * accessible, store the length, drop the lock. A failure happens before anything is visible.
 *
 * All functions are inline, so that whoever builds a strategy against other atomics and another
 * port (the explorer) gets these with it.
 */
#ifndef TM_CORE_LENGTH_H
#define TM_CORE_LENGTH_H

#include "core/atomics.h"
#include "core/memory.h"
#include "core/port.h"
#include "core/trap.h"

/* ---- the two kinds of check on an access ------------------------------------------------------*/

/* Compared with a length: the address of [ea, ea+n), or a trap when it ends beyond `length`. */
static inline uint8_t *tm_checked_at(uint8_t *base, uint64_t length, uint64_t ea, uint64_t n,
                                     enum tm_index index) {
  if (tm_unlikely(tm_beyond(ea, n, length, index))) tm_trap(TM_TRAP_OUT_OF_BOUNDS);
  return base + ea;
}

/* Not compared: inaccessible pages catch an access beyond the length. All that a 32-bit index and
 * offset can reach is in the reservation; a 64-bit address is compared with its constant size. */
static inline uint8_t *tm_guarded_at(const struct tm_region *region, uint8_t *base, uint64_t ea,
                                     uint64_t n, enum tm_index index) {
  if (index == TM_INDEX64) return tm_checked_at(base, region->reserved_bytes, ea, n, index);
  return base + ea;
}

/* ---- a region and a length in it --------------------------------------------------------------*/

struct tm_length {
  struct tm_region region;
  struct tm_atomic_u64 bytes; /* the length; stored under the lock */
  struct tm_lock lock;
};

/* Reserve, and make the initial pages accessible. 0 or -errno, nothing left behind. */
static inline int tm_region_open(struct tm_region *region, const struct tm_memory_type *type,
                                 bool whole_reach) {
  int result = tm_region_init(region, type, whole_reach);
  if (result) return result;
  result = tm_port_commit(region->base, type->min_pages * TM_PAGE_BYTES);
  if (result) tm_region_fini(region);
  return result;
}

/* Is a length in bytes one that this region may have? */
static inline bool tm_region_valid(const struct tm_region *region, uint64_t bytes) {
  return bytes % TM_PAGE_BYTES == 0 && bytes / TM_PAGE_BYTES <= region->max_pages;
}

/* May a length of `old_bytes` grow by `delta` pages? */
static inline bool tm_region_fits(const struct tm_region *region, uint64_t old_bytes,
                                  uint64_t delta) {
  return delta <= region->max_pages - old_bytes / TM_PAGE_BYTES;
}

/* What a fault handler answers when an access may have overtaken the check before it: try again
 * below the published length, trap beyond. */
static inline enum tm_fault tm_region_fault(const struct tm_region *region,
                                            const struct tm_atomic_u64 *bytes, uintptr_t address) {
  /* Relaxed: an access that is tried again too early faults again. */
  uint64_t length = tm_load_rlx(bytes);
  return address - (uintptr_t)region->base < length ? TM_FAULT_RETRY : TM_FAULT_TRAP;
}

static inline int tm_length_init(struct tm_length *l, const struct tm_memory_type *type,
                                 bool whole_reach) {
  int result = tm_region_open(&l->region, type, whole_reach);
  if (result) return result;
  tm_atomic_init(&l->bytes, type->min_pages * TM_PAGE_BYTES);
  tm_lock_init(&l->lock);
  return 0;
}

static inline void tm_length_fini(struct tm_length *l) {
  tm_lock_fini(&l->lock);
  tm_region_fini(&l->region);
}

/* memory.size, in pages. */
static inline uint64_t tm_length_pages(const struct tm_length *l) {
  /* ORDER: seq-cst, as memory.size. PAIRS: tm_length_publish. */
  return tm_load_sc(&l->bytes) / TM_PAGE_BYTES;
}

/* Store `bytes` into a copy unless it has a larger value already: of several threads that refresh
 * one copy, the last may have loaded the oldest length. */
static inline void tm_copy_raise(struct tm_atomic_u64 *copy, uint64_t bytes) {
  uint64_t seen = tm_load_rlx(copy); /* Relaxed: the swap decides. */
  while (seen < bytes)
    /* ORDER (kept): the load of the length before the copy that repeats it. Readers of a copy are
     * relaxed and the raise never lowers it, so nothing needs this; kept because a swap is no
     * cheaper without it on x86-64. PAIRS: itself. */
    if (tm_cas_acqrel(copy, &seen, bytes)) return;
}

/* First half of a grow: take the lock and make `delta` pages beyond the length accessible.
 * True with the lock held and *old_bytes set; false with nothing changed and the lock dropped. */
static inline bool tm_length_begin(struct tm_length *l, uint64_t delta, uint64_t *old_bytes) {
  tm_lock_take(&l->lock);
  TM_POINT("locked");
  *old_bytes = tm_load_rlx(&l->bytes); /* Relaxed: stored only under the lock. */
  if (tm_region_fits(&l->region, *old_bytes, delta) &&
      tm_port_commit(l->region.base + *old_bytes, delta * TM_PAGE_BYTES) == 0) {
    TM_POINT("committed");
    return true;
  }
  tm_lock_drop(&l->lock);
  return false;
}

/* Publish the new length, also for delta 0; the lock stays held. */
static inline void tm_length_publish(struct tm_length *l, uint64_t old_bytes, uint64_t delta) {
  /* ORDER: the pages, and whatever the strategy did to its copies, before the length; seq-cst, as
   * memory.grow. PAIRS: tm_length_pages, the checks in each strategy. */
  tm_store_sc(&l->bytes, old_bytes + delta * TM_PAGE_BYTES);
  TM_POINT("published");
}

/* Second half of a grow: publish and drop the lock. The old pages. */
static inline int64_t tm_length_end(struct tm_length *l, uint64_t old_bytes, uint64_t delta) {
  tm_length_publish(l, old_bytes, delta);
  tm_lock_drop(&l->lock);
  return (int64_t)(old_bytes / TM_PAGE_BYTES);
}

/* A whole grow, for strategies that have nothing to do between its halves. */
static inline int64_t tm_length_grow(struct tm_length *l, uint64_t delta) {
  uint64_t old;
  return tm_length_begin(l, delta, &old) ? tm_length_end(l, old, delta) : -1;
}

static inline enum tm_fault tm_length_fault(const struct tm_length *l, uintptr_t address) {
  return tm_region_fault(&l->region, &l->bytes, address);
}

static inline bool tm_length_valid(const struct tm_length *l) {
  return tm_region_valid(&l->region, tm_load_rlx(&l->bytes)); /* Relaxed: at rest. */
}

#endif
