/* SPDX-License-Identifier: Apache-2.0 */
/* tests/wasm/script.h: run one conformance script (.wast) and count what held. */
#ifndef TM_TESTS_WASM_SCRIPT_H
#define TM_TESTS_WASM_SCRIPT_H

#include "harness/wasm/module.h"

#include <stdio.h>

struct script_result {
  int passed, failed;
  int skipped; /* assertions about the text format, which is not ours */
};

/* Convert `path` with wast2json in the folder `work`, which is empty or has what an earlier call put
 * there for the same path, and run its commands, modules loaded with
 * these options. Each failure is a line "file:line: what" on `report`.
 * 0, or -1 when the script cannot be run at all (a line says why). */
int script_run(const char *path, const char *work, const struct tm_module_options *options,
               FILE *report, struct script_result *result);

#endif
