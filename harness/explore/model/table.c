/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/model/strategies.h"

#define TM_STRATEGY(name, kind, summary, source)                                                   \
  extern const struct tm_model_strategy tm_##name##_model;
#include "strategies/strategies.def"
#undef TM_STRATEGY

const struct tm_model_strategy *const tm_model_strategies[] = {
#define TM_STRATEGY(name, kind, summary, source) &tm_##name##_model,
#include "strategies/strategies.def"
#undef TM_STRATEGY
    NULL};
