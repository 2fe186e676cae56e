/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/push.h"

int tm_push_init(struct tm_push_memory *m, const struct tm_memory_type *type) {
  tm_link_init(&m->views);
  return tm_length_init(&m->length, type, false);
}

void tm_push_fini(struct tm_push_memory *m) { tm_length_fini(&m->length); }

int tm_push_attach(struct tm_push_memory *m, struct tm_push_view *v) {
  *v = (struct tm_push_view){.base = m->length.region.base, .memory = m};
  tm_lock_take(&m->length.lock);
  tm_store_rlx(&v->bytes, tm_load_rlx(&m->length.bytes)); /* Relaxed: stored under the lock. */
  tm_link_add(&m->views, &v->link);
  tm_lock_drop(&m->length.lock);
  return 0;
}

void tm_push_detach(struct tm_push_view *v) {
  tm_lock_take(&v->memory->length.lock);
  tm_link_remove(&v->link);
  tm_lock_drop(&v->memory->length.lock);
}

int64_t tm_push_grow(struct tm_push_view *v, uint64_t delta) {
  struct tm_push_memory *m = v->memory;
  uint64_t old;
  if (!tm_length_begin(&m->length, delta, &old)) return -1;
  TM_LINK_EACH (each, &m->views, struct tm_push_view, link)
    /* Relaxed: ordered by the store of the length in tm_length_end. */
    tm_store_rlx(&each->bytes, old + delta * TM_PAGE_BYTES);
  TM_POINT("pushed");
  return tm_length_end(&m->length, old, delta);
}

enum tm_fault tm_push_fault(struct tm_push_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_push_valid(struct tm_push_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->length.bytes); /* Relaxed: at rest. */
  TM_LINK_EACH (each, &m->views, struct tm_push_view, link)
    if (tm_load_rlx(&each->bytes) != bytes) return false; /* Relaxed: at rest. */
  return tm_length_valid(&m->length);
}

static unsigned push_listed(void *memory) {
  return tm_link_count(&((struct tm_push_memory *)memory)->views);
}

TM_STRATEGY_OPS_WITH(push, .listed = push_listed);
