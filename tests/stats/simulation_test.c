/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics checked in the long run, on synthetic data whose truth is known: error rates and
 * coverage. The number of experiments makes each limit at least four standard errors wide, so a
 * correct build fails about once in 10,000 runs. TM_SEED=… repeats a printed run. */
#include "harness/stats/stats.h"
#include "tests/seed.h"
#include "tests/stats/bca.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
enum { MOST_BLOCKS = 64 };

static struct tm_rng rng;

static void within(const char *what, double got, double low, double high) {
  print_message("  %-58s %7.4f\n", what, got);
  if (!(got >= low && got <= high)) fail_msg("%s: %.4f is not in %g … %g", what, got, low, high);
}

/* Shapes of run-time noise: factor on the true time, median 1. */
static double gaussian(double sd) { return exp(sd * tm_rng_normal(&rng)); }
static double skewed(double sd) { return 1 + sd * -log(tm_rng_uniform(&rng)); }
static double interrupted(double sd) { /* one run in twenty is up to 20 % slower */
  return gaussian(sd) * (tm_rng_below(&rng, 20) ? 1 : 1 + 0.2 * tm_rng_uniform(&rng));
}
static double bimodal(double sd) { /* two layouts, 4 % apart */
  return gaussian(sd / 2) * (tm_rng_u64(&rng) & 1 ? 1 : 1.04);
}

static const struct shape {
  const char *name;
  double (*noise)(double sd);
} shapes[] = {
    {"gaussian", gaussian}, {"skewed", skewed}, {"interrupted", interrupted}, {"bimodal", bimodal}};

/* n blocks: B takes 1 and A takes `ratio`, both times a drift that the block shares. */
static void blocks(const struct shape *s, double sd, double ratio, size_t n, double a[],
                   double b[]) {
  double drift = 1;
  for (size_t i = 0; i < n; i++) {
    drift *= gaussian(0.01);
    a[i] = drift * ratio * s->noise(sd);
    b[i] = drift * s->noise(sd);
  }
}

static double covered(const struct shape *s, size_t n, double ratio, int experiments) {
  double a[MOST_BLOCKS], b[MOST_BLOCKS];
  int hits = 0;
  for (int e = 0; e < experiments; e++) {
    struct tm_ratio r;
    blocks(s, 0.02, ratio, n, a, b);
    assert_int_equal(tm_ratio_paired(a, b, n, 0.95, &r, NULL), 0);
    hits += r.low <= ratio && ratio <= r.high;
  }
  return (double)hits / experiments;
}

/* The same binary under two labels must be called different in 5 % ± 1 % of the cases. */
static void aa_false_positives(void **state) {
  (void)state;
  for (size_t n = 10; n <= 30; n += 20) {
    char what[80];
    snprintf(what, sizeof what, "A/A false positives, gaussian, %zu blocks", n);
    within(what, 1 - covered(&shapes[0], n, 1, 20000), 0.04, 0.06);
  }
}

static void paired_coverage(void **state) {
  (void)state;
  static const size_t sizes[] = {5, 10, 30};
  for (size_t k = 0; k < LENGTH(shapes); k++) {
    for (size_t j = 0; j < LENGTH(sizes); j++) {
      char what[80];
      snprintf(what, sizeof what, "t interval covers, %s, %zu blocks", shapes[k].name, sizes[j]);
      /* With 5 blocks and rare outliers t is known to be wide; never narrow. */
      within(what, covered(&shapes[k], sizes[j], 1.05, 10000), 0.93, sizes[j] < 30 ? 0.985 : 0.97);
    }
  }
}

static double bca_covered(const struct shape *s, size_t n, int experiments) {
  double a[MOST_BLOCKS], b[MOST_BLOCKS];
  int hits = 0;
  for (int e = 0; e < experiments; e++) {
    double low, high;
    blocks(s, 0.02, 1, n, a, b);
    for (size_t i = 0; i < n; i++) a[i] = log(a[i] / b[i]);
    bca_mean(a, n, 0.95, &rng, 1000, &low, &high);
    hits += low <= 0 && 0 <= high;
  }
  return (double)hits / experiments;
}

