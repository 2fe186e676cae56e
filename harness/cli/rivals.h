/* SPDX-License-Identifier: Apache-2.0 */
/* harness/cli/rivals.h: the single-threaded workloads as others run them: translated by wasm2c and
 * compiled by the compiler that our own modules get, and under Wasmtime.
 *
 *     struct tm_rivals rivals;
 *     if (tm_rivals_open(&rivals, &error) == 0) {
 *       if (!*rivals.absent[TM_RIVAL_WASM2C]) {
 *         char *argv[TM_RIVAL_ARGUMENTS];
 *         size_t n = tm_rivals_command(&rivals, TM_RIVAL_WASM2C, &tm_workloads[0], argv);
 *         ...append the workload's arguments, start argv[0]...
 *       }
 *       tm_rivals_close(&rivals);
 *     }
 */
#ifndef TM_HARNESS_CLI_RIVALS_H
#define TM_HARNESS_CLI_RIVALS_H

#include "bench/workloads/workloads.h"
#include "core/error.h"
#include "harness/engines/engine.h"

#include <limits.h>

enum tm_rival { TM_RIVAL_WASM2C, TM_RIVAL_WASMTIME, TM_RIVALS };
enum { TM_RIVAL_ARGUMENTS = 4, TM_RIVAL_WORKLOADS = 32 };

struct tm_rivals {
  struct tm_engine_program program[TM_RIVALS];
  char absent[TM_RIVALS][256]; /* why it cannot be run, and what to install; "" if it can */
  char compiler[PATH_MAX];     /* of what wasm2c made */
  char folder[64];             /* holds the programs; removed by close */
  char *paths[TM_RIVALS][TM_RIVAL_WORKLOADS]; /* wasm2c: a program; Wasmtime: a module */
  char script[PATH_MAX];
};

/* Find them, and translate and compile every workload with wasm2c (seconds each, in a folder under
 * TMPDIR). An absent rival is no failure. 0, or -errno with a sentence. */
int tm_rivals_open(struct tm_rivals *rivals, struct tm_error *error);
void tm_rivals_close(struct tm_rivals *rivals);

/* The command that runs a workload, without the workload's own arguments; ends in NULL. Valid until
 * close. How many words. What wasm2c made always runs with one thread, the workload's size and
 * --time, whatever arguments it gets. */
size_t tm_rivals_command(const struct tm_rivals *rivals, enum tm_rival rival,
                         const struct tm_workload *workload, char *argv[TM_RIVAL_ARGUMENTS]);

/* "wasm2c 1.0.42, compiled by …", for a person. */
void tm_rivals_describe(const struct tm_rivals *rivals, enum tm_rival rival, char *text,
                        size_t room);

#endif
