/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark engines: the real engines on this machine, and the litmus tests on them. */
#include "harness/cli/cli.h"
#include "harness/engines/engine.h"
#include "harness/engines/tests.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: tidemark engines                                 what is found, and what is missing\n"
    "       tidemark engines --litmus [--engine E] [--test T] [--rounds N] [--variant V]\n\n"
    "Run the litmus tests on the engines that others ship. A row marked * is the outcome that the\n"
    "test asks about. The first, cold run of a process and the later, warm ones are told apart.\n";

struct wish {
  bool litmus;
  const char *engine, *variant, *test;
  long rounds;
};

static int list(void) {
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  for (size_t i = 0; i < count; i++) {
    struct tm_engine_program program;
    if (tm_engine_locate(engine[i], &program))
      printf("%-14s %-16s %s\n%32s(%s)\n", engine[i]->name, engine[i]->runtime, program.version, "",
             program.path);
    else
      printf("%-14s %-16s absent; install it with: %s\n", engine[i]->name, engine[i]->runtime,
             engine[i]->install);
  }
  return TM_EXIT_OK;
}

static void show(const struct tm_engine_test *test, const struct tm_engine_result *result) {
  for (size_t i = 0; i < result->histograms; i++) {
    const struct tm_engine_histogram *h = &result->histogram[i];
    unsigned long long hits = 0;
    printf("  %s, %llu rounds: %s\n", h->phase, (unsigned long long)h->rounds, test->columns);
    for (size_t r = 0; r < h->rows; r++) {
      bool witness = !strcmp(h->row[r].text, test->witness);
      if (witness) hits += h->row[r].count;
      printf("    %8llu %c> %s\n", (unsigned long long)h->row[r].count, witness ? '*' : ':',
             h->row[r].text);
    }
    printf("  Observation %s %s %llu %llu%s\n", test->name,
           hits == 0           ? "Never"
           : hits == h->rounds ? "Always"
                               : "Sometimes",
           hits, (unsigned long long)h->rounds - hits,
           hits && test->forbidden ? "   FORBIDDEN by the axioms" : "");
  }
  if (*result->failure) printf("  no (more) result: %s\n", result->failure);
}

static void run_engine(const struct tm_engine *engine, const struct wish *w) {
  struct tm_engine_program program;
  if (!tm_engine_locate(engine, &program)) {
    printf("%s: absent; install it with: %s\n", engine->name, engine->install);
    return;
  }
  size_t count;
  const struct tm_engine_test *tests = tm_engine_tests(&count);
  const struct tm_engine_variant *variant =
      w->variant ? tm_engine_variant(engine, w->variant) : NULL;
  for (size_t i = 0; i < count; i++) {
    if (w->test && strcmp(w->test, tests[i].name)) continue;
    struct tm_job job = tm_engine_test_job(&tests[i], (unsigned)w->rounds);
    struct tm_engine_result result;
    printf("%s%s%s, %s: %s\n", engine->name, variant ? "/" : "", variant ? variant->name : "",
           program.version, tests[i].name);
    fflush(stdout);
    tm_engine_run(engine, &program, variant, &job, 60, &result);
    show(&tests[i], &result);
    tm_engine_result_free(&result);
  }
}

static int litmus(const struct wish *w) {
  if (w->engine) {
    run_engine(tm_engine_find(w->engine), w);
    return TM_EXIT_OK;
  }
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  for (size_t i = 0; i < count; i++) run_engine(engine[i], w);
  return TM_EXIT_OK;
}

/* Are the names in it names of something? */
static int check(const struct wish *w) {
  const struct tm_engine *engine = w->engine ? tm_engine_find(w->engine) : NULL;
  if (w->engine && !engine)
    return tm_cli_wrong("engines", "unknown engine '%s'; 'tidemark engines' lists them", w->engine);
  if (w->variant && !engine)
    return tm_cli_wrong("engines", "--variant needs --engine, whose variant it is");
  if (w->variant && !tm_engine_variant(engine, w->variant))
    return tm_cli_wrong("engines", "engine %s has no variant '%s'", w->engine, w->variant);
  size_t count;
  const struct tm_engine_test *tests = tm_engine_tests(&count);
  for (size_t i = 0; w->test && i < count; i++)
    if (!strcmp(tests[i].name, w->test)) return 0;
  return w->test ? tm_cli_wrong("engines", "unknown test '%s'", w->test) : 0;
}

int tm_command_engines(int argc, char **argv) {
  struct wish w = {.rounds = 2000};
  struct tm_args a = tm_args(argc, argv);
  const char *value;
  while (tm_args_option(&a)) {
    if (tm_args_flag(&a, "--litmus")) {
      w.litmus = true;
    } else if ((value = tm_args_value(&a, "--engine"))) {
      w.engine = value;
    } else if ((value = tm_args_value(&a, "--variant"))) {
      w.variant = value;
    } else if ((value = tm_args_value(&a, "--test"))) {
      w.test = value;
    } else if ((value = tm_args_value(&a, "--rounds"))) {
      if (!tm_cli_number(value, 1, 60000, &w.rounds))
        return tm_cli_wrong("engines", "--rounds wants a number from 1 to 60000, not '%s'", value);
    } else if (tm_args_flag(&a, "--help")) {
      fputs(help, stdout);
      return TM_EXIT_OK;
    } else {
      return tm_args_unknown(&a, "engines");
    }
  }
  if (a.next < a.argc) return tm_cli_wrong("engines", "unexpected argument '%s'", a.argv[a.next]);
  int code = check(&w);
  if (code) return code;
  return w.litmus ? litmus(&w) : list();
}