/* Why tm_ratio_paired uses t: on few blocks BCa covers too seldom, on many it is no better. */
static void t_beats_bca(void **state) {
  (void)state;
  static const size_t sizes[] = {5, 10, 30};
  double worst_t = 1, worst_bca = 1;
  for (size_t k = 0; k < LENGTH(shapes); k++) {
    for (size_t j = 0; j < LENGTH(sizes); j++) {
      double t = covered(&shapes[k], sizes[j], 1, 2000);
      double bca = bca_covered(&shapes[k], sizes[j], 1000);
      print_message("  %-12s %2zu blocks: t covers %.3f, BCa %.3f\n", shapes[k].name, sizes[j], t,
                    bca);
      worst_t = fmin(worst_t, t);
      worst_bca = fmin(worst_bca, bca);
    }
  }
  assert_true(worst_t > worst_bca);
}

/* Nine workloads with ratios and noise of their own. */
static void geomean_coverage(void **state) {
  (void)state;
  enum { WORKLOADS = 9, EXPERIMENTS = 5000, BLOCKS = 10 };
  double a[BLOCKS], b[BLOCKS], truth = 0;
  int hits = 0;
  for (int w = 0; w < WORKLOADS; w++) truth += log(1 + 0.02 * w) / WORKLOADS;
  for (int e = 0; e < EXPERIMENTS; e++) {
    struct tm_ratio r[WORKLOADS], g;
    for (int w = 0; w < WORKLOADS; w++) {
      blocks(&shapes[0], 0.005 * (w + 1), 1 + 0.02 * w, BLOCKS, a, b);
      tm_ratio_paired(a, b, BLOCKS, 0.95, &r[w], NULL);
    }
    assert_int_equal(tm_ratio_geomean(r, WORKLOADS, 0.95, &g, NULL), 0);
    hits += g.low <= exp(truth) && exp(truth) <= g.high;
  }
  within("geometric mean of 9 workloads covers, 10 blocks", (double)hits / EXPERIMENTS, 0.93, 0.97);
}

/* n processes of m iterations: process effect and iteration noise, as standard deviations. */
static void fill(double values[], struct tm_process p[], size_t n, size_t m, double process_sd,
                 double iteration_sd, double factor) {
  for (size_t i = 0; i < n; i++) {
    double effect = factor * gaussian(process_sd);
    p[i] = (struct tm_process){values + i * m, m};
    for (size_t j = 0; j < m; j++) values[i * m + j] = effect * gaussian(iteration_sd);
  }
}

static void two_level_coverage(void **state) {
  (void)state;
  enum { MOST = 30, M = 8, EXPERIMENTS = 3000 };
  static const struct {
    size_t n;
    double process_sd, iteration_sd;
  } designs[] = {{5, 0.02, 0.02},  {10, 0, 0.05}, {10, 0.02, 0.05},
                 {10, 0.05, 0.01}, {30, 0, 0.05}, {30, 0.02, 0.02}};
  static double va[MOST * M], vb[MOST * M];
  for (size_t k = 0; k < LENGTH(designs); k++) {
    struct tm_process a[MOST], b[MOST];
    size_t n = designs[k].n;
    int hits = 0;
    double process = 0;
    for (int e = 0; e < EXPERIMENTS; e++) {
      struct tm_two_level r;
      fill(va, a, n, M, designs[k].process_sd, designs[k].iteration_sd, 1.1);
      fill(vb, b, n, M, designs[k].process_sd, designs[k].iteration_sd, 1);
      assert_int_equal(tm_ratio_two_level(a, b, n, 0.95, &rng, 400, &r, NULL), 0);
      hits += r.ratio.low <= 1.1 && 1.1 <= r.ratio.high;
      process += r.process_sd * r.process_sd / EXPERIMENTS;
    }
    char what[80];
    snprintf(what, sizeof what, "two-level covers, %zu blocks, sd %g process, %g iteration", n,
             designs[k].process_sd, designs[k].iteration_sd);
    within(what, (double)hits / EXPERIMENTS, 0.93, 0.97);
    /* Both sides vary, so a block's log-ratio has twice the variance of one process. */
    if (designs[k].process_sd > 0) {
      double ratio = sqrt(process) / (designs[k].process_sd * sqrt(2));
      within("  process spread found over the true one", ratio, 0.93, 1.1);
    }
  }
}

