/* SPDX-License-Identifier: Apache-2.0 */
/* harness/cli/explore.h: what the parts of `tidemark explore` share: explore.c reads what is asked,
 * explore_cell.c prints one cell in full, explore_table.c the matrix, explore_orders.c what
 * weakening each memory order shows, explore_figures.c what the explorer itself is measured by. */
#ifndef TM_HARNESS_CLI_EXPLORE_H
#define TM_HARNESS_CLI_EXPLORE_H

#include "harness/explore/verdict.h"

enum { TM_ASKED_TESTS = 1024, TM_ASKED_STRATEGIES = 128, TM_ASKED_RANDOM_AFTER = 20000 };

struct tm_asked {
  const char *strategies, *test, *models, *json, *folder, *replay; /* NULL: not given */
  const char *jobs, *seconds, *executions, *random, *seed;
  long job_count, most_seconds, most_executions, random_runs, first_seed;
  bool plain, failures, mutate, full;
  struct tm_litmus *tests[TM_ASKED_TESTS];
  size_t test_count;
  const char *strategy[TM_ASKED_STRATEGIES];
  size_t strategy_count;
  enum tm_explore_model model[3];
  size_t model_count;
};

struct tm_explore_options tm_asked_options(const struct tm_asked *w);
/* Is everything asked for, so that what is not found nowhere is found? */
bool tm_asked_for_all(const struct tm_asked *w);
bool tm_is_candidate(const char *strategy);

void tm_thread_names(const struct tm_litmus *test, const char *names[TM_LITMUS_THREADS]);

/* All answer with an exit status. */
int tm_explore_print_cell(const struct tm_asked *w);
int tm_explore_print_table(const struct tm_asked *w);
int tm_explore_print_orders(const struct tm_asked *w);
int tm_explore_print_race(void);
int tm_explore_print_reduction(const struct tm_asked *w);

#endif
