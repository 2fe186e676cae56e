/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/membarrier.h"

int tm_membarrier_init(struct tm_membarrier_memory *m, const struct tm_memory_type *type) {
  int result = tm_port_membarrier_init();
  if (result) return result;
  tm_link_init(&m->views);
  return tm_length_init(&m->length, type, false);
}

void tm_membarrier_fini(struct tm_membarrier_memory *m) { tm_length_fini(&m->length); }

int tm_membarrier_attach(struct tm_membarrier_memory *m, struct tm_membarrier_view *v) {
  *v = (struct tm_membarrier_view){.base = m->length.region.base, .memory = m};
  tm_lock_take(&m->length.lock);
  tm_store_rlx(&v->bytes, tm_load_rlx(&m->length.bytes)); /* Relaxed: stored under the lock. */
  tm_link_add(&m->views, &v->link);
  tm_lock_drop(&m->length.lock);
  return 0;
}

void tm_membarrier_detach(struct tm_membarrier_view *v) {
  tm_lock_take(&v->memory->length.lock);
  tm_link_remove(&v->link);
  tm_lock_drop(&v->memory->length.lock);
}

int64_t tm_membarrier_grow(struct tm_membarrier_view *v, uint64_t delta) {
  struct tm_membarrier_memory *m = v->memory;
  uint64_t old;
  if (!tm_length_begin(&m->length, delta, &old)) return -1;
  /* ORDER: the pages before every copy, on every thread. PAIRS: tm_membarrier_at, membarrier.h. */
  if (delta) tm_port_membarrier();
  TM_POINT("barrier");
  TM_LINK_EACH (each, &m->views, struct tm_membarrier_view, link)
    /* Relaxed: ordered by the barrier above and by the store of the length below. */
    tm_store_rlx(&each->bytes, old + delta * TM_PAGE_BYTES);
  TM_POINT("pushed");
  return tm_length_end(&m->length, old, delta);
}

enum tm_fault tm_membarrier_fault(struct tm_membarrier_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_membarrier_valid(struct tm_membarrier_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->length.bytes); /* Relaxed: at rest. */
  TM_LINK_EACH (each, &m->views, struct tm_membarrier_view, link)
    if (tm_load_rlx(&each->bytes) != bytes) return false; /* Relaxed: at rest. */
  return tm_length_valid(&m->length);
}

static unsigned membarrier_listed(void *memory) {
  return tm_link_count(&((struct tm_membarrier_memory *)memory)->views);
}

TM_STRATEGY_OPS_WITH(membarrier, .listed = membarrier_listed,
                     .needs = "membarrier(2) with PRIVATE_EXPEDITED (Linux 4.14)");
