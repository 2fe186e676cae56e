/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/compare.h"

#include "core/hash.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* What one process did. */
struct outcome {
  double seconds, counters[TM_COUNTERS];
  uint64_t peak_bytes, code_bytes, grows;
  int status; /* as waitpid gives it */
  char output[TM_SHA256_HEX], errors[TM_SHA256_HEX];
  char said[256]; /* the end of its stderr, for messages */
};

/* What a process is told of its column. */
struct column {
  const char *strategy;
  char layout[TM_LAYOUT_NAME];
};

/* Column s of the comparison; the one behind the last is the control. */
static struct column column_of(const struct tm_compare *c, size_t s) {
  if (s == c->strategies) s = 0;
  struct column column = {.strategy = c->strategy[s]->strategy->name};
  tm_layout_name(c->layout[s], column.layout);
  return column;
}

/* ---- one run ----------------------------------------------------------------------------------*/

enum { OUT, ERR, STATS, FILES };

static int open_files(int fds[FILES], struct tm_error *error) {
  static const char *const names[] = {"output", "errors", "stats"};
  for (int i = 0; i < FILES; i++) fds[i] = -1;
  for (int i = 0; i < FILES; i++)
    if ((fds[i] = memfd_create(names[i], MFD_CLOEXEC)) < 0)
      return tm_fail(error, -errno, "cannot make a file for a run's %s: %s", names[i],
                     strerror(errno));
  return 0;
}

static void close_files(int fds[FILES]) {
  for (int i = 0; i < FILES; i++)
    if (fds[i] >= 0) close(fds[i]);
}

static size_t count_words(char *const *words) {
  size_t n = 0;
  while (words && words[n]) n++;
  return n;
}

static char **command_line(const char *program, const struct tm_compare_guest *g, bool small,
                           const struct column *column, const char *stats) {
  char *const *words = small && g->small ? g->small : g->argv;
  size_t flags = count_words(g->flags), arguments = count_words(words), n = 0;
  char **argv = calloc(flags + arguments + 11, sizeof *argv);
  if (!argv) return NULL;
  char *head[] = {
      (char *)program,        "run",     "--strategy", (char *)column->strategy, "--layout",
      (char *)column->layout, "--stats", (char *)stats};
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) argv[n++] = head[i];
  for (size_t i = 0; i < flags; i++) argv[n++] = g->flags[i];
  argv[n++] = "--";
  argv[n++] = (char *)g->path;
  for (size_t i = 0; i < arguments; i++) argv[n++] = words[i];
  return argv;
}

/* Hash what was written to `fd`; keep its end in `tail`, if given. */
static int digest(int fd, char hex[TM_SHA256_HEX], char *tail, size_t room) {
  off_t size = lseek(fd, 0, SEEK_END);
  if (size < 0) return -errno;
  const char *bytes = "";
  if (size > 0) bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
  if (bytes == MAP_FAILED) return -errno;
  tm_sha256_bytes(bytes, (size_t)size, hex);
  if (tail) {
    size_t n = (size_t)size < room - 1 ? (size_t)size : room - 1;
    memcpy(tail, bytes + (size_t)size - n, n);
    tail[n] = '\0';
    tail[strcspn(tail, "\n")] = '\0';
  }
  if (size > 0) munmap((void *)bytes, (size_t)size);
  return 0;
}

static bool read_stats(int fd, struct outcome *o) {
  char text[4096];
  ssize_t n = pread(fd, text, sizeof text - 1, 0);
  if (n <= 0) return false;
  text[n] = '\0';
  cJSON *json = cJSON_Parse(text);
  const cJSON *ns = cJSON_GetObjectItem(json, "guest_ns"),
              *grows = cJSON_GetObjectItem(json, "grows"),
              *code = cJSON_GetObjectItem(json, "code_bytes");
  bool whole = cJSON_IsNumber(ns) && cJSON_IsNumber(grows) && cJSON_IsNumber(code);
  if (whole) {
    o->seconds = ns->valuedouble / 1e9;
    o->grows = (uint64_t)grows->valuedouble;
    o->code_bytes = (uint64_t)code->valuedouble;
  }
  cJSON_Delete(json);
  return whole && o->seconds > 0;
}

static int start(char **argv, int fds[FILES], pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, fds[OUT], 1);
  posix_spawn_file_actions_adddup2(&actions, fds[ERR], 2);
  int e = posix_spawn(pid, argv[0], &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  return -e;
}

