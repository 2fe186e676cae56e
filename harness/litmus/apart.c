/* SPDX-License-Identifier: Apache-2.0 */
/* A litmus run in a child process: the child sends its counts through a pipe. */
#include "harness/litmus/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What the child sends first; then `rows` times codes and count. */
struct header {
  int code;
  struct tm_error error;
  struct tm_run run;
  size_t rows;
};
struct sent_row {
  uint64_t code[TM_LITMUS_COLUMNS], count;
};

static bool write_all(int fd, const void *bytes, size_t size) {
  for (const char *p = bytes; size;) {
    ssize_t n = write(fd, p, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    p += n;
    size -= (size_t)n;
  }
  return true;
}

static void run_as_child(const struct tm_litmus *test, const struct tm_oracle *oracle,
                         const struct tm_run_options *options, int fd) {
  struct header h = {.code = 0};
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core); /* a planted fault's crash is a result, not a core file */
  h.code = tm_litmus_run(test, oracle, options, &h.run, &h.error);
  h.rows = h.run.histogram ? tm_histogram_rows(h.run.histogram) : 0;
  bool whole = write_all(fd, &h, sizeof h);
  for (size_t i = 0; i < h.rows && whole; i++) {
    const struct tm_histogram_row *row = tm_histogram_row(h.run.histogram, i);
    struct sent_row sent = {.count = row->count};
    memcpy(sent.code, row->code, sizeof sent.code);
    whole = write_all(fd, &sent, sizeof sent);
  }
  _exit(whole ? 0 : 1);
}

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Read until the end, at most until the deadline. False on timeout. */
static bool read_all(int fd, double deadline, char **bytes, size_t *size) {
  size_t room = 0;
  *bytes = NULL;
  *size = 0;
  for (;;) {
    double left = deadline - seconds_now();
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) == 0) return false;
    if (*size == room) {
      room = room ? 2 * room : 65536;
      char *more = realloc(*bytes, room);
      if (!more) return false;
      *bytes = more;
    }
    ssize_t n = read(fd, *bytes + *size, room - *size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    *size += (size_t)n;
  }
}

static int take(const struct tm_litmus *test, const struct tm_oracle *oracle, const char *bytes,
                size_t size, struct tm_run *result, struct tm_error *error) {
  struct header h;
  if (size < sizeof h) return tm_fail(error, -EIO, "%s: the run ended early", test->name);
  memcpy(&h, bytes, sizeof h);
  if (size != sizeof h + h.rows * sizeof(struct sent_row))
    return tm_fail(error, -EIO, "%s: the run ended early", test->name);
  *result = h.run;
  result->histogram = tm_histogram_new(test, oracle);
  if (!result->histogram) return tm_fail(error, -ENOMEM, "out of memory");
  for (size_t i = 0; i < h.rows; i++) {
    struct sent_row row;
    memcpy(&row, bytes + sizeof h + i * sizeof row, sizeof row);
    if (!tm_histogram_add_many(result->histogram, row.code, row.count))
      return tm_fail(error, -ENOMEM, "out of memory");
  }
  if (h.code) *error = h.error;
  return h.code;
}

int tm_litmus_run_apart(const struct tm_litmus *test, const struct tm_oracle *oracle,
                        const struct tm_run_options *options, double grace, struct tm_run *result,
                        struct tm_error *error) {
  int ends[2], status;
  *result = (struct tm_run){.first_seconds = -1};
  if (pipe(ends)) return tm_fail(error, -errno, "cannot make a pipe: %s", strerror(errno));
  pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    run_as_child(test, oracle, options, ends[1]);
  }
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return tm_fail(error, -EAGAIN, "cannot start a process for %s", test->name);
  }
  char *bytes;
  size_t size;
  bool in_time = read_all(ends[0], seconds_now() + options->seconds + grace, &bytes, &size);
  close(ends[0]);
  if (!in_time) kill(pid, SIGKILL);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  int code;
  if (!in_time)
    code = tm_fail(error, -ETIMEDOUT, "%s hangs under %s", test->name, options->strategy->name);
  else if (WIFSIGNALED(status))
    code = tm_fail(error, -EIO, "%s dies under %s: %s", test->name, options->strategy->name,
                   strsignal(WTERMSIG(status)));
  else
    code = take(test, oracle, bytes, size, result, error);
  free(bytes);
  return code;
}
