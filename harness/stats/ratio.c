/* SPDX-License-Identifier: Apache-2.0 */
/* Paired log-ratios and their geometric means. */
#include "harness/stats/stats.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

static int check_level(double level, struct tm_error *error) {
  if (level > 0 && level < 1) return 0;
  return tm_fail(error, -EINVAL, "a confidence level of %g makes no sense; use one between 0 and 1",
                 level);
}

/* Fill in the interval from log_mean, log_se and df. */
static void bounds(struct tm_ratio *r) {
  r->ratio = exp(r->log_mean);
  if (!(r->df > 0)) {
    r->low = 0;
    r->high = INFINITY;
    return;
  }
  double half = gsl_cdf_tdist_Pinv(0.5 + r->level / 2, r->df) * r->log_se;
  r->low = exp(r->log_mean - half);
  r->high = exp(r->log_mean + half);
}

int tm_ratio_paired(const double a[], const double b[], size_t n, double level,
                    struct tm_ratio *out, struct tm_error *error) {
  int rc = check_level(level, error);
  if (rc < 0) return rc;
  if (n == 0)
    return tm_fail(error, -EINVAL, "no block was measured, so there is nothing to compare");
  double mean = 0, squares = 0; /* Welford's running mean and sum of squared deviations */
  for (size_t i = 0; i < n; i++) {
    if (!(a[i] > 0 && b[i] > 0 && isfinite(a[i]) && isfinite(b[i])))
      return tm_fail(error, -EINVAL,
                     "block %zu holds %g and %g, and a ratio needs two positive numbers; drop the "
                     "block or measure it again",
                     i, a[i], b[i]);
    double d = log(a[i] / b[i]), step = d - mean;
    mean += step / (double)(i + 1);
    squares += step * (d - mean);
  }
  *out = (struct tm_ratio){.log_mean = mean, .log_se = NAN, .level = level, .blocks = n};
  if (n > 1) {
    out->df = (double)(n - 1);
    out->log_se = sqrt(squares / out->df / (double)n);
  }
  bounds(out);
  return 0;
}

int tm_ratio_geomean(const struct tm_ratio ratios[], size_t n, double level, struct tm_ratio *out,
                     struct tm_error *error) {
  int rc = check_level(level, error);
  if (rc < 0) return rc;
  if (n == 0) return tm_fail(error, -EINVAL, "a geometric mean needs at least one ratio");
  double sum = 0, variance = 0, denominator = 0, df_sum = 0;
  *out = (struct tm_ratio){.log_se = NAN, .level = level, .blocks = ratios[0].blocks};
  for (size_t i = 0; i < n; i++) {
    double v = ratios[i].log_se * ratios[i].log_se; /* NAN for one block, and stays so */
    sum += ratios[i].log_mean;
    variance += v;
    denominator += v * v / ratios[i].df;
    df_sum += ratios[i].df;
    if (ratios[i].blocks < out->blocks) out->blocks = ratios[i].blocks;
  }
  out->log_mean = sum / (double)n;
  if (!isnan(variance)) {
    out->log_se = sqrt(variance) / (double)n;
    /* Without any noise the formula is 0/0; then any positive number does. */
    out->df = denominator > 0 ? variance * variance / denominator : df_sum;
  }
  bounds(out);
  return 0;
}
