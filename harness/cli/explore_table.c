/* SPDX-License-Identifier: Apache-2.0 */
/* Strategies × tests × models, as a table of one letter for each strategy and test, and as JSON. */
#include "harness/cli/cli.h"
#include "harness/cli/explore.h"
#include "harness/explore/replay.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* One letter for the three models of a strategy on a test. */
struct summary {
  enum tm_reach verdict[3]; /* by model */
  bool asked[3];
  unsigned excluded;
};

struct table {
  const struct tm_asked *w;
  struct summary *cell; /* tests × strategies */
  cJSON *json;          /* array, or NULL */
  size_t cells, incomplete, failed;
  uint64_t executions;
  struct {
    uint64_t executions;
    double seconds; /* of processor time */
  } by_threads[TM_LITMUS_THREADS + 1];
  double start;
  bool terminal;
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct summary *summary_of(const struct table *t, const struct tm_explore_cell *cell) {
  size_t test = 0, strategy = 0;
  while (t->w->tests[test] != cell->test) test++;
  while (t->w->strategy[strategy] != cell->strategy) strategy++;
  return &t->cell[test * t->w->strategy_count + strategy];
}

static cJSON *row_json(const struct tm_litmus *test, const struct tm_value *row) {
  cJSON *o = cJSON_CreateObject();
  for (unsigned c = 0; c < test->columns; c++) {
    char text[64];
    cJSON_AddStringToObject(o, test->column[c].name, tm_value_text(row[c], text, sizeof text));
  }
  return o;
}

static cJSON *outcome_json(const struct tm_explore_cell *cell,
                           const struct tm_explore_outcome *outcome) {
  struct tm_value row[TM_LITMUS_COLUMNS];
  const char *names[TM_LITMUS_THREADS];
  struct tm_explore_flaws flaws = tm_explore_row(cell->test, outcome, row);
  cJSON *o = cJSON_CreateObject();
  cJSON_AddItemToObject(o, "row", row_json(cell->test, row));
  cJSON_AddStringToObject(o, "grade", tm_grade_name(tm_oracle_grade(cell->oracle, row)));
  cJSON_AddBoolToObject(o, "stuck", flaws.stuck != 0);
  cJSON_AddBoolToObject(o, "invalid", flaws.invalid);
  cJSON_AddNumberToObject(o, "executions", (double)outcome->executions);
  cJSON_AddNumberToObject(o, "switches", outcome->switches);
  tm_thread_names(cell->test, names);
  char *schedule = tm_explore_schedule_text(names, outcome->step, outcome->steps);
  if (schedule) cJSON_AddStringToObject(o, "schedule", schedule);
  free(schedule);
  return o;
}

static void add_json(struct table *t, const struct tm_explore_cell *cell) {
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "test", cell->test->name);
  cJSON_AddStringToObject(o, "strategy", cell->strategy);
  cJSON_AddStringToObject(o, "model", tm_explore_model_name(cell->model));
  cJSON_AddStringToObject(o, "verdict", tm_reach_name(cell->judgement.verdict));
  if (cell->judgement.verdict == TM_REACH_FAILED) {
    cJSON_AddStringToObject(o, "error", cell->error.text);
  } else {
    cJSON_AddBoolToObject(o, "exists", cell->judgement.exists);
    cJSON_AddNumberToObject(o, "excluded", cell->judgement.excluded);
    cJSON_AddBoolToObject(o, "complete", cell->result->complete);
    cJSON_AddNumberToObject(o, "executions", (double)cell->result->executions);
    cJSON_AddNumberToObject(o, "seconds", cell->result->seconds);
    cJSON *list = cJSON_AddArrayToObject(o, "outcomes");
    for (unsigned i = 0; i < cell->result->outcomes; i++)
      cJSON_AddItemToArray(list, outcome_json(cell, &cell->result->outcome[i]));
  }
  cJSON_AddItemToArray(t->json, o);
}

static void note_cell(void *argument, const struct tm_explore_cell *cell, size_t done) {
  struct table *t = argument;
  struct summary *s = summary_of(t, cell);
  s->verdict[cell->model] = cell->judgement.verdict;
  s->asked[cell->model] = true;
  s->excluded += cell->judgement.excluded;
  t->failed += !cell->result;
  if (cell->result) {
    t->incomplete += !cell->result->complete;
    t->executions += cell->result->executions;
    t->by_threads[cell->test->threads].executions += cell->result->executions;
    t->by_threads[cell->test->threads].seconds += cell->result->seconds;
  }
  if (t->json) add_json(t, cell);
  if (!t->terminal || (done % 16 && done != t->cells)) return;
  double spent = now() - t->start, left = spent / (double)done * (double)(t->cells - done);
  fprintf(stderr, "\r%zu of %zu cells, %.0f s left   %s", done, t->cells, left,
          done == t->cells ? "\n" : "");
}

