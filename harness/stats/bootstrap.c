/* SPDX-License-Identifier: Apache-2.0 */
/* Two-level bootstrap of a ratio: blocks, then the iterations inside a process. */
#include "harness/stats/stats.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

/* The percentiles of the draws that lie `reach` standard deviations out on either side of a normal
 * distribution, between neighbouring draws in proportion. */
static void percentiles(double draws[], size_t resamples, double reach, double *low, double *high) {
  double at = gsl_cdf_ugaussian_Q(reach) * (double)(resamples + 1) - 1; /* counted from 0 */
  size_t k = at > 0 ? (size_t)at : 0;
  double part = at > 0 ? at - (double)k : 0;
  gsl_sort(draws, 1, resamples);
  *low = draws[k] + part * (draws[k + 1] - draws[k]);
  size_t top = resamples - 1 - k;
  *high = draws[top] + part * (draws[top - 1] - draws[top]);
}

/* One block's log-ratio, its noise from finitely many iterations, and its means. */
struct block {
  double d, noise; /* log-ratio; variance that resampling the iterations gives it */
  double mean_a, mean_b;
};

static int describe(const struct tm_process *p, double *mean, double *noise) {
  double sum = 0, squares = 0;
  for (size_t i = 0; i < p->n; i++) {
    if (!(p->values[i] > 0 && isfinite(p->values[i]))) return -EINVAL;
    sum += p->values[i];
  }
  *mean = sum / (double)p->n;
  for (size_t i = 0; i < p->n; i++) squares += (p->values[i] - *mean) * (p->values[i] - *mean);
  /* Delta method: Var(log mean) = Var(mean) / mean². */
  *noise += squares / (double)p->n / (double)p->n / (*mean * *mean);
  return p->n ? 0 : -EINVAL;
}

static double drawn_mean(const struct tm_process *p, struct tm_rng *rng) {
  double sum = 0;
  for (size_t i = 0; i < p->n; i++) sum += p->values[tm_rng_below(rng, p->n)];
  return sum / (double)p->n;
}

/* Factors on the deviations of the two levels, so that a draw has the variance of the data. */
struct scale {
  double blocks, iterations;
};

/* Fill in the point, its standard error and the variance components. */
static struct scale components(const struct block blocks[], size_t n, struct tm_two_level *out) {
  double mean = 0, squares = 0, noise = 0, count = (double)n;
  for (size_t i = 0; i < n; i++) {
    mean += blocks[i].d / count;
    noise += blocks[i].noise / count;
  }
  for (size_t i = 0; i < n; i++) squares += (blocks[i].d - mean) * (blocks[i].d - mean);
  double variance = n > 1 ? squares / (count - 1) : NAN;
  out->ratio.log_mean = mean;
  out->ratio.ratio = exp(mean);
  out->ratio.log_se = sqrt(variance / count);
  out->iteration_sd = sqrt(noise);
  out->process_sd = n > 1 ? sqrt(fmax(0, variance - noise)) : NAN;
  if (!(variance > 0)) return (struct scale){1, 1};
  if (noise > variance) return (struct scale){0, sqrt(variance / noise)};
  return (struct scale){sqrt((1 - noise / variance) * count / (count - 1)), 1};
}

/* One draw of the statistic: mean log-ratio of n blocks drawn with replacement. */
static double draw(const struct tm_process a[], const struct tm_process b[],
                   const struct block blocks[], size_t n, double mean, struct scale scale,
                   struct tm_rng *rng) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    size_t k = tm_rng_below(rng, n);
    double a_mean = drawn_mean(&a[k], rng), b_mean = drawn_mean(&b[k], rng);
    double iterations = log(a_mean / blocks[k].mean_a) - log(b_mean / blocks[k].mean_b);
    sum += scale.blocks * (blocks[k].d - mean) + scale.iterations * iterations;
  }
  return mean + sum / (double)n;
}

int tm_ratio_two_level(const struct tm_process a[], const struct tm_process b[], size_t n,
                       double level, struct tm_rng *rng, size_t resamples, struct tm_two_level *out,
                       struct tm_error *error) {
  int rc = 0;
  if (!(level > 0 && level < 1 && resamples >= 100))
    return tm_fail(error, -EINVAL,
                   "%zu resamples at level %g cannot give an interval; use 100 resamples or more "
                   "and a level between 0 and 1",
                   resamples, level);
  if (n == 0)
    return tm_fail(error, -EINVAL, "no block was measured, so there is nothing to compare");
  struct block *blocks = calloc(n, sizeof *blocks);
  double *draws = calloc(resamples, sizeof *draws);
  if (!blocks || !draws) tm_no_memory("%zu blocks", n);
  for (size_t i = 0; i < n && rc == 0; i++) {
    struct block *k = &blocks[i];
    if (describe(&a[i], &k->mean_a, &k->noise) < 0 || describe(&b[i], &k->mean_b, &k->noise) < 0)
      rc = tm_fail(error, -EINVAL,
                   "block %zu holds a process without iterations or with a value that is not a "
                   "positive number; drop the block or measure it again",
                   i);
    k->d = log(k->mean_a / k->mean_b);
  }
  if (rc == 0) {
    struct tm_ratio *r = &out->ratio;
    *out = (struct tm_two_level){.ratio = {.level = level, .blocks = n, .high = INFINITY}};
    struct scale scale = components(blocks, n, out);
    if (n > 1) {
      r->df = (double)(n - 1);
      for (size_t i = 0; i < resamples; i++)
        draws[i] = draw(a, b, blocks, n, r->log_mean, scale, rng);
      /* Few blocks: ask for the percentiles as far out as Student's t lies. */
      double reach = gsl_cdf_tdist_Pinv(0.5 + level / 2, r->df);
      percentiles(draws, resamples, reach, &r->low, &r->high);
      r->low = exp(r->low);
      r->high = exp(r->high);
    }
  }
  free(blocks);
  free(draws);
  return rc;
}
