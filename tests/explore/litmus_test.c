/* SPDX-License-Identifier: Apache-2.0 */
/* Litmus tests under strategies: the race of the call, and the planted faults. */
#include "harness/explore/mutate.h"
#include "harness/explore/observed.h"
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
  struct tm_explore_judgement judgement;
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
  assert_int_equal(a.judgement.verdict, TM_REACH_SOUND);
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
      assert_true(a.judgement.verdict <= TM_REACH_SOUND);
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
    if (a.judgement.verdict != TM_REACH_FORBIDDEN)
      fail_msg("%s is not caught by %s", faults[i].strategy, faults[i].test);
    done(&a);
  }
}

/* Both ways through one test; false when plain enumeration is too large to be finished. */
static bool same_both_ways(const char *test, enum tm_explore_model model, uint64_t executions[2]) {
  struct answer reduced = ask(test, "guard", model), plain = reduced;
  struct tm_explore_options options = {.model = model, .plain = true, .most_executions = 100000};
  struct tm_error error;
  assert_int_equal(reduced.test->threads, 3);
  assert_int_equal(tm_explore_litmus(reduced.test, "guard", &options, &plain.result, &error), 0);
  bool complete = plain.result->complete;
  if (complete) {
    executions[0] += reduced.result->executions + reduced.result->redundant;
    executions[1] += plain.result->executions + plain.result->redundant;
    assert_int_equal(reduced.result->outcomes, plain.result->outcomes);
    for (unsigned k = 0; k < plain.result->outcomes; k++)
      assert_memory_equal(reduced.result->outcome[k].word, plain.result->outcome[k].word,
                          plain.result->outcome[k].words * sizeof(uint64_t));
  }
  tm_explore_free(plain.result);
  done(&reduced);
  return complete;
}

/* On three threads plain enumeration gives the same outcomes and needs at least ten times the
 * executions. */
static void the_reduction_saves_nine_tenths(void **state) {
  (void)state;
  static const char *const tests[] = {
      "wrc-size-trap",       "wrc-access-size",       "wrc-size-size",      "wrc-grow0-size",
      "classic-isa2-atomic", "notify-one-leaves-one", "lost-old-store-two", "three-grows"};
  for (int m = 0; m < 3; m++) {
    uint64_t executions[2] = {0, 0};
    unsigned finished = 0;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
      finished += same_both_ways(tests[i], (enum tm_explore_model)m, executions);
    printf("%s, %u tests: %llu executions reduced, %llu plain\n",
           tm_explore_model_name((enum tm_explore_model)m), finished,
           (unsigned long long)executions[0], (unsigned long long)executions[1]);
    assert_true(finished >= 3);
    assert_true(executions[1] >= 10 * executions[0]);
  }
}

/* Every witness, written down and read again, leads to its outcome. */
static void schedules_survive_as_text(void **state) {
  (void)state;
  for (int m = 0; m < 3; m++) {
    struct answer a = ask("fill-straddle-midway", "slowpath", (enum tm_explore_model)m);
    const char *names[] = {a.test->thread[0].name, a.test->thread[1].name};
    for (unsigned i = 0; i < a.result->outcomes; i++) {
      const struct tm_explore_outcome *o = &a.result->outcome[i];
      struct tm_explore_decision decision[TM_EXPLORE_STEPS];
      unsigned decisions;
      struct tm_error error = {""};
      char *text = tm_explore_schedule_text(names, o->step, o->steps);
      assert_int_equal(
          tm_explore_schedule_parse(text, names, a.test->threads, decision, &decisions, &error), 0);
      assert_int_equal(decisions, o->steps);
      char *drawn = NULL;
      size_t bytes;
      FILE *out = open_memstream(&drawn, &bytes);
      assert_int_equal(tm_explore_draw(a.test, "slowpath", (enum tm_explore_model)m, decision,
                                       decisions, out, &error),
                       0);
      fclose(out);
      assert_non_null(strstr(drawn, "=> "));
      free(drawn);
      free(text);
    }
    done(&a);
  }
}

