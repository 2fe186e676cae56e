/* SPDX-License-Identifier: Apache-2.0 */
/* One strategy, test and model: every outcome with its shortest witness. */
#include "harness/cli/cli.h"
#include "harness/cli/explore.h"
#include "harness/explore/replay.h"

#include <stdio.h>
#include <stdlib.h>

static void put_row(const struct tm_litmus *test, const struct tm_value *row, FILE *out) {
  for (unsigned c = 0; c < test->columns; c++) {
    char text[64];
    fprintf(out, " %s=%s", test->column[c].name, tm_value_text(row[c], text, sizeof text));
  }
}

static void put_witness(const struct tm_explore_cell *cell, const struct tm_explore_outcome *o) {
  const char *names[TM_LITMUS_THREADS];
  struct tm_error error;
  tm_thread_names(cell->test, names);
  char *schedule = tm_explore_schedule_text(names, o->step, o->steps);
  printf("  %u steps, %u context switches; --replay \"%s\"\n", o->steps, o->switches,
         schedule ? schedule : "");
  free(schedule);
  if (tm_explore_draw(cell->test, cell->strategy, cell->model, o->step, o->steps, stdout, &error))
    printf("  %s\n", error.text);
}

static void put_outcome(const struct tm_explore_cell *cell, const struct tm_explore_outcome *o) {
  struct tm_value row[TM_LITMUS_COLUMNS];
  struct tm_explore_flaws flaws = tm_explore_row(cell->test, o, row);
  printf("\n%s", !flaws.stuck && tm_litmus_holds(cell->test, row) ? "*" : " ");
  put_row(cell->test, row, stdout);
  printf("   %s%s, %llu execution%s\n",
         flaws.stuck ? "DEADLOCK" : tm_grade_name(tm_oracle_grade(cell->oracle, row)),
         flaws.invalid ? ", INVARIANT BROKEN" : "", (unsigned long long)o->executions,
         o->executions == 1 ? "" : "s");
  put_witness(cell, o);
}

static void put_excluded(const struct tm_explore_cell *cell) {
  for (size_t i = 0; i < tm_oracle_outcomes(cell->oracle); i++) {
    const struct tm_value *row = tm_oracle_row(cell->oracle, i);
    if (tm_explore_reaches(cell->test, cell->result, row)) continue;
    fputs("  excluded:", stdout);
    put_row(cell->test, row, stdout);
    printf("   %s\n", tm_grade_name(tm_oracle_row_grade(cell->oracle, i)));
  }
}

static void put_cell(void *argument, const struct tm_explore_cell *cell, size_t done) {
  int *exit_code = argument;
  (void)done;
  printf("%s under %s, %s: ", cell->test->name, cell->strategy, tm_explore_model_name(cell->model));
  if (cell->judgement.verdict == TM_REACH_FAILED) {
    printf("%s\n", cell->error.text);
    *exit_code = TM_EXIT_WRONG;
    return;
  }
  if (cell->judgement.verdict >= TM_REACH_INVALID) *exit_code = TM_EXIT_NO;
  printf("%s; %u outcomes in %llu executions (%llu cut short), %.1f ms\n\"%s\"\n",
         tm_reach_name(cell->judgement.verdict), cell->result->outcomes,
         (unsigned long long)cell->result->executions, (unsigned long long)cell->result->redundant,
         cell->result->seconds * 1e3, cell->test->doc);
  for (unsigned i = 0; i < cell->result->outcomes; i++)
    put_outcome(cell, &cell->result->outcome[i]);
  if (cell->judgement.excluded) putchar('\n');
  put_excluded(cell);
}

int tm_explore_print_cell(const struct tm_asked *w) {
  int status = TM_EXIT_OK;
  struct tm_error error;
  struct tm_explore_matrix matrix = {.test = (const struct tm_litmus *const *)w->tests,
                                     .strategy = w->strategy,
                                     .model = w->model,
                                     .tests = 1,
                                     .strategies = 1,
                                     .models = 1,
                                     .jobs = 1,
                                     .options = tm_asked_options(w),
                                     .each = put_cell,
                                     .argument = &status};
  matrix.options.shortest = true;
  if (tm_explore_matrix(&matrix, &error)) return tm_cli_wrong("explore", "%s", error.text);
  return status;
}
