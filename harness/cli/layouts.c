/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/layouts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double MARGIN = 0.03;

static void print_cost(const struct tm_layout_cost *c, const struct tm_layout_cost *before) {
  bool same = before && !strcmp(c->strategy, before->strategy) &&
              !strcmp(c->memory, before->memory) && !strcmp(c->op, before->op);
  if (!same)
    printf("\n%s, %s memory, %s\n  %-12s %9s %9s  %s\n", c->strategy, c->memory, c->op + 7,
           "layout", "ns", "x inline", "95 % interval");
  printf("  %-12s %9.3f %9.3f", c->layout, c->ns, c->ratio.ratio);
  if (!strcmp(c->layout, "inline"))
    putchar('\n');
  else if (isfinite(c->ratio.high))
    printf("  [%.3f, %.3f]  %s\n", c->ratio.low, c->ratio.high, tm_verdict_word(c->judged.verdict));
  else
    puts("  [unknown]");
}

int tm_layouts_print(struct tm_store *store, const char *plan, struct tm_error *error) {
  struct tm_samples samples;
  struct tm_layout_costs costs;
  int result = tm_samples_load(store, plan, &samples, error);
  if (result) return result;
  result = tm_layout_costs_make(&samples, MARGIN, &costs, error);
  if (!result) {
    for (size_t i = 0; i < costs.count; i++)
      print_cost(&costs.cost[i], i ? &costs.cost[i - 1] : NULL);
    printf("\nEquivalent: within %.0f %%. Pairs of layouts with the same code are the control: ",
           100 * MARGIN);
    if (costs.controlled)
      printf("%zu of %zu intervals miss 1, half-width %.1f %%%s.\n", costs.control.false_positives,
             costs.control.n, 100 * costs.control.half_width,
             costs.control.biased ? "; biased, so every verdict is unsure" : "");
    else
      puts("two blocks or more are needed.");
    tm_layout_costs_free(&costs);
  }
  tm_samples_free(&samples);
  return result;
}
