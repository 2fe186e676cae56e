/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/bench.h: what grows, loads and workloads cost in engines and in our strategies.
 *
 * One run compares all of them, each process one sample, in random complete blocks. Costs are told
 * as medians over processes, and as ratios to `guard` paired by block, with a 95 % interval; an
 * interval that is too wide to say anything is marked as noisy. `guard` is there twice, as a
 * control. operations  the same module for all (tm_job_probe): a grow with 1 to 64 instances, alone
 * and beside a reader that runs in a thread of its own, by hundreds and one by one; memory.size,
 * loads workloads   the programs of bench/workloads: with one thread and an ordinary memory, and
 * with two threads and a shared one, where the engine starts threads. Each process gives two
 * samples: inside, by the guest's own clock; and the whole of it, by hyperfine. A browser's process
 * is that of the program that serves its page (serve.py)
 */
#ifndef TM_HARNESS_ENGINES_BENCH_H
#define TM_HARNESS_ENGINES_BENCH_H

#include "core/strategy.h"
#include "harness/engines/sweep.h"

struct tm_engines_bench {
  const struct tm_sweep *sweep; /* engines, variant, seconds, json */
  const char *strategies;       /* names with commas; NULL: the floors and the candidates */
  const char *workloads;        /* names with commas, "all" or "none"; NULL: a few */
  bool quick;                   /* workloads at the size that tests use */
  bool no_operations;           /* workloads only */
  long blocks;                  /* how many samples of each */
};

/* 0 whatever the engines did; -errno and a sentence when a name is wrong or a file cannot be
 * written. */
int tm_engines_bench(const struct tm_engines_bench *asked, struct tm_error *error);

/* Run the probe's module under a strategy, in a process of its own. As tm_engine_run: what goes
 * wrong is in result->failure. */
void tm_engines_probe_strategy(const struct tm_strategy *strategy, const struct tm_job *job,
                               double seconds, struct tm_engine_result *result);

/* The workloads: print them and add to `list`. */
struct cJSON;
struct tm_subjects;
struct tm_rng;
int tm_engines_programs(const struct tm_engines_bench *asked, const struct tm_subjects *subjects,
                        struct tm_rng *rng, struct cJSON *list, struct tm_error *error);

#endif
