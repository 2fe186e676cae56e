/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark figures: the few figures by which the translator and the two ends of the strategies are
 * judged, each a ratio within this one run. results/ holds what it printed on which machine. */
#include "bench/workloads/workloads.h"
#include "core/linear.h"
#include "core/port.h"
#include "harness/cli/cli.h"
#include "harness/cli/rivals.h"
#include "harness/stats/stats.h"
#include "harness/wasm/emit.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const char help[] =
    "usage: tidemark figures [--only PARTS] [--blocks N] [--json FILE] [MODULE.wasm]\n\n"
    "Measure, each as a ratio within this run, with a 95 % interval:\n"
    "  code         the built-in workloads on one thread, in random blocks: nocheck against the\n"
    "               same C compiled natively, with and without auto-vectorisation; guard against\n"
    "               nocheck; modules with vectors against vectorised native code\n"
    "  engines      the same workloads built for one thread and an ordinary memory: guard against\n"
    "               wasm2c (compiled by the same compiler) and against Wasmtime\n"
    "  grow         by one page under guard against the bare mprotect call; under precommit in ns\n"
    "  translation  of MODULE to C, in MB of wasm a second on one core (without a module: of the\n"
    "               largest one that bench/modules/fetch has fetched, or not at all)\n"
    "The time of a workload is what it says itself, between setting up and checking; it holds no\n"
    "translation, compilation or start.\n\n"
    "  --only PARTS  some of them, separated by commas\n"
    "  --blocks N    runs of each program, 3 to 100 (default 7)\n"
    "  --json FILE   the figures with every raw sample; - for standard output\n";

enum { MAX_BLOCKS = 100, MAX_WORKLOADS = 32, GROW_BLOCKS = 25, GROWS = 4000 };

enum part { CODE = 1, ENGINES = 2, GROW = 4, TRANSLATION = 8 };
static const struct {
  const char *name;
  enum part part;
} parts[] = {{"code", CODE}, {"engines", ENGINES}, {"grow", GROW}, {"translation", TRANSLATION}};

/* What is run of each workload. */
enum build {
  NOVEC,
  NATIVE,
  NOCHECK,
  GUARD,
  SIMD,
  NATIVE_AGAIN,
  SINGLE,
  WASM2C,
  WASMTIME,
  SINGLE_AGAIN,
  BUILDS
};
static const struct {
  enum part part;
  enum tm_workload_build file;
  const char *strategy; /* NULL: a native program, or a rival's */
  int rival;            /* an enum tm_rival, or -1 */
  const char *label;
} builds[BUILDS] = {
    [NOVEC] = {CODE, TM_WORKLOAD_NATIVE_NOVEC, NULL, -1, "native, not vectorised"},
    [NATIVE] = {CODE, TM_WORKLOAD_NATIVE, NULL, -1, "native"},
    [NOCHECK] = {CODE, TM_WORKLOAD_WASM, "nocheck", -1, "nocheck"},
    [GUARD] = {CODE, TM_WORKLOAD_WASM, "guard", -1, "guard"},
    [SIMD] = {CODE, TM_WORKLOAD_SIMD_WASM, "nocheck", -1, "nocheck, with vectors"},
    [NATIVE_AGAIN] = {CODE, TM_WORKLOAD_NATIVE_NOVEC, NULL, -1, "native, not vectorised (A/A)"},
    [SINGLE] = {ENGINES, TM_WORKLOAD_SINGLE_WASM, "guard", -1, "guard, single"},
    [WASM2C] = {ENGINES, TM_WORKLOAD_SINGLE_WASM, NULL, TM_RIVAL_WASM2C, "wasm2c, single"},
    [WASMTIME] = {ENGINES, TM_WORKLOAD_SINGLE_WASM, NULL, TM_RIVAL_WASMTIME, "Wasmtime, single"},
    [SINGLE_AGAIN] = {ENGINES, TM_WORKLOAD_SINGLE_WASM, "guard", -1, "guard, single (A/A)"},
};

