/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark compare: one guest, or the built-in workloads, under several strategies. */
#include "harness/report/compare.h"
#include "bench/workloads/workloads.h"
#include "harness/cli/cli.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tidemark compare [OPTION…] [module.wasm [ARGUMENT…]]\n\n"
    "Run a module, or without one the built-in workloads, under every strategy in random complete\n"
    "blocks, one process a run. Prints the guest's time relative to nocheck with a 95 % interval,\n"
    "largest resident memory, machine code, grows, and whether the output was the same "
    "everywhere.\n\n"
    "  --strategies A,B,…  which (default: every floor and candidate); nocheck is always the base\n"
    "  --layout NAME       where instances keep what they know of their memory (see run --help)\n"
    "  --layouts A,B,…     compare layouts instead, under the one strategy of --strategies "
    "(default\n"
    "                      guard); inline is always the base\n"
    "  --owned             the built-in workloads with one thread and a memory of their own\n"
    "  --blocks N          runs of each strategy, 1 to 1000 (default 3)\n"
    "  --workloads A,B,…   which built-in workloads (default: all)\n"
    "  --threads N         guest threads of the built-in workloads, 1 to 8 (default 2)\n"
    "  --quick             the built-in workloads at the size that tests use\n"
    "  --dir HOST::GUEST   give the module a folder; may be repeated\n"
    "  --env NAME=VALUE    set a variable for the module; may be repeated\n"
    "  --seed N            of the order of runs (default: fresh, printed)\n"
    "  --json FILE         everything, raw samples included; - for standard output\n\n"
    "Exit status: 0, or 1 when some strategy's output differs, or 2 when something failed.\n";

enum { MAX_GUESTS = 64, MAX_FLAGS = 64 };

struct request {
  const char *strategies, *layouts, *workloads, *json;
  struct tm_layout layout;
  long blocks, threads, seed;
  bool quick, owned;
  char *flags[MAX_FLAGS + 1];
  size_t flag_count;
};

/* A built-in workload as a guest; its words live here. */
struct builtin {
  char *path, threads[8], size[16], small_size[16];
  char *argv[3], *small[3];
};

static bool make_builtin(const struct tm_workload *w, const struct request *r, struct builtin *b,
                         struct tm_compare_guest *g) {
  b->path = tm_workload_path(w->name, r->owned ? TM_WORKLOAD_SINGLE_WASM : TM_WORKLOAD_WASM);
  snprintf(b->threads, sizeof b->threads, "%ld", r->owned ? 1 : r->threads);
  snprintf(b->size, sizeof b->size, "%u", r->quick ? w->test_size : w->size);
  b->argv[0] = b->threads;
  b->argv[1] = b->size;
  snprintf(b->small_size, sizeof b->small_size, "%u", w->test_size);
  b->small[0] = b->threads;
  b->small[1] = b->small_size;
  *g = (struct tm_compare_guest){
      .label = w->name, .path = b->path, .argv = b->argv, .small = b->small};
  return b->path != NULL;
}

static int pick_builtins(const struct request *r, struct builtin *store,
                         struct tm_compare_guest *guests, size_t *count, struct tm_error *error) {
  char name[64];
  *count = 0;
  for (size_t i = 0; !r->workloads && i < tm_workload_count && i < MAX_GUESTS; i++, ++*count)
    if (!make_builtin(&tm_workloads[i], r, &store[*count], &guests[*count]))
      return tm_fail(error, -ENOMEM, "out of memory");
  for (const char *p = r->workloads; p && *p; p += strcspn(p, ","), p += *p == ',') {
    snprintf(name, sizeof name, "%.*s", (int)strcspn(p, ","), p);
    const struct tm_workload *w = tm_workload_find(name);
    if (!w || *count == MAX_GUESTS)
      return tm_fail(error, -EINVAL,
                     "unknown workload '%s'; bench/workloads/workloads.def lists them", name);
    if (!make_builtin(w, r, &store[*count], &guests[*count]))
      return tm_fail(error, -ENOMEM, "out of memory");
    ++*count;
  }
  return *count ? 0 : tm_fail(error, -EINVAL, "the list of workloads is empty");
}

