/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/lazytrap.h"

int tm_lazytrap_init(struct tm_lazytrap_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, false);
}

void tm_lazytrap_fini(struct tm_lazytrap_memory *m) { tm_length_fini(&m->length); }

int tm_lazytrap_attach(struct tm_lazytrap_memory *m, struct tm_lazytrap_view *v) {
  *v = (struct tm_lazytrap_view){.base = m->length.region.base, .memory = m};
  /* ORDER (kept): the pages before the length that covers them, for a view attached beside a grow.
   * An access that overtakes them is tried again; kept to spare it the fault.
   * PAIRS: tm_length_publish. */
  tm_atomic_init(&v->bytes, tm_load_acq(&m->length.bytes));
  return 0;
}

void tm_lazytrap_detach(struct tm_lazytrap_view *v) { (void)v; }

int64_t tm_lazytrap_grow(struct tm_lazytrap_view *v, uint64_t delta) {
  return tm_length_grow(&v->memory->length, delta);
}

enum tm_fault tm_lazytrap_fault(struct tm_lazytrap_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_lazytrap_valid(struct tm_lazytrap_memory *m) { return tm_length_valid(&m->length); }

bool tm_lazytrap_refresh(void *view, uint64_t ea, uint64_t n) {
  struct tm_lazytrap_view *v = view;
  /* ORDER: the pages before the length that covers them. PAIRS: tm_length_publish. */
  uint64_t length = tm_load_acq(&v->memory->length.bytes);
  /* Relaxed: a copy, checked again whenever it is too small. */
  tm_store_rlx(&v->bytes, length);
  return !tm_beyond(ea, n, length, TM_INDEX64);
}

TM_STRATEGY_OPS(lazytrap);
