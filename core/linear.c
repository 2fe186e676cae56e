/* SPDX-License-Identifier: Apache-2.0 */
#include "core/linear.h"

#include <errno.h>
#include <stdlib.h>

int tm_linear_new(const struct tm_strategy *strategy, const struct tm_memory_type *type,
                  struct tm_linear **memory) {
  struct tm_linear *m = calloc(1, sizeof *m);
  /* Strategies align members to cache lines; the size is rounded as aligned_alloc asks. */
  size_t bytes = (strategy->memory_bytes + 127) & ~(size_t)127;
  void *own = m ? aligned_alloc(128, bytes) : NULL;
  int result = -ENOMEM;
  if (!own) goto no_memory;
  __builtin_memset(own, 0, bytes);
  if ((result = strategy->init(own, type))) goto no_init;
  const struct tm_region *region = own;
  if ((result = tm_trap_add_region(region->base, region->reserved_bytes, strategy->fault, own)))
    goto no_region;
  m->strategy = strategy;
  m->type = *type;
  m->watched = region->base;
  m->memory = own;
  tm_atomic_init(&m->references, 1);
  *memory = m;
  return 0;
no_region:
  strategy->fini(own);
no_init:
  free(own);
no_memory:
  free(m);
  return result;
}

void tm_linear_drop(struct tm_linear *memory) {
  /* ORDER: every use before the free. PAIRS: itself in other threads. */
  if (tm_fetch_add_acqrel(&memory->references, (uint32_t)-1) != 1) return;
  tm_trap_remove_region(memory->watched);
  memory->strategy->fini(memory->memory);
  free(memory->memory);
  free(memory);
}

int tm_linear_attach(struct tm_linear *memory, void *view) {
  int result = memory->strategy->attach(memory->memory, view);
  if (result) return result;
  tm_fetch_add_rlx(&memory->references, 1); /* Relaxed: the caller already holds a reference. */
  return 0;
}

void tm_linear_detach(struct tm_linear *memory, void *view) {
  memory->strategy->detach(view);
  tm_linear_drop(memory);
}

uint64_t tm_linear_pages(struct tm_linear *memory, void *view) {
  return memory->strategy->pages(view);
}

int64_t tm_linear_grow(struct tm_linear *memory, void *view, uint64_t delta_pages) {
  int64_t old = memory->strategy->grow(view, delta_pages);
  if (old >= 0 && delta_pages) tm_fetch_add_rlx(&memory->grows, 1); /* Relaxed: a statistic. */
  return old;
}

uint8_t *tm_linear_at(struct tm_linear *memory, void *view, uint64_t ea, uint64_t n) {
  if (memory->strategy->host_at) return memory->strategy->host_at(view, ea, n);
  uint64_t length = memory->strategy->pages(view) * TM_PAGE_BYTES;
  if (tm_beyond(ea, n, length, TM_INDEX64)) return NULL;
  uint8_t *start = *(uint8_t **)view + ea;
  for (uint64_t i = 0; i < n; i += 4096) (void)*(volatile uint8_t *)(start + i);
  if (n) (void)*(volatile uint8_t *)(start + n - 1);
  return start;
}

bool tm_linear_unpark(struct tm_linear *memory, void *view) {
  return memory && memory->strategy->unpark && memory->strategy->unpark(view);
}

void tm_linear_park(struct tm_linear *memory, void *view) {
  if (memory && memory->strategy->park) memory->strategy->park(view);
}

/* Name the place at `address` for waiters, whatever its base will be when they are notified. */
static void name_place(struct tm_linear *memory, void *view, struct tm_wait_place *place) {
  const struct tm_strategy *s = memory->strategy;
  place->space = s->offset_of ? memory : NULL;
  place->offset = s->offset_of ? s->offset_of(view, place->address) : (uintptr_t)place->address;
}

static enum tm_wait_result wait_parked(struct tm_linear *memory, void *view,
                                       struct tm_wait_place *place, uint64_t expected,
                                       int64_t timeout_ns) {
  const struct tm_strategy *s = memory->strategy;
  name_place(memory, view, place);
  place->parked = s->park;
  place->argument = view;
  enum tm_wait_result result = tm_wait_at(place, expected, timeout_ns);
  if (s->unpark && result != TM_WAIT_NOT_EQUAL) s->unpark(view);
  return result;
}

enum tm_wait_result tm_linear_wait32(struct tm_linear *memory, void *view, void *address,
                                     uint32_t expected, int64_t timeout_ns) {
  struct tm_wait_place place = {.address = address};
  return wait_parked(memory, view, &place, expected, timeout_ns);
}

enum tm_wait_result tm_linear_wait64(struct tm_linear *memory, void *view, void *address,
                                     uint64_t expected, int64_t timeout_ns) {
  struct tm_wait_place place = {.address = address, .wide = true};
  return wait_parked(memory, view, &place, expected, timeout_ns);
}

uint32_t tm_linear_notify(struct tm_linear *memory, void *view, void *address, uint32_t count) {
  struct tm_wait_place place = {.address = address};
  name_place(memory, view, &place);
  return tm_notify_at(place.space, place.offset, count);
}

uint32_t tm_linear_waiting(struct tm_linear *memory, void *view, void *address) {
  struct tm_wait_place place = {.address = address};
  name_place(memory, view, &place);
  return tm_waiting_at(place.space, place.offset);
}
