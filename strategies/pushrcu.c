/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/pushrcu.h"

#include "core/rcu.h"

int tm_pushrcu_init(struct tm_pushrcu_memory *m, const struct tm_memory_type *type) {
  tm_atomic_init(&m->target, type->min_pages * TM_PAGE_BYTES);
  tm_atomic_init(&m->first, NULL);
  int result = tm_length_init(&m->length, type, false);
  if (result == 0) tm_lock_init(&m->registry);
  return result;
}

void tm_pushrcu_fini(struct tm_pushrcu_memory *m) {
  tm_lock_fini(&m->registry);
  tm_length_fini(&m->length);
}

int tm_pushrcu_attach(struct tm_pushrcu_memory *m, struct tm_pushrcu_view *v) {
  *v = (struct tm_pushrcu_view){.base = m->length.region.base, .memory = m};
  tm_lock_take(&m->registry);
  struct tm_pushrcu_view *next = tm_load_rlx(&m->first); /* Relaxed: stored under registry. */
  tm_store_rlx(&v->next, next); /* Relaxed: published by the store of first. */
  if (next) next->previous = v;
  /* ORDER: the view before the pointer to it. PAIRS: the walk in tm_pushrcu_grow. */
  tm_store_rel(&m->first, v);
  tm_lock_drop(&m->registry);
  TM_POINT("linked");
  /* ORDER: the link before the target. PAIRS: the fence in tm_pushrcu_grow. */
  tm_fence_sc();
  /* ORDER (kept): the pages before the target that covers them. An access that overtakes them is
   * tried again; kept to spare it the fault. PAIRS: tm_pushrcu_grow. */
  tm_copy_raise(&v->bytes, tm_load_acq(&m->target));
  return 0;
}

void tm_pushrcu_detach(struct tm_pushrcu_view *v) {
  struct tm_pushrcu_memory *m = v->memory;
  tm_lock_take(&m->registry);
  struct tm_pushrcu_view *next = tm_load_rlx(&v->next); /* Relaxed: stored under registry. */
  if (next) next->previous = v->previous;
  /* Relaxed: what it leads to was published before. */
  tm_store_rlx(v->previous ? &v->previous->next : &m->first, (void *)next);
  tm_lock_drop(&m->registry);
  TM_POINT("unlinked");
  tm_rcu_memb_wait();
}

int64_t tm_pushrcu_grow(struct tm_pushrcu_view *v, uint64_t delta) {
  struct tm_pushrcu_memory *m = v->memory;
  uint64_t old;
  if (!tm_length_begin(&m->length, delta, &old)) return -1;
  /* ORDER (kept): the pages before the target. An access that overtakes them is tried again; kept
   * to spare it the fault. PAIRS: tm_pushrcu_attach. */
  tm_store_rel(&m->target, old + delta * TM_PAGE_BYTES);
  /* ORDER: the target before the walk. PAIRS: the fence in tm_pushrcu_attach. */
  tm_fence_sc();
  bool nested = tm_rcu_memb_begin();
  /* ORDER: a view's members after the pointer to it. PAIRS: tm_pushrcu_attach. */
  for (struct tm_pushrcu_view *each = tm_load_acq(&m->first); each;
       /* ORDER (kept): the same. The load of first orders all that was linked before; kept for
        * clarity. PAIRS: tm_pushrcu_attach. */
       each = tm_load_acq(&each->next)) {
    TM_POINT("walking");
    tm_copy_raise(&each->bytes, old + delta * TM_PAGE_BYTES);
  }
  if (!nested) tm_rcu_memb_end();
  TM_POINT("pushed");
  return tm_length_end(&m->length, old, delta);
}

enum tm_fault tm_pushrcu_fault(struct tm_pushrcu_memory *m, uintptr_t address) {
  /* Below the target, not below the length: a copy may have been raised that far. */
  return tm_region_fault(&m->length.region, &m->target, address);
}

bool tm_pushrcu_valid(struct tm_pushrcu_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->length.bytes); /* Relaxed: at rest. */
  for (struct tm_pushrcu_view *each = tm_load_rlx(&m->first); each; each = tm_load_rlx(&each->next))
    if (tm_load_rlx(&each->bytes) != bytes) return false; /* Relaxed: at rest. */
  return tm_load_rlx(&m->target) == bytes && tm_length_valid(&m->length);
}

static unsigned pushrcu_listed(void *memory) {
  struct tm_pushrcu_memory *m = memory;
  unsigned count = 0;
  for (struct tm_pushrcu_view *each = tm_load_rlx(&m->first); each; each = tm_load_rlx(&each->next))
    count++; /* Relaxed: at rest. */
  return count;
}

TM_STRATEGY_OPS_WITH(pushrcu, .listed = pushrcu_listed);
