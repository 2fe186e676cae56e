/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/casgrow.h"

int tm_casgrow_init(struct tm_casgrow_memory *m, const struct tm_memory_type *type) {
  tm_atomic_init(&m->bytes, type->min_pages * TM_PAGE_BYTES);
  return tm_region_open(&m->region, type, true);
}

void tm_casgrow_fini(struct tm_casgrow_memory *m) { tm_region_fini(&m->region); }

int tm_casgrow_attach(struct tm_casgrow_memory *m, struct tm_casgrow_view *v) {
  *v = (struct tm_casgrow_view){.base = m->region.base, .memory = m};
  return 0;
}

void tm_casgrow_detach(struct tm_casgrow_view *v) { (void)v; }

int64_t tm_casgrow_grow(struct tm_casgrow_view *v, uint64_t delta) {
  struct tm_casgrow_memory *m = v->memory;
  /* ORDER: seq-cst, as a memory.grow that fails. PAIRS: the swap below. */
  uint64_t old = tm_load_sc(&m->bytes);
  do {
    if (!tm_region_fits(&m->region, old, delta)) return -1;
    /* The prefix, not only the new pages: the grower that moved the length to `old` may not be the
     * one that made its pages accessible first. */
    if (tm_port_commit(m->region.base, old + delta * TM_PAGE_BYTES)) return -1;
    TM_POINT("committed");
    /* ORDER: the pages before the length that covers them; seq-cst read-modify-write, for delta 0
     * as well. PAIRS: tm_casgrow_pages and tm_casgrow_span, casgrow.h, and itself. */
  } while (!tm_cas_sc(&m->bytes, &old, old + delta * TM_PAGE_BYTES));
  TM_POINT("published");
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_casgrow_fault(struct tm_casgrow_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_casgrow_valid(struct tm_casgrow_memory *m) {
  return tm_region_valid(&m->region, tm_load_rlx(&m->bytes)); /* Relaxed: at rest. */
}

TM_STRATEGY_OPS(casgrow);
