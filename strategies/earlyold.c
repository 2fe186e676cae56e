/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/earlyold.h"

int tm_earlyold_init(struct tm_earlyold_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, false);
}

void tm_earlyold_fini(struct tm_earlyold_memory *m) { tm_length_fini(&m->length); }

int tm_earlyold_attach(struct tm_earlyold_memory *m, struct tm_earlyold_view *v) {
  *v = (struct tm_earlyold_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_earlyold_detach(struct tm_earlyold_view *v) { (void)v; }

int64_t tm_earlyold_grow(struct tm_earlyold_view *v, uint64_t delta) {
  struct tm_earlyold_memory *m = v->memory;
  /* ORDER: seq-cst, as memory.grow; and the fault: before the lock. PAIRS: the store below. */
  uint64_t old = tm_load_sc(&m->length.bytes);
  if (!tm_region_fits(&m->length.region, old, delta)) return -1;
  TM_POINT("computed");
  tm_lock_take(&m->length.lock);
  TM_POINT("locked");
  if (tm_port_commit(m->length.region.base, old + delta * TM_PAGE_BYTES)) {
    tm_lock_drop(&m->length.lock);
    return -1;
  }
  return tm_length_end(&m->length, old, delta);
}

enum tm_fault tm_earlyold_fault(struct tm_earlyold_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_earlyold_valid(struct tm_earlyold_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(earlyold);
