/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/publishfirst.h"

int tm_publishfirst_init(struct tm_publishfirst_memory *m, const struct tm_memory_type *type) {
  int result = tm_length_init(&m->length, type, true);
  if (result) return result;
  uint8_t *tail = m->length.region.base + m->length.region.reserved_bytes - TM_PAGE_BYTES;
  if ((result = tm_port_bar(tail, TM_PAGE_BYTES))) {
    tm_length_fini(&m->length);
    return result;
  }
  tm_port_unbar(tail, TM_PAGE_BYTES);
  return 0;
}

void tm_publishfirst_fini(struct tm_publishfirst_memory *m) { tm_length_fini(&m->length); }

int tm_publishfirst_attach(struct tm_publishfirst_memory *m, struct tm_publishfirst_view *v) {
  *v = (struct tm_publishfirst_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_publishfirst_detach(struct tm_publishfirst_view *v) { (void)v; }

int64_t tm_publishfirst_grow(struct tm_publishfirst_view *v, uint64_t delta) {
  struct tm_publishfirst_memory *m = v->memory;
  tm_lock_take(&m->length.lock);
  TM_POINT("locked");
  uint64_t old = tm_load_rlx(&m->length.bytes); /* Relaxed: stored only under the lock. */
  uint8_t *start = m->length.region.base + old;
  uint64_t grown = delta * TM_PAGE_BYTES;
  if (!tm_region_fits(&m->length.region, old, delta) || tm_port_bar(start, grown)) goto failed;
  if (tm_port_commit(start, grown)) {
    tm_port_unbar(start, grown);
    goto failed;
  }
  TM_POINT("charged");
  tm_length_publish(&m->length, old, delta);
  /* ORDER: the length before the pages open: a seq-cst store before a system call.
   * PAIRS: every access, through the page tables; tm_publishfirst_fault. */
  tm_port_unbar(start, grown);
  TM_POINT("opened");
  tm_lock_drop(&m->length.lock);
  return (int64_t)(old / TM_PAGE_BYTES);
failed:
  tm_lock_drop(&m->length.lock);
  return -1;
}

enum tm_fault tm_publishfirst_fault(struct tm_publishfirst_memory *m, uintptr_t address) {
  if (tm_length_fault(&m->length, address) == TM_FAULT_TRAP) return TM_FAULT_TRAP;
  /* Wait for the grower that has published and not yet opened the page. The interrupted code is a
   * guest's, so this thread does not hold the lock. */
  tm_lock_take(&m->length.lock);
  tm_lock_drop(&m->length.lock);
  return TM_FAULT_RETRY;
}

bool tm_publishfirst_valid(struct tm_publishfirst_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS_WITH(publishfirst, .needs = "MADV_GUARD_INSTALL (Linux 6.13)");
