/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/iwasm.c: WAMR's own program. No package registry carries one that starts threads,
 * so it is to be built from its authors' sources. */
#include "harness/engines/wasi.h"

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  tm_wasi_start(task, command);
  tm_engine_argument(command, task->program->path);
  tm_engine_argument(command, "--max-threads=80");
  tm_engine_flags(command, task->variant);
  return tm_wasi_write(task, command, error);
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
    .claim = {.strategy = "earlyold",
              .how =
                  "one shared length, which memory.grow reads as the old one before it takes the "
                  "lock under which pages are committed and the length is stored",
              .where = "WAMR: core/iwasm/interpreter/wasm_interp_fast.c, WASM_OP_MEMORY_GROW; "
                       "core/iwasm/common/wasm_memory.c, wasm_enlarge_memory",
              .manner = TM_MANNER_EARLY_OLD},
    .probes = true,
    .programs = TM_PROGRAMS_THREADS,
    .sleeps = true,
    .prepare = prepare,
};
