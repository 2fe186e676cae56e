/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/observed.h"

#include "harness/explore/verdict.h"

static bool reached(const struct tm_litmus *test, const struct tm_explore_result *result,
                    const struct tm_histogram_row *seen) {
  struct tm_value row[TM_LITMUS_COLUMNS];
  for (unsigned c = 0; c < test->columns; c++) row[c] = tm_code_value(seen->code[c]);
  return tm_explore_reaches(test, result, row);
}

static struct tm_observed compare(const struct tm_litmus *test, const char *strategy,
                                  const struct tm_histogram *seen,
                                  const struct tm_explore_options *options) {
  struct tm_observed o = {.answered = false};
  struct tm_explore_result *result;
  struct tm_error error;
  if (tm_explore_litmus(test, strategy, options, &result, &error)) return o;
  o.answered = result->complete;
  o.executions = result->executions;
  for (size_t i = 0; i < tm_histogram_rows(seen) && o.answered; i++)
    if (!reached(test, result, tm_histogram_row(seen, i)) && !o.impossible++) o.first = i;
  tm_explore_free(result);
  return o;
}

struct tm_observed tm_explore_observed(const struct tm_litmus *test, const char *strategy,
                                       const struct tm_histogram *seen, double seconds,
                                       struct tm_explore_workspace *workspace) {
  struct tm_explore_options options = {
      .model = TM_EXPLORE_C11, .most_seconds = seconds, .workspace = workspace};
  struct tm_observed o = compare(test, strategy, seen, &options);
  if (!o.impossible) return o;
  options.failures = true; /* the machine may have been short of memory */
  return compare(test, strategy, seen, &options);
}