/* The ratios asked for: build `over` relative to `under`. */
static const struct {
  enum build over, under;
  const char *name;
} ratios[] = {
    {NOCHECK, NOVEC, "nocheck / native without vectorisation"},
    {NOCHECK, NATIVE, "nocheck / native"},
    {GUARD, NOCHECK, "guard / nocheck"},
    {SIMD, NATIVE, "nocheck with vectors / native"},
    {NATIVE_AGAIN, NOVEC, "A/A control: native / native"},
    {SINGLE, WASM2C, "guard / wasm2c"},
    {SINGLE, WASMTIME, "guard / Wasmtime"},
    {SINGLE_AGAIN, SINGLE, "A/A control: guard / guard"},
};
enum { RATIOS = sizeof ratios / sizeof *ratios };

struct request {
  const char *json, *module;
  long blocks;
  unsigned parts;
};

struct figures {
  unsigned parts;
  size_t blocks;
  struct tm_rivals rivals;
  double seconds[MAX_WORKLOADS][BUILDS][MAX_BLOCKS];
  struct tm_ratio ratio[MAX_WORKLOADS][RATIOS], geomean[RATIOS];
  double bare_ns[GROW_BLOCKS], guard_ns[GROW_BLOCKS], precommit_ns[GROW_BLOCKS];
  struct tm_ratio grow;
  double translated_mb, translated_mb_per_second; /* 0: not measured */
  char translated[PATH_MAX];
};

/* ---- generated code ---------------------------------------------------------------------------*/

/* Run a program that says "work N ns" on stderr; its output is thrown away. Seconds, or < 0. */
static double run_program(char **argv) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) return -1;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
  pid_t pid;
  int failed = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  char text[4096];
  size_t size = 0;
  ssize_t n;
  while (!failed && size < sizeof text - 1 &&
         (n = read(ends[0], text + size, sizeof text - 1 - size)) > 0)
    size += (size_t)n;
  close(ends[0]);
  text[size] = '\0';
  int status = -1;
  while (!failed && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  const char *found = strstr(text, "work ");
  return status == 0 && found ? strtod(found + 5, NULL) / 1e9 : -1;
}

/* Is this build of the workload measured? */
static bool exists(const struct figures *f, const struct tm_workload *w, enum build b) {
  if (!(builds[b].part & f->parts) || (b == SIMD && !w->simd)) return false;
  return builds[b].rival < 0 || !*f->rivals.absent[builds[b].rival];
}
/* Is this ratio of the workload measured? NULL: of any. */
static bool has_ratio(const struct figures *f, const struct tm_workload *w, size_t r) {
  if (w) return exists(f, w, ratios[r].over) && exists(f, w, ratios[r].under);
  for (size_t i = 0; i < tm_workload_count; i++)
    if (has_ratio(f, &tm_workloads[i], r)) return true;
  return false;
}

static int run_build(const struct figures *f, const char *self, const struct tm_workload *w,
                     enum build b, uint32_t size, double *seconds, struct tm_error *error) {
  char *path = tm_workload_path(w->name, builds[b].file), number[16], *argv[16];
  size_t n = 0;
  if (!path) return tm_fail(error, -ENOMEM, "out of memory");
  snprintf(number, sizeof number, "%u", size);
  if (builds[b].rival >= 0) {
    n = tm_rivals_command(&f->rivals, (enum tm_rival)builds[b].rival, w, argv);
  } else if (builds[b].strategy) {
    char *own[] = {(char *)self, "run", "--strategy", (char *)builds[b].strategy, "--", path};
    memcpy(argv, own, sizeof own);
    n = sizeof own / sizeof *own;
  } else {
    argv[n++] = path;
  }
  memcpy(argv + n, (char *[]){"1", number, "--time", NULL}, 4 * sizeof *argv);
  *seconds = run_program(argv);
  int result = *seconds >= 0
                   ? 0
                   : tm_fail(error, -EIO, "%s (%s) did not run; build the workloads again", path,
                             builds[b].label);
  free(path);
  return result;
}

