/* SPDX-License-Identifier: Apache-2.0 */
/* The effects of strategies and guests: announce an operation, switch away, return what it gave. */
#include "harness/explore/machine.h"

#include "core/error.h"
#include "core/memory.h"
#include "core/trap.h"

#include <errno.h>
#include <string.h>

/* ---- announcing -------------------------------------------------------------------------------*/

/* The running thread, or NULL in setup and at the end. */
static struct tm_thread *self(struct tm_machine *m) {
  return m->running < 0 ? NULL : &m->thread[m->running];
}

static unsigned number(struct tm_machine *m, uint32_t *place, const char *what, uint64_t initial) {
  if (*place == 0) *place = tm_machine_place(m, what, initial);
  return *place;
}

/* The order of a site, unless this exploration changes it. */
static unsigned order_of(const struct tm_machine *m, const struct tm_site *site) {
  for (unsigned i = 0; i < m->weakened; i++)
    if (m->weak[i].site == site) return m->weak[i].order;
  return site->order;
}

static void note_use(struct tm_machine *m, const struct tm_site *site) {
  uintptr_t index = ((uintptr_t)site - (uintptr_t)__start_tm_sites) / sizeof *site;
  if (index < TM_X_SITES) m->used[index / 64] |= UINT64_C(1) << index % 64;
}

static struct tm_op *prepare(struct tm_machine *m, struct tm_thread *t, struct tm_site *site,
                             unsigned place) {
  struct tm_op *op = &t->op;
  note_use(m, site);
  *op = (struct tm_op){.site = site,
                       .effect = site->effect,
                       .order = (uint8_t)order_of(m, site),
                       .cells = 1,
                       .place = {(uint8_t)place},
                       .bytes = 8};
  return op;
}

static void announce(struct tm_machine *m, struct tm_thread *t) {
  tm_context_switch(&t->context, &m->scheduler);
}

/* ---- atomics ----------------------------------------------------------------------------------*/

void tm_model_init(uint32_t *place, const char *what, uint64_t value) {
  *place = tm_machine_place(tm_machine_self, what, value);
}

uint64_t tm_model_load(struct tm_site *site, uint32_t *place, uint64_t initial) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  unsigned x = number(m, place, site->what, initial);
  if (!t) return tm_machine_newest(m, x);
  struct tm_op *op = prepare(m, t, site, x);
  announce(m, t);
  return op->result;
}

void tm_model_store(struct tm_site *site, uint32_t *place, uint64_t initial, uint64_t value) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  unsigned x = number(m, place, site->what, initial);
  if (!t) {
    tm_machine_overwrite(m, x, value);
    return;
  }
  prepare(m, t, site, x)->value = value;
  announce(m, t);
}

uint64_t tm_model_update(struct tm_site *site, uint32_t *place, uint64_t initial, uint64_t value,
                         unsigned bytes) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  unsigned x = number(m, place, site->what, initial);
  struct tm_op at_once = {.effect = site->effect}, *op = t ? prepare(m, t, site, x) : &at_once;
  op->value = value;
  op->bytes = (uint8_t)bytes;
  if (t) {
    announce(m, t);
    return op->result;
  }
  uint64_t old = tm_machine_newest(m, x);
  tm_machine_overwrite(m, x, tm_machine_combine(op, old));
  return old;
}

bool tm_model_cas(struct tm_site *site, uint32_t *place, uint64_t initial, uint64_t *expected,
                  uint64_t value) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  unsigned x = number(m, place, site->what, initial);
  uint64_t found, wanted = *expected;
  if (t) {
    struct tm_op *op = prepare(m, t, site, x);
    op->value = value;
    op->expected = wanted;
    announce(m, t);
    found = op->result;
  } else {
    found = tm_machine_newest(m, x);
    if (found == wanted) tm_machine_overwrite(m, x, value);
  }
  *expected = found;
  return found == wanted;
}

void tm_model_fence(struct tm_site *site) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  if (!t) return;
  prepare(m, t, site, 0);
  announce(m, t);
}

void tm_model_membarrier(struct tm_site *site) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  if (!t) return;
  unsigned own = (unsigned)m->running;
  for (unsigned i = 0; i <= m->threads; i++) {
    /* The caller first and last, the others in between. */
    unsigned target = i == 0 || i == m->threads ? own : i <= own ? i - 1 : i;
    prepare(m, t, site, 0)->target = (uint8_t)target;
    announce(m, t);
  }
}

/* ---- locks and waiting ------------------------------------------------------------------------*/