/* Wait for the end, at most `limit` seconds (0: for ever); then the process is killed. */
static bool ended_in_time(pid_t pid, double limit) {
  if (!(limit > 0)) return true;
  int fd = (int)syscall(SYS_pidfd_open, pid, 0);
  if (fd < 0) return true; /* an old kernel: wait without a limit */
  struct pollfd p = {.fd = fd, .events = POLLIN};
  int ready = poll(&p, 1, (int)(limit * 1000));
  close(fd);
  if (ready == 0) kill(pid, SIGKILL);
  return ready != 0;
}

static int run_once(const char *program, double limit, const struct tm_compare_guest *g, bool small,
                    const struct column *column, struct outcome *o, struct tm_error *error) {
  int fds[FILES];
  char stats[64];
  char **argv = NULL;
  int result = open_files(fds, error);
  if (result) goto out;
  snprintf(stats, sizeof stats, "/proc/%d/fd/%d", (int)getpid(), fds[STATS]);
  argv = command_line(program, g, small, column, stats);
  pid_t pid;
  double before[TM_COUNTERS];
  tm_counters(before);
  if (!argv || (result = start(argv, fds, &pid))) {
    result = tm_fail(error, argv ? result : -ENOMEM, "cannot start %s", program);
    goto out;
  }
  struct rusage usage;
  bool in_time = ended_in_time(pid, limit);
  while (wait4(pid, &o->status, 0, &usage) < 0 && errno == EINTR) {
  }
  memset(o->counters, 0, sizeof o->counters);
  tm_counters_add(o->counters, before);
  tm_counters_of(o->counters, &usage);
  o->peak_bytes = (uint64_t)usage.ru_maxrss * 1024;
  if (!in_time)
    result = tm_fail(error, -ETIMEDOUT, "%s under %s has not ended after %g s", g->label,
                     column->strategy, limit);
  else if (digest(fds[OUT], o->output, NULL, 0) ||
           digest(fds[ERR], o->errors, o->said, sizeof o->said))
    result = tm_fail(error, -EIO, "cannot read what %s under %s wrote", g->label, column->strategy);
  else if (!read_stats(fds[STATS], o))
    result =
        tm_fail(error, -EINVAL, "%s under %s did not run: %s", g->label, column->strategy, o->said);
out:
  close_files(fds);
  free(argv);
  return result;
}

/* ---- all runs ---------------------------------------------------------------------------------*/

struct meter {
  bool on;
  size_t done, total;
  struct timespec begun;
};

static double seconds_since(const struct timespec *begun) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - begun->tv_sec) + (double)(now.tv_nsec - begun->tv_nsec) / 1e9;
}

static void show(const struct meter *m, const char *doing, const char *guest,
                 const char *strategy) {
  if (!m->on) return;
  fprintf(stderr, "\r\033[K%s %s under %s  %zu/%zu", doing, guest, strategy, m->done, m->total);
  if (m->done)
    fprintf(stderr, "  %.0f s left",
            seconds_since(&m->begun) / (double)m->done * (double)(m->total - m->done));
}

static const char *difference(const struct outcome *a, const struct outcome *b) {
  if (a->status != b->status) return "exit status";
  if (strcmp(a->output, b->output)) return "output";
  if (strcmp(a->errors, b->errors)) return "errors";
  return NULL;
}

static void keep(struct tm_compare_cell *cell, const struct outcome *o,
                 const struct outcome *reference, size_t block) {
  cell->seconds[block] = o->seconds;
  memcpy(cell->counters[block], o->counters, sizeof o->counters);
  if (o->peak_bytes > cell->peak_bytes) cell->peak_bytes = o->peak_bytes;
  cell->code_bytes = o->code_bytes;
  cell->grows = o->grows;
  const char *how = difference(reference, o);
  if (how) cell->difference = how;
  cell->same_output = !cell->difference;
}

/* So much slower than the base, and so long, that the full run would take all the time there is. */
static const double TOO_SLOW = 10, TOO_LONG_SECONDS = 0.02;

/* A short run of each, not measured: the module is translated and the files are warm. Then one
 * whole run of the base, whose output is the reference. */
