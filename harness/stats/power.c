/* SPDX-License-Identifier: Apache-2.0 */
/* How many blocks an effect needs, and which effect a number of blocks finds. */
#include "harness/stats/stats.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* The p-quantile of a sample's standard deviation over the true one. GSL inverts the chi-squared
 * distribution; from 100 degrees of freedom on Wilson and Hilferty's cube root (1931) is as good,
 * and does not fail to converge on millions. */
static double relative_sd(double p, double df) {
  if (df < 100) return sqrt(gsl_cdf_chisq_Pinv(p, df) / df);
  double root = sqrt(2 / (9 * df));
  return pow(1 - root * root + root * gsl_cdf_ugaussian_Pinv(p), 1.5);
}

/* Power of the two-sided t test when the true effect is `delta` standard deviations of one block's
 * log-ratio. Given the sample's standard deviation the rest is normal; that one is averaged over
 * its chi-squared distribution, at the middles of slices of equal probability. */
static double power_of(double delta, double blocks, double alpha) {
  enum { SLICES = 128 };
  double df = blocks - 1, sum = 0, shift = delta * sqrt(blocks);
  double critical = gsl_cdf_tdist_Pinv(1 - alpha / 2, df);
  for (int i = 0; i < SLICES; i++) {
    double reach = critical * relative_sd((i + 0.5) / SLICES, df);
    sum += gsl_cdf_ugaussian_P(shift - reach) + gsl_cdf_ugaussian_P(-shift - reach);
  }
  return sum / SLICES;
}

size_t tm_blocks_needed(double effect, double log_sd, double power, double alpha) {
  double delta = fabs(log1p(effect)) / log_sd;
  size_t low = 1, high = 2;
  while (power_of(delta, (double)high, alpha) < power) {
    if (high >= 1000000000) return SIZE_MAX;
    low = high;
    high *= 2;
  }
  while (high - low > 1) { /* high is enough, low is not */
    size_t middle = low + (high - low) / 2;
    if (power_of(delta, (double)middle, alpha) < power)
      low = middle;
    else
      high = middle;
  }
  return high;
}

double tm_effect_found(size_t blocks, double log_sd, double power, double alpha) {
  double low = 0, high = 1;
  while (power_of(high, (double)blocks, alpha) < power) high *= 2;
  for (int i = 0; i < 40; i++) {
    double middle = (low + high) / 2;
    if (power_of(middle, (double)blocks, alpha) < power)
      low = middle;
    else
      high = middle;
  }
  return expm1(high * log_sd);
}
