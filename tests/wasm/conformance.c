/* SPDX-License-Identifier: Apache-2.0 */
/* Run the WebAssembly conformance scripts, two at a time, each in a process of its own that runs it
 * under one strategy after the other; "all" are the candidates that this system offers.
 *
 *   conformance [--strategy S,T|all] [--layout L] [--flags "-O1"] [--jobs N] FOLDER|FILE.wast…
 *
 * Exit 0: every assertion held but those listed below as known; 1: some did not, each with a line,
 * or a known one held after all; 77: no scripts, or no wast2json.
 */
#include "strategies/strategies.h"
#include "tests/wasm/script.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES = 1024, JOBS = 16, STRATEGIES = 64 };

/* What cannot hold, and why. A line ends at the ':' behind its number. */
static struct {
  const char *line, *why;
  bool seen;
} known[] = {
    {"elem.wast:690:", "libwabt 1.0.32 reads no global.get in element segments", false},
    {"elem.wast:700:", "calls the module of line 690", false},
};
enum { KNOWN = sizeof known / sizeof *known };

/* Say why only once, for the first strategy. */
static bool is_known(const char *line, bool say) {
  for (int k = 0; k < KNOWN; k++)
    if (!strncmp(line, known[k].line, strlen(known[k].line))) {
      known[k].seen = true;
      if (say) printf("known: %.*s %s\n", (int)strlen(known[k].line), line, known[k].why);
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

static struct one {
  char path[PATH_MAX];
  pid_t pid;
  FILE *report; /* what the child writes: for each strategy lines, then a result */
} files[FILES];
static int file_count;

static struct {
  const struct tm_strategy *strategy;
  struct script_result sum;
  int unrunnable;
} strategies[STRATEGIES];
static int strategy_count;

static int by_path(const void *a, const void *b) {
  return strcmp(((const struct one *)a)->path, ((const struct one *)b)->path);
}

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

static void run_child(const struct one *f, struct tm_module_options *options) {
  char work[] = "/tmp/tidemark-conformance.XXXXXX";
  bool made = mkdtemp(work) != NULL;
  for (int k = 0; k < strategy_count; k++) {
    struct script_result r = {0};
    options->strategy = strategies[k].strategy;
    int status = made ? script_run(f->path, work, options, f->report, &r) : -1;
    fprintf(f->report, "%c%d %d %d %d\n", '\1', status, r.passed, r.failed, r.skipped);
    fflush(f->report);
  }
  nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  _exit(0);
}

/* Print a child's lines and add its counts; false when it did not finish. */
static bool take_report(struct one *f, int status) {
  static char line[1 << 16];
  int at = 0, excused = 0;
  rewind(f->report);
  while (at < strategy_count && fgets(line, sizeof line, f->report)) {
    struct script_result r, *sum = &strategies[at].sum;
    int code;
    if (line[0] != '\1') {
      if (is_known(line, at == 0))
        excused++;
      else
        printf("%s: %s", strategies[at].strategy->name, line);
    } else if (sscanf(line + 1, "%d %d %d %d", &code, &r.passed, &r.failed, &r.skipped) == 4) {
      sum->passed += r.passed, sum->skipped += r.skipped;
      sum->failed += r.failed + known_but_held(f->path) - excused;
      strategies[at++].unrunnable += code != 0;
      excused = 0;
    }
  }
  fclose(f->report);
  if (at < strategy_count)
    printf("%s: ended early under %s, %s %d\n", f->path, strategies[at].strategy->name,
           WIFSIGNALED(status) ? "signal" : "status",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  fflush(stdout);
  return at == strategy_count;
}

static int add_strategy(const struct tm_strategy_entry *entry) {
  if (!entry || strategy_count == STRATEGIES) return -1;
  strategies[strategy_count++].strategy = entry->strategy;
  return 0;
}

/* "all" or names with commas. */
static int choose(char *list) {
  size_t count;
  const struct tm_strategy_entry *all = tm_strategies(&count);
  if (strcmp(list, "all") != 0) {
    for (char *save, *name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save))
      if (add_strategy(tm_strategy_find(name))) return -1;
    return 0;
  }
  for (size_t k = 0; k < count; k++) {
    if (all[k].kind != TM_KIND_candidate) continue;
    if (tm_strategy_try(all[k].strategy))
      printf("not offered by this system: %s\n", all[k].strategy->name);
    else
      add_strategy(&all[k]);
  }
  return 0;
}

static int run_all(int jobs, struct tm_module_options *options) {
  int started = 0, running = 0, broken = 0;
  while (started < file_count || running) {
    if (started < file_count && running < jobs) {
      struct one *f = &files[started++];
      f->report = tmpfile();
      fflush(stdout);
      f->pid = fork();
      if (f->pid == 0) run_child(f, options);
      running++;
      continue;
    }
    int status;
    pid_t pid = wait(&status);
    for (int k = 0; k < started; k++) {
      if (files[k].pid != pid) continue;
      files[k].pid = 0; /* the system may give the number again */
      broken += !take_report(&files[k], status);
      running--;
      break;
    }
  }
  return broken;
}

static int print_sums(const struct tm_module_options *options) {
  char layout[TM_LAYOUT_NAME];
  int failed = 0;
  for (int k = 0; k < strategy_count; k++) {
    const struct script_result *sum = &strategies[k].sum;
    printf("%d scripts under %s, layout %s: %d assertions held, %d did not; %d about the text "
           "format skipped; %d scripts not convertible\n",
           file_count, strategies[k].strategy->name, tm_layout_name(options->layout, layout),
           sum->passed, sum->failed, sum->skipped, strategies[k].unrunnable);
    failed += sum->failed;
  }
  return failed;
}

int main(int argc, char **argv) {
  char guard[] = "guard", *list = guard;
  struct tm_module_options options = {.flags = "-O1"};
  struct tm_error error = {""};
  int jobs = 2, at = 1;
  for (; at + 1 < argc && !strncmp(argv[at], "--", 2); at += 2) {
    if (!strcmp(argv[at], "--strategy")) list = argv[at + 1];
    if (!strcmp(argv[at], "--flags")) options.flags = argv[at + 1];
    if (!strcmp(argv[at], "--layout") && tm_layout_parse(argv[at + 1], &options.layout, &error)) {
      fprintf(stderr, "conformance: %s\n", error.text);
      return 2;
    }
    if (!strcmp(argv[at], "--jobs")) jobs = atoi(argv[at + 1]);
  }
  if (choose(list) || jobs < 1 || jobs > JOBS) {
    fprintf(stderr, "conformance: unknown strategy or number of jobs\n");
    return 2;
  }
  for (; at < argc; at++) nftw(argv[at], collect_one, 16, FTW_PHYS);
  qsort(files, (size_t)file_count, sizeof *files, by_path);
  if (!file_count || system("wast2json --version >/dev/null 2>&1")) {
    puts(file_count ? "skipped: no wast2json; install the package wabt"
                    : "skipped: no conformance scripts; get github.com/WebAssembly/threads and set "
                      "-DTIDEMARK_TESTSUITE to its folder test/core");
    return 77;
  }
  int broken = run_all(jobs, &options);
  return print_sums(&options) || broken;
}
