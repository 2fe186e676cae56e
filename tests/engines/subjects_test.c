/* SPDX-License-Identifier: Apache-2.0 */
/* How samples of `engines --bench` are put into words: which blocks are paired, when an interval is
 * too wide to say anything, what is the middle and the largest of those that are there. */
#include "harness/engines/subjects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

static const double base[] = {10, 10, 10, 10};
static char said[80];

static void a_steady_ratio_has_its_interval(void **state) {
  (void)state;
  double low, high, ratio;
  tm_subjects_ratio((double[]){20, 20.2, 19.8, 20}, base, 4, said, sizeof said);
  assert_int_equal(sscanf(said, "%lf (%lf to %lf)", &ratio, &low, &high), 3);
  assert_true(ratio > 1.99 && ratio < 2.01 && low < ratio && ratio < high);
}

/* Ends that differ by 1.19 are told, by 1.21 they are noise: Student's t of two blocks. */
static void a_wide_interval_is_too_noisy(void **state) {
  (void)state;
  const double t = 12.706; /* of one degree of freedom; the half width is t·|ln a − ln b| / 2 */
  for (int i = 0; i < 2; i++) {
    const double ends = i ? TM_SUBJECT_NOISE * 1.01 : TM_SUBJECT_NOISE / 1.01;
    const double apart = exp(log(ends) / t);
    tm_subjects_ratio((double[]){10, 10 * apart}, base, 2, said, sizeof said);
    assert_int_equal(strncmp(said, "too noisy: ", 11) == 0, i == 1);
  }
}

static void only_blocks_that_both_have_count(void **state) {
  (void)state;
  tm_subjects_ratio((double[]){20, NAN, 20, 500}, (double[]){10, 10, 10, NAN}, 4, said,
                    sizeof said);
  assert_string_equal(said, "2.000 (2.000 to 2.000)");
  tm_subjects_ratio((double[]){20, NAN, 20, 500}, (double[]){10, 10, NAN, NAN}, 4, said,
                    sizeof said);
  assert_string_equal(said, ""); /* one block is no interval */
}

static void what_is_missing_is_left_out(void **state) {
  (void)state;
  const double samples[] = {NAN, 5, 1, NAN, 2}, none[] = {NAN, NAN};
  assert_true(tm_subjects_median(samples, 5) == 2 && tm_subjects_largest(samples, 5) == 5);
  assert_true(isnan(tm_subjects_median(none, 2)) && isnan(tm_subjects_largest(none, 2)));
  cJSON *list = tm_subjects_json(samples, 5);
  char *text = cJSON_PrintUnformatted(list);
  assert_string_equal(text, "[null,5,1,null,2]");
  cJSON_free(text);
  cJSON_Delete(list);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_steady_ratio_has_its_interval),
      cmocka_unit_test(a_wide_interval_is_too_noisy),
      cmocka_unit_test(only_blocks_that_both_have_count),
      cmocka_unit_test(what_is_missing_is_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
