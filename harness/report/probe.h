/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/probe.h: what one strategy costs, measured in this process.
 *
 * A small wasm module is translated under the strategy; its functions are timed, its memory is
 * grown with many instances attached and with readers running, and its machine code is counted.
 * The process is the replicate (design/method.md, rule 1): bench.h starts one per strategy and
 * block and keeps what this gives.
 *
 *     cJSON *cells = tm_probe_strategy(strategy, &size, &error);
 *     // [{"axes": {"op": "grow", "instances": "1000", …}, "metric": "latency", "unit": "ns",
 *     //   "values": […]}, …]
 *
 * Beside readers, at most 1,024 grows of a point and process are timed (256 of the grid's, and
 * of those that readers follow), every
 * so many of those that are made, so that files stay of a size that can be read.
 *
 * Axes, all of them in every cell: op, instances (attached), readers (threads that run guest
 * loops), pages (a grow adds), rate (grows asked for per second; 0: back to back, or none), touch
 * (are new pages written before they are grown away from). And layout, where it is not inline.
 */
#ifndef TM_HARNESS_REPORT_PROBE_H
#define TM_HARNESS_REPORT_PROBE_H

#include "core/error.h"
#include "core/strategy.h"
#include "harness/wasm/layout.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct tm_probe_size {
  unsigned samples;       /* per loop of accesses, each of about a tenth of a millisecond */
  unsigned grows;         /* per point of a sweep, at most */
  unsigned max_instances; /* sweeps stop here; powers of ten from 1 */
  unsigned max_readers;   /* sweeps stop here; 0, 1, 2, 4, … */
  double reader_seconds;  /* that readers run at each point */
  uint64_t seed;          /* of what is random in a process: where memories lie, orders */
  struct tm_layout layout;
  /* Instead of all else: grows beside readers at every combination of rate, readers and instances
   * (op grow-grid); otherwise these are swept one at a time, around a middle. */
  bool grid;
};

/* The module is translated (or found in the cache) and loaded, nothing measured. 0 or -errno. */
int tm_probe_prepare(const struct tm_strategy *strategy, struct tm_layout layout,
                     struct tm_error *error);

/* NULL with a sentence on failure. The caller frees. */
cJSON *tm_probe_strategy(const struct tm_strategy *strategy, const struct tm_probe_size *size,
                         struct tm_error *error);

enum { TM_PROBE_COUNTED = 5 };
extern const char *const tm_probe_counted[TM_PROBE_COUNTED]; /* the loops, by op */

/* Instructions that a turn of each loop retires, by perf events, from a run of one turn and one of
 * `turns` ≥ 2. -1 where the machine has none. For callgrind, three calls of tm_probe_count_mark
 * surround the two runs of each loop. 0, or -errno with a sentence. */
int tm_probe_count(const struct tm_strategy *strategy, unsigned turns,
                   double each[TM_PROBE_COUNTED], struct tm_error *error);
__attribute__((noinline)) void tm_probe_count_mark(void); /* does nothing */

#endif
