/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/slowpath.h"

int tm_slowpath_init(struct tm_slowpath_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, false);
}

void tm_slowpath_fini(struct tm_slowpath_memory *m) { tm_length_fini(&m->length); }

int tm_slowpath_attach(struct tm_slowpath_memory *m, struct tm_slowpath_view *v) {
  *v = (struct tm_slowpath_view){.base = m->length.region.base, .memory = m};
  /* ORDER (kept): the pages before the length that covers them, for a view attached beside a grow.
   * An access that overtakes them is tried again; kept to spare it the fault.
   * PAIRS: tm_length_publish. */
  tm_atomic_init(&v->bytes, tm_load_acq(&m->length.bytes));
  return 0;
}

void tm_slowpath_detach(struct tm_slowpath_view *v) { (void)v; }

int64_t tm_slowpath_grow(struct tm_slowpath_view *v, uint64_t delta) {
  return tm_length_grow(&v->memory->length, delta);
}

enum tm_fault tm_slowpath_fault(struct tm_slowpath_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_slowpath_valid(struct tm_slowpath_memory *m) { return tm_length_valid(&m->length); }

void tm_slowpath_refresh(struct tm_slowpath_view *v, uint64_t ea, uint64_t n) {
  /* ORDER: the pages before the length that covers them. PAIRS: tm_length_publish. */
  uint64_t length = tm_load_acq(&v->memory->length.bytes);
  /* Relaxed: a copy, checked again whenever it is too small. */
  tm_store_rlx(&v->bytes, length);
  if (tm_beyond(ea, n, length, TM_INDEX64)) tm_trap_at(TM_TRAP_OUT_OF_BOUNDS, TM_CALLER_PC);
}

TM_STRATEGY_OPS(slowpath);
