/* SPDX-License-Identifier: Apache-2.0 */
/* The tuner against a machine of known truth: a round in which a page becomes accessible at some
 * moment, its length a little later. */
#include "harness/litmus/aim.h"
#include "harness/stats/stats.h"
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

enum { ROUNDS = 512, ROUND_TICKS = 3000 };

/* Witnesses are attempts in [opens, opens + width). */
struct machine {
  struct tm_rng rng;
  int64_t opens, width, jitter;
};

static void one_batch(struct machine *m, struct tm_tuner *t, int64_t *edge, uint64_t *witnesses) {
  for (int c = 0; c < TM_AIM_CHUNKS; c++) {
    const struct tm_aim *aim = &t->aim[c];
    for (int r = 0; r < ROUNDS / TM_AIM_CHUNKS; r++) {
      int64_t opens = m->opens + (int64_t)(tm_rng_uniform(&m->rng) * (double)m->jitter);
      int64_t at = aim->kind == TM_AIM_FIXED
                       ? aim->ticks + (int64_t)(tm_rng_uniform(&m->rng) * (double)aim->spread)
                   : aim->kind == TM_AIM_EDGE
                       ? *edge / 256
                       : (int64_t)(tm_rng_uniform(&m->rng) * (double)t->widest);
      bool trap = at < opens, witness = !trap && at < opens + m->width;
      *edge = tm_aim_follow(aim, *edge,
                            trap      ? TM_ATTEMPT_EARLY
                            : witness ? TM_ATTEMPT_HIT
                                      : TM_ATTEMPT_LATE);
      t->tally[c].rounds++;
      t->tally[c].witnesses += witness;
      t->tally[c].ticks += ROUND_TICKS;
      *witnesses += witness;
    }
  }
  tm_tuner_step(t, ROUND_TICKS);
}

static uint64_t after_tuning(struct machine *m, struct tm_tuner *t) {
  int64_t edge = 0;
  uint64_t witnesses = 0;
  for (int b = 0; t->stage != TM_TUNE_DONE; b++) {
    assert_in_range(b, 0, 20);
    one_batch(m, t, &edge, &witnesses);
  }
  witnesses = 0;
  for (int b = 0; b < 10; b++) one_batch(m, t, &edge, &witnesses);
  return witnesses;
}

static uint64_t seed;

static void a_window_is_found_wherever_it_opens(void **state) {
  (void)state;
  for (int64_t opens = 500; opens <= 8500; opens += 1000)
    for (int edges = 0; edges < 2; edges++) {
      struct machine m = {.rng = tm_rng(seed), .opens = opens, .width = 300, .jitter = 60};
      struct tm_tuner t;
      tm_tuner_start(&t, false, edges);
      uint64_t found = after_tuning(&m, &t);
      if (found < 10 * ROUNDS / 4)
        fail_msg("opens at %" PRId64 ", edges %d: %" PRIu64 " witnesses in %d (seed %" PRIu64 ")",
                 opens, edges, found, 10 * ROUNDS, seed);
    }
}

static void following_keeps_up_with_a_window_that_moves(void **state) {
  (void)state;
  struct machine m = {.rng = tm_rng(seed), .opens = 2000, .width = 300, .jitter = 60};
  struct tm_tuner t;
  tm_tuner_start(&t, false, true);
  for (int c = 0; c < TM_AIM_CHUNKS; c++)
    t.aim[c] = (struct tm_aim){.kind = TM_AIM_EDGE, .ticks = 128, .calm = 16};
  t.stage = TM_TUNE_DONE;
  t.given = true;
  int64_t edge = 0;
  uint64_t witnesses = 0;
  for (int b = 0; b < 20; b++, m.opens += 40) one_batch(&m, &t, &edge, &witnesses);
  assert_true(witnesses > 20 * ROUNDS / 2);
}

/* What was the best is not for ever: a window that moves far away is found again. */
static void it_looks_again_after_some_time(void **state) {
  (void)state;
  struct machine m = {.rng = tm_rng(seed), .opens = 1000, .width = 300, .jitter = 60};
  struct tm_tuner t;
  int64_t edge = 0;
  uint64_t witnesses = 0;
  tm_tuner_start(&t, false, false);
  assert_true(after_tuning(&m, &t) > 10 * ROUNDS / 4);
  m.opens = 6000;
  for (int b = 0; b < 40; b++) one_batch(&m, &t, &edge, &witnesses);
  witnesses = 0;
  for (int b = 0; b < 10; b++) one_batch(&m, &t, &edge, &witnesses);
  assert_true(witnesses > 10 * ROUNDS / 4);
}

static void without_a_witness_it_looks_everywhere(void **state) {
  (void)state;
  for (int edges = 0; edges < 2; edges++) {
    struct machine m = {.rng = tm_rng(seed), .opens = 2000, .width = 0};
    struct tm_tuner t;
    tm_tuner_start(&t, false, edges);
    assert_int_equal(after_tuning(&m, &t), 0);
    int random = 0;
    for (int c = 0; c < TM_AIM_CHUNKS; c++) random += t.aim[c].kind == TM_AIM_RANDOM;
    assert_int_equal(random, edges ? TM_AIM_CHUNKS / 2 : TM_AIM_CHUNKS);
  }
}

static void a_given_skew_stays(void **state) {
  (void)state;
  struct tm_tuner t;
  tm_tuner_fix(&t, 123);
  tm_tuner_step(&t, ROUND_TICKS);
  for (int c = 0; c < TM_AIM_CHUNKS; c++) {
    assert_int_equal(t.aim[c].kind, TM_AIM_FIXED);
    assert_int_equal(t.aim[c].ticks, 123);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_window_is_found_wherever_it_opens),
      cmocka_unit_test(following_keeps_up_with_a_window_that_moves),
      cmocka_unit_test(it_looks_again_after_some_time),
      cmocka_unit_test(without_a_witness_it_looks_everywhere),
      cmocka_unit_test(a_given_skew_stays),
  };
  seed = tm_test_seed(tm_rng_fresh_seed());
  return cmocka_run_group_tests(tests, NULL, NULL);
}
