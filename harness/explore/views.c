/* SPDX-License-Identifier: Apache-2.0 */
/* The C11 model: histories of messages and views of them. See machine.h for the rules. */
#include "harness/explore/machine.h"

#include <string.h>

enum { STAMP_STEP = 1024 };

/* Views are compared and joined up to the highest place in use, rounded to whole vectors. */
static unsigned lanes(const struct tm_machine *m) { return (m->now.places + 7u) & ~7u; }

static void join(const struct tm_machine *m, struct tm_view *to, const struct tm_view *from) {
  unsigned n = lanes(m);
  for (unsigned i = 0; i < n; i++) to->at[i] = to->at[i] > from->at[i] ? to->at[i] : from->at[i];
}

static void copy(const struct tm_machine *m, struct tm_view *to, const struct tm_view *from) {
  memcpy(to, from, lanes(m) * sizeof *to->at);
}

static void raise_to(uint16_t *at, uint16_t stamp) {
  if (*at < stamp) *at = stamp;
}

/* ---- choices ----------------------------------------------------------------------------------*/

static uint16_t floor_of(const struct tm_machine *m, const struct tm_thread *t, unsigned place,
                         bool sc) {
  uint16_t own = t->view.at[place], all = m->now.seq_cst.at[place];
  return sc && all > own ? all : own;
}

/* May a write be put right after message i? Not into closed room; and, unless every order is
 * wanted, before an existing message only if that one had to come first, for this thread to get
 * here or for message i to exist: else the same outcome comes from making this write first. */
static bool room_after(const struct tm_machine *m, unsigned thread, const struct tm_place *p,
                       unsigned i) {
  const struct tm_message *before = &m->message[p->message[i]];
  if (before->closed) return false;
  if (i + 1u == p->count || !m->ordered_writes) return true;
  unsigned next = m->message[p->message[i + 1]].name, writer = next & 15, ordinal = next >> 4;
  if (m->clock[thread][writer] >= ordinal) return true;
  if (!before->name) return false;
  return m->event[m->index[before->name & 15][before->name >> 4]].clock[writer] >= ordinal;
}

/* The messages that one cell of an operation may read, or write after. */
static unsigned cell_choices(const struct tm_machine *m, unsigned thread, const struct tm_op *op,
                             unsigned place, uint16_t *name) {
  const struct tm_place *p = &m->place[place];
  bool sc = op->order == TM_ORDER_SC;
  uint16_t lowest = floor_of(m, &m->thread[thread], place, sc);
  unsigned n = 0;
  for (unsigned i = 0; i < p->count; i++) {
    const struct tm_message *message = &m->message[p->message[i]];
    if (message->stamp < lowest) continue;
    bool writes = op->effect != TM_EFFECT_LOAD;
    if (op->effect == TM_EFFECT_CAS && op->cells == 1) writes = message->value == op->expected;
    if (writes && !room_after(m, thread, p, i)) continue;
    name[n++] = message->name;
  }
  return n;
}

/* All combinations of a permission that lets the access through and of its cells. */
static unsigned combinations(struct tm_machine *m, unsigned thread, const struct tm_op *op,
                             unsigned slot, tm_label so_far, tm_label *label, unsigned n) {
  if (slot == (unsigned)op->guest + op->cells) {
    if (n == TM_X_LABELS) {
      m->overflow = "choices of one access";
      return n;
    }
    label[n] = so_far;
    return n + 1;
  }
  uint16_t name[TM_X_PER_PLACE];
  unsigned count = cell_choices(m, thread, op, op->place[slot], name);
  for (unsigned i = 0; i < count; i++)
    n = combinations(m, thread, op, slot + 1, so_far | (tm_label)name[i] << 12 * slot, label, n);
  return n;
}

