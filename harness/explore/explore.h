/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/explore.h: enumerate everything that a small concurrent program can do.
 *
 * The program (`struct tm_explore_client`) is a few threads of real C code whose effects go through
 * harness/explore/model. tm_explore() runs it again and again, once for each class of executions
 * that differ in more than the order of independent steps, and collects what the executions end
 * with: one row of words per outcome, how often, and for each a schedule that leads to it.
 *
 *     struct tm_explore_result *result;
 *     struct tm_explore_options options = {.model = TM_EXPLORE_C11};
 *     if (tm_explore(&client, &options, &result, &error)) …error.text…
 *     for (i < result->outcomes) … result->outcome[i] …
 *     tm_explore_free(result);
 */
#ifndef TM_HARNESS_EXPLORE_EXPLORE_H
#define TM_HARNESS_EXPLORE_EXPLORE_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TM_EXPLORE_WORDS = 72, TM_EXPLORE_STEPS = 480 };

enum tm_explore_model { TM_EXPLORE_SC, TM_EXPLORE_TSO, TM_EXPLORE_C11 };
/* "sc", "tso", "c11". */
const char *tm_explore_model_name(enum tm_explore_model model);
bool tm_explore_model_find(const char *name, enum tm_explore_model *model);

/* What changes during an execution must be on the threads' stacks, or in memory that `setup` or a
 * thread has from tm_model_allocate(). */
struct tm_explore_client {
  void *context;
  unsigned threads; /* at most 8 */
  /* Once, before all executions: make the initial state. */
  void (*setup)(void *context);
  /* The body of a thread. */
  void (*thread)(void *context, unsigned thread);
  /* After an execution: write its outcome, at most TM_EXPLORE_WORDS words; how many. Bit t of
   * `stuck`: thread t waits for something that nobody will ever do. */
  unsigned (*row)(void *context, unsigned stuck, uint64_t *words);
};

struct tm_site; /* model/effects.h */

/* An order of the source to be taken as another. */
struct tm_explore_weakening {
  const struct tm_site *site;
  uint8_t order; /* enum tm_order */
};

/* Memory for explorations that come one after the other: making it costs more than a small
 * exploration. */
struct tm_explore_workspace;
/* NULL: no memory. */
struct tm_explore_workspace *tm_explore_workspace_new(void);
void tm_explore_workspace_free(struct tm_explore_workspace *workspace);

struct tm_explore_options {
  enum tm_explore_model model;
  struct tm_explore_workspace *workspace; /* NULL: one is made and freed again */
  bool plain;    /* every interleaving: no reduction, to check the reduction against */
  bool shortest; /* find for every outcome the schedule with fewest context switches */
  const struct tm_explore_outcome *shortest_for; /* or only for the outcome with this row */
  uint64_t most_executions;                      /* give up after so many; 0: never */
  double most_seconds;   /* of processor time: give up after so long; 0: never */
  bool failures;         /* system calls that can fail may fail */
  uint64_t random_runs;  /* so many random executions (PCT) instead of the search */
  uint64_t random_after; /* so many of them when the search has given up */
  uint64_t seed;         /* of the random executions */
  const struct tm_explore_weakening *weaken;
  unsigned weakenings;
};

/* One decision of a schedule: which process moves and with which choice. Process t is thread t,
 * 8 + t its store buffer. `choice` names messages by writer, see machine.h. */
struct tm_explore_decision {
  uint8_t process;
  uint64_t choice;
};

struct tm_explore_outcome {
  uint64_t word[TM_EXPLORE_WORDS];
  unsigned words;
  unsigned stuck;      /* threads that wait for ever: deadlock or livelock */
  uint64_t executions; /* that ended so */
  unsigned steps, switches;
  struct tm_explore_decision step[TM_EXPLORE_STEPS];
};

struct tm_explore_result {
  bool complete;       /* the whole space was searched */
  uint64_t executions; /* complete ones */
  uint64_t redundant;  /* given up half way: equivalent to another, or an awaited condition that did
                          not hold yet */
  uint64_t steps;      /* operations carried out, replays included */
  double seconds;      /* of processor time */
  uint64_t random;     /* executions that were random ones */
  unsigned outcomes;
  struct tm_explore_outcome *outcome; /* in the order of their rows */
  unsigned sites;                     /* places of the strategy's source that were executed */
  const struct tm_site **site;
};

/* 0 or a negative errno with a sentence: -E2BIG when the program exceeds the machine. */
int tm_explore(const struct tm_explore_client *client, const struct tm_explore_options *options,
               struct tm_explore_result **result, struct tm_error *error);
void tm_explore_free(struct tm_explore_result *result);

#endif
