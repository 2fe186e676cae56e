/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics against answers known without a simulation: tables, hand-worked examples, identities.
 * What only shows in the long run (coverage, error rates) is in simulation_test.c. */
#include "harness/stats/stats.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static void close_to(double got, double want, double tolerance) {
  if (!(fabs(got - want) <= tolerance)) fail_msg("got %.10g, want %.10g", got, want);
}

/* The first outputs of SplitMix64 for seed 1234567, as its reference implementation prints them. */
static void rng_repeats(void **state) {
  (void)state;
  static const uint64_t want[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u};
  struct tm_rng rng = tm_rng(1234567);
  for (size_t i = 0; i < LENGTH(want); i++) assert_true(tm_rng_u64(&rng) == want[i]);
  for (int i = 0; i < 1000; i++) {
    assert_true(tm_rng_below(&rng, 7) < 7);
    double u = tm_rng_uniform(&rng);
    assert_true(u > 0 && u < 1);
  }
  assert_true(tm_rng_below(&rng, 1) == 0);

  /* 2^64 is 4/3 of this range: scaling alone would give every third value twice as often. */
  int thirds[3] = {0};
  for (int i = 0; i < 6000; i++) thirds[tm_rng_below(&rng, 3ull << 62) % 3]++;
  for (int i = 0; i < 3; i++) close_to(thirds[i], 2000, 5 * sqrt(6000.0 * 2 / 9));
}

/* All 6 orders of 3 treatments, each near its share (limits: 5 standard deviations). */
static void blocks_are_complete_and_fair(void **state) {
  (void)state;
  enum { DRAWS = 12000 };
  uint64_t seed = tm_rng_fresh_seed();
  print_message("seed %llu\n", (unsigned long long)seed);
  struct tm_rng rng = tm_rng(seed);
  int seen[3][3][3] = {{{0}}}, kinds = 0;
  for (int i = 0; i < DRAWS; i++) {
    size_t o[3];
    tm_order_block(&rng, 3, o);
    assert_true((1u << o[0] | 1u << o[1] | 1u << o[2]) == 7);
    seen[o[0]][o[1]][o[2]]++;
  }
  double mean = DRAWS / 6.0, limit = 5 * sqrt(DRAWS / 6.0 * 5 / 6);
  for (int i = 0; i < 27; i++) {
    int count = (&seen[0][0][0])[i];
    if (!count) continue;
    kinds++;
    close_to(count, mean, limit);
  }
  assert_int_equal(kinds, 6);
  size_t m[4];
  tm_order_mirrored(&rng, 2, m);
  assert_true(m[0] == m[3] && m[1] == m[2] && m[0] != m[1]);
}

/* Logs 1, 2, 3: mean 2, standard error 1/sqrt(3), t(0.975, 2) = 4.302653. */
static void ratio_by_hand(void **state) {
  (void)state;
  double a[] = {exp(1), exp(2), exp(3)}, b[] = {1, 1, 1};
  struct tm_ratio r;
  assert_int_equal(tm_ratio_paired(a, b, 3, 0.95, &r, NULL), 0);
  double half = 4.302652730 / sqrt(3);
  close_to(r.ratio, exp(2), 1e-12);
  close_to(r.low, exp(2 - half), 1e-6);
  close_to(r.high, exp(2 + half), 1e-5);
  assert_int_equal(r.blocks, 3);

  struct tm_ratio swapped; /* A over B and B over A say the same thing */
  assert_int_equal(tm_ratio_paired(b, a, 3, 0.95, &swapped, NULL), 0);
  close_to(swapped.low * r.high, 1, 1e-12);
}

static void one_block_has_no_interval(void **state) {
  (void)state;
  double a[] = {3}, b[] = {2};
  struct tm_ratio r, g;
  assert_int_equal(tm_ratio_paired(a, b, 1, 0.95, &r, NULL), 0);
  close_to(r.ratio, 1.5, 1e-12);
  assert_true(r.low == 0 && isinf(r.high));
  assert_int_equal(tm_ratio_geomean(&r, 1, 0.95, &g, NULL), 0);
  assert_true(g.low == 0 && isinf(g.high));
}

