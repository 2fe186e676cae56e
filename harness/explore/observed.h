/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/observed.h: is what hardware showed among what exploration says can be?
 *
 *     struct tm_observed o = tm_explore_observed(test, "guard", run.histogram, 5, workspace);
 *     if (o.impossible) …the explorer or what ran is wrong…
 *
 * Under c11, which has every behaviour of the strategy's source that the other models have; if need
 * be with system calls that fail.
 */
#ifndef TM_HARNESS_EXPLORE_OBSERVED_H
#define TM_HARNESS_EXPLORE_OBSERVED_H

#include "harness/explore/litmus.h"
#include "harness/litmus/histogram.h"

struct tm_observed {
  bool answered;       /* the search came to its end */
  uint64_t executions; /* of the search */
  size_t impossible;   /* rows of the histogram that it did not find; 0 when not answered */
  size_t first;        /* the first of them */
};

/* Gives up after so many seconds of processor time. `workspace` may be NULL. */
struct tm_observed tm_explore_observed(const struct tm_litmus *test, const char *strategy,
                                       const struct tm_histogram *seen, double seconds,
                                       struct tm_explore_workspace *workspace);

#endif
