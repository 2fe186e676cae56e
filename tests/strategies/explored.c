/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/strategies/explored.h"

#include <stdio.h>

struct tm_explore_judgement explored(const char *strategy, const char *name,
                                     enum tm_explore_model model, bool failures) {
  struct tm_error error = {""};
  char path[256];
  snprintf(path, sizeof path, "harness/litmus/tests/%s.litmus", name);
  struct tm_litmus *test = tm_litmus_read(path, &error);
  if (!test) fail_msg("%s", error.text);
  struct tm_oracle *oracle = tm_oracle_judge(test, &error);
  if (!oracle) fail_msg("%s", error.text);
  struct tm_explore_options options = {.model = model, .most_seconds = 20, .failures = failures};
  struct tm_explore_result *result;
  if (tm_explore_litmus(test, strategy, &options, &result, &error)) fail_msg("%s", error.text);
  struct tm_explore_judgement j = tm_explore_judge(test, oracle, result);
  tm_explore_free(result);
  tm_oracle_free(oracle);
  tm_litmus_free(test);
  return j;
}
