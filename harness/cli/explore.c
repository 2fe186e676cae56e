/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark explore: everything that a strategy's own source can do on a litmus test. */
#include "harness/cli/explore.h"
#include "harness/cli/cli.h"
#include "harness/explore/replay.h"
#include "harness/store/machine.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tidemark explore [--strategy LIST] [--test NAME|FILE] [--model LIST] [--json FILE]\n"
    "                        [--jobs N] [--seconds N] [--executions N] [--failures] [--plain]\n"
    "                        [--random N] [--seed N] [--full]\n"
    "       tidemark explore --strategy S --test T --model M --replay SCHEDULE\n"
    "       tidemark explore --mutate [--strategy LIST] [--test NAME|FILE] [--seconds N]\n\n"
    "Enumerate every behaviour of a strategy's own source on litmus tests, and compare what is\n"
    "reachable with what WebAssembly allows. With one strategy, test and model: every outcome "
    "with\n"
    "its shortest witness. Without options: all strategies, tests and models (sc, tso, c11), as a\n"
    "table. c11 leaves out load buffering: see harness/explore/README.md.\n"
    "  --tests FOLDER   where the .litmus files are\n"
    "  --seconds N      give up on one cell after N seconds (default 30); random executions "
    "follow,\n"
    "                   and it counts as incomplete\n"
    "  --executions N   or after N executions (default 0: never; with --mutate 50000)\n"
    "  --failures       system calls that can fail may fail\n"
    "  --random N       no search: N random executions (PCT); everything counts as incomplete\n"
    "  --seed N         of random executions (default 1)\n"
    "  --mutate         weaken every memory order of the source, one at a time and by one step, "
    "and\n"
    "                   print which ones some test needs, which ones are kept although nothing\n"
    "                   modelled needs them (so says their comment) and which ones nothing needs\n"
    "  --full           the table, how fast it was made, the race of the call, what the reduction "
    "saves,\n"
    "                   --mutate over the candidates, the machine\n"
    "  --plain          no reduction: every interleaving (slow; to check the reduction)\n"
    "  --replay TEXT    repeat one schedule step by step, as printed with a witness\n"
    "  --json FILE      every cell and outcome, instead of witnesses; - for standard output\n"
    "Exit status: 0; 1 when something forbidden, a deadlock or a broken invariant is reachable\n"
    "under a candidate or under a strategy that --strategy names, or when the whole table misses "
    "a\n"
    "planted fault, or --mutate over everything contradicts a comment; 2 wrong input.\n";

/* ---- what is asked ----------------------------------------------------------------------------*/

static int read_test(struct tm_asked *w, const char *path) {
  struct tm_error error;
  struct tm_litmus *test = tm_litmus_read(path, &error);
  if (!test) return tm_cli_wrong("explore", "%s", error.text);
  if (w->test_count == TM_ASKED_TESTS)
    return tm_cli_wrong("explore", "more than %d tests", TM_ASKED_TESTS);
  w->tests[w->test_count++] = test;
  return TM_EXIT_OK;
}

static int is_litmus(const struct dirent *entry) {
  size_t n = strlen(entry->d_name);
  return n > 7 && !strcmp(entry->d_name + n - 7, ".litmus");
}

