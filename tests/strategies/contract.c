/* SPDX-License-Identifier: Apache-2.0 */
/* Every strategy keeps the contract of core/strategy.h: one driver, all strategies. */
#include "core/linear.h"
#include "strategies/strategies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each strategy's hot half, behind one table for this test only. */
struct hot {
  const char *name;
  uint8_t *(*at)(void *view, uint64_t ea, uint64_t n);
  uint8_t *(*span)(void *view, uint64_t ea, uint64_t n);
  uint64_t (*size)(void *view); /* memory.size at the start of a function */
};

#define TM_STRATEGY(S, kind, summary, source) extern const struct hot hot_##S;
#include "strategies/strategies.def"
#undef TM_STRATEGY

static const struct hot *const hots[] = {
#define TM_STRATEGY(S, kind, summary, source) &hot_##S,
#include "strategies/strategies.def"
#undef TM_STRATEGY
};

static const struct tm_memory_type small = {
    .min_pages = 1, .max_pages = 8, .index = TM_INDEX32, .shared = true};

struct fixture {
  const struct tm_strategy_entry *entry;
  const struct hot *hot;
  struct tm_linear *memory;
  void *view, *other;
};

static const char *current; /* the strategy under test, for messages */

static void open_fixture(struct fixture *f, size_t i, const struct tm_memory_type *type) {
  tm_trap_install(); /* cmocka has put its own handler over it */
  size_t count;
  f->entry = &tm_strategies(&count)[i];
  f->hot = hots[i];
  current = f->hot->name;
  assert_int_equal(tm_linear_new(f->entry->strategy, type, &f->memory), 0);
  f->view = calloc(1, f->entry->strategy->view_bytes);
  f->other = calloc(1, f->entry->strategy->view_bytes);
  assert_int_equal(tm_linear_attach(f->memory, f->view), 0);
  assert_int_equal(tm_linear_attach(f->memory, f->other), 0);
}

static void close_fixture(struct fixture *f) {
  assert_true(f->entry->strategy->valid(f->memory->memory));
  tm_linear_detach(f->memory, f->view);
  tm_linear_detach(f->memory, f->other);
  tm_linear_drop(f->memory);
  free(f->view);
  free(f->other);
}

#define FOR_EACH_STRATEGY(f, type)                                                                 \
  for (size_t i_ = 0, n_ = sizeof hots / sizeof *hots; i_ < n_; i_++)                              \
    for (struct fixture f, *once_ = (open_fixture(&f, i_, (type)), &f); once_;                     \
         close_fixture(&f), once_ = NULL, current = NULL)

struct access {
  const struct fixture *f;
  void *view;
  uint64_t ea;
  uint8_t byte;
  bool write;
};

static void access_body(void *argument) {
  struct access *a = argument;
  volatile uint8_t *p = a->f->hot->at(a->view, a->ea, 1);
  if (a->write)
    *p = a->byte;
  else
    a->byte = *p;
}

static enum tm_trap_code access_at(const struct fixture *f, void *view, uint64_t ea, int write) {
  struct tm_trap trap;
  struct access a = {.f = f, .view = view, .ea = ea, .write = write >= 0, .byte = (uint8_t)write};
  return tm_guest_call(access_body, &a, &trap);
}

/* The accesses below run outside translated code; tell the handler that they are a guest's. */
extern char __executable_start[], etext[];
static int register_code(void **state) {
  (void)state;
  return tm_trap_add_code((uintptr_t)__executable_start, (uintptr_t)etext);
}

/* Name the strategy at which a test stopped. */
static int name_the_strategy(void **state) {
  (void)state;
  if (current) print_message("stopped at %s\n", current);
  current = NULL;
  return 0;
}

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
  for (int i = 0; i < GROWS; i++) {
    int64_t old = s->grow(view, 1);
    if (old < 1 || old > GROWERS * GROWS) abort();
    __atomic_fetch_add(&g->seen[old], 1, __ATOMIC_RELAXED);
    uint8_t *p = tm_linear_at(g->f->memory, view, (uint64_t)old * TM_PAGE_BYTES, 1);
    if (!p || *p != 0) abort(); /* my page is there and zero */
    *p = 1;
  }
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
    for (int t = 0; t < GROWERS; t++) pthread_join(threads[t], NULL);
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
      cmocka_unit_test_teardown(grow_returns_the_old_length, name_the_strategy),
      cmocka_unit_test_teardown(grow_beyond_the_maximum_changes_nothing, name_the_strategy),
      cmocka_unit_test_teardown(accesses_follow_the_length, name_the_strategy),
      cmocka_unit_test_teardown(spans_are_always_checked, name_the_strategy),
      cmocka_unit_test_teardown(concurrent_grows_are_atomic, name_the_strategy),
      cmocka_unit_test_teardown(memories_of_64_bit_indices_are_enforced, name_the_strategy),
  };
  return cmocka_run_group_tests(tests, register_code, NULL);
}