static void bad_input_is_a_sentence(void **state) {
  (void)state;
  struct tm_error error = {""};
  struct tm_ratio r;
  double good[] = {1, 2}, zero[] = {1, 0}, nan[] = {NAN, 1};
  assert_int_equal(tm_ratio_paired(good, zero, 2, 0.95, &r, &error), -EINVAL);
  assert_non_null(strstr(error.text, "block 1"));
  assert_int_equal(tm_ratio_paired(nan, good, 2, 0.95, &r, &error), -EINVAL);
  assert_int_equal(tm_ratio_paired(good, good, 0, 0.95, &r, &error), -EINVAL);
  assert_int_equal(tm_ratio_paired(good, good, 2, 95, &r, &error), -EINVAL);
  assert_non_null(strstr(error.text, "95"));
  assert_int_equal(tm_ratio_geomean(&r, 0, 0.95, &r, &error), -EINVAL);
}

/* Equal noise and equal blocks: the standard error falls by sqrt(n), the freedom adds up. */
static void geomean_by_hand(void **state) {
  (void)state;
  double a1[] = {2 * exp(0.1), 2 * exp(-0.1), 2}, a2[] = {8 * exp(0.1), 8 * exp(-0.1), 8};
  double b[] = {1, 1, 1};
  struct tm_ratio r[2], g;
  tm_ratio_paired(a1, b, 3, 0.95, &r[0], NULL);
  tm_ratio_paired(a2, b, 3, 0.95, &r[1], NULL);
  assert_int_equal(tm_ratio_geomean(r, 2, 0.95, &g, NULL), 0);
  close_to(g.ratio, 4, 1e-12);
  close_to(g.log_se, r[0].log_se / sqrt(2), 1e-12);
  close_to(g.df, 4, 1e-9);
  double half = 2.776445105 * g.log_se; /* t(0.975, 4) */
  close_to(g.high, 4 * exp(half), 1e-8);

  double same[] = {5, 5, 5}; /* no noise at all: a point, not NaN */
  tm_ratio_paired(same, b, 3, 0.95, &r[0], NULL);
  tm_ratio_paired(same, b, 3, 0.95, &r[1], NULL);
  tm_ratio_geomean(r, 2, 0.95, &g, NULL);
  close_to(g.low, 5, 1e-12);
  close_to(g.high, 5, 1e-12);
}

/* Newcombe (1998), table I: Wilson's method without continuity correction. */
static void wilson_published(void **state) {
  (void)state;
  static const struct {
    uint64_t hits, n;
    double low, high;
  } table[] = {{81, 263, 0.2553, 0.3662},
               {15, 148, 0.0624, 0.1605},
               {0, 20, 0.0000, 0.1611},
               {1, 29, 0.0061, 0.1718}};
  for (size_t i = 0; i < LENGTH(table); i++) {
    struct tm_interval w = tm_proportion_wilson(table[i].hits, table[i].n, 0.95);
    close_to(w.low, table[i].low, 5e-5);
    close_to(w.high, table[i].high, 5e-5);
  }
  for (uint64_t n = 1; n < 1000; n++) { /* the ends are exact, not nearly so */
    assert_true(tm_proportion_wilson(0, n, 0.95).low == 0);
    assert_true(tm_proportion_wilson(n, n, 0.95).high == 1);
  }
}

/* Exactness: under the bound, `hits` or fewer happen with probability 1 - level. */
static void upper_bound_is_exact(void **state) {
  (void)state;
  double p = tm_proportion_upper(3, 50, 0.95), tail = 0, term = pow(1 - p, 50);
  for (int k = 0; k <= 3; k++) {
    tail += term;
    term *= (50.0 - k) / (k + 1) * p / (1 - p);
  }
  close_to(tail, 0.05, 1e-9);
  close_to(tm_proportion_upper(0, 1000000000, 0.95), 2.9957e-9, 1e-13);
  close_to(tm_proportion_upper(0, 1, 0.95), 0.95, 1e-12);
  /* Rare events are Poisson: the bounds for 1 and 2 seen are 4.743865 and 6.295794. */
  close_to(tm_proportion_upper(1, 1000000000, 0.95) * 1e9, 4.743865, 1e-5);
  close_to(tm_proportion_upper(2, 1000000000, 0.95) * 1e9, 6.295794, 1e-5);
  /* Frequent ones are normal. */
  close_to(tm_proportion_upper(500000000, 1000000000, 0.95), 0.5 + 1.6448536 * sqrt(0.25e-9), 2e-9);
  close_to(tm_proportion_upper(7, 7, 0.95), 1, 0);
}

