/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/compare.h: run guests under several strategies, or in several layouts of the
 * instance, and compare what they cost.
 *
 * Every block runs every strategy once, in random order, one process a run (the process is the
 * replicate). The first strategy is the base of every ratio; it runs twice in each block, the
 * second time under the label of the control, whose ratio should contain 1. Each run's output and
 * exit status must equal the base's in the first block.
 */
#ifndef TM_HARNESS_REPORT_COMPARE_H
#define TM_HARNESS_REPORT_COMPARE_H

#include "harness/report/counters.h"
#include "harness/stats/stats.h"
#include "harness/wasm/layout.h"
#include "strategies/strategies.h"

#include <stdbool.h>
#include <stdint.h>

enum { TM_COMPARE_STRATEGIES = 64 };

struct tm_compare_guest {
  const char *label;
  const char *path;   /* of the .wasm */
  char *const *argv;  /* its arguments after the name; NULL-terminated */
  char *const *small; /* arguments that make it short, for the run that warms up; NULL: as argv */
  char *const *flags; /* options for `tidemark run`, such as --dir; NULL-terminated */
};

/* One strategy, in one layout, on one guest. */
struct tm_compare_cell {
  struct tm_ratio time;            /* guest time relative to the base */
  double median_seconds;           /* of the guest, from entry to exit */
  uint64_t peak_bytes;             /* largest resident set of any run */
  uint64_t code_bytes;             /* machine code of the translated module */
  uint64_t grows;                  /* successful, by more than nothing; in the last run */
  bool same_output;                /* every run's output and exit status equal the base's */
  const char *difference;          /* "output", "errors" or "exit status" when not; else NULL */
  double *seconds;                 /* one per block, raw */
  double (*counters)[TM_COUNTERS]; /* one row per block: faults, switches, interrupts */
  /* > 0: so many times slower than the base on the small arguments that it was not run on the
   * others; everything above is empty then. */
  double left_out;
};

struct tm_compare {
  size_t blocks, strategies, guests;
  uint64_t seed;
  double limit_seconds; /* of one run; 0: none */
  /* The columns: strategies, each in a layout (all zero: inline). */
  const struct tm_strategy_entry *strategy[TM_COMPARE_STRATEGIES];
  struct tm_layout layout[TM_COMPARE_STRATEGIES];
  bool of_layouts;               /* the columns are layouts of one strategy */
  struct tm_compare_cell *cells; /* guests × (strategies + 1): the last column is the control */
  struct tm_ratio geomean[TM_COMPARE_STRATEGIES + 1]; /* blocks is 0 where some cell was left out */
};

static inline struct tm_compare_cell *tm_compare_cell(const struct tm_compare *c, size_t guest,
                                                      size_t strategy) {
  return &c->cells[guest * (c->strategies + 1) + strategy];
}

/* Fill c->cells for c->{blocks,strategies,strategy,seed}. `program` is the tidemark executable.
 * Progress and time left go to stderr when `progress`. 0, or -errno with a sentence. A guest that
 * traps or exits non-zero is no failure here: it is compared like any output. */
int tm_compare_run(struct tm_compare *c, const char *program, const struct tm_compare_guest *guests,
                   size_t guest_count, bool progress, struct tm_error *error);
void tm_compare_free(struct tm_compare *c);

#endif
