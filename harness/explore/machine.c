/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/machine.h"

#include "core/error.h"

#include <stdlib.h>
#include <string.h>

_Thread_local struct tm_machine *tm_machine_self;

struct tm_machine *tm_machine_new(enum tm_explore_model model,
                                  const struct tm_explore_client *client) {
  struct tm_machine *m = aligned_alloc(64, (sizeof *m + 63) & ~(size_t)63);
  if (!m) return NULL;
  memset(m, 0, sizeof *m);
  m->stacks = malloc((size_t)TM_X_THREADS * TM_X_STACK);
  if (m->stacks) {
    tm_machine_reset(m, model, client);
    return m;
  }
  free(m);
  return NULL;
}

void tm_machine_reset(struct tm_machine *m, enum tm_explore_model model,
                      const struct tm_explore_client *client) {
  m->model = model;
  m->client = *client;
  m->threads = client->threads;
  m->ordered_writes = true;
  m->running = -1;
  m->setup_thread = 0;
  m->overflow = NULL;
  m->weakened = 0;
  m->failures = false;
  memset(&m->layout, 0, sizeof m->layout);
  memset(m->used, 0, sizeof m->used);
}

void tm_machine_free(struct tm_machine *m) {
  free(m->stacks);
  free(m);
}

void tm_machine_setup(struct tm_machine *m) {
  m->now = (struct tm_machine_state){.places = 1};
  m->running = -1;
  tm_machine_self = m;
  m->client.setup(m->client.context);
  m->start = m->now;
  memcpy(m->place_start, m->place, m->now.places * sizeof *m->place);
  memcpy(m->message_start, m->message, m->now.messages * sizeof *m->message);
  memcpy(m->arena_start, m->arena, m->now.arena_used);
}

void *tm_machine_allocate(struct tm_machine *m, size_t bytes) {
  size_t rounded = (bytes + 127) & ~(size_t)127;
  if (m->now.arena_used + rounded > sizeof m->arena) {
    m->overflow = "memory that a strategy allocates";
    tm_die("the explorer's arena is full");
  }
  void *p = m->arena + m->now.arena_used;
  m->now.arena_used += rounded;
  memset(p, 0, bytes);
  return p;
}

unsigned tm_machine_place(struct tm_machine *m, const char *what, uint64_t value) {
  if (m->now.places == TM_X_PLACES || m->now.messages == TM_X_MESSAGES) {
    m->overflow = "places in memory";
    return 1;
  }
  unsigned x = m->now.places++;
  struct tm_place *p = &m->place[x];
  p->what = what;
  p->value = value;
  p->bytes = 8;
  p->count = 1;
  p->beside = 0;
  if (m->model != TM_EXPLORE_C11) return x;
  struct tm_message *message = &m->message[m->now.messages];
  *message = (struct tm_message){.value = value};
  p->message[0] = (uint16_t)m->now.messages++;
  return x;
}

uint64_t tm_machine_newest(const struct tm_machine *m, unsigned place) {
  const struct tm_place *p = &m->place[place];
  return m->model == TM_EXPLORE_C11 ? m->message[p->message[p->count - 1]].value : p->value;
}

void tm_machine_overwrite(struct tm_machine *m, unsigned place, uint64_t value) {
  struct tm_place *p = &m->place[place];
  p->value = value;
  if (m->model == TM_EXPLORE_C11) m->message[p->message[p->count - 1]].value = value;
}

/* ---- threads ----------------------------------------------------------------------------------*/

static void body(void *argument) {
  struct tm_thread *t = argument;
  struct tm_machine *m = tm_machine_self;
  m->client.thread(m->client.context, (unsigned)(t - m->thread));
  t->state = TM_THREAD_DONE;
  tm_context_switch(&t->context, &m->scheduler);
  tm_die("a finished thread was continued");
}

/* Let a thread run up to its next operation, or its end. */
static void resume(struct tm_machine *m, unsigned thread) {
  m->running = (int)thread;
  tm_context_switch(&m->scheduler, &m->thread[thread].context);
  m->running = -1;
}

void tm_machine_begin(struct tm_machine *m) {
  m->now = m->start;
  memcpy(m->place, m->place_start, m->now.places * sizeof *m->place);
  memcpy(m->message, m->message_start, m->now.messages * sizeof *m->message);
  memcpy(m->arena, m->arena_start, m->now.arena_used);
  memset(m->ordinal, 0, sizeof m->ordinal);
  memset(m->clock, 0, sizeof m->clock);
  for (unsigned i = 0; i < m->threads; i++) {
    struct tm_thread *t = &m->thread[i];
    t->state = TM_THREAD_READY;
    t->await_from = 0;
    t->woken = false;
    t->waiting = NULL;
    t->head = t->tail = 0;
    memset(&t->view, 0, sizeof t->view);
    memset(&t->acquire, 0, sizeof t->acquire);
    memset(&t->release, 0, sizeof t->release);
    tm_context_start(&t->context, m->stacks + (size_t)i * TM_X_STACK, TM_X_STACK, body, t);
    resume(m, i);
  }
}

