/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/search.h"

#include <string.h>

/* ---- relations --------------------------------------------------------------------------------*/

static bool reaches(const struct tm_touch *a, unsigned process) {
  return a->threads >> (process & (TM_X_THREADS - 1)) & 1;
}

/* Locks whose two operations cannot be exchanged. */
static uint64_t locks_in_order(const struct tm_touch *a, const struct tm_touch *b) {
  return a->lock & b->lock & ~(a->shared & b->shared) & ~(a->closing & b->leaving) &
         ~(a->leaving & b->closing);
}

static bool dependent(bool c11, const struct tm_touch *a, unsigned pa, tm_label la,
                      const struct tm_touch *b, unsigned pb, tm_label lb) {
  if (a->threads | b->threads)
    if (reaches(a, pb) || reaches(b, pa)) return true;
  if (locks_in_order(a, b)) return true;
  if (!c11) {
    if ((a->write & (b->read | b->write)) | (a->read & b->write)) return true;
    /* A load that took its value from the buffer, and that store's arrival. */
    return ((a->forwarded & b->write) | (b->forwarded & a->write)) && (pa ^ pb) == TM_X_THREADS;
  }
  if ((a->write & b->write) | (a->sc_write & (b->sc_read | b->sc_write)) |
      (a->sc_read & b->sc_write))
    return true;
  return (a->sc_read & b->sc_read) && la != lb;
}

/* ---- clocks and races -------------------------------------------------------------------------*/

static void join_clock(uint8_t *to, const uint8_t *from) {
  for (unsigned i = 0; i < TM_X_PROCESSES; i++) to[i] = to[i] > from[i] ? to[i] : from[i];
}

static bool ordered(const uint8_t *clock, const struct tm_event *e) {
  return clock[e->process] >= e->ordinal;
}

/* Processes that could make the first step of: everything after event i that does not happen after
 * it, then event d. */
static unsigned initials(const struct tm_dpor *s, unsigned i, unsigned d) {
  uint8_t first[TM_X_PROCESSES];
  unsigned seen = 0, starting = 0;
  for (unsigned k = i + 1; k <= d; k++) {
    const struct tm_event *e = &s->event[k];
    if (k < d && tm_happens_before(&s->event[i], e)) continue;
    if (seen >> e->process & 1) continue;
    bool starts = true;
    for (unsigned rest = seen; rest && starts; rest &= rest - 1) {
      unsigned q = (unsigned)__builtin_ctz(rest);
      starts = e->clock[q] < first[q];
    }
    seen |= 1u << e->process;
    first[e->process] = e->ordinal;
    if (starts) starting |= 1u << e->process;
  }
  return starting;
}

/* Event d could also come before event i: make sure that it is tried. */
static void reverse(struct tm_dpor *s, unsigned i, unsigned d) {
  struct tm_node *n = &s->node[i];
  unsigned starting = initials(s, i, d);
  if (starting & n->todo) return;
  unsigned can = starting & n->enabled;
  if (!can)
    n->todo |= n->enabled;
  else if (can >> s->event[d].process & 1)
    n->todo |= (uint16_t)(1u << s->event[d].process);
  else
    n->todo |= (uint16_t)(can & -can);
}

static bool reads_from(const struct tm_event *e, const struct tm_event *f) {
  unsigned name = (unsigned)f->ordinal << 4 | f->process;
  for (unsigned slots = e->read_slots; slots; slots &= slots - 1)
    if (tm_slot(e->label, (unsigned)__builtin_ctz(slots)) == name) return true;
  return false;
}

/* All places that an event has to do with. */
static uint64_t touched(const struct tm_touch *t) {
  return t->read | t->write | t->sc_read | t->sc_write | t->lock | t->attempt | t->raised |
         t->limited | t->forwarded;
}

/* Does everything so far come before an event with this clock? */
static bool after_all(const uint8_t *clock, const uint8_t *latest) {
  unsigned missing = 0;
  for (unsigned i = 0; i < TM_X_PROCESSES; i++) missing |= clock[i] < latest[i];
  return !missing;
}

/* What comes before the event by itself: its process's last one, and under tso what its store
 * buffer has carried out for it. */
static void start_clock(const struct tm_dpor *s, struct tm_event *e) {
  const struct tm_machine *m = s->m;
  unsigned p = e->process;
  memcpy(e->clock, m->clock[p], sizeof e->clock);
  e->clock[p] = e->ordinal;
  if (e->effect == TM_EFFECT_FLUSH)
    join_clock(e->clock, s->event[m->index[p - TM_X_THREADS][e->source]].clock);
  if (e->drains) join_clock(e->clock, m->clock[TM_X_THREADS + p]);
}

