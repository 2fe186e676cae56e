/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/summary.h: what a sweep saw, a short table for each test: a line for each engine
 * where the condition held or a forbidden outcome was seen, cold and warm rounds apart; then those
 * where it was never seen, and those where it was not run, by reason.
 *
 *     struct tm_summary *s = tm_summary_new();
 *     tm_summary_test(s, &one);
 *     tm_summary_add(s, engine, variant, &result, &verdict);   for each run of the test
 *     tm_summary_end_test(s);
 *     tm_summary_show(s, stdout);
 *     tm_summary_free(s);
 */
#ifndef TM_HARNESS_ENGINES_SUMMARY_H
#define TM_HARNESS_ENGINES_SUMMARY_H

#include "harness/engines/suite.h"

#include <stdio.h>

struct tm_summary;

struct tm_summary *tm_summary_new(void); /* NULL when memory is short */
void tm_summary_test(struct tm_summary *s, const struct tm_suite_case *one);
void tm_summary_add(struct tm_summary *s, const struct tm_engine *engine,
                    const struct tm_engine_variant *variant, const struct tm_engine_result *result,
                    const struct tm_suite_verdict *v);
void tm_summary_end_test(struct tm_summary *s);
void tm_summary_show(struct tm_summary *s, FILE *out);
void tm_summary_free(struct tm_summary *s); /* NULL is allowed */

#endif
