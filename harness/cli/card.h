/* SPDX-License-Identifier: Apache-2.0 */
/* harness/cli/card.h: all that is known of one strategy, for `tidemark strategies NAME`. */
#ifndef TM_HARNESS_CLI_CARD_H
#define TM_HARNESS_CLI_CARD_H

#include "core/error.h"
#include "strategies/strategies.h"

#include <stdbool.h>

struct tm_card_options {
  const char *results; /* a results file to sum up, or NULL */
  bool json;
};

/* Print the card on standard output. 0 or -errno with a sentence. */
int tm_card_print(const struct tm_strategy_entry *entry, const struct tm_card_options *options,
                  struct tm_error *error);

#endif
