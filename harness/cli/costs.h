/* SPDX-License-Identifier: Apache-2.0 */
/* harness/cli/costs.h: what a results file has measured of one strategy, in its newest run. */
#ifndef TM_HARNESS_CLI_COSTS_H
#define TM_HARNESS_CLI_COSTS_H

#include "core/error.h"

#include <stddef.h>

struct tm_cost {
  char *what; /* the axes but the strategy: "threads=2 workload=sort" */
  char *metric;
  char *unit;
  double *values; /* of all processes */
  size_t count;
  double median;
};

struct tm_costs {
  char run[40];
  struct tm_cost *cost;
  size_t count;
};

/* 0 or -errno with a sentence; no cost at all is no failure. */
int tm_costs_read(const char *results, const char *strategy, struct tm_costs *costs,
                  struct tm_error *error);
void tm_costs_free(struct tm_costs *costs);

#endif
