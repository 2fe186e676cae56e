/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of workloads.def, and where its files are.
 */
#include "bench/workloads/workloads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TM_WORKLOAD(name, size, test_size, simd, summary) {#name, summary, size, test_size, simd},
const struct tm_workload tm_workloads[] = {
#include "bench/workloads/workloads.def"
};
#undef TM_WORKLOAD

const size_t tm_workload_count = sizeof tm_workloads / sizeof *tm_workloads;

const struct tm_workload *tm_workload_find(const char *name) {
  for (size_t i = 0; i < tm_workload_count; i++) {
    if (strcmp(tm_workloads[i].name, name) == 0) return &tm_workloads[i];
  }
  return NULL;
}

char *tm_workload_path(const char *name, enum tm_workload_build build) {
  static const char *const endings[] = {
      [TM_WORKLOAD_WASM] = "wasm",
      [TM_WORKLOAD_SINGLE_WASM] = "single.wasm",
      [TM_WORKLOAD_SIMD_WASM] = "simd.wasm",
      [TM_WORKLOAD_NATIVE] = "native",
      [TM_WORKLOAD_NATIVE_NOVEC] = "native-novec",
  };
  const char *folder = getenv("TIDEMARK_WORKLOADS");
  if (!folder || !*folder) folder = TIDEMARK_WORKLOADS_BUILT;
  char *path = NULL;
  return asprintf(&path, "%s/%s.%s", folder, name, endings[build]) < 0 ? NULL : path;
}
