/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of litmus files: what it accepts, what it says about broken text, and that no text
 * whatever makes it misbehave. `FUZZ_SEED=n` in the environment repeats a fuzz run. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/litmus/litmus.h"

#define FOLDER "harness/litmus/tests"

static const char good[] = "test size-after-access # a comment\n"
                           "\"a doc string\"\n"
                           "catalogue 1\n"
                           "memory 1 3\n"
                           "instances one\n"
                           "var e @ page 0 offset 65532\n"
                           "data 1 0x2 255\n"
                           "thread A { g = grow 1; store64@ n -1 wait64 n 7 timeout 50 }\n"
                           "thread B {\n"
                           "  r = load n; s = host.size\n"
                           "  if r != trap { q = cmpxchg8@ e+1 0 9; if s = 2 { fence } notify n }\n"
                           "  init e 1 2\n"
                           "}\n"
                           "exists g = 1 && !(r in {0, trap} || s not in {2}) && final size = 2\n"
                           "    && final load8 e+1 = 9 && final n != 5\n"
                           "expect forbidden strict\n";

static struct tm_litmus *parse(const char *text, struct tm_error *error) {
  return tm_litmus_parse("t", text, strlen(text), error);
}

static void good_text_becomes_the_tree(void **state) {
  (void)state;
  struct tm_error error = {""};
  struct tm_litmus *t = parse(good, &error);
  assert_string_equal(error.text, "");
  assert_non_null(t);
  assert_string_equal(t->name, "size-after-access");
  assert_string_equal(t->doc, "a doc string");
  assert_int_equal(t->catalogue, 1);
  assert_true(t->one_instance && !t->expect_allowed && t->strict);
  assert_int_equal(t->initial_pages, 1);
  assert_int_equal(t->max_pages, 3);
  assert_int_equal(t->data_bytes, 3);
  assert_int_equal(t->data[2], 255);
  assert_int_equal(t->threads, 2);
  const struct tm_litmus_step *a = t->thread[0].step, *b = t->thread[1].step;
  assert_int_equal(t->thread[0].steps, 3);
  assert_true(a[0].op == TM_GROW && a[0].operand == 1 && a[0].column == 0);
  assert_true(a[1].op == TM_STORE && a[1].atomic && a[1].bytes == 8 && a[1].at == 65536);
  assert_true(a[1].operand == UINT64_MAX && a[1].column == -1);
  assert_true(a[2].op == TM_WAIT && a[2].bytes == 8 && a[2].operand == 7 && a[2].timeout == 50);
  assert_int_equal(t->thread[1].steps, 8);
  assert_true(b[1].op == TM_SIZE && b[1].host);
  assert_true(b[2].op == TM_IF && !b[2].equal && b[2].than.kind == TM_VALUE_TRAP);
  assert_int_equal(b[2].skip, 4);
  assert_true(b[3].op == TM_CMPXCHG && b[3].bytes == 1 && b[3].at == 65533 && b[3].operand == 9);
  assert_int_equal(b[4].skip, 1);
  assert_true(b[6].op == TM_NOTIFY && b[6].operand == UINT32_MAX);
  assert_true(b[7].op == TM_INIT && b[7].from == 1 && b[7].length == 2);
  assert_int_equal(t->columns, 4 + 3);
  assert_string_equal(t->column[5].name, "final load8 e+1");
  tm_litmus_free(t);
}

static void conditions_are_evaluated(void **state) {
  (void)state;
  struct tm_litmus *t = parse(good, NULL);
  struct tm_value row[7] = {{TM_VALUE_NUMBER, 1}, {TM_VALUE_NUMBER, 3}, {TM_VALUE_NUMBER, 2},
                            {TM_VALUE_NUMBER, 0}, {TM_VALUE_NUMBER, 2}, {TM_VALUE_NUMBER, 9},
                            {TM_VALUE_NUMBER, 4}};
  assert_true(tm_litmus_holds(t, row));
  row[1].number = 0; /* r in {0, trap} */
  assert_false(tm_litmus_holds(t, row));
  row[1] = (struct tm_value){TM_VALUE_OK, 0};
  assert_true(tm_litmus_holds(t, row));
  row[2].number = 1; /* s not in {2} */
  assert_false(tm_litmus_holds(t, row));
  row[2].number = 2;
  row[6].number = 5; /* final n != 5 */
  assert_false(tm_litmus_holds(t, row));
  tm_litmus_free(t);
}

