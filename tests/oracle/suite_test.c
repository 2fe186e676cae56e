/* SPDX-License-Identifier: Apache-2.0 */
/* The suite against the oracle: every test's `expect` must be the oracle's verdict. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/oracle/oracle.h"
#include "harness/oracle/outcomes.h"
#include "harness/oracle/search.h"

#define FOLDER "harness/litmus/tests"

/* Call `check` on every test of the suite with its judgement. */
static void for_each(void (*check)(const struct tm_litmus *test, const struct tm_oracle *oracle)) {
  DIR *folder = opendir(FOLDER);
  assert_non_null(folder);
  for (struct dirent *entry; (entry = readdir(folder));) {
    char path[512];
    struct tm_error error = {""};
    if (!strstr(entry->d_name, ".litmus")) continue;
    snprintf(path, sizeof path, FOLDER "/%s", entry->d_name);
    struct tm_litmus *test = tm_litmus_read(path, &error);
    if (!test) fail_msg("%s", error.text);
    struct tm_oracle *oracle = tm_oracle_judge(test, &error);
    if (!oracle) fail_msg("%s", error.text);
    check(test, oracle);
    tm_oracle_free(oracle);
    tm_litmus_free(test);
  }
  closedir(folder);
}

static void check_verdict(const struct tm_litmus *test, const struct tm_oracle *oracle) {
  if (tm_oracle_allowed(oracle) != test->expect_allowed)
    fail_msg("%s expects %s, the oracle says %s", test->name,
             test->expect_allowed ? "allowed" : "forbidden",
             tm_oracle_allowed(oracle) ? "allowed" : "forbidden");
}

static void every_expectation_is_the_verdict(void **state) {
  (void)state;
  for_each(check_verdict);
}

/* What an interleaving can end with is allowed too, and grades agree with that. */
static void check_grades(const struct tm_litmus *test, const struct tm_oracle *oracle) {
  size_t sc = 0;
  for (size_t i = 0; i < tm_oracle_outcomes(oracle); i++) {
    enum tm_grade grade = tm_oracle_row_grade(oracle, i);
    assert_int_not_equal(grade, TM_FORBIDDEN);
    sc += grade == TM_SC;
  }
  if (!sc) fail_msg("%s has no sequentially consistent outcome", test->name);
  if (sc != tm_oracle_sc_outcomes(oracle))
    fail_msg("%s: an interleaving ends with a forbidden outcome", test->name);
}

static void interleavings_are_allowed(void **state) {
  (void)state;
  for_each(check_grades);
}

/* Labels of suspicious shapes are for what is allowed, but by no interleaving… except for wide
 * instructions, whose steps an interleaving may part. */
static void check_label(const struct tm_litmus *test, const struct tm_oracle *oracle) {
  if (test->suspicious == TM_NOT_SUSPICIOUS) return;
  if (!tm_oracle_allowed(oracle)) fail_msg("%s is suspicious, yet forbidden", test->name);
  if (tm_oracle_sc(oracle)) fail_msg("%s is suspicious, yet an interleaving", test->name);
}

static void suspicious_shapes_are_weak(void **state) {
  (void)state;
  for_each(check_label);
}

/* Every execution that the search finds satisfies the axioms as they are written. */
struct witnesses {
  const struct tm_litmus *test;
  struct tm_outcomes seen;
};

static bool unseen(void *user, const struct tm_value row[]) {
  return !tm_outcomes_has(&((struct witnesses *)user)->seen, row);
}

static bool check_witness(void *user, const struct tm_execution *found,
                          const struct tm_value row[]) {
  struct witnesses *w = user;
  struct tm_execution x = *found;
  char why[512];
  tm_execution_totalise(&x);
  if (!tm_axioms_hold(w->test, &x, why, sizeof why)) fail_msg("%s: %s", w->test->name, why);
  tm_outcomes_add(&w->seen, row);
  return false;
}

static void check_witnesses(const struct tm_litmus *test, const struct tm_oracle *oracle) {
  struct tm_program program;
  struct witnesses w = {.test = test};
  tm_outcomes_start(&w.seen, test->columns);
  assert_int_equal(tm_program_unfold(&program, test, NULL), 0);
  struct tm_search search = {
      .program = &program, .wanted = unseen, .found = check_witness, .user = &w, .work = SIZE_MAX};
  tm_search_run(&search);
  assert_int_equal(w.seen.count, tm_oracle_outcomes(oracle));
  tm_outcomes_free(&w.seen);
  tm_program_free(&program);
}

static void every_witness_satisfies_the_axioms(void **state) {
  (void)state;
  for_each(check_witnesses);
}

