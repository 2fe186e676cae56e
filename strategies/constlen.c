/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/constlen.h"

#include <errno.h>

/* The whole constant must be accessible, whatever maximum the module declares. */
static int constlen_reserve(struct tm_region *region, const struct tm_memory_type *type) {
  struct tm_memory_type largest = *type;
  largest.max_pages = UINT64_MAX;
  int result = tm_region_init(region, &largest, false);
  region->max_pages = tm_memory_max_pages(type);
  return result;
}

int tm_constlen_init(struct tm_constlen_memory *m, const struct tm_memory_type *type) {
  if (type->min_pages > tm_memory_max_pages(type)) return -EINVAL;
  int result = constlen_reserve(&m->region, type);
  if (result) return result;
  if ((result = tm_port_commit(m->region.base, m->region.reserved_bytes))) {
    tm_region_fini(&m->region);
    return result;
  }
  tm_atomic_init(&m->pages, type->min_pages);
  return 0;
}

void tm_constlen_fini(struct tm_constlen_memory *m) { tm_region_fini(&m->region); }

int tm_constlen_attach(struct tm_constlen_memory *m, struct tm_constlen_view *v) {
  *v = (struct tm_constlen_view){.base = m->region.base, .memory = m};
  return 0;
}

void tm_constlen_detach(struct tm_constlen_view *v) { (void)v; }

int64_t tm_constlen_grow(struct tm_constlen_view *v, uint64_t delta) {
  struct tm_constlen_memory *m = v->memory;
  /* ORDER: seq-cst, as memory.grow that fails. PAIRS: itself. */
  uint64_t old = tm_load_sc(&m->pages);
  do {
    if (delta > m->region.max_pages - old) return -1;
    /* ORDER: seq-cst read-modify-write of the length, for delta 0 as well. PAIRS: pages and grow.
     */
  } while (!tm_cas_sc(&m->pages, &old, old + delta));
  return (int64_t)old;
}

enum tm_fault tm_constlen_fault(struct tm_constlen_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_constlen_valid(struct tm_constlen_memory *m) {
  return tm_load_rlx(&m->pages) <= m->region.max_pages; /* Relaxed: at rest. */
}

TM_STRATEGY_OPS(constlen);
