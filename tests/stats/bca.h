/* SPDX-License-Identifier: Apache-2.0 */
/* The bias-corrected and accelerated bootstrap (Efron 1987) of a mean: the rival that Student's t
 * is measured against before harness/stats relies on it. */
#ifndef TM_TESTS_STATS_BCA_H
#define TM_TESTS_STATS_BCA_H

#include "harness/stats/stats.h"

/* Interval of the mean of n ≤ 256 values, n ≥ 2, from `resamples` ≤ 4000 draws. */
void bca_mean(const double values[], size_t n, double level, struct tm_rng *rng, size_t resamples,
              double *low, double *high);

#endif