static unsigned guest_choices(struct tm_machine *m, unsigned thread, const struct tm_op *op,
                              tm_label *label) {
  if (op->broken) {
    label[0] = 0;
    return 1;
  }
  if (!op->place[0]) return combinations(m, thread, op, 1, 0, label, 0);
  unsigned n = 0;
  const struct tm_place *p = &m->place[op->place[0]];
  for (unsigned i = 0; i < p->count; i++) {
    const struct tm_message *message = &m->message[p->message[i]];
    if (message->stamp < m->thread[thread].view.at[op->place[0]]) continue;
    if (message->value == TM_PAGE_OPEN)
      n = combinations(m, thread, op, 1, message->name, label, n);
    else if (n < TM_X_LABELS)
      label[n++] = message->name;
  }
  return n;
}

unsigned tm_views_choices(struct tm_machine *m, unsigned thread, tm_label *label) {
  const struct tm_op *op = &m->thread[thread].op;
  uint16_t name[TM_X_PER_PLACE];
  unsigned n;
  struct tm_op as = *op;
  label[0] = 0;
  if (tm_is_page(op->effect)) return 1;
  switch (op->effect) {
  case TM_EFFECT_FENCE:
  case TM_EFFECT_BARRIER:
  case TM_EFFECT_LOCK:
  case TM_EFFECT_LOCK_SHARED:
  case TM_EFFECT_CLOSE:
  case TM_EFFECT_UNLOCK:
  case TM_EFFECT_FUTEX_WAKE: return 1;
  case TM_EFFECT_FUTEX_WAIT: as.effect = TM_EFFECT_LOAD; break;
  default:
    if (op->guest) return guest_choices(m, thread, op, label);
  }
  n = cell_choices(m, thread, &as, op->place[0], name);
  for (unsigned i = 0; i < n; i++) label[i] = name[i];
  return n;
}

/* ---- effects ----------------------------------------------------------------------------------*/

static unsigned find(const struct tm_machine *m, const struct tm_place *p, unsigned name) {
  unsigned i = 0;
  while (i + 1u < p->count && m->message[p->message[i]].name != name) i++;
  return i;
}

/* The message that the label names, or the oldest one after it that a fence has left visible. */
static unsigned visible(const struct tm_machine *m, const struct tm_thread *t, unsigned place,
                        tm_label label) {
  const struct tm_place *p = &m->place[place];
  unsigned i = find(m, p, tm_slot(label, 0));
  while (m->message[p->message[i]].stamp < t->view.at[place]) i++;
  return i;
}

/* Read message i of `place`. */
static struct tm_message *read_message(struct tm_machine *m, struct tm_thread *t, unsigned place,
                                       unsigned i, unsigned order) {
  struct tm_message *message = &m->message[m->place[place].message[i]];
  raise_to(&t->view.at[place], message->stamp);
  join(m, &t->acquire, &message->view);
  raise_to(&t->acquire.at[place], message->stamp);
  if (tm_acquires(order)) join(m, &t->view, &message->view);
  if (order == TM_ORDER_SC) raise_to(&m->now.seq_cst.at[place], message->stamp);
  return message;
}

/* Put a new message after message i of `place`; `read` is what a read-modify-write read. */
static void write_message(struct tm_machine *m, unsigned thread, unsigned place, unsigned i,
                          unsigned order, uint64_t value, struct tm_message *read) {
  struct tm_thread *t = &m->thread[thread];
  struct tm_place *p = &m->place[place];
  if (p->count == TM_X_PER_PLACE || m->now.messages == TM_X_MESSAGES) {
    m->overflow = "writes to one place";
    return;
  }
  unsigned before = m->message[p->message[i]].stamp, stamp = before + STAMP_STEP;
  if (i + 1u < p->count) stamp = (before + m->message[p->message[i + 1]].stamp) / 2;
  if (stamp == before || stamp > UINT16_MAX) m->overflow = "writes to one place";
  struct tm_message *message = &m->message[m->now.messages];
  message->value = value;
  message->stamp = (uint16_t)stamp;
  message->name = (uint16_t)(m->ordinal[thread] << 4 | thread);
  message->closed = false;
  t->view.at[place] = (uint16_t)stamp;
  memset(&message->view, 0, sizeof message->view);
  copy(m, &message->view, tm_releases(order) ? &t->view : &t->release);
  if (read) {
    join(m, &message->view, &read->view);
    read->closed = true;
  }
  message->view.at[place] = (uint16_t)stamp;
  if (order == TM_ORDER_SC) raise_to(&m->now.seq_cst.at[place], (uint16_t)stamp);
  memmove(&p->message[i + 2], &p->message[i + 1], (p->count - i - 1u) * sizeof *p->message);
  p->message[i + 1] = (uint16_t)m->now.messages++;
  p->count++;
}