/* A ratio with chosen mean and standard error, as if from 11 blocks. */
static struct tm_ratio made(double ratio, double log_se) {
  struct tm_ratio r = {.log_mean = log(ratio), .ratio = ratio, .log_se = log_se, .df = 10};
  double half = 2.228138852 * log_se; /* t(0.975, 10) */
  r.low = ratio * exp(-half);
  r.high = ratio * exp(half);
  r.level = 0.95;
  r.blocks = 11;
  return r;
}

static void three_verdicts(void **state) {
  (void)state;
  struct tm_ratio r[] = {made(1.20, 0.010), made(0.80, 0.010), made(1.00, 0.002), made(1.01, 0.002),
                         made(1.02, 0.050)};
  static const enum tm_verdict want[] = {TM_DIFFERENT, TM_DIFFERENT, TM_EQUIVALENT, TM_EQUIVALENT,
                                         TM_UNSURE};
  struct tm_control fair = {.biased = false}, biased = {.biased = true};
  struct tm_judgement j[LENGTH(r)];
  assert_int_equal(tm_judge(r, LENGTH(r), 0.03, 0.05, &fair, j, NULL), 0);
  for (size_t i = 0; i < LENGTH(r); i++) assert_int_equal(j[i].verdict, want[i]);
  assert_string_equal(tm_verdict_word(j[0].verdict), "different");
  assert_string_equal(tm_verdict_word(j[2].verdict), "equivalent");
  assert_string_equal(tm_verdict_word(j[4].verdict), "unsure");

  /* A run whose control is biased or missing decides nothing. */
  tm_judge(r, LENGTH(r), 0.03, 0.05, &biased, j, NULL);
  for (size_t i = 0; i < LENGTH(r); i++) assert_int_equal(j[i].verdict, TM_UNSURE);
  tm_judge(r, LENGTH(r), 0.03, 0.05, NULL, j, NULL);
  for (size_t i = 0; i < LENGTH(r); i++) assert_int_equal(j[i].verdict, TM_UNSURE);

  /* One block proves nothing, whatever its ratio. */
  double a[] = {9}, b[] = {1};
  struct tm_ratio one;
  tm_ratio_paired(a, b, 1, 0.95, &one, NULL);
  tm_judge(&one, 1, 0.03, 0.05, &fair, j, NULL);
  assert_int_equal(j[0].verdict, TM_UNSURE);
  assert_true(j[0].p_different == 1);

  struct tm_error error = {""};
  assert_int_equal(tm_judge(r, 1, 0, 0.05, &fair, j, &error), -EINVAL);
  assert_non_null(strstr(error.text, "margin"));
}

/* p of t = 2.228138852 with 10 degrees of freedom is 0.05; Holm makes it 3 × 0.05 in a family of
 * three, and no later p may fall below an earlier one. */
static void holm_by_hand(void **state) {
  (void)state;
  struct tm_control fair = {.biased = false};
  struct tm_ratio r[] = {made(exp(0.02228138852), 0.01), made(exp(0.02120233534), 0.01),
                         made(exp(0.03169272673), 0.01)}; /* two-sided p: 0.05, 0.06, 0.01 */
  struct tm_judgement j[3];
  assert_int_equal(tm_judge(r, 3, 0.001, 0.05, &fair, j, NULL), 0);
  close_to(j[2].p_different, 0.03, 1e-8);
  close_to(j[0].p_different, 0.10, 1e-8);
  close_to(j[1].p_different, 0.10, 1e-8);
}

