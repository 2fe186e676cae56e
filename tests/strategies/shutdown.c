/* SPDX-License-Identifier: Apache-2.0 */
/* A process may end while threads run guests, grow and attach: exit() from the main thread ends it
 * at once, with its status, under every candidate. Nothing is forked: each strategy gets a new
 * process of this program, started as `shutdown STRATEGY`. */
#include "tests/strategies/fixture.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { STATUS = 37, GROWS = 20, ROUNDS = 200, SECONDS = 60 };

/* ---- the process that ends --------------------------------------------------------------------*/

static struct fixture f;
static struct tm_atomic_u32 rounds;

static void *use(void *unused) {
  (void)unused;
  for (;;) {
    void *view = calloc(1, f.entry->strategy->view_bytes);
    if (tm_linear_attach(f.memory, view)) _exit(1);
    tm_linear_unpark(f.memory, view);
    for (int i = 0; i < GROWS; i++) {
      tm_linear_grow(f.memory, view, i == 0);
      byte_at(&f, view, f.hot->size(view) * TM_PAGE_BYTES - 1);
    }
    tm_linear_park(f.memory, view);
    tm_linear_detach(f.memory, view);
    free(view);
    tm_fetch_add_rlx(&rounds, 1); /* Relaxed: a count. */
  }
  return NULL;
}

static int end_while_threads_run(const char *strategy) {
  const struct tm_memory_type type = {
      .min_pages = 1, .max_pages = 60000, .index = TM_INDEX32, .shared = true};
  void *none = NULL;
  pthread_t thread;
  fixture_register_code(&none);
  if (!fixture_open_named(&f, strategy, &type)) return STATUS; /* not offered here */
  tm_linear_park(f.memory, f.view);
  for (int i = 0; i < 3; i++) pthread_create(&thread, NULL, use, NULL);
  while (tm_load_rlx(&rounds) < ROUNDS) sched_yield(); /* Relaxed: a count. */
  exit(STATUS); /* runs what libraries have registered, while the threads go on */
}

/* ---- the test ---------------------------------------------------------------------------------*/

static char self[4096];

/* The exit status of a process that uses the strategy, or minus the signal that ended it. */
static int status_of(const char *strategy) {
  char *argv[] = {self, (char *)strategy, NULL};
  pid_t pid;
  int status;
  if (posix_spawn(&pid, self, NULL, NULL, argv, environ)) return -1;
  struct pollfd p = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
  if (p.fd >= 0 && poll(&p, 1, SECONDS * 1000) == 0) kill(pid, SIGKILL);
  if (p.fd >= 0) close(p.fd);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void a_process_ends_while_threads_run(void **state) {
  (void)state;
  size_t count;
  const struct tm_strategy_entry *e = tm_strategies(&count);
  for (size_t i = 0; i < count; i++) {
    if (e[i].kind == TM_KIND_planted) continue;
    int status = status_of(e[i].strategy->name);
    if (status != STATUS) fail_msg("%s: %d", e[i].strategy->name, status);
  }
}

int main(int argc, char **argv) {
  if (argc > 1) return end_while_threads_run(argv[1]);
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return 1;
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_process_ends_while_threads_run)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
