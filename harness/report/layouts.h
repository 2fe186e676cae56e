/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/layouts.h: what it costs where an instance keeps its memory's definition.
 *
 * One process measures one strategy in every layout (harness/wasm/layout.h), for a memory that is
 * the module's own and for a shared one, turn by turn, so that a ratio of two layouts compares
 * loops of one process. The process is the replicate: `tidemark bench --layouts` starts one per
 * strategy and block (tm_bench_plan.layouts) and keeps
 *     axes     op (layout-load, layout-store, layout-size, layout-leaf-…: see layouts.wat; and
 *              layout-cold-…, calls into 4,096 instances in turn),
 *              layout (inline, …, table+call), memory (owned, shared), strategy, role
 *     metrics  time (ns), module_code (bytes; op layout-module)
 * What a results file says of it:
 *     struct tm_layout_costs costs;
 *     tm_layout_costs_make(&samples, margin, &costs, &error);
 *     for (i < costs.count) costs.cost[i]: strategy, memory, op, layout, ns, ratio to inline,
 * verdict tm_layout_costs_free(&costs); The control: code for an owned memory is the same in
 * `union` and in `inline`, that for a shared one the same in `union` and in `table`; the ratios of
 * these pairs should contain 1.
 */
#ifndef TM_HARNESS_REPORT_LAYOUTS_H
#define TM_HARNESS_REPORT_LAYOUTS_H

#include "core/strategy.h"
#include "harness/report/samples.h"

/* The strategies that answer the question, comma-separated: nothing is loaded through the
 * definition, a copy in it, the length behind it, a pointer to the length in it. */
#define TM_LAYOUT_STRATEGIES "guard,push,precommit,atomicptr"

/* Translate (or find in the cache), measure nothing. 0 or -errno. */
int tm_layouts_prepare(const struct tm_strategy *strategy, struct tm_error *error);
/* Measure `samples` loops of each, in orders drawn from `seed`; cells as tm_probe_strategy
 * (probe.h) gives them, or NULL with a sentence. */
cJSON *tm_layouts_measure(const struct tm_strategy *strategy, unsigned samples, uint64_t seed,
                          struct tm_error *error);

struct tm_layout_cost {
  const char *strategy, *memory, *op, *layout; /* live as long as the samples */
  double ns;                                   /* median of the blocks */
  struct tm_ratio ratio;                       /* to inline; of inline itself: 1 */
  struct tm_judgement judged;                  /* as one family, but for inline itself */
};

struct tm_layout_costs {
  struct tm_layout_cost *cost; /* in the order of strategy, memory, op, layout as measured */
  size_t count;
  struct tm_control control; /* of the pairs with the same code */
  bool controlled;
};

/* From samples of one plan; count is 0 when it has none of it. 0 or -errno with a sentence. */
int tm_layout_costs_make(const struct tm_samples *samples, double margin,
                         struct tm_layout_costs *out, struct tm_error *error);
void tm_layout_costs_free(struct tm_layout_costs *costs);

#endif
