/* SPDX-License-Identifier: Apache-2.0 */
/* Every planted fault and every unsound strategy is convicted by the litmus tests that planted.def
 * names for it, in the explorer: by an outcome that the axioms forbid. */
#include "strategies/strategies.h"
#include "tests/strategies/explored.h"

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
  return explored(strategy, name, model, false).verdict == TM_REACH_FORBIDDEN;
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
  size_t count, admitted;
  const struct tm_anomaly *anomalies = tm_anomalies(&count);
  const struct tm_admission *a = tm_admissions(&admitted);
  bool found = false;
  for (size_t k = 0; k < admitted; k++)
    for (size_t i = 0; i < count; i++)
      found = found || (!strcmp(a[k].strategy, strategy) && !strcmp(a[k].code, anomalies[i].code) &&
                        a[k].when != TM_ADMITTED_failing && !anomalies[i].allowed);
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
