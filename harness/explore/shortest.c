/* SPDX-License-Identifier: Apache-2.0 */
/* Of all orders of one execution's events that keep happens-before, one with the fewest context
 * switches. Running a thread as far as it can go never hurts, so a solution is a sequence of
 * threads; iterative deepening over its length finds the shortest. A store buffer belongs to its
 * thread. */
#include "harness/explore/search.h"

#include <string.h>

struct attempt {
  const struct tm_dpor *s;
  uint16_t next[TM_X_THREADS][TM_X_EVENTS]; /* events of a thread and its buffer, in order */
  unsigned count[TM_X_THREADS];
  unsigned at[TM_X_THREADS];
  uint8_t done[TM_X_PROCESSES]; /* ordinals */
  uint16_t *order;
  unsigned placed;
};

static bool ready(const struct attempt *a, const struct tm_event *e) {
  for (unsigned q = 0; q < TM_X_PROCESSES; q++)
    if (e->clock[q] > a->done[q] + (q == e->process)) return false;
  return true;
}

/* Place as many events of thread t as can go. */
static void run_on(struct attempt *a, unsigned t) {
  while (a->at[t] < a->count[t]) {
    unsigned i = a->next[t][a->at[t]];
    const struct tm_event *e = &a->s->event[i];
    if (!ready(a, e)) return;
    a->done[e->process] = e->ordinal;
    a->order[a->placed++] = (uint16_t)i;
    a->at[t]++;
  }
}

static bool extend(struct attempt *a, int last, int switches) {
  if (a->placed == a->s->depth) return true;
  int waiting = 0; /* threads that a switch has still to go to */
  for (unsigned t = 0; t < TM_X_THREADS; t++) waiting += a->at[t] < a->count[t];
  if (switches < waiting - 1) return false;
  for (unsigned t = 0; t < TM_X_THREADS; t++) {
    if ((int)t == last || a->at[t] == a->count[t]) continue;
    unsigned at = a->at[t], placed = a->placed;
    uint8_t done[TM_X_PROCESSES];
    memcpy(done, a->done, sizeof done);
    run_on(a, t);
    if (a->placed > placed && extend(a, (int)t, switches - 1)) return true;
    a->at[t] = at;
    a->placed = placed;
    memcpy(a->done, done, sizeof done);
  }
  return false;
}

unsigned tm_dpor_shortest(const struct tm_dpor *s, unsigned below, uint16_t order[TM_X_EVENTS]) {
  static _Thread_local struct attempt a;
  memset(a.count, 0, sizeof a.count);
  memset(a.at, 0, sizeof a.at);
  memset(a.done, 0, sizeof a.done);
  a.s = s;
  a.order = order;
  a.placed = 0;
  unsigned active = 0;
  for (unsigned i = 0; i < s->depth; i++) {
    unsigned t = s->event[i].process & (TM_X_THREADS - 1);
    active += a.count[t] == 0;
    a.next[t][a.count[t]++] = (uint16_t)i;
  }
  unsigned least = active ? active - 1 : 0;
  for (unsigned switches = least; switches < below; switches++)
    if (extend(&a, -1, (int)switches)) return switches;
  return below;
}