void tm_dpor_clock(struct tm_dpor *s, struct tm_event *e) {
  struct tm_machine *m = s->m;
  unsigned p = e->process;
  bool c11 = m->model == TM_EXPLORE_C11;
  start_clock(s, e);
  /* A take of a lock does not race with the drop before it, but with that drop's take: `open` until
   * an exclusive one is found. */
  bool lock = tm_is_lock(e->effect), open = lock && !e->forced && !s->plain;
  uint8_t own[TM_X_PROCESSES];
  memcpy(own, e->clock, sizeof own);
  uint64_t mine = touched(&e->touch), all = e->touch.threads ? 1 : 0;
  s->touched[s->depth] = mine | all;
  mine |= 1;
  for (unsigned i = s->depth; i-- > 0;) {
    if (!((s->touched[i] | all) & mine)) continue;
    const struct tm_event *f = &s->event[i];
    if (f->process == p || (!open && ordered(e->clock, f))) continue;
    if (dependent(c11, &f->touch, f->process, f->label, &e->touch, p, e->label)) {
      bool takes = tm_is_lock(f->effect) && !f->forced;
      bool races = lock ? open && takes && !ordered(own, f) : !ordered(e->clock, f);
      if (races && !e->forced && !s->plain) reverse(s, i, s->depth);
      if (takes && !f->touch.shared) open = false;
      join_clock(e->clock, f->clock);
    } else if (c11) {
      uint64_t conflict = (f->touch.read & e->touch.write) | (f->touch.write & e->touch.attempt) |
                          (f->touch.raised & e->touch.limited);
      if (!s->plain && conflict && !ordered(e->clock, f)) reverse(s, i, s->depth);
      if (e->read_slots && reads_from(e, f)) join_clock(e->clock, f->clock);
    }
    if (!open && after_all(e->clock, m->ordinal)) break;
  }
}

/* ---- nodes ------------------------------------------------------------------------------------*/

static bool asleep(const struct tm_dpor *s, const struct tm_node *n, unsigned p, tm_label label) {
  for (unsigned i = n->sleepers; i < n->sleepers + n->sleeping; i++)
    if (s->sleeper[i].process == p && s->sleeper[i].label == label) return true;
  return false;
}

/* The next label of `p` at or after `from` that does not sleep; false when there is none. */
static bool find_label(const struct tm_dpor *s, struct tm_node *n, unsigned p, unsigned from) {
  for (unsigned at = from; at < n->first[p + 1]; at++)
    if (!asleep(s, n, p, s->label[n->labels + at])) {
      n->process = (uint8_t)p;
      n->at = (uint16_t)at;
      return true;
    }
  return false;
}

/* What still sleeps after the last event. */
static void inherit_sleepers(struct tm_dpor *s, struct tm_node *n) {
  n->sleepers = n->sleeping = 0;
  if (s->depth == 0 || s->plain) return;
  const struct tm_node *parent = &s->node[s->depth - 1];
  const struct tm_event *e = &s->event[s->depth - 1];
  bool c11 = s->m->model == TM_EXPLORE_C11;
  n->sleepers = parent->sleepers + parent->sleeping;
  for (unsigned i = parent->sleepers; i < n->sleepers; i++) {
    const struct tm_sleeper *z = &s->sleeper[i];
    if (z->process == e->process ||
        dependent(c11, &z->touch, z->process, z->label, &e->touch, e->process, e->label))
      continue;
    if (n->sleepers + n->sleeping == TM_X_SLEEPERS) return; /* more awake is only more work */
    s->sleeper[n->sleepers + n->sleeping++] = *z;
  }
}

static void list_choices(struct tm_dpor *s, struct tm_node *n) {
  n->labels = 0;
  if (s->depth) {
    const struct tm_node *parent = &s->node[s->depth - 1];
    n->labels = parent->labels + parent->first[TM_X_PROCESSES];
  }
  n->enabled = 0;
  unsigned count = 0;
  for (unsigned p = 0; p < TM_X_PROCESSES; p++) {
    n->first[p] = (uint16_t)count;
    if ((p & (TM_X_THREADS - 1)) >= s->m->threads) continue;
    if (n->labels + count + TM_X_LABELS > TM_X_STACKED_LABELS) {
      s->m->overflow = "choices of one execution";
      continue;
    }
    unsigned more = tm_machine_choices(s->m, p, &s->label[n->labels + count]);
    if (more) n->enabled |= (uint16_t)(1u << p);
    count += more;
  }
  n->first[TM_X_PROCESSES] = (uint16_t)count;
}

/* Threads that wait for a lock at the end would have taken it earlier, had they come first. */
static void race_of_the_waiting(struct tm_dpor *s) {
  struct tm_event *e = &s->event[s->depth];
  for (unsigned p = 0; p < s->m->threads; p++) {
    const struct tm_op *op = &s->m->thread[p].op;
    if (s->m->thread[p].state != TM_THREAD_READY || !tm_is_lock(op->effect)) continue;
    if (op->effect == TM_EFFECT_LOCK && s->m->place[op->place[0]].value & TM_X_CLOSED) continue;
    *e = (struct tm_event){
        .process = (uint8_t)p, .effect = op->effect, .ordinal = (uint8_t)(s->m->ordinal[p] + 1)};
    e->touch.lock = tm_bit(op->place[0]);
    if (op->effect == TM_EFFECT_LOCK_SHARED) e->touch.shared = e->touch.lock;
    tm_dpor_clock(s, e);
  }
}