static void show_progress(size_t done, size_t total, const struct timespec *begun) {
  struct timespec now;
  if (!isatty(2) || !done) return;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double spent = (double)(now.tv_sec - begun->tv_sec);
  fprintf(stderr, "\r\033[Kworkloads %zu/%zu  %.0f s left", done, total,
          spent / (double)done * (double)(total - done));
  if (done == total) fputs("\r\033[K", stderr);
}

/* One run of every build of the workload, in random order. */
static int run_block(struct figures *f, const char *self, size_t w, size_t block,
                     struct tm_rng *rng, struct tm_error *error) {
  const struct tm_workload *workload = &tm_workloads[w];
  size_t order[BUILDS];
  double warm;
  tm_order_block(rng, BUILDS, order);
  for (size_t i = 0; i < BUILDS; i++) {
    enum build b = (enum build)order[i];
    if (!exists(f, workload, b)) continue;
    int result = run_build(f, self, workload, b, block ? workload->size : workload->test_size,
                           block ? &f->seconds[w][b][block - 1] : &warm, error);
    if (result) return result;
  }
  return 0;
}

static int compute_ratios(struct figures *f, struct tm_error *error) {
  for (size_t r = 0; r < RATIOS; r++) {
    struct tm_ratio column[MAX_WORKLOADS];
    size_t count = 0;
    if (!has_ratio(f, NULL, r)) continue;
    for (size_t w = 0; w < tm_workload_count; w++) {
      if (!has_ratio(f, &tm_workloads[w], r)) continue;
      int result = tm_ratio_paired(f->seconds[w][ratios[r].over], f->seconds[w][ratios[r].under],
                                   f->blocks, 0.95, &f->ratio[w][r], error);
      if (result) return result;
      column[count++] = f->ratio[w][r];
    }
    int result = tm_ratio_geomean(column, count, 0.95, &f->geomean[r], error);
    if (result) return result;
  }
  return 0;
}

static int measure_workloads(struct figures *f, uint64_t seed, struct tm_error *error) {
  char self[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length < 0) return tm_fail(error, -errno, "cannot find this program");
  self[length] = '\0';
  if (f->parts & ENGINES) {
    int result = tm_rivals_open(&f->rivals, error);
    if (result) return result;
  }
  struct tm_rng rng = tm_rng(seed);
  struct timespec begun;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  size_t done = 0, total = (f->blocks + 1) * tm_workload_count;
  for (size_t block = 0; block <= f->blocks; block++) /* the first one compiles and warms up */
    for (size_t w = 0; w < tm_workload_count; w++) {
      int result = run_block(f, self, w, block, &rng, error);
      if (result) return result;
      show_progress(++done, total, &begun);
    }
  return compute_ratios(f, error);
}

/* ---- grow -------------------------------------------------------------------------------------*/

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double time_bare(void) {
  uint8_t *base;
  uint64_t bytes = (GROWS + 1) * TM_PAGE_BYTES;
  if (tm_port_reserve(bytes, &base)) tm_die("no address space");
  if (tm_port_commit(base, TM_PAGE_BYTES)) tm_die("mprotect failed");
  double begun = now_ns();
  for (uint64_t i = 1; i <= GROWS; i++)
    if (mprotect(base + i * TM_PAGE_BYTES, TM_PAGE_BYTES, PROT_READ | PROT_WRITE))
      tm_die("mprotect failed");
  double ns = (now_ns() - begun) / GROWS;
  tm_port_release(base, bytes);
  return ns;
}

