/* SPDX-License-Identifier: Apache-2.0 */
/* Run the WebAssembly conformance scripts, two at a time, each in a process of its own.
 *
 *   conformance [--strategy S] [--layout L] [--flags "-O1"] [--jobs N] FOLDER|FILE.wast…
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

enum { FILES = 1024, JOBS = 16 };

/* What cannot hold, and why. A line ends at the ':' behind its number. */
static struct {
  const char *line, *why;
  bool seen;
} known[] = {
    {"elem.wast:690:", "libwabt 1.0.32 reads no global.get in element segments", false},
    {"elem.wast:700:", "calls the module of line 690", false},
};
enum { KNOWN = sizeof known / sizeof *known };

static bool is_known(const char *line) {
  for (int k = 0; k < KNOWN; k++)
    if (!strncmp(line, known[k].line, strlen(known[k].line))) {
      known[k].seen = true;
      printf("known: %.*s %s\n", (int)strlen(known[k].line), line, known[k].why);
      return true;
    }
  return false;
}

/* Known failures of a script that was run and that did not happen. */
static int known_but_held(const char *path) {
  const char *base = strrchr(path, '/');
  base = base ? base + 1 : path;
  int held = 0;
  for (int k = 0; k < KNOWN; k++) {
    if (strncmp(known[k].line, base, strlen(base)) != 0 || known[k].seen) continue;
    printf("%s held, though it is listed as known not to\n", known[k].line);
    held++;
  }
  return held;
}

static struct one {
  char path[PATH_MAX];
  pid_t pid;
  FILE *report; /* what the child writes: lines, then a result at its very end */
} files[FILES];
static int file_count;

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

static void run_child(const struct one *f, const struct tm_module_options *options) {
  char work[] = "/tmp/tidemark-conformance.XXXXXX";
  struct script_result result = {0};
  int status = mkdtemp(work) ? script_run(f->path, work, options, f->report, &result) : -1;
  nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  fprintf(f->report, "%c%d %d %d %d\n", '\1', status, result.passed, result.failed, result.skipped);
  fflush(f->report);
  _exit(0);
}

/* Print a child's lines and add its counts to `sum`; false when it did not finish. */
static bool take_report(struct one *f, int status, struct script_result *sum, int *unrunnable) {
  static char line[1 << 16];
  bool finished = false;
  int excused = 0;
  rewind(f->report);
  while (fgets(line, sizeof line, f->report)) {
    struct script_result r;
    int code;
    if (line[0] != '\1') {
      if (is_known(line))
        excused++;
      else
        fputs(line, stdout);
    } else if (sscanf(line + 1, "%d %d %d %d", &code, &r.passed, &r.failed, &r.skipped) == 4) {
      finished = true;
      sum->passed += r.passed, sum->failed += r.failed, sum->skipped += r.skipped;
      *unrunnable += code != 0;
    }
  }
  fclose(f->report);
  sum->failed += known_but_held(f->path) - excused;
  if (!finished)
    printf("%s: ended early, %s %d\n", f->path, WIFSIGNALED(status) ? "signal" : "status",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  fflush(stdout);
  return finished;
}

int main(int argc, char **argv) {
  const char *strategy_name = "guard";
  struct tm_module_options options = {.flags = "-O1"};
  struct tm_error error = {""};
  int jobs = 2, at = 1;
  for (; at + 1 < argc && !strncmp(argv[at], "--", 2); at += 2) {
    if (!strcmp(argv[at], "--strategy")) strategy_name = argv[at + 1];
    if (!strcmp(argv[at], "--flags")) options.flags = argv[at + 1];
    if (!strcmp(argv[at], "--layout") && tm_layout_parse(argv[at + 1], &options.layout, &error)) {
      fprintf(stderr, "conformance: %s\n", error.text);
      return 2;
    }
    if (!strcmp(argv[at], "--jobs")) jobs = atoi(argv[at + 1]);
  }
  const struct tm_strategy_entry *entry = tm_strategy_find(strategy_name);
  if (!entry || jobs < 1 || jobs > JOBS) {
    fprintf(stderr, "conformance: unknown strategy or number of jobs\n");
    return 2;
  }
  options.strategy = entry->strategy;
  for (; at < argc; at++) nftw(argv[at], collect_one, 16, FTW_PHYS);
  qsort(files, (size_t)file_count, sizeof *files, by_path);
  if (!file_count || system("wast2json --version >/dev/null 2>&1")) {
    puts(file_count ? "skipped: no wast2json; install the package wabt"
                    : "skipped: no conformance scripts; set TIDEMARK_TESTSUITE to their folder");
    return 77;
  }
  struct script_result sum = {0};
  int started = 0, running = 0, broken = 0, unrunnable = 0;
  while (started < file_count || running) {
    if (started < file_count && running < jobs) {
      struct one *f = &files[started++];
      f->report = tmpfile();
      fflush(stdout);
      f->pid = fork();
      if (f->pid == 0) run_child(f, &options);
      running++;
      continue;
    }
    int status;
    pid_t pid = wait(&status);
    for (int k = 0; k < started; k++) {
      if (files[k].pid != pid) continue;
      broken += !take_report(&files[k], status, &sum, &unrunnable);
      running--;
    }
  }
  char layout[TM_LAYOUT_NAME];
  printf("%d scripts under %s, layout %s: %d assertions held, %d did not; %d about the text format "
         "skipped; "
         "%d scripts not convertible, %d ended early\n",
         file_count, strategy_name, tm_layout_name(options.layout, layout), sum.passed, sum.failed,
         sum.skipped, unrunnable, broken);
  return sum.failed || broken;
}
