/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/anomalies.def is what the explorer finds, no more and no less. */
#include "strategies/strategies.h"
#include "tests/strategies/explored.h"

#include <string.h>

/* Does the strategy reach the outcome that the test asks about? */
static bool reaches(const char *strategy, const char *test, enum tm_explore_model model,
                    bool failures) {
  return explored(strategy, test, model, failures).exists;
}

static bool reaches_weakly(const char *strategy, const char *test) {
  return reaches(strategy, test, TM_EXPLORE_TSO, false) ||
         reaches(strategy, test, TM_EXPLORE_C11, false);
}

static void each_row_is_reached_as_it_says(void **state) {
  (void)state;
  size_t count;
  const struct tm_admission *a = tm_admissions(&count);
  for (size_t i = 0; i < count; i++) {
    bool sc = reaches(a[i].strategy, a[i].test, TM_EXPLORE_SC, false), right = false;
    switch (a[i].when) {
    case TM_ADMITTED_interleaving: right = sc; break;
    case TM_ADMITTED_weak: right = !sc && reaches_weakly(a[i].strategy, a[i].test); break;
    case TM_ADMITTED_failing:
      right = !sc && !reaches_weakly(a[i].strategy, a[i].test) &&
              reaches(a[i].strategy, a[i].test, TM_EXPLORE_SC, true);
    }
    if (!right) fail_msg("%s, %s by %s", a[i].strategy, a[i].code, a[i].test);
  }
}

/* Where there is a row, its test decides; where there is none, no test shows it in any model. */
static void what_has_no_row_is_never_reached(void **state) {
  (void)state;
  size_t count, shown;
  const struct tm_strategy_entry *e = tm_strategies(&count);
  const struct tm_showing *t = tm_showings(&shown);
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < shown && e[i].kind != TM_KIND_floor; k++) {
      const char *name = e[i].strategy->name;
      const struct tm_admission *a = tm_admission_find(name, t[k].code);
      if (a && a->when != TM_ADMITTED_failing) continue;
      /* A strategy that promises pages it may not get traps in every test when a call fails. */
      const struct tm_admission *promises = tm_admission_find(name, "A2");
      bool may_fail = a || (promises && promises->when == TM_ADMITTED_failing);
      bool quiet = !reaches(name, t[k].test, TM_EXPLORE_SC, false) &&
                   !reaches_weakly(name, t[k].test) &&
                   (may_fail || (!reaches(name, t[k].test, TM_EXPLORE_SC, true) &&
                                 !reaches(name, t[k].test, TM_EXPLORE_C11, true)));
      if (!quiet) fail_msg("%s shows %s by %s, and has no row", name, t[k].code, t[k].test);
    }
}

static void every_anomaly_has_a_test(void **state) {
  (void)state;
  size_t count, shown, admitted;
  const struct tm_anomaly *a = tm_anomalies(&count);
  const struct tm_showing *t = tm_showings(&shown);
  const struct tm_admission *r = tm_admissions(&admitted);
  for (size_t i = 0; i < count; i++) {
    bool found = false;
    for (size_t k = 0; k < shown; k++) found = found || !strcmp(a[i].code, t[k].code);
    for (size_t k = 0; k < admitted; k++) found = found || !strcmp(a[i].code, r[k].code);
    if (!found) fail_msg("%s", a[i].code);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_row_is_reached_as_it_says),
      cmocka_unit_test(what_has_no_row_is_never_reached),
      cmocka_unit_test(every_anomaly_has_a_test),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
