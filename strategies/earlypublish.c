/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/earlypublish.h"

int tm_earlypublish_init(struct tm_earlypublish_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, true);
}

void tm_earlypublish_fini(struct tm_earlypublish_memory *m) { tm_length_fini(&m->length); }

int tm_earlypublish_attach(struct tm_earlypublish_memory *m, struct tm_earlypublish_view *v) {
  *v = (struct tm_earlypublish_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_earlypublish_detach(struct tm_earlypublish_view *v) { (void)v; }

int64_t tm_earlypublish_grow(struct tm_earlypublish_view *v, uint64_t delta) {
  struct tm_earlypublish_memory *m = v->memory;
  int64_t result = -1;
  tm_lock_take(&m->length.lock);
  TM_POINT("locked");
  uint64_t old = tm_load_rlx(&m->length.bytes); /* Relaxed: stored only under the lock. */
  if (tm_region_fits(&m->length.region, old, delta)) {
    tm_length_publish(&m->length, old, delta);
    result = (int64_t)(old / TM_PAGE_BYTES);
    if (tm_port_commit(m->length.region.base + old, delta * TM_PAGE_BYTES)) {
      /* ORDER: seq-cst, as a write of the length. PAIRS: tm_length_pages. */
      tm_store_sc(&m->length.bytes, old);
      result = -1;
    }
    TM_POINT("committed");
  }
  tm_lock_drop(&m->length.lock);
  return result;
}

enum tm_fault tm_earlypublish_fault(struct tm_earlypublish_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_earlypublish_valid(struct tm_earlypublish_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(earlypublish);