/* A node for the state that the machine is in. False when there is nothing to try in it. */
static bool open_node(struct tm_dpor *s, enum tm_run *run) {
  struct tm_node *n = &s->node[s->depth];
  list_choices(s, n);
  inherit_sleepers(s, n);
  n->done = 0;
  *run = TM_RUN_COMPLETE;
  if (!n->enabled) {
    if (!s->plain) race_of_the_waiting(s);
    return false;
  }
  /* Stay with the same process while possible: executions read better with few switches. */
  unsigned p = s->depth ? s->node[s->depth - 1].process : 0;
  for (unsigned i = 0; i < TM_X_PROCESSES; i++, p = (p + 1) % TM_X_PROCESSES)
    if ((n->enabled >> p & 1) && find_label(s, n, p, n->first[p])) {
      n->todo = s->plain ? n->enabled : (uint16_t)(1u << n->process);
      return true;
    }
  *run = TM_RUN_REDUNDANT;
  return false;
}

void tm_dpor_reset(struct tm_dpor *s) {
  s->plain = false;
  s->depth = s->fresh = s->nodes = s->snapshots = 0;
  s->steps = 0;
}

/* Go to the last state that was kept and is on the way. */
static void go_back(struct tm_dpor *s) {
  while (s->snapshots && s->snapshot[s->snapshots - 1].depth > s->fresh) s->snapshots--;
  if (s->snapshots) {
    tm_machine_restore(s->m, &s->snapshot[s->snapshots - 1]);
    s->depth = s->snapshot[s->snapshots - 1].depth;
  } else {
    tm_machine_begin(s->m);
    s->depth = 0;
  }
}

/* On the way to where the execution becomes new: keep the state for those that follow. */
static void keep_state(struct tm_dpor *s) {
  unsigned last = s->snapshots ? s->snapshot[s->snapshots - 1].depth : 0;
  if (s->depth > s->fresh || s->depth < last + TM_X_SPACING || s->snapshots == TM_X_SNAPSHOTS)
    return;
  s->snapshots += tm_machine_save(s->m, s->depth, &s->snapshot[s->snapshots]);
}

enum tm_run tm_dpor_run(struct tm_dpor *s) {
  enum tm_run run = TM_RUN_TOO_LONG;
  for (go_back(s); s->depth < TM_X_EVENTS - 1 && !s->m->overflow; s->depth++) {
    keep_state(s);
    if (s->depth >= s->nodes) {
      if (!open_node(s, &run)) return run;
      s->nodes = s->depth + 1;
    }
    struct tm_node *n = &s->node[s->depth];
    struct tm_event *e = &s->event[s->depth], again;
    unsigned p = n->process;
    if (s->m->ordinal[p] >= TM_X_ORDINAL) return TM_RUN_TOO_LONG;
    bool repeated = s->depth < s->fresh;
    tm_machine_apply(s->m, p, s->label[n->labels + n->at], repeated ? &again : e);
    s->steps++;
    if (!repeated) {
      s->m->index[p][e->ordinal] = (uint16_t)s->depth;
      tm_dpor_clock(s, e);
    }
    memcpy(s->m->clock[p], e->clock, sizeof e->clock);
  }
  return TM_RUN_TOO_LONG;
}

/* ---- backtracking -----------------------------------------------------------------------------*/

/* The choice just tried need not be tried below the node's other choices, until something
 * dependent happens. */
static void put_to_sleep(struct tm_dpor *s, struct tm_node *n, const struct tm_event *e) {
  if (s->plain || n->sleepers + n->sleeping == TM_X_SLEEPERS) return;
  s->sleeper[n->sleepers + n->sleeping++] =
      (struct tm_sleeper){.process = e->process, .label = e->label, .touch = e->touch};
}

static bool another_choice(struct tm_dpor *s, struct tm_node *n, const struct tm_event *e) {
  put_to_sleep(s, n, e);
  if (find_label(s, n, n->process, n->at + 1u)) return true;
  n->done |= (uint16_t)(1u << n->process);
  for (unsigned left; (left = n->todo & (unsigned)~n->done);) {
    unsigned p = (unsigned)__builtin_ctz(left);
    if (find_label(s, n, p, n->first[p])) return true;
    n->done |= (uint16_t)(1u << p);
  }
  return false;
}

bool tm_dpor_next(struct tm_dpor *s) {
  while (s->nodes > 0) {
    unsigned d = s->nodes - 1;
    if (another_choice(s, &s->node[d], &s->event[d])) {
      s->fresh = d;
      return true;
    }
    s->nodes = d;
  }
  return false;
}