/* A broken text and the place and words that its error must have. */
static void broken_text_is_explained(void **state) {
  (void)state;
#define HEAD "test t \"d\" memory 1 2\n"
  static const struct {
    const char *text, *says;
  } cases[] = {
      {"", "t:1:1: expected 'test', found the end of the file"},
      {"test 7", "t:1:6: expected the name of the test, found '7'"},
      {"test t \"d", "t:1:8: expected a closing quote"},
      {"test t \"d\"\nmemory 2 1", "t:2:10: expected a maximum of at least the initial length"},
      {"test t \"d\"\nmemory 1 99999999", "t:2:10: expected the maximum in pages of at most 65536"},
      {HEAD "memory 1 2", "t:2:8: expected 'memory' only once"},
      {HEAD "thread A { r = lode x }", "t:2:16: expected an instruction, found 'lode'"},
      {HEAD "thread A { r = load24 x }", "t:2:16: expected an instruction, found 'load24'"},
      {HEAD "thread A { load z }", "t:2:17: expected a variable, found 'z' (declare it"},
      {HEAD "thread A { store8 x 256 }", "t:2:21: expected a value that fits the width of at most"},
      {HEAD "thread A { xchg x 1 }", "t:2:17: expected '@' after 'xchg'"},
      {HEAD "thread A { r = size; r = size }", "t:2:22: expected a new register, found 'r'"},
      {HEAD "thread A { if r = 1 { } }",
       "t:2:15: expected a register that this thread has written"},
      {HEAD "thread A { store x 1 }\nthread A { }", "t:3:8: expected a new thread, found 'A'"},
      {HEAD "thread A { r = size }\nexists q = 1", "t:3:8: expected a register of a thread, found"},
      {HEAD "thread A { r = size }\nexists r", "t:3:9: expected '=', '!=', 'in' or 'not in'"},
      {HEAD "thread A { r = size }\nexists r = 1 maybe", "t:3:14: expected '&&', '||' or 'expect'"},
      {HEAD "thread A { r = size }\nexists r = 1 expect no", "t:3:21: expected 'allowed' or"},
      {HEAD "thread A { r = size }\nexists (r = 1 expect", "t:3:15: expected ')'"},
      {HEAD "thread A { r = 18446744073709551616 }", "t:2:16: expected a number under 2^64"},
      {HEAD "thread A { grow 0x }", "t:2:17: expected a number in decimal"},
      {HEAD "thread A { init x 0 4 }\nexists final x = 1", "t:2:1: expected a data clause of at"},
      {HEAD "exists", "t:2:7: expected a thread before 'exists'"},
      {"test t \"d\" exists", "t:1:18: expected a 'memory' clause"},
      {HEAD "suspicious shape", "t:2:12: expected corr-access, far-ok-near-trap"},
      {HEAD "thread A { $ }", "t:2:12: expected a word, a number, a string or a mark, found '$'"},
      {HEAD "thread A { \x01 }",
       "t:2:12: expected a word, a number, a string or a mark, found byte"},
      {HEAD "thread A { fill x 1 17 }", "t:2:21: expected a length in bytes of at most 16"},
      {HEAD "thread A { r = size", "t:2:20: expected an instruction, 'REGISTER =', 'if' or '}'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct tm_error error = {""};
    assert_null(parse(cases[i].text, &error));
    if (strncmp(error.text, cases[i].says, strlen(cases[i].says)))
      fail_msg("case %zu says '%s', expected '%s…'", i, error.text, cases[i].says);
  }
}

static void deep_nesting_is_refused(void **state) {
  (void)state;
  struct tm_error error = {""};
  char text[4096];
  int at = snprintf(text, sizeof text, "%s", HEAD "thread A { r = size }\nexists ");
  for (int i = 0; i < 3000; i++) text[at++] = '(';
  assert_null(tm_litmus_parse("t", text, (size_t)at, &error));
  assert_non_null(strstr(error.text, "nested"));
}

static void absent_file_is_explained(void **state) {
  (void)state;
  struct tm_error error = {""};
  assert_null(tm_litmus_read("no/such.litmus", &error));
  assert_non_null(strstr(error.text, "no/such.litmus: cannot be opened"));
}

/* Every file of the suite parses, bears its file's name, and is not there twice. */
static void the_suite_parses(void **state) {
  (void)state;
  DIR *folder = opendir(FOLDER);
  assert_non_null(folder);
  unsigned files = 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    char path[512], expected[300];
    if (!strstr(entry->d_name, ".litmus")) continue;
    struct tm_error error = {""};
    snprintf(path, sizeof path, FOLDER "/%s", entry->d_name);
    struct tm_litmus *t = tm_litmus_read(path, &error);
    if (!t) fail_msg("%s", error.text);
    snprintf(expected, sizeof expected, "%s.litmus", t->name);
    assert_string_equal(expected, entry->d_name);
    tm_litmus_free(t);
    files++;
  }
  closedir(folder);
  assert_true(files > 80);
}

