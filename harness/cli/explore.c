/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark explore: everything that a strategy's own source can do on a litmus test. */
#include "harness/cli/cli.h"
#include "harness/explore/orders.h"
#include "harness/explore/replay.h"
#include "harness/explore/verdict.h"
#include "harness/store/machine.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: tidemark explore [--strategy LIST] [--test NAME|FILE] [--model LIST] [--json FILE]\n"
    "                        [--jobs N] [--seconds N] [--failures] [--plain] [--full]\n"
    "                        [--random N] [--seed N]\n"
    "       tidemark explore --strategy S --test T --model M --replay SCHEDULE\n"
    "       tidemark explore --mutate [--strategy LIST] [--test NAME|FILE] [--seconds N]\n\n"
    "Enumerate every behaviour of a strategy's own source on litmus tests, and compare what is\n"
    "reachable with what WebAssembly allows. With one strategy, test and model: every outcome "
    "with\n"
    "its shortest witness. Without options: all strategies, tests and models (sc, tso, c11), as a\n"
    "table.\n"
    "  --tests FOLDER   where the .litmus files are\n"
    "  --seconds N      give up on one cell after N seconds (default 30); random executions "
    "follow,\n"
    "                   and it counts as incomplete\n"
    "  --failures       system calls that can fail may fail\n"
    "  --random N       no search: N random executions (PCT); everything counts as incomplete\n"
    "  --seed N         of random executions (default 1)\n"
    "  --mutate         weaken every memory order of the source, one at a time and by one step, "
    "and\n"
    "                   print which ones some test needs, which ones are kept although nothing\n"
    "                   modelled needs them (so says their comment) and which ones nothing needs\n"
    "                   (of tests with more than 50000 executions: the first so many)\n"
    "  --full           the machine, the table, how fast it was made, and --mutate over all "
    "candidates\n"
    "  --plain          no reduction: every interleaving (slow; to check the reduction)\n"
    "  --replay TEXT    repeat one schedule step by step, as printed with a witness\n"
    "Exit status: 0 nothing forbidden is reachable, 1 something is, 2 wrong input.\n";

enum { MAX_TESTS = 1024, MAX_STRATEGIES = 128, RANDOM_AFTER = 20000 };

struct wish {
  const char *strategies, *test, *models, *json, *folder, *replay, *jobs, *seconds, *random, *seed;
  long job_count, most_seconds, random_runs, first_seed;
  bool plain, failures, mutate, full;
  struct tm_litmus *tests[MAX_TESTS];
  size_t test_count;
  const char *strategy[MAX_STRATEGIES];
  size_t strategy_count;
  enum tm_explore_model model[3];
  size_t model_count;
};

/* ---- what is asked ----------------------------------------------------------------------------*/

static int read_test(struct wish *w, const char *path) {
  struct tm_error error;
  struct tm_litmus *test = tm_litmus_read(path, &error);
  if (!test) return tm_cli_wrong("explore", "%s", error.text);
  if (w->test_count == MAX_TESTS) return tm_cli_wrong("explore", "more than %d tests", MAX_TESTS);
  w->tests[w->test_count++] = test;
  return TM_EXIT_OK;
}

static int is_litmus(const struct dirent *entry) {
  size_t n = strlen(entry->d_name);
  return n > 7 && !strcmp(entry->d_name + n - 7, ".litmus");
}

static int find_tests(struct wish *w) {
  char path[4096];
  if (w->test && strchr(w->test, '.')) return read_test(w, w->test);
  if (w->test) {
    snprintf(path, sizeof path, "%s/%s.litmus", w->folder, w->test);
    return read_test(w, path);
  }
  struct dirent **entry;
  int n = scandir(w->folder, &entry, is_litmus, alphasort);
  if (n < 0)
    return tm_cli_wrong("explore", "cannot read the folder %s: %s; name one with --tests",
                        w->folder, strerror(errno));
  int result = TM_EXIT_OK;
  for (int i = 0; i < n; i++) {
    snprintf(path, sizeof path, "%s/%s", w->folder, entry[i]->d_name);
    if (result == TM_EXIT_OK) result = read_test(w, path);
    free(entry[i]);
  }
  free(entry);
  return result;
}

static int find_strategies(struct wish *w) {
  const struct tm_strategy_entry *entry[MAX_STRATEGIES];
  struct tm_error error;
  w->strategy_count = MAX_STRATEGIES;
  if (!w->strategies) {
    const struct tm_strategy_entry *all = tm_strategies(&w->strategy_count);
    for (size_t i = 0; i < w->strategy_count; i++) w->strategy[i] = all[i].strategy->name;
    return TM_EXIT_OK;
  }
  if (tm_cli_strategies(w->strategies, entry, &w->strategy_count, &error))
    return tm_cli_wrong("explore", "%s", error.text);
  for (size_t i = 0; i < w->strategy_count; i++) w->strategy[i] = entry[i]->strategy->name;
  return TM_EXIT_OK;
}

