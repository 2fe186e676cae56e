/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/wasi.h: run a WASI command module to its end: preview1 and wasi-threads.
 *
 *     struct tm_wasi_options options = tm_wasi_options();
 *     options.argc = argc, options.argv = argv;
 *     struct tm_wasi_result result;
 *     if (tm_wasi_run(module, &options, &result, &error) < 0) …    // never started: a sentence
 *     tm_wasi_report(&result, stderr);                             // a line if it trapped
 *     if (result.running) _exit(result.status);
 *
 * The guest's main thread and each thread it spawns run on host threads of their own, with a stack
 * of known size and a guard below it, so that exhaustion is a precise trap. A return from _start, a
 * proc_exit and a trap, in whatever thread, end the program.
 *
 * Threads of a guest cannot be stopped from outside (they may hold a strategy's lock). So when the
 * program ends while others still run guest code, tm_wasi_run returns all the same, and
 * result.running says how many there are: they can no longer reach any host function, but run until
 * the caller ends the process. Nothing of the module may be freed then; what the program itself
 * had, its descriptors and its memory, is given back when the last of them leaves the guest, if it
 * ever does. When result.running is 0 everything has been given back and the caller may go on.
 */
#ifndef TM_HARNESS_WASI_WASI_H
#define TM_HARNESS_WASI_WASI_H

#include "harness/wasm/module.h"

#include <stdio.h>

struct tm_wasi_preopen {
  const char *host;  /* a directory here */
  const char *guest; /* what the guest calls it */
};

struct tm_wasi_options {
  int argc;
  char *const *argv; /* argv[0] is the program's name */
  size_t env_count;
  const char *const *env; /* "NAME=VALUE" */
  size_t preopen_count;
  const struct tm_wasi_preopen *preopens;
  int stdio[3];         /* host descriptors; -1: /dev/null */
  uint32_t max_threads; /* alive at one time, the main thread included; 10000 at most */
  uint32_t max_files;   /* open descriptors of the guest */
  size_t main_stack_bytes, thread_stack_bytes;
  uint64_t timeout_ns; /* 0: none */
};

/* No arguments, no environment, no directories, the caller's stdio, 1024 threads, 65536 files,
 * 8 MiB of stack for the main thread, 1 MiB for others, no timeout. */
struct tm_wasi_options tm_wasi_options(void);

struct tm_wasi_result {
  int status;          /* the guest's, or 134 when it trapped */
  struct tm_trap trap; /* NONE or EXIT: it ended by itself. INTERRUPTED: the timeout */
  uint32_t thread;     /* that trapped; 0 is the main thread */
  char function[256];  /* that trapped; "" when not known */
  uint64_t guest_ns;   /* from the call of _start to the program's end */
  uint64_t grows;      /* successful grows by at least one page */
  uint64_t peak_pages; /* of the guest's memory */
  uint32_t threads;    /* ever started, the main thread included */
  uint32_t running;    /* threads that still run: the caller must end the process */
};

/* Run `module` from _start. 0 when it ran, however it ended; -errno and a sentence when it could
 * not be started, or when a thread of it could not be instantiated. */
int tm_wasi_run(struct tm_module *module, const struct tm_wasi_options *options,
                struct tm_wasi_result *result, struct tm_error *error);

/* If the guest trapped, print one line that says how; else print nothing. */
void tm_wasi_report(const struct tm_wasi_result *result, FILE *to);

#endif
