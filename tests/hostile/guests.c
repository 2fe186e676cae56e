/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that mean harm (guest.wat) end as they should, within the limits that the user sets, and
 * leave nothing behind, under each strategy.
 *
 *   hostile_guests TIDEMARK GUEST.wasm [--threads N] [STRATEGY…]     default: 1000, all candidates
 *
 * Those that end by themselves run in this process, each twice: what tests/usage.h counts is after
 * the second time what it was before. Those that never end can only end with their process, so
 * `tidemark run --timeout` runs them: its status and message, its largest resident memory against
 * --max-memory, and whether a process, a temporary file or a working folder is left.
 * Exit 0: so; 1: not; 2: wrong use; 77: no strategy is offered.
 */
#include "harness/wasi/wasi.h"
#include "harness/wasm/module.h"
#include "strategies/strategies.h"
#include "tests/usage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  MAX_PAGES = 256, /* 16 MiB: --max-memory */
  MAX_FILES = 200,
  SLACK_KIB = 4096,
  PROCESS_KIB = 32 * 1024, /* what the program itself may take, without the guest's memory */
};

static const char *tidemark, *guest_path;
static unsigned most_threads = 1000;
static char root[] = "/tmp/tidemark-hostile-XXXXXX", inside[64], temporary[64], cache[64];
static int failed;

static void complain(const char *strategy, char mode, const char *what, long got, long wanted) {
  printf("%s, mode %c: %s: %ld, not %ld\n", strategy, mode, what, got, wanted);
  failed++;
}

/* ---- those that end ---------------------------------------------------------------------------*/

static const struct ending {
  char mode;
  enum tm_trap_code trap;
} endings[] = {
    {'i', TM_TRAP_NONE},
    {'p', TM_TRAP_NONE},
    {'f', TM_TRAP_NONE},
    {'n', TM_TRAP_NONE},
    {'g', TM_TRAP_NONE},
    {'x', TM_TRAP_STACK_EXHAUSTED},
    {'y', TM_TRAP_STACK_EXHAUSTED},
    {'t', TM_TRAP_UNREACHABLE},
    {'e', TM_TRAP_EXIT},
};
enum { ENDINGS = sizeof endings / sizeof *endings };

static void run_here(struct tm_module *module, const struct ending *e) {
  const char *name = tm_module_strategy(module)->name;
  char mode[] = {e->mode, '\0'}, *argv[] = {(char *)"guest", mode};
  struct tm_wasi_preopen preopen = {inside, "/"};
  struct tm_wasi_options options = tm_wasi_options();
  struct tm_wasi_result result;
  struct tm_error error = {0};
  options.argc = 2;
  options.argv = argv;
  options.preopens = &preopen;
  options.preopen_count = 1;
  options.max_files = MAX_FILES;
  options.max_threads = most_threads;
  options.thread_stack_bytes = 256 * 1024;
  for (int k = 0; k < 3; k++) options.stdio[k] = -1;
  if (tm_wasi_run(module, &options, &result, &error)) {
    printf("%s, mode %c: %s\n", name, e->mode, error.text);
    failed++;
    return;
  }
  int status = e->trap == TM_TRAP_NONE || e->trap == TM_TRAP_EXIT ? 0 : 134;
  if (result.status != status) complain(name, e->mode, "status", result.status, status);
  if (result.trap.code != e->trap) complain(name, e->mode, "trap", result.trap.code, e->trap);
  long pages = e->mode == 'g' ? MAX_PAGES : e->mode == 'i' ? 3 : 2;
  if ((long)result.peak_pages != pages)
    complain(name, e->mode, "pages", (long)result.peak_pages, pages);
  bool alone = strchr("ipfy", e->mode) != NULL; /* no other thread is there at the end */
  if (alone && result.running) complain(name, e->mode, "threads still run", result.running, 0);
  if (e->mode == 'n' && result.threads != most_threads)
    complain(name, e->mode, "threads", result.threads, most_threads);
}

static void run_endings(struct tm_module *module) {
  long threads = usage_now().threads;
  for (int k = 0; k < ENDINGS; k++) {
    run_here(module, &endings[k]);
    struct usage before = usage_when(threads);
    run_here(module, &endings[k]);
    struct usage after = usage_when(threads);
    const char *more = usage_more(&before, &after, SLACK_KIB);
    if (!more) continue;
    printf("%s, mode %c: %s\n", tm_module_strategy(module)->name, endings[k].mode, more);
    failed++;
  }
}

/* ---- those that do not ------------------------------------------------------------------------*/

static const struct endless {
  char mode;
  int status;
  const char *says;
} endless[] = {
    {'l', 134, "tidemark: trap in thread 0: interrupted\n"},
    {'w', 134, "tidemark: trap in thread 0: interrupted\n"},
    {'h', 134, "tidemark: trap in thread 0: interrupted\n"},
    {'b', 134, "tidemark: trap in thread 0: interrupted\n"},
    {'s', 0, ""},
};
enum { ENDLESS = sizeof endless / sizeof *endless };

