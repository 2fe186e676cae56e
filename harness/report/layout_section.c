/* SPDX-License-Identifier: Apache-2.0 */
/* What the place of the memory's definition costs, for memories of the module's own and for shared
 * ones: the second kind must not make the first pay. */
#include "harness/report/findings.h"
#include "harness/report/layouts.h"

#include <math.h>
#include <string.h>

static const char *const layouts[] = {"inline", "union",       "table",
                                      "side",   "inline+call", "table+call"};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

static bool same_row(const struct tm_layout_cost *a, const struct tm_layout_cost *b) {
  return !strcmp(a->strategy, b->strategy) && !strcmp(a->memory, b->memory) &&
         !strcmp(a->op, b->op);
}

static const struct tm_layout_cost *find(const struct tm_layout_costs *all, size_t row,
                                         const char *layout) {
  for (size_t i = row; i < all->count && same_row(&all->cost[i], &all->cost[row]); i++)
    if (!strcmp(all->cost[i].layout, layout)) return &all->cost[i];
  return NULL;
}

static void ratio_cell(struct tm_table *t, const struct tm_layout_cost *c) {
  if (!c || !isfinite(c->ratio.high)) {
    tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
    return;
  }
  enum tm_verdict v = c->judged.verdict;
  tm_table_cell(t,
                v == TM_UNSURE       ? TM_LOOK_UNSURE
                : v == TM_EQUIVALENT ? TM_LOOK_GOOD
                                     : TM_LOOK_PLAIN,
                c->ratio.ratio, "%s %.2f [%.2f, %.2f]", tm_verdict_sign(v), c->ratio.ratio,
                c->ratio.low, c->ratio.high);
}

static void table(struct tm_doc *doc, const struct tm_layout_costs *all) {
  struct tm_table *t = tm_doc_table(doc, "layouts", "ns in layout inline; the others × inline");
  static const char *const columns[] = {"strategy", "memory", "what"};
  for (int i = 0; i < 3; i++) tm_table_column(t, columns[i], false);
  tm_table_column(t, "inline, ns", true);
  for (int k = 1; k < LAYOUTS; k++) tm_table_column(t, layouts[k], true);
  for (size_t i = 0; i < all->count; i++) {
    const struct tm_layout_cost *c = &all->cost[i];
    if (i && same_row(c, &all->cost[i - 1])) continue;
    const struct tm_layout_cost *base = find(all, i, "inline");
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", c->strategy);
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", c->memory);
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", c->op + strlen("layout-"));
    tm_table_cell(t, TM_LOOK_PLAIN, base ? base->ns : NAN, "%s",
                  base ? tm_short_number(base->ns) : "–");
    for (int k = 1; k < LAYOUTS; k++) ratio_cell(t, find(all, i, layouts[k]));
  }
}

/* The largest ratio of `layout` that is shown to differ from inline, among loads and stores. */
static double worst(const struct tm_layout_costs *all, const char *memory, const char *layout) {
  double most = 1;
  for (size_t i = 0; i < all->count; i++) {
    const struct tm_layout_cost *c = &all->cost[i];
    if (strcmp(c->memory, memory) || strcmp(c->layout, layout) || strstr(c->op, "size")) continue;
    if (c->judged.verdict == TM_DIFFERENT && c->ratio.ratio > most) most = c->ratio.ratio;
  }
  return most;
}

static void answer(struct tm_doc *doc, const struct tm_layout_costs *all, const char *memory) {
  double more = worst(all, memory, "table"), alone = worst(all, memory, "union");
  tm_doc_note(doc, more > 1 ? TM_LOOK_WEAK : TM_LOOK_GOOD,
              "Memories %s: loads and stores through a table of pointers take at most %.2f × "
              "inline (of what differs surely); with the definition known at compile time (union) "
              "at most %.2f ×.",
              strcmp(memory, "owned") ? "that are shared" : "of the module's own", more, alone);
}

void tm_section_layouts(struct tm_doc *doc, const struct tm_findings *f) {
  struct tm_layout_costs all;
  struct tm_error error;
  tm_doc_heading(doc, "layouts", "Layouts of the instance");
  if (tm_layout_costs_make(f->samples, f->margin, &all, &error) || all.count == 0) {
    tm_doc_text(doc, "Layouts were not measured in this run: tidemark bench --layouts.");
    return;
  }
  tm_doc_text(
      doc,
      "Where an instance keeps what it knows of its memory. inline: in the instance. union: "
      "in it or behind a pointer, known at compile time. table: the instance holds "
      "pointers only. side: outside, found by the instance's address. +call: memory.size is "
      "a call into the host. Loops begin on a cache line. leaf: a small function called "
      "in a loop; cold: calls into 4,096 instances in turn. %s.",
      TM_SIGNS);
  answer(doc, &all, "owned");
  answer(doc, &all, "shared");
  if (all.controlled)
    tm_doc_text(doc,
                "The control, pairs of layouts with the same code: %zu of %zu intervals miss "
                "1; half-width %.1f %%%s.",
                all.control.false_positives, all.control.n, all.control.half_width * 100,
                all.control.biased ? "; it is biased, so that every verdict is unsure" : "");
  table(doc, &all);
  tm_layout_costs_free(&all);
}
