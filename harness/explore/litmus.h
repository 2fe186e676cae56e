/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/litmus.h: explore a litmus test under a strategy's own source.
 *
 *     struct tm_explore_result *result;
 *     tm_explore_litmus(test, "guard", &options, &result, &error);
 *     for (i < result->outcomes) tm_explore_row(test, &result->outcome[i], row) …
 */
#ifndef TM_HARNESS_EXPLORE_LITMUS_H
#define TM_HARNESS_EXPLORE_LITMUS_H

#include "harness/explore/explore.h"
#include "harness/litmus/litmus.h"

/* Beside its row, how an execution can go wrong. */
struct tm_explore_flaws {
  unsigned stuck; /* threads that wait for ever, other than in an untimed `wait` of the test */
  bool invalid;   /* the strategy's own invariant does not hold at the end */
};

/* -EINVAL: no such strategy; -ENODEV: the strategy cannot make this memory; else as tm_explore. */
int tm_explore_litmus(const struct tm_litmus *test, const char *strategy,
                      const struct tm_explore_options *options, struct tm_explore_result **result,
                      struct tm_error *error);

/* The outcome as a row of values, one per column of the test. */
struct tm_explore_flaws tm_explore_row(const struct tm_litmus *test,
                                       const struct tm_explore_outcome *outcome,
                                       struct tm_value row[]);

#endif
