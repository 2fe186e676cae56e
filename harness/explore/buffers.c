/* SPDX-License-Identifier: Apache-2.0 */
/* Total store order: a FIFO buffer of stores between each thread and memory. */
#include "harness/explore/machine.h"

static bool empty(const struct tm_thread *t) { return t->head == t->tail; }

/* Does the operation wait until the thread's stores have reached memory? */
static bool drains(const struct tm_op *op) {
  switch (op->effect) {
  case TM_EFFECT_LOAD: return false;
  case TM_EFFECT_STORE:
  case TM_EFFECT_FENCE: return op->order == TM_ORDER_SC;
  default: return true;
  }
}

unsigned tm_buffers_choices(struct tm_machine *m, unsigned process, tm_label *label) {
  label[0] = 0;
  if (process >= TM_X_THREADS) return !empty(&m->thread[process - TM_X_THREADS]);
  const struct tm_op *op = &m->thread[process].op;
  if (op->effect == TM_EFFECT_BARRIER) return empty(&m->thread[op->target]);
  return !drains(op) || empty(&m->thread[process]);
}

static uint64_t read_place(struct tm_machine *m, struct tm_thread *t, unsigned place,
                           struct tm_touch *touch) {
  for (unsigned i = t->tail; i > t->head; i--)
    if (t->buffer[i - 1].place == place) {
      touch->forwarded |= tm_bit(place);
      return t->buffer[i - 1].value;
    }
  touch->read |= tm_bit(place);
  return m->place[place].value;
}

static void put(struct tm_machine *m, struct tm_thread *t, const struct tm_event *e, unsigned place,
                uint64_t value, bool last) {
  if (t->head == t->tail) t->head = t->tail = 0;
  if (t->tail == TM_X_BUFFER) {
    m->overflow = "stores in a buffer";
    return;
  }
  t->buffer[t->tail++] = (struct tm_store){
      .place = (uint8_t)place, .ordinal = e->ordinal, .last = last, .value = value};
}

/* Store all cells: into the buffer, or right to memory. */
static void write_cells(struct tm_machine *m, struct tm_thread *t, const struct tm_op *op,
                        uint64_t value, bool buffered, struct tm_event *e) {
  unsigned end = op->guest + op->cells;
  for (unsigned i = op->guest; i < end; i++) {
    struct tm_place *p = &m->place[op->place[i]];
    uint64_t part = tm_low(value, p->bytes);
    if (p->bytes < 8) value >>= 8 * p->bytes;
    if (buffered) {
      put(m, t, e, op->place[i], part, i + 1 == end);
    } else {
      p->value = part;
      e->touch.write |= tm_bit(op->place[i]);
    }
  }
}

static void access(struct tm_machine *m, unsigned thread, struct tm_op *op, struct tm_event *e) {
  struct tm_thread *t = &m->thread[thread];
  if (op->guest) {
    op->faulted =
        op->broken || (op->place[0] && read_place(m, t, op->place[0], &e->touch) != TM_PAGE_OPEN);
    if (op->faulted) m->last_faulted = true;
    if (op->faulted) return;
  }
  op->done = true;
  if (op->effect == TM_EFFECT_STORE) {
    m->last_written = op->value;
    write_cells(m, t, op, op->value, op->order != TM_ORDER_SC, e);
    return;
  }
  uint64_t old = 0;
  unsigned shift = 0;
  for (unsigned i = op->guest; i < (unsigned)op->guest + op->cells; i++) {
    old |= read_place(m, t, op->place[i], &e->touch) << shift;
    shift += 8u * m->place[op->place[i]].bytes;
  }
  op->result = m->last_read = old;
  if (op->effect == TM_EFFECT_LOAD) return;
  op->done = op->effect != TM_EFFECT_CAS || old == op->expected;
  if (!op->done) return;
  m->last_written = tm_machine_combine(op, old);
  write_cells(m, t, op, m->last_written, false, e);
}

static void flush(struct tm_machine *m, struct tm_thread *t, struct tm_event *e) {
  e->source = t->buffer[t->head].ordinal;
  bool last = false;
  while (!last) {
    const struct tm_store *s = &t->buffer[t->head++];
    m->place[s->place].value = m->last_written = s->value;
    e->touch.write |= tm_bit(s->place);
    last = s->last;
  }
}

void tm_buffers_apply(struct tm_machine *m, unsigned process, struct tm_event *e) {
  if (process >= TM_X_THREADS) {
    flush(m, &m->thread[process - TM_X_THREADS], e);
    return;
  }
  struct tm_op *op = &m->thread[process].op;
  e->drains = drains(op);
  if (tm_is_page(op->effect)) {
    tm_sequential_apply(m, process, e);
    return;
  }
  switch (op->effect) {
  case TM_EFFECT_FENCE: return;
  case TM_EFFECT_BARRIER: e->touch.threads = (uint16_t)(1u << op->target); return;
  case TM_EFFECT_LOCK:
  case TM_EFFECT_LOCK_SHARED:
  case TM_EFFECT_CLOSE:
  case TM_EFFECT_UNLOCK:
  case TM_EFFECT_FUTEX_WAIT:
  case TM_EFFECT_FUTEX_WAKE: tm_sequential_apply(m, process, e); return;
  default: access(m, process, op, e);
  }
}