static void fence(struct tm_machine *m, struct tm_thread *t, unsigned order) {
  if (tm_acquires(order)) join(m, &t->view, &t->acquire);
  if (order == TM_ORDER_SC) {
    join(m, &t->view, &m->now.seq_cst);
    copy(m, &m->now.seq_cst, &t->view);
  }
  if (tm_releases(order)) copy(m, &t->release, &t->view);
}

static void touch(struct tm_event *e, unsigned place, bool reads, bool writes, bool sc) {
  uint64_t b = tm_bit(place);
  if (reads) e->touch.read |= b;
  if (writes) e->touch.write |= b;
  if (reads && sc) e->touch.sc_read |= b;
  if (writes && sc) e->touch.sc_write |= b;
}

static void access(struct tm_machine *m, unsigned thread, struct tm_op *op, struct tm_event *e) {
  struct tm_thread *t = &m->thread[thread];
  if (op->guest && op->place[0]) {
    unsigned i = find(m, &m->place[op->place[0]], tm_slot(e->label, 0));
    op->faulted = read_message(m, t, op->place[0], i, TM_ORDER_RLX)->value != TM_PAGE_OPEN;
    touch(e, op->place[0], true, false, false);
    e->read_slots = 1;
  } else {
    op->faulted = op->broken;
  }
  if (op->faulted) m->last_faulted = true;
  if (op->faulted) return;
  uint64_t old = 0;
  unsigned shift = 0, first = op->guest, end = first + op->cells, at[1 + TM_X_CELLS];
  struct tm_message *read[1 + TM_X_CELLS] = {NULL};
  bool sc = op->order == TM_ORDER_SC;
  for (unsigned s = first; s < end; s++) {
    at[s] = find(m, &m->place[op->place[s]], tm_slot(e->label, s));
    if (op->effect == TM_EFFECT_STORE) continue;
    uint16_t all = m->now.seq_cst.at[op->place[s]];
    if (sc && all > t->view.at[op->place[s]]) e->touch.limited |= tm_bit(op->place[s]);
    read[s] = read_message(m, t, op->place[s], at[s], op->order);
    touch(e, op->place[s], true, false, sc);
    if (sc && read[s]->stamp > all) e->touch.raised |= tm_bit(op->place[s]);
    if (op->effect == TM_EFFECT_CAS) e->touch.attempt |= tm_bit(op->place[s]);
    e->read_slots |= (uint8_t)(1u << s);
    old |= read[s]->value << shift;
    shift += 8u * m->place[op->place[s]].bytes;
  }
  op->result = m->last_read = old;
  op->done = op->effect != TM_EFFECT_CAS || old == op->expected;
  if (op->effect == TM_EFFECT_LOAD || !op->done) return;
  uint64_t value = m->last_written = tm_machine_combine(op, old);
  for (unsigned s = first; s < end; s++) {
    unsigned bytes = m->place[op->place[s]].bytes;
    touch(e, op->place[s], false, true, sc);
    write_message(m, thread, op->place[s], at[s], op->order, tm_low(value, bytes), read[s]);
    if (bytes < 8) value >>= 8 * bytes;
  }
}

/* What waking and waiting on a place pass on, through the lock of its queue. */
static struct tm_view *queue_view(struct tm_machine *m, struct tm_place *p) {
  if (!p->beside && m->now.messages == TM_X_MESSAGES) m->overflow = "writes";
  if (!p->beside && !m->overflow) {
    m->message[m->now.messages] = (struct tm_message){.value = 0};
    p->beside = (uint16_t)m->now.messages++;
  }
  return &m->message[p->beside].view;
}

