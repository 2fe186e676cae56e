/* SPDX-License-Identifier: Apache-2.0 */
/* The hot paths are as short as the headers say: what an access loads beyond one without a check,
 * read off the machine code. */
#include "harness/cli/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* Loads per access beyond nocheck's, and calls. */
static const struct {
  const char *strategy;
  double loads, calls;
} expected[] = {
    {"constlen", 0, 0},       {"guard", 0, 0},       {"lockedsize", 0, 0}, {"casgrow", 0, 0},
    {"staticmax", 0, 0},      {"seqlock", 0, 0},     {"activation", 0, 0}, {"hoisted", 0, 0},
    {"activationsync", 0, 0}, {"faultcommit", 0, 0}, {"uffd", 0, 0},       {"publishfirst", 0, 0},
    {"push", 1, 0},           {"pushrcu", 1, 0},     {"lazytrap", 1, 0},   {"slowpath", 1, 0},
    {"atomicptr", 1, 0},      {"precommit", 1, 0},   {"interrupt", 1, 0},  {"interruptack", 1, 0},
    {"membarrier", 1, 0},     {"stopworld", 2, 0},   {"rcuqsbr", 4, 0},    {"rcumemb", 4, 0},
};

/* Strategies whose access is the very one of nocheck: the pages do the check. */
static const char *const unchecked[] = {"guard",       "lockedsize", "casgrow",     "seqlock",
                                        "faultcommit", "uffd",       "publishfirst"};

static void access_of(const char *strategy, struct tm_access_cost *cost) {
  struct tm_error error = {""};
  if (tm_probe_access(strategy, cost, &error)) fail_msg("%s: %s", strategy, error.text);
}

static void accesses_load_what_they_must(void **state) {
  (void)state;
  struct tm_access_cost floor, own;
  access_of("nocheck", &floor);
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    access_of(expected[i].strategy, &own);
    if (own.loads > floor.loads + expected[i].loads || own.calls != expected[i].calls)
      fail_msg("%s: %.2f loads, %.2f calls", expected[i].strategy, own.loads, own.calls);
  }
  access_of("lockedread", &own);
  assert_true(own.calls == 2); /* the probe sees calls at all */
}

static void guarded_accesses_are_bare(void **state) {
  (void)state;
  struct tm_access_cost floor, own;
  access_of("nocheck", &floor);
  for (size_t i = 0; i < sizeof unchecked / sizeof *unchecked; i++) {
    access_of(unchecked[i], &own);
    if (own.instructions != floor.instructions || own.bytes != floor.bytes)
      fail_msg("%s: %.2f instructions, %.2f bytes", unchecked[i], own.instructions, own.bytes);
  }
}

static bool probe_has(const char *strategy, const char *name, const char *text) {
  struct tm_error error = {""};
  struct tm_probe probe;
  if (tm_probe_read(strategy, name, &probe, &error)) fail_msg("%s: %s", strategy, error.text);
  bool found = strstr(probe.text, text) != NULL;
  tm_probe_free(&probe);
  return found;
}

static void marks_are_where_they_belong(void **state) {
  (void)state;
  assert_true(probe_has("lazytrap", "load", "ud1"));
  assert_false(probe_has("slowpath", "load", "ud1"));
  assert_true(probe_has("slowpath", "load", "tm_slowpath_refresh"));
  assert_true(probe_has("interrupt", "poll", "tm_interrupt_refresh"));
  assert_true(probe_has("lockedsize", "size", "tm_rwlock_take_shared"));
  assert_false(probe_has("guard", "size", "call"));
  /* On x86 only a fence of memory.size is one in machine code. */
  assert_true(probe_has("seqlock", "size", "lock ") || probe_has("seqlock", "size", "mfence"));
  assert_false(probe_has("atomicptr", "size", "lock ") || probe_has("atomicptr", "size", "mfence"));
}

int main(void) {
  struct tm_error error;
  struct tm_probe probe;
  if (tm_probe_read("nocheck", "load", &probe, &error)) {
    printf("skipped: %s\n", error.text);
    return 77;
  }
  tm_probe_free(&probe);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accesses_load_what_they_must),
      cmocka_unit_test(guarded_accesses_are_bare),
      cmocka_unit_test(marks_are_where_they_belong),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
