/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark litmus: what the model says of a litmus test, and what this machine shows. */
#include "harness/cli/cli.h"
#include "harness/explore/observed.h"
#include "harness/litmus/delay.h"
#include "harness/litmus/json.h"
#include "harness/litmus/run.h"
#include "harness/stats/stats.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: tidemark litmus --verdict|--explain [NAME|FILE…]\n"
    "       tidemark litmus [OPTION…] [NAME|FILE…]\n\n"
    "Without --verdict or --explain, run litmus tests on real threads under strategies and grade\n"
    "what is seen: forbidden, weak (allowed, by no interleaving) or sc. One test under one "
    "strategy\n"
    "prints its histogram; more print a summary and the histograms with forbidden outcomes.\n\n"
    "  --verdict           print NAME allowed|forbidden for each test, by the axioms alone\n"
    "  --explain           the same with a witness, or what forbids it\n"
    "  --test NAME|FILE    which test; may be repeated (default: the whole suite)\n"
    "  --strategies A,B,…  which (default: every candidate)\n"
    "  --seconds S         of each test under each strategy (default 0.05; one cell: 1)\n"
    "  --rounds N          stop a cell after N rounds\n"
    "  --mode M            auto, barrier, timebase or perpetual (default auto)\n"
    "  --skew TICKS        of the time base, instead of finding it\n"
    "  --delays NS         random delays up to NS at the named points inside grow: another build "
    "of\n"
    "                      the strategies, never counted together with the unmodified one\n"
    "  --resident          pages touched before, then made inaccessible, as a pool leaves them\n"
    "  --instances N       idle instances attached besides the threads' own\n"
    "  --threads N         more threads that run in the memory, besides the test's own\n"
    "  --interrupts HZ     interrupt the grower of a perpetual run so often by a timer, as a busy\n"
    "                      machine does (default 10000, with --resident 1000; 0: never)\n"
    "  --stride BYTES      between the low places of two rounds\n"
    "  --preload           touch a round's low places just before it\n"
    "  --no-affinity       do not pin threads to processors\n"
    "  --seed N            (default: fresh, printed)\n"
    "  --json FILE         every histogram, or every verdict; - for standard output\n\n"
    "What is seen is also held against all that the strategy's source can do (tidemark explore, "
    "c11),\n"
    "where that can be searched in 30 seconds and no --threads are added: an outcome that cannot "
    "be\n"
    "means that the explorer or what ran is wrong.\n"
    "  --against STRATEGY  against what this one's source can do, instead of its own\n\n"
    "Exit status: 0; 1 when an outcome that the model forbids was seen under a candidate, when one "
    "was\n"
    "seen that cannot be, or when a verdict differs from the test's expectation; 2 when something\n"
    "failed.\n";

enum { TESTS = 1024, STRATEGIES = 64 };

struct request {
  bool verdict, explain, no_affinity;
  const char *strategies, *against, *json;
  long seed;
  double seconds; /* 0: default */
  struct tm_run_options run;
  size_t tests;
  struct tm_litmus *test[TESTS];
  struct tm_oracle *oracle[TESTS];
};

/* ---- tests ------------------------------------------------------------------------------------*/

static int add_test(struct request *r, const char *path, struct tm_error *error) {
  if (r->tests == TESTS) return tm_fail(error, -E2BIG, "more than %d tests", TESTS);
  struct tm_litmus *test = tm_litmus_read(path, error);
  struct tm_oracle *oracle = test ? tm_oracle_judge(test, error) : NULL;
  if (!oracle) {
    tm_litmus_free(test);
    return -EINVAL;
  }
  r->test[r->tests] = test;
  r->oracle[r->tests++] = oracle;
  return 0;
}

/* A file, or the name of a test of the suite. */
static int add_named(struct request *r, const char *name, struct tm_error *error) {
  char path[PATH_MAX];
  if (strchr(name, '/') || access(name, R_OK) == 0) return add_test(r, name, error);
  snprintf(path, sizeof path, "%s/harness/litmus/tests/%s.litmus", TIDEMARK_SOURCE_DIR, name);
  if (access(path, R_OK))
    return tm_fail(error, -ENOENT, "no test '%s' in harness/litmus/tests, and no such file", name);
  return add_test(r, path, error);
}

