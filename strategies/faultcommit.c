/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/faultcommit.h"

int tm_faultcommit_init(struct tm_faultcommit_memory *m, const struct tm_memory_type *type) {
  tm_atomic_init(&m->bytes, type->min_pages * TM_PAGE_BYTES);
  return tm_region_init(&m->region, type, true);
}

void tm_faultcommit_fini(struct tm_faultcommit_memory *m) { tm_region_fini(&m->region); }

int tm_faultcommit_attach(struct tm_faultcommit_memory *m, struct tm_faultcommit_view *v) {
  *v = (struct tm_faultcommit_view){.base = m->region.base, .memory = m};
  return 0;
}

void tm_faultcommit_detach(struct tm_faultcommit_view *v) { (void)v; }

int64_t tm_faultcommit_grow(struct tm_faultcommit_view *v, uint64_t delta) {
  struct tm_faultcommit_memory *m = v->memory;
  /* ORDER (kept): seq-cst, as a memory.grow that fails. Acquire would do: it fails on a length that
   * it has read from the seq-cst swap below; kept for clarity. PAIRS: the swap below. */
  uint64_t old = tm_load_sc(&m->bytes);
  do {
    if (!tm_region_fits(&m->region, old, delta)) return -1;
    TM_POINT("computed");
    /* ORDER: seq-cst read-modify-write, for delta 0 as well.
     * PAIRS: tm_faultcommit_pages, tm_faultcommit_fault and itself. */
  } while (!tm_cas_sc(&m->bytes, &old, old + delta * TM_PAGE_BYTES));
  TM_POINT("published");
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_faultcommit_fault(struct tm_faultcommit_memory *m, uintptr_t address) {
  /* ORDER: the length before the access is tried again. PAIRS: tm_faultcommit_grow. */
  uint64_t length = tm_load_acq(&m->bytes);
  uint64_t offset = address - (uintptr_t)m->region.base;
  if (offset >= length) return TM_FAULT_TRAP;
  uint8_t *page = m->region.base + offset / TM_PAGE_BYTES * TM_PAGE_BYTES;
  TM_POINT("faulted");
  if (tm_port_commit(page, TM_PAGE_BYTES) == 0) return TM_FAULT_RETRY;
  return tm_port_commit(m->region.base, length) == 0 ? TM_FAULT_RETRY : TM_FAULT_TRAP;
}

bool tm_faultcommit_valid(struct tm_faultcommit_memory *m) {
  return tm_region_valid(&m->region, tm_load_rlx(&m->bytes)); /* Relaxed: at rest. */
}

TM_STRATEGY_OPS(faultcommit);
