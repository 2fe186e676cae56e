/* SPDX-License-Identifier: Apache-2.0 */
/* What the samples of layouts say: ratios to inline, with a control from pairs of equal code. */
#include "harness/report/layouts.h"

#include "harness/wasm/layout.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t blocks_of(const struct tm_samples *samples, const struct tm_layout_cost *c,
                        const char *layout, double block[TM_SAMPLE_BLOCKS]) {
  const char *where[] = {"op", c->op, "memory", c->memory, "layout", layout, NULL};
  return tm_samples_blocks(samples, c->strategy, "subject", "time", where, block);
}

/* One layout over another, paired by block. False when one of them was not measured in all. */
static bool ratio_of(const struct tm_samples *samples, const struct tm_layout_cost *c,
                     const char *base, struct tm_ratio *ratio, double *ns) {
  static double a[TM_SAMPLE_BLOCKS], b[TM_SAMPLE_BLOCKS];
  struct tm_error ignored;
  size_t n = blocks_of(samples, c, c->layout, a), m = blocks_of(samples, c, base, b);
  if (ns) *ns = tm_median(a, n);
  return n && n == m && !tm_ratio_paired(a, b, n, 0.95, ratio, &ignored);
}

static bool known(const struct tm_layout_costs *all, const struct tm_sample *s) {
  for (size_t i = 0; i < all->count; i++) {
    const struct tm_layout_cost *c = &all->cost[i];
    if (!strcmp(c->strategy, tm_sample_axis(s, "strategy")) &&
        !strcmp(c->memory, tm_sample_axis(s, "memory")) &&
        !strcmp(c->op, tm_sample_axis(s, "op")) && !strcmp(c->layout, tm_sample_axis(s, "layout")))
      return true;
  }
  return false;
}

static int list(const struct tm_samples *samples, struct tm_layout_costs *out,
                struct tm_error *error) {
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(samples, s, "time", NULL));) {
    if (strncmp(tm_sample_axis(s, "op"), "layout-", 7) || known(out, s)) continue;
    struct tm_layout_cost *more = realloc(out->cost, (out->count + 1) * sizeof *more);
    if (!more) return tm_fail(error, -ENOMEM, "out of memory");
    out->cost = more;
    out->cost[out->count++] = (struct tm_layout_cost){.strategy = tm_sample_axis(s, "strategy"),
                                                      .memory = tm_sample_axis(s, "memory"),
                                                      .op = tm_sample_axis(s, "op"),
                                                      .layout = tm_sample_axis(s, "layout")};
  }
  return 0;
}

static int rank(const char *layout) {
  struct tm_layout parsed = {0};
  struct tm_error ignored;
  tm_layout_parse(layout, &parsed, &ignored);
  return (int)parsed.place + (parsed.size_call ? TM_LAYOUT_PLACES : 0);
}

static int by_point(const void *x, const void *y) {
  const struct tm_layout_cost *a = x, *b = y;
  int order = strcmp(a->strategy, b->strategy);
  if (!order) order = strcmp(a->memory, b->memory);
  if (!order) order = strcmp(a->op, b->op);
  return order ? order : rank(a->layout) - rank(b->layout);
}

/* Pairs whose code is the same, as one control. */
static void control(const struct tm_samples *samples, struct tm_layout_costs *out) {
  struct tm_ratio *same = calloc(out->count + 1, sizeof *same);
  struct tm_error ignored;
  size_t n = 0;
  for (size_t i = 0; same && i < out->count; i++) {
    const struct tm_layout_cost *c = &out->cost[i];
    if (strcmp(c->layout, "union")) continue;
    const char *twin = strcmp(c->memory, "owned") ? "table" : "inline";
    if (ratio_of(samples, c, twin, &same[n], NULL) && same[n].blocks >= 2) n++;
  }
  out->controlled = n && !tm_control_judge(same, n, &out->control, &ignored);
  free(same);
}

static int judge(struct tm_layout_costs *out, double margin, struct tm_error *error) {
  struct tm_ratio *ratios = calloc(out->count + 1, sizeof *ratios);
  struct tm_judgement *judged = calloc(out->count + 1, sizeof *judged);
  int result = ratios && judged ? 0 : tm_fail(error, -ENOMEM, "out of memory");
  size_t n = 0;
  for (size_t i = 0; !result && i < out->count; i++)
    if (strcmp(out->cost[i].layout, "inline")) ratios[n++] = out->cost[i].ratio;
  if (!result && n)
    result =
        tm_judge(ratios, n, margin, 0.05, out->controlled ? &out->control : NULL, judged, error);
  n = 0;
  for (size_t i = 0; !result && i < out->count; i++)
    if (strcmp(out->cost[i].layout, "inline")) out->cost[i].judged = judged[n++];
  free(ratios);
  free(judged);
  return result;
}

int tm_layout_costs_make(const struct tm_samples *samples, double margin,
                         struct tm_layout_costs *out, struct tm_error *error) {
  *out = (struct tm_layout_costs){.count = 0};
  int result = list(samples, out, error);
  size_t kept = 0;
  for (size_t i = 0; !result && i < out->count; i++) {
    struct tm_layout_cost c = out->cost[i];
    if (ratio_of(samples, &c, "inline", &c.ratio, &c.ns)) out->cost[kept++] = c;
  }
  out->count = result ? out->count : kept;
  if (!result && kept) {
    qsort(out->cost, kept, sizeof *out->cost, by_point);
    control(samples, out);
    result = judge(out, margin, error);
  }
  if (result) tm_layout_costs_free(out);
  return result;
}

void tm_layout_costs_free(struct tm_layout_costs *costs) {
  free(costs->cost);
  *costs = (struct tm_layout_costs){.count = 0};
}
