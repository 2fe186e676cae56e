/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark report: run what a decision needs, and write it down. */
#include "harness/report/report.h"
#include "harness/cli/cli.h"
#include "harness/report/collect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tidemark report [OPTION…]\n\n"
    "Run the race, the litmus tests, the benchmarks, the workloads and the engines found, keep "
    "every\n"
    "raw sample, and write report.html (one self-contained page), report.md, report.tex with "
    "figures,\n"
    "machine.json, data.csv and data.json. Without options: at most 6 minutes on two "
    "processors.\n\n"
    "  --quick             about 90 seconds: fewer blocks, tests and workloads\n"
    "  --full              one and a half to two hours: 30 blocks, workloads at full size, grows\n"
    "                      beside readers at every combination of rate, readers and instances,\n"
    "                      planted faults judged\n"
    "  -o DIR              where to (default tidemark-report)\n"
    "  --resume            go on with the newest report in DIR, with the options it was begun "
    "with: "
    "what\n"
    "                      is finished is kept and not measured again, seed and orders stay\n"
    "  --from FILE         draw the newest report of this results file again, or its benches;\n"
    "                      run nothing\n"
    "  --strategies A,B,…  which (default: floors, candidates and unsound ones)\n"
    "  --seed N            of every order and run (default: fresh, printed in the report)\n"
    "  --tiny              a few seconds; for tests of the report itself, not for figures\n\n"
    "Exit status: 0, or 2 when something failed.\n";

struct request {
  const char *folder, *from, *strategies;
  long seed;
  bool resume;
  enum { QUICK, NORMAL, FULL, TINY } length;
};

static int parse(struct tm_args *a, struct request *r) {
  const char *value;
  while (tm_args_option(a)) {
    if (tm_args_flag(a, "--help")) return fputs(help, stdout), -1;
    if (tm_args_flag(a, "--quick"))
      r->length = QUICK;
    else if (tm_args_flag(a, "--full"))
      r->length = FULL;
    else if (tm_args_flag(a, "--tiny"))
      r->length = TINY;
    else if (tm_args_flag(a, "--resume"))
      r->resume = true;
    else if ((value = tm_args_value(a, "-o")))
      r->folder = value;
    else if ((value = tm_args_value(a, "--from")))
      r->from = value;
    else if ((value = tm_args_value(a, "--strategies")))
      r->strategies = value;
    else if ((value = tm_args_value(a, "--seed"))) {
      if (!tm_cli_number(value, 0, 1L << 52, &r->seed))
        return tm_cli_wrong("report", "--seed takes a whole number, not '%s'", value);
    } else
      return tm_args_unknown(a, "report");
  }
  return a->next < a->argc ? tm_cli_wrong("report", "unexpected argument '%s'", a->argv[a->next])
                           : 0;
}

static const char *const few[] = {"sizepoll", NULL},
                         *const some[] = {"sizepoll", "churn", "chase", "hashjoin", NULL},
                         *const all[] = {"matmul", "sort",  "hashjoin", "chase",    "compress",
                                         "bfs",    "churn", "ring",     "sizepoll", NULL};
static const char *const two_tests[] = {"grow-flag-size-atomic", "size-after-access", NULL},
                         *const tests[] = {"grow-flag-size-atomic", "grow-flag-access-atomic",
                                           "size-after-access",     "grow0-after-access",
                                           "size-then-trap",        NULL};
static const char *const explored[] = {
    "grow-flag-size-atomic", "size-then-trap",     "grow-flag-access-atomic",
    "grow0-after-access",    "two-grows-same-old", "size-after-access",
    "mp-grow-size",          "lost-old-store",     NULL};

/* What each length runs. */
static const struct tm_collect plans[] = {
    [TINY] = {.size = {.samples = 2,
                       .grows = 16,
                       .max_instances = 100,
                       .max_readers = 1,
                       .reader_seconds = 0.005},
              .total_seconds = 1,
              .bench_blocks = 2,
              .grid_blocks = 2,
              .layout_blocks = 2,
              .counts = true,
              .workloads = few,
              .workload_blocks = 2,
              .race_seconds = 0.1,
              .litmus_run_seconds = 0.2,
              .explore_tests = explored},
    [QUICK] = {.size = {.samples = 5,
                        .grows = 100,
                        .max_instances = 100000,
                        .max_readers = 1,
                        .reader_seconds = 0.005},
               .total_seconds = 90,
               .bench_blocks = 5,
               .layout_blocks = 3,
               .bench_seconds = 30,
               .race_seconds = 0.2,
               .litmus_run_seconds = 0.05,
               .explore_tests = explored,
               .workloads = few,
               .workload_blocks = 3,
               .engine_tests = two_tests,
               .engine_rounds = 200},
    [FULL] = {.size = {.samples = 20,
                       .grows = 400,
                       .max_instances = 100000,
                       .max_readers = 4,
                       .reader_seconds = 0.03},
              .bench_blocks = 30,
              .layout_blocks = 30,
              .grid_blocks = 6,
              .counts = true,
              .race_seconds = 5,
              .litmus_run_seconds = 0.5,
              .explore_tests = explored,
              .workloads = all,
              .workload_divisor = 1,
              .workload_blocks = 10,
              .engine_tests = tests,
              .engine_rounds = 5000},
    [NORMAL] = {.size = {.samples = 10,
                         .grows = 200,
                         .max_instances = 100000,
                         .max_readers = 4,
                         .reader_seconds = 0.01},
                .total_seconds = 350,
                .bench_blocks = 13,
                .layout_blocks = 8,
                .counts = true,
                .bench_seconds = 120,
                .race_seconds = 0.4,
                .litmus_run_seconds = 0.08,
                .explore_tests = explored,
                .workloads = some,
                .workload_divisor = 16,
                .workload_blocks = 3,
                .engine_tests = tests,
                .engine_rounds = 500},
};

