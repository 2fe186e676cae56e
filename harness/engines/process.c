/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_SECONDS = 60, DEFAULT_BYTES = 4 << 20, CHUNK = 65536 };

struct stream {
  int fd; /* -1 once it is closed */
  char *text;
  size_t bytes, room;
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Never returns. What goes wrong before exec is told through `report`. */
static _Noreturn void child(const struct tm_process_spec *spec, int out, int err, int report) {
  int code;
  setpgid(0, 0);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int none = open("/dev/null", O_RDONLY);
  if (none < 0 || dup2(none, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) goto failed;
  if (spec->folder && chdir(spec->folder) < 0) goto failed;
  if (spec->body) {
    close(report);
    code = spec->body(spec->context);
    fflush(NULL);
    _exit(code);
  }
  execvp(spec->argv[0], spec->argv);
failed:
  code = errno;
  if (write(report, &code, sizeof code) != sizeof code) _exit(126);
  _exit(127);
}

/* Read all that is there now. False when there was too much of it. */
static bool drain(struct stream *s, size_t most) {
  while (s->fd >= 0) {
    if (s->room - s->bytes < CHUNK + 1) {
      char *more = realloc(s->text, s->room + 4 * CHUNK);
      if (!more) return false;
      s->text = more;
      s->room += 4 * CHUNK;
      s->text[s->bytes] = '\0';
    }
    ssize_t n = read(s->fd, s->text + s->bytes, CHUNK);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return true;
    if (n <= 0) {
      close(s->fd);
      s->fd = -1;
      return true;
    }
    s->bytes += (size_t)n;
    s->text[s->bytes] = '\0';
    if (s->bytes > most) return false;
  }
  return true;
}

/* Has the program itself ended? Its helpers may keep the pipes open for ever. */
static bool ended(pid_t pid) {
  siginfo_t info = {0};
  return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

static enum tm_process_ending collect(const struct tm_process_spec *spec, pid_t pid,
                                      struct stream s[2], double began) {
  double limit = spec->seconds > 0 ? spec->seconds : DEFAULT_SECONDS;
  size_t most = spec->most_bytes ? spec->most_bytes : DEFAULT_BYTES;
  for (;;) {
    bool last = ended(pid); /* asked before the look, so that nothing it printed is missed */
    if (!drain(&s[0], most) || !drain(&s[1], most)) return TM_PROCESS_TALKED_TOO_MUCH;
    if (last) return TM_PROCESS_EXITED;
    if (now() - began > limit) return TM_PROCESS_TIMED_OUT;
    struct pollfd p[2] = {{.fd = s[0].fd, .events = POLLIN}, {.fd = s[1].fd, .events = POLLIN}};
    poll(p, 2, 20);
  }
}

static int start(const struct tm_process_spec *spec, pid_t *pid, struct stream s[2],
                 struct tm_error *error) {
  int out[2] = {-1, -1}, err[2] = {-1, -1}, report[2] = {-1, -1}, code = 0;
  if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0) {
    code = errno;
  } else {
    fflush(NULL);
    *pid = fork();
    if (*pid == 0) child(spec, out[1], err[1], report[1]);
    if (*pid < 0) code = errno;
  }
  close(out[1]), close(err[1]), close(report[1]);
  if (code == 0) {
    setpgid(*pid, *pid);
    if (read(report[0], &code, sizeof code) != sizeof code) code = 0;
    if (code) waitpid(*pid, NULL, 0);
  }
  close(report[0]);
  s[0].fd = out[0], s[1].fd = err[0];
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  fcntl(err[0], F_SETFL, O_NONBLOCK);
  if (code == 0) return 0;
  close(out[0]), close(err[0]);
  return tm_fail(error, -code, "cannot start %s: %s; see 'tidemark engines'",
                 spec->argv ? spec->argv[0] : "a helper process", strerror(code));
}

int tm_process_run(const struct tm_process_spec *spec, struct tm_process_end *end,
                   struct tm_error *error) {
  struct stream s[2] = {{.fd = -1}, {.fd = -1}};
  pid_t pid = -1;
  double began = now();
  int code = start(spec, &pid, s, error);
  if (code < 0) return code;
  enum tm_process_ending ending = collect(spec, pid, s, began);
  kill(-pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  for (int i = 0; i < 2; i++)
    if (s[i].fd >= 0) close(s[i].fd);
  *end = (struct tm_process_end){.ending = ending, .seconds = now() - began};
  if (ending == TM_PROCESS_EXITED && WIFSIGNALED(status)) {
    end->ending = TM_PROCESS_SIGNALLED;
    end->status = WTERMSIG(status);
  } else if (ending == TM_PROCESS_EXITED) {
    end->status = WEXITSTATUS(status);
  }
  end->out = s[0].text ? s[0].text : calloc(1, 1);
  end->err = s[1].text ? s[1].text : calloc(1, 1);
  end->out_bytes = s[0].bytes, end->err_bytes = s[1].bytes;
  if (end->out && end->err) return 0;
  tm_process_free(end);
  return tm_fail(error, -ENOMEM, "out of memory for the output of a program");
}

void tm_process_free(struct tm_process_end *end) {
  free(end->out), free(end->err);
  end->out = end->err = NULL;
}

char *tm_process_why(const struct tm_process_end *end, char *out, size_t room) {
  switch (end->ending) {
  case TM_PROCESS_EXITED: snprintf(out, room, "exit status %d", end->status); break;
  case TM_PROCESS_SIGNALLED: {
    const char *name = sigabbrev_np(end->status);
    snprintf(out, room, "killed by SIG%s", name ? name : "?");
    break;
  }
  case TM_PROCESS_TIMED_OUT: snprintf(out, room, "no end after %.1f s", end->seconds); break;
  case TM_PROCESS_TALKED_TOO_MUCH:
    snprintf(out, room, "printed more than %zu bytes", end->out_bytes + end->err_bytes);
    break;
  }
  return out;
}
