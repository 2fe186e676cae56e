/* SPDX-License-Identifier: Apache-2.0
 *
 * The built-in workloads, for the command line, the benchmarks and the tests.
 *
 * Usage:
 *   for (size_t i = 0; i < tm_workload_count; i++) puts(tm_workloads[i].name);
 *   char *module = tm_workload_path("matmul", TM_WORKLOAD_WASM);   free(module);
 * Every workload takes `THREADS SIZE` (1 to 8 threads; SIZE as listed), prints one line that is
 * the same for any number of threads, and ends with 0 if its checksum was verified. With a third
 * argument --time it says "work N ns" on standard error: the time between setting up and checking.
 */
#ifndef TIDEMARK_BENCH_WORKLOADS_H
#define TIDEMARK_BENCH_WORKLOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TM_WORKLOAD_MAX_THREADS = 8 };

struct tm_workload {
  const char *name;
  const char *summary;
  uint32_t size;      /* its second argument by default */
  uint32_t test_size; /* the same where a moment must do */
  bool simd;          /* also built with wasm SIMD */
};

extern const struct tm_workload tm_workloads[];
extern const size_t tm_workload_count;

/* The workload called `name`, or NULL. */
const struct tm_workload *tm_workload_find(const char *name);

enum tm_workload_build {
  TM_WORKLOAD_WASM,
  TM_WORKLOAD_SINGLE_WASM, /* one thread and an ordinary memory: for engines without threads */
  TM_WORKLOAD_SIMD_WASM,   /* only if .simd */
  TM_WORKLOAD_NATIVE,      /* the same source for this machine, -O2 */
  TM_WORKLOAD_NATIVE_NOVEC /* the same without auto-vectorisation */
};

/* The file of one build of `name` in the folder the build put it in (TIDEMARK_WORKLOADS in the
 * environment names another). The caller frees it. Returns NULL without memory. */
char *tm_workload_path(const char *name, enum tm_workload_build build);

#endif