/* nocheck first, then the others in the order asked for. */
static int pick_strategies(const struct request *r, struct tm_compare *c, struct tm_error *error) {
  c->strategies = TM_COMPARE_STRATEGIES - 1;
  for (size_t i = 0; i < TM_COMPARE_STRATEGIES; i++) c->layout[i] = r->layout;
  int result = tm_cli_strategies(r->strategies, c->strategy + 1, &c->strategies, error);
  if (result) return result;
  c->strategy[0] = tm_strategy_find("nocheck");
  size_t n = 1;
  for (size_t i = 1; i <= c->strategies; i++) {
    bool twice = false;
    for (size_t k = 0; k < n; k++) twice = twice || c->strategy[k] == c->strategy[i];
    if (!twice) c->strategy[n++] = c->strategy[i];
  }
  c->strategies = n;
  return 0;
}

static int add_layout(struct tm_compare *c, const char *text, struct tm_error *error) {
  struct tm_layout layout;
  int result = tm_layout_parse(text, &layout, error);
  if (result) return result;
  for (size_t i = 0; i < c->strategies; i++)
    if (c->layout[i].place == layout.place && c->layout[i].size_call == layout.size_call) return 0;
  if (c->strategies == TM_COMPARE_STRATEGIES)
    return tm_fail(error, -EINVAL, "the list of layouts is too long");
  c->strategy[c->strategies] = c->strategy[0];
  c->layout[c->strategies++] = layout;
  return 0;
}

/* One strategy in several layouts, inline first. */
static int pick_layouts(const struct request *r, struct tm_compare *c, struct tm_error *error) {
  size_t count = TM_COMPARE_STRATEGIES;
  int result =
      tm_cli_strategies(r->strategies ? r->strategies : "guard", c->strategy, &count, error);
  if (result) return result;
  if (count != 1)
    return tm_fail(error, -EINVAL, "--layouts compares layouts under one strategy, not %zu", count);
  c->strategies = 0;
  c->of_layouts = true;
  c->layout[c->strategies++] = (struct tm_layout){0};
  char name[64];
  for (const char *p = r->layouts; *p && !result; p += strcspn(p, ","), p += *p == ',') {
    snprintf(name, sizeof name, "%.*s", (int)strcspn(p, ","), p);
    result = add_layout(c, name, error);
  }
  return result;
}

/* ---- showing ----------------------------------------------------------------------------------*/

/* The base is a strategy, or a layout where those are compared. */
static const char *base_name(const struct tm_compare *c) {
  return c->of_layouts ? "inline" : "nocheck";
}

/* The buffer is overwritten by the next call. */
static const char *column_name(const struct tm_compare *c, size_t s) {
  static char name[TM_LAYOUT_NAME + 8];
  if (s == c->strategies) return c->of_layouts ? "inline (A/A)" : "nocheck (A/A)";
  if (!c->of_layouts) return c->strategy[s]->strategy->name;
  return tm_layout_name(c->layout[s], name);
}

static void print_ratio(const struct tm_ratio *r) {
  if (isfinite(r->high))
    printf("%7.3f  [%.3f, %.3f]", r->ratio, r->low, r->high);
  else
    printf("%7.3f  [unknown]     ", r->ratio);
}

static void print_guest(const struct tm_compare *c, size_t g, const char *label) {
  printf("\n%s\n  %-14s %7s  %-15s %9s %9s %9s %7s  %s\n", label,
         c->of_layouts ? "layout" : "strategy", "time", "95 % interval", "seconds", "peak MiB",
         "code KiB", "grows", "output");
  for (size_t s = 0; s <= c->strategies; s++) {
    const struct tm_compare_cell *cell = tm_compare_cell(c, g, s);
    printf("  %-14s ", column_name(c, s));
    if (cell->left_out > 0) {
      printf("left out: about %.0f times slower on a small input\n", cell->left_out);
      continue;
    }
    print_ratio(&cell->time);
    printf(" %9.3f %9.1f %9.1f %7llu  %s%s\n", cell->median_seconds,
           (double)cell->peak_bytes / 1048576, (double)cell->code_bytes / 1024,
           (unsigned long long)cell->grows, cell->same_output ? "same" : "DIFFERENT ",
           cell->same_output ? "" : cell->difference);
  }
}