static int add_suite(struct request *r, struct tm_error *error) {
  glob_t files;
  if (glob(TIDEMARK_SOURCE_DIR "/harness/litmus/tests/*.litmus", 0, NULL, &files))
    return tm_fail(error, -ENOENT, "no tests in %s/harness/litmus/tests", TIDEMARK_SOURCE_DIR);
  int result = 0;
  for (size_t i = 0; i < files.gl_pathc && !result; i++)
    result = add_test(r, files.gl_pathv[i], error);
  globfree(&files);
  return result;
}

static int print_verdicts(const struct request *r) {
  int status = TM_EXIT_OK;
  bool quiet = r->json && !strcmp(r->json, "-");
  cJSON *list = cJSON_CreateArray();
  for (size_t i = 0; i < r->tests; i++) {
    bool allowed = tm_oracle_allowed(r->oracle[i]);
    const char *verdict = allowed ? "allowed" : "forbidden";
    if (!quiet) printf("%s %s\n", r->test[i]->name, verdict);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "test", r->test[i]->name);
    cJSON_AddStringToObject(o, "verdict", verdict);
    cJSON_AddBoolToObject(o, "as_expected", allowed == r->test[i]->expect_allowed);
    cJSON_AddItemToArray(list, o);
    if (r->explain && !quiet) tm_oracle_explain(r->test[i], r->oracle[i], stdout);
    if (allowed == r->test[i]->expect_allowed) continue;
    fflush(stdout);
    fprintf(stderr, "tidemark litmus: %s expects %s\n", r->test[i]->name,
            r->test[i]->expect_allowed ? "allowed" : "forbidden");
    status = TM_EXIT_NO;
  }
  if (!r->json)
    cJSON_Delete(list);
  else if (tm_cli_write_json("litmus", list, r->json))
    status = TM_EXIT_WRONG;
  return status;
}

/* ---- runs -------------------------------------------------------------------------------------*/

/* What one strategy showed over all tests. */
struct summary {
  size_t run, allowed_seen, forbidden_tests, failed;
  uint64_t rounds, forbidden;
};

/* Of all tests and strategies: how they were held against exploration. */
struct explored {
  size_t answered, unanswered, impossible;
};

struct job {
  struct request *r;
  const struct tm_strategy_entry *entry[STRATEGIES];
  struct summary summary[STRATEGIES];
  struct explored explored;
  size_t strategies, done;
  bool single, quiet;
  cJSON *cells;
  struct timespec begun;
  struct tm_explore_workspace *workspace;
};

static void progress(const struct job *j, const char *test, const char *strategy) {
  if (!isatty(2)) return;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double spent =
      (double)(now.tv_sec - j->begun.tv_sec) + (double)(now.tv_nsec - j->begun.tv_nsec) / 1e9;
  size_t total = j->strategies * j->r->tests;
  fprintf(stderr, "\r\033[K%s under %s  %zu/%zu", test, strategy, j->done, total);
  if (j->done)
    fprintf(stderr, "  %.0f s left", spent / (double)j->done * (double)(total - j->done));
}

static void repeat_command(const struct tm_litmus *test, const struct tm_run_options *o, char *text,
                           size_t room) {
  int n =
      snprintf(text, room,
               "tidemark litmus --test %s --strategies %s --seconds %g --mode %s --seed %" PRIu64,
               test->name, o->strategy->name, o->seconds, tm_run_mode_word(o->mode), o->seed);
  if (o->rounds) n += snprintf(text + n, room - (size_t)n, " --rounds %" PRIu64, o->rounds);
  if (o->skew_given) n += snprintf(text + n, room - (size_t)n, " --skew %" PRId64, o->skew);
  if (o->delayed) n += snprintf(text + n, room - (size_t)n, " --delays %" PRIu64, o->delay_ns);
  if (o->resident) n += snprintf(text + n, room - (size_t)n, " --resident");
  if (o->instances) n += snprintf(text + n, room - (size_t)n, " --instances %u", o->instances);
  if (o->threads) n += snprintf(text + n, room - (size_t)n, " --threads %u", o->threads);
  n += snprintf(text + n, room - (size_t)n, " --interrupts %u", o->interrupts);
  if (o->stride) n += snprintf(text + n, room - (size_t)n, " --stride %u", o->stride);
  if (o->preload) n += snprintf(text + n, room - (size_t)n, " --preload");
  if (!o->affinity) snprintf(text + n, room - (size_t)n, " --no-affinity");
}

