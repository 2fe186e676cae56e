/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/iwasm.c: WAMR's own program. No package registry carries one that starts threads,
 * so it is to be built from its authors' sources. */
#include "harness/engines/engine.h"

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  tm_engine_argument(command, task->program->path);
  tm_engine_argument(command, "--max-threads=80");
  tm_engine_flags(command, task->variant);
  tm_engine_argument(command, "module.wasm");
  return tm_engine_write_program(task, command, error);
}

const struct tm_engine tm_engine_iwasm = {
    .name = "iwasm",
    .runtime = "WAMR",
    .what = "WAMR's own program, its fast interpreter, one wasi-thread a thread",
    .program = "iwasm",
    .version = {"", "--version"},
    .install = "building product-mini/platforms/linux of its sources with "
               "-DWAMR_BUILD_LIB_WASI_THREADS=1, and putting iwasm on the path",
    .setup = "",
    .unfit = "its driver runs whole programs only",
    .programs = TM_PROGRAMS_THREADS,
    .prepare = prepare,
};