static double time_grow(const char *name) {
  const struct tm_strategy *s = tm_strategy_find(name)->strategy;
  const struct tm_memory_type type = {1, GROWS + 1, TM_INDEX32, true};
  struct tm_linear *memory;
  void *view = aligned_alloc(128, (s->view_bytes + 127) & ~(size_t)127);
  if (!view || tm_linear_new(s, &type, &memory) || tm_linear_attach(memory, view))
    tm_die("%s: no memory", name);
  double begun = now_ns();
  for (int i = 0; i < GROWS; i++)
    if (s->grow(view, 1) < 0) tm_die("%s: a grow failed", name);
  double ns = (now_ns() - begun) / GROWS;
  tm_linear_detach(memory, view);
  tm_linear_drop(memory);
  free(view);
  return ns;
}

static int measure_grow(struct figures *f, uint64_t seed, struct tm_error *error) {
  struct tm_rng rng = tm_rng(seed);
  for (int b = 0; b < GROW_BLOCKS; b++) {
    size_t order[3];
    tm_order_block(&rng, 3, order);
    for (int i = 0; i < 3; i++)
      if (order[i] == 0)
        f->bare_ns[b] = time_bare();
      else if (order[i] == 1)
        f->guard_ns[b] = time_grow("guard");
      else
        f->precommit_ns[b] = time_grow("precommit");
  }
  return tm_ratio_paired(f->guard_ns, f->bare_ns, GROW_BLOCKS, 0.95, &f->grow, error);
}

/* ---- translation ------------------------------------------------------------------------------*/

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st, (void)kind, (void)ftw;
  return remove(path);
}

static int translate(struct figures *f, const void *wasm, size_t size, struct tm_error *error) {
  double best = INFINITY;
  for (int i = 0; i < 5; i++) {
    char folder[] = "/tmp/tidemark-figures.XXXXXX";
    size_t units;
    struct timespec a, b;
    if (!mkdtemp(folder)) return tm_fail(error, -errno, "cannot make a folder in /tmp");
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    int result =
        tm_emit_files(f->translated, wasm, size, &(struct tm_emit_options){.strategy = "guard"},
                      folder, &units, error);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (result) return result;
    double seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
    if (seconds < best) best = seconds;
  }
  f->translated_mb = (double)size / 1e6;
  f->translated_mb_per_second = f->translated_mb / best;
  return 0;
}

static int measure_translation(struct figures *f, const char *module, struct tm_error *error) {
  static const char *const fetched[] = {"ruby", "cpython", "gcc", "resvg", "quickjs"};
  char path[PATH_MAX] = "";
  if (module) snprintf(path, sizeof path, "%s", module);
  for (size_t i = 0; !module && i < sizeof fetched / sizeof *fetched; i++) {
    snprintf(path, sizeof path, "%s/.cache/modules/%s.wasm", TIDEMARK_SOURCE_DIR, fetched[i]);
    if (access(path, R_OK) == 0) break;
    path[0] = '\0';
  }
  if (!path[0]) return 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) || st.st_size <= 0) {
    if (fd < 0) return tm_fail(error, -errno, "cannot read %s: %s", path, strerror(errno));
    close(fd);
    return tm_fail(error, -EINVAL, "%s is no module", path);
  }
  void *wasm = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (wasm == MAP_FAILED) return tm_fail(error, -errno, "cannot read %s", path);
  const char *slash = strrchr(path, '/');
  snprintf(f->translated, sizeof f->translated, "%s", slash ? slash + 1 : path);
  int result = translate(f, wasm, (size_t)st.st_size, error);
  munmap(wasm, (size_t)st.st_size);
  return result;
}

/* ---- showing ----------------------------------------------------------------------------------*/