/* So does one in which a system call fails. */
static void failures_can_be_replayed(void **state) {
  (void)state;
  for (int m = 0; m < 3; m++) {
    struct answer a = ask("size-after-access", "guard", (enum tm_explore_model)m);
    struct tm_explore_options options = {.model = (enum tm_explore_model)m, .failures = true};
    const char *names[] = {"A", "B"};
    struct tm_error error = {""};
    unsigned failed = 0;
    tm_explore_free(a.result);
    assert_int_equal(tm_explore_litmus(a.test, "guard", &options, &a.result, &error), 0);
    for (unsigned i = 0; i < a.result->outcomes; i++) {
      struct tm_explore_outcome *o = &a.result->outcome[i];
      char *text = tm_explore_schedule_text(names, o->step, o->steps), *drawn = NULL;
      size_t bytes;
      FILE *out = open_memstream(&drawn, &bytes);
      assert_int_equal(tm_explore_schedule_parse(text, names, 2, o->step, &o->steps, &error), 0);
      if (tm_explore_draw(a.test, "guard", (enum tm_explore_model)m, o->step, o->steps, out,
                          &error))
        fail_msg("%s: %s", text, error.text);
      fclose(out);
      bool fails = strstr(text, "A!") != NULL;
      assert_int_equal(fails, strstr(drawn, "commit page 1 fails") != NULL);
      assert_int_equal(fails, strstr(drawn, "=>  g=-1 r=trap s=1") != NULL);
      failed += fails;
      free(drawn);
      free(text);
    }
    assert_int_equal(failed, 1);
    done(&a);
  }
}

static void bad_schedules_are_explained(void **state) {
  (void)state;
  static const char *const bad[] = {"Q", "A*", "A*0x", "A<", "A<C1", "A*70000", "A''"};
  const char *names[] = {"A", "B"};
  struct tm_explore_decision decision[TM_EXPLORE_STEPS];
  unsigned decisions;
  struct tm_error error;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    error.text[0] = '\0';
    assert_int_not_equal(tm_explore_schedule_parse(bad[i], names, 2, decision, &decisions, &error),
                         0);
    assert_true(strlen(error.text) > 0);
  }
  struct answer a = ask("size-after-access", "guard", TM_EXPLORE_SC);
  assert_int_equal(tm_explore_schedule_parse("A*9", names, 2, decision, &decisions, &error), 0);
  FILE *out = fopen("/dev/null", "w");
  assert_int_not_equal(
      tm_explore_draw(a.test, "guard", TM_EXPLORE_SC, decision, decisions, out, &error), 0);
  fclose(out);
  assert_non_null(strstr(error.text, "cannot be made"));
  done(&a);
}

/* A system call that fails leaves nothing behind: no outcome becomes forbidden by it. */
static void grows_that_fail_show_nothing(void **state) {
  (void)state;
  static const char *const strategies[] = {"guard",   "push",       "atomicptr",    "casgrow",
                                           "seqlock", "lockedsize", "publishfirst", "precommit"};
  for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++) {
    struct answer a = ask("phantom-page-access", strategies[i], TM_EXPLORE_C11);
    struct tm_explore_options options = {.model = TM_EXPLORE_C11, .failures = true};
    struct tm_error error = {""};
    tm_explore_free(a.result);
    assert_int_equal(tm_explore_litmus(a.test, strategies[i], &options, &a.result, &error), 0);
    a.judgement = tm_explore_judge(a.test, a.oracle, a.result);
    if (a.judgement.verdict > TM_REACH_SOUND)
      fail_msg("%s: %s", strategies[i], tm_reach_name(a.judgement.verdict));
    done(&a);
  }
}

static void random_executions_find_the_race(void **state) {
  (void)state;
  struct answer a = ask("size-after-access", "guard", TM_EXPLORE_SC), b = a;
  struct tm_explore_options options = {.model = TM_EXPLORE_SC, .random_runs = 2000, .seed = 7};
  struct tm_error error = {""};
  assert_int_equal(tm_explore_litmus(a.test, "guard", &options, &b.result, &error), 0);
  assert_false(b.result->complete);
  b.judgement = tm_explore_judge(a.test, a.oracle, b.result);
  assert_int_equal(b.judgement.verdict, TM_REACH_INCOMPLETE);
  assert_true(b.judgement.exists);
  assert_int_equal(b.result->outcomes, a.result->outcomes);
  tm_explore_free(b.result);
  done(&a);
}

