/* SPDX-License-Identifier: Apache-2.0 */
/* Every call of the port that can fail does so in turn: a memory is made or not, a grow happens or
 * leaves length, pages and every copy as they were. */
#include "tests/strategies/fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct tm_memory_type small = {
    .min_pages = 1, .max_pages = 8, .index = TM_INDEX32, .shared = true};

enum { CALLS = 20 }; /* more than any operation here makes */

static void a_memory_is_made_or_nothing_is_left(void **state) {
  (void)state;
  size_t count;
  const struct tm_strategy_entry *entries = tm_strategies(&count);
  for (size_t i = 0; i < count; i++) {
    struct tm_linear *memory;
    if (tm_linear_new(entries[i].strategy, &small, &memory)) continue; /* not offered here */
    tm_linear_drop(memory);
    unsigned n = 1;
    for (; n < CALLS; n++) {
      tm_port_fail_after(n);
      int result = tm_linear_new(entries[i].strategy, &small, &memory);
      bool happened = tm_port_fail_after(0) == 0;
      if (result == 0) tm_linear_drop(memory);
      if (!happened) break;
      assert_int_equal(result, -ENOMEM);
    }
    assert_in_range(n, 2, CALLS - 1); /* at least one call was failed */
  }
}

/* One grow in which call `n` fails; false when it does not get that far. */
static bool failed_grow(const struct fixture *f, unsigned n, uint64_t delta) {
  tm_port_fail_after(n);
  int64_t old = f->entry->strategy->grow(f->view, delta);
  bool happened = tm_port_fail_after(0) == 0;
  assert_int_equal(old, happened ? -1 : 1);
  return happened;
}

static void a_grow_happens_or_changes_nothing(void **state) {
  (void)state;
  bool copysize;
  for (unsigned n = 1; n < CALLS; n++) FOR_EACH_STRATEGY(f, &small) {
      copysize = strcmp(f.hot->name, "copysize") == 0;
      assert_int_equal(access_at(&f, f.view, 65535, 42), TM_TRAP_NONE);
      if (!failed_grow(&f, n, 5)) continue;
      assert_int_equal(f.hot->size(f.view), 1);
      assert_int_equal(f.hot->size(f.other), 1);
      assert_int_equal(byte_at(&f, f.other, 65535), 42);
      if (f.entry->kind != TM_KIND_floor)
        for (uint64_t page = 1; page < 7; page++) {
          assert_int_equal(access_at(&f, f.view, page * 65536, -1), TM_TRAP_OUT_OF_BOUNDS);
          assert_int_equal(access_at(&f, f.other, page * 65536, 1), TM_TRAP_OUT_OF_BOUNDS);
        }
      assert_true(f.entry->strategy->valid(f.memory->memory));
      assert_int_equal(f.entry->strategy->grow(f.view, 5), 1); /* and now it can */
      assert_int_equal(f.hot->size(f.view), 6);
      if (!copysize) assert_int_equal(f.hot->size(f.other), 6);
      assert_int_equal(byte_at(&f, f.other, 5 * 65536), 0);
      assert_int_equal(byte_at(&f, f.view, 65535), 42);
    }
}

/* Strategies that make pages accessible in the fault handler: what fails there is a trap, and the
 * next access tries again. */
static void a_page_that_cannot_be_had_traps(void **state) {
  (void)state;
  static const char *const lazy[] = {"faultcommit", "uffd"};
  for (size_t i = 0; i < sizeof lazy / sizeof *lazy; i++) {
    struct fixture f;
    if (!fixture_open_named(&f, lazy[i], &small)) continue;
    assert_int_equal(f.entry->strategy->grow(f.view, 3), 1);
    tm_port_fail_after(1);
    enum tm_trap_code first = access_at(&f, f.view, 3 * 65536, -1);
    assert_int_equal(tm_port_fail_after(0), 0);
    /* faultcommit has a second way, the whole prefix; uffd has none */
    assert_int_equal(first, i == 0 ? TM_TRAP_NONE : TM_TRAP_OUT_OF_BOUNDS);
    assert_int_equal(byte_at(&f, f.other, 3 * 65536), 0);
    fixture_close(&f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      strategy_test(a_memory_is_made_or_nothing_is_left),
      strategy_test(a_grow_happens_or_changes_nothing),
      strategy_test(a_page_that_cannot_be_had_traps),
  };
  return cmocka_run_group_tests(tests, fixture_register_code, NULL);
}
