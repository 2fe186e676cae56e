/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/strategies.h: every strategy by name, for those who choose one at run time. */
#ifndef TM_STRATEGIES_STRATEGIES_H
#define TM_STRATEGIES_STRATEGIES_H

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
/* "floor", "candidate", "unsound" or "planted". */
const char *tm_kind_word(enum tm_kind kind);

#endif