static void control_by_hand(void **state) {
  (void)state;
  struct tm_control c;
  struct tm_ratio fair[] = {made(1.001, 0.01), made(0.999, 0.01), made(1.002, 0.01)};
  assert_int_equal(tm_control_judge(fair, 3, &c, NULL), 0);
  assert_int_equal(c.false_positives, 0);
  assert_false(c.biased);
  close_to(c.half_width, exp(0.02228138852) - 1, 1e-6);

  /* Off by 2.5 standard errors in opposite directions: no one of them and not their mean is
   * damning, but three of three false positives are (0.05³). */
  struct tm_ratio both_ways[] = {made(exp(0.025), 0.01), made(exp(-0.025), 0.01),
                                 made(exp(0.025), 0.01)};
  assert_int_equal(tm_control_judge(both_ways, 3, &c, NULL), 0);
  assert_int_equal(c.false_positives, 3);
  assert_true(c.biased);
  close_to(c.p, 3 * 0.05 * 0.05 * 0.05, 1e-6);

  struct tm_error error = {""};
  struct tm_ratio lone = {.blocks = 1, .level = 0.95};
  assert_int_equal(tm_control_judge(&lone, 1, &c, &error), -EINVAL);
  assert_non_null(strstr(error.text, "two blocks"));
  assert_int_equal(tm_control_judge(&lone, 0, &c, &error), -EINVAL);
}

/* Ranks for the median of 20 values are 6 and 15 (tables of the sign test, 95 %); p99 of 100 values
 * has no upper bound (all 100 lie below it with probability 0.37) and the lower rank 97: four or
 * more of 100 lie above it with probability 0.0184, three or more with 0.0794. */
static void the_middle(void **state) {
  (void)state;
  double values[] = {9, 1, 4, 3, 8};
  assert_true(isnan(tm_median(values, 0)));
  assert_true(tm_median(values, 1) == 9);
  assert_true(tm_median(values, 4) == 3.5);
  assert_true(tm_median(values, 5) == 4);
  assert_true(values[0] == 9 && values[4] == 8); /* left as they were */
  tm_sort(values, 5);
  for (int k = 1; k < 5; k++) assert_true(values[k - 1] < values[k]);
}

static void quantiles_by_hand(void **state) {
  (void)state;
  double v[1000];
  for (int i = 0; i < 1000; i++) v[i] = i + 1;
  struct tm_interval t;
  assert_int_equal(tm_quantile(v, 20, 0.5, 0.95, &t, NULL), 0);
  assert_true(t.point == 10 && t.low == 6 && t.high == 15);
  tm_quantile(v, 100, 0.99, 0.95, &t, NULL);
  assert_true(t.point == 99 && isinf(t.high) && t.low == 97);
  tm_quantile(v, 100, 0.07, 0.95, &t, NULL); /* in floating point 0.07 * 100 is above 7 */
  assert_true(t.point == 7);
  tm_quantile(v, 1000, 1, 0.95, &t, NULL);
  assert_true(t.point == 1000 && t.low == 1000 && isinf(t.high));
  tm_quantile(v, 1, 0.5, 0.95, &t, NULL);
  assert_true(t.point == 1 && isinf(t.low) && isinf(t.high));
  assert_int_equal(tm_quantile(v, 0, 0.5, 0.95, &t, NULL), -EINVAL);
  assert_int_equal(tm_quantile(v, 9, 99, 0.95, &t, NULL), -EINVAL);
}

