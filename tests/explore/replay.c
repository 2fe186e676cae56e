/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules that were written down once lead to the same outcomes by the same steps, also after
 * unrelated code has been added to the strategies' sources. CMakeLists.txt makes two programs of
 * this: with the strategies as they are, and with functions, atomic accesses and MOVED_BY lines
 * before all of their code.
 *
 * A schedule counts operations of threads. Where a strategy is changed on purpose so that its grow
 * or its accesses have other operations, write down the new one: `tidemark explore` prints it. */
#include "harness/explore/replay.h"
#include "harness/explore/guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef MOVED_BY
#define MOVED_BY 0
#endif

static const struct {
  const char *test, *strategy;
  enum tm_explore_model model;
  const char *schedule, *outcome; /* outcome: as drawn */
} stored[] = {
    {"size-after-access", "guard", TM_EXPLORE_SC, "A*3 B*2 A*2", "=>  g=1 r=0 s=1\n"},
    {"size-after-access", "guard", TM_EXPLORE_SC, "B A*5 B", "=>  g=1 r=trap s=2\n"},
    {"size-after-access", "guard", TM_EXPLORE_C11, "A*3 B<A3 B A*2", "=>  g=1 r=0 s=1\n"},
    {"size-after-access", "guard", TM_EXPLORE_SC, "A*2 A! A B*2", "=>  g=-1 r=trap s=1\n"},
    {"classic-sb-plain", "guard", TM_EXPLORE_TSO, "A*2 B*2 B' A'", "=>  r=0 s=0\n"},
    {"mp-grow-size", "relaxed", TM_EXPLORE_TSO, "A*2 A' A*4 B*3 A' A", "=>  g=1 s=1 r=1\n"},
    {"mp-grow-size", "relaxed", TM_EXPLORE_C11, "A*7 B<A6*2 B", "=>  g=1 s=2 r=0\n"},
    {"size-then-trap", "publishfirst", TM_EXPLORE_C11, "B*3 A*7", "=>  g=1 s=1 r=trap\n"},
    {"size-then-trap", "publishfirst", TM_EXPLORE_C11, "A*7 B<A5 B<A4 B<A5 B*2 B<A6",
     "=>  g=1 s=2 r=0\n"},
};

static struct tm_litmus *read_test(const char *name) {
  char path[256];
  struct tm_error error = {""};
  snprintf(path, sizeof path, "harness/litmus/tests/%s.litmus", name);
  struct tm_litmus *test = tm_litmus_read(path, &error);
  if (!test) fail_msg("%s", error.text);
  return test;
}

static void parse(const struct tm_litmus *test, const char *text,
                  struct tm_explore_decision decision[TM_EXPLORE_STEPS], unsigned *decisions) {
  const char *names[TM_LITMUS_THREADS];
  struct tm_error error = {""};
  for (unsigned t = 0; t < test->threads; t++) names[t] = test->thread[t].name;
  if (tm_explore_schedule_parse(text, names, test->threads, decision, decisions, &error))
    fail_msg("%s", error.text);
}

static void stored_schedules_lead_to_their_outcomes(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof stored / sizeof *stored; i++) {
    struct tm_litmus *test = read_test(stored[i].test);
    struct tm_explore_decision decision[TM_EXPLORE_STEPS];
    unsigned decisions;
    parse(test, stored[i].schedule, decision, &decisions);
    char *drawn = NULL;
    size_t bytes;
    struct tm_error error = {""};
    FILE *out = open_memstream(&drawn, &bytes);
    int code = tm_explore_draw(test, stored[i].strategy, stored[i].model, decision, decisions, out,
                               &error);
    fclose(out);
    if (code || !strstr(drawn, stored[i].outcome))
      fail_msg("%s under %s, \"%s\": %s\n%s", stored[i].test, stored[i].strategy,
               stored[i].schedule, error.text, drawn);
    free(drawn);
    tm_litmus_free(test);
  }
}

/* The line of the source that a step names, without what the build has put before it. */
static void source_line(const struct tm_explore_step *step, char *text, int room) {
  FILE *source = fopen(step->file, "r");
  assert_non_null(source);
  text[0] = '\0';
  for (unsigned line = 1; line + MOVED_BY <= step->line; line++)
    assert_non_null(fgets(text, room, source));
  fclose(source);
}

/* Steps with an object of the source: a page has none. */
static void look_up(void *argument, const struct tm_explore_step *step) {
  unsigned *found = argument;
  char text[512];
  if (strstr(step->file, ".litmus") || !*step->order) return;
  source_line(step, text, sizeof text);
  if (!strstr(text, step->what))
    fail_msg("%s:%u is '%s', not '%s'", step->file, step->line - MOVED_BY, text, step->what);
  ++*found;
}

/* What a step says of the source is true of this build, so in the other one it has moved. */
static void steps_name_their_lines(void **state) {
  (void)state;
  struct tm_litmus *test = read_test("mp-grow-size");
  struct tm_explore_decision decision[TM_EXPLORE_STEPS];
  struct tm_explore_outcome outcome;
  struct tm_error error = {""};
  unsigned decisions, found = 0;
  parse(test, "A*7 B<A6*2 B", decision, &decisions);
  struct tm_guest *guest;
  if (tm_guest_new(&guest, test, "relaxed", &error)) fail_msg("%s", error.text);
  struct tm_explore_client client = tm_guest_client(guest);
  if (tm_explore_replay(&client, TM_EXPLORE_C11, decision, decisions, look_up, &found, &outcome,
                        &error))
    fail_msg("%s", error.text);
  assert_int_equal(found, 5); /* loads and stores of the length */
  free(guest);
  tm_litmus_free(test);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stored_schedules_lead_to_their_outcomes),
      cmocka_unit_test(steps_name_their_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
