/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/exit.c: how a guest ends itself. */
#include "harness/wasi/functions.h"
#include "harness/wasi/process.h"

#include <signal.h>

static _Noreturn void end(struct tm_wasi_instance *g, uint32_t status) {
  struct tm_trap trap = {.code = TM_TRAP_EXIT, .exit_status = (int)status};
  tm_wasi_leave(g);
  tm_wasi_end(g->process, g->thread, &trap);
  tm_trap_exit((int)status);
}

void tm_wasi_proc_exit(void *env, uint32_t status) { end(tm_wasi_enter(env), status); }

/* A guest has no handlers, so a signal does what it does by default: nothing, or it ends the
 * program with the status a shell would show. Those that stop and continue a program are refused.
 */
uint32_t tm_wasi_proc_raise(void *env, uint32_t signal) {
  /* In WASI's numbering, which begins with "none". */
  static const int host[] = {0,       SIGHUP,  SIGINT,  SIGQUIT, SIGILL,    SIGTRAP, SIGABRT,
                             SIGBUS,  SIGFPE,  SIGKILL, SIGUSR1, SIGSEGV,   SIGUSR2, SIGPIPE,
                             SIGALRM, SIGTERM, SIGCHLD, SIGCONT, SIGSTOP,   SIGTSTP, SIGTTIN,
                             SIGTTOU, SIGURG,  SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH,
                             SIGPOLL, SIGPWR,  SIGSYS};
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  if (signal >= sizeof host / sizeof *host) return TM_WASI_INVAL;
  switch (host[signal]) {
  case 0:
  case SIGCHLD:
  case SIGCONT:
  case SIGURG:
  case SIGWINCH: return TM_WASI_SUCCESS;
  case SIGSTOP:
  case SIGTSTP:
  case SIGTTIN:
  case SIGTTOU: return TM_WASI_NOTSUP;
  default: end(g, 128 + (uint32_t)host[signal]);
  }
}