static void quantile_coverage(void **state) {
  (void)state;
  enum { N = 1500, EXPERIMENTS = 2000 };
  static const double qs[] = {0.5, 0.99, 0.999};
  static double v[N];
  int hits[LENGTH(qs)] = {0};
  for (int e = 0; e < EXPERIMENTS; e++) {
    for (int i = 0; i < N; i++) v[i] = tm_rng_uniform(&rng);
    tm_sort(v, N);
    for (size_t k = 0; k < LENGTH(qs); k++) {
      struct tm_interval t;
      assert_int_equal(tm_quantile(v, N, qs[k], 0.95, &t, NULL), 0);
      hits[k] += t.low <= qs[k] && qs[k] <= t.high; /* of uniform values the q-quantile is q */
    }
  }
  within("independent p50 covers, 1500 values", (double)hits[0] / EXPERIMENTS, 0.93, 0.97);
  within("independent p99 covers", (double)hits[1] / EXPERIMENTS, 0.93, 0.985);
  within("independent p99.9 covers (upper bound may be infinite)", (double)hits[2] / EXPERIMENTS,
         0.93, 1);
}

/* Latencies exp(process effect + iteration noise): the pooled log is normal, so truth is known. */
static void two_level_quantile_coverage(void **state) {
  (void)state;
  enum { MOST = 30, M = 60, EXPERIMENTS = 3000 };
  static const struct {
    size_t processes;
    double q, z, low, high; /* few processes may say "unknown" rather than a bound: wide */
  } cases[] = {
      {30, 0.5, 0, 0.93, 0.975}, {30, 0.99, 2.3263478740, 0.925, 0.97}, {8, 0.5, 0, 0.93, 0.985}};
  static double v[MOST * M];
  struct tm_process p[MOST];
  for (size_t k = 0; k < LENGTH(cases); k++) {
    double truth = exp(cases[k].z * hypot(0.2, 0.4));
    int hits = 0;
    for (int e = 0; e < EXPERIMENTS; e++) {
      struct tm_interval t;
      fill(v, p, cases[k].processes, M, 0.2, 0.4, 1);
      assert_int_equal(tm_quantile_two_level(p, cases[k].processes, cases[k].q, 0.95, &t, NULL), 0);
      hits += t.low <= truth && truth <= t.high;
    }
    char what[80];
    snprintf(what, sizeof what, "p%g over %zu processes covers", cases[k].q * 100,
             cases[k].processes);
    within(what, (double)hits / EXPERIMENTS, cases[k].low, cases[k].high);
  }
}

/* The two-level bootstrap of a quantile of all values: processes are drawn with replacement, then
 * values in each; its percentiles. */
static void bootstrap_quantile(const struct tm_process p[], size_t n, double q, double *low,
                               double *high) {
  enum { DRAWS = 300, MOST = 1024 };
  double draws[DRAWS], v[MOST];
  for (int r = 0; r < DRAWS; r++) {
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
      const struct tm_process *drawn = &p[tm_rng_below(&rng, n)];
      for (size_t k = 0; k < drawn->n; k++) v[at++] = drawn->values[tm_rng_below(&rng, drawn->n)];
    }
    tm_sort(v, at);
    draws[r] = v[(size_t)ceil(q * (double)at) - 1];
  }
  tm_sort(draws, DRAWS);
  *low = draws[DRAWS * 25 / 1000];
  *high = draws[DRAWS - 1 - DRAWS * 25 / 1000];
}

/* Why tm_quantile_two_level does not bootstrap: on the five to thirteen processes of a report the
 * bootstrap covers too seldom, of a tail by far, for it never draws a value beyond the largest;
 * bounds for the effective number of values say instead that a bound is not known. */
