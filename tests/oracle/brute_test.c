/* SPDX-License-Identifier: Apache-2.0 */
/* The oracle against brute force: the same outcomes on the suite's smaller tests and on random
 * programs. `RANDOM_SEED=n` in the environment repeats a run, `RANDOM_ROUNDS=n` makes it longer. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/oracle/oracle.h"
#include "harness/oracle/outcomes.h"
#include "tests/oracle/brute.h"

#define FOLDER "harness/litmus/tests"

static bool known(void *user, const struct tm_value row[]) { return tm_outcomes_has(user, row); }
static void add(void *user, const struct tm_value row[]) { tm_outcomes_add(user, row); }

static void print_row(const struct tm_litmus *test, const struct tm_value row[]) {
  char text[32];
  for (unsigned c = 0; c < test->columns; c++)
    print_error(" %s=%s", test->column[c].name, tm_value_text(row[c], text, sizeof text));
  print_error("\n");
}

/* Compare the outcomes of one test (`text` is shown if they differ); false if it is too large for
 * brute force. */
static bool same_outcomes(const struct tm_litmus *test, const char *text, uint64_t most) {
  struct tm_error error = {""};
  struct tm_outcomes brute;
  unsigned wrong = 0;
  tm_outcomes_start(&brute, test->columns);
  bool done = brute_outcomes(test, most, known, add, &brute) == BRUTE_DONE;
  struct tm_oracle *oracle = tm_oracle_judge(test, &error);
  if (!oracle) fail_msg("%s", error.text);
  for (size_t i = 0; i < tm_oracle_outcomes(oracle) && done; i++)
    if (!tm_outcomes_has(&brute, tm_oracle_row(oracle, i)) && !wrong++) {
      print_error("%s: only the oracle allows", test->name);
      print_row(test, tm_oracle_row(oracle, i));
    }
  /* Brute force guesses values out of thin air too; the oracle leaves them out and says so. */
  for (size_t i = 0; i < brute.count && !tm_oracle_thin_air(oracle); i++)
    if (tm_oracle_grade(oracle, tm_outcomes_row(&brute, i)) == TM_FORBIDDEN && !wrong++) {
      print_error("%s: only brute force allows", test->name);
      print_row(test, tm_outcomes_row(&brute, i));
    }
  tm_outcomes_free(&brute);
  tm_oracle_free(oracle);
  if (wrong) fail_msg("%s: %u outcomes differ\n%s", test->name, wrong, text);
  return done;
}

static uint64_t number_from(const char *name, uint64_t otherwise) {
  const char *given = getenv(name);
  return given ? strtoull(given, NULL, 0) : otherwise;
}

static void the_suite_has_the_same_outcomes(void **state) {
  (void)state;
  unsigned compared = 0, all = 0;
  DIR *folder = opendir(FOLDER);
  assert_non_null(folder);
  for (struct dirent *entry; (entry = readdir(folder));) {
    char path[512];
    if (!strstr(entry->d_name, ".litmus")) continue;
    snprintf(path, sizeof path, FOLDER "/%s", entry->d_name);
    struct tm_litmus *test = tm_litmus_read(path, NULL);
    assert_non_null(test);
    compared += same_outcomes(test, "", number_from("BRUTE_WORK", 40000));
    all++;
    tm_litmus_free(test);
  }
  closedir(folder);
  print_message("%u of %u tests of the suite compared\n", compared, all);
  assert_true(compared > all / 2);
}

/* ---- random programs ---- */

