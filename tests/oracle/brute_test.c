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

/* What brute force has found. */
struct found {
  struct tm_outcomes allowed, sc;
};

static enum brute_grade known(void *user, const struct tm_value row[]) {
  const struct found *found = user;
  if (tm_outcomes_has(&found->sc, row)) return BRUTE_SC;
  return tm_outcomes_has(&found->allowed, row) ? BRUTE_ALLOWED : BRUTE_UNKNOWN;
}

static void add(void *user, const struct tm_value row[], enum brute_grade grade) {
  struct found *found = user;
  tm_outcomes_add(grade == BRUTE_SC ? &found->sc : &found->allowed, row);
}

static void print_row(const struct tm_litmus *test, const struct tm_value row[]) {
  char text[32];
  for (unsigned c = 0; c < test->columns; c++)
    print_error(" %s=%s", test->column[c].name, tm_value_text(row[c], text, sizeof text));
  print_error("\n");
}

static unsigned differs(const struct tm_litmus *test, const struct tm_value row[],
                        const char *says) {
  print_error("%s: %s", test->name, says);
  print_row(test, row);
  return 1;
}

static enum tm_grade brute_grade_of(const struct found *found, const struct tm_value row[]) {
  if (!tm_outcomes_has(&found->allowed, row)) return TM_FORBIDDEN;
  return tm_outcomes_has(&found->sc, row) ? TM_SC : TM_WEAK;
}

/* How many rows have not the same grade. */
static unsigned differences(const struct tm_litmus *test, const struct tm_oracle *oracle,
                            const struct found *found) {
  unsigned wrong = 0;
  for (size_t i = 0; i < tm_oracle_outcomes(oracle) && !wrong; i++) {
    const struct tm_value *row = tm_oracle_row(oracle, i);
    if (brute_grade_of(found, row) != tm_oracle_row_grade(oracle, i))
      wrong += differs(test, row, "brute force grades otherwise:");
  }
  /* Brute force guesses values out of thin air too; the oracle leaves them out and says so. */
  for (size_t i = 0; i < found->allowed.count && !tm_oracle_thin_air(oracle) && !wrong; i++)
    if (tm_oracle_grade(oracle, tm_outcomes_row(&found->allowed, i)) == TM_FORBIDDEN)
      wrong += differs(test, tm_outcomes_row(&found->allowed, i), "only brute force allows");
  for (size_t i = 0; i < found->sc.count && !wrong; i++)
    if (!tm_outcomes_has(&found->allowed, tm_outcomes_row(&found->sc, i)))
      wrong += differs(test, tm_outcomes_row(&found->sc, i), "interleaves, but is not allowed:");
  return wrong;
}

/* Compare the outcomes of one test (`text` is shown if they differ); false if it is too large for
 * brute force. */
static bool same_outcomes(const struct tm_litmus *test, const char *text, uint64_t most) {
  struct tm_error error = {""};
  struct found found;
  tm_outcomes_start(&found.allowed, test->columns);
  tm_outcomes_start(&found.sc, test->columns);
  bool done = brute_outcomes(test, most, known, add, &found) == BRUTE_DONE;
  struct tm_oracle *oracle = tm_oracle_judge(test, &error);
  if (!oracle) fail_msg("%s", error.text);
  bool wrong = done && differences(test, oracle, &found);
  tm_outcomes_free(&found.allowed);
  tm_outcomes_free(&found.sc);
  tm_oracle_free(oracle);
  if (wrong) fail_msg("%s: outcomes differ\n%s", test->name, text);
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
  uint64_t seed = number_from("RANDOM_SEED", 17), rounds = number_from("RANDOM_ROUNDS", 1000);
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