enum { EXPLORE_SECONDS = 30 };

static void tell_impossible(const struct tm_litmus *test, const char *ran, const char *explored,
                            const struct tm_histogram_row *row, uint64_t executions) {
  fprintf(stderr, "%stidemark litmus: %s under %s showed", isatty(2) ? "\r\033[K" : "", test->name,
          ran);
  for (unsigned c = 0; c < test->columns; c++) {
    char text[64];
    fprintf(stderr, " %s=%s", test->column[c].name,
            tm_value_text(tm_code_value(row->code[c]), text, sizeof text));
  }
  fprintf(stderr,
          " %" PRIu64 " times, which is in none of the %" PRIu64
          " executions of 'tidemark explore --test %s --strategy %s --model c11 --failures'%s\n",
          row->count, executions, test->name, explored,
          strcmp(ran, explored) ? "" : ": the explorer or what ran is wrong");
}

/* Hold what was seen against what can be. */
static void check_observed(struct job *j, const struct tm_litmus *test, const char *ran,
                           const struct tm_run *run, cJSON *cell) {
  const char *explored = j->r->against ? j->r->against : ran;
  if (j->r->run.threads) return; /* the explorer has no more threads than the test */
  struct tm_observed o =
      tm_explore_observed(test, explored, run->histogram, EXPLORE_SECONDS, j->workspace);
  j->explored.answered += o.answered;
  j->explored.unanswered += !o.answered;
  j->explored.impossible += o.impossible != 0;
  if (o.answered) cJSON_AddNumberToObject(cell, "impossible", (double)o.impossible);
  if (o.impossible)
    tell_impossible(test, ran, explored, tm_histogram_row(run->histogram, o.first), o.executions);
}

static void print_explored(const struct job *j) {
  const struct explored *x = &j->explored;
  if (x->answered + x->unanswered == 0) return;
  printf("Held against every execution of the source of %s under c11: %zu histogram%s,\n"
         "%zu with an outcome that cannot be; %zu could not be searched to the end in %d s.\n\n",
         j->r->against ? j->r->against
         : j->single   ? j->entry[0]->strategy->name
                       : "each strategy",
         x->answered, x->answered == 1 ? "" : "s", x->impossible, x->unanswered, EXPLORE_SECONDS);
}

static void run_cell(struct job *j, size_t s, size_t t, struct tm_run_options *options) {
  const struct tm_litmus *test = j->r->test[t];
  struct summary *sum = &j->summary[s];
  struct tm_error error = {""};
  struct tm_run run;
  char command[512];
  progress(j, test->name, options->strategy->name);
  int result = tm_litmus_run_apart(test, j->r->oracle[t], options, 20, &run, &error);
  j->done++;
  repeat_command(test, options, command, sizeof command);
  if (result) {
    sum->failed++;
    if (isatty(2)) fputs("\r\033[K", stderr);
    if (!j->quiet) printf("%s\n", error.text);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "test", test->name);
    cJSON_AddStringToObject(o, "strategy", options->strategy->name);
    cJSON_AddStringToObject(o, "failed", error.text);
    cJSON_AddItemToArray(j->cells, o);
    tm_run_free(&run);
    return;
  }
  sum->run++;
  sum->rounds += run.rounds;
  sum->forbidden += run.forbidden;
  sum->forbidden_tests += run.forbidden != 0;
  sum->allowed_seen += run.witnesses != 0 && run.forbidden == 0;
  cJSON *o = tm_run_json(test, options, &run);
  cJSON_AddStringToObject(o, "repeat", command);
  cJSON_AddItemToArray(j->cells, o);
  check_observed(j, test, j->entry[s]->strategy->name, &run, o);
  if (!j->quiet && (j->single || run.forbidden)) {
    if (isatty(2)) fputs("\r\033[K", stderr);
    tm_run_print(test, options, &run, command, stdout);
    putchar('\n');
    fflush(stdout);
  }
  tm_run_free(&run);
}

