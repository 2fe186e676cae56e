/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/rcumemb.h"

int tm_rcumemb_init(struct tm_rcumemb_memory *m, const struct tm_memory_type *type) {
  return tm_moving_init(&m->moving, type);
}

void tm_rcumemb_fini(struct tm_rcumemb_memory *m) { tm_moving_fini(&m->moving); }

int tm_rcumemb_attach(struct tm_rcumemb_memory *m, struct tm_rcumemb_view *v) {
  tm_lock_take(&m->moving.lock);
  *v = (struct tm_rcumemb_view){
      .base = m->moving.region.base, .current = &m->moving.current, .memory = m};
  tm_lock_drop(&m->moving.lock);
  return 0;
}

void tm_rcumemb_detach(struct tm_rcumemb_view *v) { (void)v; }

int64_t tm_rcumemb_grow(struct tm_rcumemb_view *v, uint64_t delta) {
  struct tm_descriptor *retired;
  int64_t old = tm_moving_grow(&v->memory->moving, delta, &retired);
  if (retired) tm_rcu_memb_retire(&retired->node, tm_descriptor_free_node);
  return old;
}

enum tm_fault tm_rcumemb_fault(struct tm_rcumemb_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_rcumemb_valid(struct tm_rcumemb_memory *m) { return tm_moving_valid(&m->moving); }

static bool rcumemb_unpark(void *view) {
  (void)view;
  return tm_rcu_memb_begin();
}

static void rcumemb_park(void *view) {
  (void)view;
  tm_rcu_memb_end();
}

static uint8_t *rcumemb_host_at(void *view, uint64_t ea, uint64_t n) {
  struct tm_rcumemb_view *v = view;
  bool nested = tm_rcu_memb_begin();
  /* ORDER: as tm_rcumemb_at. PAIRS: tm_moving_grow. */
  const struct tm_descriptor *d = tm_load_acq(v->current);
  uint8_t *address = tm_beyond(ea, n, d->bytes, TM_INDEX64) ? NULL : d->base + ea;
  if (!nested) tm_rcu_memb_end();
  return address;
}

static uint64_t rcumemb_offset_of(void *view, const void *address) {
  return tm_moving_offset(&((struct tm_rcumemb_view *)view)->memory->moving, address);
}

TM_STRATEGY_OPS_WITH(rcumemb, .unpark = rcumemb_unpark, .park = rcumemb_park,
                     .host_at = rcumemb_host_at, .offset_of = rcumemb_offset_of,
                     .needs = "memfd_create(2) (Linux 3.17)");