static pid_t start(const char *strategy, char mode, int err) {
  char text[] = {mode, '\0'};
  pid_t child = fork();
  if (child) return child;
  setpgid(0, 0);
  setenv("TMPDIR", temporary, 1);
  dup2(err, 2);
  execl(tidemark, tidemark, "run", "--strategy", strategy, "--timeout", "0.1", "--max-memory",
        "16M", "--max-threads", "64", guest_path, text, (char *)NULL);
  _exit(126);
}

/* Entries of a folder but those that end in `but`. */
static int entries(const char *path, const char *but) {
  DIR *d = opendir(path);
  int count = 0;
  for (struct dirent *e; d && (e = readdir(d));) {
    size_t n = strlen(e->d_name);
    bool dots = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
    count += !dots && !(but && n > strlen(but) && !strcmp(e->d_name + n - strlen(but), but));
  }
  if (d) closedir(d);
  return count;
}

static void run_endless(const char *strategy, const struct endless *e) {
  char said[512] = "";
  size_t used = 0;
  int err[2], status;
  struct rusage usage;
  if (pipe2(err, O_CLOEXEC)) tm_die("no pipe");
  pid_t child = start(strategy, e->mode, err[1]);
  close(err[1]);
  for (ssize_t n;
       used < sizeof said - 1 && (n = read(err[0], said + used, sizeof said - 1 - used)) > 0;)
    used += (size_t)n;
  close(err[0]);
  if (child < 0 || wait4(child, &status, 0, &usage) != child) tm_die("no child");
  int got = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  if (got != e->status) complain(strategy, e->mode, "status", got, e->status);
  if (strcmp(said, e->says)) {
    printf("%s, mode %c says: %s\n", strategy, e->mode, said);
    failed++;
  }
  long kib = MAX_PAGES * 64 + PROCESS_KIB;
  if (!TIDEMARK_SANITIZED && usage.ru_maxrss > kib) /* shadow memory is not the program's */
    complain(strategy, e->mode, "KiB of memory at most", usage.ru_maxrss, kib);
  if (!kill(-child, 0) || errno != ESRCH) complain(strategy, e->mode, "processes are left", 1, 0);
  if (entries(temporary, NULL))
    complain(strategy, e->mode, "temporary files", entries(temporary, NULL), 0);
  if (entries(cache, ".so"))
    complain(strategy, e->mode, "working folders", entries(cache, ".so"), 0);
}

/* ---- all of it --------------------------------------------------------------------------------*/

static void test(const struct tm_strategy *s) {
  struct tm_module_options options = {.strategy = s, .max_pages = MAX_PAGES};
  struct tm_module *module;
  struct tm_error error = {0};
  int before = failed;
  if (tm_module_load(guest_path, &options, &module, &error)) tm_die("%s", error.text);
  run_endings(module);
  tm_module_free(module);
  for (int k = 0; k < ENDLESS; k++) run_endless(s->name, &endless[k]);
  printf("%-14s %d programs, %u threads: %s\n", s->name, ENDINGS + ENDLESS, most_threads,
         failed == before ? "as they should, and nothing is left" : "NOT AS THEY SHOULD");
  fflush(stdout);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where) {
  (void)st, (void)kind, (void)where;
  return remove(path);
}

/* ROOT/inside is the guest's directory, ROOT/secret what it must not reach. */
static void make_folders(void) {
  if (!mkdtemp(root)) tm_die("no folder for the test");
  snprintf(inside, sizeof inside, "%s/inside", root);
  snprintf(temporary, sizeof temporary, "%s/temporary", root);
  snprintf(cache, sizeof cache, "%s/cache", root);
  char secret[64];
  snprintf(secret, sizeof secret, "%s/secret", root);
  int fd = open(secret, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0 || write(fd, "secret", 6) != 6 || close(fd) || mkdir(inside, 0777) ||
      mkdir(temporary, 0777) || mkdir(cache, 0777) || setenv("TIDEMARK_CACHE", cache, 1))
    tm_die("no folders for the test");
}

int main(int argc, char **argv) {
  usage_begin(argv);
  if (argc < 3) return 2;
  tidemark = argv[1], guest_path = argv[2];
  bool named = false;
  size_t count;
  const struct tm_strategy_entry *all = tm_strategies(&count);
  for (int a = 3; a < argc; a++) {
    if (!strcmp(argv[a], "--threads") && a + 1 < argc)
      most_threads = (unsigned)atoi(argv[++a]);
    else if (tm_strategy_find(argv[a]))
      named = true;
    else
      return 2;
  }
  make_folders();
  int tested = 0;
  for (size_t k = 0; k < count; k++) {
    bool wanted = !named && all[k].kind == TM_KIND_candidate;
    for (int a = 3; a < argc; a++) wanted |= !strcmp(argv[a], all[k].strategy->name);
    if (!wanted || tm_strategy_try(all[k].strategy)) continue;
    test(all[k].strategy);
    tested++;
  }
  nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  return failed ? 1 : tested ? 0 : 77;
}
