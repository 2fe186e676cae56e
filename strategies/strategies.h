/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/strategies.h: every strategy by name, for those who choose one at run time. */
#ifndef TM_STRATEGIES_STRATEGIES_H
#define TM_STRATEGIES_STRATEGIES_H

#include "core/error.h"
#include "core/strategy.h"

struct tm_strategy_entry {
  const struct tm_strategy *strategy; /* strategy->name is the name */
  enum tm_kind kind;
  const char *summary;
  const char *source; /* whose idea it is: engine, file or discussion */
};

/* The list in the order of strategies.def; *count is its length. */
const struct tm_strategy_entry *tm_strategies(size_t *count);
/* The entry called `name`, or NULL. */
const struct tm_strategy_entry *tm_strategy_find(const char *name);
/* A comma-separated list of names into out[]; *count in: room, out: how many. 0, or -EINVAL with a
 * sentence: an unknown name, none at all, too many. */
int tm_strategies_parse(const char *list, const struct tm_strategy_entry **out, size_t *count,
                        struct tm_error *error);
/* Does the system offer what the strategy needs? 0 or the -errno with which a small memory cannot
 * be made; strategy->needs then says what is missing. */
int tm_strategy_try(const struct tm_strategy *strategy);
/* "floor", "candidate", "unsound" or "planted". */
const char *tm_kind_word(enum tm_kind kind);

/* ---- anomalies, strategies/anomalies.def ------------------------------------------------------*/

struct tm_anomaly {
  const char *code; /* "A1" … */
  bool allowed;     /* by the axioms; else forbidden */
  const char *seen; /* what a program sees */
};
const struct tm_anomaly *tm_anomalies(size_t *count);

/* A litmus test whose outcome shows an anomaly, whatever the strategy. */
struct tm_showing {
  const char *code, *test;
};
const struct tm_showing *tm_showings(size_t *count);

/* When an anomaly comes about; anomalies.def. */
enum tm_admitted { TM_ADMITTED_interleaving, TM_ADMITTED_weak, TM_ADMITTED_failing };

/* That a strategy admits an anomaly, and how it comes about. */
struct tm_admission {
  const char *strategy, *code;
  enum tm_admitted when;
  const char *test; /* the litmus test with which the explorer shows it */
  const char *how;
};
const struct tm_admission *tm_admissions(size_t *count);
/* NULL when the strategy does not admit it. */
const struct tm_admission *tm_admission_find(const char *strategy, const char *code);

#endif
