/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/costs.h"

#include "harness/stats/stats.h"
#include "harness/store/store.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tm_costs_free(struct tm_costs *costs) {
  for (size_t i = 0; i < costs->count; i++) {
    free(costs->cost[i].what);
    free(costs->cost[i].metric);
    free(costs->cost[i].unit);
    free(costs->cost[i].values);
  }
  free(costs->cost);
  costs->cost = NULL;
  costs->count = 0;
}

/* {"strategy":"guard","threads":"2"} as "threads=2". NULL when there is no memory. */
static char *other_axes(const char *json) {
  char *text = NULL;
  size_t room;
  cJSON *axes = cJSON_Parse(json);
  FILE *out = open_memstream(&text, &room);
  if (!out) {
    cJSON_Delete(axes);
    return NULL;
  }
  const char *between = "";
  const cJSON *axis;
  cJSON_ArrayForEach(axis, axes) {
    if (!strcmp(axis->string, "strategy")) continue;
    fprintf(out, "%s%s=%s", between, axis->string, cJSON_GetStringValue(axis));
    between = " ";
  }
  fclose(out);
  cJSON_Delete(axes);
  return text;
}

static struct tm_cost *find(struct tm_costs *costs, char *what, const struct tm_stored *s) {
  for (size_t i = 0; i < costs->count; i++)
    if (!strcmp(costs->cost[i].what, what) && !strcmp(costs->cost[i].metric, s->metric)) {
      free(what);
      return &costs->cost[i];
    }
  struct tm_cost *grown = realloc(costs->cost, (costs->count + 1) * sizeof *grown);
  if (!grown) {
    free(what);
    return NULL;
  }
  costs->cost = grown;
  struct tm_cost *added = &grown[costs->count++];
  *added = (struct tm_cost){.what = what, .metric = strdup(s->metric), .unit = strdup(s->unit)};
  return added;
}

/* Runs come oldest first: a new one takes the place of what was there. */
static int add(void *context, const struct tm_stored *s) {
  struct tm_costs *costs = context;
  if (strcmp(costs->run, s->run)) {
    tm_costs_free(costs);
    snprintf(costs->run, sizeof costs->run, "%s", s->run);
  }
  char *what = other_axes(s->axes);
  struct tm_cost *cost = what ? find(costs, what, s) : NULL;
  if (!cost || !cost->metric || !cost->unit) return -ENOMEM;
  double *values = realloc(cost->values, (cost->count + s->count) * sizeof *values);
  if (!values) return -ENOMEM;
  memcpy(values + cost->count, s->values, s->count * sizeof *values);
  cost->values = values;
  cost->count += s->count;
  return 0;
}

int tm_costs_read(const char *results, const char *strategy, struct tm_costs *costs,
                  struct tm_error *error) {
  *costs = (struct tm_costs){.run = ""};
  struct tm_store *store;
  int result = tm_store_open(results, TM_STORE_READ, &store, error);
  if (result) return result;
  const struct tm_axis where[] = {{"strategy", strategy}};
  result = tm_store_each(store, NULL, where, 1, add, costs, error);
  tm_store_close(store);
  if (result == -ENOMEM) tm_fail(error, result, "out of memory for the costs in %s", results);
  if (result) {
    tm_costs_free(costs);
    return result;
  }
  for (size_t i = 0; i < costs->count; i++) {
    struct tm_cost *c = &costs->cost[i];
    c->median = tm_median(c->values, c->count);
  }
  return 0;
}