static void effective_size_beats_bootstrap(void **state) {
  (void)state;
  enum { MOST = 13, M = 40, EXPERIMENTS = 400 };
  static const struct {
    size_t processes;
    double q, z;
  } cases[] = {{5, 0.5, 0}, {13, 0.5, 0}, {5, 0.99, 2.3263478740}, {13, 0.99, 2.3263478740}};
  static double v[MOST * M];
  struct tm_process p[MOST];
  int worst = EXPERIMENTS, worst_of_theirs = EXPERIMENTS;
  for (size_t k = 0; k < LENGTH(cases); k++) {
    double truth = exp(cases[k].z * hypot(0.2, 0.4));
    int ours = 0, theirs = 0;
    for (int e = 0; e < EXPERIMENTS; e++) {
      struct tm_interval t, b;
      fill(v, p, cases[k].processes, M, 0.2, 0.4, 1);
      assert_int_equal(tm_quantile_two_level(p, cases[k].processes, cases[k].q, 0.95, &t, NULL), 0);
      bootstrap_quantile(p, cases[k].processes, cases[k].q, &b.low, &b.high);
      ours += t.low <= truth && truth <= t.high;
      theirs += b.low <= truth && truth <= b.high;
    }
    print_message("  p%g, %2zu processes: effective size covers %.3f, two-level bootstrap %.3f\n",
                  cases[k].q * 100, cases[k].processes, (double)ours / EXPERIMENTS,
                  (double)theirs / EXPERIMENTS);
    worst = ours < worst ? ours : worst;
    worst_of_theirs = theirs < worst_of_theirs ? theirs : worst_of_theirs;
  }
  assert_true(worst >= 0.906 * EXPERIMENTS); /* four standard errors below 95 % */
  assert_true(worst_of_theirs < 0.85 * EXPERIMENTS);
}

/* A family of 12 equal pairs: no "different" in 95 % of families; and a ratio exactly on the margin
 * is called equivalent in 5 % of the cases. */
static void families_of_verdicts(void **state) {
  (void)state;
  enum { FAMILY = 12, BLOCKS = 15, EXPERIMENTS = 8000 };
  double a[BLOCKS], b[BLOCKS];
  int wrong = 0, equivalent = 0, uncorrected = 0;
  const struct tm_control fair = {.biased = false};
  for (int e = 0; e < EXPERIMENTS; e++) {
    struct tm_ratio r[FAMILY], edge;
    struct tm_judgement j[FAMILY], je;
    bool any = false, any_raw = false;
    for (int k = 0; k < FAMILY; k++) {
      blocks(&shapes[0], 0.03, 1, BLOCKS, a, b);
      tm_ratio_paired(a, b, BLOCKS, 0.95, &r[k], NULL);
      any_raw |= r[k].low > 1 || r[k].high < 1;
    }
    assert_int_equal(tm_judge(r, FAMILY, 1e-6, 0.05, &fair, j, NULL), 0);
    for (int k = 0; k < FAMILY; k++) any |= j[k].verdict == TM_DIFFERENT;
    blocks(&shapes[0], 0.01, 1.03, BLOCKS, a, b);
    tm_ratio_paired(a, b, BLOCKS, 0.95, &edge, NULL);
    tm_judge(&edge, 1, 0.03, 0.05, &fair, &je, NULL);
    wrong += any;
    uncorrected += any_raw;
    equivalent += je.verdict == TM_EQUIVALENT;
  }
  within("12 equal pairs: families with a false difference", (double)wrong / EXPERIMENTS, 0.038,
         0.06);
  within("  the same without Holm's correction", (double)uncorrected / EXPERIMENTS, 0.4, 0.52);
  within("ratio on the margin called equivalent", (double)equivalent / EXPERIMENTS, 0.04, 0.06);
}

/* Nine A/A comparisons per run; a bias of 1 % in every pair, or of 5 % in one of them. */
static double flagged(double all, double one) {
  enum { WORKLOADS = 9, BLOCKS = 15, EXPERIMENTS = 5000 };
  double a[BLOCKS], b[BLOCKS];
  int biased = 0;
  for (int e = 0; e < EXPERIMENTS; e++) {
    struct tm_ratio r[WORKLOADS];
    struct tm_control c;
    for (int w = 0; w < WORKLOADS; w++) {
      blocks(&shapes[0], 0.015, w == 0 ? one : all, BLOCKS, a, b);
      tm_ratio_paired(a, b, BLOCKS, 0.95, &r[w], NULL);
    }
    assert_int_equal(tm_control_judge(r, WORKLOADS, &c, NULL), 0);
    biased += c.biased;
  }
  return (double)biased / EXPERIMENTS;
}

