/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int tm_fail(struct tm_error *error, int code, const char *format, ...) {
  if (error) {
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
  }
  return code;
}

void tm_die_at(const char *file, int line, const char *format, ...) {
  va_list args;
  fprintf(stderr, "tidemark: internal error at %s:%d: ", file, line);
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
  abort();
}

/* _exit: other threads may run, and nothing that exit() would do needs doing. */
void tm_no_memory_at(const char *file, int line, const char *format, ...) {
  va_list args;
  fputs("tidemark: out of memory for ", stderr);
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fprintf(stderr, " (%s:%d); give it more, or ask for less at once\n", file, line);
  _exit(2);
}
