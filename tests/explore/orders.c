/* SPDX-License-Identifier: Apache-2.0 */
/* Every memory order that a candidate's comments call necessary is found when it is one step
 * weaker, and none that they only keep. See harness/explore/orders.h. */
#include "harness/explore/orders.h"

#include "core/strategy.h"
#include "strategies/strategies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

/* Tests that between them show what the whole catalogue shows (results/explore.txt), in seconds. */
static const char *const names[] = {
    "iriw-failed-grow-strict",  "corr-access-size",       "mp-grow-access-atomic",
    "fill-straddle-end",        "iriw-access-size",       "grow-flag-instantiate-atomic",
    "copy-straddle-after-size", "grow-flag-access-plain", "far-ok-near-trap-atomic",
};
enum { TESTS = sizeof names / sizeof *names };

static struct tm_orders orders = {.folder = "."};

static void note(void *argument, const struct tm_mutant *mutant) {
  (void)argument;
  assert_non_null(tm_orders_note(&orders, mutant));
}

static void weaken_every_candidate(const struct tm_litmus *const *test,
                                   const struct tm_oracle *const *oracle) {
  struct tm_mutation mutation = {.test = test,
                                 .oracle = oracle,
                                 .tests = TESTS,
                                 .options = {.model = TM_EXPLORE_C11, .most_executions = 50000},
                                 .each = note};
  struct tm_error error = {""};
  size_t n;
  const struct tm_strategy_entry *entry = tm_strategies(&n);
  for (size_t i = 0; i < n; i++) {
    if (entry[i].kind != TM_KIND_candidate) continue;
    mutation.strategy = entry[i].strategy->name;
    if (tm_explore_mutate(&mutation, &error)) fail_msg("%s", error.text);
  }
}

static void orders_are_as_their_comments_say(void **state) {
  (void)state;
  struct tm_litmus *test[TESTS];
  struct tm_oracle *oracle[TESTS];
  struct tm_error error = {""};
  for (size_t i = 0; i < TESTS; i++) {
    char path[256];
    snprintf(path, sizeof path, "harness/litmus/tests/%s.litmus", names[i]);
    if (!(test[i] = tm_litmus_read(path, &error))) fail_msg("%s", error.text);
    if (!(oracle[i] = tm_oracle_judge(test[i], &error))) fail_msg("%s", error.text);
  }
  weaken_every_candidate((const struct tm_litmus *const *)test,
                         (const struct tm_oracle *const *)oracle);
  unsigned wrong = 0, found = 0, kept = 0;
  for (unsigned i = 0; i < orders.count; i++) {
    const struct tm_order_trial *t = &orders.trial[i];
    const char *what = tm_orders_wrong(&orders, i);
    found += t->finder != NULL;
    kept += !t->finder;
    wrong += what != NULL;
    if (what)
      print_error("%s:%u %s, %s for %s, %s\n", t->file, t->line, t->what, t->weaker, t->order,
                  what);
  }
  print_message("%u weaker orders: %u found, %u of orders that are only kept\n", orders.count,
                found, kept);
  assert_int_equal(wrong, 0);
  assert_true(found > kept && kept > 0);
  for (size_t i = 0; i < TESTS; i++) {
    tm_oracle_free(oracle[i]);
    tm_litmus_free(test[i]);
  }
}

/* The comment is the nearest above, of either kind or both. */
static void comments_are_read(void **state) {
  (void)state;
  char folder[] = "/tmp/tm_orders_XXXXXX", path[64];
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/a.c", folder);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs("/* ORDER: a before b. */\nx;\n\n/* ORDER (kept): c,\n * and d. */\ny;\n"
        "/* ORDER: e.\n * ORDER (kept): g. */\nz; /* Relaxed. */\n\n\n\n\n\n\n\n\nw;\n",
        f);
  fclose(f);
  struct tm_order_comment x = tm_order_comment(folder, "a.c", 2),
                          y = tm_order_comment(folder, "a.c", 6),
                          z = tm_order_comment(folder, "a.c", 9),
                          w = tm_order_comment(folder, "a.c", 18);
  remove(path);
  remove(folder);
  assert_true(x.line == 1 && x.claimed && !x.kept);
  assert_true(y.line == 4 && !y.claimed && y.kept);
  assert_true(z.line == 7 && z.claimed && z.kept);
  assert_int_equal(w.line, 0);
  assert_int_equal(tm_order_comment(folder, "none.c", 1).line, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(comments_are_read),
      cmocka_unit_test(orders_are_as_their_comments_say),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