static int run_strategy(struct job *j, size_t s, struct tm_error *error) {
  const struct request *r = j->r;
  struct tm_run_options options = r->run;
  options.strategy = j->entry[s]->strategy;
  if (options.delayed && !(options.strategy = tm_delayed_strategy(options.strategy->name, error)))
    return -ENOENT;
  const struct tm_litmus *usable[TESTS];
  size_t index[TESTS], count = 0;
  for (size_t t = 0; t < r->tests; t++) {
    int result = tm_litmus_can_run(r->test[t], options.mode, error);
    if (result && r->tests == 1) return result;
    if (!result) index[count] = t, usable[count++] = r->test[t];
  }
  int result = tm_litmus_load_suite(usable, count, options.strategy, &options.suite, error);
  if (result) return result;
  for (size_t i = 0; i < count; i++) run_cell(j, s, index[i], &options);
  j->done += r->tests - count;
  tm_module_free(options.suite);
  return 0;
}

static void print_summary(const struct job *j) {
  printf("%-14s %-10s %6s %12s %18s %22s %s\n", "strategy", "kind", "tests", "rounds",
         "question seen in", "forbidden outcomes", "could not be run");
  for (size_t s = 0; s < j->strategies; s++) {
    const struct summary *sum = &j->summary[s];
    printf("%-14s %-10s %6zu %12" PRIu64 " %12zu tests %10" PRIu64 " in %3zu tests %8zu\n",
           j->entry[s]->strategy->name, tm_kind_word(j->entry[s]->kind), sum->run, sum->rounds,
           sum->allowed_seen, sum->forbidden, sum->forbidden_tests, sum->failed);
  }
  putchar('\n');
  print_explored(j);
  printf("Seed %" PRIu64 "%s. Never seen is no proof: see the upper bounds in the histograms.\n",
         j->r->run.seed, j->r->run.delayed ? ", with delays inside grow" : "");
}

static int run_all(struct request *r) {
  static struct job j;
  struct tm_error error = {""};
  j.r = r;
  j.strategies = STRATEGIES;
  if (tm_cli_strategies(r->strategies, j.entry, &j.strategies, &error))
    return tm_cli_wrong("litmus", "%s", error.text);
  if (!r->strategies) { /* floors enforce nothing: they are not asked */
    size_t kept = 0;
    for (size_t s = 0; s < j.strategies; s++)
      if (j.entry[s]->kind == TM_KIND_candidate) j.entry[kept++] = j.entry[s];
    j.strategies = kept;
  }
  j.single = j.strategies == 1 && r->tests == 1;
  j.quiet = r->json && !strcmp(r->json, "-");
  j.cells = cJSON_CreateArray();
  j.workspace = tm_explore_workspace_new();
  r->run.seconds = r->seconds > 0 ? r->seconds : r->run.rounds ? 0 : j.single ? 1 : 0.05;
  clock_gettime(CLOCK_MONOTONIC, &j.begun);
  int status = TM_EXIT_OK;
  for (size_t s = 0; s < j.strategies && !status; s++)
    if (run_strategy(&j, s, &error)) status = tm_cli_wrong("litmus", "%s", error.text);
  tm_explore_workspace_free(j.workspace);
  if (isatty(2)) fputs("\r\033[K", stderr);
  if (!status && !j.single && !j.quiet) print_summary(&j);
  if (!status && j.single && !j.quiet) print_explored(&j);
  if (!status && j.single && j.summary[0].failed) status = TM_EXIT_WRONG;
  if (!status && j.explored.impossible) status = TM_EXIT_NO;
  for (size_t s = 0; s < j.strategies && !status; s++)
    if (j.summary[s].forbidden && j.entry[s]->kind == TM_KIND_candidate) status = TM_EXIT_NO;
  if (r->json && status != TM_EXIT_WRONG) {
    if (tm_cli_write_json("litmus", j.cells, r->json)) status = TM_EXIT_WRONG;
  } else {
    cJSON_Delete(j.cells);
  }
  return status;
}

/* ---- asking -----------------------------------------------------------------------------------*/

static bool decimal(const char *text, double low, double high, double *value) {
  char *end;
  *value = strtod(text, &end);
  return end != text && !*end && *value >= low && *value <= high;
}

static int parse_mode(struct request *r, const char *word) {
  for (enum tm_run_mode m = TM_RUN_AUTO; m <= TM_RUN_PERPETUAL; m++)
    if (!strcmp(word, tm_run_mode_word(m))) return r->run.mode = m, 0;
  return tm_cli_wrong("litmus", "--mode takes auto, barrier, timebase or perpetual, not '%s'",
                      word);
}

