/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/atomicptr.h"

int tm_atomicptr_init(struct tm_atomicptr_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, false);
}

void tm_atomicptr_fini(struct tm_atomicptr_memory *m) { tm_length_fini(&m->length); }

int tm_atomicptr_attach(struct tm_atomicptr_memory *m, struct tm_atomicptr_view *v) {
  *v = (struct tm_atomicptr_view){
      .base = m->length.region.base, .bytes = &m->length.bytes, .memory = m};
  return 0;
}

void tm_atomicptr_detach(struct tm_atomicptr_view *v) { (void)v; }

int64_t tm_atomicptr_grow(struct tm_atomicptr_view *v, uint64_t delta) {
  return tm_length_grow(&v->memory->length, delta);
}

enum tm_fault tm_atomicptr_fault(struct tm_atomicptr_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_atomicptr_valid(struct tm_atomicptr_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(atomicptr);
