/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/search.h"

#include <string.h>

enum { CHANGES = 3 };

static uint64_t next(uint64_t *seed) {
  uint64_t x = *seed ? *seed : 1;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  *seed = x;
  return x * UINT64_C(0x2545f4914f6cdd1d);
}

static unsigned below(uint64_t *seed, unsigned n) { return (unsigned)((next(seed) >> 33) % n); }

struct priorities {
  int of[TM_X_PROCESSES];
  unsigned change[CHANGES]; /* after so many steps */
  int lowest;
};

static struct priorities draw(struct tm_dpor *s, uint64_t *seed) {
  struct priorities p = {.lowest = 0};
  for (unsigned i = 0; i < TM_X_PROCESSES; i++) p.of[i] = 1 + (int)below(seed, 1u << 20);
  unsigned length = s->nodes ? s->nodes : 32; /* of the last execution */
  for (unsigned i = 0; i < CHANGES; i++) p.change[i] = below(seed, length);
  return p;
}

/* The enabled process of the highest priority, and one of its choices; -1 when none is enabled. */
static int pick(struct tm_dpor *s, struct priorities *p, uint64_t *seed, tm_label *label) {
  tm_label choice[TM_X_LABELS];
  int best = -1;
  for (unsigned i = 0; i < TM_X_PROCESSES; i++) {
    if ((i & (TM_X_THREADS - 1)) >= s->m->threads) continue;
    if (best >= 0 && p->of[i] <= p->of[best]) continue;
    unsigned n = tm_machine_choices(s->m, i, choice);
    if (!n) continue;
    best = (int)i;
    *label = choice[below(seed, n)];
  }
  for (unsigned i = 0; i < CHANGES && best >= 0; i++)
    if (p->change[i] == s->depth) p->of[best] = p->lowest--;
  return best;
}

enum tm_run tm_dpor_random(struct tm_dpor *s, uint64_t *seed) {
  struct priorities p = draw(s, seed);
  tm_machine_begin(s->m);
  for (s->depth = 0; s->depth < TM_X_EVENTS - 1 && !s->m->overflow; s->depth++) {
    tm_label label = 0;
    int process = pick(s, &p, seed, &label);
    if (process < 0) {
      s->nodes = s->depth;
      return TM_RUN_COMPLETE;
    }
    if (s->m->ordinal[process] >= TM_X_ORDINAL) return TM_RUN_TOO_LONG;
    struct tm_event *e = &s->event[s->depth];
    tm_machine_apply(s->m, (unsigned)process, label, e);
    s->steps++;
    s->m->index[process][e->ordinal] = (uint16_t)s->depth;
    tm_dpor_clock(s, e);
    memcpy(s->m->clock[process], e->clock, sizeof e->clock);
  }
  return TM_RUN_TOO_LONG;
}
