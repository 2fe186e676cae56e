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
 * give is infinite (0 for a ratio's lower one), never a guess: one block's ratio has (0, INFINITY).
 * Nothing here keeps state between calls; any thread may call. Functions that return int give 0, or
 * -EINVAL with a sentence (`error` may be NULL); the others cannot fail on arguments in the stated
 * range.
 *
 * Sources are named at each function.
 */
#ifndef TM_HARNESS_STATS_STATS_H
#define TM_HARNESS_STATS_STATS_H

#include "core/error.h"

#include <stdbool.h>
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

/* ---- Verdicts ---------------------------------------------------------------------------------
 * First the control (the same binary under two labels), then the comparisons it vouches for. */

/* What the A/A comparisons of a run say about the run. */
struct tm_control {
  size_t n, false_positives; /* A/A comparisons, and how many of their intervals miss 1 */
  struct tm_interval rate;   /* false positives of n, with Wilson's interval */
  struct tm_ratio pooled;    /* geometric mean of all A/A ratios: 1 but for noise */
  double half_width;         /* mean half-width of the A/A intervals, as a ratio less 1 */
  double p;                  /* how likely an unbiased run looks at least this bad */
  bool biased;               /* p < 0.01: trust no verdict of this run */
};

/* Judge n ≥ 1 A/A ratios (each with two blocks or more, all at one level). Three looks, corrected
 * by Bonferroni: too many false positives (binomial), a pooled ratio off 1, one ratio far off 1. */
int tm_control_judge(const struct tm_ratio ratios[], size_t n, struct tm_control *out,
                     struct tm_error *error);

enum tm_verdict { TM_UNSURE, TM_DIFFERENT, TM_EQUIVALENT };

struct tm_judgement {
  double p_different;  /* of "the ratio is 1", two-sided t, after Holm's correction */
  double p_equivalent; /* of "the ratio is outside the margin", TOST, after Holm's correction */
  enum tm_verdict verdict;
};

/* Judge n ≥ 1 comparisons as one family. margin > 0: ratios from 1/(1+margin) to 1+margin count as
 * equal (0.03 is 3 %). alpha: the chance of one wrong verdict or more of a kind in the family,
 * 0 < alpha < 1, usually 0.05. A ratio shown to lie inside the margin is EQUIVALENT, even where the
 * difference is real but that small; otherwise one shown to be off 1 is DIFFERENT; otherwise
 * UNSURE. Everything is UNSURE when the control is biased or NULL (no control was run).
 * Sources: Schuirmann 1987 (two one-sided tests), Holm 1979. */
int tm_judge(const struct tm_ratio ratios[], size_t n, double margin, double alpha,
             const struct tm_control *control, struct tm_judgement out[], struct tm_error *error);

const char *tm_verdict_word(enum tm_verdict verdict); /* "different", "equivalent", "unsure" */

/* ---- Planning ---------------------------------------------------------------------------------
 * The power of the paired t test, from the noncentral t distribution (Cohen 1988, chapter 2). */

/* Blocks needed to find a ratio of 1+effect with probability `power` at two-sided `alpha`, when one
 * block's log-ratio has standard deviation `log_sd` (of a tm_ratio r: r.log_se * sqrt(r.blocks)).
 * effect ≠ 0, > -1; log_sd > 0; 0 < alpha < power < 1. At least 2; SIZE_MAX if no number below 10^9
 * does. */
size_t tm_blocks_needed(double effect, double log_sd, double power, double alpha);

/* The other way round: the smallest effect > 0 that `blocks` ≥ 2 blocks find with that power. */
double tm_effect_found(size_t blocks, double log_sd, double power, double alpha);

/* ---- Two levels: processes and their iterations ------------------------------------------------
 * Iterations of one process resemble each other, so processes are what is resampled. */

struct tm_process {
  const double *values; /* one number per iteration */
  size_t n;             /* ≥ 1 */
};

enum { TM_RESAMPLES = 2000 }; /* enough for 95 % intervals; more only smooths the last digit */

struct tm_two_level {
  struct tm_ratio ratio; /* df is blocks - 1 */
  double process_sd;     /* of a block's log-ratio, from process to process, iterations removed */
  double iteration_sd;   /* of a block's log-ratio, what its finite number of iterations adds */
};

/* Ratio A over B, where block i ran process a[i] and process b[i]; n ≥ 1 blocks; values positive.
 * A process counts as the mean of its iterations. Two-level bootstrap: blocks are drawn with
 * replacement, then iterations in each drawn process; block effects are shrunk so that the two
 * levels together have the variance of the data (Davison and Hinkley 1997, section 3.8; drawing
 * both levels without it counts the iteration noise twice). The percentile interval is widened for
 * few blocks as Student's t widens the normal (Hesterberg 2015, "expanded percentile").
 * process_sd far below iteration_sd: lengthen the processes; far above: only more blocks help
 * (Kalibera and Jones 2013). */
int tm_ratio_two_level(const struct tm_process a[], const struct tm_process b[], size_t n,
                       double level, struct tm_rng *rng, size_t resamples, struct tm_two_level *out,
                       struct tm_error *error);

/* ---- Quantiles --------------------------------------------------------------------------------
 */

void tm_sort(double values[], size_t n); /* ascending; no NAN among them */

/* The middle one of n values in any order, or the mean of the middle two; NAN when n is 0. */
double tm_median(const double values[], size_t n);

/* The q-quantile is the smallest value that at least q of the values do not exceed (q = 1: the
 * maximum). An upper bound that needs more samples is INFINITY; so is always the maximum's. */

/* Of n ≥ 1 independent values, sorted ascending: exact bounds by order statistics. 0 < q ≤ 1. */
int tm_quantile(const double sorted[], size_t n, double q, double level, struct tm_interval *out,
                struct tm_error *error);

/* Of all values of n processes taken together. The values count only for as many independent ones
 * as the spread between processes allows, and the exact bounds are taken for that many (Korn and
 * Graubard 1998, from surveys of clusters). One process: (-INFINITY, INFINITY).
 * Not a two-level bootstrap, as for ratios: a mean is smooth, a quantile is one of the values. The
 * bootstrap never draws beyond the largest value, so on the 5 to 13 processes of a report it covers
 * p99 in 76 to 91 % of cases and p50 in 88 to 94 %, where these bounds cover 96 to 99 % and say
 * INFINITY when a tail needs more (tests/stats/simulation_test.c; results/statistics.txt). */
int tm_quantile_two_level(const struct tm_process processes[], size_t n, double q, double level,
                          struct tm_interval *out, struct tm_error *error);

#endif
