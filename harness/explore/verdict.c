/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/verdict.h"

#include "core/atomics.h"

#include <pthread.h>
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
  struct tm_atomic_u64 next; /* test */
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

static void run_cell(struct crew *crew, struct tm_explore_cell *cell) {
  const struct tm_explore_matrix *x = crew->matrix;
  struct tm_explore_options options = x->options;
  options.model = cell->model;
  cell->result = NULL;
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

static void *work(void *argument) {
  struct crew *crew = argument;
  const struct tm_explore_matrix *x = crew->matrix;
  /* Relaxed: only a counter. */
  for (uint64_t i; (i = tm_fetch_add_rlx(&crew->next, 1)) < x->tests;) {
    struct tm_explore_cell cell = {.test = x->test[i]};
    struct tm_oracle *oracle = tm_oracle_judge(cell.test, &cell.error);
    cell.oracle = oracle;
    for (size_t s = 0; s < x->strategies; s++)
      for (size_t m = 0; m < x->models; m++) {
        cell.strategy = x->strategy[s];
        cell.model = x->model[m];
        run_cell(crew, &cell);
      }
    if (oracle) tm_oracle_free(oracle);
  }
  return NULL;
}

void tm_explore_matrix(const struct tm_explore_matrix *matrix) {
  struct crew crew = {.matrix = matrix, .mutex = PTHREAD_MUTEX_INITIALIZER};
  pthread_t thread[16];
  unsigned jobs = matrix->jobs > 16 ? 16 : matrix->jobs;
  for (unsigned i = 1; i < jobs; i++)
    if (pthread_create(&thread[i], NULL, work, &crew)) jobs = i;
  work(&crew);
  for (unsigned i = 1; i < jobs; i++) pthread_join(thread[i], NULL);
}