/* Floors, candidates and unsound ones; planted faults too with --full. */
static int pick(const struct request *r, struct tm_collect *c, struct tm_error *error) {
  c->strategies = TM_COLLECT_STRATEGIES;
  if (r->strategies) return tm_cli_strategies(r->strategies, c->strategy, &c->strategies, error);
  size_t count;
  const struct tm_strategy_entry *e = tm_strategies(&count);
  c->strategies = 0;
  for (size_t i = 0; i < count && c->strategies < TM_COLLECT_STRATEGIES; i++)
    if (e[i].kind != TM_KIND_planted || r->length == FULL) c->strategy[c->strategies++] = &e[i];
  return 0;
}

static int draw(const char *file, const char *title, const char *folder) {
  struct tm_error error = {""};
  struct tm_store *store;
  if (tm_store_open(file, TM_STORE_READ, &store, &error))
    return tm_cli_wrong("report", "%s", error.text);
  int result = tm_report_write(store, title, folder, &error);
  tm_store_close(store);
  if (result) return tm_cli_wrong("report", "%s", error.text);
  printf("%s/report.html\n", folder);
  return TM_EXIT_OK;
}

/* What was asked for, as a piece of the plan "TITLE/list": who goes on must ask for the same. */
static void request_text(const struct request *r, char *text, size_t room) {
  static const char *const lengths[] = {"quick", "normal", "full", "tiny"};
  snprintf(text, room, "asked for: %s, strategies %s", lengths[r->length],
           r->strategies ? r->strategies : "all");
}

/* Go on with the newest report of the file: its title and seed. */
static int find_unfinished(const struct request *r, struct tm_recording *recording,
                           struct tm_collect *c, char *title, size_t room, struct tm_error *error) {
  char asked[2048], plan[256];
  if (!tm_report_newest(recording->store, title, room, &c->seed, error))
    return tm_fail(error, -ENOENT, "there is no report in %s to go on with; leave out --resume",
                   r->folder);
  request_text(r, asked, sizeof asked);
  snprintf(plan, sizeof plan, "%s/list", title);
  int has = tm_recording_finished(recording, plan, asked, error);
  if (has < 0) return has;
  if (has && (r->seed < 0 || (uint64_t)r->seed == c->seed)) return 0;
  return tm_fail(error, -EINVAL,
                 "the newest report in %s was begun with other options; give those (its command is "
                 "in the file, 'tidemark report --from' shows it) or leave out --resume",
                 r->folder);
}

/* A new report, or the one to go on with. */
static int begin(const struct request *r, struct tm_recording *recording, struct tm_collect *c,
                 char *title, size_t room, struct tm_error *error) {
  char asked[2048], plan[256];
  bool wanted;
  if (r->resume) return find_unfinished(r, recording, c, title, room, error);
  uint64_t seed;
  if (tm_report_newest(recording->store, title, room, &seed, error)) {
    snprintf(plan, sizeof plan, "%s/%s", title, TM_COLLECT_LAST);
    if (tm_recording_finished(recording, plan, TM_COLLECT_END, error) == 0)
      fprintf(stderr,
              "tidemark report: %s holds an unfinished one, which --resume would go on with; "
              "this is a new one\n",
              r->folder);
  }
  c->seed = r->seed < 0 ? tm_recording_seed() : (uint64_t)r->seed;
  snprintf(title, room, "report %llu", (unsigned long long)c->seed);
  snprintf(plan, sizeof plan, "%s/list", title);
  request_text(r, asked, sizeof asked);
  int result = tm_recording_begin(recording, plan, c->seed, error);
  if (!result) result = tm_recording_piece(recording, asked, &wanted, error);
  return result || !wanted ? result : tm_recording_piece_end(recording, asked, 0, error);
}

int tm_command_report(int argc, char **argv) {
  struct request r = {.folder = "tidemark-report", .seed = -1, .length = NORMAL};
  struct tm_args a = tm_args(argc, argv);
  int status = parse(&a, &r);
  if (status) return status < 0 ? TM_EXIT_OK : status;
  if (r.from) return draw(r.from, NULL, r.folder);

  struct tm_error error = {""};
  struct tm_collect c = plans[r.length];
  char file[4096], title[64];
  snprintf(file, sizeof file, "%s/data.db", r.folder);
  c.title = title;
  struct tm_recording recording = {.store = NULL};
  if (pick(&r, &c, &error) || tm_report_folder(r.folder, &error) ||
      tm_recording_open(&recording, file, argc, argv, &error) ||
      begin(&r, &recording, &c, title, sizeof title, &error) ||
      tm_collect_all(&c, &recording, &error))
    status = tm_cli_wrong("report", "%s", error.text);
  tm_recording_close(&recording);
  if (isatty(2)) fputs("\r\033[K", stderr);
  return status ? status : draw(file, title, r.folder);
}
