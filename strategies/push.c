/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/push.h"

int tm_push_init(struct tm_push_memory *m, const struct tm_memory_type *type) {
  int result = tm_region_init(&m->region, type, false);
  if (result) return result;
  uint64_t bytes = type->min_pages * TM_PAGE_BYTES;
  if ((result = tm_port_commit(m->region.base, bytes))) {
    tm_region_fini(&m->region);
    return result;
  }
  tm_atomic_init(&m->bytes, bytes);
  tm_lock_init(&m->lock);
  m->first = NULL;
  return 0;
}

void tm_push_fini(struct tm_push_memory *m) {
  tm_lock_fini(&m->lock);
  tm_region_fini(&m->region);
}

int tm_push_attach(struct tm_push_memory *m, struct tm_push_view *v) {
  *v = (struct tm_push_view){.base = m->region.base, .memory = m};
  tm_lock_take(&m->lock);
  tm_atomic_init(&v->bytes, tm_load_rlx(&m->bytes)); /* Relaxed: written only under the lock. */
  v->next = m->first;
  if (v->next) v->next->previous = v;
  m->first = v;
  tm_lock_drop(&m->lock);
  return 0;
}

void tm_push_detach(struct tm_push_view *v) {
  struct tm_push_memory *m = v->memory;
  tm_lock_take(&m->lock);
  if (v->next) v->next->previous = v->previous;
  if (v->previous)
    v->previous->next = v->next;
  else
    m->first = v->next;
  tm_lock_drop(&m->lock);
}

int64_t tm_push_grow(struct tm_push_view *v, uint64_t delta) {
  struct tm_push_memory *m = v->memory;
  tm_lock_take(&m->lock);
  TM_POINT("locked");
  uint64_t old = tm_load_rlx(&m->bytes); /* Relaxed: written only under the lock. */
  uint64_t grown = delta * TM_PAGE_BYTES;
  if (delta > m->region.max_pages - old / TM_PAGE_BYTES ||
      tm_port_commit(m->region.base + old, grown)) {
    tm_lock_drop(&m->lock);
    return -1;
  }
  TM_POINT("committed");
  for (struct tm_push_view *each = m->first; each; each = each->next)
    tm_store_rlx(&each->bytes,
                 old + grown); /* Relaxed: ordered by the store of the length below. */
  TM_POINT("pushed");
  /* ORDER: the pages and every copy before the length; seq-cst, as memory.grow.
   * PAIRS: tm_push_pages, push.h; tm_push_fault. */
  tm_store_sc(&m->bytes, old + grown);
  TM_POINT("published");
  tm_lock_drop(&m->lock);
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_push_fault(struct tm_push_memory *m, uintptr_t address) {
  /* ORDER: the length before the access is tried again. PAIRS: tm_push_grow. */
  uint64_t length = tm_load_acq(&m->bytes);
  return address - (uintptr_t)m->region.base < length ? TM_FAULT_RETRY : TM_FAULT_TRAP;
}

bool tm_push_valid(struct tm_push_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->bytes); /* Relaxed: at rest. */
  for (struct tm_push_view *each = m->first; each; each = each->next)
    if (tm_load_rlx(&each->bytes) != bytes) return false; /* Relaxed: at rest. */
  return bytes % TM_PAGE_BYTES == 0 && bytes / TM_PAGE_BYTES <= m->region.max_pages;
}

TM_STRATEGY_OPS(push);
