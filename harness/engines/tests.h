/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/tests.h: the litmus tests that engines are asked, as jobs.
 *
 * For now two hand-made modules (modules/NAME.wat) with the verdicts of the design's catalogue.
 */
#ifndef TM_HARNESS_ENGINES_TESTS_H
#define TM_HARNESS_ENGINES_TESTS_H

#include "harness/engines/job.h"

#include <stdbool.h>
#include <stddef.h>

struct tm_engine_test {
  const char *name;
  const char *columns; /* names, with one space between */
  const char *witness; /* the row that is asked for */
  bool forbidden;      /* the axioms forbid it */
  struct tm_job job;   /* all but the batches and the module */
};

const struct tm_engine_test *tm_engine_tests(size_t *count);
/* The test as a job of one cold batch and warm ones of `rounds` rounds each. */
struct tm_job tm_engine_test_job(const struct tm_engine_test *test, unsigned rounds);

#endif
