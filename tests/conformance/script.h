/* SPDX-License-Identifier: Apache-2.0 */
/* tests/conformance/script.h: run one conformance script (.wast) and count what held. */
#ifndef TM_TESTS_CONFORMANCE_SCRIPT_H
#define TM_TESTS_CONFORMANCE_SCRIPT_H

#include "tests/conformance/modules.h"

#include <stdio.h>

struct script_result {
  int passed, failed;
  int skipped; /* assertions about the text format, which is not ours */
};

struct script_options {
  const char *work; /* a folder for what wast2json makes; found there again by later calls */
  const char *note; /* only put the script's modules into this folder; run nothing */
  /* Where its modules come from, and under which of their strategies. */
  struct modules *modules;
  size_t strategy;
  const char *strategy_name;
};

/* Convert `path` with wast2json and run its commands. Each failure is a line "file:line: what" on
 * `report`. 0, or -1 when the script cannot be run at all (a line says why). */
int script_run(const char *path, const struct script_options *options, FILE *report,
               struct script_result *result);

#endif
