/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/search.h: the depth-first search over schedules (private).
 *
 * Stateless: no state is compared with one met before. Every execution follows the decisions on a
 * stack of nodes up to the deepest one that has something left to try, from the last snapshot of
 * the machine before it.
 *
 * Reduction. Two relations between operations:
 *
 *   dependent    exchanging the two changes the state they lead to (under c11 a read and a write
 *                commute unless the write is what is read: then it comes first). It gives the
 *                happens-before order of an execution, the classes of equivalent executions, and
 *                what wakes a sleeping choice.
 *   conflicting  dependent, or one could change what the other may choose: under c11 a read and a
 *                later write that it could have read.
 *
 * Sleep sets (Godefroid) keep a class from being explored twice; source sets (Abdulla et al.,
 * POPL'14) say which processes must be tried at a node: after each operation, for each earlier
 * conflicting one that is not ordered before it otherwise, one that could start the reversal.
 */
#ifndef TM_EXPLORE_SEARCH_H
#define TM_EXPLORE_SEARCH_H

#include "harness/explore/machine.h"

enum {
  TM_X_SLEEPERS = 1 << 14,
  TM_X_STACKED_LABELS = 1 << 15,
  TM_X_SNAPSHOTS = 64,
  TM_X_SPACING = 8 /* operations between two snapshots */
};

/* A choice that need not be tried: all executions that begin with it are explored elsewhere. */
struct tm_sleeper {
  uint8_t process;
  tm_label label;
  struct tm_touch touch;
};

struct tm_node {
  uint16_t enabled, todo, done;       /* processes */
  uint8_t process;                    /* the one being tried */
  uint16_t at;                        /* its label: index into the stacked ones */
  unsigned labels;                    /* first of this node's in the stack of labels */
  uint16_t first[TM_X_PROCESSES + 1]; /* where a process's labels begin, from `labels` */
  unsigned sleepers, sleeping;        /* first in the stack of sleepers, and how many */
};

struct tm_dpor {
  struct tm_machine *m;
  bool plain;
  unsigned depth; /* operations of the execution so far */
  unsigned fresh; /* operations before this one are repeated from the previous execution */
  unsigned nodes; /* of the stack */
  uint64_t steps; /* carried out in all */
  unsigned snapshots;
  struct tm_snapshot snapshot[TM_X_SNAPSHOTS]; /* along the stack of nodes */
  struct tm_node node[TM_X_EVENTS];
  struct tm_event event[TM_X_EVENTS];
  uint64_t touched[TM_X_EVENTS]; /* places that the event has to do with; bit 0: threads */
  struct tm_sleeper sleeper[TM_X_SLEEPERS];
  tm_label label[TM_X_STACKED_LABELS];
};

enum tm_run {
  TM_RUN_COMPLETE,  /* nobody can move any more */
  TM_RUN_REDUNDANT, /* everything left sleeps */
  TM_RUN_TOO_LONG
};

/* Forget the search before. */
void tm_dpor_reset(struct tm_dpor *s);
/* One execution, along the stack and beyond it. */
enum tm_run tm_dpor_run(struct tm_dpor *s);
/* Prepare the next one; false when all are done. */
bool tm_dpor_next(struct tm_dpor *s);

/* One random execution: processes have random priorities, and at a few random moments the highest
 * falls to the lowest (PCT, Burckhardt et al., ASPLOS'10); choices are uniform. */
enum tm_run tm_dpor_random(struct tm_dpor *s, uint64_t *seed);

/* The vector clock of an event that has just been carried out as number s->depth. */
void tm_dpor_clock(struct tm_dpor *s, struct tm_event *e);
/* Does e happen before f (both on the stack)? */
static inline bool tm_happens_before(const struct tm_event *e, const struct tm_event *f) {
  return f->clock[e->process] >= e->ordinal;
}

/* Rearrange s->event into an order that needs the fewest context switches, if it needs fewer than
 * `below`; returns how many, and the order in order[0..s->depth). */
unsigned tm_dpor_shortest(const struct tm_dpor *s, unsigned below, uint16_t order[TM_X_EVENTS]);

#endif
