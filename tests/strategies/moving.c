/* SPDX-License-Identifier: Apache-2.0 */
/* Strategies that move the base: what a thread holds stays good until it polls, both bases show the
 * same bytes, waiters are found again, and what was retired is freed. */
#include "core/rcu.h"
#include "tests/strategies/fixture.h"

#include <pthread.h>
#include <sched.h>

static const struct tm_memory_type large = {
    .min_pages = 1, .max_pages = 4096, .index = TM_INDEX32, .shared = true};

static const struct fixture *f;
static struct tm_atomic_u32 done;

static void *grow_far(void *unused) {
  (void)unused;
  for (uint64_t delta = 1; delta < 2048; delta *= 2)
    if (f->entry->strategy->grow(f->other, delta) < 0) return "a grow failed";
  return NULL;
}

static void *drain(void *unused) {
  (void)unused;
  tm_rcu_qsbr_drain();
  tm_rcu_memb_drain();
  tm_store_sc(&done, 1);
  return NULL;
}

static void run_meanwhile(void *(*body)(void *)) {
  pthread_t thread;
  void *result;
  pthread_create(&thread, NULL, body, NULL);
  pthread_join(thread, &result);
  assert_null(result);
}

static void an_address_is_good_until_the_next_poll(void **state) {
  (void)state;
  static const char *const names[] = {"rcuqsbr", "rcumemb"};
  for (int i = 0; i < 2; i++) {
    struct fixture x;
    if (!fixture_open_named(&x, names[i], &large)) continue;
    f = &x;
    uint8_t *held = x.hot->at(x.view, 100, 1);
    run_meanwhile(grow_far);
    tm_store_sc(&done, 0);
    pthread_t drainer;
    pthread_create(&drainer, NULL, drain, NULL);
    *held = 77; /* through the first base, which is none of the last ones */
    for (int turn = 0; turn < 100; turn++) sched_yield();
    assert_int_equal(tm_load_sc(&done), 0); /* we have not polled: nothing may be freed */
    assert_int_equal(*held, 77);
    uint8_t *now = x.hot->at(x.view, 100, 1); /* polls */
    assert_ptr_not_equal(now, held);
    assert_int_equal(*now, 77);
    for (int turn = 0; !tm_load_sc(&done) && turn < 10000000; turn++) {
      x.hot->size(x.view); /* polls */
      sched_yield();
    }
    assert_int_equal(tm_load_sc(&done), 1); /* polls alone let it be freed */
    pthread_join(drainer, NULL);
    fixture_close(&x);
  }
}

/* The strategy of the fixture, but one can see that a thread has parked. */
static struct tm_strategy observed;
static void (*real_park)(void *view);
static struct tm_atomic_u32 parked;

static void park_and_tell(void *view) {
  if (real_park) real_park(view);
  tm_store_sc(&parked, 1);
}

static void *wait_at_100(void *result) {
  tm_linear_unpark(f->memory, f->other);
  *(int *)result = (int)tm_linear_wait32(f->memory, f->other, f->hot->at(f->other, 100, 4), 0, -1);
  tm_linear_park(f->memory, f->other);
  return NULL;
}

static void waiters_are_found_after_a_move(void **state) {
  (void)state;
  static const char *const names[] = {"stopworld", "rcuqsbr", "rcumemb", "movebase"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct fixture x;
    if (!fixture_open_named(&x, names[i], &large)) continue;
    f = &x;
    observed = *x.memory->strategy;
    real_park = observed.park;
    observed.park = park_and_tell;
    x.memory->strategy = &observed;
    tm_store_sc(&parked, 0);
    int result = -1;
    pthread_t waiter;
    pthread_create(&waiter, NULL, wait_at_100, &result);
    while (!tm_load_sc(&parked)) sched_yield();
    for (uint64_t delta = 1; delta < 1024; delta *= 2)
      assert_true(x.entry->strategy->grow(x.view, delta) > 0);
    assert_int_equal(tm_linear_notify(x.memory, x.view, x.hot->at(x.view, 100, 4), 1), 1);
    tm_linear_park(x.memory, x.view);
    pthread_join(waiter, NULL);
    tm_linear_unpark(x.memory, x.view);
    assert_int_equal(result, TM_WAIT_WOKEN);
    fixture_close(&x);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      strategy_test(an_address_is_good_until_the_next_poll),
      strategy_test(waiters_are_found_after_a_move),
  };
  return cmocka_run_group_tests(tests, fixture_register_code, NULL);
}
