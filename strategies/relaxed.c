/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/relaxed.h"

int tm_relaxed_init(struct tm_relaxed_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, false);
}

void tm_relaxed_fini(struct tm_relaxed_memory *m) { tm_length_fini(&m->length); }

int tm_relaxed_attach(struct tm_relaxed_memory *m, struct tm_relaxed_view *v) {
  *v = (struct tm_relaxed_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_relaxed_detach(struct tm_relaxed_view *v) { (void)v; }

int64_t tm_relaxed_grow(struct tm_relaxed_view *v, uint64_t delta) {
  struct tm_relaxed_memory *m = v->memory;
  uint64_t old;
  if (!tm_length_begin(&m->length, delta, &old)) return -1;
  tm_store_rlx(&m->length.bytes, old + delta * TM_PAGE_BYTES); /* Relaxed: the fault. */
  TM_POINT("published");
  tm_lock_drop(&m->length.lock);
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_relaxed_fault(struct tm_relaxed_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_relaxed_valid(struct tm_relaxed_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(relaxed);
