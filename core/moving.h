/* SPDX-License-Identifier: Apache-2.0 */
/* core/moving.h: a memory behind immutable descriptors {base, length}, for strategies whose readers
 * are protected by a grace period.
 *
 * A grow makes a new descriptor, swaps it for the current one and retires the old. The memory's
 * pages lie in a file in memory; it reserves twice what it needs and, when it outgrows that, is
 * mapped again elsewhere, so that moving copies nothing and stores through either base reach the
 * same page. The last descriptor of a mapping takes the mapping with it when it is freed.
 *
 * Inline for the reason given in core/length.h. Not on the path of an access.
 */
#ifndef TM_CORE_MOVING_H
#define TM_CORE_MOVING_H

#include "core/length.h"
#include "core/rcu.h"

#include <errno.h>

/* Immutable once it is current. */
struct tm_descriptor {
  uint8_t *base;
  uint64_t bytes; /* the length */
  struct tm_rcu_node node;
  uint64_t mapped; /* bytes of the mapping if this is its last descriptor, else 0 */
};

/* The reservation at least doubles with each move: from one page to our largest memory. */
enum { TM_MOVES = 21 };

struct tm_moving {
  struct tm_region region;      /* of now; under the lock */
  struct tm_atomic_ptr current; /* struct tm_descriptor; stored under the lock */
  struct tm_atomic_u64 bytes;   /* the length again, for memory.size; stored under the lock */
  struct tm_lock lock;
  int file;                        /* that the pages lie in */
  struct tm_region olds[TM_MOVES]; /* where the memory was before; under the lock */
  unsigned moves;
};

static inline void tm_descriptor_free(struct tm_descriptor *d) {
  if (d->mapped) tm_port_release(d->base, d->mapped);
  tm_port_free(d);
}

static inline void tm_descriptor_free_node(struct tm_rcu_node *node) {
  tm_descriptor_free(caa_container_of(node, struct tm_descriptor, node));
}

static inline int tm_moving_init(struct tm_moving *m, const struct tm_memory_type *type) {
  uint64_t max = tm_memory_max_pages(type);
  if (type->min_pages > max) return -EINVAL;
  uint64_t bytes = type->min_pages ? type->min_pages * TM_PAGE_BYTES : TM_PAGE_BYTES;
  struct tm_descriptor *first = tm_port_alloc(sizeof *first);
  int result = -ENOMEM;
  if (!first) return result;
  if ((result = tm_port_file_new(max ? max * TM_PAGE_BYTES : TM_PAGE_BYTES, &m->file)))
    goto no_file;
  m->region = (struct tm_region){.reserved_bytes = bytes, .max_pages = max};
  if ((result = tm_port_file_map(m->file, bytes, &m->region.base))) goto no_map;
  *first = (struct tm_descriptor){.base = m->region.base, .bytes = type->min_pages * TM_PAGE_BYTES};
  tm_atomic_init(&m->current, first);
  tm_atomic_init(&m->bytes, first->bytes);
  tm_lock_init(&m->lock);
  m->moves = 0;
  return 0;
no_map:
  tm_port_file_close(m->file);
no_file:
  tm_port_free(first);
  return result;
}

/* No reader is left; retired descriptors free themselves. */
static inline void tm_moving_fini(struct tm_moving *m) {
  struct tm_descriptor *last = tm_load_rlx(&m->current); /* Relaxed: nobody else is left. */
  last->mapped = m->region.reserved_bytes;
  tm_descriptor_free(last);
  tm_port_file_close(m->file);
  tm_lock_fini(&m->lock);
}

/* Fill in the base of `next` and of the region, elsewhere if `next` does not fit. 0 or -errno. */
static inline int tm_moving_place_(struct tm_moving *m, struct tm_descriptor *next,
                                   struct tm_descriptor *now) {
  next->base = m->region.base;
  if (next->bytes <= m->region.reserved_bytes) return 0;
  uint64_t max = m->region.max_pages * TM_PAGE_BYTES;
  uint64_t bytes = next->bytes > max / 2 ? max : 2 * next->bytes;
  int result = tm_port_file_map(m->file, bytes, &next->base);
  if (result) return result;
  now->mapped = m->region.reserved_bytes;
  m->olds[m->moves++] = m->region;
  m->region.base = next->base;
  m->region.reserved_bytes = bytes;
  return 0;
}

/* A whole grow but for the grace period: the old pages or -1; *retired is the descriptor that was
 * replaced, or NULL. */
static inline int64_t tm_moving_grow(struct tm_moving *m, uint64_t delta,
                                     struct tm_descriptor **retired) {
  *retired = NULL;
  struct tm_descriptor *next = tm_port_alloc(sizeof *next);
  if (!next) return -1;
  tm_lock_take(&m->lock);
  TM_POINT("locked");
  struct tm_descriptor *now = tm_load_rlx(&m->current); /* Relaxed: stored only under the lock. */
  uint64_t old = now->bytes;
  *next = (struct tm_descriptor){.bytes = old + delta * TM_PAGE_BYTES};
  if (!tm_region_fits(&m->region, old, delta) || tm_moving_place_(m, next, now)) {
    tm_lock_drop(&m->lock);
    tm_port_free(next);
    return -1;
  }
  TM_POINT("placed");
  /* ORDER: the descriptor's members before the pointer to it. PAIRS: the load of current in the
   * strategies' checks. */
  tm_store_rel(&m->current, next);
  TM_POINT("swapped");
  /* ORDER: the descriptor before the length; seq-cst, as memory.grow. PAIRS: memory.size. */
  tm_store_sc(&m->bytes, next->bytes);
  TM_POINT("published");
  tm_lock_drop(&m->lock);
  *retired = now;
  return (int64_t)(old / TM_PAGE_BYTES);
}

/* The offset of an address in a mapping that a reader may still hold. A dead mapping's range may
 * have been reused by a later one, so the latest match is right. */
static inline uint64_t tm_moving_offset(struct tm_moving *m, const void *address) {
  uint64_t offset = UINT64_MAX;
  tm_lock_take(&m->lock);
  for (unsigned i = 0; i <= m->moves; i++) {
    const struct tm_region *r = i < m->moves ? &m->olds[i] : &m->region;
    if ((uintptr_t)address - (uintptr_t)r->base < r->reserved_bytes)
      offset = (uintptr_t)address - (uintptr_t)r->base;
  }
  tm_lock_drop(&m->lock);
  return offset;
}

static inline bool tm_moving_valid(struct tm_moving *m) {
  struct tm_descriptor *now = tm_load_rlx(&m->current); /* Relaxed: at rest. */
  return now->base == m->region.base && now->bytes <= m->region.reserved_bytes &&
         tm_load_rlx(&m->bytes) == now->bytes && tm_region_valid(&m->region, now->bytes);
}

#endif