/* What hardware showed is held against what can be. */
static void rows_that_cannot_be_are_noticed(void **state) {
  (void)state;
  struct answer a = ask("size-after-access", "lockedsize", TM_EXPLORE_C11);
  struct answer b = ask("size-after-access", "guard", TM_EXPLORE_C11);
  struct tm_value row[TM_LITMUS_COLUMNS];
  tm_explore_row(b.test, &b.result->outcome[b.judgement.exists_outcome], row);
  assert_true(tm_explore_reaches(b.test, b.result, row));
  assert_false(tm_explore_reaches(a.test, a.result, row));
  done(&a);
  done(&b);
}

/* A histogram with a row that cannot be: as `tidemark litmus` holds each against the explorer. */
static void impossible_histograms_are_noticed(void **state) {
  (void)state;
  static const char *const strategies[] = {"guard", "lockedsize"};
  for (size_t i = 0; i < 2; i++) {
    struct answer a = ask("size-after-access", strategies[i], TM_EXPLORE_C11);
    struct tm_histogram *h = tm_histogram_new(a.test, a.oracle);
    assert_non_null(tm_histogram_add(h, (uint64_t[]){1, 0, 2}));
    assert_int_equal(tm_explore_observed(a.test, strategies[i], h, 5, NULL).impossible, 0);
    assert_non_null(tm_histogram_add(h, (uint64_t[]){1, 0, 1})); /* the race of the call */
    struct tm_observed o = tm_explore_observed(a.test, strategies[i], h, 5, NULL);
    assert_true(o.answered);
    assert_int_equal(o.impossible, i);
    if (i) assert_int_equal(o.first, 1);
    tm_histogram_free(h);
    done(&a);
  }
}

struct needed {
  unsigned mutants, needed;
};
static void count_mutant(void *argument, const struct tm_mutant *mutant) {
  struct needed *n = argument;
  n->mutants++;
  if (!mutant->test) return;
  n->needed++;
  assert_string_equal(mutant->order, "sc");
  assert_int_equal(mutant->verdict, TM_REACH_FORBIDDEN);
}

/* guard needs the seq-cst order of the store of the length and of the load in memory.size. */
static void a_weaker_order_is_found(void **state) {
  (void)state;
  struct answer a[] = {ask("iriw-size", "guard", TM_EXPLORE_SC),
                       ask("sb-grow", "guard", TM_EXPLORE_SC),
                       ask("fill-straddle-end", "guard", TM_EXPLORE_SC)};
  const struct tm_litmus *test[] = {a[0].test, a[1].test, a[2].test};
  const struct tm_oracle *oracle[] = {a[0].oracle, a[1].oracle, a[2].oracle};
  struct needed n = {0, 0};
  struct tm_mutation mutation = {.test = test,
                                 .oracle = oracle,
                                 .tests = 3,
                                 .strategy = "guard",
                                 .options = {.model = TM_EXPLORE_C11},
                                 .each = count_mutant,
                                 .argument = &n};
  struct tm_error error = {""};
  if (tm_explore_mutate(&mutation, &error)) fail_msg("%s", error.text);
  assert_int_equal(n.mutants, 3);
  assert_int_equal(n.needed, 2);
  for (size_t i = 0; i < 3; i++) done(&a[i]);
}

static void wrong_input_is_a_sentence(void **state) {
  (void)state;
  struct answer a = ask("size-after-access", "guard", TM_EXPLORE_SC);
  struct tm_explore_options options = {.model = TM_EXPLORE_SC};
  struct tm_explore_result *result;
  struct tm_error error = {""};
  assert_int_not_equal(tm_explore_litmus(a.test, "none such", &options, &result, &error), 0);
  assert_non_null(strstr(error.text, "unknown strategy 'none such'"));
  done(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_race_of_the_call),
      cmocka_unit_test(other_strategies_close_it),
      cmocka_unit_test(planted_faults_are_found),
      cmocka_unit_test(the_reduction_saves_nine_tenths),
      cmocka_unit_test(schedules_survive_as_text),
      cmocka_unit_test(failures_can_be_replayed),
      cmocka_unit_test(bad_schedules_are_explained),
      cmocka_unit_test(grows_that_fail_show_nothing),
      cmocka_unit_test(random_executions_find_the_race),
      cmocka_unit_test(rows_that_cannot_be_are_noticed),
      cmocka_unit_test(impossible_histograms_are_noticed),
      cmocka_unit_test(a_weaker_order_is_found),
      cmocka_unit_test(wrong_input_is_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
