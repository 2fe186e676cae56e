/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/phantom.h"

int tm_phantom_init(struct tm_phantom_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, true);
}

void tm_phantom_fini(struct tm_phantom_memory *m) { tm_length_fini(&m->length); }

int tm_phantom_attach(struct tm_phantom_memory *m, struct tm_phantom_view *v) {
  *v = (struct tm_phantom_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_phantom_detach(struct tm_phantom_view *v) { (void)v; }

int64_t tm_phantom_grow(struct tm_phantom_view *v, uint64_t delta) {
  struct tm_phantom_memory *m = v->memory;
  struct tm_region *r = &m->length.region;
  int64_t result = -1;
  tm_lock_take(&m->length.lock);
  TM_POINT("locked");
  uint64_t old = tm_load_rlx(&m->length.bytes); /* Relaxed: stored only under the lock. */
  bool reserved = delta <= (r->reserved_bytes - old) / TM_PAGE_BYTES;
  if (reserved && tm_port_commit(r->base + old, delta * TM_PAGE_BYTES) == 0) {
    TM_POINT("committed");
    if (tm_region_fits(r, old, delta)) {
      tm_length_publish(&m->length, old, delta);
      result = (int64_t)(old / TM_PAGE_BYTES);
    } else if (tm_port_protect(r->base + old, delta * TM_PAGE_BYTES) == 0) {
      TM_POINT("rolled back");
    }
  }
  tm_lock_drop(&m->length.lock);
  return result;
}

enum tm_fault tm_phantom_fault(struct tm_phantom_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_phantom_valid(struct tm_phantom_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(phantom);
