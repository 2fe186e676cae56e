/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/mapfixed.h"

int tm_mapfixed_init(struct tm_mapfixed_memory *m, const struct tm_memory_type *type) {
  tm_atomic_init(&m->bytes, type->min_pages * TM_PAGE_BYTES);
  return tm_region_open(&m->region, type, true);
}

void tm_mapfixed_fini(struct tm_mapfixed_memory *m) { tm_region_fini(&m->region); }

int tm_mapfixed_attach(struct tm_mapfixed_memory *m, struct tm_mapfixed_view *v) {
  *v = (struct tm_mapfixed_view){.base = m->region.base, .memory = m};
  return 0;
}

void tm_mapfixed_detach(struct tm_mapfixed_view *v) { (void)v; }

int64_t tm_mapfixed_grow(struct tm_mapfixed_view *v, uint64_t delta) {
  struct tm_mapfixed_memory *m = v->memory;
  /* ORDER: seq-cst, as memory.grow. PAIRS: the store below. */
  uint64_t old = tm_load_sc(&m->bytes);
  if (!tm_region_fits(&m->region, old, delta)) return -1;
  TM_POINT("computed");
  if (tm_port_replace(m->region.base + old, delta * TM_PAGE_BYTES)) return -1;
  TM_POINT("committed");
  /* ORDER: the pages before the length. The fault: no read-modify-write. PAIRS: tm_mapfixed_pages.
   */
  tm_store_sc(&m->bytes, old + delta * TM_PAGE_BYTES);
  TM_POINT("published");
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_mapfixed_fault(struct tm_mapfixed_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_mapfixed_valid(struct tm_mapfixed_memory *m) {
  return tm_region_valid(&m->region, tm_load_rlx(&m->bytes)); /* Relaxed: at rest. */
}

TM_STRATEGY_OPS(mapfixed);
