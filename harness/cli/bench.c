/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark bench: what every strategy costs, into a results file. */
#include "harness/report/bench.h"
#include "harness/cli/cli.h"
#include "harness/cli/layouts.h"
#include "harness/report/recording.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tidemark bench [OPTION…]\n\n"
    "Time translated guest code and grows under every strategy, in random complete blocks, one\n"
    "process per strategy and block, and keep every raw sample in a results file: accesses,\n"
    "memory.size, grows with 1 to 100,000 instances and with running readers, attach and detach,\n"
    "stale copies, spurious traps, visibility, machine code per access. `tidemark report --from "
    "FILE`\n"
    "draws it.\n\n"
    "  -o FILE             the results file (default tidemark.db); it is added to\n"
    "  --resume            go on with the newest unfinished bench in the file\n"
    "  --strategies A,B,…  which (default: every floor and candidate)\n"
    "  --blocks N          processes of each strategy (default 10)\n"
    "  --seed N            of all orders (default: fresh, kept in the file)\n"
    "  --samples N         of each loop of accesses, per process (default 10)\n"
    "  --grows N           at each point of a sweep, per process (default 200)\n"
    "  --instances N       largest number of attached instances (default 100000)\n"
    "  --readers N         largest number of running readers (default 4)\n"
    "  --reader-ms N       how long readers run at each point (default 50)\n"
    "  --layout NAME       where instances keep what they know of their memory (see run --help;\n"
    "                      default inline)\n"
    "  --layouts           instead of all that: accesses and memory.size in every layout, for a\n"
    "                      memory of the module's own and for a shared one, and print the ratios "
    "to\n"
    "                      inline (default strategies: " TM_LAYOUT_STRATEGIES ")\n"
    "  --grid              instead of all that: grows beside readers at every combination of "
    "rate,\n"
    "                      readers and instances, not only around a middle\n"
    "  --one STRATEGY      measure this one in this process, print its cells as JSON, keep "
    "nothing\n"
    "  --count N           with --one: print how many instructions a turn of each loop retires, "
    "over\n"
    "                      N turns, by perf events (-1: this machine has none)\n\n"
    "For Google Benchmark's own flags and JSON on the same hot halves: tidemark-micro.\n";

struct request {
  const char *strategies, *file, *one;
  long blocks, seed, samples, grows, instances, readers, reader_ms, count;
  bool resume, layouts, grid;
  struct tm_layout layout;
};

static int parse(struct tm_args *a, struct request *r) {
  const struct {
    const char *name;
    long low, high;
    long *to;
  } numbers[] = {{"--blocks", 1, 10000, &r->blocks},        {"--seed", 0, 1L << 53, &r->seed},
                 {"--samples", 1, 256, &r->samples},        {"--grows", 4, 4096, &r->grows},
                 {"--instances", 1, 100000, &r->instances}, {"--readers", 0, 64, &r->readers},
                 {"--reader-ms", 1, 60000, &r->reader_ms},  {"--count", 2, 1L << 30, &r->count}};
  while (tm_args_option(a)) {
    const char *value = NULL;
    if (tm_args_flag(a, "--help")) return fputs(help, stdout), -1;
    if (tm_args_flag(a, "--resume")) {
      r->resume = true;
      continue;
    }
    if (tm_args_flag(a, "--layouts")) {
      r->layouts = true;
      continue;
    }
    if (tm_args_flag(a, "--grid")) {
      r->grid = true;
      continue;
    }
    struct tm_error error;
    if ((value = tm_args_value(a, "--layout"))) {
      if (tm_layout_parse(value, &r->layout, &error))
        return tm_cli_wrong("bench", "%s", error.text);
      continue;
    }
    if ((value = tm_args_value(a, "--strategies")))
      r->strategies = value;
    else if ((value = tm_args_value(a, "-o")))
      r->file = value;
    else if ((value = tm_args_value(a, "--one")))
      r->one = value;
    for (size_t i = 0; !value && i < sizeof numbers / sizeof *numbers; i++)
      if ((value = tm_args_value(a, numbers[i].name)) &&
          !tm_cli_number(value, numbers[i].low, numbers[i].high, numbers[i].to))
        return tm_cli_wrong("bench", "%s takes a number from %ld to %ld, not '%s'", numbers[i].name,
                            numbers[i].low, numbers[i].high, value);
    if (!value) return tm_args_unknown(a, "bench");
  }
  return a->next < a->argc ? tm_cli_wrong("bench", "unexpected argument '%s'", a->argv[a->next])
                           : 0;
}