static void print_geomean(const struct tm_compare *c) {
  printf("\ngeometric mean over %zu guests\n  %-14s %7s  %s\n", c->guests, "strategy", "time",
         "95 % interval");
  for (size_t s = 0; s <= c->strategies; s++) {
    printf("  %-14s ", column_name(c, s));
    if (c->geomean[s].blocks)
      print_ratio(&c->geomean[s]);
    else
      fputs("left out of some", stdout);
    putchar('\n');
  }
}

static cJSON *ratio_json(const struct tm_ratio *r) {
  cJSON *o = cJSON_CreateObject();
  cJSON_AddNumberToObject(o, "ratio", r->ratio);
  cJSON_AddNumberToObject(o, "low", r->low);
  if (isfinite(r->high))
    cJSON_AddNumberToObject(o, "high", r->high);
  else
    cJSON_AddNullToObject(o, "high");
  return o;
}

static cJSON *cell_json(const struct tm_compare *c, size_t g, size_t s, const char *label) {
  const struct tm_compare_cell *cell = tm_compare_cell(c, g, s);
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "guest", label);
  cJSON_AddStringToObject(o, "strategy", c->strategy[s == c->strategies ? 0 : s]->strategy->name);
  char layout[TM_LAYOUT_NAME];
  cJSON_AddStringToObject(o, "layout",
                          tm_layout_name(c->layout[s == c->strategies ? 0 : s], layout));
  cJSON_AddBoolToObject(o, "control", s == c->strategies);
  if (cell->left_out > 0) {
    cJSON_AddNumberToObject(o, "left_out_times_slower", cell->left_out);
    return o;
  }
  cJSON_AddItemToObject(o, "time", ratio_json(&cell->time));
  cJSON_AddItemToObject(o, "seconds", cJSON_CreateDoubleArray(cell->seconds, (int)c->blocks));
  cJSON_AddNumberToObject(o, "peak_bytes", (double)cell->peak_bytes);
  cJSON_AddNumberToObject(o, "code_bytes", (double)cell->code_bytes);
  cJSON_AddNumberToObject(o, "grows", (double)cell->grows);
  cJSON_AddBoolToObject(o, "same_output", cell->same_output);
  return o;
}

static int write_json(const struct tm_compare *c, const struct tm_compare_guest *guests,
                      const char *path) {
  cJSON *all = cJSON_CreateObject();
  cJSON_AddNumberToObject(all, "seed", (double)c->seed);
  cJSON_AddNumberToObject(all, "blocks", (double)c->blocks);
  cJSON *cells = cJSON_AddArrayToObject(all, "cells"),
        *means = cJSON_AddArrayToObject(all, "geomean");
  for (size_t g = 0; g < c->guests; g++)
    for (size_t s = 0; s <= c->strategies; s++)
      cJSON_AddItemToArray(cells, cell_json(c, g, s, guests[g].label));
  for (size_t s = 0; s <= c->strategies; s++) {
    if (!c->geomean[s].blocks) continue;
    cJSON *o = ratio_json(&c->geomean[s]);
    cJSON_AddStringToObject(o, c->of_layouts ? "layout" : "strategy", column_name(c, s));
    cJSON_AddItemToArray(means, o);
  }
  return tm_cli_write_json("compare", all, path);
}

static int show(const struct tm_compare *c, const struct tm_compare_guest *guests,
                const struct request *r) {
  int status = TM_EXIT_OK;
  if (!r->json || strcmp(r->json, "-")) {
    for (size_t g = 0; g < c->guests; g++) print_guest(c, g, guests[g].label);
    if (c->guests > 1) print_geomean(c);
    printf("\n%zu blocks in random order, seed %llu; time is the guest's, relative to %s.\n"
           "%s (A/A) is the same program again: its interval should contain 1.\n",
           c->blocks, (unsigned long long)c->seed, base_name(c), base_name(c));
  }
  if (r->json && write_json(c, guests, r->json)) return TM_EXIT_WRONG;
  for (size_t g = 0; g < c->guests; g++)
    for (size_t s = 0; s <= c->strategies; s++)
      if (!tm_compare_cell(c, g, s)->same_output) {
        fprintf(stderr, "tidemark compare: %s: the %s under %s differs from that under %s\n",
                guests[g].label, tm_compare_cell(c, g, s)->difference, column_name(c, s),
                base_name(c));
        status = TM_EXIT_NO;
      }
  return status;
}

