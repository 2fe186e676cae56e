/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting: loops made with tm_await, locks, sleeping and waking; what waits for ever is reported.
 */
#include "program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { X, Y };
enum { A, B }; /* locks */

#define LD(x, r)    {TM_EFFECT_LOAD, TM_ORDER_RLX, x, 0, 0, r}
#define ST(x, v)    {TM_EFFECT_STORE, TM_ORDER_RLX, x, v, 0, -1}
#define REL(x, v)   {TM_EFFECT_STORE, TM_ORDER_REL, x, v, 0, -1}
#define AWAIT(x, v) {STEP_AWAIT, TM_ORDER_ACQ, x, v, 0, -1}
#define TAKE(l)     {TM_EFFECT_LOCK, 0, l, 0, 0, -1}
#define SHARE(l)    {TM_EFFECT_LOCK_SHARED, 0, l, 0, 0, -1}
#define CLOSE(l)    {TM_EFFECT_CLOSE, 0, l, 0, 0, -1}
#define DROP(l)     {TM_EFFECT_UNLOCK, 0, l, 0, 0, -1}
#define SLEEP(x, v) {TM_EFFECT_FUTEX_WAIT, TM_ORDER_SC, x, v, 0, -1}
#define WAKE(x, n)  {TM_EFFECT_FUTEX_WAKE, TM_ORDER_SC, x, n, 0, -1}

static const struct {
  struct program program;
  const char *outcomes; /* under each model */
} cases[] = {
    {{"await a message", 2, {2, 2}, {{ST(X, 1), REL(Y, 1)}, {AWAIT(Y, 1), LD(X, 0)}}, 1, 0}, "1"},
    {{"await each other", 2, {2, 2}, {{REL(X, 1), AWAIT(Y, 1)}, {REL(Y, 1), AWAIT(X, 1)}}, 0, 2},
     "11"},
    {{"await what never comes", 2, {2, 1}, {{AWAIT(Y, 1), ST(X, 1)}, {ST(Y, 2)}}, 0, 2}, "02!"},
    {{"await in a circle", 2, {2, 2}, {{AWAIT(Y, 1), REL(X, 1)}, {AWAIT(X, 1), REL(Y, 1)}}, 0, 2},
     "00!"},
    {{"await what passes by", 2, {1, 2}, {{AWAIT(X, 1)}, {REL(X, 1), REL(X, 2)}}, 0, 1}, "2 2!"},
    {{"locks in one order",
      2,
      {4, 4},
      {{TAKE(A), TAKE(B), DROP(B), DROP(A)}, {TAKE(A), TAKE(B), DROP(B), DROP(A)}},
      0,
      1},
     "0"},
    {{"locks in two orders",
      2,
      {4, 4},
      {{TAKE(A), TAKE(B), DROP(B), DROP(A)}, {TAKE(B), TAKE(A), DROP(A), DROP(B)}},
      0,
      1},
     "0 0!"},
    {{"a lock orders what it protects",
      2,
      {4, 4},
      {{TAKE(A), LD(X, 0), ST(X, 1), DROP(A)}, {TAKE(A), LD(X, 1), ST(X, 2), DROP(A)}},
      2,
      1},
     "012 201"},
    {{"readers share, a writer does not",
      2,
      {4, 4},
      {{SHARE(A), LD(X, 0), LD(X, 1), DROP(A)}, {TAKE(A), ST(X, 1), ST(X, 2), DROP(A)}},
      2,
      1},
     "002 222"},
    {{"two readers meet",
      2,
      {4, 4},
      {{SHARE(A), REL(X, 1), AWAIT(Y, 1), DROP(A)}, {SHARE(A), REL(Y, 1), AWAIT(X, 1), DROP(A)}},
      0,
      2},
     "11"},
    {{"told to leave while being waited for",
      2,
      {5, 3},
      {{CLOSE(A), ST(X, 1), TAKE(A), ST(X, 2), DROP(A)}, {SHARE(A), LD(X, 0), DROP(A)}},
      1,
      1},
     "02 12 22"},
    {{"woken after the store", 2, {1, 2}, {{SLEEP(X, 0)}, {ST(X, 1), WAKE(X, 1)}}, 0, 1}, "1"},
    {{"woken before the store", 2, {1, 2}, {{SLEEP(X, 0)}, {WAKE(X, 1), ST(X, 1)}}, 0, 1}, "1 1!"},
    {{"one of two is woken", 3, {1, 1, 1}, {{SLEEP(X, 0)}, {SLEEP(X, 0)}, {WAKE(X, 1)}}, 0, 1},
     "0! 0! 0!"},
};

static void waiting_ends_or_is_reported(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (int m = 0; m < 3; m++)
      for (int plain = 0; plain < 2; plain++) {
        struct program p = cases[i].program;
        struct tm_explore_options options = {.model = (enum tm_explore_model)m, .plain = plain};
        struct tm_explore_result *result = program_explore(&p, &options);
        assert_true(result->complete);
        const char *found = program_outcomes(result);
        if (strcmp(found, cases[i].outcomes))
          fail_msg("%s, %s%s: %s instead of %s", p.name,
                   tm_explore_model_name((enum tm_explore_model)m), plain ? ", plain" : "", found,
                   cases[i].outcomes);
        tm_explore_free(result);
      }
}

/* A loop that is no tm_await ends the exploration with a sentence, not with a hang. */
static void endless(void *context, unsigned thread) {
  static struct tm_site site = {.file = "endless", .what = "x", .effect = TM_EFFECT_LOAD};
  uint32_t *place = context;
  (void)thread;
  while (tm_model_load(&site, place, 0) == 0) continue;
}
static void one_place(void *context) { tm_model_init(context, "x", 0); }
static unsigned no_row(void *context, unsigned stuck, uint64_t *word) {
  (void)context;
  word[0] = stuck;
  return 1;
}

static void a_bare_spin_is_an_error(void **state) {
  (void)state;
  uint32_t place;
  struct tm_explore_client client = {
      .context = &place, .threads = 1, .setup = one_place, .thread = endless, .row = no_row};
  struct tm_explore_options options = {.model = TM_EXPLORE_SC};
  struct tm_explore_result *result;
  struct tm_error error = {""};
  assert_int_not_equal(tm_explore(&client, &options, &result, &error), 0);
  assert_non_null(strstr(error.text, "without tm_await"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(waiting_ends_or_is_reported),
      cmocka_unit_test(a_bare_spin_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