void tm_model_lock(struct tm_site *site, uint32_t *place) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  unsigned x = number(m, place, site->what, 0);
  if (!t) return; /* nobody else runs */
  prepare(m, t, site, x);
  announce(m, t);
}

void tm_model_await(struct tm_site *site) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  if (!t) return;
  t->waiting = site;
  t->await_from = m->ordinal[m->running];
}

void tm_model_await_failed(void) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  if (!t) tm_die("a tm_await outside the threads of an exploration would wait for ever");
  tm_machine_give_up(t->waiting, t->await_from);
}

void tm_machine_give_up(struct tm_site *site, unsigned from) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  t->waiting = site;
  t->await_from = (uint8_t)from;
  t->state = TM_THREAD_FAILED;
  tm_context_switch(&t->context, &m->scheduler);
  tm_die("a thread that waits for ever was continued");
}

/* Compare and sleep, then go on. 0: woken; 1: another value was found; 2: time over. */
static unsigned sleep_on(struct tm_machine *m, struct tm_thread *t, struct tm_site *site,
                         unsigned x, uint64_t expected, bool timed) {
  struct tm_op *op = prepare(m, t, site, x);
  op->effect = TM_EFFECT_FUTEX_WAIT;
  op->expected = expected;
  announce(m, t);
  if (!op->done) return 1;
  op->effect = TM_EFFECT_WOKEN;
  op->timed = timed;
  announce(m, t);
  return op->done ? 0 : 2;
}

void tm_model_futex_wait(struct tm_site *site, uint32_t *place, uint64_t initial,
                         uint64_t expected) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  unsigned x = number(m, place, site->what, initial);
  if (t) sleep_on(m, t, site, x, expected, false);
}

static unsigned wake(struct tm_machine *m, struct tm_thread *t, struct tm_site *site, unsigned x,
                     uint64_t count) {
  struct tm_op *op = prepare(m, t, site, x);
  op->effect = TM_EFFECT_FUTEX_WAKE;
  op->value = count;
  announce(m, t);
  return (unsigned)op->result;
}

uint32_t tm_model_futex_wake(struct tm_site *site, uint32_t *place, uint64_t initial,
                             uint32_t count) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  unsigned x = number(m, place, site->what, initial);
  return t ? wake(m, t, site, x, count) : 0;
}

/* ---- address space ----------------------------------------------------------------------------*/

enum { REGION_SHIFT = 40 }; /* reservations lie this far apart, from 1 << REGION_SHIFT on */

static struct tm_x_region *new_region(struct tm_machine *m, uint64_t bytes) {
  if (m->now.regions == TM_X_REGIONS) {
    m->overflow = "reservations";
    return NULL;
  }
  struct tm_x_region *r = &m->now.region[m->now.regions++];
  *r = (struct tm_x_region){
      .base = (uint64_t)m->now.regions << REGION_SHIFT, .bytes = bytes, .live = true};
  return r;
}

/* Fresh pages: all with the same permission, zero. */
static void fresh_pages(struct tm_machine *m, struct tm_x_region *r, uint64_t permission) {
  for (unsigned i = 0; i < m->layout.pages; i++)
    r->page[i] = (uint8_t)tm_machine_place(m, m->layout.page_name[i], permission);
  for (unsigned i = 0; i < m->layout.cells; i++) {
    r->cell[i] = (uint8_t)tm_machine_place(m, m->layout.cell_name[i], 0);
    m->place[r->cell[i]].bytes = m->layout.cell_bytes[i];
  }
}

int tm_model_reserve(uint64_t bytes, uint8_t **base) {
  struct tm_x_region *r = new_region(tm_machine_self, bytes);
  if (!r) return -ENOMEM;
  fresh_pages(tm_machine_self, r, 0);
  *base = (uint8_t *)(uintptr_t)r->base;
  return 0;
}

/* A file is a region that nobody reaches by its own address; its number is its index. */
int tm_model_file_new(uint64_t bytes, int *file) {
  struct tm_machine *m = tm_machine_self;
  struct tm_x_region *r = new_region(m, bytes);
  if (!r) return -ENOMEM;
  fresh_pages(m, r, TM_PAGE_OPEN);
  *file = (int)(r - m->now.region);
  return 0;
}