static int measure_one(const struct request *r, const struct tm_probe_size *size) {
  struct tm_error error = {""};
  const struct tm_strategy_entry *entry = tm_strategy_find(r->one);
  if (!entry)
    return tm_cli_wrong("bench", "unknown strategy '%s'; 'tidemark strategies' lists them", r->one);
  if (r->count) {
    double each[TM_PROBE_COUNTED];
    if (tm_probe_count(entry->strategy, (unsigned)r->count, each, &error))
      return tm_cli_wrong("bench", "%s", error.text);
    for (int i = 0; i < TM_PROBE_COUNTED; i++) printf("%s %g\n", tm_probe_counted[i], each[i]);
    return TM_EXIT_OK;
  }
  cJSON *cells = r->layouts ? tm_layouts_measure(entry->strategy, size->samples, size->seed, &error)
                            : tm_probe_strategy(entry->strategy, size, &error);
  if (!cells) return tm_cli_wrong("bench", "%s", error.text);
  char *text = cJSON_PrintUnformatted(cells);
  int status = text && puts(text) >= 0 ? TM_EXIT_OK : tm_cli_wrong("bench", "cannot print");
  free(text);
  cJSON_Delete(cells);
  return status;
}

/* Translate for all before the first block, so that no measured process compiles. */
static void prepare(struct tm_bench_plan *plan) {
  size_t kept = 0;
  for (size_t i = 0; i < plan->strategies; i++) {
    struct tm_error why = {""};
    tm_recording_progress(NULL, "translating", i, plan->strategies);
    const struct tm_strategy *s = plan->strategy[i]->strategy;
    if (!(plan->layouts ? tm_layouts_prepare(s, &why)
                        : tm_probe_prepare(s, plan->size.layout, &why)))
      plan->strategy[kept++] = plan->strategy[i];
    else
      fprintf(stderr, "tidemark bench: %s is left out: %s\n", s->name, why.text);
  }
  plan->strategies = kept;
}

int tm_command_bench(int argc, char **argv) {
  struct request r = {.file = "tidemark.db",
                      .blocks = 10,
                      .seed = -1,
                      .samples = 10,
                      .grows = 200,
                      .instances = 100000,
                      .readers = 4,
                      .reader_ms = 50};
  struct tm_args a = tm_args(argc, argv);
  int status = parse(&a, &r);
  if (status) return status < 0 ? TM_EXIT_OK : status;
  uint64_t fresh = r.seed < 0 ? tm_recording_seed() : (uint64_t)r.seed;
  struct tm_bench_plan plan = {.blocks = (unsigned)r.blocks,
                               .size = {.samples = (unsigned)r.samples,
                                        .grows = (unsigned)r.grows,
                                        .max_instances = (unsigned)r.instances,
                                        .max_readers = (unsigned)r.readers,
                                        .reader_seconds = (double)r.reader_ms / 1000,
                                        .seed = fresh,
                                        .grid = r.grid,
                                        .layout = r.layout},
                               .layouts = r.layouts,
                               .strategies = TM_BENCH_STRATEGIES,
                               .progress = tm_recording_progress};
  if (r.one) return measure_one(&r, &plan.size);

  struct tm_error error = {""};
  if (r.layouts && !r.strategies) r.strategies = TM_LAYOUT_STRATEGIES;
  if (tm_cli_strategies(r.strategies, plan.strategy, &plan.strategies, &error))
    return tm_cli_wrong("bench", "%s", error.text);
  prepare(&plan);
  struct tm_recording recording;
  if (tm_recording_open(&recording, r.file, argc, argv, &error))
    return tm_cli_wrong("bench", "%s", error.text);
  char name[256], title[64];
  snprintf(title, sizeof title, "bench %llu", (unsigned long long)fresh);
  tm_bench_plan_name(&plan, title, name, sizeof name);
  plan.seed = fresh;
  if (r.resume &&
      !tm_recording_resume(&recording, strchr(name, ':'), name, sizeof name, &plan.seed))
    status = tm_cli_wrong("bench", "%s holds no bench with these options to go on with", r.file);
  plan.plan = name;
  plan.program = recording.program;
  if (!status && (tm_recording_begin(&recording, name, plan.seed, &error) ||
                  tm_bench_run(&plan, recording.store, &error)))
    status = tm_cli_wrong("bench", "%s", error.text);
  if (isatty(2)) fputs("\r\033[K", stderr);
  if (!status && r.layouts && tm_layouts_print(recording.store, name, &error))
    status = tm_cli_wrong("bench", "%s", error.text);
  tm_recording_close(&recording);
  if (!status)
    printf("%s: \"%s\" is complete. Draw it: tidemark report --from %s\n", r.file, name, r.file);
  return status;
}
