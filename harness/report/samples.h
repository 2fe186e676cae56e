/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/samples.h: the series of a results file in memory, and what the report asks them.
 *
 * Everything a report shows is computed from here, so that it can be redrawn without a rerun.
 *
 *     struct tm_samples all;
 *     tm_samples_load(store, "report 42", &all, &error);       // every plan that starts with it
 *     const char *where[] = {"op", "grow", "instances", "1000", NULL};
 *     double per_block[TM_SAMPLE_BLOCKS];
 *     size_t n = tm_samples_blocks(&all, "guard", "subject", "latency", where, per_block);
 */
#ifndef TM_HARNESS_REPORT_SAMPLES_H
#define TM_HARNESS_REPORT_SAMPLES_H

#include "harness/stats/stats.h"
#include "harness/store/store.h"

#include <stdbool.h>

enum { TM_SAMPLE_BLOCKS = 1024 };

struct tm_sample {
  char *plan, *metric, *unit;
  cJSON *axes, *notes;       /* objects of texts */
  const char *strategy, *op; /* of the axes, for all look them up; "" when it has none */
  uint64_t block;
  double *values;
  size_t count;
  size_t next; /* one more than the place of the next with this strategy and metric; 0: none */
};

struct tm_samples {
  struct tm_sample *sample;
  size_t count, room;
  size_t *first,
      firsts;  /* by strategy and metric, hashed; NULL: not made, everything is looked at */
  cJSON *runs; /* of the loaded plans: as tm_store_runs gives them */
};

int tm_samples_load(struct tm_store *store, const char *plan, struct tm_samples *out,
                    struct tm_error *error);
void tm_samples_free(struct tm_samples *all);

const char *tm_sample_axis(const struct tm_sample *s, const char *name); /* "" when it has none */
const char *tm_sample_note(const struct tm_sample *s, const char *name); /* "" when it has none */

/* `where`: names and values in turn, ended by NULL; NULL: any. */
bool tm_sample_matches(const struct tm_sample *s, const char *metric, const char *const *where);
/* The next match after `from` (NULL: the first). */
const struct tm_sample *tm_samples_next(const struct tm_samples *all, const struct tm_sample *from,
                                        const char *metric, const char *const *where);

/* The litmus tests that a step of the report ("/litmus", "/engines") ran: of each the first sample
 * of its rounds. Returns how many, `room` at most. */
size_t tm_samples_tests(const struct tm_samples *all, const char *step,
                        const struct tm_sample *tests[], size_t room);

/* The same among those of one strategy, which is much quicker. */
const struct tm_sample *tm_samples_next_of(const struct tm_samples *all,
                                           const struct tm_sample *from, const char *strategy,
                                           const char *metric, const char *const *where);

/* One number per block, in the order of blocks: the mean of the faster half of the series,
 * which neither preemption nor the grain of the time base reaches; what it leaves out is in the
 * distributions. Of a block that was broken off and measured anew after --resume the later series
 * counts, so that ratios stay paired. Returns how many blocks. */
size_t tm_samples_blocks(const struct tm_samples *all, const char *strategy, const char *role,
                         const char *metric, const char *const *where,
                         double out[TM_SAMPLE_BLOCKS]);

/* Every value of every block, sorted ascending (freed by the caller); *count may be 0. */
double *tm_samples_pool(const struct tm_samples *all, const char *strategy, const char *metric,
                        const char *const *where, size_t *count);

double tm_mean_of_lower(const double *values, size_t n); /* as above, of one series */

#endif
