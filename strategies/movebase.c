/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/movebase.h"

/* A memory that a grow has made, the current one or an old one: its reservation, until fini. */
struct tm_movebase_old {
  uint8_t *base;
  uint64_t bytes;
  struct tm_movebase_old *next;
};

int tm_movebase_init(struct tm_movebase_memory *m, const struct tm_memory_type *type) {
  int result = tm_length_init(&m->length, type, false);
  tm_atomic_init(&m->current, m->length.region.base);
  m->olds = NULL;
  return result;
}

void tm_movebase_fini(struct tm_movebase_memory *m) {
  for (struct tm_movebase_old *old = m->olds, *next; old; old = next) {
    next = old->next;
    tm_port_release(old->base, old->bytes);
    tm_port_free(old);
  }
  tm_length_fini(&m->length);
}

int tm_movebase_attach(struct tm_movebase_memory *m, struct tm_movebase_view *v) {
  *v = (struct tm_movebase_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_movebase_detach(struct tm_movebase_view *v) { (void)v; }

int64_t tm_movebase_grow(struct tm_movebase_view *v, uint64_t delta) {
  struct tm_movebase_memory *m = v->memory;
  struct tm_movebase_old *moved = tm_port_alloc(sizeof *moved);
  if (!moved) return -1;
  tm_lock_take(&m->length.lock);
  TM_POINT("locked");
  uint64_t old = tm_load_rlx(&m->length.bytes); /* Relaxed: stored only under the lock. */
  moved->bytes = old + (delta + 1) * TM_PAGE_BYTES;
  if (!tm_region_fits(&m->length.region, old, delta) || tm_port_reserve(moved->bytes, &moved->base))
    goto no_memory;
  if (tm_port_commit(moved->base, moved->bytes)) goto no_pages;
  /* Page by page from below, as memcpy does or does not: the window of a lost store is then the
   * same with every library. Relaxed: stored only under the lock. */
  const uint8_t *current = tm_load_rlx(&m->current);
  for (uint64_t at = 0; at < old; at += TM_PAGE_BYTES)
    tm_port_copy(moved->base + at, current + at, TM_PAGE_BYTES);
  TM_POINT("copied");
  moved->next = m->olds;
  m->olds = moved;
  /* ORDER: the contents before the base. PAIRS: tm_movebase_at, movebase.h. */
  tm_store_rel(&m->current, moved->base);
  TM_POINT("moved");
  return tm_length_end(&m->length, old, delta);
no_pages:
  tm_port_release(moved->base, moved->bytes);
no_memory:
  tm_lock_drop(&m->length.lock);
  tm_port_free(moved);
  return -1;
}

enum tm_fault tm_movebase_fault(struct tm_movebase_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_movebase_valid(struct tm_movebase_memory *m) { return tm_length_valid(&m->length); }

static uint8_t *host_at(void *view, uint64_t ea, uint64_t n) {
  struct tm_movebase_view *v = view;
  /* ORDER: as tm_movebase_at. PAIRS: tm_movebase_grow. */
  uint64_t length = tm_load_acq(&v->memory->length.bytes);
  uint8_t *base = tm_load_acq(&v->memory->current);
  return tm_beyond(ea, n, length, TM_INDEX64) ? NULL : base + ea;
}

/* In the memory of now, in one that a grow has left, or in the first. */
static uint64_t offset_of(void *view, const void *address) {
  struct tm_movebase_memory *m = ((struct tm_movebase_view *)view)->memory;
  const struct tm_region *first = &m->length.region;
  uint64_t offset = (uintptr_t)address - (uintptr_t)first->base;
  tm_lock_take(&m->length.lock);
  for (struct tm_movebase_old *old = m->olds; old; old = old->next)
    if ((uintptr_t)address - (uintptr_t)old->base < old->bytes)
      offset = (uintptr_t)address - (uintptr_t)old->base;
  tm_lock_drop(&m->length.lock);
  return offset;
}

TM_STRATEGY_OPS_WITH(movebase, .host_at = host_at, .offset_of = offset_of);
