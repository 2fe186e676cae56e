/* SPDX-License-Identifier: Apache-2.0 */
/* Runs on real threads: what is graded is what happened, and planted faults are convicted by name.
 */
#include "harness/litmus/run.h"
#include "harness/stats/stats.h"
#include "strategies/strategies.h"
#include "tests/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

struct subject {
  struct tm_litmus *test;
  struct tm_oracle *oracle;
};

static struct subject judge(struct tm_litmus *test, struct tm_error *error) {
  struct subject s = {.test = test};
  if (!test) fail_msg("%s", error->text);
  s.oracle = tm_oracle_judge(test, error);
  if (!s.oracle) fail_msg("%s", error->text);
  return s;
}
static struct subject named(const char *name) {
  char path[256];
  struct tm_error error;
  snprintf(path, sizeof path, "harness/litmus/tests/%s.litmus", name);
  return judge(tm_litmus_read(path, &error), &error);
}
static struct subject parsed(const char *text) {
  struct tm_error error;
  return judge(tm_litmus_parse("test", text, strlen(text), &error), &error);
}
static void drop(struct subject *s) {
  tm_oracle_free(s->oracle);
  tm_litmus_free(s->test);
}

static struct tm_run run(const struct subject *s, const char *strategy,
                         struct tm_run_options options) {
  struct tm_run result;
  struct tm_error error = {""};
  options.strategy = tm_strategy_find(strategy)->strategy;
  options.seed = seed;
  options.affinity = true;
  if (tm_litmus_run_apart(s->test, s->oracle, &options, 60, &result, &error))
    fail_msg("%s (seed %" PRIu64 ")", error.text, seed);
  return result;
}

/* The text of the only row there is, "a=1; b=trap; ". */
static void assert_only_row(const struct subject *s, const struct tm_run *r, const char *expected) {
  char text[512] = "", value[32];
  if (tm_histogram_rows(r->histogram) != 1) {
    tm_run_print(s->test, &(struct tm_run_options){.strategy = tm_strategy_find("guard")->strategy},
                 r, NULL, stdout);
    fail_msg("more than one outcome, instead of only %s", expected);
  }
  const struct tm_histogram_row *row = tm_histogram_row(r->histogram, 0);
  for (unsigned c = 0; c < s->test->columns; c++)
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s=%s; ", s->test->column[c].name,
             tm_value_text(tm_code_value(row->code[c]), value, sizeof value));
  assert_string_equal(text, expected);
  assert_int_equal(row->count, r->rounds);
}

