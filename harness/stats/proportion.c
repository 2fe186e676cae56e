/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals and exact bounds for "hits of n". */
#include "harness/stats/stats.h"

#include "harness/stats/binomial.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

struct tm_interval tm_proportion_wilson(uint64_t hits, uint64_t n, double level) {
  double count = (double)n, p = (double)hits / count;
  double z = gsl_cdf_ugaussian_Pinv(0.5 + level / 2), zz = z * z;
  double centre = (p + zz / (2 * count)) / (1 + zz / count);
  double half = z / (1 + zz / count) * sqrt(p * (1 - p) / count + zz / (4 * count * count));
  /* At the ends the formula gives exactly p up to rounding; say so exactly. */
  return (struct tm_interval){p, hits == 0 ? 0 : centre - half, hits == n ? 1 : centre + half};
}

double tm_proportion_upper(uint64_t hits, uint64_t n, double level) {
  if (hits >= n) return 1;
  if (hits == 0) return -expm1(log1p(-level) / (double)n);
  double low = (double)hits / (double)n, high = 1; /* P(more than hits) = level lies between */
  while (high - low > 1e-12 * high) {
    double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break; /* neighbours: nothing lies between */
    if (tm_binomial_at_least_((double)hits + 1, (double)n, middle) < level)
      low = middle;
    else
      high = middle;
  }
  return high;
}
