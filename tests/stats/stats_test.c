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
  struct tm_interval all = tm_proportion_wilson(20, 20, 0.95);
  assert_true(all.high == 1 && all.low > 0.8);
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
  close_to(tm_proportion_upper(7, 7, 0.95), 1, 0);
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
  };
  return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
