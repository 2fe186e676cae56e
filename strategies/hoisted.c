/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/hoisted.h"

int tm_hoisted_init(struct tm_hoisted_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, false);
}

void tm_hoisted_fini(struct tm_hoisted_memory *m) { tm_length_fini(&m->length); }

int tm_hoisted_attach(struct tm_hoisted_memory *m, struct tm_hoisted_view *v) {
  *v = (struct tm_hoisted_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_hoisted_detach(struct tm_hoisted_view *v) { (void)v; }

int64_t tm_hoisted_grow(struct tm_hoisted_view *v, uint64_t delta) {
  return tm_length_grow(&v->memory->length, delta);
}

enum tm_fault tm_hoisted_fault(struct tm_hoisted_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_hoisted_valid(struct tm_hoisted_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(hoisted);
