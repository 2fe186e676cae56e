/* SPDX-License-Identifier: Apache-2.0 */
/* Every strategy keeps the contract of core/strategy.h: one driver, all strategies. */
#include "tests/strategies/fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const struct tm_memory_type small = {
    .min_pages = 1, .max_pages = 8, .index = TM_INDEX32, .shared = true};

/* Does memory.size of an instance follow the grows of another? */
static bool size_follows(const struct fixture *f) { return strcmp(f->hot->name, "copysize") != 0; }

static void grow_returns_the_old_length(void **state) {
  (void)state;
  FOR_EACH_STRATEGY(f, &small) {
    const struct tm_strategy *s = f.entry->strategy;
    assert_int_equal(f.hot->size(f.view), 1);
    assert_int_equal(s->grow(f.view, 2), 1);
    assert_int_equal(s->grow(f.other, 1), 3);
    assert_int_equal(s->grow(f.view, 0), 4);
    if (!size_follows(&f)) continue;
    assert_int_equal(f.hot->size(f.view), 4);
    assert_int_equal(f.hot->size(f.other), 4);
  }
}

static void grow_beyond_the_maximum_changes_nothing(void **state) {
  (void)state;
  FOR_EACH_STRATEGY(f, &small) {
    const struct tm_strategy *s = f.entry->strategy;
    assert_int_equal(s->grow(f.view, 8), -1);
    assert_int_equal(s->grow(f.view, UINT64_MAX), -1);
    assert_int_equal(s->grow(f.view, UINT64_C(1) << 48), -1);
    assert_int_equal(f.hot->size(f.view), 1);
    assert_int_equal(s->grow(f.view, 7), 1);
    assert_int_equal(s->grow(f.view, 1), -1);
    if (size_follows(&f)) assert_int_equal(f.hot->size(f.other), 8);
  }
}

static void accesses_follow_the_length(void **state) {
  (void)state;
  FOR_EACH_STRATEGY(f, &small) {
    const struct tm_strategy *s = f.entry->strategy;
    bool enforces = f.entry->kind != TM_KIND_floor;
    assert_int_equal(access_at(&f, f.view, 0, -1), TM_TRAP_NONE);
    assert_int_equal(access_at(&f, f.view, 65535, -1), TM_TRAP_NONE);
    if (enforces) {
      assert_int_equal(access_at(&f, f.view, 65536, -1), TM_TRAP_OUT_OF_BOUNDS);
      assert_int_equal(access_at(&f, f.other, 65536, 7), TM_TRAP_OUT_OF_BOUNDS);
      assert_int_equal(access_at(&f, f.view, UINT64_C(0x1fffffffe), -1), TM_TRAP_OUT_OF_BOUNDS);
    }
    assert_int_equal(s->grow(f.view, 1), 1);
    assert_int_equal(access_at(&f, f.other, 65536, 7), TM_TRAP_NONE);
    assert_int_equal(access_at(&f, f.view, 131071, -1), TM_TRAP_NONE);
    if (enforces) assert_int_equal(access_at(&f, f.view, 131072, -1), TM_TRAP_OUT_OF_BOUNDS);
  }
}

static void spans_are_always_checked(void **state) {
  (void)state;
  FOR_EACH_STRATEGY(f, &small) {
    uint8_t *base = f.hot->span(f.view, 0, 65536);
    assert_ptr_equal(f.hot->span(f.view, 65536, 0), base + 65536);
    assert_ptr_equal(tm_linear_at(f.memory, f.view, 10, 20), base + 10);
    assert_null(tm_linear_at(f.memory, f.view, 65530, 7));
    assert_null(tm_linear_at(f.memory, f.view, UINT64_MAX, 2));
  }
}

/* Many threads grow by one page at a time: every old length is returned exactly once. */
enum { GROWERS = 4, GROWS = 500 };
struct grower {
  const struct fixture *f;
  pthread_barrier_t *start;
  uint8_t *seen;
};
static void *grow_many(void *argument) {
  struct grower *g = argument;
  const struct tm_strategy *s = g->f->entry->strategy;
  void *view = calloc(1, s->view_bytes);
  if (tm_linear_attach(g->f->memory, view)) abort();
  pthread_barrier_wait(g->start);
  tm_linear_unpark(g->f->memory, view);
  for (int i = 0; i < GROWS; i++) {
    int64_t old = s->grow(view, 1);
    if (old < 1 || old > GROWERS * GROWS) abort();
    __atomic_fetch_add(&g->seen[old], 1, __ATOMIC_RELAXED);
    uint8_t *p = tm_linear_at(g->f->memory, view, (uint64_t)old * TM_PAGE_BYTES, 1);
    if (!p || *p != 0) abort(); /* my page is there and zero */
    *p = 1;
  }
  tm_linear_park(g->f->memory, view);
  tm_linear_detach(g->f->memory, view);
  free(view);
  return NULL;
}

static void concurrent_grows_are_atomic(void **state) {
  (void)state;
  struct tm_memory_type type = small;
  type.max_pages = 1 + GROWERS * GROWS;
  FOR_EACH_STRATEGY(f, &type) {
    if (f.entry->kind == TM_KIND_planted) continue;
    static uint8_t seen[2 + GROWERS * GROWS];
    memset(seen, 0, sizeof seen);
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, GROWERS);
    pthread_t threads[GROWERS];
    struct grower g = {&f, &start, seen};
    for (int t = 0; t < GROWERS; t++) pthread_create(&threads[t], NULL, grow_many, &g);
    tm_linear_park(f.memory, f.view);
    for (int t = 0; t < GROWERS; t++) pthread_join(threads[t], NULL);
    tm_linear_unpark(f.memory, f.view);
    pthread_barrier_destroy(&start);
    for (int i = 1; i <= GROWERS * GROWS; i++) assert_int_equal(seen[i], 1);
    assert_int_equal(f.hot->size(f.view), 1 + GROWERS * GROWS);
  }
}

static void memories_of_64_bit_indices_are_enforced(void **state) {
  (void)state;
  struct tm_memory_type type = {.min_pages = 1, .max_pages = 3, .index = TM_INDEX64};
  FOR_EACH_STRATEGY(f, &type) {
    assert_int_equal(f.entry->strategy->grow(f.view, 2), 1);
    assert_int_equal(f.entry->strategy->grow(f.view, 1), -1);
    assert_null(tm_linear_at(f.memory, f.view, UINT64_MAX - 1, 4));
    assert_non_null(tm_linear_at(f.memory, f.view, 3 * 65536 - 4, 4));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      strategy_test(grow_returns_the_old_length),
      strategy_test(grow_beyond_the_maximum_changes_nothing),
      strategy_test(accesses_follow_the_length),
      strategy_test(spans_are_always_checked),
      strategy_test(concurrent_grows_are_atomic),
      strategy_test(memories_of_64_bit_indices_are_enforced),
  };
  return cmocka_run_group_tests(tests, fixture_register_code, NULL);
}
