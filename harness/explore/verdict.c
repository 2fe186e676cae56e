/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/verdict.h"

#include "core/atomics.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

const char *tm_reach_name(enum tm_reach verdict) {
  static const char *const names[] = {"tight",   "sound", "incomplete", "failed",
                                      "invalid", "stuck", "forbidden"};
  return names[verdict];
}

static bool same_row(const struct tm_litmus *test, const struct tm_value *a,
                     const struct tm_value *b) {
  for (unsigned c = 0; c < test->columns; c++)
    if (!tm_value_equal(a[c], b[c])) return false;
  return true;
}

bool tm_explore_reaches(const struct tm_litmus *test, const struct tm_explore_result *result,
                        const struct tm_value row[]) {
  for (unsigned i = 0; i < result->outcomes; i++) {
    struct tm_value own[TM_LITMUS_COLUMNS];
    tm_explore_row(test, &result->outcome[i], own);
    if (same_row(test, own, row)) return true;
  }
  return false;
}

static void judge_outcome(const struct tm_litmus *test, const struct tm_oracle *oracle,
                          const struct tm_explore_outcome *outcome, int index,
                          struct tm_explore_judgement *j) {
  struct tm_value row[TM_LITMUS_COLUMNS];
  struct tm_explore_flaws flaws = tm_explore_row(test, outcome, row);
  enum tm_reach verdict = TM_REACH_SOUND;
  if (flaws.stuck)
    verdict = TM_REACH_STUCK;
  else if (tm_oracle_grade(oracle, row) == TM_FORBIDDEN)
    verdict = TM_REACH_FORBIDDEN;
  else if (flaws.invalid)
    verdict = TM_REACH_INVALID;
  if (verdict > j->verdict) {
    j->verdict = verdict;
    if (verdict != TM_REACH_SOUND) j->worst = index;
  }
  j->forbidden += verdict == TM_REACH_FORBIDDEN;
  if (!flaws.stuck && !j->exists && tm_litmus_holds(test, row)) {
    j->exists = true;
    j->exists_outcome = index;
  }
}

struct tm_explore_judgement tm_explore_judge(const struct tm_litmus *test,
                                             const struct tm_oracle *oracle,
                                             const struct tm_explore_result *result) {
  struct tm_explore_judgement j = {.verdict = TM_REACH_TIGHT, .worst = -1, .exists_outcome = -1};
  for (unsigned i = 0; i < result->outcomes; i++)
    judge_outcome(test, oracle, &result->outcome[i], (int)i, &j);
  for (size_t i = 0; i < tm_oracle_outcomes(oracle); i++)
    j.excluded += !tm_explore_reaches(test, result, tm_oracle_row(oracle, i));
  if (j.verdict <= TM_REACH_SOUND)
    j.verdict = !result->complete ? TM_REACH_INCOMPLETE
                : j.excluded      ? TM_REACH_SOUND
                                  : TM_REACH_TIGHT;
  return j;
}

/* ---- the matrix -------------------------------------------------------------------------------*/

struct crew {
  const struct tm_explore_matrix *matrix;
  struct tm_oracle **oracle; /* by test; NULL: see the error */
  struct tm_error *error;    /* by test */
  struct tm_atomic_u64 next; /* test or cell */
  pthread_mutex_t mutex;     /* of `done` and the callback */
  size_t done;
};

/* Give the outcome that convicts its shortest witness. */
static void shorten(const struct tm_explore_cell *cell, struct tm_explore_options options) {
  struct tm_explore_outcome *worst = &cell->result->outcome[cell->judgement.worst];
  struct tm_explore_result *again;
  struct tm_error error;
  options.shortest_for = worst;
  if (tm_explore_litmus(cell->test, cell->strategy, &options, &again, &error)) return;
  for (unsigned i = 0; i < again->outcomes; i++) {
    const struct tm_explore_outcome *o = &again->outcome[i];
    if (o->words != worst->words || memcmp(o->word, worst->word, o->words * sizeof *o->word))
      continue;
    if (o->switches < worst->switches) *worst = *o;
  }
  tm_explore_free(again);
}

static void run_cell(struct crew *crew, struct tm_explore_cell *cell,
                     struct tm_explore_workspace *workspace) {
  const struct tm_explore_matrix *x = crew->matrix;
  struct tm_explore_options options = x->options;
  options.model = cell->model;
  options.workspace = workspace;
  cell->judgement = (struct tm_explore_judgement){.verdict = TM_REACH_FAILED, .worst = -1};
  if (cell->oracle &&
      !tm_explore_litmus(cell->test, cell->strategy, &options, &cell->result, &cell->error))
    cell->judgement = tm_explore_judge(cell->test, cell->oracle, cell->result);
  if (x->shortest_worst && cell->judgement.worst >= 0) shorten(cell, options);
  pthread_mutex_lock(&crew->mutex);
  crew->done++;
  x->each(x->argument, cell, crew->done);
  pthread_mutex_unlock(&crew->mutex);
  tm_explore_free(cell->result);
}

static void *ask_oracles(void *argument) {
  struct crew *crew = argument;
  const struct tm_explore_matrix *x = crew->matrix;
  /* Relaxed: only a counter. */
  for (uint64_t i; (i = tm_fetch_add_rlx(&crew->next, 1)) < x->tests;)
    crew->oracle[i] = tm_oracle_judge(x->test[i], &crew->error[i]);
  return NULL;
}

static void *explore_cells(void *argument) {
  struct crew *crew = argument;
  const struct tm_explore_matrix *x = crew->matrix;
  struct tm_explore_workspace *workspace = tm_explore_workspace_new();
  uint64_t cells = x->tests * x->strategies * x->models;
  /* Relaxed: only a counter. */
  for (uint64_t i; (i = tm_fetch_add_rlx(&crew->next, 1)) < cells;) {
    uint64_t test = i / x->models / x->strategies;
    struct tm_explore_cell cell = {.test = x->test[test],
                                   .strategy = x->strategy[i / x->models % x->strategies],
                                   .model = x->model[i % x->models],
                                   .oracle = crew->oracle[test],
                                   .error = crew->error[test]};
    run_cell(crew, &cell, workspace);
  }
  tm_explore_workspace_free(workspace);
  return NULL;
}

/* As many system threads as there can be, up to `jobs`, this one among them. */
static void in_parallel(struct crew *crew, void *(*work)(void *)) {
  pthread_t thread[16];
  unsigned jobs = crew->matrix->jobs > 16 ? 16 : crew->matrix->jobs, started = 0;
  tm_atomic_init(&crew->next, 0);
  while (started + 1 < jobs && pthread_create(&thread[started], NULL, work, crew) == 0) started++;
  work(crew);
  for (unsigned i = 0; i < started; i++) pthread_join(thread[i], NULL);
}

int tm_explore_matrix(const struct tm_explore_matrix *matrix, struct tm_error *error) {
  struct crew crew = {.matrix = matrix,
                      .oracle = calloc(matrix->tests + 1, sizeof *crew.oracle),
                      .error = calloc(matrix->tests + 1, sizeof *crew.error),
                      .mutex = PTHREAD_MUTEX_INITIALIZER};
  int code = 0;
  if (crew.oracle && crew.error) {
    in_parallel(&crew, ask_oracles);
    in_parallel(&crew, explore_cells);
    for (size_t i = 0; i < matrix->tests; i++)
      if (crew.oracle[i]) tm_oracle_free(crew.oracle[i]);
  } else {
    code = tm_fail(error, -ENOMEM, "no memory for %zu tests", matrix->tests);
  }
  free(crew.oracle);
  free(crew.error);
  return code;
}
