/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/wasi.h: engines that are programs for WASI modules. A litmus test becomes one
 * such module, whose threads are wasi-threads (drivers/wasi_litmus.wat); so does a point of the
 * probe (drivers/wasi_probe.wat). A trap there ends the program, and a process has one memory.
 *
 *     tm_wasi_start(task, command);           then the engine's own arguments, then
 *     return tm_wasi_write(task, command, error);
 */
#ifndef TM_HARNESS_ENGINES_WASI_H
#define TM_HARNESS_ENGINES_WASI_H

#include "harness/engines/engine.h"

/* The first arguments, if the program's output must be made into rows. */
void tm_wasi_start(const struct tm_engine_task *task, struct tm_engine_command *command);
/* Does the job's module need wasi-threads? */
bool tm_wasi_threads(const struct tm_job *job);
/* Append module.wasm and its arguments, and write it. 0, or -errno and a sentence (-ENOTSUP: such a
 * test cannot be asked of a program). */
int tm_wasi_write(const struct tm_engine_task *task, struct tm_engine_command *command,
                  struct tm_error *error);

#endif
