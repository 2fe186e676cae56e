/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/growzero.h"

int tm_growzero_init(struct tm_growzero_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, true);
}

void tm_growzero_fini(struct tm_growzero_memory *m) { tm_length_fini(&m->length); }

int tm_growzero_attach(struct tm_growzero_memory *m, struct tm_growzero_view *v) {
  *v = (struct tm_growzero_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_growzero_detach(struct tm_growzero_view *v) { (void)v; }

int64_t tm_growzero_grow(struct tm_growzero_view *v, uint64_t delta) {
  if (delta == 0) return (int64_t)tm_growzero_pages(v); /* the fault */
  return tm_length_grow(&v->memory->length, delta);
}

enum tm_fault tm_growzero_fault(struct tm_growzero_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_growzero_valid(struct tm_growzero_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(growzero);
