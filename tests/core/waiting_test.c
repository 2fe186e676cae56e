/* SPDX-License-Identifier: Apache-2.0 */
/* wait and notify: what is woken, in which order, and that no wake-up is lost. */
#include "core/waiting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

static void an_unequal_value_does_not_wait(void **state) {
  (void)state;
  uint32_t word = 1;
  uint64_t wide = UINT64_C(1) << 32;
  assert_int_equal(tm_wait32(&word, 0, -1), TM_WAIT_NOT_EQUAL);
  assert_int_equal(tm_wait64(&wide, 0, -1), TM_WAIT_NOT_EQUAL);
}

static void a_timeout_ends_the_wait(void **state) {
  (void)state;
  uint32_t word = 0;
  assert_int_equal(tm_wait32(&word, 0, 0), TM_WAIT_TIMED_OUT);
  assert_int_equal(tm_wait32(&word, 0, 1000), TM_WAIT_TIMED_OUT);
  assert_int_equal(tm_notify(&word, 1), 0); /* nobody is left in the queue */
}

static uint32_t words[2];
static int woken;
static void *wait_here(void *word) {
  if (tm_wait32(word, 0, -1) == TM_WAIT_WOKEN) __atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
  return NULL;
}

static void notify_wakes_so_many_on_that_address(void **state) {
  (void)state;
  pthread_t threads[5];
  for (int i = 0; i < 5; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, wait_here, &words[i == 4]), 0);
  uint32_t n = 0;
  while ((n += tm_notify(&words[0], 4 - n)) < 4) sched_yield(); /* until all four have parked */
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  assert_int_equal(__atomic_load_n(&woken, __ATOMIC_SEQ_CST), 4);
  while (tm_notify(&words[1], UINT32_MAX) == 0) sched_yield();
  pthread_join(threads[4], NULL);
}

/* Two threads hand a turn to and fro; a lost wake-up would hang the test. */
static uint32_t turn;
enum { TURNS = 20000 };
static void *take_turns(void *argument) {
  uint32_t mine = *(uint32_t *)argument;
  for (int i = 0; i < TURNS; i++) {
    uint32_t now;
    while ((now = __atomic_load_n(&turn, __ATOMIC_SEQ_CST)) % 2 != mine) tm_wait32(&turn, now, -1);
    __atomic_store_n(&turn, now + 1, __ATOMIC_SEQ_CST);
    tm_notify(&turn, 1);
  }
  return NULL;
}

static void no_wake_up_is_lost(void **state) {
  (void)state;
  pthread_t threads[2];
  uint32_t sides[2] = {0, 1};
  for (int i = 0; i < 2; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, take_turns, &sides[i]), 0);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  assert_int_equal(turn, 2 * TURNS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_unequal_value_does_not_wait),
      cmocka_unit_test(a_timeout_ends_the_wait),
      cmocka_unit_test(notify_wakes_so_many_on_that_address),
      cmocka_unit_test(no_wake_up_is_lost),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
