/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/rcuqsbr.h"

int tm_rcuqsbr_init(struct tm_rcuqsbr_memory *m, const struct tm_memory_type *type) {
  return tm_moving_init(&m->moving, type);
}

void tm_rcuqsbr_fini(struct tm_rcuqsbr_memory *m) { tm_moving_fini(&m->moving); }

int tm_rcuqsbr_attach(struct tm_rcuqsbr_memory *m, struct tm_rcuqsbr_view *v) {
  tm_lock_take(&m->moving.lock);
  *v = (struct tm_rcuqsbr_view){
      .base = m->moving.region.base, .current = &m->moving.current, .memory = m};
  tm_lock_drop(&m->moving.lock);
  return 0;
}

void tm_rcuqsbr_detach(struct tm_rcuqsbr_view *v) { (void)v; }

int64_t tm_rcuqsbr_grow(struct tm_rcuqsbr_view *v, uint64_t delta) {
  struct tm_descriptor *retired;
  int64_t old = tm_moving_grow(&v->memory->moving, delta, &retired);
  if (retired) tm_rcu_qsbr_retire(&retired->node, tm_descriptor_free_node);
  return old;
}

enum tm_fault tm_rcuqsbr_fault(struct tm_rcuqsbr_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_rcuqsbr_valid(struct tm_rcuqsbr_memory *m) { return tm_moving_valid(&m->moving); }

static bool rcuqsbr_unpark(void *view) {
  (void)view;
  return tm_rcu_qsbr_begin();
}

static void rcuqsbr_park(void *view) {
  (void)view;
  tm_rcu_qsbr_end();
}

static uint8_t *rcuqsbr_host_at(void *view, uint64_t ea, uint64_t n) {
  struct tm_rcuqsbr_view *v = view;
  bool nested = tm_rcu_qsbr_begin();
  /* ORDER: as tm_rcuqsbr_at. PAIRS: tm_moving_grow. */
  const struct tm_descriptor *d = tm_load_acq(v->current);
  uint8_t *address = tm_beyond(ea, n, d->bytes, TM_INDEX64) ? NULL : d->base + ea;
  if (!nested) tm_rcu_qsbr_end();
  return address;
}

static uint64_t rcuqsbr_offset_of(void *view, const void *address) {
  return tm_moving_offset(&((struct tm_rcuqsbr_view *)view)->memory->moving, address);
}

TM_STRATEGY_OPS_WITH(rcuqsbr, .unpark = rcuqsbr_unpark, .park = rcuqsbr_park,
                     .host_at = rcuqsbr_host_at, .offset_of = rcuqsbr_offset_of,
                     .needs = "memfd_create(2) (Linux 3.17)");