/* ---- what the models have in common -----------------------------------------------------------*/

/* Apart from a store buffer in the way: can this operation be carried out now? */
bool tm_machine_enabled(const struct tm_machine *m, const struct tm_op *op, unsigned thread) {
  if (op->effect == TM_EFFECT_LOCK)
    return (m->place[op->place[0]].value & ~(uint64_t)TM_X_CLOSED) == 0;
  if (op->effect == TM_EFFECT_LOCK_SHARED) return m->place[op->place[0]].value < TM_X_CLOSED;
  if (op->effect == TM_EFFECT_WOKEN) return m->thread[thread].woken || op->timed;
  return true;
}

uint64_t tm_machine_permission(unsigned effect, uint64_t old) {
  switch (effect) {
  case TM_EFFECT_COMMIT: return old | TM_PAGE_OPEN;
  case TM_EFFECT_PROTECT: return old & ~(uint64_t)TM_PAGE_OPEN;
  case TM_EFFECT_BAR: return old | TM_PAGE_BARRED;
  case TM_EFFECT_UNBAR: return old & ~(uint64_t)TM_PAGE_BARRED;
  case TM_EFFECT_ABSENT: return old | TM_PAGE_ABSENT;
  default: return old & ~(uint64_t)TM_PAGE_ABSENT;
  }
}

uint64_t tm_machine_locked(const struct tm_op *op, unsigned thread, uint64_t old) {
  if (op->effect == TM_EFFECT_LOCK) return TM_X_EXCLUSIVE + thread;
  if (op->effect == TM_EFFECT_LOCK_SHARED) return old + 1;
  if (op->effect == TM_EFFECT_CLOSE) return old | TM_X_CLOSED;
  return old >= TM_X_EXCLUSIVE ? 0 : old - 1;
}

/* Before the operation changes the lock. Shared holders commute, and a leaving one with CLOSE. */
void tm_machine_touch_lock(const struct tm_machine *m, const struct tm_op *op, struct tm_event *e) {
  bool shared = op->effect == TM_EFFECT_LOCK_SHARED ||
                (op->effect == TM_EFFECT_UNLOCK && m->place[op->place[0]].value < TM_X_EXCLUSIVE);
  e->touch.lock = tm_bit(op->place[0]);
  e->touch.shared = shared ? e->touch.lock : 0;
  e->touch.closing = op->effect == TM_EFFECT_CLOSE ? e->touch.lock : 0;
  e->touch.leaving = op->effect == TM_EFFECT_UNLOCK ? e->touch.shared : 0;
}

uint64_t tm_machine_combine(const struct tm_op *op, uint64_t old) {
  uint64_t v = op->value;
  switch (op->effect) {
  case TM_EFFECT_ADD: v = old + v; break;
  case TM_EFFECT_SUB: v = old - v; break;
  case TM_EFFECT_AND: v = old & v; break;
  case TM_EFFECT_OR: v = old | v; break;
  case TM_EFFECT_XOR: v = old ^ v; break;
  default: break;
  }
  return tm_low(v, op->bytes);
}

void tm_machine_sleep(struct tm_machine *m, unsigned thread, unsigned place) {
  m->now.sleeper[m->now.sleepers] = (uint8_t)thread;
  m->now.sleeper_on[m->now.sleepers++] = (uint8_t)place;
  m->thread[thread].woken = false;
}

/* Take the sleeper at index i out of the queue. */
static void take_out(struct tm_machine *m, unsigned i) {
  m->now.sleepers--;
  for (; i < m->now.sleepers; i++) {
    m->now.sleeper[i] = m->now.sleeper[i + 1];
    m->now.sleeper_on[i] = m->now.sleeper_on[i + 1];
  }
}

unsigned tm_machine_wake(struct tm_machine *m, unsigned place, uint64_t count) {
  unsigned woken = 0;
  for (unsigned i = 0; i < m->now.sleepers && woken < count;) {
    if (m->now.sleeper_on[i] != place) {
      i++;
      continue;
    }
    m->thread[m->now.sleeper[i]].woken = true;
    take_out(m, i);
    woken++;
  }
  return woken;
}

