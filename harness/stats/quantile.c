/* SPDX-License-Identifier: Apache-2.0 */
/* Quantiles and their intervals, of independent values and of processes. */
#include "harness/stats/stats.h"

#include "harness/stats/binomial.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void tm_sort(double values[], size_t n) { gsl_sort(values, 1, n); }

double tm_median(const double values[], size_t n) {
  if (n == 0) return NAN;
  double *sorted = malloc(n * sizeof *sorted);
  if (!sorted) tm_no_memory("what was asked");
  memcpy(sorted, values, n * sizeof *sorted);
  tm_sort(sorted, n);
  double middle = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  free(sorted);
  return middle;
}

static int check(size_t n, double q, double level, struct tm_error *error) {
  if (n >= 1 && q > 0 && q <= 1 && level > 0 && level < 1) return 0;
  return tm_fail(error, -EINVAL,
                 "the %g-quantile of %zu values at level %g is not defined; give at least one "
                 "value, a quantile above 0 and up to 1, and a level between 0 and 1",
                 q, n, level);
}

/* Rank (from 1) of the q-quantile of n values. The product of q = 0.999 and n = 1000 may come out
 * a hair above 999: do not step over. */
static size_t rank_of(double q, size_t n) {
  double rank = ceil(q * (double)n * (1 - 1e-12));
  return rank < 1 ? 1 : (size_t)rank;
}

/* Order statistics x(low), x(high) that enclose the q-quantile. x(k) lies below it when k values or
 * more do, so its chance is a binomial tail (David and Nagaraja 2003, section 7.1). The n values
 * may count for only `effective` independent ones.
 * low = 0 and high = n + 1 mean that no order statistic is far enough out. */
static void ranks(size_t n, double effective, double q, double level, size_t *low, size_t *high) {
  double count = (double)n, scale = effective / count, tail = (1 - level) / 2;
  size_t in = 0, out = n + 1; /* P(x(k) above the quantile) grows with k: last k within the tail */
  while (out - in > 1) {
    size_t k = in + (out - in) / 2;
    double below = (double)(k - 1) * scale;
    if (gsl_cdf_beta_Q(q, below + 1, effective - below) <= tail)
      in = k;
    else
      out = k;
  }
  *low = in;
  in = n + 1, out = 0; /* P(x(k) below the quantile) falls with k: first k within the tail */
  while (in - out > 1) {
    size_t k = out + (in - out) / 2;
    double up_to = (double)k * scale;
    if (gsl_cdf_beta_P(q, up_to, effective - up_to + 1) <= tail)
      in = k;
    else
      out = k;
  }
  *high = in;
}

static void interval(const double sorted[], size_t n, double effective, double q, double level,
                     struct tm_interval *out) {
  out->point = sorted[rank_of(q, n) - 1];
  if (q == 1) {
    out->low = sorted[n - 1];
    out->high = INFINITY;
    return;
  }
  size_t low, high;
  ranks(n, effective, q, level, &low, &high);
  out->low = low ? sorted[low - 1] : -INFINITY;
  out->high = high <= n ? sorted[high - 1] : INFINITY;
}

int tm_quantile(const double sorted[], size_t n, double q, double level, struct tm_interval *out,
                struct tm_error *error) {
  int rc = check(n, q, level, error);
  if (rc == 0) interval(sorted, n, (double)n, q, level, out);
  return rc;
}

/* How many independent values the `values` values of n ≥ 2 processes are worth for "share of values
 * up to x": from the spread of that share between processes. */
static double effective_size(const struct tm_process processes[], size_t n, double values, double x,
                             double level) {
  double total = 0, squares = 0;
  size_t up_to[2] = {0, 0};
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < n; i++) {
      size_t count = 0;
      for (size_t j = 0; j < processes[i].n; j++) count += processes[i].values[j] <= x;
      up_to[pass] += count;
      double residual = (double)count - total / values * (double)processes[i].n;
      if (pass == 1) squares += residual * residual;
    }
    total = (double)up_to[0];
  }
  double share = total / values, k = (double)n;
  double variance = k / (k - 1) * squares / (values * values); /* of a ratio estimate */
  double effective = values;
  if (variance > 0) effective = fmin(values, share * (1 - share) / variance);
  double normal = gsl_cdf_ugaussian_Pinv(0.5 + level / 2);
  double student = gsl_cdf_tdist_Pinv(0.5 + level / 2, k - 1);
  return fmax(1, effective * (normal / student) * (normal / student));
}

int tm_quantile_two_level(const struct tm_process processes[], size_t n, double q, double level,
                          struct tm_interval *out, struct tm_error *error) {
  size_t values = 0, at = 0;
  for (size_t i = 0; i < n; i++) values += processes[i].n;
  int rc = check(values, q, level, error);
  if (rc < 0) return rc;
  double *sorted = calloc(values, sizeof *sorted);
  if (!sorted) tm_no_memory("%zu values", values);
  for (size_t p = 0; p < n; p++)
    for (size_t i = 0; i < processes[p].n; i++) sorted[at++] = processes[p].values[i];
  gsl_sort(sorted, 1, values);
  if (n == 1) {
    *out = (struct tm_interval){sorted[rank_of(q, values) - 1], -INFINITY, INFINITY};
  } else {
    double x = sorted[rank_of(q, values) - 1];
    interval(sorted, values, effective_size(processes, n, (double)values, x, level), q, level, out);
  }
  free(sorted);
  return 0;
}
