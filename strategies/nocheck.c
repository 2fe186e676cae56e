/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/nocheck.h"

#include <errno.h>

/* A 64-bit address is masked into the reservation, so that one is a power of two long. */
static int nocheck_reserve(struct tm_region *region, const struct tm_memory_type *type) {
  struct tm_memory_type rounded = *type;
  uint64_t max = tm_memory_max_pages(type);
  if (type->index == TM_INDEX64)
    for (rounded.max_pages = 1; rounded.max_pages < max;) rounded.max_pages *= 2;
  int result = tm_region_init(region, &rounded, true);
  region->max_pages = max;
  return result;
}

int tm_nocheck_init(struct tm_nocheck_memory *m, const struct tm_memory_type *type) {
  if (type->min_pages > tm_memory_max_pages(type)) return -EINVAL;
  int result = nocheck_reserve(&m->region, type);
  if (result) return result;
  if ((result = tm_port_commit(m->region.base, m->region.reserved_bytes))) {
    tm_region_fini(&m->region);
    return result;
  }
  tm_atomic_init(&m->pages, type->min_pages);
  return 0;
}

void tm_nocheck_fini(struct tm_nocheck_memory *m) { tm_region_fini(&m->region); }

int tm_nocheck_attach(struct tm_nocheck_memory *m, struct tm_nocheck_view *v) {
  uint64_t usable = m->region.reserved_bytes - TM_PAGE_BYTES; /* the last page catches the width */
  *v = (struct tm_nocheck_view){.base = m->region.base, .memory = m, .mask64 = usable - 1};
  return 0;
}

void tm_nocheck_detach(struct tm_nocheck_view *v) { (void)v; }

int64_t tm_nocheck_grow(struct tm_nocheck_view *v, uint64_t delta) {
  struct tm_nocheck_memory *m = v->memory;
  /* ORDER: seq-cst, as memory.grow that fails. PAIRS: itself. */
  uint64_t old = tm_load_sc(&m->pages);
  do {
    if (delta > m->region.max_pages - old) return -1;
    /* ORDER: seq-cst read-modify-write of the length, for delta 0 as well. PAIRS: pages and grow.
     */
  } while (!tm_cas_sc(&m->pages, &old, old + delta));
  return (int64_t)old;
}

enum tm_fault tm_nocheck_fault(struct tm_nocheck_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_nocheck_valid(struct tm_nocheck_memory *m) {
  return tm_load_rlx(&m->pages) <= m->region.max_pages; /* Relaxed: at rest. */
}

TM_STRATEGY_OPS(nocheck);