/* Without a list, questions are answered one by one: the answers must be those of the list. */
static void check_answers(const struct tm_litmus *test, const struct tm_oracle *listed) {
  struct tm_oracle *asked = tm_oracle_judge_listing(test, 0, NULL);
  assert_non_null(asked);
  assert_true(tm_oracle_complete(listed) && !tm_oracle_complete(asked));
  assert_int_equal(tm_oracle_allowed(asked), tm_oracle_allowed(listed));
  assert_int_equal(tm_oracle_sc(asked), tm_oracle_sc(listed));
  for (size_t i = 0; i < tm_oracle_outcomes(listed) && i < 40; i++) {
    struct tm_value row[TM_LITMUS_COLUMNS];
    memcpy(row, tm_oracle_row(listed, i), test->columns * sizeof *row);
    assert_int_equal(tm_oracle_grade(asked, row), tm_oracle_row_grade(listed, i));
    row[i % test->columns] = (struct tm_value){TM_VALUE_NUMBER, i % 3};
    assert_int_equal(tm_oracle_grade(asked, row), tm_oracle_grade(listed, row));
  }
  tm_oracle_free(asked);
}

static void answers_agree_with_the_list(void **state) {
  (void)state;
  for_each(check_answers);
}

/* An explanation shows a witness of what is allowed and a reason for what is not. */
static void check_explanation(const struct tm_litmus *test, const struct tm_oracle *oracle) {
  char *text = NULL;
  size_t bytes = 0;
  FILE *out = open_memstream(&text, &bytes);
  tm_oracle_explain(test, oracle, out);
  fclose(out);
  bool witness = strstr(text, "  witness: ") != NULL;
  bool reason = strstr(text, "  forbidden by: ") || strstr(text, "  no execution of the program");
  if (witness != test->expect_allowed || reason == test->expect_allowed)
    fail_msg("%s is explained so:\n%s", test->name, text);
  if (strstr(text, "forbidden by") && !strstr(text, "  in which '"))
    fail_msg("%s: the axioms find no fault in what they forbid:\n%s", test->name, text);
  free(text);
}

static void every_verdict_is_explained(void **state) {
  (void)state;
  for_each(check_explanation);
}

static void one_row_is_graded_by_lookup(void **state) {
  (void)state;
  struct tm_litmus *t = tm_litmus_read(FOLDER "/size-after-access.litmus", NULL);
  struct tm_oracle *o = tm_oracle_judge(t, NULL);
  struct tm_value g = {TM_VALUE_NUMBER, 1}, r = {TM_VALUE_NUMBER, 0}, s = {TM_VALUE_NUMBER, 1};
  assert_int_equal(tm_oracle_grade(o, (struct tm_value[]){g, r, s}), TM_WEAK);
  s.number = 2;
  assert_int_equal(tm_oracle_grade(o, (struct tm_value[]){g, r, s}), TM_SC);
  r.number = 5;
  assert_int_equal(tm_oracle_grade(o, (struct tm_value[]){g, r, s}), TM_FORBIDDEN);
  r = (struct tm_value){TM_VALUE_TRAP, 0};
  assert_int_equal(tm_oracle_grade(o, (struct tm_value[]){g, r, s}), TM_SC);
  tm_oracle_free(o);
  tm_litmus_free(t);
}

static void too_large_is_an_error(void **state) {
  (void)state;
  char text[4096] = "test t \"d\" memory 1 9 thread A { r = size\n";
  struct tm_error error = {""};
  for (int i = 0; i < 30; i++) strcat(text, "load n grow 1\n");
  strcat(text, "} exists r = 1 expect allowed");
  struct tm_litmus *t = tm_litmus_parse("t", text, strlen(text), &error);
  assert_null(t); /* more than TM_LITMUS_STEPS */
  strcpy(strstr(text, "load n"), "");
  for (int i = 0; i < 15; i++) strcat(text, "load n grow 1\n");
  strcat(text, "} exists r = 1 expect allowed");
  t = tm_litmus_parse("t", text, strlen(text), &error);
  assert_non_null(t);
  assert_null(tm_oracle_judge(t, &error));
  assert_non_null(strstr(error.text, "shorten its threads"));
  tm_litmus_free(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_expectation_is_the_verdict),
      cmocka_unit_test(interleavings_are_allowed),
      cmocka_unit_test(suspicious_shapes_are_weak),
      cmocka_unit_test(every_witness_satisfies_the_axioms),
      cmocka_unit_test(answers_agree_with_the_list),
      cmocka_unit_test(every_verdict_is_explained),
      cmocka_unit_test(one_row_is_graded_by_lookup),
      cmocka_unit_test(too_large_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
