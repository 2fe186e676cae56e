/* SPDX-License-Identifier: Apache-2.0 */
/* Run the WebAssembly conformance scripts, assertion by assertion, under strategies; "all" are the
 * candidates that this system offers.
 *
 *   conformance [OPTION…] FOLDER|FILE.wast…
 *
 *   --strategy S,T|all        default: guard
 *   --layout L                where instances keep their view of the memory; default: inline
 *   --compiler C, --flags F   of translated modules; default: clang-19, -O1
 *   --jobs N                  processes at once; default: one for each processor
 *   --plant 'NAME(…) TEXT'    a fault: redefine a helper of the translator
 *   --alone                   every module is compiled by itself, as "tidemark run" does
 *
 * First each script is converted and its modules noted, then the modules are compiled, many at a
 * time (modules.h), then each script runs under each strategy in a process of its own.
 *
 * Exit 0: every assertion held but those listed below as known; 1: some did not, each with a line,
 * or a known one held after all; 2: wrong use; 77: no scripts, or no wast2json.
 */
#include "strategies/strategies.h"
#include "tests/conformance/script.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES = 1024, JOBS = 64, STRATEGIES = 64, WATCHDOG_SECONDS = 600 };
enum { END = '\1' }; /* starts the line that ends what a script says under one strategy */

/* What cannot hold, and why. A line ends at the ':' behind its number. */
static struct {
  const char *line, *why;
  bool seen;
} known[] = {
    {"elem.wast:690:", "libwabt 1.0.32 reads no global.get in element segments", false},
    {"elem.wast:700:", "calls the module of line 690", false},
};
enum { KNOWN = sizeof known / sizeof *known };

static struct {
  char path[PATH_MAX];
  FILE *report; /* what the child writes: for each strategy lines, then a result */
} files[FILES];
static int file_count;

static const struct tm_strategy *strategies[STRATEGIES];
static struct sum {
  struct script_result result;
  int excused, unrunnable;
} sums[STRATEGIES];
static size_t strategy_count;

static char work[PATH_MAX]; /* scripts in folders of their numbers, and the modules */
static char wasm[PATH_MAX + 8];
static struct modules *modules;
static bool alone;
static int broken; /* processes that did not end well */

/* ---- processes --------------------------------------------------------------------------------*/

/* Do task(k) for every k below `count`, each in a process of its own, `jobs` at a time. Here, once
 * it has ended, done(k, status). */
static void in_processes(int count, int jobs, void (*task)(int k), void (*done)(int k, int)) {
  struct {
    pid_t pid;
    int k;
  } running[JOBS] = {{0}};
  int started = 0, live = 0;
  while (started < count || live) {
    if (started < count && live < jobs) {
      int slot = 0;
      while (running[slot].pid) slot++;
      fflush(stdout);
      running[slot].k = started++;
      running[slot].pid = fork();
      if (running[slot].pid < 0) tm_die("fork: %s", strerror(errno));
      if (running[slot].pid == 0) {
        task(running[slot].k);
        fflush(stdout);
        _exit(0);
      }
      live++;
      continue;
    }
    int status;
    pid_t pid = wait(&status);
    for (int slot = 0; slot < jobs; slot++) {
      if (running[slot].pid != pid) continue;
      running[slot].pid = 0;
      live--;
      done(running[slot].k, status);
    }
  }
}

static void script_folder(int k, char folder[PATH_MAX]) {
  snprintf(folder, PATH_MAX, "%.*s/%d", PATH_MAX - 16, work, k);
}

static void collect(int k) {
  char folder[PATH_MAX];
  struct script_result result = {0};
  script_folder(k, folder);
  if (mkdir(folder, 0777)) tm_die("cannot create %s: %s", folder, strerror(errno));
  if (alone) return;
  FILE *nowhere = fopen("/dev/null", "we");
  if (!nowhere) tm_die("cannot open /dev/null");
  const struct script_options o = {.work = folder, .note = wasm, .strategy_name = "guard"};
  script_run(files[k].path, &o, nowhere, &result);
}

static void compile(int k) {
  struct tm_error error = {""};
  if (modules_compile(modules, (size_t)k, &error) == 0) return;
  printf("%s\n", error.text);
  fflush(stdout);
  _exit(1);
}

static void prepared(int k, int status) {
  (void)k;
  broken += status != 0;
}

/* What a process that runs a script leaves for its parent. */
static struct {
  int code;
  struct script_result result;
} *left;

