/* SPDX-License-Identifier: Apache-2.0 */
/* The control's verdict on a run, and the verdicts on its comparisons. */
#include "harness/stats/stats.h"

#include "harness/stats/binomial.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* P(T > t) with T = (log_mean - at) / log_se; a ratio without noise is a point. */
static double upper_tail(const struct tm_ratio *r, double at) {
  double distance = r->log_mean - at;
  if (!(r->df > 0)) return 1; /* one block shows nothing */
  if (r->log_se == 0) return distance > 0 ? 0 : 1;
  return gsl_cdf_tdist_Q(distance / r->log_se, r->df);
}

static double lower_tail(const struct tm_ratio *r, double at) {
  struct tm_ratio mirrored = *r;
  mirrored.log_mean = -r->log_mean;
  return upper_tail(&mirrored, -at);
}

static double p_different(const struct tm_ratio *r) {
  return fmin(1, 2 * fmin(upper_tail(r, 0), lower_tail(r, 0)));
}

/* Two one-sided tests: both "below the margin" and "above it" must be rejected. */
static double p_equivalent(const struct tm_ratio *r, double log_margin) {
  return fmax(upper_tail(r, -log_margin), lower_tail(r, log_margin));
}

int tm_control_judge(const struct tm_ratio ratios[], size_t n, struct tm_control *out,
                     struct tm_error *error) {
  *out = (struct tm_control){.n = n};
  double smallest = 1, level = n ? ratios[0].level : 0;
  for (size_t i = 0; i < n; i++) {
    const struct tm_ratio *r = &ratios[i];
    if (!(r->df > 0) || r->level != level)
      return tm_fail(error, -EINVAL,
                     "A/A comparison %zu has %zu block(s) at level %g; measure two blocks or more, "
                     "all at one level",
                     i, r->blocks, r->level);
    if (r->low > 1 || r->high < 1) out->false_positives++;
    out->half_width += sqrt(r->high / r->low) / (double)n;
    smallest = fmin(smallest, p_different(r));
  }
  int rc = tm_ratio_geomean(ratios, n, level, &out->pooled, error);
  if (rc < 0) return rc;
  out->half_width -= 1;
  out->rate = tm_proportion_wilson(out->false_positives, n, 0.95);
  double p_count = 1;
  if (out->false_positives)
    p_count = tm_binomial_at_least_((double)out->false_positives, (double)n, 1 - level);
  out->p = 3 * fmin(fmin(p_count, p_different(&out->pooled)), (double)n * smallest);
  if (out->p > 1) out->p = 1;
  out->biased = out->p < 0.01;
  return 0;
}

struct ranked {
  double p;
  size_t index;
};

static int by_p(const void *x, const void *y) {
  const struct ranked *a = x, *b = y;
  return (a->p > b->p) - (a->p < b->p);
}

/* Holm: the k-th smallest of n p-values times n-k, never falling, at most 1. */
static void holm(struct ranked p[], size_t n) {
  double floor = 0;
  qsort(p, n, sizeof *p, by_p);
  for (size_t k = 0; k < n; k++) {
    floor = fmax(floor, fmin(1, p[k].p * (double)(n - k)));
    p[k].p = floor;
  }
}

int tm_judge(const struct tm_ratio ratios[], size_t n, double margin, double alpha,
             const struct tm_control *control, struct tm_judgement out[], struct tm_error *error) {
  if (!(margin > 0 && isfinite(margin) && alpha > 0 && alpha < 1))
    return tm_fail(error, -EINVAL,
                   "a margin of %g with alpha %g makes no sense; use a margin above 0 and an alpha "
                   "between 0 and 1",
                   margin, alpha);
  struct ranked *p = calloc(n ? n : 1, sizeof *p);
  if (!p) tm_no_memory("%zu comparisons", n);
  for (size_t i = 0; i < n; i++) p[i] = (struct ranked){p_different(&ratios[i]), i};
  holm(p, n);
  for (size_t k = 0; k < n; k++) out[p[k].index].p_different = p[k].p;
  for (size_t i = 0; i < n; i++) p[i] = (struct ranked){p_equivalent(&ratios[i], log1p(margin)), i};
  holm(p, n);
  for (size_t k = 0; k < n; k++) out[p[k].index].p_equivalent = p[k].p;
  free(p);
  bool trusted = control && !control->biased;
  for (size_t i = 0; i < n; i++)
    out[i].verdict = !trusted                       ? TM_UNSURE
                     : out[i].p_equivalent <= alpha ? TM_EQUIVALENT
                     : out[i].p_different <= alpha  ? TM_DIFFERENT
                                                    : TM_UNSURE;
  return 0;
}

const char *tm_verdict_word(enum tm_verdict verdict) {
  static const char *const names[] = {"unsure", "different", "equivalent"};
  return names[verdict];
}
