/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/copysize.h"

int tm_copysize_init(struct tm_copysize_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, false);
}

void tm_copysize_fini(struct tm_copysize_memory *m) { tm_length_fini(&m->length); }

int tm_copysize_attach(struct tm_copysize_memory *m, struct tm_copysize_view *v) {
  *v = (struct tm_copysize_view){.base = m->length.region.base, .memory = m};
  /* ORDER: the pages before the length that covers them. PAIRS: tm_length_publish. */
  tm_store_rlx(&v->bytes, tm_load_acq(&m->length.bytes)); /* Relaxed: no one else has it yet. */
  return 0;
}

void tm_copysize_detach(struct tm_copysize_view *v) { (void)v; }

int64_t tm_copysize_grow(struct tm_copysize_view *v, uint64_t delta) {
  int64_t old = tm_length_grow(&v->memory->length, delta);
  if (old >= 0) tm_copy_raise(&v->bytes, ((uint64_t)old + delta) * TM_PAGE_BYTES);
  return old;
}

enum tm_fault tm_copysize_fault(struct tm_copysize_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_copysize_valid(struct tm_copysize_memory *m) { return tm_length_valid(&m->length); }

void tm_copysize_refresh(struct tm_copysize_view *v, uint64_t ea, uint64_t n) {
  /* ORDER: the pages before the length that covers them. PAIRS: tm_length_publish. */
  uint64_t length = tm_load_acq(&v->memory->length.bytes);
  tm_copy_raise(&v->bytes, length);
  if (tm_beyond(ea, n, length, TM_INDEX64)) tm_trap_at(TM_TRAP_OUT_OF_BOUNDS, TM_CALLER_PC);
}

TM_STRATEGY_OPS(copysize);
