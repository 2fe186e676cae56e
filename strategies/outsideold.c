/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/outsideold.h"

int tm_outsideold_init(struct tm_outsideold_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, true);
}

void tm_outsideold_fini(struct tm_outsideold_memory *m) { tm_length_fini(&m->length); }

int tm_outsideold_attach(struct tm_outsideold_memory *m, struct tm_outsideold_view *v) {
  *v = (struct tm_outsideold_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_outsideold_detach(struct tm_outsideold_view *v) { (void)v; }

int64_t tm_outsideold_grow(struct tm_outsideold_view *v, uint64_t delta) {
  uint64_t old = tm_outsideold_pages(v);
  TM_POINT("computed");
  return tm_length_grow(&v->memory->length, delta) < 0 ? -1 : (int64_t)old;
}

enum tm_fault tm_outsideold_fault(struct tm_outsideold_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_outsideold_valid(struct tm_outsideold_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(outsideold);