static void print_workloads(const struct figures *f) {
  printf("Generated code, one thread, %zu blocks; time relative to the second, 95 %% interval\n",
         f->blocks);
  for (size_t r = 0; r < RATIOS; r++) {
    if (!has_ratio(f, NULL, r)) continue;
    printf("\n  %s\n", ratios[r].name);
    for (size_t w = 0; w < tm_workload_count; w++)
      if (has_ratio(f, &tm_workloads[w], r))
        printf("    %-12s %6.3f  [%.3f, %.3f]\n", tm_workloads[w].name, f->ratio[w][r].ratio,
               f->ratio[w][r].low, f->ratio[w][r].high);
    printf("    %-12s %6.3f  [%.3f, %.3f]\n", "geomean", f->geomean[r].ratio, f->geomean[r].low,
           f->geomean[r].high);
  }
  for (int k = 0; f->parts & ENGINES && k < TM_RIVALS; k++) {
    char text[512];
    tm_rivals_describe(&f->rivals, (enum tm_rival)k, text, sizeof text);
    printf("%s  %s\n", k ? "" : "\n", text);
  }
}

static void print(const struct figures *f, uint64_t seed) {
  if (f->parts & (CODE | ENGINES)) print_workloads(f);
  if (f->parts & GROW) {
    printf("\nGrow by one page, %d blocks of %d\n", GROW_BLOCKS, GROWS);
    printf("  guard / bare mprotect  %.3f  [%.3f, %.3f]  (medians %.0f and %.0f ns)\n",
           f->grow.ratio, f->grow.low, f->grow.high, tm_median(f->guard_ns, GROW_BLOCKS),
           tm_median(f->bare_ns, GROW_BLOCKS));
    printf("  precommit              %.1f ns\n", tm_median(f->precommit_ns, GROW_BLOCKS));
  }
  if (f->translated_mb > 0)
    printf("\nTranslation of %s, %.1f MB: %.1f MB of wasm a second on one core (best of 5)\n",
           f->translated, f->translated_mb, f->translated_mb_per_second);
  else if (f->parts & TRANSLATION)
    printf("\nTranslation: not measured; bench/modules/fetch fetches large modules\n");
  printf("\nSeed %llu\n", (unsigned long long)seed);
}

static cJSON *ratio_json(const struct tm_ratio *r) {
  return cJSON_CreateDoubleArray((const double[]){r->ratio, r->low, r->high}, 3);
}

static void add_workloads(const struct figures *f, cJSON *all) {
  cJSON *code = cJSON_AddObjectToObject(all, "generated_code");
  for (size_t r = 0; r < RATIOS; r++) {
    if (!has_ratio(f, NULL, r)) continue;
    cJSON *o = cJSON_AddObjectToObject(code, ratios[r].name);
    for (size_t w = 0; w < tm_workload_count; w++)
      if (has_ratio(f, &tm_workloads[w], r))
        cJSON_AddItemToObject(o, tm_workloads[w].name, ratio_json(&f->ratio[w][r]));
    cJSON_AddItemToObject(o, "geomean", ratio_json(&f->geomean[r]));
  }
  cJSON *samples = cJSON_AddObjectToObject(all, "seconds");
  for (size_t w = 0; w < tm_workload_count; w++) {
    cJSON *o = cJSON_AddObjectToObject(samples, tm_workloads[w].name);
    for (int b = 0; b < BUILDS; b++)
      if (exists(f, &tm_workloads[w], (enum build)b))
        cJSON_AddItemToObject(o, builds[b].label,
                              cJSON_CreateDoubleArray(f->seconds[w][b], (int)f->blocks));
  }
  for (int k = 0; f->parts & ENGINES && k < TM_RIVALS; k++) {
    char text[512];
    tm_rivals_describe(&f->rivals, (enum tm_rival)k, text, sizeof text);
    cJSON *list = k ? cJSON_GetObjectItem(all, "engines") : cJSON_AddArrayToObject(all, "engines");
    cJSON_AddItemToArray(list, cJSON_CreateString(text));
  }
}

