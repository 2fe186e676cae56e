/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/precommit.h"

int tm_precommit_init(struct tm_precommit_memory *m, const struct tm_memory_type *type) {
  int result = tm_region_init(&m->region, type, false);
  if (result) return result;
  if ((result = tm_port_commit(m->region.base, m->region.max_pages * TM_PAGE_BYTES))) {
    tm_region_fini(&m->region);
    return result;
  }
  tm_atomic_init(&m->bytes, type->min_pages * TM_PAGE_BYTES);
  return 0;
}

void tm_precommit_fini(struct tm_precommit_memory *m) { tm_region_fini(&m->region); }

int tm_precommit_attach(struct tm_precommit_memory *m, struct tm_precommit_view *v) {
  *v = (struct tm_precommit_view){.base = m->region.base, .memory = m};
  return 0;
}

void tm_precommit_detach(struct tm_precommit_view *v) { (void)v; }

int64_t tm_precommit_grow(struct tm_precommit_view *v, uint64_t delta) {
  struct tm_precommit_memory *m = v->memory;
  /* ORDER (kept): seq-cst, as a memory.grow that fails. Acquire would do: it fails on a length that
   * it has read from the seq-cst swap below; kept for clarity. PAIRS: the swap below. */
  uint64_t old = tm_load_sc(&m->bytes);
  do {
    if (delta > m->region.max_pages - old / TM_PAGE_BYTES) return -1;
    TM_POINT("computed");
    /* ORDER: seq-cst read-modify-write, for delta 0 as well. PAIRS: tm_precommit_pages and itself.
     */
  } while (!tm_cas_sc(&m->bytes, &old, old + delta * TM_PAGE_BYTES));
  TM_POINT("published");
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_precommit_fault(struct tm_precommit_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_precommit_valid(struct tm_precommit_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->bytes); /* Relaxed: at rest. */
  return bytes % TM_PAGE_BYTES == 0 && bytes / TM_PAGE_BYTES <= m->region.max_pages;
}

TM_STRATEGY_OPS(precommit);