static int find_models(struct wish *w) {
  const char *list = w->models ? w->models : "sc,tso,c11";
  w->model_count = 0;
  for (const char *p = list; *p;) {
    char name[16];
    size_t n = strcspn(p, ",");
    snprintf(name, sizeof name, "%.*s", (int)(n < 15 ? n : 15), p);
    if (w->model_count == 3 || !tm_explore_model_find(name, &w->model[w->model_count++]))
      return tm_cli_wrong("explore", "unknown model '%s'; there are sc, tso and c11", name);
    p += n + (p[n] == ',');
  }
  return TM_EXIT_OK;
}

/* "--name VALUE" options, and where they go. */
static const char **text_option(struct wish *w, size_t i, const char **name) {
  static const char *const names[] = {"--strategy", "--test", "--model",   "--json",   "--tests",
                                      "--replay",   "--jobs", "--seconds", "--random", "--seed"};
  const char **to[] = {&w->strategies, &w->test, &w->models,  &w->json,   &w->folder,
                       &w->replay,     &w->jobs, &w->seconds, &w->random, &w->seed};
  if (i == sizeof names / sizeof *names) return NULL;
  *name = names[i];
  return to[i];
}

static bool *flag_option(struct wish *w, struct tm_args *a) {
  if (tm_args_flag(a, "--plain")) return &w->plain;
  if (tm_args_flag(a, "--failures")) return &w->failures;
  if (tm_args_flag(a, "--full")) return &w->full;
  return tm_args_flag(a, "--mutate") ? &w->mutate : NULL;
}

static int read_option(struct wish *w, struct tm_args *a) {
  const char *name, *value, **to;
  bool *flag = flag_option(w, a);
  if (flag) {
    *flag = true;
    return TM_EXIT_OK;
  }
  for (size_t i = 0; (to = text_option(w, i, &name)) != NULL; i++)
    if ((value = tm_args_value(a, name))) {
      *to = value;
      return TM_EXIT_OK;
    }
  return tm_args_unknown(a, "explore");
}

static int read_numbers(struct wish *w) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  w->job_count = processors > 16 ? 16 : processors > 1 ? processors : 1;
  w->most_seconds = 30;
  w->first_seed = 1;
  if (w->jobs && !tm_cli_number(w->jobs, 1, 16, &w->job_count))
    return tm_cli_wrong("explore", "--jobs wants a number from 1 to 16");
  if (w->seconds && !tm_cli_number(w->seconds, 1, 86400, &w->most_seconds))
    return tm_cli_wrong("explore", "--seconds wants a number from 1 to 86400");
  if (w->random && !tm_cli_number(w->random, 1, 1000000000, &w->random_runs))
    return tm_cli_wrong("explore", "--random wants a number from 1 to 1000000000");
  if (w->seed && !tm_cli_number(w->seed, 0, 1000000000, &w->first_seed))
    return tm_cli_wrong("explore", "--seed wants a number from 0 to 1000000000");
  return TM_EXIT_OK;
}

static int read_wish(struct wish *w, int argc, char **argv) {
  struct tm_args a = tm_args(argc, argv);
  w->folder = TIDEMARK_LITMUS_FOLDER;
  while (tm_args_option(&a))
    if (read_option(w, &a)) return TM_EXIT_WRONG;
  if (a.next < a.argc) return tm_cli_wrong("explore", "unexpected argument '%s'", a.argv[a.next]);
  if (w->mutate && !w->models) w->models = "c11";
  if (read_numbers(w) || find_strategies(w) || find_models(w) || find_tests(w))
    return TM_EXIT_WRONG;
  if (w->replay && (w->test_count != 1 || w->strategy_count != 1 || w->model_count != 1))
    return tm_cli_wrong("explore", "--replay wants one --strategy, one --test and one --model");
  if (w->mutate && w->model_count != 1)
    return tm_cli_wrong("explore", "--mutate wants one --model");
  return TM_EXIT_OK;
}

static struct tm_explore_options options_of(const struct wish *w) {
  return (struct tm_explore_options){.plain = w->plain,
                                     .failures = w->failures,
                                     .most_seconds = (double)w->most_seconds,
                                     .random_runs = (uint64_t)w->random_runs,
                                     .random_after = RANDOM_AFTER,
                                     .seed = (uint64_t)w->first_seed};
}

/* ---- one cell in full -------------------------------------------------------------------------*/

static void thread_names(const struct tm_litmus *test, const char *names[TM_LITMUS_THREADS]) {
  for (unsigned t = 0; t < test->threads; t++) names[t] = test->thread[t].name;
}