/* Two processes that never overlap: 200 values, worth hardly more than two. */
static void alike_iterations_count_little(void **state) {
  (void)state;
  double v[200], w[200];
  for (int i = 0; i < 200; i++) {
    v[i] = i < 100 ? i : 1000 + i;
    w[i] = 2 * i; /* alternating: both processes see the whole range */
  }
  struct tm_process apart[] = {{v, 100}, {v + 100, 100}};
  struct tm_interval t, one;
  assert_int_equal(tm_quantile_two_level(apart, 2, 0.5, 0.95, &t, NULL), 0);
  assert_true(isinf(t.low) && isinf(t.high) && t.point == 99);
  struct tm_process mixed[20];
  double shuffled[200];
  for (int p = 0; p < 20; p++) {
    for (int i = 0; i < 10; i++) shuffled[p * 10 + i] = w[i * 20 + p];
    mixed[p] = (struct tm_process){shuffled + p * 10, 10};
  }
  assert_int_equal(tm_quantile_two_level(mixed, 20, 0.5, 0.95, &t, NULL), 0);
  assert_int_equal(tm_quantile(w, 200, 0.5, 0.95, &one, NULL), 0);
  assert_true(t.point == one.point && isfinite(t.low) && isfinite(t.high));
  assert_true(t.low <= one.low && t.high >= one.high);
  assert_int_equal(tm_quantile_two_level(apart, 1, 0.5, 0.95, &t, NULL), 0);
  assert_true(isinf(t.low) && isinf(t.high));
}

static void two_level_edges(void **state) {
  (void)state;
  struct tm_rng rng = tm_rng(1);
  struct tm_error error = {""};
  struct tm_two_level r;
  double v[] = {2, 2, 4, 4}, bad[] = {1, -1};
  struct tm_process a[] = {{v + 2, 2}, {v + 2, 2}}, b[] = {{v, 2}, {v, 2}};
  assert_int_equal(tm_ratio_two_level(a, b, 2, 0.95, &rng, 200, &r, &error), 0);
  close_to(r.ratio.low, 2, 1e-12); /* no noise: a point */
  close_to(r.ratio.high, 2, 1e-12);
  assert_int_equal(tm_ratio_two_level(a, b, 1, 0.95, &rng, 200, &r, &error), 0);
  assert_true(r.ratio.low == 0 && isinf(r.ratio.high));
  b[1] = (struct tm_process){bad, 2};
  assert_int_equal(tm_ratio_two_level(a, b, 2, 0.95, &rng, 200, &r, &error), -EINVAL);
  assert_non_null(strstr(error.text, "block 1"));
  b[1] = (struct tm_process){v, 0};
  assert_int_equal(tm_ratio_two_level(a, b, 2, 0.95, &rng, 200, &r, &error), -EINVAL);
  assert_int_equal(tm_ratio_two_level(a, b, 0, 0.95, &rng, 200, &r, &error), -EINVAL);
  assert_int_equal(tm_ratio_two_level(a, b, 2, 0.95, &rng, 9, &r, &error), -EINVAL);
}

/* Cohen (1988): a standardised effect of 0.5 needs 34 pairs for power 0.80 at two-sided 0.05. */
static void planning_published(void **state) {
  (void)state;
  assert_int_equal(tm_blocks_needed(expm1(0.5), 1, 0.80, 0.05), 34);
  assert_int_equal(tm_blocks_needed(expm1(-0.5), 1, 0.80, 0.05), 34);
  assert_int_equal(tm_blocks_needed(expm1(0.8), 1, 0.80, 0.05), 15);
  assert_true(tm_blocks_needed(1e-9, 1, 0.80, 0.05) == SIZE_MAX);
  assert_int_equal(tm_blocks_needed(1, 1e-6, 0.80, 0.05), 2);
  /* Ten pairs and an effect of one standard deviation: power 0.803097 (G*Power 3.1). */
  close_to(log1p(tm_effect_found(10, 1, 0.803097, 0.05)), 1, 0.002);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rng_repeats),
      cmocka_unit_test(blocks_are_complete_and_fair),
      cmocka_unit_test(ratio_by_hand),
      cmocka_unit_test(one_block_has_no_interval),
      cmocka_unit_test(bad_input_is_a_sentence),
      cmocka_unit_test(geomean_by_hand),
      cmocka_unit_test(wilson_published),
      cmocka_unit_test(upper_bound_is_exact),
      cmocka_unit_test(three_verdicts),
      cmocka_unit_test(holm_by_hand),
      cmocka_unit_test(control_by_hand),
      cmocka_unit_test(the_middle),
      cmocka_unit_test(quantiles_by_hand),
      cmocka_unit_test(alike_iterations_count_little),
      cmocka_unit_test(two_level_edges),
      cmocka_unit_test(planning_published),
  };
  return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