static void run_under(int k, size_t strategy) {
  char folder[PATH_MAX];
  script_folder(k, folder);
  const struct script_options o = {.work = folder,
                                   .modules = modules,
                                   .strategy = strategy,
                                   .strategy_name = strategies[strategy]->name};
  alarm(WATCHDOG_SECONDS);
  left->code = script_run(files[k].path, &o, files[k].report, &left->result);
  modules_unload(modules);
}

/* Under each strategy in a process of its own: a crash there is not the end of the others, and a
 * sanitizer has its say at the end of each. */
static void run(int k) {
  left = mmap(NULL, sizeof *left, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (left == MAP_FAILED) tm_die("mmap: %s", strerror(errno));
  for (size_t s = 0; s < strategy_count; s++) {
    int status;
    memset(left, 0, sizeof *left);
    pid_t pid = fork();
    if (pid == 0) {
      run_under(k, s);
      exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) tm_die("fork: %s", strerror(errno));
    if (status) {
      fprintf(files[k].report, "%s: ended with %s %d\n", files[k].path,
              WIFSIGNALED(status) ? "signal" : "status",
              WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
      left->code = -1;
    }
    const struct script_result *r = &left->result;
    fprintf(files[k].report, "%c%d %d %d %d\n", END, left->code, r->passed, r->failed, r->skipped);
    fflush(files[k].report);
  }
}

/* ---- results ----------------------------------------------------------------------------------*/

/* Say why only once, for the first strategy. */
static bool is_known(const char *line, bool say) {
  for (int k = 0; k < KNOWN; k++)
    if (!strncmp(line, known[k].line, strlen(known[k].line))) {
      known[k].seen = true;
      if (say) printf("known: %s %s\n", known[k].line, known[k].why);
      return true;
    }
  return false;
}

/* Known failures of a script that was run and that did not happen; for the next strategy all are
 * unseen again. */
static int known_but_held(const char *path) {
  const char *base = strrchr(path, '/');
  base = base ? base + 1 : path;
  int held = 0;
  for (int k = 0; k < KNOWN; k++) {
    bool seen = known[k].seen;
    known[k].seen = false;
    if (strncmp(known[k].line, base, strlen(base)) != 0 || seen) continue;
    printf("%s held, though it is listed as known not to\n", known[k].line);
    held++;
  }
  return held;
}

/* Print a child's lines and add its counts. */
static void take_report(int k, int status) {
  static char line[1 << 16];
  size_t at = 0;
  int excused = 0;
  FILE *report = files[k].report;
  rewind(report);
  while (at < strategy_count && fgets(line, sizeof line, report)) {
    struct script_result r, *sum = &sums[at].result;
    int code;
    if (line[0] != END) {
      if (is_known(line, at == 0))
        excused++;
      else
        printf("%s: %s", strategies[at]->name, line);
    } else if (sscanf(line + 1, "%d %d %d %d", &code, &r.passed, &r.failed, &r.skipped) == 4) {
      sum->passed += r.passed, sum->skipped += r.skipped;
      sum->failed += r.failed + known_but_held(files[k].path) - excused;
      sums[at].excused += excused;
      sums[at++].unrunnable += code != 0;
      excused = 0;
    }
  }
  fclose(report);
  broken += status || at < strategy_count;
}

static int print_sums(const struct modules_options *o) {
  char layout[TM_LAYOUT_NAME];
  int failed = 0;
  printf("layout %s, translated modules compiled with %s\n"
         "known: cannot hold, for the reasons above; skipped are those about the text format\n"
         "  %-16s %8s %8s %8s %8s %8s\n",
         tm_layout_name(o->layout, layout), o->compile.flags, "strategy", "scripts", "held",
         "did not", "known", "skipped");
  for (size_t k = 0; k < strategy_count; k++) {
    const struct sum *s = &sums[k];
    printf("  %-16s %8d %8d %8d %8d %8d\n", strategies[k]->name, file_count - s->unrunnable,
           s->result.passed, s->result.failed, s->excused, s->result.skipped);
    failed += s->result.failed + s->unrunnable;
  }
  return failed;
}

/* ---- what to run ------------------------------------------------------------------------------*/

static int by_path(const void *a, const void *b) { return strcmp(a, b); }

static int collect_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st, (void)ftw;
  size_t n = strlen(path);
  if (kind == FTW_F && n > 5 && !strcmp(path + n - 5, ".wast") && file_count < FILES)
    snprintf(files[file_count++].path, PATH_MAX, "%s", path);
  return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st, (void)kind, (void)ftw;
  return remove(path);
}

/* "all" or names with commas. */
static int choose(const char *list, struct tm_error *error) {
  size_t count;
  const struct tm_strategy_entry *all = tm_strategies(&count), *chosen[STRATEGIES];
  if (strcmp(list, "all") != 0) {
    strategy_count = STRATEGIES;
    int result = tm_strategies_parse(list, chosen, &strategy_count, error);
    for (size_t k = 0; !result && k < strategy_count; k++) strategies[k] = chosen[k]->strategy;
    return result;
  }
  for (size_t k = 0; k < count; k++) {
    if (all[k].kind != TM_KIND_candidate) continue;
    if (tm_strategy_try(all[k].strategy))
      printf("not offered by this system: %s\n", all[k].strategy->name);
    else
      strategies[strategy_count++] = all[k].strategy;
  }
  return 0;
}

static int prepare(struct modules_options *o, int jobs) {
  snprintf(work, sizeof work, "%s/tidemark-conformance.XXXXXX",
           getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
  if (!mkdtemp(work)) tm_die("cannot create %s: %s", work, strerror(errno));
  snprintf(wasm, sizeof wasm, "%s/wasm", work);
  if (mkdir(wasm, 0777)) tm_die("cannot create %s: %s", wasm, strerror(errno));
  in_processes(file_count, jobs, collect, prepared);
  o->folder = wasm;
  o->strategies = strategies;
  o->strategy_count = strategy_count;
  modules = modules_new(o);
  if (!alone)
    printf("%zu different modules, compiled as %zu objects\n", modules_count(modules),
           modules_objects(modules));
  in_processes((int)modules_objects(modules), jobs, compile, prepared);
  if (broken) printf("the modules cannot be prepared; %s has them\n", work);
  return broken;
}

/* Read the options; *at: the first argument behind them. 0, or 2 after a line. */
static int read_options(int argc, char **argv, struct modules_options *o, int *jobs, int *at) {
  const char *list = "guard", *wrong = NULL;
  struct tm_error error = {""};
  for (*at = 1; *at < argc && !wrong && !strncmp(argv[*at], "--", 2); ++*at) {
    const char *option = argv[*at];
    if (!strcmp(option, "--alone")) {
      alone = true;
      continue;
    }
    if (++*at == argc) {
      wrong = "an option without its value";
      break;
    }
    if (!strcmp(option, "--strategy"))
      list = argv[*at];
    else if (!strcmp(option, "--flags"))
      o->compile.flags = argv[*at];
    else if (!strcmp(option, "--compiler"))
      o->compile.compiler = argv[*at];
    else if (!strcmp(option, "--plant"))
      o->compile.plant = argv[*at];
    else if (!strcmp(option, "--jobs"))
      *jobs = atoi(argv[*at]);
    else if (strcmp(option, "--layout") != 0)
      wrong = "an unknown option";
    else if (tm_layout_parse(argv[*at], &o->layout, &error))
      wrong = error.text;
  }
  if (!wrong && choose(list, &error)) wrong = error.text;
  if (!wrong && (*jobs < 1 || *jobs > JOBS)) wrong = "--jobs takes a number from 1 to 64";
  if (!wrong) return 0;
  fprintf(stderr, "conformance: %s\n", wrong);
  return 2;
}

int main(int argc, char **argv) {
  struct modules_options o = {.compile = {.flags = "-O1"}};
  int jobs = (int)sysconf(_SC_NPROCESSORS_ONLN), at;
  if (read_options(argc, argv, &o, &jobs, &at)) return 2;
  for (; at < argc; at++) nftw(argv[at], collect_one, 16, FTW_PHYS);
  qsort(files, (size_t)file_count, sizeof *files, by_path);
  if (!file_count || system("wast2json --version >/dev/null 2>&1")) {
    puts(file_count ? "skipped: no wast2json; install the package wabt"
                    : "skipped: no conformance scripts; get github.com/WebAssembly/threads and set "
                      "-DTIDEMARK_TESTSUITE to its folder test/core");
    return 77;
  }
  if (prepare(&o, jobs)) return 1;
  for (int k = 0; k < file_count; k++) {
    files[k].report = tmpfile();
    if (!files[k].report) tm_die("no temporary file: %s", strerror(errno));
  }
  in_processes(file_count, jobs, run, take_report);
  nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  return print_sums(&o) || broken;
}
