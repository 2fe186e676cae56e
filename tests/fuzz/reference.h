/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/reference.h: a real engine that runs modules one after the other, in one process. */
#ifndef TM_TESTS_FUZZ_REFERENCE_H
#define TM_TESTS_FUZZ_REFERENCE_H

#include "harness/wasm/emit_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct reference {
  const char *name;
  pid_t pid; /* 0: not there */
  FILE *to, *from;
};

/* Start `argv`; false when it does not answer for `probe`, a module's path. */
bool reference_start(struct reference *r, const char *name, char *const argv[], const char *probe);
/* Its transcript of the module at `path`. False when it has died. */
bool reference_run(struct reference *r, const char *path, struct tm_text *transcript);
void reference_stop(struct reference *r);

#endif
