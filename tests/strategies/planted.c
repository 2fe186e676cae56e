/* SPDX-License-Identifier: Apache-2.0 */
/* Every planted fault and every unsound strategy is convicted by the litmus tests that planted.def
 * names for it, in the explorer: by an outcome that the axioms forbid. */
#include "harness/explore/verdict.h"
#include "strategies/strategies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum where { hardware, explorer };

static const struct {
  const char *strategy, *test;
  enum where where;
} convictions[] = {
#define TM_PLANTED(strategy, test, where) {#strategy, test, where},
#include "tests/strategies/planted.def"
#undef TM_PLANTED
};
enum { CONVICTIONS = sizeof convictions / sizeof *convictions };

/* Is something forbidden reachable? */
static bool convicted(const char *strategy, const char *name, enum tm_explore_model model) {
  struct tm_error error = {""};
  char path[256];
  snprintf(path, sizeof path, "harness/litmus/tests/%s.litmus", name);
  struct tm_litmus *test = tm_litmus_read(path, &error);
  if (!test) fail_msg("%s", error.text);
  struct tm_oracle *oracle = tm_oracle_judge(test, &error);
  if (!oracle) fail_msg("%s", error.text);
  struct tm_explore_options options = {.model = model, .most_seconds = 20};
  struct tm_explore_result *result;
  if (tm_explore_litmus(test, strategy, &options, &result, &error)) fail_msg("%s", error.text);
  bool found = tm_explore_judge(test, oracle, result).verdict == TM_REACH_FORBIDDEN;
  tm_explore_free(result);
  tm_oracle_free(oracle);
  tm_litmus_free(test);
  return found;
}

static void each_is_convicted_by_the_tests_named(void **state) {
  (void)state;
  for (int i = 0; i < CONVICTIONS; i++) {
    bool strong = convictions[i].where == hardware;
    bool sc = convicted(convictions[i].strategy, convictions[i].test, TM_EXPLORE_SC);
    bool weak = strong || convicted(convictions[i].strategy, convictions[i].test, TM_EXPLORE_C11);
    if (sc != strong || !weak)
      fail_msg("%s, %s: by interleavings %d, weak %d", convictions[i].strategy, convictions[i].test,
               sc, weak);
  }
}

static bool admits_something_forbidden(const char *strategy) {
  size_t count;
  const struct tm_anomaly *anomalies = tm_anomalies(&count);
  bool found = false;
  for (size_t i = 0; i < count; i++)
    found = found || (!anomalies[i].allowed && tm_admission_find(strategy, anomalies[i].code));
  return found;
}

static void all_that_are_faulty_are_named_and_no_others(void **state) {
  (void)state;
  size_t count;
  const struct tm_strategy_entry *entries = tm_strategies(&count);
  for (size_t i = 0; i < count; i++) {
    bool named = false;
    for (int k = 0; k < CONVICTIONS; k++)
      named = named || strcmp(convictions[k].strategy, entries[i].strategy->name) == 0;
    bool faulty = entries[i].kind == TM_KIND_planted || entries[i].kind == TM_KIND_unsound;
    if (named != faulty) fail_msg("%s", entries[i].strategy->name);
    if (admits_something_forbidden(entries[i].strategy->name) != faulty)
      fail_msg("%s in anomalies.def", entries[i].strategy->name);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_is_convicted_by_the_tests_named),
      cmocka_unit_test(all_that_are_faulty_are_named_and_no_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
