/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/activation.h"

int tm_activation_init(struct tm_activation_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, false);
}

void tm_activation_fini(struct tm_activation_memory *m) { tm_length_fini(&m->length); }

int tm_activation_attach(struct tm_activation_memory *m, struct tm_activation_view *v) {
  *v = (struct tm_activation_view){.base = m->length.region.base, .memory = m};
  tm_store_rlx(&v->bytes, tm_load_rlx(&m->length.bytes)); /* Relaxed: replaced on each entry. */
  return 0;
}

void tm_activation_detach(struct tm_activation_view *v) { (void)v; }

int64_t tm_activation_grow(struct tm_activation_view *v, uint64_t delta) {
  int64_t old = tm_length_grow(&v->memory->length, delta);
  /* Relaxed: own grow; the lock has ordered it. */
  if (old >= 0) tm_store_rlx(&v->bytes, ((uint64_t)old + delta) * TM_PAGE_BYTES);
  return old;
}

enum tm_fault tm_activation_fault(struct tm_activation_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_activation_valid(struct tm_activation_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(activation);