static int write_json(const struct figures *f, uint64_t seed, const char *path) {
  cJSON *all = cJSON_CreateObject();
  cJSON_AddNumberToObject(all, "seed", (double)seed);
  if (f->parts & (CODE | ENGINES)) add_workloads(f, all);
  if (f->parts & GROW) {
    cJSON *grow = cJSON_AddObjectToObject(all, "grow_one_page");
    cJSON_AddItemToObject(grow, "guard / bare mprotect", ratio_json(&f->grow));
    cJSON_AddItemToObject(grow, "bare_ns", cJSON_CreateDoubleArray(f->bare_ns, GROW_BLOCKS));
    cJSON_AddItemToObject(grow, "guard_ns", cJSON_CreateDoubleArray(f->guard_ns, GROW_BLOCKS));
    cJSON_AddItemToObject(grow, "precommit_ns",
                          cJSON_CreateDoubleArray(f->precommit_ns, GROW_BLOCKS));
  }
  if (f->translated_mb > 0) {
    cJSON *t = cJSON_AddObjectToObject(all, "translation");
    cJSON_AddStringToObject(t, "module", f->translated);
    cJSON_AddNumberToObject(t, "megabytes", f->translated_mb);
    cJSON_AddNumberToObject(t, "megabytes_per_second", f->translated_mb_per_second);
  }
  return tm_cli_write_json("figures", all, path);
}

/* ---- the command ------------------------------------------------------------------------------*/

/* "code,grow" → bits. False when a name is none. */
static bool parse_parts(const char *list, unsigned *bits) {
  *bits = 0;
  for (const char *p = list;; p++) {
    size_t length = strcspn(p, ","), i = 0, n = sizeof parts / sizeof *parts;
    while (i < n && (strlen(parts[i].name) != length || strncmp(parts[i].name, p, length))) i++;
    if (i == n) return false;
    *bits |= parts[i].part;
    p += length;
    if (!*p) return true;
  }
}

/* 0, or the exit status of a wrong command line. */
static int parse(struct tm_args *a, struct request *r) {
  const char *value;
  while (tm_args_option(a)) {
    if ((value = tm_args_value(a, "--json"))) {
      r->json = value;
    } else if ((value = tm_args_value(a, "--only"))) {
      if (!parse_parts(value, &r->parts))
        return tm_cli_wrong("figures",
                            "--only takes code, engines, grow, translation, separated by commas, "
                            "not '%s'",
                            value);
    } else if ((value = tm_args_value(a, "--blocks"))) {
      if (!tm_cli_number(value, 3, MAX_BLOCKS, &r->blocks))
        return tm_cli_wrong("figures", "--blocks takes a number from 3 to %d, not '%s'", MAX_BLOCKS,
                            value);
    } else {
      return tm_args_unknown(a, "figures");
    }
  }
  if (a->next < a->argc) r->module = a->argv[a->next++];
  if (a->next < a->argc)
    return tm_cli_wrong("figures", "unexpected argument '%s'", a->argv[a->next]);
  return 0;
}

int tm_command_figures(int argc, char **argv) {
  struct request r = {.blocks = 7, .parts = CODE | ENGINES | GROW | TRANSLATION};
  struct tm_args a = tm_args(argc, argv);
  if (argc > 1 && !strcmp(argv[1], "--help")) return fputs(help, stdout), TM_EXIT_OK;
  int status = parse(&a, &r);
  if (status) return status;
  if (tm_workload_count > MAX_WORKLOADS) tm_die("more workloads than MAX_WORKLOADS");
  static struct figures f;
  f.blocks = (size_t)r.blocks;
  f.parts = r.parts;
  uint64_t seed = tm_rng_fresh_seed();
  struct tm_error error = {""};
  int result = 0;
  if (f.parts & TRANSLATION) result = measure_translation(&f, r.module, &error);
  if (!result && f.parts & GROW) result = measure_grow(&f, seed, &error);
  if (!result && f.parts & (CODE | ENGINES)) result = measure_workloads(&f, seed, &error);
  if (result) {
    status = tm_cli_wrong("figures", "%s", error.text);
  } else {
    if (!r.json || strcmp(r.json, "-")) print(&f, seed);
    if (r.json) status = write_json(&f, seed, r.json);
  }
  if (f.parts & ENGINES) tm_rivals_close(&f.rivals);
  return status;
}
