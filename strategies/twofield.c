/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/twofield.h"

int tm_twofield_init(struct tm_twofield_memory *m, const struct tm_memory_type *type) {
  tm_atomic_init(&m->pages, type->min_pages);
  return tm_length_init(&m->length, type, false);
}

void tm_twofield_fini(struct tm_twofield_memory *m) { tm_length_fini(&m->length); }

int tm_twofield_attach(struct tm_twofield_memory *m, struct tm_twofield_view *v) {
  *v = (struct tm_twofield_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_twofield_detach(struct tm_twofield_view *v) { (void)v; }

int64_t tm_twofield_grow(struct tm_twofield_view *v, uint64_t delta) {
  struct tm_twofield_memory *m = v->memory;
  uint64_t old;
  if (!tm_length_begin(&m->length, delta, &old)) return -1;
  /* ORDER: the new pages before the length in pages. PAIRS: tm_twofield_pages, twofield.h. */
  tm_store_sc(&m->pages, old / TM_PAGE_BYTES + delta);
  TM_POINT("pages");
  return tm_length_end(&m->length, old, delta);
}

enum tm_fault tm_twofield_fault(struct tm_twofield_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_twofield_valid(struct tm_twofield_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->length.bytes); /* Relaxed: at rest. */
  return tm_load_rlx(&m->pages) * TM_PAGE_BYTES == bytes && tm_length_valid(&m->length);
}

TM_STRATEGY_OPS(twofield);
