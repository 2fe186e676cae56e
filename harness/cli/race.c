/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark race: the race the call was about, reproduced, judged and priced.
 *
 * "The mprotect happens before the length increments; another thread's access works but it reads a
 * smaller memory.size." That is the litmus test size-after-access; here it runs under every
 * strategy, on resident and on fresh pages, and what closing it costs is measured beside it.
 */
#include "core/arch.h"
#include "harness/cli/cli.h"
#include "harness/litmus/run.h"
#include "harness/stats/stats.h"
#include "harness/wasm/module.h"
#include "harness/wasm/wat.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tidemark race [OPTION…]\n\n"
    "Reproduce what the 2022 call feared: mprotect happens before the length increments, so "
    "another\n"
    "thread's access to the new page works while it still reads the old memory.size. For each\n"
    "strategy: is it allowed, how often is it seen on resident pages (touched before, then made\n"
    "inaccessible, as a pooling allocator leaves them) and on fresh ones, how soon, and what do\n"
    "memory.size and grow cost. One witness is drawn.\n\n"
    "  --strategies A,B,…  which (default: every candidate)\n"
    "  --seconds S         of each run, at least 0.1 (default 1)\n"
    "  --interrupts HZ     interrupt the grower so often by a timer, as a busy machine does\n"
    "                      (default 1000 on resident pages, 10000 on fresh ones; 0: never)\n"
    "  --seed N            (default: fresh, printed)\n"
    "  --json FILE         the figures; - for standard output\n\n"
    "Exit status: 0, or 1 when an outcome that the model forbids was seen under a candidate.\n";

enum { STRATEGIES = 64, BLOCKS = 15, SIZE_CALLS = 20000, GROW_CALLS = 2000 };

struct cost {
  double size_ns[BLOCKS], grow_ns[BLOCKS];
  struct tm_ratio size, grow; /* relative to guard */
};

struct line {
  const struct tm_strategy_entry *entry;
  struct tm_run resident, fresh;
  struct cost cost;
  char failed[256];  /* why it could not be run; "" when it could */
  char refused[256]; /* why no page can be resident under it; "" where pages can */
};

/* ---- cost -------------------------------------------------------------------------------------*/

static const char probe_text[] =
    "(module (memory 1 65536 shared)\n"
    "  (func (export \"sizes\") (param $n i32) (result i32) (local $sum i32)\n"
    "    (loop $again\n"
    "      (local.set $sum (i32.add (local.get $sum) (memory.size)))\n"
    "      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))\n"
    "    (local.get $sum))\n"
    "  (func (export \"grows\") (param $n i32) (result i32) (local $sum i32)\n"
    "    (loop $again\n"
    "      (local.set $sum (memory.grow (i32.const 1)))\n"
    "      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))\n"
    "    (local.get $sum)))\n";

static int load_probe(const struct tm_strategy *strategy, struct tm_module **module,
                      struct tm_error *error) {
  unsigned char *wasm;
  size_t size;
  int result = tm_wat_to_wasm("probe", probe_text, sizeof probe_text - 1, &wasm, &size, error);
  if (result) return result;
  struct tm_module_options options = {.strategy = strategy};
  result = tm_module_load_bytes("probe", wasm, size, &options, module, error);
  free(wasm);
  return result;
}

/* Nanoseconds a call of `name` takes for each of its n turns; the ticks are of constant rate. */
static int time_calls(struct tm_instance *instance, const char *name, uint32_t n, double *ticks) {
  struct tm_extern item;
  union tm_wasm_value argument = {.i32 = n}, result;
  struct tm_trap trap;
  if (!tm_instance_export(instance, name, &item)) return -EINVAL;
  uint64_t begun = tm_arch_ticks();
  if (tm_call(instance, &item.func, &argument, &result, &trap)) return -EIO;
  *ticks = (double)(tm_arch_ticks() - begun) / n;
  return (int32_t)result.i32 < 0 ? -EIO : 0;
}