/* A sleeper goes on; it is still in the queue when its time was over. */
static void wake_up(struct tm_machine *m, unsigned thread, struct tm_op *op) {
  op->done = m->thread[thread].woken;
  for (unsigned i = 0; i < m->now.sleepers; i++)
    if (m->now.sleeper[i] == thread) {
      take_out(m, i);
      break;
    }
}

/* A system call that works or fails, when it can be made at all. */
static unsigned fallible_choices(struct tm_machine *m, unsigned thread, tm_label *label) {
  if (m->model == TM_EXPLORE_TSO && !tm_buffers_choices(m, thread, label)) return 0;
  label[0] = 0;
  label[1] = TM_X_FAILS;
  return 2;
}

unsigned tm_machine_choices(struct tm_machine *m, unsigned process, tm_label label[TM_X_LABELS]) {
  if (process < TM_X_THREADS) {
    if (process >= m->threads || m->thread[process].state != TM_THREAD_READY) return 0;
    struct tm_op *op = &m->thread[process].op;
    if (!tm_machine_enabled(m, op, process)) return 0;
    label[0] = 0;
    if (op->effect == TM_EFFECT_WOKEN) return 1;
    if (op->fallible) return fallible_choices(m, process, label);
  }
  switch (m->model) {
  case TM_EXPLORE_SC: return process < TM_X_THREADS ? tm_sequential_choices(m, process, label) : 0;
  case TM_EXPLORE_TSO: return tm_buffers_choices(m, process, label);
  default: return process < TM_X_THREADS ? tm_views_choices(m, process, label) : 0;
  }
}

/* Operations that are enabled by what they depend on: they cannot be exchanged with it. */
static bool is_forced(const struct tm_machine *m, const struct tm_op *op) {
  if (op->effect == TM_EFFECT_LOCK) return m->place[op->place[0]].value & TM_X_CLOSED;
  return op->effect == TM_EFFECT_UNLOCK || (op->effect == TM_EFFECT_WOKEN && !op->timed);
}

void tm_machine_apply(struct tm_machine *m, unsigned process, tm_label label,
                      struct tm_event *event) {
  bool thread = process < TM_X_THREADS;
  event->process = (uint8_t)process;
  event->effect = thread ? m->thread[process].op.effect : TM_EFFECT_FLUSH;
  event->ordinal = ++m->ordinal[process];
  event->label = label;
  event->read_slots = 0;
  event->source = 0;
  event->drains = false;
  event->forced = thread && is_forced(m, &m->thread[process].op);
  event->touch = (struct tm_touch){0};
  if (thread && event->effect == TM_EFFECT_WOKEN) {
    struct tm_op *op = &m->thread[process].op;
    wake_up(m, process, op);
    event->touch.read = event->touch.write = tm_bit(op->place[0]);
    if (m->model == TM_EXPLORE_C11) tm_views_apply(m, process, event);
  } else if (thread && tm_is_page(event->effect) && !(m->thread[process].op.done = label == 0)) {
    event->drains = m->model == TM_EXPLORE_TSO; /* fails and changes nothing */
  } else if (m->model == TM_EXPLORE_SC) {
    tm_sequential_apply(m, process, event);
  } else if (m->model == TM_EXPLORE_TSO) {
    tm_buffers_apply(m, process, event);
  } else {
    tm_views_apply(m, process, event);
  }
  if (thread) resume(m, process);
}

/* Was any place that `read` names written after event i, other than by what was read? */
static bool superseded(const struct tm_machine *m, const struct tm_event *event, unsigned i,
                       unsigned events) {
  const struct tm_event *e = &event[i];
  if (m->model == TM_EXPLORE_C11) {
    for (uint64_t rest = e->touch.read; rest; rest &= rest - 1) {
      const struct tm_place *p = &m->place[__builtin_ctzll(rest)];
      unsigned name = m->message[p->message[p->count - 1]].name;
      bool seen = name == 0 && p->count == 1;
      for (unsigned s = 0; s <= TM_X_CELLS && !seen; s++)
        seen = (e->read_slots >> s & 1) && tm_slot(e->label, s) == name;
      if (!seen) return true;
    }
    return false;
  }
  for (unsigned k = i + 1; k < events; k++) /* an own store that arrives was seen already */
    if (event[k].process != TM_X_THREADS + e->process &&
        event[k].touch.write & (e->touch.read | e->touch.forwarded))
      return true;
  return false;
}

bool tm_machine_await_is_final(const struct tm_machine *m, unsigned thread,
                               const struct tm_event *event, unsigned events) {
  for (unsigned i = 0; i < events; i++)
    if (event[i].process == thread && event[i].ordinal > m->thread[thread].await_from &&
        superseded(m, event, i, events))
      return false;
  return true;
}
