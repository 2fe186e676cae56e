/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/model/strategies.h: the strategies as compiled against the model of core.
 *
 * All of them are linked into one object in which only this table is visible, so that the same
 * program can hold the real ones too.
 */
#ifndef TM_EXPLORE_MODEL_STRATEGIES_H
#define TM_EXPLORE_MODEL_STRATEGIES_H

#include <stddef.h>
#include <stdint.h>

struct tm_strategy;

/* A strategy's cold half (core/strategy.h) and, behind pointers, its hot half. */
struct tm_model_strategy {
  const struct tm_strategy *ops;
  size_t frame_bytes;
  void (*enter)(void *view, void *frame);
  uint8_t *(*at)(void *view, void *frame, uint64_t ea, uint64_t n);
  uint8_t *(*span)(void *view, void *frame, uint64_t ea, uint64_t n);
  uint64_t (*pages)(void *view);
  void (*poll)(void *view);
  void (*sync)(void *view, void *frame);
};

/* In the order of strategies.def, ended by NULL. */
extern const struct tm_model_strategy *const tm_model_strategies[];
/* The one called `name`, or NULL. */
const struct tm_model_strategy *tm_model_strategy_find(const char *name);

#endif