/* Options with a whole number; *bad is the exit status when it is none. */
static bool parse_number(struct tm_args *a, struct request *r, int *bad) {
  static const struct {
    const char *name;
    long low, high;
  } options[] = {{"--rounds", 1, LONG_MAX},   {"--skew", -1000000, 1000000},
                 {"--delays", 1, 1000000000}, {"--instances", 0, 1000000},
                 {"--stride", 8, 65536},      {"--seed", 0, LONG_MAX},
                 {"--threads", 0, 1024},      {"--interrupts", 0, 1000000}};
  const char *value;
  long n = 0;
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    if (!(value = tm_args_value(a, options[i].name))) continue;
    if (!tm_cli_number(value, options[i].low, options[i].high, &n)) {
      *bad = tm_cli_wrong("litmus", "%s takes a number from %ld to %ld, not '%s'", options[i].name,
                          options[i].low, options[i].high, value);
      return true;
    }
    switch (i) {
    case 0: r->run.rounds = (uint64_t)n; break;
    case 1: r->run.skew = n, r->run.skew_given = true; break;
    case 2: r->run.delay_ns = (uint64_t)n, r->run.delayed = true; break;
    case 3: r->run.instances = (unsigned)n; break;
    case 4: r->run.stride = (unsigned)n; break;
    case 5: r->seed = n; break;
    case 6: r->run.threads = (unsigned)n; break;
    case 7: r->run.interrupts = (unsigned)n; break;
    }
    return true;
  }
  return false;
}

static int parse(struct tm_args *a, struct request *r) {
  const char *value;
  struct tm_error error = {""};
  int bad = 0;
  while (tm_args_option(a)) {
    if (tm_args_flag(a, "--help")) return fputs(help, stdout), -1;
    if (tm_args_flag(a, "--verdict")) {
      r->verdict = true;
    } else if (tm_args_flag(a, "--explain")) {
      r->verdict = r->explain = true;
    } else if (tm_args_flag(a, "--resident")) {
      r->run.resident = true;
    } else if (tm_args_flag(a, "--preload")) {
      r->run.preload = true;
    } else if (tm_args_flag(a, "--no-affinity")) {
      r->run.affinity = false;
    } else if ((value = tm_args_value(a, "--test"))) {
      if (add_named(r, value, &error)) return tm_cli_wrong("litmus", "%s", error.text);
    } else if ((value = tm_args_value(a, "--strategies"))) {
      r->strategies = value;
    } else if ((value = tm_args_value(a, "--against"))) {
      if (!tm_strategy_find(value))
        return tm_cli_wrong("litmus", "--against: there is no strategy '%s'", value);
      r->against = value;
    } else if ((value = tm_args_value(a, "--json"))) {
      r->json = value;
    } else if ((value = tm_args_value(a, "--mode"))) {
      if ((bad = parse_mode(r, value))) return bad;
    } else if ((value = tm_args_value(a, "--seconds"))) {
      if (!decimal(value, 0.001, 86400, &r->seconds))
        return tm_cli_wrong("litmus", "--seconds takes a number from 0.001 to 86400, not '%s'",
                            value);
    } else if (parse_number(a, r, &bad)) {
      if (bad) return bad;
    } else {
      return tm_args_unknown(a, "litmus");
    }
  }
  for (; a->next < a->argc; a->next++)
    if (add_named(r, a->argv[a->next], &error)) return tm_cli_wrong("litmus", "%s", error.text);
  if (!r->tests && add_suite(r, &error)) return tm_cli_wrong("litmus", "%s", error.text);
  return 0;
}

int tm_command_litmus(int argc, char **argv) {
  static struct request r;
  r = (struct request){.seed = -1, .run = {.affinity = true, .interrupts = UINT_MAX}};
  struct tm_args a = tm_args(argc, argv);
  int status = parse(&a, &r);
  if (status == 0) {
    if (r.run.interrupts == UINT_MAX)
      r.run.interrupts = r.run.resident ? TM_RUN_INTERRUPTS_RESIDENT : TM_RUN_INTERRUPTS_FRESH;
    r.run.seed = r.seed < 0 ? tm_rng_fresh_seed() : (uint64_t)r.seed;
    status = r.verdict ? print_verdicts(&r) : run_all(&r);
  }
  for (size_t i = 0; i < r.tests; i++) {
    tm_oracle_free(r.oracle[i]);
    tm_litmus_free(r.test[i]);
  }
  return status < 0 ? TM_EXIT_OK : status;
}
