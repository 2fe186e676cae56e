/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/interrupt.h"

int tm_interrupt_init(struct tm_interrupt_memory *m, const struct tm_memory_type *type) {
  tm_link_init(&m->views);
  return tm_length_init(&m->length, type, false);
}

void tm_interrupt_fini(struct tm_interrupt_memory *m) { tm_length_fini(&m->length); }

int tm_interrupt_attach(struct tm_interrupt_memory *m, struct tm_interrupt_view *v) {
  *v = (struct tm_interrupt_view){.base = m->length.region.base, .memory = m};
  tm_lock_take(&m->length.lock);
  tm_store_rlx(&v->bytes, tm_load_rlx(&m->length.bytes)); /* Relaxed: stored under the lock. */
  tm_link_add(&m->views, &v->link);
  tm_lock_drop(&m->length.lock);
  return 0;
}

void tm_interrupt_detach(struct tm_interrupt_view *v) {
  tm_lock_take(&v->memory->length.lock);
  tm_link_remove(&v->link);
  tm_lock_drop(&v->memory->length.lock);
}

int64_t tm_interrupt_grow(struct tm_interrupt_view *v, uint64_t delta) {
  struct tm_interrupt_memory *m = v->memory;
  uint64_t old;
  if (!tm_length_begin(&m->length, delta, &old)) return -1;
  tm_length_publish(&m->length, old, delta);
  TM_LINK_EACH (each, &m->views, struct tm_interrupt_view, link)
    /* ORDER: the length before the flag. PAIRS: tm_interrupt_refresh. */
    tm_store_rel(&each->asked, 1);
  TM_POINT("asked");
  tm_lock_drop(&m->length.lock);
  tm_interrupt_refresh(v);
  return (int64_t)(old / TM_PAGE_BYTES);
}

enum tm_fault tm_interrupt_fault(struct tm_interrupt_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_interrupt_valid(struct tm_interrupt_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->length.bytes);                /* Relaxed: at rest. */
  TM_LINK_EACH (each, &m->views, struct tm_interrupt_view, link) /* Relaxed: at rest. */
    if (tm_load_rlx(&each->bytes) != bytes && !tm_load_rlx(&each->asked)) return false;
  return tm_length_valid(&m->length);
}

void tm_interrupt_refresh(struct tm_interrupt_view *v) {
  /* ORDER: the flag dropped before the length is loaded. PAIRS: tm_interrupt_grow. */
  tm_swap_acqrel(&v->asked, 0);
  /* ORDER: the length before the accesses it bounds. PAIRS: tm_length_publish. */
  tm_copy_raise(&v->bytes, tm_load_acq(&v->memory->length.bytes));
}

static unsigned interrupt_listed(void *memory) {
  return tm_link_count(&((struct tm_interrupt_memory *)memory)->views);
}

TM_STRATEGY_OPS_WITH(interrupt, .listed = interrupt_listed);
