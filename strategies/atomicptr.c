/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/atomicptr.h"

int tm_atomicptr_init(struct tm_atomicptr_memory *m, const struct tm_memory_type *type) {
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

void tm_atomicptr_fini(struct tm_atomicptr_memory *m) {
  tm_lock_fini(&m->lock);
  tm_region_fini(&m->region);
}

int tm_atomicptr_attach(struct tm_atomicptr_memory *m, struct tm_atomicptr_view *v) {
  *v = (struct tm_atomicptr_view){.base = m->region.base, .bytes = &m->bytes, .memory = m};
  return 0;
}

void tm_atomicptr_detach(struct tm_atomicptr_view *v) { (void)v; }

int64_t tm_atomicptr_grow(struct tm_atomicptr_view *v, uint64_t delta) {
  struct tm_atomicptr_memory *m = v->memory;
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
   * PAIRS: tm_atomicptr_pages, atomicptr.h. */
  tm_store_sc(&m->bytes, old + grown);
  TM_POINT("published");
  tm_lock_drop(&m->lock);
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_atomicptr_fault(struct tm_atomicptr_memory *m, uintptr_t address) {
  /* ORDER: the length before the access is tried again. PAIRS: tm_atomicptr_grow. */
  uint64_t length = tm_load_acq(&m->bytes);
  return address - (uintptr_t)m->region.base < length ? TM_FAULT_RETRY : TM_FAULT_TRAP;
}

bool tm_atomicptr_valid(struct tm_atomicptr_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->bytes); /* Relaxed: at rest. */
  return bytes % TM_PAGE_BYTES == 0 && bytes / TM_PAGE_BYTES <= m->region.max_pages;
}

TM_STRATEGY_OPS(atomicptr);
