/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/guard.h"

int tm_guard_init(struct tm_guard_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, true);
}

void tm_guard_fini(struct tm_guard_memory *m) { tm_length_fini(&m->length); }

int tm_guard_attach(struct tm_guard_memory *m, struct tm_guard_view *v) {
  *v = (struct tm_guard_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_guard_detach(struct tm_guard_view *v) { (void)v; }

int64_t tm_guard_grow(struct tm_guard_view *v, uint64_t delta) {
  return tm_length_grow(&v->memory->length, delta);
}

enum tm_fault tm_guard_fault(struct tm_guard_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_guard_valid(struct tm_guard_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(guard);
