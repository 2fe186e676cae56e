/* SPDX-License-Identifier: Apache-2.0 */
/* harness/stats/stats.h: from raw measurements to statements one may believe.
 *
 * The rules behind it: the process is the replicate; every block runs every treatment once in a
 * random order; treatments are compared inside a block, as ratios, on the logarithm; each statement
 * has an interval and one of three verdicts; the same binary under two labels is measured too.
 *
 * Usage (two strategies, ten blocks):
 *   struct tm_rng rng = tm_rng(seed);              // print the seed
 *   for (size_t b = 0; b < 10; b++) {
 *     size_t order[2];
 *     tm_order_block(&rng, 2, order);              // run treatment order[0], then order[1]
 *     ...                                          // one process each; a[b], b[b] in any one unit
 *   }
 *   struct tm_ratio r;
 *   if (tm_ratio_paired(a, b, 10, 0.95, &r, &error) < 0) return report(&error);
 *   printf("%.3f (%.3f to %.3f)\n", r.ratio, r.low, r.high);
 *
 * Conventions. `level` is a confidence, 0 < level < 1, usually 0.95. A bound that the data cannot
 * give is 0 or INFINITY, never a guess: with one block the interval is (0, INFINITY). Nothing here
 * keeps state between calls; any thread may call. Functions that return int give 0, or -EINVAL with
 * a sentence (`error` may be NULL); the others cannot fail on arguments in the stated range.
 *
 * Sources are named at each function.
 */
#ifndef TM_HARNESS_STATS_STATS_H
#define TM_HARNESS_STATS_STATS_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

/* ---- Random numbers ---------------------------------------------------------------------------
 * SplitMix64 (Steele, Lea, Flood 2014): one word of state, so that one printed seed repeats
 * everything. Not for secrets. */
struct tm_rng {
  uint64_t state;
};

struct tm_rng tm_rng(uint64_t seed);
uint64_t tm_rng_u64(struct tm_rng *rng);
uint64_t tm_rng_below(struct tm_rng *rng, uint64_t n); /* 0 … n-1, unbiased; n ≥ 1 */
double tm_rng_uniform(struct tm_rng *rng);             /* strictly between 0 and 1 */
double tm_rng_normal(struct tm_rng *rng);              /* mean 0, standard deviation 1 */
uint64_t
tm_rng_fresh_seed(void); /* from the system's entropy; below 2^53, so JSON keeps it exact */

/* ---- Order of runs ----------------------------------------------------------------------------
 * Randomised complete block design (Fisher 1935). order[i] is the treatment to run i-th. */

/* One block: treatments 0 … n-1, each once, every order equally likely. n ≥ 1. */
void tm_order_block(struct tm_rng *rng, size_t n, size_t order[]);

/* One mirrored block: a random order, then the same backwards: 2n entries, ABBA or BAAB for n = 2.
 * Each treatment's two runs have the same mean position, so that a linear drift cancels. */
void tm_order_mirrored(struct tm_rng *rng, size_t n, size_t order[]);

/* ---- Ratios -----------------------------------------------------------------------------------
 */

/* How many times A is B. `ratio` is the geometric mean of the blocks' a/b. */
struct tm_ratio {
  double ratio, low, high; /* point and interval; low = 0 and high = INFINITY when unknown */
  double log_mean, log_se; /* natural log of ratio, its standard error (NAN for one block) */
  double df;               /* degrees of freedom of log_se; 0 for one block */
  double level;            /* confidence of the interval */
  size_t blocks;           /* how many pairs (for a geometric mean: the fewest of any workload) */
};

/* Paired comparison: a[i] and b[i] were measured in block i, positive and in the same unit; n ≥ 1.
 * Student's t on log(a[i]/b[i]). */
int tm_ratio_paired(const double a[], const double b[], size_t n, double level,
                    struct tm_ratio *out, struct tm_error *error);

/* Geometric mean of n ≥ 1 ratios, one per workload. The workloads are the ones we chose, not a
 * sample of all programs: the interval says how well *their* mean is known. Standard errors add as
 * for independent estimates, degrees of freedom by Welch and Satterthwaite. */
int tm_ratio_geomean(const struct tm_ratio ratios[], size_t n, double level, struct tm_ratio *out,
                     struct tm_error *error);

/* ---- Proportions ------------------------------------------------------------------------------
 */

struct tm_interval {
  double point, low, high;
};

/* `hits` of `n` (n ≥ 1): Wilson's score interval (1927), which stays inside 0 … 1. */
struct tm_interval tm_proportion_wilson(uint64_t hits, uint64_t n, double level);

/* The largest probability that still agrees with `hits` of `n` at one-sided `level` (Clopper and
 * Pearson 1934, exact). For "never seen in n": 1 - (1-level)^(1/n), about 3/n at 0.95. */
double tm_proportion_upper(uint64_t hits, uint64_t n, double level);

#endif
