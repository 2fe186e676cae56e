/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/process.h: run a program that may hang, crash or never stop talking.
 *
 * The program gets its own process group, no standard input, a time limit and a limit on what it
 * may print. When it ends, for whatever reason, its whole group is killed, so that no helper of a
 * browser stays behind. What it printed until then is kept: it may hold good results.
 *
 *     struct tm_process_spec spec = {.argv = argv, .folder = "/tmp/x", .seconds = 20};
 *     struct tm_process_end end;
 *     if (tm_process_run(&spec, &end, &error) < 0) ...
 *     ...end.out, end.ending, tm_process_why(&end, text, sizeof text)...
 *     tm_process_free(&end);
 */
#ifndef TM_HARNESS_ENGINES_PROCESS_H
#define TM_HARNESS_ENGINES_PROCESS_H

#include "core/error.h"

#include <stddef.h>

struct tm_process_spec {
  char *const *argv;  /* NULL-terminated; argv[0] is a path or a name to be found on PATH */
  const char *folder; /* working directory, or NULL for the caller's */
  double seconds;     /* time limit; 0: 60 */
  size_t most_bytes;  /* limit on standard output and on standard error, each; 0: 4 MiB */
  /* Instead of argv: called in the child; its result is the exit status. */
  int (*body)(void *context);
  void *context;
};

enum tm_process_ending {
  TM_PROCESS_EXITED,    /* `status` is the exit status */
  TM_PROCESS_SIGNALLED, /* `status` is the signal */
  TM_PROCESS_TIMED_OUT,
  TM_PROCESS_TALKED_TOO_MUCH
};

struct tm_process_end {
  enum tm_process_ending ending;
  int status;
  double seconds;  /* how long it took */
  char *out, *err; /* what it printed, ending in a 0 that is not counted */
  size_t out_bytes, err_bytes;
};

/* 0 when the program was started and has ended, however it ended; -errno and a sentence when it
 * could not be started (-ENOENT: no such program). `end` is to be freed after 0 only. */
int tm_process_run(const struct tm_process_spec *spec, struct tm_process_end *end,
                   struct tm_error *error);
void tm_process_free(struct tm_process_end *end);

/* How it ended, as words: "exit status 3", "killed by SIGSEGV", "no end after 20 s" … */
char *tm_process_why(const struct tm_process_end *end, char *out, size_t room);

#endif
