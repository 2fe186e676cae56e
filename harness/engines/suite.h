/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/suite.h: litmus tests on engines, judged by the axioms and shown.
 *
 *     struct tm_suite_case one;
 *     if (tm_suite_open("…/grow-flag-size-atomic.litmus", 2000, &one, &error) < 0) ...
 *     tm_suite_run(&one, engine, &program, variant, 60, &result);
 *     tm_suite_judge(&one, &result, &verdict);
 *     tm_suite_show(&one, &result, &verdict, stdout);
 *     tm_suite_close(&one);
 *
 * Grades: a row is forbidden, weak (allowed, but by no interleaving) or sc. A row with `stuck` in
 * it is `unsure`: from outside, a thread that waits for ever looks like one that waits long.
 */
#ifndef TM_HARNESS_ENGINES_SUITE_H
#define TM_HARNESS_ENGINES_SUITE_H

#include "harness/engines/engine.h"
#include "harness/oracle/oracle.h"

#include <stdio.h>

/* A test with its verdicts, and with its modules for engines with and without wait and notify. */
struct tm_suite_case {
  struct tm_litmus *test;
  struct tm_oracle *oracle;
  struct tm_job sleeping, spinning;
};

/* Read, judge, make the modules. 0, or -errno and a sentence (-ENOTSUP: no engine can run it). */
int tm_suite_open(const char *file, unsigned rounds, struct tm_suite_case *one,
                  struct tm_error *error);
void tm_suite_close(struct tm_suite_case *one);

/* The job that suits the engine. */
const struct tm_job *tm_suite_job(const struct tm_suite_case *one, const struct tm_engine *engine);

enum tm_suite_grade { TM_SUITE_FORBIDDEN, TM_SUITE_WEAK, TM_SUITE_SC, TM_SUITE_UNSURE };
const char *tm_suite_grade_name(enum tm_suite_grade grade);

/* The values of a row; false if the text is not one value for each column. */
bool tm_suite_row(const struct tm_litmus *test, const char *text, struct tm_value row[]);
enum tm_suite_grade tm_suite_grade(const struct tm_suite_case *one, const struct tm_value row[]);

/* What a whole result amounts to, in rounds. */
struct tm_suite_verdict {
  uint64_t rounds, witnesses;           /* all rounds, those where the condition held */
  uint64_t cold_rounds, cold_witnesses; /* of the first batch alone */
  uint64_t grades[4];                   /* by enum tm_suite_grade */
  const char *example;                  /* a forbidden row of `result`, or NULL */
};
void tm_suite_judge(const struct tm_suite_case *one, const struct tm_engine_result *result,
                    struct tm_suite_verdict *verdict);

/* Histograms with a line for each batch, as herd's and litmus7's users know them. */
void tm_suite_show(const struct tm_suite_case *one, const struct tm_engine_result *result,
                   FILE *out);

/* Write a folder that shows a forbidden finding to the engine's authors: module, script, command,
 * what was expected and what was seen. It must not exist. 0, or -errno and a sentence. */
int tm_suite_reproduction(const struct tm_suite_case *one, const struct tm_engine *engine,
                          const struct tm_engine_program *program,
                          const struct tm_engine_variant *variant,
                          const struct tm_engine_result *result, const char *folder,
                          struct tm_error *error);

#endif
