/* SPDX-License-Identifier: Apache-2.0 */
/* A strategy under which a grow waits for ever is convicted of it. CMakeLists.txt makes two
 * programs of this, each with a guard whose grow ends in another wrong way: the lock is not
 * dropped (deadlock), or the length is awaited to be what nobody stores (livelock). */
#include "harness/explore/replay.h"
#include "harness/explore/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void grows_that_wait_for_ever_are_outcomes(void **state) {
  (void)state;
  struct tm_error error = {""};
  struct tm_litmus *test = tm_litmus_read("harness/litmus/tests/two-grows-same-old.litmus", &error);
  struct tm_oracle *oracle = test ? tm_oracle_judge(test, &error) : NULL;
  if (!oracle) fail_msg("%s", error.text);
  for (int m = 0; m < 3; m++) {
    struct tm_explore_options options = {.model = (enum tm_explore_model)m, .shortest = true};
    struct tm_explore_result *result;
    if (tm_explore_litmus(test, "guard", &options, &result, &error)) fail_msg("%s", error.text);
    struct tm_explore_judgement j = tm_explore_judge(test, oracle, result);
    assert_true(result->complete);
    assert_int_equal(j.verdict, TM_REACH_STUCK);
    const struct tm_explore_outcome *worst = &result->outcome[j.worst];
    struct tm_value row[TM_LITMUS_COLUMNS];
    assert_int_not_equal(tm_explore_row(test, worst, row).stuck, 0);
    char *drawn = NULL;
    size_t bytes;
    FILE *out = open_memstream(&drawn, &bytes);
    assert_int_equal(
        tm_explore_draw(test, "guard", options.model, worst->step, worst->steps, out, &error), 0);
    fclose(out);
    assert_non_null(strstr(drawn, "DEADLOCK"));
    free(drawn);
    tm_explore_free(result);
  }
  tm_oracle_free(oracle);
  tm_litmus_free(test);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grows_that_wait_for_ever_are_outcomes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