static void put_row(const struct tm_litmus *test, const struct tm_value *row, FILE *out) {
  for (unsigned c = 0; c < test->columns; c++) {
    char text[64];
    fprintf(out, " %s=%s", test->column[c].name, tm_value_text(row[c], text, sizeof text));
  }
}

static void put_witness(const struct tm_explore_cell *cell, const struct tm_explore_outcome *o) {
  const char *names[TM_LITMUS_THREADS];
  struct tm_error error;
  thread_names(cell->test, names);
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
  printf("   %s%s%s, %llu execution%s\n",
         flaws.stuck ? "DEADLOCK" : tm_grade_name(tm_oracle_grade(cell->oracle, row)), "",
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

static int replay(const struct wish *w) {
  const char *names[TM_LITMUS_THREADS];
  struct tm_explore_decision decision[TM_EXPLORE_STEPS];
  struct tm_error error;
  unsigned decisions;
  thread_names(w->tests[0], names);
  if (tm_explore_schedule_parse(w->replay, names, w->tests[0]->threads, decision, &decisions,
                                &error) ||
      tm_explore_draw(w->tests[0], w->strategy[0], w->model[0], decision, decisions, stdout,
                      &error))
    return tm_cli_wrong("explore", "%s", error.text);
  return TM_EXIT_OK;
}

/* ---- the table --------------------------------------------------------------------------------*/

/* One letter for the three models of a strategy on a test. */
struct summary {
  enum tm_reach verdict[3]; /* by model */
  bool asked[3];
  unsigned excluded;
};

struct table {
  const struct wish *w;
  struct summary *cell; /* tests × strategies */
  cJSON *json;          /* array, or NULL */
  size_t cells;
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
  thread_names(cell->test, names);
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
  if (cell->result) {
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
  const struct wish *w = t->w;
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

static int write_json(const struct table *t) {
  char *text = cJSON_Print(t->json);
  FILE *out = text ? fopen(t->w->json, "w") : NULL;
  bool good = out && fputs(text, out) >= 0 && fputc('\n', out) >= 0;
  if (out && fclose(out)) good = false;
  free(text);
  if (good) return TM_EXIT_OK;
  return tm_cli_wrong("explore", "cannot write %s: %s", t->w->json, strerror(errno));
}

static int finish_table(struct table *t) {
  int code = TM_EXIT_OK;
  for (size_t i = 0; i < t->w->test_count * t->w->strategy_count; i++) {
    char c = letter(&t->cell[i]);
    if (strchr("stc", c)) code = TM_EXIT_NO;
  }
  put_table(t);
  printf("%zu cells, %llu executions, %.1f s\n", t->cells, (unsigned long long)t->executions,
         now() - t->start);
  for (unsigned n = 1; n <= TM_LITMUS_THREADS; n++)
    if (t->by_threads[n].seconds > 0)
      printf("  tests of %u thread%s: %llu executions, %.0f a second and core\n", n,
             n == 1 ? "" : "s", (unsigned long long)t->by_threads[n].executions,
             (double)t->by_threads[n].executions / t->by_threads[n].seconds);
  if (t->json && write_json(t)) code = TM_EXIT_WRONG;
  return code;
}

static int explore(struct wish *w) {
  struct table t = {.w = w, .start = now(), .terminal = isatty(STDERR_FILENO)};
  int exit_code = TM_EXIT_OK;
  bool one = w->test_count * w->strategy_count * w->model_count == 1 && !w->json;
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
                                     .options = options_of(w),
                                     .each = one ? put_cell : note_cell,
                                     .argument = one ? (void *)&exit_code : (void *)&t};
  matrix.options.shortest = one;
  matrix.shortest_worst = !one && w->json;
  struct tm_error error;
  if (tm_explore_matrix(&matrix, &error))
    exit_code = tm_cli_wrong("explore", "%s", error.text);
  else if (!one)
    exit_code = finish_table(&t);
  cJSON_Delete(t.json);
  free(t.cell);
  return exit_code;
}

/* ---- which orders are needed ------------------------------------------------------------------*/

enum { MUTANT_EXECUTIONS = 50000 };

struct ledger {
  struct tm_orders orders; /* against their comments */
  unsigned needed, changing, kept, elsewhere, idle;
};

/* An order that no test misses under this strategy. */
static void put_idle(struct ledger *l, const struct tm_order_trial *trial) {
  if (trial && trial->comment.kept) {
    l->kept++;
    fputs("kept, nothing here needs it", stdout);
  } else if (trial && trial->finder) {
    l->elsewhere++;
    printf("nothing needs it here, but with %s", trial->finder);
  } else {
    l->idle++;
    fputs("NOTHING NEEDS IT", stdout);
  }
}

static void put_mutant(void *argument, const struct tm_mutant *m) {
  struct ledger *l = argument;
  const struct tm_order_trial *trial = tm_orders_note(&l->orders, m);
  printf("%-14s %s:%u %s %s: %s for %s: ", m->strategy, m->file, m->line, m->effect, m->what,
         m->weaker, m->order);
  if (m->test) {
    l->needed++;
    printf("needed: %s is %s\n", m->test->name, tm_reach_name(m->verdict));
  } else if (m->more) {
    l->changing++;
    printf("shows more on %u test%s, all of it allowed, first %s", m->more, m->more == 1 ? "" : "s",
           m->changed->name);
  } else {
    put_idle(l, trial);
  }
  if (!m->test && m->unfinished) printf(" (%u tests not searched to the end)", m->unfinished);
  if (!m->test) putchar('\n');
  fflush(stdout);
}

/* The counts, and every comment that the run contradicts. */
static void put_ledger(const struct ledger *l) {
  printf("%u orders are needed, %u only keep out what is allowed, %u are kept and nothing needs "
         "them,\n%u are needed by another candidate that shares the line, %u nothing needs\n",
         l->needed, l->changing, l->kept, l->elsewhere, l->idle);
  for (unsigned i = 0; i < l->orders.count; i++) {
    const struct tm_order_trial *t = &l->orders.trial[i];
    const char *wrong = tm_orders_wrong(&l->orders, i);
    if (wrong)
      printf("%s:%u %s: %s for %s: %s\n", t->file, t->line, t->what, t->weaker, t->order, wrong);
  }
}

static bool is_candidate(const char *name) {
  const struct tm_strategy_entry *entry = tm_strategy_find(name);
  return entry && entry->kind == TM_KIND_candidate;
}

static int mutate(const struct wish *w) {
  static struct ledger ledger = {.orders = {.folder = TIDEMARK_SOURCE_DIR}};
  struct tm_error error;
  const struct tm_oracle **oracle = calloc(w->test_count, sizeof *oracle);
  int code = oracle ? TM_EXIT_OK : tm_cli_wrong("explore", "out of memory");
  for (size_t i = 0; i < w->test_count && code == TM_EXIT_OK; i++)
    if (!(oracle[i] = tm_oracle_judge(w->tests[i], &error)))
      code = tm_cli_wrong("explore", "%s", error.text);
  struct tm_mutation mutation = {.test = (const struct tm_litmus *const *)w->tests,
                                 .oracle = oracle,
                                 .tests = w->test_count,
                                 .options = options_of(w),
                                 .each = put_mutant,
                                 .argument = &ledger};
  mutation.options.model = w->model[0];
  mutation.options.random_after = 0;
  mutation.options.most_executions = MUTANT_EXECUTIONS;
  for (size_t i = 0; i < w->strategy_count && code == TM_EXIT_OK; i++) {
    mutation.strategy = w->strategy[i];
    if (!w->strategies && !is_candidate(w->strategy[i])) continue;
    if (tm_explore_mutate(&mutation, &error)) code = tm_cli_wrong("explore", "%s", error.text);
  }
  for (size_t i = 0; i < w->test_count && oracle; i++)
    tm_oracle_free((struct tm_oracle *)oracle[i]);
  free(oracle);
  put_ledger(&ledger);
  return code;
}

/* ---- all of it --------------------------------------------------------------------------------*/

/* What the figures depend on. */
static void put_machine(void) {
  cJSON *record = tm_machine_record("");
  for (const cJSON *f = cJSON_GetObjectItem(record, "class")->child; f; f = f->next) {
    char *text = cJSON_PrintUnformatted(f);
    printf("  %-16s %s\n", f->string, text ? text : "?");
    cJSON_free(text);
  }
  cJSON_Delete(record);
}

static int put_all(struct wish *w) {
  puts("Every strategy on every litmus test under sc, tso and c11\n");
  int table = explore(w);
  puts("\nEach memory order of each candidate, one step weaker, under c11\n");
  w->model[0] = TM_EXPLORE_C11;
  int orders = table == TM_EXIT_WRONG ? TM_EXIT_WRONG : mutate(w);
  puts("\nThe machine\n");
  put_machine();
  return orders ? orders : table;
}

int tm_command_explore(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], "--help")) {
      fputs(help, stdout);
      return TM_EXIT_OK;
    }
  struct wish *w = calloc(1, sizeof *w);
  if (!w) return tm_cli_wrong("explore", "out of memory");
  int code = read_wish(w, argc, argv);
  if (code == TM_EXIT_OK)
    code = w->replay ? replay(w) : w->mutate ? mutate(w) : w->full ? put_all(w) : explore(w);
  for (size_t i = 0; i < w->test_count; i++) tm_litmus_free(w->tests[i]);
  free(w);
  return code;
}
