/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/uffd.h"

int tm_uffd_init(struct tm_uffd_memory *m, const struct tm_memory_type *type) {
  tm_atomic_init(&m->bytes, type->min_pages * TM_PAGE_BYTES);
  int result = tm_region_init(&m->region, type, true);
  if (result) return result;
  if ((result = tm_port_commit(m->region.base, m->region.reserved_bytes)) ||
      (result = tm_port_uffd_open(m->region.base, m->region.reserved_bytes, &m->descriptor)))
    tm_region_fini(&m->region);
  return result;
}

void tm_uffd_fini(struct tm_uffd_memory *m) {
  tm_port_uffd_close(m->descriptor);
  tm_region_fini(&m->region);
}

int tm_uffd_attach(struct tm_uffd_memory *m, struct tm_uffd_view *v) {
  *v = (struct tm_uffd_view){.base = m->region.base, .memory = m};
  return 0;
}

void tm_uffd_detach(struct tm_uffd_view *v) { (void)v; }

int64_t tm_uffd_grow(struct tm_uffd_view *v, uint64_t delta) {
  struct tm_uffd_memory *m = v->memory;
  /* ORDER (kept): seq-cst, as a memory.grow that fails. Acquire would do: it fails on a length that
   * it has read from the seq-cst swap below; kept for clarity. PAIRS: the swap below. */
  uint64_t old = tm_load_sc(&m->bytes);
  do {
    if (!tm_region_fits(&m->region, old, delta)) return -1;
    TM_POINT("computed");
    /* ORDER: seq-cst read-modify-write, for delta 0 as well.
     * PAIRS: tm_uffd_pages, tm_uffd_fault and itself. */
  } while (!tm_cas_sc(&m->bytes, &old, old + delta * TM_PAGE_BYTES));
  TM_POINT("published");
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_uffd_fault(struct tm_uffd_memory *m, uintptr_t address) {
  /* ORDER: the length before the access is tried again. PAIRS: tm_uffd_grow. */
  uint64_t length = tm_load_acq(&m->bytes);
  uint64_t offset = address - (uintptr_t)m->region.base;
  if (offset >= length) return TM_FAULT_TRAP;
  TM_POINT("faulted");
  return tm_port_uffd_fill(m->descriptor, (uint8_t *)address) == 0 ? TM_FAULT_RETRY : TM_FAULT_TRAP;
}

bool tm_uffd_valid(struct tm_uffd_memory *m) {
  return tm_region_valid(&m->region, tm_load_rlx(&m->bytes)); /* Relaxed: at rest. */
}

TM_STRATEGY_OPS_WITH(uffd, .needs = "userfaultfd(2): root, or vm.unprivileged_userfaultfd = 1, or "
                                    "access to user mode faults only (Linux 5.11)");