/* ---- fuzz: mutate good texts; any answer is fine, crashes and missing sentences are not ---- */

static uint64_t draw(uint64_t *seed) {
  uint64_t z = (*seed += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static size_t mutate(char *text, size_t bytes, size_t room, uint64_t *seed) {
  static const char *const pieces[] = {
      "load", "@",    "{",  "}",      "(",      "!", "if r =", "final",    "size",    "exists",
      "0x",   "trap", "\"", "grow 1", "thread", "=", "&&",     "not in {", "n-65537", "#"};
  for (uint64_t edits = 1 + draw(seed) % 4; edits--;) {
    size_t at = bytes ? draw(seed) % bytes : 0;
    const char *piece = pieces[draw(seed) % (sizeof pieces / sizeof *pieces)];
    size_t n = strlen(piece);
    switch (draw(seed) % 4) {
    case 0: /* change a byte */
      if (bytes) text[at] = (char)draw(seed);
      break;
    case 1: /* drop some */
      n = draw(seed) % 24;
      if (n > bytes - at) n = bytes - at;
      memmove(text + at, text + at + n, bytes - at - n);
      bytes -= n;
      break;
    case 2: /* put a word in */
      if (bytes + n > room) break;
      memmove(text + at + n, text + at, bytes - at);
      memcpy(text + at, piece, n);
      bytes += n;
      break;
    default: bytes = at; /* cut */
    }
  }
  return bytes;
}

static void mutated_text_never_crashes(void **state) {
  (void)state;
  const char *given = getenv("FUZZ_SEED");
  uint64_t seed = given ? strtoull(given, NULL, 0) : 20240511;
  print_message("fuzz seed %llu\n", (unsigned long long)seed);
  unsigned accepted = 0, rounds = 60000;
  for (unsigned i = 0; i < rounds; i++) {
    char text[2048];
    memcpy(text, good, sizeof good - 1);
    size_t bytes = mutate(text, sizeof good - 1, sizeof text, &seed);
    char *exact = malloc(bytes ? bytes : 1); /* so that asan sees any step beyond the end */
    memcpy(exact, text, bytes);
    struct tm_error error = {""};
    struct tm_litmus *t = tm_litmus_parse("t", exact, bytes, &error);
    if (!t && strncmp(error.text, "t:", 2)) fail_msg("round %u: no sentence: '%s'", i, error.text);
    if (t) {
      struct tm_value row[TM_LITMUS_COLUMNS] = {{0}};
      char line[256];
      tm_litmus_holds(t, row);
      for (unsigned k = 0; k < t->thread[0].steps; k++)
        tm_litmus_step_text(t, &t->thread[0].step[k], line, sizeof line);
      accepted++;
    }
    tm_litmus_free(t);
    free(exact);
  }
  print_message("%u of %u mutants were still tests\n", accepted, rounds);
  assert_true(accepted > 0 && accepted < rounds);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(good_text_becomes_the_tree), cmocka_unit_test(conditions_are_evaluated),
      cmocka_unit_test(broken_text_is_explained),   cmocka_unit_test(deep_nesting_is_refused),
      cmocka_unit_test(absent_file_is_explained),   cmocka_unit_test(the_suite_parses),
      cmocka_unit_test(mutated_text_never_crashes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