static uint64_t draw(uint64_t *seed) {
  uint64_t z = (*seed += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static unsigned below(uint64_t *seed, unsigned n) { return (unsigned)(draw(seed) % n); }

static const char *pick(uint64_t *seed, const char *const words[], unsigned n) {
  return words[below(seed, n)];
}

#define PICK(seed, ...)                                                                            \
  pick(seed, (const char *const[]){__VA_ARGS__},                                                   \
       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* One instruction, with register number `r`. */
static int random_step(char *out, size_t room, unsigned r, uint64_t *seed) {
  const char *at = PICK(seed, "x", "x", "y", "n", "n", "x+2", "n-2", "x+1");
  const char *width = PICK(seed, "", "", "", "", "16", "8");
  const char *atomic = below(seed, 2) ? "@" : "";
  const char *value = PICK(seed, "1", "2", "0x81");
  switch (below(seed, 16)) {
  case 0:
  case 1:
  case 2:
  case 3: return snprintf(out, room, "r%u = load%s%s %s", r, width, atomic, at);
  case 4:
  case 5:
  case 6:
  case 7: return snprintf(out, room, "r%u = store%s%s %s %s", r, width, atomic, at, value);
  case 8:
    return snprintf(out, room, "r%u = %s%s@ %s 1", r, PICK(seed, "xchg", "add", "or"), width, at);
  case 9: return snprintf(out, room, "r%u = cmpxchg%s@ %s 0 1", r, width, at);
  case 10: return snprintf(out, room, "r%u = size", r);
  case 11: return snprintf(out, room, "r%u = grow %u", r, below(seed, 2));
  case 12: return snprintf(out, room, "r%u = grow 1", r);
  case 13:
    return snprintf(out, room, "r%u = wait %s %u%s", r, PICK(seed, "x", "n"), below(seed, 2),
                    below(seed, 2) ? " timeout 9" : "");
  case 14: return snprintf(out, room, "r%u = notify %s", r, PICK(seed, "x", "n", "x 1"));
  default: return snprintf(out, room, "r%u = fill n-1 3 %u", r, 1 + below(seed, 2));
  }
}

static void random_test(char *out, size_t room, uint64_t seed) {
  unsigned threads = 2 + below(&seed, 2), r = 0, left = 5 - threads + below(&seed, 2);
  size_t at = (size_t)snprintf(out, room, "test random \"d\" memory 1 %u\n", 2 + below(&seed, 2));
  for (unsigned t = 0; t < threads; t++) {
    unsigned extra = t + 1 == threads ? left : below(&seed, left + 1), open = 0;
    left -= extra;
    at += (size_t)snprintf(out + at, room - at, "thread T%u {\n", t);
    for (unsigned i = 0; i < 1 + extra; i++, r++) {
      if (i && !below(&seed, 6)) {
        at += (size_t)snprintf(out + at, room - at, "  if r%u %s %s {\n", r - 1,
                               PICK(&seed, "=", "!="), PICK(&seed, "0", "1", "trap", "ok"));
        open++;
      }
      at += (size_t)snprintf(out + at, room - at, "  ");
      at += (size_t)random_step(out + at, room - at, r, &seed);
      at += (size_t)snprintf(out + at, room - at, "\n");
    }
    while (open--) at += (size_t)snprintf(out + at, room - at, "  }\n");
    at += (size_t)snprintf(out + at, room - at, "}\n");
  }
  snprintf(out + at, room - at, "exists r0 = 0%s expect allowed%s\n",
           PICK(&seed, "", " && final size = 1", " && final x = 1", " && final n = 0"),
           PICK(&seed, "", " strict"));
}

static void random_programs_have_the_same_outcomes(void **state) {
  (void)state;
  uint64_t seed = number_from("RANDOM_SEED", 17), rounds = number_from("RANDOM_ROUNDS", 1500);
  unsigned compared = 0;
  print_message("random seed %llu, %llu rounds\n", (unsigned long long)seed,
                (unsigned long long)rounds);
  for (uint64_t i = 0; i < rounds; i++) {
    char text[2048];
    struct tm_error error = {""};
    random_test(text, sizeof text, seed + i);
    struct tm_litmus *test = tm_litmus_parse("random", text, strlen(text), &error);
    if (!test) fail_msg("%s\n%s", error.text, text);
    snprintf(test->name, sizeof test->name, "RANDOM_SEED=%llu", (unsigned long long)(seed + i));
    compared += same_outcomes(test, text, number_from("BRUTE_WORK", 40000));
    tm_litmus_free(test);
  }
  print_message("%u of %llu random programs compared\n", compared, (unsigned long long)rounds);
  assert_true(compared > rounds / 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_suite_has_the_same_outcomes),
      cmocka_unit_test(random_programs_have_the_same_outcomes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