static int warm_up(struct tm_compare *c, const char *program, const struct tm_compare_guest *guests,
                   struct outcome *references, bool progress, struct tm_error *error) {
  struct meter m = {.on = progress, .total = c->guests * (c->strategies + 1)};
  clock_gettime(CLOCK_MONOTONIC, &m.begun);
  for (size_t g = 0; g < c->guests; g++) {
    double base = 0;
    for (size_t s = 0; s < c->strategies; s++, m.done++) {
      struct outcome o = {0};
      const struct column column = column_of(c, s);
      show(&m, "translating", guests[g].label, column.strategy);
      int result = run_once(program, c->limit_seconds, &guests[g], true, &column, &o, error);
      if (result) return result;
      if (s == 0) base = o.seconds;
      bool slow = o.seconds > TOO_SLOW * base && o.seconds > TOO_LONG_SECONDS;
      if (guests[g].small && slow) tm_compare_cell(c, g, s)->left_out = o.seconds / base;
    }
    const struct column first = column_of(c, 0);
    show(&m, "running", guests[g].label, first.strategy);
    int result =
        run_once(program, c->limit_seconds, &guests[g], false, &first, &references[g], error);
    if (result) return result;
    m.done++;
  }
  return 0;
}

static int measure(struct tm_compare *c, const char *program, const struct tm_compare_guest *guests,
                   const struct outcome *references, bool progress, struct tm_error *error) {
  size_t columns = c->strategies + 1, order[TM_COMPARE_STRATEGIES + 1];
  struct meter m = {.on = progress, .total = c->guests * columns * c->blocks};
  struct tm_rng rng = tm_rng(c->seed);
  clock_gettime(CLOCK_MONOTONIC, &m.begun);
  for (size_t block = 0; block < c->blocks; block++)
    for (size_t g = 0; g < c->guests; g++) {
      tm_order_block(&rng, columns, order);
      for (size_t i = 0; i < columns; i++, m.done++) {
        size_t s = order[i];
        const struct column column = column_of(c, s);
        struct outcome o = {0};
        if (tm_compare_cell(c, g, s)->left_out > 0) continue;
        show(&m, "running", guests[g].label, column.strategy);
        int result = run_once(program, c->limit_seconds, &guests[g], false, &column, &o, error);
        if (result) return result;
        keep(tm_compare_cell(c, g, s), &o, &references[g], block);
      }
    }
  return 0;
}

static int summarise(struct tm_compare *c, struct tm_error *error) {
  struct tm_ratio *column = calloc(c->guests, sizeof *column);
  int result = column ? 0 : tm_fail(error, -ENOMEM, "out of memory");
  for (size_t s = 0; s <= c->strategies && !result; s++) {
    bool whole = true;
    for (size_t g = 0; g < c->guests && !result; g++) {
      struct tm_compare_cell *cell = tm_compare_cell(c, g, s);
      if (cell->left_out > 0) {
        whole = false;
        cell->same_output = true;
        continue;
      }
      const double *base = tm_compare_cell(c, g, 0)->seconds;
      result = tm_ratio_paired(cell->seconds, base, c->blocks, 0.95, &cell->time, error);
      cell->median_seconds = tm_median(cell->seconds, c->blocks);
      column[g] = cell->time;
    }
    if (!result && whole) result = tm_ratio_geomean(column, c->guests, 0.95, &c->geomean[s], error);
  }
  free(column);
  return result;
}

int tm_compare_run(struct tm_compare *c, const char *program, const struct tm_compare_guest *guests,
                   size_t guest_count, bool progress, struct tm_error *error) {
  c->guests = guest_count;
  size_t cells = guest_count * (c->strategies + 1);
  c->cells = calloc(cells, sizeof *c->cells);
  struct outcome *references = calloc(guest_count, sizeof *references);
  bool whole = c->cells && references;
  for (size_t i = 0; whole && i < cells; i++)
    whole = (c->cells[i].seconds = calloc(c->blocks, sizeof(double))) &&
            (c->cells[i].counters = calloc(c->blocks, sizeof *c->cells[i].counters));
  int result = whole ? 0 : tm_fail(error, -ENOMEM, "out of memory");
  if (!result) result = warm_up(c, program, guests, references, progress, error);
  if (!result) result = measure(c, program, guests, references, progress, error);
  if (progress) fputs("\r\033[K", stderr);
  if (!result) result = summarise(c, error);
  free(references);
  return result;
}

void tm_compare_free(struct tm_compare *c) {
  for (size_t i = 0; c->cells && i < c->guests * (c->strategies + 1); i++) {
    free(c->cells[i].seconds);
    free(c->cells[i].counters);
  }
  free(c->cells);
  c->cells = NULL;
}