int tm_model_file_map(int file, uint64_t bytes, uint8_t **base) {
  struct tm_machine *m = tm_machine_self;
  struct tm_x_region *r = new_region(m, bytes);
  if (!r) return -ENOMEM;
  for (unsigned i = 0; i < m->layout.pages; i++)
    r->page[i] = (uint8_t)tm_machine_place(m, m->layout.page_name[i], TM_PAGE_OPEN);
  for (unsigned i = 0; i < m->layout.cells; i++) r->cell[i] = m->now.region[file].cell[i];
  *base = (uint8_t *)(uintptr_t)r->base;
  return 0;
}

static struct tm_x_region *region_of(struct tm_machine *m, uint64_t address) {
  for (unsigned i = 0; i < m->now.regions; i++) {
    struct tm_x_region *r = &m->now.region[i];
    if (address - r->base < r->bytes) return r->live ? r : NULL;
  }
  return NULL;
}

void tm_model_release(uint8_t *base, uint64_t bytes) {
  (void)bytes;
  struct tm_x_region *r = region_of(tm_machine_self, (uint64_t)(uintptr_t)base);
  if (r) r->live = false;
}

/* Change the permission of each page in the range that a test looks at, in ascending order. */
int tm_model_permit(struct tm_site *site, uint8_t *start, uint64_t bytes) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  struct tm_x_region *r = region_of(m, (uint64_t)(uintptr_t)start);
  if (bytes == 0) return 0;
  if (!r) return -EINVAL;
  uint64_t first = (uint64_t)(uintptr_t)start - r->base, last = first + bytes - 1;
  bool any = false;
  for (unsigned i = 0; i < m->layout.pages; i++) {
    uint64_t page = m->layout.page_number[i];
    if (page < first / TM_PAGE_BYTES || page > last / TM_PAGE_BYTES) continue;
    unsigned x = r->page[i];
    if (t) {
      struct tm_op *op = prepare(m, t, site, x);
      op->fallible = m->failures && !any && site->effect != TM_EFFECT_UNBAR;
      any = true;
      announce(m, t);
      if (!op->done) return -ENOMEM;
    } else {
      tm_machine_overwrite(m, x, tm_machine_permission(site->effect, tm_machine_newest(m, x)));
    }
  }
  if (any || !t) return 0;
  prepare(m, t, site, 0);
  announce(m, t);
  return 0;
}

/* One cell from `from`, or zero, to `to`. */
static void move_cell(struct tm_machine *m, struct tm_thread *t, struct tm_site *site, unsigned to,
                      unsigned from) {
  uint64_t value = 0;
  if (from && t) {
    struct tm_op *op = prepare(m, t, site, from);
    op->effect = TM_EFFECT_LOAD;
    announce(m, t);
    value = op->result;
  } else if (from) {
    value = tm_machine_newest(m, from);
  }
  if (!t) {
    tm_machine_overwrite(m, to, value);
    return;
  }
  struct tm_op *op = prepare(m, t, site, to);
  op->value = value;
  op->bytes = m->place[to].bytes;
  announce(m, t);
}

void tm_model_move(struct tm_site *site, uint8_t *to, const uint8_t *from, uint64_t bytes) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  struct tm_x_region *r = region_of(m, (uint64_t)(uintptr_t)to);
  struct tm_x_region *s = from ? region_of(m, (uint64_t)(uintptr_t)from) : NULL;
  if (!r || (from && !s)) tm_die("the host writes to memory that is not reserved");
  uint64_t at = (uint64_t)(uintptr_t)to - r->base;
  for (unsigned i = 0; i < m->layout.cells; i++)
    if (m->layout.cell_at[i] >= at && m->layout.cell_at[i] - at < bytes)
      move_cell(m, t, site, r->cell[i], s ? s->cell[i] : 0);
}

uint32_t tm_model_thread(void) {
  int running = tm_machine_self->running;
  return running < 0 ? tm_machine_self->setup_thread : (uint32_t)running;
}

void *tm_model_allocate(size_t bytes) { return tm_machine_allocate(tm_machine_self, bytes); }

/* How long `old` is does not matter: what lies behind it in the arena may be copied too. */
void *tm_model_reallocate(void *old, size_t bytes) {
  struct tm_machine *m = tm_machine_self;
  unsigned char *fresh = tm_machine_allocate(m, bytes);
  size_t most = old ? (size_t)(fresh - (unsigned char *)old) : 0;
  if (old) memcpy(fresh, old, bytes < most ? bytes : most);
  return fresh;
}

/* ---- RCU --------------------------------------------------------------------------------------*/