/* ---- asking -----------------------------------------------------------------------------------*/

static int parse(struct tm_args *a, struct request *r) {
  const char *value;
  while (tm_args_option(a)) {
    if (tm_args_flag(a, "--help")) return fputs(help, stdout), -1;
    struct tm_error error;
    if ((value = tm_args_value(a, "--strategies"))) {
      r->strategies = value;
    } else if ((value = tm_args_value(a, "--layouts"))) {
      r->layouts = value;
    } else if ((value = tm_args_value(a, "--layout"))) {
      if (tm_layout_parse(value, &r->layout, &error))
        return tm_cli_wrong("compare", "%s", error.text);
    } else if (tm_args_flag(a, "--owned")) {
      r->owned = true;
    } else if ((value = tm_args_value(a, "--workloads"))) {
      r->workloads = value;
    } else if ((value = tm_args_value(a, "--json"))) {
      r->json = value;
    } else if ((value = tm_args_value(a, "--blocks"))) {
      if (!tm_cli_number(value, 1, 1000, &r->blocks))
        return tm_cli_wrong("compare", "--blocks takes a number from 1 to 1000, not '%s'", value);
    } else if ((value = tm_args_value(a, "--threads"))) {
      if (!tm_cli_number(value, 1, 8, &r->threads))
        return tm_cli_wrong("compare", "--threads takes a number from 1 to 8, not '%s'", value);
    } else if ((value = tm_args_value(a, "--seed"))) {
      if (!tm_cli_number(value, 0, LONG_MAX, &r->seed))
        return tm_cli_wrong("compare", "--seed takes a whole number, not '%s'", value);
    } else if (tm_args_flag(a, "--quick")) {
      r->quick = true;
    } else if ((value = tm_args_value(a, "--dir")) || (value = tm_args_value(a, "--env"))) {
      if (r->flag_count + 2 > MAX_FLAGS) return tm_cli_wrong("compare", "too many --dir and --env");
      r->flags[r->flag_count++] = !strncmp(a->option, "--dir", 5) ? "--dir" : "--env";
      r->flags[r->flag_count++] = (char *)value;
    } else {
      return tm_args_unknown(a, "compare");
    }
  }
  return 0;
}

int tm_command_compare(int argc, char **argv) {
  struct request r = {.blocks = 3, .threads = 2, .seed = -1};
  struct tm_args a = tm_args(argc, argv);
  int status = parse(&a, &r);
  if (status) return status < 0 ? TM_EXIT_OK : status;

  static struct builtin store[MAX_GUESTS];
  struct tm_compare_guest guests[MAX_GUESTS];
  size_t count = 1;
  struct tm_error error = {""};
  struct tm_compare c = {.blocks = (size_t)r.blocks};
  c.seed = r.seed < 0 ? tm_rng_fresh_seed() : (uint64_t)r.seed;
  if (a.next < argc) {
    const char *slash = strrchr(argv[a.next], '/');
    guests[0] = (struct tm_compare_guest){.label = slash ? slash + 1 : argv[a.next],
                                          .path = argv[a.next],
                                          .argv = argv + a.next + 1,
                                          .flags = r.flags};
    if (access(argv[a.next], R_OK))
      return tm_cli_wrong("compare", "cannot read %s: %s", argv[a.next], strerror(errno));
  } else if (pick_builtins(&r, store, guests, &count, &error)) {
    return tm_cli_wrong("compare", "%s", error.text);
  }
  if (r.layouts ? pick_layouts(&r, &c, &error) : pick_strategies(&r, &c, &error))
    return tm_cli_wrong("compare", "%s", error.text);

  char self[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length < 0) return tm_cli_wrong("compare", "cannot find this program: %s", strerror(errno));
  self[length] = '\0';
  status = tm_compare_run(&c, self, guests, count, isatty(2), &error)
               ? tm_cli_wrong("compare", "%s", error.text)
               : show(&c, guests, &r);
  tm_compare_free(&c);
  for (size_t i = 0; i < MAX_GUESTS; i++) free(store[i].path);
  return status;
}
