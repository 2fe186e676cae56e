/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/bench.h: the probe (probe.h) under many strategies, in random complete blocks.
 *
 * One process per strategy and block, started as `PROGRAM bench --one STRATEGY`; what it prints
 * goes into the store, cell by cell. nocheck and guard run twice in every block: the second time
 * with the axis role=control, so that ratios of a thing with itself are at hand (A/A). What is
 * random inside a process is drawn from the plan's seed plus the number of its block.
 * With .layouts the process is `PROGRAM bench --layouts --one STRATEGY`, which has its own control.
 * A block that is complete in the store is not run again: that is how a run resumes.
 */
#ifndef TM_HARNESS_REPORT_BENCH_H
#define TM_HARNESS_REPORT_BENCH_H

#include "harness/report/probe.h"
#include "harness/store/store.h"
#include "strategies/strategies.h"

enum { TM_BENCH_STRATEGIES = 64 };

struct tm_bench_plan {
  const char *program; /* the tidemark executable */
  const char *plan;    /* the store's name for it */
  const struct tm_strategy_entry *strategy[TM_BENCH_STRATEGIES];
  size_t strategies;
  unsigned blocks;
  uint64_t seed;
  double seconds; /* start no further block after so long, but three at least; 0: no limit */
  struct tm_probe_size size;
  bool layouts; /* measure layouts.h instead of the probe; of size, only .samples is looked at */
  /* Called before each process; may be NULL. */
  void (*progress)(void *context, const char *doing, size_t done, size_t total);
  void *context;
};

/* The run has been begun in the store (tm_store_begin). A strategy that fails is left out of the
 * blocks after it, with a note of why in the store. 0, or -errno with a sentence. */
int tm_bench_run(const struct tm_bench_plan *plan, struct tm_store *store, struct tm_error *error);

/* What the plan measures, as one text; runs of equal texts may resume one another. */
void tm_bench_plan_name(const struct tm_bench_plan *plan, const char *title, char *name,
                        size_t room);

#endif
