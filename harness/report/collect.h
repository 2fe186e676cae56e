/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/collect.h: run what a report needs and keep all of it in the results file.
 *
 * Each step is a run of its own in the store, with the plan "TITLE/STEP": list, race, bench, grid,
 * layouts, explore, engines, counts, litmus, compare, whole. Planted faults are judged, not timed.
 * What a step cannot do (a strategy that fails, an engine that is absent, a compiler that is
 * missing) becomes a note in the store, and the report says so.
 *
 * A report that was broken off goes on: with the same title, seed and options, blocks and pieces
 * (recording.h) that are in the store are not measured again, and orders are drawn as before.
 */
#ifndef TM_HARNESS_REPORT_COLLECT_H
#define TM_HARNESS_REPORT_COLLECT_H

#include "harness/report/probe.h"
#include "harness/report/recording.h"
#include "strategies/strategies.h"

#include <stdbool.h>

enum { TM_COLLECT_STRATEGIES = 64 };

struct tm_collect {
  const char *title; /* of the plan: "report 42" */
  uint64_t seed;
  const struct tm_strategy_entry *strategy[TM_COLLECT_STRATEGIES];
  size_t strategies;
  struct tm_probe_size size;
  unsigned bench_blocks;
  double total_seconds;         /* of the whole, aimed at; 0: as long as it takes */
  double begun;                 /* tm_recording_seconds() at the start; set by tm_collect_all */
  double bench_seconds;         /* start no further block after so long; 0: no limit */
  double race_seconds;          /* of each run */
  double litmus_run_seconds;    /* of each run; tests by rank until the step's share is over */
  const char *const *workloads; /* NULL-terminated */
  unsigned workload_divisor;    /* of their usual size; 0: the size tests use */
  unsigned workload_blocks;
  unsigned layout_blocks;           /* 0: layouts are not measured */
  unsigned grid_blocks;             /* 0: grows beside readers only around a middle */
  bool counts;                      /* count retired instructions */
  const char *const *explore_tests; /* NULL-terminated; NULL: none */
  const char *const *engine_tests;  /* NULL-terminated; NULL: engines are only listed */
  unsigned engine_rounds;           /* of each batch */
};

/* 0, or -errno with a sentence when nothing can be kept or run at all. */
int tm_collect_all(const struct tm_collect *c, struct tm_recording *recording,
                   struct tm_error *error);

/* The plan of the title's last step, which is finished when its piece TM_COLLECT_END is. */
#define TM_COLLECT_LAST "whole"
#define TM_COLLECT_END  "report"

/* Run, and once more when it hung (-ETIMEDOUT): machines stop and sleep, so that a hang is believed
 * when it is seen twice. What the last run returned. */
int tm_collect_believed(int (*run)(void *context), void *context);

/* Would a piece of work of `seconds` end after this share (0 to 1) of the time aimed at? */
bool tm_collect_late(const struct tm_collect *c, double share, double seconds);

/* The steps, for collect.c. */
int tm_collect_litmus(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error);
int tm_collect_race(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error);
int tm_collect_workloads(const struct tm_collect *c, struct tm_recording *s,
                         struct tm_error *error);
int tm_collect_whole(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error);
/* Count the accesses and grows of one workload; nothing is kept when it cannot run. */
int tm_collect_accesses(struct tm_recording *s, uint64_t block, uint64_t position, const char *name,
                        const char *path, const char *size, double seconds,
                        struct tm_error *error);
int tm_collect_counts(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error);
int tm_collect_explore(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error);
int tm_collect_engines(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error);

#endif