bool tm_model_rcu_begin(struct tm_site *site, unsigned flavour) {
  struct tm_machine *m = tm_machine_self;
  uint32_t own = 1u << tm_model_thread();
  if (m->now.rcu_readers[flavour] & own) return true;
  m->now.rcu_readers[flavour] |= own;
  tm_model_lock(site, &m->now.rcu_lock[flavour]);
  if (m->running < 0) m->place[m->now.rcu_lock[flavour]].value++;
  return false;
}

void tm_model_rcu_end(struct tm_site *site, unsigned flavour) {
  struct tm_machine *m = tm_machine_self;
  uint32_t own = 1u << tm_model_thread();
  if (!(m->now.rcu_readers[flavour] & own)) return;
  m->now.rcu_readers[flavour] &= ~own;
  tm_model_lock(site, &m->now.rcu_lock[flavour]);
  if (m->running < 0) m->place[m->now.rcu_lock[flavour]].value--;
}

void tm_model_rcu_wait(struct tm_site *take, struct tm_site *drop, unsigned flavour) {
  struct tm_machine *m = tm_machine_self;
  uint32_t own = 1u << tm_model_thread();
  bool reader = m->now.rcu_readers[flavour] & own;
  if (m->running < 0) return;
  if (reader) tm_model_rcu_end(drop, flavour);
  tm_model_lock(take, &m->now.rcu_lock[flavour]);
  tm_model_lock(drop, &m->now.rcu_lock[flavour]);
  if (reader) tm_model_rcu_begin(take, flavour);
}

/* ---- guest accesses ---------------------------------------------------------------------------*/

/* Put the places of [ea, ea+bytes) into the operation. */
static void find_cells(struct tm_machine *m, struct tm_x_region *r, uint64_t ea, unsigned bytes,
                       struct tm_op *op) {
  op->guest = true;
  op->cells = 0;
  op->place[0] = 0;
  op->bytes = (uint8_t)bytes;
  op->broken = !r;
  if (!r) return;
  op->broken = true;
  for (unsigned i = 0; i < m->layout.pages; i++)
    if (m->layout.page_number[i] == ea / TM_PAGE_BYTES) {
      op->place[0] = r->page[i];
      op->broken = false;
    }
  for (unsigned i = 0; i < m->layout.cells; i++) {
    if (m->layout.cell_at[i] < ea || m->layout.cell_at[i] >= ea + bytes) continue;
    if (op->cells == TM_X_CELLS) {
      m->overflow = "cells of one access";
      return;
    }
    op->place[1 + op->cells++] = r->cell[i];
  }
}

bool tm_machine_access(struct tm_site *site, uint8_t *address, unsigned bytes, uint64_t *value,
                       uint64_t expected) {
  struct tm_machine *m = tm_machine_self;
  struct tm_thread *t = self(m);
  struct tm_x_region *r = region_of(m, (uint64_t)(uintptr_t)address);
  struct tm_op *op = prepare(m, t, site, 0);
  op->order = site->order; /* the guest's own: never changed */
  find_cells(m, r, r ? (uint64_t)(uintptr_t)address - r->base : 0, bytes, op);
  op->value = *value;
  op->expected = expected;
  announce(m, t);
  *value = op->result;
  return !op->faulted;
}

static unsigned whole_cell(struct tm_machine *m, uint8_t *address) {
  struct tm_x_region *r = region_of(m, (uint64_t)(uintptr_t)address);
  if (!r) return 0;
  for (unsigned i = 0; i < m->layout.cells; i++)
    if (m->layout.cell_at[i] == (uint64_t)(uintptr_t)address - r->base) return r->cell[i];
  return 0;
}

unsigned tm_machine_wait(struct tm_site *site, uint8_t *address, uint64_t expected, bool timed) {
  struct tm_machine *m = tm_machine_self;
  return sleep_on(m, self(m), site, whole_cell(m, address), expected, timed);
}

unsigned tm_machine_notify(struct tm_site *site, uint8_t *address, uint64_t count) {
  struct tm_machine *m = tm_machine_self;
  return wake(m, self(m), site, whole_cell(m, address), count);
}

uint64_t tm_machine_peek(struct tm_machine *m, uint8_t *address, unsigned bytes) {
  struct tm_x_region *r = region_of(m, (uint64_t)(uintptr_t)address);
  struct tm_op op = {.cells = 0};
  find_cells(m, r, r ? (uint64_t)(uintptr_t)address - r->base : 0, bytes, &op);
  uint64_t value = 0;
  unsigned shift = 0;
  for (unsigned i = 1; i <= op.cells; i++) {
    value |= tm_machine_newest(m, op.place[i]) << shift;
    shift += 8u * m->place[op.place[i]].bytes;
  }
  return value;
}
