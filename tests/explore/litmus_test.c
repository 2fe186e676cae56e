/* SPDX-License-Identifier: Apache-2.0 */
/* Litmus tests under strategies: the race of the call, and the planted faults. */
#include "harness/explore/replay.h"
#include "harness/explore/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answer {
  struct tm_litmus *test;
  struct tm_oracle *oracle;
  struct tm_explore_result *result;
  struct tm_judgement judgement;
};

static struct answer ask(const char *test, const char *strategy, enum tm_explore_model model) {
  struct answer a;
  struct tm_error error = {""};
  char path[256];
  struct tm_explore_options options = {.model = model, .shortest = true};
  snprintf(path, sizeof path, "harness/litmus/tests/%s.litmus", test);
  a.test = tm_litmus_read(path, &error);
  if (!a.test) fail_msg("%s", error.text);
  a.oracle = tm_oracle_judge(a.test, &error);
  if (!a.oracle) fail_msg("%s", error.text);
  if (tm_explore_litmus(a.test, strategy, &options, &a.result, &error)) fail_msg("%s", error.text);
  a.judgement = tm_explore_judge(a.test, a.oracle, a.result);
  return a;
}

static void done(struct answer *a) {
  tm_explore_free(a->result);
  tm_oracle_free(a->oracle);
  tm_litmus_free(a->test);
}

static void the_race_of_the_call(void **state) {
  (void)state;
  struct answer a = ask("size-after-access", "guard", TM_EXPLORE_SC);
  assert_true(a.result->complete);
  assert_int_equal(a.judgement.verdict, TM_VERDICT_SOUND);
  assert_true(a.judgement.exists);
  const struct tm_explore_outcome *o = &a.result->outcome[a.judgement.exists_outcome];
  assert_int_equal(o->switches, 2);
  char *text = NULL;
  size_t bytes;
  struct tm_error error;
  FILE *out = open_memstream(&text, &bytes);
  assert_int_equal(tm_explore_draw(a.test, "guard", TM_EXPLORE_SC, o->step, o->steps, out, &error),
                   0);
  fclose(out);
  assert_non_null(strstr(text, "commit page 1"));
  assert_non_null(strstr(text, "r = load n -> 0"));
  assert_non_null(strstr(text, "=>  g=1 r=0 s=1"));
  free(text);
  done(&a);
}

static void other_strategies_close_it(void **state) {
  (void)state;
  static const char *const closed[] = {"lockedsize", "seqlock", "publishfirst", "atomicptr"};
  for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
    for (int m = 0; m < 3; m++) {
      struct answer a = ask("size-after-access", closed[i], (enum tm_explore_model)m);
      assert_false(a.judgement.exists);
      assert_true(a.judgement.verdict <= TM_VERDICT_SOUND);
      done(&a);
    }
}

/* A test that convicts each planted fault, and the first model that does. */
static const struct {
  const char *strategy, *test;
  enum tm_explore_model model;
} faults[] = {
    {"twofield", "size-then-trap", TM_EXPLORE_SC},
    {"earlyold", "two-grows-same-old", TM_EXPLORE_SC},
    {"outsideold", "two-grows-same-old", TM_EXPLORE_SC},
    {"mapfixed", "two-grows-same-old", TM_EXPLORE_SC},
    {"unlocked", "two-grows-same-old", TM_EXPLORE_SC},
    {"earlypublish", "size-then-trap", TM_EXPLORE_SC},
    {"latezero", "zero-clobber-after-size", TM_EXPLORE_SC},
    {"phantom", "phantom-page-past-max", TM_EXPLORE_SC},
    {"copysize", "grow-flag-size-atomic", TM_EXPLORE_SC},
    {"growzero", "grow0-after-access", TM_EXPLORE_SC},
    {"hoisted", "grow-flag-access-atomic", TM_EXPLORE_SC},
    {"movebase", "lost-old-store", TM_EXPLORE_SC},
    {"relaxed", "mp-grow-size", TM_EXPLORE_C11},
};

static void planted_faults_are_found(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    struct answer a = ask(faults[i].test, faults[i].strategy, faults[i].model);
    if (a.judgement.verdict != TM_VERDICT_FORBIDDEN)
      fail_msg("%s is not caught by %s", faults[i].strategy, faults[i].test);
    done(&a);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_race_of_the_call),
      cmocka_unit_test(other_strategies_close_it),
      cmocka_unit_test(planted_faults_are_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
