/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/verdict.h: what an exploration means: reachable against allowed, observed against
 * reachable; and the whole matrix of strategies, tests and models.
 */
#ifndef TM_HARNESS_EXPLORE_VERDICT_H
#define TM_HARNESS_EXPLORE_VERDICT_H

#include "harness/explore/litmus.h"
#include "harness/oracle/oracle.h"

enum tm_reach {
  TM_REACH_TIGHT,      /* reachable = allowed */
  TM_REACH_SOUND,      /* everything reachable is allowed */
  TM_REACH_INCOMPLETE, /* nothing wrong was seen, but not everything was searched */
  TM_REACH_FAILED,     /* no answer: see the error */
  TM_REACH_INVALID,    /* the strategy's own invariant is broken at the end */
  TM_REACH_STUCK,      /* a thread waits for ever */
  TM_REACH_FORBIDDEN   /* a forbidden outcome is reachable */
};
/* "tight", "sound", … */
const char *tm_reach_name(enum tm_reach verdict);

struct tm_explore_judgement {
  enum tm_reach verdict;
  int worst;          /* index of the outcome that convicts, or -1 */
  unsigned forbidden; /* reachable outcomes that are */
  unsigned excluded;  /* allowed outcomes that the strategy does not show */
  bool exists;        /* the test's `exists` clause is reachable */
  int exists_outcome; /* an outcome that satisfies it, or -1 */
};

struct tm_explore_judgement tm_explore_judge(const struct tm_litmus *test,
                                             const struct tm_oracle *oracle,
                                             const struct tm_explore_result *result);

/* Is a row that hardware showed among the reachable ones? If not, either the explorer or what ran
 * is wrong, provided that the search was complete. */
bool tm_explore_reaches(const struct tm_litmus *test, const struct tm_explore_result *result,
                        const struct tm_value row[]);

/* ---- the matrix -------------------------------------------------------------------------------*/

struct tm_explore_cell {
  const struct tm_litmus *test;
  const char *strategy;
  enum tm_explore_model model;
  struct tm_explore_judgement judgement;
  struct tm_explore_result *result; /* NULL when there is none */
  const struct tm_oracle *oracle;
  struct tm_error error; /* when verdict is FAILED */
};

struct tm_explore_matrix {
  const struct tm_litmus *const *test;
  const char *const *strategy;
  const enum tm_explore_model *model;
  size_t tests, strategies, models;
  unsigned jobs;                     /* system threads, at least 1 */
  struct tm_explore_options options; /* `model` is set for each cell */
  bool shortest_worst; /* search again for the shortest witness of what convicts a strategy */
  /* Called after every cell, from one thread at a time, in no fixed order; the cell's result is
   * freed afterwards. `done` of tests × strategies × models. */
  void (*each)(void *argument, const struct tm_explore_cell *cell, size_t done);
  void *argument;
};

/* 0, or -ENOMEM with a sentence. */
int tm_explore_matrix(const struct tm_explore_matrix *matrix, struct tm_error *error);

#endif
