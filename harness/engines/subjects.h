/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/subjects.h: what `tidemark engines --bench` compares: engines and their variants,
 * and our strategies, `guard` twice as a control; and how samples of them are put into words.
 *
 *     struct tm_subjects s;
 *     if (tm_subjects_choose(asked, &s, &error) < 0) ...
 *     ...s.list[i].name, s.list[i].reason if it cannot be run...
 *     tm_subjects_free(&s);
 */
#ifndef TM_HARNESS_ENGINES_SUBJECTS_H
#define TM_HARNESS_ENGINES_SUBJECTS_H

#include "core/strategy.h"
#include "harness/engines/bench.h"
#include "harness/stats/stats.h"

#include <cjson/cJSON.h>

struct tm_subject {
  char name[64];
  const struct tm_engine *engine; /* NULL: one of our strategies */
  const struct tm_engine_variant *variant;
  struct tm_engine_program program;
  const struct tm_strategy *strategy;
  char reason[200]; /* why it cannot be run at all; or "" */
};

struct tm_subjects {
  struct tm_subject *list;
  size_t count, base; /* base: `guard`, which ratios are to */
};

int tm_subjects_choose(const struct tm_engines_bench *asked, struct tm_subjects *out,
                       struct tm_error *error);
void tm_subjects_free(struct tm_subjects *subjects);

enum { TM_SUBJECT_BLOCKS = 50 };

/* Of those that are no NAN; NAN when there is none. n is TM_SUBJECT_BLOCKS at most. */
double tm_subjects_median(const double samples[], size_t n);
double tm_subjects_largest(const double samples[], size_t n);
/* "1.234 (1.200 to 1.270)": paired by block with the base, where both have a sample; "" when there
 * are fewer than two such blocks. "too noisy: 0.5 to 2" when the ends of the interval differ by a
 * factor of more than TM_SUBJECT_NOISE. */
#define TM_SUBJECT_NOISE 1.2
char *tm_subjects_ratio(const double samples[], const double base[], size_t n, char *out,
                        size_t room);
/* An array of them, null for NAN. The caller's to delete. */
cJSON *tm_subjects_json(const double samples[], size_t n);

#endif