static char letter(const struct summary *s) {
  static const char bad[] = "stc"; /* the weakest model under which something is wrong */
  bool incomplete = false, failed = false;
  for (int m = 0; m < 3; m++) {
    if (!s->asked[m]) continue;
    if (s->verdict[m] >= TM_REACH_INVALID) return bad[m];
    incomplete |= s->verdict[m] == TM_REACH_INCOMPLETE;
    failed |= s->verdict[m] == TM_REACH_FAILED;
  }
  if (failed) return '-';
  if (incomplete) return '?';
  return s->excluded ? '.' : '=';
}

static void put_table(const struct table *t) {
  const struct tm_asked *w = t->w;
  size_t tallest = 0;
  for (size_t s = 0; s < w->strategy_count; s++)
    if (strlen(w->strategy[s]) > tallest) tallest = strlen(w->strategy[s]);
  for (size_t line = 0; line < tallest; line++) {
    printf("%-36s", "");
    for (size_t s = 0; s < w->strategy_count; s++) {
      size_t n = strlen(w->strategy[s]), skip = tallest - n;
      printf(" %c", line < skip ? ' ' : w->strategy[s][line - skip]);
    }
    putchar('\n');
  }
  for (size_t i = 0; i < w->test_count; i++) {
    printf("%-36s", w->tests[i]->name);
    for (size_t s = 0; s < w->strategy_count; s++)
      printf(" %c", letter(&t->cell[i * w->strategy_count + s]));
    putchar('\n');
  }
  puts("\n= shows all that is allowed   . shows less   - no answer   ? not searched to the end\n"
       "s a forbidden outcome, a deadlock or a broken invariant under sc (and weaker models)\n"
       "t the same under tso only, or c11 too   c under c11 only");
}

/* A strategy under which something is wrong on some test. */
static bool convicted(const struct table *t, size_t strategy) {
  for (size_t i = 0; i < t->w->test_count; i++)
    if (strchr("stc", letter(&t->cell[i * t->w->strategy_count + strategy]))) return true;
  return false;
}

/* Candidates, and whatever was asked for by name, are to be sound; planted faults to be found. */
static int judge(const struct table *t, bool quiet) {
  unsigned candidates = 0, unsound = 0, planted = 0, found = 0;
  int status = TM_EXIT_OK;
  for (size_t s = 0; s < t->w->strategy_count; s++) {
    enum tm_kind kind = tm_strategy_find(t->w->strategy[s])->kind;
    bool bad = convicted(t, s);
    candidates += kind == TM_KIND_candidate;
    unsound += kind == TM_KIND_candidate && bad;
    planted += kind == TM_KIND_planted;
    found += kind == TM_KIND_planted && bad;
    if (bad && (t->w->strategies || kind == TM_KIND_candidate)) status = TM_EXIT_NO;
    if (!bad && kind == TM_KIND_planted && tm_asked_for_all(t->w)) status = TM_EXIT_NO;
  }
  if (!quiet && candidates + planted)
    printf("something wrong is shown by %u of %u candidates and %u of %u planted faults\n", unsound,
           candidates, found, planted);
  return status;
}

static void put_counts(const struct table *t) {
  printf("%zu cells, %llu executions, %.1f s; %zu not searched to the end, %zu without an answer\n",
         t->cells, (unsigned long long)t->executions, now() - t->start, t->incomplete, t->failed);
  for (unsigned n = 1; n <= TM_LITMUS_THREADS; n++)
    if (t->by_threads[n].seconds > 0)
      printf("  tests of %u thread%s: %llu executions, %.0f a second and core\n", n,
             n == 1 ? "" : "s", (unsigned long long)t->by_threads[n].executions,
             (double)t->by_threads[n].executions / t->by_threads[n].seconds);
}

static int finish_table(struct table *t) {
  bool quiet = t->w->json && !strcmp(t->w->json, "-");
  if (!quiet) put_table(t);
  if (!quiet) put_counts(t);
  int status = judge(t, quiet);
  if (t->json && tm_cli_write_json("explore", t->json, t->w->json)) status = TM_EXIT_WRONG;
  t->json = NULL; /* taken over */
  return status;
}

int tm_explore_print_table(const struct tm_asked *w) {
  struct table t = {.w = w, .start = now(), .terminal = isatty(STDERR_FILENO)};
  t.cells = w->test_count * w->strategy_count * w->model_count;
  t.cell = calloc(w->test_count * w->strategy_count, sizeof *t.cell);
  if (!t.cell) return tm_cli_wrong("explore", "out of memory");
  if (w->json) t.json = cJSON_CreateArray();
  struct tm_explore_matrix matrix = {.test = (const struct tm_litmus *const *)w->tests,
                                     .strategy = w->strategy,
                                     .model = w->model,
                                     .tests = w->test_count,
                                     .strategies = w->strategy_count,
                                     .models = w->model_count,
                                     .jobs = (unsigned)w->job_count,
                                     .options = tm_asked_options(w),
                                     .shortest_worst = w->json != NULL,
                                     .each = note_cell,
                                     .argument = &t};
  struct tm_error error;
  int status = tm_explore_matrix(&matrix, &error) ? tm_cli_wrong("explore", "%s", error.text)
                                                  : finish_table(&t);
  cJSON_Delete(t.json);
  free(t.cell);
  return status;
}
