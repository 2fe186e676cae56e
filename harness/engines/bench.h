/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/bench.h: what a grow, memory.size and loads cost in engines and in our
 * strategies.
 *
 * One run compares all of them: the same module (tm_job_probe), each process one sample, in random
 * complete blocks; costs are told as medians over processes, and as ratios to `guard` paired by
 * block, with a 95 % interval; `guard` is there twice, as a control. A grow is measured with 1 to
 * 64 instances, alone and beside a reader that runs in a thread of its own.
 */
#ifndef TM_HARNESS_ENGINES_BENCH_H
#define TM_HARNESS_ENGINES_BENCH_H

#include "core/strategy.h"
#include "harness/engines/sweep.h"

struct tm_engines_bench {
  const struct tm_sweep *sweep; /* engines, seconds, json */
  const char *strategies;       /* names with commas; NULL: the floors and the candidates */
  long blocks;                  /* how many samples of each */
};

/* 0 whatever the engines did; -errno and a sentence when a name is wrong or a file cannot be
 * written. */
int tm_engines_bench(const struct tm_engines_bench *asked, struct tm_error *error);

/* Run the probe's module under a strategy, in a process of its own. As tm_engine_run: what goes
 * wrong is in result->failure. */
void tm_engines_probe_strategy(const struct tm_strategy *strategy, const struct tm_job *job,
                               double seconds, struct tm_engine_result *result);

#endif
