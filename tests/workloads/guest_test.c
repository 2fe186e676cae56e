/* SPDX-License-Identifier: Apache-2.0
 *
 * The guest library on its native platform: allocator, locks, ranges, text, and the table of
 * workloads.
 */
#include "bench/workloads/workloads.h"
#include "guest/guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

const char workload_name[] = "guest_test"; /* the library names the workload when it fails */

enum { BLOCKS = 3000, THREADS = 4, ROUNDS = 20000 };

static void alloc_gives_disjoint_aligned_blocks(void **state) {
  (void)state;
  static unsigned char *blocks[BLOCKS];
  static size_t sizes[BLOCKS];
  for (size_t step = 0; step < 4 * BLOCKS; step++) {
    uint64_t random = guest_random(42, step);
    size_t slot = random % BLOCKS;
    for (size_t i = 0; i < sizes[slot]; i++) assert_int_equal(blocks[slot][i], slot % 251);
    guest_free(blocks[slot]);
    sizes[slot] = (random >> 20) % (step % 64 == 0 ? 200000 : 500);
    blocks[slot] = guest_alloc(sizes[slot]);
    assert_int_equal((uintptr_t)blocks[slot] % 16, 0);
    memset(blocks[slot], (int)(slot % 251), sizes[slot]);
  }
  for (size_t slot = 0; slot < BLOCKS; slot++) guest_free(blocks[slot]);
}

static void freed_memory_is_used_again(void **state) {
  (void)state;
  void *large = guest_alloc(3 << 20), *small = guest_alloc(100);
  guest_free(large);
  guest_free(small);
  uint32_t pages = guest_pages();
  for (int i = 0; i < 100; i++) {
    large = guest_alloc(3 << 20);
    small = guest_alloc(100);
    guest_free(large);
    guest_free(small);
  }
  assert_int_equal(guest_pages(), pages);
}

static void memory_grows_by_what_is_missing(void **state) {
  (void)state;
  enum { PAGES = 100 };
  uint32_t before = guest_pages();
  void *large = guest_alloc(PAGES * GUEST_PAGE - 16); /* 16 for its header */
  assert_int_equal(guest_pages() - before, PAGES);
  guest_free(large);
  large = guest_alloc(PAGES * GUEST_PAGE);
  assert_int_equal(guest_pages() - before, PAGES + PAGES + 1);
  guest_free(large);
}

static struct guest_mutex mutex;
static struct guest_barrier barrier;
static unsigned long counter;
static unsigned seen_self[THREADS];
static _Atomic unsigned long arrivals;
static _Atomic unsigned early;

static void count_and_meet(unsigned index) {
  seen_self[index] = guest_self;
  for (unsigned long i = 1; i <= ROUNDS; i++) {
    guest_lock(&mutex);
    counter++;
    guest_unlock(&mutex);
    if (i % 100) continue;
    atomic_fetch_add(&arrivals, 1);
    guest_barrier_wait(&barrier, THREADS);
    if (atomic_load(&arrivals) < i / 100 * THREADS) atomic_fetch_add(&early, 1);
  }
}

static void mutex_excludes_and_barrier_gathers(void **state) {
  (void)state;
  guest_parallel(THREADS, count_and_meet);
  assert_int_equal(counter, (unsigned long)THREADS * ROUNDS);
  assert_int_equal(early, 0);
  for (unsigned i = 0; i < THREADS; i++) assert_int_equal(seen_self[i], i);
}

static void shares_cover_everything_once(void **state) {
  (void)state;
  const uint32_t totals[] = {0, 1, 7, 8, 1000003, UINT32_MAX};
  for (size_t t = 0; t < sizeof totals / sizeof *totals; t++) {
    for (unsigned threads = 1; threads <= GUEST_MAX_THREADS; threads++) {
      uint32_t at = 0;
      for (unsigned i = 0; i < threads; i++) {
        struct guest_range range = guest_share(totals[t], i, threads);
        assert_int_equal(range.begin, at);
        assert_true(range.end >= range.begin);
        at = range.end;
      }
      assert_int_equal(at, totals[t]);
    }
  }
}

static void numbers_are_read_strictly(void **state) {
  (void)state;
  uint32_t value = 5;
  assert_true(guest_parse("1", 8, &value));
  assert_int_equal(value, 1);
  assert_true(guest_parse("4294967295", UINT32_MAX, &value));
  assert_int_equal(value, UINT32_MAX);
  const char *const wrong[] = {"", "0", "9", "-1", "+1", "1 ", "0x1", "18446744073709551617"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_false(guest_parse(wrong[i], 8, &value));
    assert_int_equal(value, UINT32_MAX);
  }
}

static void assert_line_is(struct guest_line *line, const char *expected) {
  int ends[2];
  char text[2 * sizeof line->text] = {0};
  assert_int_equal(pipe(ends), 0);
  guest_line_write(line, ends[1]);
  assert_true(read(ends[0], text, sizeof text - 1) > 0);
  assert_string_equal(text, expected);
  close(ends[0]);
  close(ends[1]);
}

static void lines_hold_what_was_put_in(void **state) {
  (void)state;
  struct guest_line line = {0};
  guest_line_text(&line, "a ");
  guest_line_decimal(&line, 0);
  guest_line_text(&line, " ");
  guest_line_decimal(&line, UINT64_MAX);
  guest_line_text(&line, " ");
  guest_line_hex(&line, 0x0123456789abcdefu);
  assert_line_is(&line, "a 0 18446744073709551615 0123456789abcdef\n");
  char longest[sizeof line.text + 1] = {0};
  memset(longest, 'x', sizeof longest - 2);
  longest[sizeof longest - 2] = '\n';
  for (int i = 0; i < 1000; i++) guest_line_text(&line, "x");
  assert_line_is(&line, longest);
}

static void every_workload_is_listed_and_built(void **state) {
  (void)state;
  assert_true(tm_workload_count >= 9);
  assert_null(tm_workload_find("no such workload"));
  for (size_t i = 0; i < tm_workload_count; i++) {
    const struct tm_workload *workload = &tm_workloads[i];
    assert_ptr_equal(tm_workload_find(workload->name), workload);
    for (int build = TM_WORKLOAD_WASM; build <= TM_WORKLOAD_NATIVE_NOVEC; build++) {
      if (build == TM_WORKLOAD_SIMD_WASM && !workload->simd) continue;
      char *path = tm_workload_path(workload->name, (enum tm_workload_build)build);
      FILE *file = fopen(path, "rb");
      if (!file) fail_msg("%s is not there", path);
      fclose(file);
      free(path);
    }
  }
}

int main(void) {
  guest_native_start();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(alloc_gives_disjoint_aligned_blocks),
      cmocka_unit_test(freed_memory_is_used_again),
      cmocka_unit_test(memory_grows_by_what_is_missing),
      cmocka_unit_test(mutex_excludes_and_barrier_gathers),
      cmocka_unit_test(shares_cover_everything_once),
      cmocka_unit_test(numbers_are_read_strictly),
      cmocka_unit_test(lines_hold_what_was_put_in),
      cmocka_unit_test(every_workload_is_listed_and_built),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
