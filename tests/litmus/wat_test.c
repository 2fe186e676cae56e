/* SPDX-License-Identifier: Apache-2.0 */
/* Every litmus test of the catalogue becomes a valid module with the exports it promises. */
#include "harness/litmus/meet.h"
#include "harness/litmus/wat.h"
#include "harness/wasm/wat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text_of(const struct tm_litmus *test, const struct tm_wat_options *options,
                     size_t *size) {
  char *text = NULL;
  FILE *out = open_memstream(&text, size);
  tm_litmus_wat(test, options, out);
  fclose(out);
  return text;
}

static void every_test_becomes_a_module(void **state) {
  (void)state;
  glob_t files;
  assert_int_equal(glob("harness/litmus/tests/*.litmus", 0, NULL, &files), 0);
  assert_true(files.gl_pathc > 80);
  for (size_t i = 0; i < files.gl_pathc; i++) {
    struct tm_error error = {""};
    struct tm_litmus *test = tm_litmus_read(files.gl_pathv[i], &error);
    if (!test) fail_msg("%s", error.text);
    if (tm_litmus_wat_check(test, &error)) fail_msg("%s", error.text);
    for (int kind = 0; kind < 4; kind++) {
      size_t size, wasm_size;
      unsigned char *wasm;
      struct tm_wat_options options = {kind == 0 ? -1 : 1000, kind >= 2, kind == 3, 8};
      char *text = text_of(test, &options, &size);
      if (tm_wat_to_wasm(test->name, text, size, &wasm, &wasm_size, &error))
        fail_msg("%s\n%s", error.text, text);
      assert_true(wasm_size > 8 && !memcmp(wasm, "\0asm", 4));
      free(wasm);
      free(text);
    }
    tm_litmus_free(test);
  }
  globfree(&files);
}

static void the_text_is_what_the_test_says(void **state) {
  (void)state;
  static const char source[] = "test t \"d\" memory 1 3\n"
                               "thread A { g = grow 1 }\n"
                               "thread B { r = load n if r = trap { s = load64 n-4 } }\n"
                               "exists g = 1 && s = trap expect allowed\n";
  struct tm_error error;
  struct tm_litmus *test = tm_litmus_parse("t", source, sizeof source - 1, &error);
  if (!test) fail_msg("%s", error.text);
  size_t size;
  struct tm_wat_options options = {.forever_ns = -1};
  char *text = text_of(test, &options, &size);
  assert_non_null(strstr(text, "(export \"A_from_0\")"));
  assert_non_null(strstr(text, "(export \"B_from_0\")"));
  assert_non_null(strstr(text, "(export \"B_from_1\")"));
  assert_null(strstr(text, "(export \"B_from_3\")"));
  assert_non_null(strstr(text, "i64.load offset=0 align=1"));
  assert_int_equal(tm_litmus_slot(test, 1, 0), 0); /* g is thread A's */
  assert_int_equal(tm_litmus_slot(test, 1, 1), 1);
  assert_int_equal(tm_litmus_slot(test, 1, 2), 2);
  free(text);
  tm_litmus_free(test);
}

/* Rounds begin at different lengths, so an `if` on a length is relative to the edge. */
static void lengths_are_relative(void **state) {
  (void)state;
  static const char source[] = "test t \"d\" memory 3 5\n"
                               "thread A { a = size if a = 4 { store x 1 } }\n"
                               "thread B { g = grow 1 if g = -1 { store x 2 } }\n"
                               "exists g = 1 expect allowed\n";
  struct tm_error error;
  struct tm_litmus *test = tm_litmus_parse("t", source, sizeof source - 1, &error);
  if (!test) fail_msg("%s", error.text);
  size_t size;
  struct tm_wat_options options = {.forever_ns = -1};
  char *text = text_of(test, &options, &size);
  assert_non_null(strstr(text,
                         "(if (i64.eq (local.get $a) (i64.add (i64.const 1) "
                         "(i64.extend_i32_u (i32.shr_u (local.get $edge) (i32.const 16)))))"));
  assert_non_null(strstr(text, "(if (i64.eq (local.get $g) (i64.const -1)) (then"));
  free(text);
  tm_litmus_free(test);
}

/* Who waits for whom, and how. */
static void threads_meet(void **state) {
  (void)state;
  static const char source[] = "test t \"d\" memory 1 3\n"
                               "thread A { g = grow 1 store@ f 1 }\n"
                               "thread B { r = load@ f s = size }\n"
                               "thread C { t = load n }\n"
                               "exists g = 1 && r = 1 && s = 1 && t != trap expect allowed\n";
  struct tm_error error;
  struct tm_litmus *test = tm_litmus_parse("t", source, sizeof source - 1, &error);
  if (!test) fail_msg("%s", error.text);
  bool blocks = false;
  assert_int_equal(tm_litmus_awaits(test, &blocks), 1);
  assert_true(blocks);
  assert_int_equal(tm_litmus_retries(test), 2);
  size_t size;
  struct tm_wat_options options = {.forever_ns = -1, .meet = true, .sleep = true, .counter = 24};
  char *text = text_of(test, &options, &size);
  assert_non_null(strstr(text, "(export \"meet\")"));
  assert_non_null(strstr(text, "(drop (i32.atomic.rmw.add (i32.const 24) (i32.const 1)))"));
  assert_non_null(
      strstr(text, "(drop (memory.atomic.notify (i32.add (local.get $near) (i32.const 192))"));
  free(text);
  options.sleep = false;
  text = text_of(test, &options, &size);
  assert_null(strstr(text, "memory.atomic.notify"));
  assert_null(strstr(text, "memory.atomic.wait32"));
  free(text);
  tm_litmus_free(test);
}

/* A thread that may trap on purpose is not tried again; a value of 0 is not awaited. */
static void threads_do_not_wait_in_vain(void **state) {
  (void)state;
  static const char source[] = "test t \"d\" memory 1 3\n"
                               "thread A { g = grow 1 }\n"
                               "thread B { r = load@ f }\n"
                               "thread C { t = load n }\n"
                               "exists g = 1 && r = 0 && t = trap expect allowed\n";
  struct tm_error error;
  struct tm_litmus *test = tm_litmus_parse("t", source, sizeof source - 1, &error);
  if (!test) fail_msg("%s", error.text);
  bool blocks = true;
  assert_int_equal(tm_litmus_awaits(test, &blocks), -1);
  assert_false(blocks);
  assert_int_equal(tm_litmus_retries(test), -1);
  tm_litmus_free(test);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_test_becomes_a_module),
      cmocka_unit_test(the_text_is_what_the_test_says),
      cmocka_unit_test(lengths_are_relative),
      cmocka_unit_test(threads_meet),
      cmocka_unit_test(threads_do_not_wait_in_vain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