static void control_finds_bias(void **state) {
  (void)state;
  within("fair control flagged as biased", flagged(1, 1), 0.001, 0.016);
  within("control with 1 % bias everywhere flagged", flagged(1.01, 1.01), 0.9, 1);
  within("control with 5 % bias in one workload flagged", flagged(1, 1.05), 0.9, 1);
}

static double found(size_t n, double effect, double log_sd, int experiments) {
  double a[MOST_BLOCKS], b[MOST_BLOCKS];
  int hits = 0;
  for (int e = 0; e < experiments; e++) {
    struct tm_ratio r;
    blocks(&shapes[0], log_sd / sqrt(2), 1 + effect, n, a, b);
    tm_ratio_paired(a, b, n, 0.95, &r, NULL);
    hits += r.low > 1 || r.high < 1;
  }
  return (double)hits / experiments;
}

static void power_as_promised(void **state) {
  (void)state;
  within("2 % difference found by 30 blocks at 3 % noise", found(30, 0.02, 0.03, 10000), 0.9, 1);
  static const double noise[] = {0.01, 0.02, 0.04};
  for (size_t k = 0; k < LENGTH(noise); k++) {
    size_t n = tm_blocks_needed(0.02, noise[k], 0.8, 0.05);
    char what[80];
    assert_in_range(n, 2, MOST_BLOCKS);
    snprintf(what, sizeof what, "2 %% found by the %zu blocks planned for 80 %% at %g %% noise", n,
             noise[k] * 100);
    within(what, found(n, 0.02, noise[k], 5000), 0.775, 0.94); /* few blocks come in big steps */
    within("  one block fewer does not", found(n - 1, 0.02, noise[k], 5000), 0.5, 0.825);
    assert_true(tm_effect_found(n, noise[k], 0.8, 0.05) <= 0.02 + 1e-9);
    assert_true(tm_effect_found(n - 1, noise[k], 0.8, 0.05) > 0.02);
  }
}

/* One process with a fixed amount of work; its time in seconds. */
static double timed_process(void) {
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    volatile uint64_t x = 1;
    for (int i = 0; i < 3000000; i++) x = x * 2862933555777941757u + 3037000493u;
    _exit(0);
  }
  assert_int_equal(waitpid(child, NULL, 0), child);
  clock_gettime(CLOCK_MONOTONIC, &end);
  return (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
}

/* Says what this machine can find. Asserts no timing: the answer depends on who else runs. */
static void this_machine(void **state) {
  (void)state;
  enum { BLOCKS = 30 };
  double a[BLOCKS], b[BLOCKS];
  for (int i = 0; i < BLOCKS; i++) {
    size_t order[2];
    tm_order_block(&rng, 2, order);
    (order[0] ? b : a)[i] = timed_process();
    (order[0] ? a : b)[i] = timed_process();
  }
  struct tm_ratio r;
  assert_int_equal(tm_ratio_paired(a, b, BLOCKS, 0.95, &r, NULL), 0);
  double sd = r.log_se * sqrt(BLOCKS);
  size_t needed = tm_blocks_needed(0.02, sd, 0.8, 0.05);
  print_message(
      "  this machine now: A/A %.4f (%.4f to %.4f), noise %.2f %%; 2 %% takes %zu blocks, "
      "30 blocks find %.2f %%\n",
      r.ratio, r.low, r.high, sd * 100, needed, tm_effect_found(BLOCKS, sd, 0.8, 0.05) * 100);
  assert_true(needed >= 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(aa_false_positives),
      cmocka_unit_test(paired_coverage),
      cmocka_unit_test(t_beats_bca),
      cmocka_unit_test(geomean_coverage),
      cmocka_unit_test(two_level_coverage),
      cmocka_unit_test(quantile_coverage),
      cmocka_unit_test(two_level_quantile_coverage),
      cmocka_unit_test(effective_size_beats_bootstrap),
      cmocka_unit_test(families_of_verdicts),
      cmocka_unit_test(control_finds_bias),
      cmocka_unit_test(power_as_promised),
      cmocka_unit_test(this_machine),
  };
  rng = tm_rng(tm_test_seed(tm_rng_fresh_seed()));
  return cmocka_run_group_tests_name("simulation", tests, NULL, NULL);
}
