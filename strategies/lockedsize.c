/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/lockedsize.h"

int tm_lockedsize_init(struct tm_lockedsize_memory *m, const struct tm_memory_type *type) {
  int result = tm_region_open(&m->region, type, true);
  if (result) return result;
  tm_atomic_init(&m->bytes, type->min_pages * TM_PAGE_BYTES);
  tm_rwlock_init(&m->lock);
  return 0;
}

void tm_lockedsize_fini(struct tm_lockedsize_memory *m) {
  tm_rwlock_fini(&m->lock);
  tm_region_fini(&m->region);
}

int tm_lockedsize_attach(struct tm_lockedsize_memory *m, struct tm_lockedsize_view *v) {
  *v = (struct tm_lockedsize_view){.base = m->region.base, .memory = m};
  return 0;
}

void tm_lockedsize_detach(struct tm_lockedsize_view *v) { (void)v; }

int64_t tm_lockedsize_grow(struct tm_lockedsize_view *v, uint64_t delta) {
  struct tm_lockedsize_memory *m = v->memory;
  tm_rwlock_take(&m->lock);
  TM_POINT("locked");
  uint64_t old = tm_load_rlx(&m->bytes); /* Relaxed: stored only under the lock. */
  int64_t result = -1;
  if (tm_region_fits(&m->region, old, delta) &&
      tm_port_commit(m->region.base + old, delta * TM_PAGE_BYTES) == 0) {
    TM_POINT("committed");
    /* ORDER: the pages before the length that covers them. PAIRS: tm_lockedsize_span,
     * lockedsize.h. */
    tm_store_rel(&m->bytes, old + delta * TM_PAGE_BYTES);
    TM_POINT("published");
    result = (int64_t)(old / TM_PAGE_BYTES);
  }
  tm_rwlock_drop(&m->lock);
  return result;
}

enum tm_fault tm_lockedsize_fault(struct tm_lockedsize_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_lockedsize_valid(struct tm_lockedsize_memory *m) {
  return tm_region_valid(&m->region, tm_load_rlx(&m->bytes)); /* Relaxed: at rest. */
}

TM_STRATEGY_OPS(lockedsize);
