/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of four threads and twelve instructions: all of them are decided, and where the outcomes
 * are too many to be listed, the answers to single questions agree with those that are. The slowest
 * is printed, not judged. `RANDOM_SEED=n` in the environment repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "harness/oracle/oracle.h"

static uint64_t draw(uint64_t *seed) {
  uint64_t z = (*seed += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* Four threads of three instructions, each with a register. `places`: how many are used. */
static void write_test(char *out, size_t room, uint64_t seed, unsigned places) {
  static const char *const place[] = {"x", "n", "y"};
  size_t at = (size_t)snprintf(out, room, "test large \"d\" memory 1 3\n");
  for (unsigned i = 0; i < 12; i++) {
    const char *where = place[draw(&seed) % places], *atomic = draw(&seed) % 3 ? "@" : "";
    uint64_t kind = draw(&seed) % 10;
    if (i % 3 == 0) at += (size_t)snprintf(out + at, room - at, "thread T%u {", i / 3);
    at += (size_t)snprintf(out + at, room - at, " r%u = ", i);
    if (kind < 4)
      at += (size_t)snprintf(out + at, room - at, "load%s %s", atomic, where);
    else if (kind < 7)
      at += (size_t)snprintf(out + at, room - at, "store%s %s %u", atomic, where, i + 1);
    else if (kind < 8)
      at += (size_t)snprintf(out + at, room - at, "add@ %s %u", where, i + 1);
    else
      at += (size_t)snprintf(out + at, room - at, kind < 9 ? "grow 1" : "size");
    at += (size_t)snprintf(out + at, room - at, i % 3 == 2 ? " }\n" : ";");
  }
  snprintf(out + at, room - at, "exists r0 = 0 && r11 in {2, 3, trap} expect allowed\n");
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Judge one; the processor time it took. */
static double judge_one(const char *text, bool *listed) {
  struct tm_error error = {""};
  struct tm_litmus *test = tm_litmus_parse("large", text, strlen(text), &error);
  if (!test) fail_msg("%s\n%s", error.text, text);
  double start = seconds();
  struct tm_oracle *all = tm_oracle_judge(test, &error);
  double took = seconds() - start;
  if (!all) fail_msg("%s\n%s", error.text, text);
  struct tm_oracle *asked = tm_oracle_judge_listing(test, 0, &error);
  if (!asked) fail_msg("%s\n%s", error.text, text);
  if (tm_oracle_allowed(all) != tm_oracle_allowed(asked) ||
      tm_oracle_sc(all) != tm_oracle_sc(asked))
    fail_msg("the list and the question disagree:\n%s", text);
  size_t step = tm_oracle_outcomes(all) / 8 + 1;
  for (size_t i = 0; i < tm_oracle_outcomes(all); i += step)
    if (tm_oracle_row_grade(all, i) != tm_oracle_grade(asked, tm_oracle_row(all, i)))
      fail_msg("row %zu has two grades:\n%s", i, text);
  *listed = tm_oracle_complete(all);
  tm_oracle_free(all);
  tm_oracle_free(asked);
  tm_litmus_free(test);
  return took;
}

static void twelve_instructions_are_decided(void **state) {
  (void)state;
  const char *given = getenv("RANDOM_SEED");
  uint64_t seed = given ? strtoull(given, NULL, 0) : 1;
  unsigned rounds = 60, listed = 0;
  double slowest = 0;
  print_message("random seed %llu, %u rounds\n", (unsigned long long)seed, rounds);
  for (unsigned i = 0; i < rounds; i++) {
    char text[2048];
    bool complete;
    write_test(text, sizeof text, seed + i, 1 + i % 3);
    double took = judge_one(text, &complete);
    if (took > slowest) slowest = took;
    listed += complete;
  }
  print_message("%u of %u listed whole; the slowest took %.3f s of processor time\n", listed,
                rounds, slowest);
}

/* Twelve read-modify-writes of one place, or twelve grows: 369,600 outcomes each. */
static void long_chains_are_decided(void **state) {
  (void)state;
  static const char *const step[] = {"add@ x 1", "grow 1", "xchg@ n 7"};
  for (size_t k = 0; k < sizeof step / sizeof *step; k++) {
    char text[2048];
    bool complete;
    size_t at = (size_t)snprintf(text, sizeof text, "test chain \"d\" memory 1 99\n");
    for (unsigned i = 0; i < 12; i++)
      at += (size_t)snprintf(
          text + at, sizeof text - at, "%s r%u = %s%s",
          i % 3 ? ""
                : (const char *[]){"thread A {", "thread B {", "thread C {", "thread D {"}[i / 3],
          i, step[k], i % 3 == 2 ? " }\n" : ";");
    snprintf(text + at, sizeof text - at, "exists r0 = 1 expect allowed strict\n");
    print_message("12 times %s: %.3f s\n", step[k], judge_one(text, &complete));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(twelve_instructions_are_decided),
      cmocka_unit_test(long_chains_are_decided),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
