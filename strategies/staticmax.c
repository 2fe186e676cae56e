/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/staticmax.h"

int tm_staticmax_init(struct tm_staticmax_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, false);
}

void tm_staticmax_fini(struct tm_staticmax_memory *m) { tm_length_fini(&m->length); }

int tm_staticmax_attach(struct tm_staticmax_memory *m, struct tm_staticmax_view *v) {
  *v = (struct tm_staticmax_view){.base = m->length.region.base,
                                  .max_bytes = m->length.region.max_pages * TM_PAGE_BYTES,
                                  .memory = m};
  return 0;
}

void tm_staticmax_detach(struct tm_staticmax_view *v) { (void)v; }

int64_t tm_staticmax_grow(struct tm_staticmax_view *v, uint64_t delta) {
  return tm_length_grow(&v->memory->length, delta);
}

enum tm_fault tm_staticmax_fault(struct tm_staticmax_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_staticmax_valid(struct tm_staticmax_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(staticmax);
