/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/latezero.h"

int tm_latezero_init(struct tm_latezero_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, true);
}

void tm_latezero_fini(struct tm_latezero_memory *m) { tm_length_fini(&m->length); }

int tm_latezero_attach(struct tm_latezero_memory *m, struct tm_latezero_view *v) {
  *v = (struct tm_latezero_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_latezero_detach(struct tm_latezero_view *v) { (void)v; }

int64_t tm_latezero_grow(struct tm_latezero_view *v, uint64_t delta) {
  struct tm_latezero_memory *m = v->memory;
  uint64_t old;
  if (!tm_length_begin(&m->length, delta, &old)) return -1;
  tm_length_publish(&m->length, old, delta);
  tm_port_zero(m->length.region.base + old, delta * TM_PAGE_BYTES);
  TM_POINT("zeroed");
  tm_lock_drop(&m->length.lock);
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_latezero_fault(struct tm_latezero_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_latezero_valid(struct tm_latezero_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(latezero);
