/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/litmus.h"

#include "core/strategy.h"
#include "harness/explore/guest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct tm_model_strategy *tm_model_strategy_find(const char *name) {
  for (size_t i = 0; tm_model_strategies[i]; i++)
    if (!strcmp(tm_model_strategies[i]->ops->name, name)) return tm_model_strategies[i];
  return NULL;
}

int tm_explore_litmus(const struct tm_litmus *test, const char *strategy,
                      const struct tm_explore_options *options, struct tm_explore_result **result,
                      struct tm_error *error) {
  struct tm_guest *g;
  int code = tm_guest_new(&g, test, strategy, error);
  if (code) return code;
  struct tm_explore_client client = tm_guest_client(g);
  code = tm_explore(&client, options, result, error);
  if (!code && g->init) {
    tm_explore_free(*result);
    code = tm_fail(error, -ENODEV, "strategy %s cannot make the memory of test %s: error %d",
                   strategy, test->name, g->init);
  }
  free(g);
  return code;
}