/* One thread and no race: every value, trap and final must come out exactly. */
static void values_traps_and_finals_are_exact(void **state) {
  (void)state;
  static const struct {
    const char *text, *row;
  } cases[] = {
      {"test t \"d\" memory 1 2 thread A { r = load n; g = grow 1; s = size; q = load n }\n"
       "exists s = 2 expect allowed",
       "r=trap; g=1; s=2; q=0; "},
      {"test t \"d\" memory 1 2 thread A { store n-4 7; a = store64 n-4 1; b = load n-4 }\n"
       "exists a = trap && final size = 1 expect allowed",
       "a=trap; b=7; final size=1; "},
      {"test t \"d\" memory 1 1 thread A { g = grow 1; h = grow 0; i = host.grow 0; j = host.size "
       "}\n"
       "exists g = -1 expect allowed",
       "g=-1; h=1; i=1; j=1; "},
      {"test t \"d\" memory 1 2 thread A { store x 5; a = xchg@ x 6; b = cmpxchg@ x 6 7; c = add8@ "
       "x 250\n"
       "  if c = 7 { d = load x } e = fill n 1 4 if e = trap { f = load n } }\n"
       "exists final x = 1 expect allowed",
       "a=5; b=6; c=7; d=1; e=trap; f=trap; final x=1; "},
      {"test t \"d\" memory 1 2 thread A { a = wait x 0 timeout 1000; b = wait y 1; c = notify x; "
       "d = wait n 0 }\nexists a = 2 expect allowed",
       "a=2; b=1; c=0; d=trap; "},
      {"test t \"d\" memory 1 2 thread A { a = wait x 0; b = load x }\nexists a = stuck expect "
       "allowed",
       "a=stuck; b=none; "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (const char *const *strategy = (const char *const[]){"guard", "push", "lazytrap", NULL};
         *strategy; strategy++) {
      struct subject s = parsed(cases[i].text);
      struct tm_run r =
          run(&s, *strategy, (struct tm_run_options){.mode = TM_RUN_BARRIER, .rounds = 20});
      assert_only_row(&s, &r, cases[i].row);
      assert_int_equal(r.forbidden, 0);
      tm_run_free(&r);
      drop(&s);
    }
}

static void a_maximum_that_matters_gets_a_memory_for_every_round(void **state) {
  (void)state;
  struct subject s =
      parsed("test t \"d\" memory 1 2\nthread A { a = grow 1 }\nthread B { b = grow 1 }\n"
             "exists a = -1 && b = -1 expect allowed");
  struct tm_run r = run(&s, "guard", (struct tm_run_options){.rounds = 50});
  assert_true(r.rounds >= 50);
  assert_int_equal(r.witnesses, 0); /* exactly one of them succeeds */
  assert_int_equal(r.forbidden, 0);
  assert_int_equal(r.grows, r.rounds);
  tm_run_free(&r);
  drop(&s);
}

static void a_stuck_thread_is_told_from_a_woken_one(void **state) {
  (void)state;
  struct subject s = parsed("test t \"d\" memory 1 1\nthread A { w = wait x 0; r = load y }\n"
                            "thread B { store@ x 1; k = notify x }\n"
                            "exists w = stuck expect forbidden");
  struct tm_run r =
      run(&s, "guard", (struct tm_run_options){.mode = TM_RUN_BARRIER, .rounds = 500});
  assert_int_equal(r.forbidden, 0);
  tm_run_free(&r);
  drop(&s);
  s = parsed("test t \"d\" memory 1 1\nthread A { w = wait x 0; r = load y }\n"
             "thread B { k = notify x }\nexists w = stuck && k = 0 && r = none expect allowed");
  r = run(&s, "guard", (struct tm_run_options){.mode = TM_RUN_BARRIER, .rounds = 500});
  assert_int_equal(r.forbidden, 0);
  assert_true(r.rounds >= 500);
  tm_run_free(&r);
  drop(&s);
}

static void every_mode_runs_every_shape(void **state) {
  (void)state;
  static const char *const tests[] = {"size-after-access", "classic-sb-atomic", "iriw-size",
                                      "two-grows-lost"};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
    for (enum tm_run_mode mode = TM_RUN_AUTO; mode <= TM_RUN_PERPETUAL; mode++) {
      struct subject s = named(tests[i]);
      struct tm_error error;
      if (!tm_litmus_can_run(s.test, mode, &error)) {
        struct tm_run r = run(&s, "guard", (struct tm_run_options){.mode = mode, .rounds = 20});
        assert_int_equal(r.forbidden, 0);
        assert_int_equal(r.forbidden + r.weak + r.sc, r.rounds);
        assert_true(r.rounds >= 20);
        tm_run_free(&r);
      } else {
        assert_int_equal(mode, TM_RUN_PERPETUAL); /* two growers: it says so */
        assert_non_null(strstr(error.text, "perpetual"));
      }
      drop(&s);
    }
}

/* More threads that come and go, idle instances and interrupts change no verdict, whatever a
 * strategy does about running threads, and what is reported is what was asked for. */
static void a_crowd_and_interrupts_change_no_verdict(void **state) {
  (void)state;
  static const char *const strategies[] = {"guard", "push", "stopworld", "interruptack", "rcuqsbr"};
  for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++)
    for (int k = 0; k < 2; k++) {
      struct subject s = named(k ? "grow-flag-size-atomic" : "size-after-access");
      struct tm_run_options options = {
          .mode = TM_RUN_PERPETUAL, .rounds = 20, .threads = 3, .instances = 5, .interrupts = 5000};
      struct tm_run r = run(&s, strategies[i], options);
      assert_int_equal(r.forbidden, 0);
      assert_int_equal(r.interrupts, 5000);
      tm_run_free(&r);
      options.mode = TM_RUN_BARRIER;
      r = run(&s, strategies[i], options);
      assert_int_equal(r.forbidden, 0);
      assert_true(r.rounds > 0);
      assert_int_equal(r.interrupts, 0); /* there is no one grower to interrupt */
      tm_run_free(&r);
      drop(&s);
    }
}

static void a_rate_is_never_zero_where_witnesses_are(void **state) {
  (void)state;
  const struct tm_run tuned = {.witnesses = 110,
                               .seconds = 2,
                               .tuned_witnesses = 100,
                               .tuned_seconds = 1},
                      ended_too_soon = {.witnesses = 10, .seconds = 2, .tuned_seconds = 1},
                      none = {.seconds = 2, .tuned_seconds = 1}, never_ran = {0};
  assert_true(tm_run_witness_rate(&tuned) == 100);
  assert_true(tm_run_witness_rate(&ended_too_soon) == 5);
  assert_true(tm_run_witness_rate(&none) == 0 && tm_run_witness_rate(&never_ran) == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_traps_and_finals_are_exact),
      cmocka_unit_test(a_maximum_that_matters_gets_a_memory_for_every_round),
      cmocka_unit_test(a_stuck_thread_is_told_from_a_woken_one),
      cmocka_unit_test(every_mode_runs_every_shape),
      cmocka_unit_test(a_rate_is_never_zero_where_witnesses_are),
      cmocka_unit_test(a_crowd_and_interrupts_change_no_verdict),
  };
  seed = tm_test_seed(tm_rng_fresh_seed());
  return cmocka_run_group_tests(tests, NULL, NULL);
}
