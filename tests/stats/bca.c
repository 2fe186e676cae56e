/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stats/bca.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>

void bca_mean(const double values[], size_t n, double level, struct tm_rng *rng, size_t resamples,
              double *low, double *high) {
  double draws[4000], mean = 0, cubes = 0, squares = 0, below = 0;
  for (size_t i = 0; i < n; i++) mean += values[i] / (double)n;
  for (size_t i = 0; i < n; i++) { /* jackknife means differ from the mean by -(v - mean)/(n-1) */
    double d = (values[i] - mean) / (double)(n - 1);
    squares += d * d;
    cubes += d * d * d;
  }
  for (size_t r = 0; r < resamples; r++) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += values[tm_rng_below(rng, n)];
    draws[r] = sum / (double)n;
    below += draws[r] < mean;
  }
  gsl_sort(draws, 1, resamples);
  double bias = gsl_cdf_ugaussian_Pinv((below + 0.5) / ((double)resamples + 1));
  double acceleration = squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
  for (int side = -1; side <= 1; side += 2) {
    double z = bias + side * gsl_cdf_ugaussian_Pinv(0.5 + level / 2);
    double p = gsl_cdf_ugaussian_P(bias + z / (1 - acceleration * z));
    double at = fmin(fmax(p * (double)resamples - 0.5, 0), (double)resamples - 1);
    *(side < 0 ? low : high) = draws[(size_t)at];
  }
}