static int time_strategy(struct tm_module *module, struct cost *cost, int block,
                         struct tm_error *error) {
  struct tm_instance *instance;
  int result = tm_instance_new(module, NULL, 0, &instance, NULL, error);
  if (result) return result;
  double warm;
  result = time_calls(instance, "sizes", SIZE_CALLS, &warm);
  if (!result) result = time_calls(instance, "sizes", SIZE_CALLS, &cost->size_ns[block]);
  if (!result) result = time_calls(instance, "grows", GROW_CALLS, &warm);
  if (!result) result = time_calls(instance, "grows", GROW_CALLS, &cost->grow_ns[block]);
  tm_instance_free(instance);
  return result ? tm_fail(error, result, "a grow of the probe failed") : 0;
}

/* Ticks → ns by comparing the time base with the clock once. */
static double ns_per_tick(void) {
  struct timespec a, b;
  clock_gettime(CLOCK_MONOTONIC, &a);
  uint64_t first = tm_arch_ticks();
  do clock_gettime(CLOCK_MONOTONIC, &b);
  while ((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec < 20000000);
  uint64_t last = tm_arch_ticks();
  return (double)((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec) /
         (double)(last - first);
}

/* lines[0] is guard, the base of the ratios. */
static int measure_costs(struct line *lines, size_t count, uint64_t seed, struct tm_error *error) {
  struct tm_module *modules[STRATEGIES] = {0};
  size_t order[STRATEGIES];
  struct tm_rng rng = tm_rng(seed);
  double scale = ns_per_tick();
  int result = 0;
  for (size_t i = 0; i < count && !result; i++)
    result = load_probe(lines[i].entry->strategy, &modules[i], error);
  for (int b = 0; b < BLOCKS && !result; b++) {
    tm_order_block(&rng, count, order);
    for (size_t i = 0; i < count && !result; i++) {
      struct cost *cost = &lines[order[i]].cost;
      result = time_strategy(modules[order[i]], cost, b, error);
      cost->size_ns[b] *= scale;
      cost->grow_ns[b] *= scale;
    }
  }
  for (size_t i = 0; i < count && !result; i++) {
    struct cost *c = &lines[i].cost, *base = &lines[0].cost;
    result = tm_ratio_paired(c->size_ns, base->size_ns, BLOCKS, 0.95, &c->size, error);
    if (!result) result = tm_ratio_paired(c->grow_ns, base->grow_ns, BLOCKS, 0.95, &c->grow, error);
  }
  for (size_t i = 0; i < count; i++)
    if (modules[i]) tm_module_free(modules[i]);
  return result;
}

/* ---- the race ---------------------------------------------------------------------------------*/

struct request {
  const char *strategies, *json;
  double seconds;
  long seed, interrupts;
};

static void run_both(const struct tm_litmus *test, const struct tm_oracle *oracle,
                     const struct request *r, struct line *line) {
  struct tm_error error = {""};
  struct tm_run_options options = {.strategy = line->entry->strategy,
                                   .mode = TM_RUN_PERPETUAL,
                                   .seconds = r->seconds,
                                   .seed = (uint64_t)r->seed,
                                   .affinity = true,
                                   .interrupts = r->interrupts < 0 ? TM_RUN_INTERRUPTS_RESIDENT
                                                                   : (unsigned)r->interrupts,
                                   .resident = true};
  int result = tm_litmus_run_apart(test, oracle, &options, 20, &line->resident, &error);
  if (result == -ENOTSUP) {
    snprintf(line->refused, sizeof line->refused, "%.255s", error.text);
    tm_run_free(&line->resident);
    result = 0;
  }
  options.resident = false;
  options.interrupts = r->interrupts < 0 ? TM_RUN_INTERRUPTS_FRESH : (unsigned)r->interrupts;
  if (!result) result = tm_litmus_run_apart(test, oracle, &options, 20, &line->fresh, &error);
  if (result) snprintf(line->failed, sizeof line->failed, "%.255s", error.text);
}

static double per_million_grows(const struct tm_run *r) {
  return r->grows ? (double)r->witnesses * 1e6 / (double)r->grows : 0;
}

static void print_runs(const struct tm_run *r) {
  char bound[32];
  if (r->witnesses)
    printf(" %10.0f %10.0f %9.3g", per_million_grows(r), tm_run_witness_rate(r),
           r->first_seconds * 1e3);
  else
    snprintf(bound, sizeof bound, "<%.0f",
             ceil(1e6 * tm_proportion_upper(0, r->rounds ? r->rounds : 1, 0.95))),
        printf(" %10s %10s %9s", bound, "never", "-");
}

static void print_table(const struct line *lines, size_t count, bool allowed) {
  printf("%-14s %-8s %32s %32s %22s %22s\n", "", "",
         "resident pages:", "fresh pages:", "memory.size", "grow by one page");
  printf("%-14s %-8s %10s %10s %9s  %10s %10s %9s  %21s  %21s\n", "strategy", "outcome", "/M grows",
         "/s", "first ms", "/M grows", "/s", "first ms", "ns, × guard [95 %]",
         "ns, × guard [95 %]");
  for (size_t i = 0; i < count; i++) {
    const struct line *l = &lines[i];
    printf("%-14s %-8s", l->entry->strategy->name, allowed ? "allowed" : "forbidden");
    if (l->failed[0]) {
      printf(" could not be run: %s\n", l->failed);
      continue;
    }
    if (l->refused[0])
      printf(" %10s %10s %9s", "refused", "-", "-");
    else
      print_runs(&l->resident);
    printf(" ");
    print_runs(&l->fresh);
    printf(" %5.1f %5.2f [%.2f, %.2f]", tm_median(l->cost.size_ns, BLOCKS), l->cost.size.ratio,
           l->cost.size.low, l->cost.size.high);
    printf(" %6.0f %5.2f [%.2f, %.2f]\n", tm_median(l->cost.grow_ns, BLOCKS), l->cost.grow.ratio,
           l->cost.grow.low, l->cost.grow.high);
  }
  for (size_t i = 0; i < count; i++)
    if (lines[i].refused[0]) printf("refused: %s\n", lines[i].refused);
}

/* The order of events that explains the witness, thread by thread. */
static void draw_witness(const struct line *l) {
  const struct tm_run *r = l->resident.witnesses ? &l->resident : &l->fresh;
  uint64_t old = r->first.edge_pages;
  printf("\nA witness under %s, round %" PRIu64 ": the length was %" PRIu64 " pages, page %" PRIu64
         " was beyond it.\n\n",
         l->entry->strategy->name, r->first.round, old, old);
  printf("      thread A (grows)                        | thread B (observes)\n");
  printf("      "
         "----------------------------------------+------------------------------------------\n");
  printf("  1   memory.grow 1 begins                    |\n");
  printf("  2   page %-8" PRIu64 " becomes accessible        |\n", old);
  printf("  3                                           | i32.load in page %" PRIu64 " → works\n",
         old);
  printf("  4                                           | memory.size → %" PRIu64
         "  (still the old one)\n",
         old);
  printf("  5   length becomes %-8" PRIu64 "                 |\n", old + 1);
  printf("  6   memory.grow returns %-8" PRIu64 "            |\n\n", old);
  printf("      Observed: A's grow returned %" PRIu64
         ", B's load did not trap, B's size was %" PRIu64
         ".\n      Steps 2 and 5 follow from the strategy's source; no time stamp is used.\n",
         old, old);
}

static void print_sentence(const struct line *lines, size_t count, bool allowed) {
  printf("\nThe call feared that an access to a new page works while memory.size is still the old "
         "one.\n"
         "The model says: %s. Seen under:",
         allowed ? "allowed, because the access reads the length unordered and so orders nothing"
                 : "forbidden");
  size_t seen = 0;
  for (size_t i = 0; i < count; i++)
    if (lines[i].resident.witnesses || lines[i].fresh.witnesses)
      printf("%s %s", seen++ ? "," : "", lines[i].entry->strategy->name);
  printf("%s. Not seen under:", seen ? "" : " none");
  seen = 0;
  for (size_t i = 0; i < count; i++)
    if (!lines[i].failed[0] && !lines[i].resident.witnesses && !lines[i].fresh.witnesses)
      printf("%s %s", seen++ ? "," : "", lines[i].entry->strategy->name);
  printf("%s.\n", seen ? "" : " none");
}

static cJSON *run_json(const struct tm_run *r) {
  cJSON *o = cJSON_CreateObject();
  cJSON_AddNumberToObject(o, "rounds", (double)r->rounds);
  cJSON_AddNumberToObject(o, "witnesses", (double)r->witnesses);
  cJSON_AddNumberToObject(o, "grows", (double)r->grows);
  cJSON_AddNumberToObject(o, "traps", (double)r->traps);
  cJSON_AddNumberToObject(o, "seconds", r->seconds);
  cJSON_AddNumberToObject(o, "total_seconds", r->total_seconds);
  cJSON_AddNumberToObject(o, "per_million_grows", per_million_grows(r));
  cJSON_AddNumberToObject(o, "per_second", tm_run_witness_rate(r));
  cJSON_AddNumberToObject(o, "forbidden", (double)r->forbidden);
  cJSON_AddNumberToObject(o, "skew_ticks", (double)r->skew);
  if (r->first_seconds >= 0)
    cJSON_AddNumberToObject(o, "first_seconds", r->first_seconds);
  else
    cJSON_AddNullToObject(o, "first_seconds");
  return o;
}

static void add_ratio(cJSON *o, const char *name, const struct tm_ratio *r, double ns) {
  cJSON *ratio = cJSON_AddObjectToObject(o, name);
  cJSON_AddNumberToObject(ratio, "median_ns", ns);
  cJSON_AddNumberToObject(ratio, "ratio_to_guard", r->ratio);
  cJSON_AddNumberToObject(ratio, "low", r->low);
  cJSON_AddNumberToObject(ratio, "high", r->high);
}

static int write_json(const char *path, const struct line *lines, size_t count, bool allowed,
                      uint64_t seed, long interrupts) {
  cJSON *all = cJSON_CreateObject();
  cJSON_AddStringToObject(all, "test", "size-after-access");
  cJSON_AddBoolToObject(all, "allowed", allowed);
  cJSON_AddNumberToObject(all, "seed", (double)seed);
  cJSON_AddNumberToObject(all, "interrupts", (double)interrupts);
  cJSON *list = cJSON_AddArrayToObject(all, "strategies");
  for (size_t i = 0; i < count; i++) {
    cJSON *o = cJSON_CreateObject();
    cJSON_AddItemToArray(list, o);
    cJSON_AddStringToObject(o, "strategy", lines[i].entry->strategy->name);
    if (lines[i].failed[0]) {
      cJSON_AddStringToObject(o, "failed", lines[i].failed);
      continue;
    }
    if (lines[i].refused[0])
      cJSON_AddStringToObject(o, "resident_refused", lines[i].refused);
    else
      cJSON_AddItemToObject(o, "resident", run_json(&lines[i].resident));
    cJSON_AddItemToObject(o, "fresh", run_json(&lines[i].fresh));
    add_ratio(o, "size", &lines[i].cost.size, tm_median(lines[i].cost.size_ns, BLOCKS));
    add_ratio(o, "grow", &lines[i].cost.grow, tm_median(lines[i].cost.grow_ns, BLOCKS));
  }
  return tm_cli_write_json("race", all, path);
}

/* ---- asking -----------------------------------------------------------------------------------*/

static int parse(struct tm_args *a, struct request *r) {
  const char *value;
  while (tm_args_option(a)) {
    if (tm_args_flag(a, "--help")) return fputs(help, stdout), -1;
    if ((value = tm_args_value(a, "--strategies"))) {
      r->strategies = value;
    } else if ((value = tm_args_value(a, "--json"))) {
      r->json = value;
    } else if ((value = tm_args_value(a, "--seconds"))) {
      char *end;
      r->seconds = strtod(value, &end);
      if (end == value || *end || !(r->seconds >= 0.1 && r->seconds <= 86400))
        return tm_cli_wrong("race", "--seconds takes a number from 0.1 to 86400, not '%s'", value);
    } else if ((value = tm_args_value(a, "--interrupts"))) {
      if (!tm_cli_number(value, 0, 1000000, &r->interrupts))
        return tm_cli_wrong("race", "--interrupts takes a number from 0 to 1000000, not '%s'",
                            value);
    } else if ((value = tm_args_value(a, "--seed"))) {
      if (!tm_cli_number(value, 0, LONG_MAX, &r->seed))
        return tm_cli_wrong("race", "--seed takes a whole number, not '%s'", value);
    } else {
      return tm_args_unknown(a, "race");
    }
  }
  if (a->next < a->argc) return tm_cli_wrong("race", "unexpected argument '%s'", a->argv[a->next]);
  return 0;
}

/* guard first, then the others in the order asked for; floors enforce nothing and are left out
 * unless they are named. */
static int pick(const char *list, struct line *lines, size_t *count, struct tm_error *error) {
  const struct tm_strategy_entry *entries[STRATEGIES];
  size_t n = STRATEGIES - 1;
  int result = tm_cli_strategies(list, entries, &n, error);
  if (result) return result;
  *count = 1;
  lines[0].entry = tm_strategy_find("guard");
  for (size_t i = 0; i < n; i++)
    if (entries[i] != lines[0].entry && (list || entries[i]->kind != TM_KIND_floor))
      lines[(*count)++].entry = entries[i];
  return 0;
}

static void print_repeat(const struct request *r) {
  printf("A timer interrupted the grower, as a busy machine does, ");
  if (r->interrupts < 0)
    printf("%d times a second on resident pages, %d on fresh ones.\n", TM_RUN_INTERRUPTS_RESIDENT,
           TM_RUN_INTERRUPTS_FRESH);
  else
    printf("%ld times a second.\n", r->interrupts);
  printf("Repeat: tidemark race --seconds %g --seed %ld", r->seconds, r->seed);
  if (r->interrupts >= 0) printf(" --interrupts %ld", r->interrupts);
  if (r->strategies) printf(" --strategies %s", r->strategies);
  printf("\n");
}

int tm_command_race(int argc, char **argv) {
  struct request r = {.seconds = 1, .seed = -1, .interrupts = -1};
  struct tm_args a = tm_args(argc, argv);
  int status = parse(&a, &r);
  if (status) return status < 0 ? TM_EXIT_OK : status;
  struct tm_error error = {""};
  static struct line lines[STRATEGIES];
  size_t count;
  if (pick(r.strategies, lines, &count, &error)) return tm_cli_wrong("race", "%s", error.text);
  if (r.seed < 0) r.seed = (long)tm_rng_fresh_seed();
  uint64_t seed = (uint64_t)r.seed;
  struct tm_litmus *test =
      tm_litmus_read(TIDEMARK_SOURCE_DIR "/harness/litmus/tests/size-after-access.litmus", &error);
  struct tm_oracle *oracle = test ? tm_oracle_judge(test, &error) : NULL;
  if (!oracle) return tm_cli_wrong("race", "%s", error.text);

  for (size_t i = 0; i < count; i++) {
    if (isatty(2))
      fprintf(stderr, "\r\033[K%s  %zu/%zu  %.0f s left", lines[i].entry->strategy->name, i, count,
              (double)(count - i) * 2 * r.seconds);
    run_both(test, oracle, &r, &lines[i]);
  }
  if (isatty(2)) fputs("\r\033[K", stderr);
  bool allowed = tm_oracle_allowed(oracle);
  status = measure_costs(lines, count, seed, &error) ? tm_cli_wrong("race", "%s", error.text) : 0;
  if (!status && (!r.json || strcmp(r.json, "-"))) {
    print_table(lines, count, allowed);
    for (size_t i = 0; i < count; i++)
      if (lines[i].resident.witnesses || lines[i].fresh.witnesses) {
        draw_witness(&lines[i]);
        break;
      }
    print_sentence(lines, count, allowed);
    print_repeat(&r);
  }
  if (!status && r.json) status = write_json(r.json, lines, count, allowed, seed, r.interrupts);
  for (size_t i = 0; i < count; i++) {
    uint64_t forbidden = lines[i].resident.forbidden + lines[i].fresh.forbidden;
    if (!status && forbidden && lines[i].entry->kind == TM_KIND_candidate) status = TM_EXIT_NO;
    tm_run_free(&lines[i].resident);
    tm_run_free(&lines[i].fresh);
  }
  tm_oracle_free(oracle);
  tm_litmus_free(test);
  return status;
}
