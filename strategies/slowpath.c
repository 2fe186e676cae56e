/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/slowpath.h"

int tm_slowpath_init(struct tm_slowpath_memory *m, const struct tm_memory_type *type) {
  int result = tm_region_init(&m->region, type, false);
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

void tm_slowpath_fini(struct tm_slowpath_memory *m) {
  tm_lock_fini(&m->lock);
  tm_region_fini(&m->region);
}

int tm_slowpath_attach(struct tm_slowpath_memory *m, struct tm_slowpath_view *v) {
  *v = (struct tm_slowpath_view){.base = m->region.base, .memory = m};
  /* ORDER: the pages before the length that covers them. PAIRS: tm_slowpath_grow. */
  tm_atomic_init(&v->bytes, tm_load_acq(&m->bytes));
  return 0;
}

void tm_slowpath_detach(struct tm_slowpath_view *v) { (void)v; }

int64_t tm_slowpath_grow(struct tm_slowpath_view *v, uint64_t delta) {
  struct tm_slowpath_memory *m = v->memory;
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
   * PAIRS: tm_slowpath_pages, slowpath.h. */
  tm_store_sc(&m->bytes, old + grown);
  TM_POINT("published");
  tm_lock_drop(&m->lock);
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_slowpath_fault(struct tm_slowpath_memory *m, uintptr_t address) {
  /* ORDER: the length before the access is tried again. PAIRS: tm_slowpath_grow. */
  uint64_t length = tm_load_acq(&m->bytes);
  return address - (uintptr_t)m->region.base < length ? TM_FAULT_RETRY : TM_FAULT_TRAP;
}

bool tm_slowpath_valid(struct tm_slowpath_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->bytes); /* Relaxed: at rest. */
  return bytes % TM_PAGE_BYTES == 0 && bytes / TM_PAGE_BYTES <= m->region.max_pages;
}

void tm_slowpath_refresh(struct tm_slowpath_view *v, uint64_t ea, uint64_t n) {
  /* ORDER: the pages before the length that covers them. PAIRS: tm_slowpath_grow. */
  uint64_t length = tm_load_acq(&v->memory->bytes);
  /* Relaxed: a copy, checked again whenever it is too small. */
  tm_store_rlx(&v->bytes, length);
  if (tm_beyond(ea, n, length, TM_INDEX64)) tm_trap(TM_TRAP_OUT_OF_BOUNDS);
}

TM_STRATEGY_OPS(slowpath);
