/* SPDX-License-Identifier: Apache-2.0 */
/* Sequential consistency: one value per place. */
#include "harness/explore/machine.h"

unsigned tm_sequential_choices(struct tm_machine *m, unsigned thread, tm_label *label) {
  (void)m, (void)thread;
  label[0] = 0;
  return 1;
}

/* The value of all the cells of an access, least significant first. */
static uint64_t gather(const struct tm_machine *m, const struct tm_op *op, unsigned first,
                       uint64_t *touched) {
  uint64_t value = 0;
  unsigned shift = 0;
  for (unsigned i = first; i < first + op->cells; i++) {
    const struct tm_place *p = &m->place[op->place[i]];
    value |= p->value << shift;
    shift += 8u * p->bytes;
    *touched |= tm_bit(op->place[i]);
  }
  return value;
}

static void scatter(struct tm_machine *m, const struct tm_op *op, unsigned first, uint64_t value) {
  for (unsigned i = first; i < first + op->cells; i++) {
    struct tm_place *p = &m->place[op->place[i]];
    p->value = tm_low(value, p->bytes);
    if (p->bytes < 8) value >>= 8 * p->bytes;
  }
}

static void access(struct tm_machine *m, struct tm_op *op, struct tm_event *e) {
  unsigned first = op->guest;
  if (op->guest) {
    e->touch.read |= tm_bit(op->place[0]);
    op->faulted = op->broken || (op->place[0] && m->place[op->place[0]].value != TM_PAGE_OPEN);
    if (op->faulted) m->last_faulted = true;
    if (op->faulted) return;
  }
  uint64_t touched = 0, old = gather(m, op, first, &touched);
  op->result = m->last_read = old;
  op->done = true;
  if (op->effect != TM_EFFECT_STORE) e->touch.read |= touched;
  if (op->effect == TM_EFFECT_LOAD) return;
  if (op->effect == TM_EFFECT_CAS && old != op->expected) {
    op->done = false;
    return;
  }
  e->touch.write |= touched;
  m->last_written = tm_machine_combine(op, old);
  scatter(m, op, first, m->last_written);
}

void tm_sequential_apply(struct tm_machine *m, unsigned thread, struct tm_event *e) {
  struct tm_op *op = &m->thread[thread].op;
  struct tm_place *p = &m->place[op->place[0]];
  uint64_t own = tm_bit(op->place[0]);
  if (tm_is_page(op->effect)) {
    p->value = tm_machine_permission(op->effect, p->value);
    e->touch.write = own;
    return;
  }
  switch (op->effect) {
  case TM_EFFECT_FENCE:
  case TM_EFFECT_BARRIER: return;
  case TM_EFFECT_LOCK:
  case TM_EFFECT_LOCK_SHARED:
  case TM_EFFECT_CLOSE:
  case TM_EFFECT_UNLOCK:
    tm_machine_touch_lock(m, op, e);
    p->value = tm_machine_locked(op, thread, p->value);
    return;
  case TM_EFFECT_FUTEX_WAIT:
    e->touch.read = e->touch.write = own;
    op->result = m->last_read = p->value;
    op->done = p->value == op->expected;
    if (op->done) tm_machine_sleep(m, thread, op->place[0]);
    return;
  case TM_EFFECT_FUTEX_WAKE:
    e->touch.read = e->touch.write = own;
    op->result = tm_machine_wake(m, op->place[0], op->value);
    return;
  default: access(m, op, e);
  }
}