/* Locks pass the whole view on: an exclusive holder's to everybody, a shared one's to the next
 * exclusive one. */
static void lock(struct tm_machine *m, unsigned thread, struct tm_op *op, struct tm_event *e) {
  struct tm_place *p = &m->place[op->place[0]];
  struct tm_view *exclusive = &m->message[p->message[0]].view;
  struct tm_thread *t = &m->thread[thread];
  tm_machine_touch_lock(m, op, e);
  bool was_exclusive = p->value >= TM_X_EXCLUSIVE;
  p->value = tm_machine_locked(op, thread, p->value);
  if (op->effect == TM_EFFECT_CLOSE) return;
  struct tm_view *shared = NULL; /* what shared holders pass on */
  if (p->beside || (op->effect != TM_EFFECT_LOCK && !was_exclusive)) shared = queue_view(m, p);
  if (tm_is_lock(op->effect)) {
    join(m, &t->view, exclusive);
    if (op->effect == TM_EFFECT_LOCK && shared) join(m, &t->view, shared);
  } else if (was_exclusive) {
    copy(m, exclusive, &t->view);
  } else {
    join(m, shared, &t->view);
  }
}

/* The system serialises changes of pages, so each goes after the newest. */
static void page(struct tm_machine *m, unsigned thread, struct tm_op *op, struct tm_event *e) {
  unsigned x = op->place[0];
  if (tm_is_shootdown(op->effect)) e->touch.threads = 0xff;
  if (!x) return;
  struct tm_place *p = &m->place[x];
  touch(e, x, false, true, false);
  write_message(m, thread, x, p->count - 1u, op->order,
                tm_machine_permission(op->effect, tm_machine_newest(m, x)), NULL);
  uint16_t stamp = m->thread[thread].view.at[x];
  if (tm_is_shootdown(op->effect))
    for (unsigned i = 0; i < m->threads; i++) raise_to(&m->thread[i].view.at[x], stamp);
}

void tm_views_apply(struct tm_machine *m, unsigned thread, struct tm_event *e) {
  struct tm_op *op = &m->thread[thread].op;
  struct tm_thread *t = &m->thread[thread];
  unsigned x = op->place[0];
  if (tm_is_page(op->effect)) {
    page(m, thread, op, e);
    return;
  }
  switch (op->effect) {
  case TM_EFFECT_FENCE:
    fence(m, t, op->order);
    if (op->order == TM_ORDER_SC) e->touch.sc_write = ~UINT64_C(0);
    return;
  case TM_EFFECT_BARRIER:
    fence(m, &m->thread[op->target], TM_ORDER_SC);
    e->touch.sc_write = ~UINT64_C(0);
    e->touch.threads = (uint16_t)(1u << op->target);
    return;
  case TM_EFFECT_LOCK:
  case TM_EFFECT_LOCK_SHARED:
  case TM_EFFECT_CLOSE:
  case TM_EFFECT_UNLOCK: lock(m, thread, op, e); return;
  case TM_EFFECT_FUTEX_WAIT:
    /* The lock of the queue orders sleeping and waking; both are full barriers. */
    join(m, &t->view, queue_view(m, &m->place[x]));
    fence(m, t, TM_ORDER_SC);
    e->touch.sc_write = ~UINT64_C(0);
    touch(e, x, true, true, true);
    e->read_slots = 1;
    op->result = m->last_read =
        read_message(m, t, x, visible(m, t, x, e->label), TM_ORDER_SC)->value;
    op->done = op->result == op->expected;
    if (op->done) tm_machine_sleep(m, thread, x);
    return;
  case TM_EFFECT_FUTEX_WAKE:
    fence(m, t, TM_ORDER_SC);
    e->touch.sc_write = ~UINT64_C(0);
    touch(e, x, true, true, true);
    op->result = tm_machine_wake(m, x, op->value);
    join(m, queue_view(m, &m->place[x]), &t->view);
    return;
  case TM_EFFECT_WOKEN:
    touch(e, x, true, true, false);
    join(m, &t->view, queue_view(m, &m->place[x]));
    return;
  default: access(m, thread, op, e);
  }
}
