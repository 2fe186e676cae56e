/* SPDX-License-Identifier: Apache-2.0 */
/* On real threads, on an idle machine within a second each: every planted fault and every unsound
 * strategy is named by a litmus test that planted.def lists for it as one that hardware shows.
 * First as it is, then with random delays at the named points inside grow, which widen a window
 * that is there anyway. What only a weak machine shows is left to the explorer (planted.c). */
#include "harness/litmus/delay.h"
#include "harness/litmus/run.h"
#include "harness/stats/stats.h"
#include "strategies/strategies.h"
#include "tests/seed.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { hardware, explorer };

static const struct {
  const char *strategy, *test;
  int where;
} rows[] = {
#define TM_PLANTED(strategy, test, where) {#strategy, test, where},
#include "tests/strategies/planted.def"
#undef TM_PLANTED
};
enum { ROWS = sizeof rows / sizeof *rows };

static uint64_t seed;

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Something forbidden was seen within `seconds` of running. A crash counts as nothing seen. */
static bool seen(const struct tm_litmus *test, const struct tm_oracle *oracle,
                 const struct tm_strategy *strategy, uint64_t delay_ns, double seconds) {
  struct tm_error error = {""};
  struct tm_run r;
  const struct tm_run_options options = {.strategy = strategy,
                                         .delayed = delay_ns != 0,
                                         .delay_ns = delay_ns,
                                         .seconds = seconds,
                                         .seed = seed,
                                         .affinity = true,
                                         .interrupts = TM_RUN_INTERRUPTS_FRESH,
                                         .first_forbidden = 1};
  bool result = !tm_litmus_run_apart(test, oracle, &options, 60, &r, &error) && r.forbidden > 0;
  tm_run_free(&r);
  return result;
}

/* How it was convicted, or NULL. */
static const char *convict(const char *name, const char *test_name) {
  struct tm_error error = {""};
  char path[256];
  snprintf(path, sizeof path, "harness/litmus/tests/%s.litmus", test_name);
  struct tm_litmus *test = tm_litmus_read(path, &error);
  if (!test) fail_msg("%s", error.text);
  struct tm_oracle *oracle = tm_oracle_judge(test, &error);
  if (!oracle) fail_msg("%s", error.text);
  const struct tm_strategy *delayed = tm_delayed_strategy(name, &error);
  if (!delayed) fail_msg("%s", error.text);
  const char *how = NULL;
  if (seen(test, oracle, tm_strategy_find(name)->strategy, 0, 1))
    how = "as it is";
  else if (seen(test, oracle, delayed, 5000, 3) || seen(test, oracle, delayed, 100000, 30))
    how = "with delays";
  tm_oracle_free(oracle);
  tm_litmus_free(test);
  return how;
}

static void each_is_named_on_hardware(void **state) {
  (void)state;
  cpu_set_t processors;
  if (!sched_getaffinity(0, sizeof processors, &processors) && CPU_COUNT(&processors) < 2) {
    print_message("Races between processors need two of them; this process may use one.\n");
    skip();
  }
  size_t count, missed = 0;
  const struct tm_strategy_entry *e = tm_strategies(&count);
  for (size_t i = 0; i < count; i++) {
    const char *name = e[i].strategy->name, *how = NULL;
    bool listed = false;
    double begun = seconds_now();
    for (int k = 0; k < ROWS && !how; k++) {
      if (strcmp(rows[k].strategy, name) || rows[k].where != hardware) continue;
      listed = true;
      how = convict(name, rows[k].test);
      if (how)
        print_message("%-12s %s, %s, %.2f s\n", name, rows[k].test, how, seconds_now() - begun);
    }
    if (listed && !how) print_message("%s is named by no test (TM_SEED=%" PRIu64 ")\n", name, seed);
    missed += listed && !how;
  }
  assert_int_equal(missed, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_is_named_on_hardware)};
  seed = tm_test_seed(tm_rng_fresh_seed());
  return cmocka_run_group_tests(tests, NULL, NULL);
}
