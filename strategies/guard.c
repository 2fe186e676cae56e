/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/guard.h"

int tm_guard_init(struct tm_guard_memory *m, const struct tm_memory_type *type) {
  int result = tm_region_init(&m->region, type, true);
  if (result) return result;
  uint64_t bytes = type->min_pages * TM_PAGE_BYTES;
  if ((result = tm_port_commit(m->region.base, bytes))) {
    tm_region_fini(&m->region);
    return result;
  }
  tm_atomic_init(&m->bytes, bytes);
  tm_lock_init(&m->lock);
  return 0;
}

void tm_guard_fini(struct tm_guard_memory *m) {
  tm_lock_fini(&m->lock);
  tm_region_fini(&m->region);
}

int tm_guard_attach(struct tm_guard_memory *m, struct tm_guard_view *v) {
  *v = (struct tm_guard_view){.base = m->region.base, .memory = m};
  return 0;
}

void tm_guard_detach(struct tm_guard_view *v) { (void)v; }

int64_t tm_guard_grow(struct tm_guard_view *v, uint64_t delta) {
  struct tm_guard_memory *m = v->memory;
  tm_lock_take(&m->lock);
  TM_POINT("locked");
  uint64_t old = tm_load_rlx(&m->bytes); /* Relaxed: written only under the lock. */
  uint64_t grown = delta * TM_PAGE_BYTES;
  if (delta > m->region.max_pages - old / TM_PAGE_BYTES ||
      tm_port_commit(m->region.base + old, grown)) {
    tm_lock_drop(&m->lock);
    return -1;
  }
  TM_POINT("committed");
  /* ORDER: the pages before the length that covers them; seq-cst, as memory.grow.
   * PAIRS: tm_guard_pages, guard.h. */
  tm_store_sc(&m->bytes, old + grown);
  TM_POINT("published");
  tm_lock_drop(&m->lock);
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_guard_fault(struct tm_guard_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_guard_valid(struct tm_guard_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->bytes); /* Relaxed: at rest. */
  return bytes % TM_PAGE_BYTES == 0 && bytes / TM_PAGE_BYTES <= m->region.max_pages;
}

TM_STRATEGY_OPS(guard);
