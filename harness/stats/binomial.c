/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/stats/binomial.h"

#include <math.h>

/* log Γ(x+1) less Stirling's formula for it. */
static double stirling_error(double x) {
  if (x < 16) return lgamma(x + 1) - (x + 0.5) * log(x) + x - 0.5 * log(2 * M_PI);
  double xx = x * x;
  return (1 / 12.0 - (1 / 360.0 - (1 / 1260.0 - (1 / 1680.0 - 1 / 1188.0 / xx) / xx) / xx) / xx) /
         x;
}

/* x log(x/m) + m - x, without cancellation where x is near m. */
static double deviance(double x, double m) {
  if (fabs(x - m) > 0.1 * (x + m)) return x * log(x / m) + m - x;
  double v = (x - m) / (x + m), term = 2 * x * v, sum = (x - m) * v;
  for (int j = 1; j < 1000; j++) {
    term *= v * v;
    double next = sum + term / (2 * j + 1);
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

/* p^a (1-p)^b / B(a, b) / a, as a binomial density (Loader 2000, "Fast and accurate computation of
 * binomial probabilities"): the gammas of large numbers never meet. */
static double front(double a, double b, double p) {
  double n = a + b;
  double log_density = stirling_error(n) - stirling_error(a) - stirling_error(b) -
                       deviance(a, n * p) - deviance(b, n * (1 - p));
  return exp(log_density) * sqrt(n / (2 * M_PI * a * b)) * b / n;
}

static double away_from_zero(double x) { return fabs(x) < 1e-300 ? 1e-300 : x; }

/* The continued fraction 26.5.8 of Abramowitz and Stegun, by Lentz's method. */
static double fraction(double a, double b, double x) {
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), value = d;
  for (double m = 1; m < 1e8; m++) {
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    value *= d * c;
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    value *= d * c;
    if (fabs(d * c - 1) < 1e-14) break;
  }
  return value;
}

double tm_binomial_at_least_(double k, double n, double p) {
  double a = k, b = n - k + 1;
  if (p < (a + 1) / (a + b + 2)) return front(a, b, p) * fraction(a, b, p);
  return 1 - front(b, a, 1 - p) * fraction(b, a, 1 - p);
}
