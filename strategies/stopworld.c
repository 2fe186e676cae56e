/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/stopworld.h"

#include <errno.h>

/* Map `bytes` of the file as the region of now; the earlier one is kept. 0 or -errno. */
static int stopworld_move(struct tm_stopworld_memory *m, uint64_t bytes) {
  uint8_t *base;
  int result = tm_port_file_map(m->file, bytes, &base);
  if (result) return result;
  m->olds[m->moves++] = m->region;
  m->region.base = base;
  m->region.reserved_bytes = bytes;
  return 0;
}

/* Room for `bytes`, moving if need be. 0 or -errno. */
static int stopworld_room(struct tm_stopworld_memory *m, uint64_t bytes) {
  uint64_t max = m->region.max_pages * TM_PAGE_BYTES;
  if (bytes <= m->region.reserved_bytes) return 0;
  return stopworld_move(m, bytes > max / 2 ? max : 2 * bytes);
}

/* Take the lock as a thread that does not run: its holder may be waiting for all that do. The view
 * that the thread ran with, or NULL. */
static void *stopworld_lock(struct tm_stopworld_memory *m) {
  void *was = tm_running_end(&m->running);
  tm_lock_take(&m->lock);
  return was;
}

static void stopworld_unlock(struct tm_stopworld_memory *m, void *was) {
  tm_lock_drop(&m->lock);
  if (was) tm_running_begin(&m->running, was);
}

static bool stopworld_unpark(void *view) {
  return tm_running_begin(&((struct tm_stopworld_view *)view)->memory->running, view);
}

static void stopworld_park(void *view) {
  tm_running_end(&((struct tm_stopworld_view *)view)->memory->running);
}

static uint8_t *stopworld_host_at(void *view, uint64_t ea, uint64_t n) {
  struct tm_stopworld_view *v = view;
  void *was = stopworld_lock(v->memory);
  /* Relaxed: stored only under the lock. */
  bool beyond = tm_beyond(ea, n, tm_load_rlx(&v->memory->bytes), TM_INDEX64);
  uint8_t *address = v->memory->region.base + ea;
  stopworld_unlock(v->memory, was);
  return beyond ? NULL : address;
}

/* The thread has not polled since it got the address, so the base is that of its view. */
static uint64_t stopworld_offset_of(void *view, const void *address) {
  return (uint64_t)((const uint8_t *)address - ((struct tm_stopworld_view *)view)->base);
}

int tm_stopworld_init(struct tm_stopworld_memory *m, const struct tm_memory_type *type) {
  uint64_t max = tm_memory_max_pages(type);
  if (type->min_pages > max) return -EINVAL;
  int result = tm_port_file_new(max ? max * TM_PAGE_BYTES : TM_PAGE_BYTES, &m->file);
  if (result) return result;
  uint64_t bytes = type->min_pages ? type->min_pages * TM_PAGE_BYTES : TM_PAGE_BYTES;
  m->region = (struct tm_region){.reserved_bytes = bytes, .max_pages = max};
  if ((result = tm_port_file_map(m->file, bytes, &m->region.base))) {
    tm_port_file_close(m->file);
    return result;
  }
  m->moves = 0;
  tm_atomic_init(&m->bytes, type->min_pages * TM_PAGE_BYTES);
  tm_lock_init(&m->lock);
  tm_running_init(&m->running);
  tm_link_init(&m->views);
  return 0;
}

void tm_stopworld_fini(struct tm_stopworld_memory *m) {
  while (m->moves) tm_region_fini(&m->olds[--m->moves]);
  tm_region_fini(&m->region);
  tm_port_file_close(m->file);
  tm_running_fini(&m->running);
  tm_lock_fini(&m->lock);
}

int tm_stopworld_attach(struct tm_stopworld_memory *m, struct tm_stopworld_view *v) {
  void *was = stopworld_lock(m);
  *v = (struct tm_stopworld_view){.base = m->region.base, .memory = m};
  tm_store_rlx(&v->bytes, tm_load_rlx(&m->bytes)); /* Relaxed: stored only under the lock. */
  tm_link_add(&m->views, &v->link);
  stopworld_unlock(m, was);
  return 0;
}

void tm_stopworld_detach(struct tm_stopworld_view *v) {
  struct tm_stopworld_memory *m = v->memory;
  void *was = stopworld_lock(m);
  tm_link_remove(&v->link);
  stopworld_unlock(m, was);
}

int64_t tm_stopworld_grow(struct tm_stopworld_view *v, uint64_t delta) {
  struct tm_stopworld_memory *m = v->memory;
  void *was = stopworld_lock(m);
  TM_POINT("locked");
  uint64_t old = tm_load_rlx(&m->bytes); /* Relaxed: stored only under the lock. */
  int64_t result = -1;
  if (tm_region_fits(&m->region, old, delta)) {
    uint64_t length = old + delta * TM_PAGE_BYTES;
    tm_running_stop(&m->running);
    TM_POINT("stopped");
    if (stopworld_room(m, length) == 0) {
      TM_LINK_EACH (each, &m->views, struct tm_stopworld_view, link) {
        each->base = m->region.base;
        tm_store_rlx(&each->bytes, length); /* Relaxed: nobody runs. */
      }
      TM_POINT("changed");
      /* ORDER (kept): seq-cst, as memory.grow. Guests stop, which orders them; kept for hosts that
       * do not. PAIRS: tm_stopworld_pages. */
      tm_store_sc(&m->bytes, length);
      result = (int64_t)(old / TM_PAGE_BYTES);
    }
    tm_running_go(&m->running);
  }
  stopworld_unlock(m, was);
  return result;
}

enum tm_fault tm_stopworld_fault(struct tm_stopworld_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_stopworld_valid(struct tm_stopworld_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->bytes);                       /* Relaxed: at rest. */
  TM_LINK_EACH (each, &m->views, struct tm_stopworld_view, link) /* Relaxed: at rest. */
    if (each->base != m->region.base || tm_load_rlx(&each->bytes) != bytes) return false;
  return bytes <= m->region.reserved_bytes && tm_region_valid(&m->region, bytes);
}

void tm_stopworld_halt(struct tm_stopworld_view *v) {
  void *was = tm_running_end(&v->memory->running);
  if (was) tm_running_begin(&v->memory->running, was);
}

static unsigned stopworld_listed(void *memory) {
  struct tm_stopworld_memory *m = memory;
  return tm_link_count(&m->views) + tm_running_count(&m->running);
}

TM_STRATEGY_OPS_WITH(stopworld, .unpark = stopworld_unpark, .park = stopworld_park,
                     .listed = stopworld_listed, .host_at = stopworld_host_at,
                     .offset_of = stopworld_offset_of, .needs = "memfd_create(2) (Linux 3.17)");