static int find_tests(struct tm_asked *w) {
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

static int find_strategies(struct tm_asked *w) {
  const struct tm_strategy_entry *entry[TM_ASKED_STRATEGIES];
  struct tm_error error;
  w->strategy_count = TM_ASKED_STRATEGIES;
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

static int find_models(struct tm_asked *w) {
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
static const char **text_option(struct tm_asked *w, size_t i, const char **name) {
  static const char *const names[] = {"--strategy",   "--test",   "--model", "--json",
                                      "--tests",      "--replay", "--jobs",  "--seconds",
                                      "--executions", "--random", "--seed"};
  const char **to[] = {&w->strategies, &w->test,   &w->models, &w->json,
                       &w->folder,     &w->replay, &w->jobs,   &w->seconds,
                       &w->executions, &w->random, &w->seed};
  if (i == sizeof names / sizeof *names) return NULL;
  *name = names[i];
  return to[i];
}

static bool *flag_option(struct tm_asked *w, struct tm_args *a) {
  if (tm_args_flag(a, "--plain")) return &w->plain;
  if (tm_args_flag(a, "--failures")) return &w->failures;
  if (tm_args_flag(a, "--full")) return &w->full;
  return tm_args_flag(a, "--mutate") ? &w->mutate : NULL;
}

static int read_option(struct tm_asked *w, struct tm_args *a) {
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

static int read_numbers(struct tm_asked *w) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  w->job_count = processors > 16 ? 16 : processors > 1 ? processors : 1;
  w->most_seconds = 30;
  w->first_seed = 1;
  if (w->jobs && !tm_cli_number(w->jobs, 1, 16, &w->job_count))
    return tm_cli_wrong("explore", "--jobs wants a number from 1 to 16");
  if (w->seconds && !tm_cli_number(w->seconds, 1, 86400, &w->most_seconds))
    return tm_cli_wrong("explore", "--seconds wants a number from 1 to 86400");
  if (w->executions && !tm_cli_number(w->executions, 0, 1000000000, &w->most_executions))
    return tm_cli_wrong("explore", "--executions wants a number from 0 to 1000000000");
  if (w->random && !tm_cli_number(w->random, 1, 1000000000, &w->random_runs))
    return tm_cli_wrong("explore", "--random wants a number from 1 to 1000000000");
  if (w->seed && !tm_cli_number(w->seed, 0, 1000000000, &w->first_seed))
    return tm_cli_wrong("explore", "--seed wants a number from 0 to 1000000000");
  return TM_EXIT_OK;
}

static int read_wish(struct tm_asked *w, int argc, char **argv) {
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

struct tm_explore_options tm_asked_options(const struct tm_asked *w) {
  return (struct tm_explore_options){.plain = w->plain,
                                     .failures = w->failures,
                                     .most_seconds = (double)w->most_seconds,
                                     .most_executions = (uint64_t)w->most_executions,
                                     .random_runs = (uint64_t)w->random_runs,
                                     .random_after = TM_ASKED_RANDOM_AFTER,
                                     .seed = (uint64_t)w->first_seed};
}

bool tm_asked_for_all(const struct tm_asked *w) {
  bool c11 = false; /* which shows all that the others do */
  for (size_t i = 0; i < w->model_count; i++) c11 |= w->model[i] == TM_EXPLORE_C11;
  return c11 && !w->strategies && !w->test && !w->random &&
         !strcmp(w->folder, TIDEMARK_LITMUS_FOLDER);
}

bool tm_is_candidate(const char *strategy) {
  const struct tm_strategy_entry *entry = tm_strategy_find(strategy);
  return entry && entry->kind == TM_KIND_candidate;
}

void tm_thread_names(const struct tm_litmus *test, const char *names[TM_LITMUS_THREADS]) {
  for (unsigned t = 0; t < test->threads; t++) names[t] = test->thread[t].name;
}

/* ---- what is done -----------------------------------------------------------------------------*/

static int replay(const struct tm_asked *w) {
  const char *names[TM_LITMUS_THREADS];
  struct tm_explore_decision decision[TM_EXPLORE_STEPS];
  struct tm_error error;
  unsigned decisions;
  tm_thread_names(w->tests[0], names);
  if (tm_explore_schedule_parse(w->replay, names, w->tests[0]->threads, decision, &decisions,
                                &error) ||
      tm_explore_draw(w->tests[0], w->strategy[0], w->model[0], decision, decisions, stdout,
                      &error))
    return tm_cli_wrong("explore", "%s", error.text);
  return TM_EXIT_OK;
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

/* The worst exit status of all parts. */
static int put_all(struct tm_asked *w) {
  puts("Strategies on litmus tests under sc, tso and c11\n");
  int worst = tm_explore_print_table(w), status;
  puts("\nThe race that the call feared\n");
  if ((status = tm_explore_print_race()) > worst) worst = status;
  puts("\nThe reduction, on tests of three threads under guard\n");
  if ((status = tm_explore_print_reduction(w)) > worst) worst = status;
  puts("\nEach memory order of each candidate, one step weaker, under c11\n");
  w->model[0] = TM_EXPLORE_C11;
  if ((status = tm_explore_print_orders(w)) > worst) worst = status;
  puts("\nThe machine\n");
  put_machine();
  return worst;
}

static int answer(struct tm_asked *w) {
  bool one = w->test_count * w->strategy_count * w->model_count == 1;
  if (w->json && (w->replay || w->mutate || w->full))
    return tm_cli_wrong("explore", "--json writes cells; it does not go with --replay, --mutate or "
                                   "--full");
  if (w->replay) return replay(w);
  if (w->mutate) return tm_explore_print_orders(w);
  if (w->full) return put_all(w);
  return one && !w->json ? tm_explore_print_cell(w) : tm_explore_print_table(w);
}

int tm_command_explore(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], "--help")) {
      fputs(help, stdout);
      return TM_EXIT_OK;
    }
  struct tm_asked *w = calloc(1, sizeof *w);
  if (!w) return tm_cli_wrong("explore", "out of memory");
  int code = read_wish(w, argc, argv);
  if (code == TM_EXIT_OK) code = answer(w);
  for (size_t i = 0; i < w->test_count; i++) tm_litmus_free(w->tests[i]);
  free(w);
  return code;
}
