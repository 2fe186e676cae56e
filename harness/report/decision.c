/* SPDX-License-Identifier: Apache-2.0 */
/* The first screen: one line per strategy, and what follows from it. */
#include "harness/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void soundness_cell(struct tm_table *t, const struct tm_line *l) {
  if (*l->failure)
    tm_table_cell(t, TM_LOOK_DIM, 5, "not run: %s", l->failure);
  else if (!strcmp(l->kind, "floor"))
    tm_table_cell(t, TM_LOOK_DIM, 4, "a floor, enforces nothing");
  else if (l->forbidden > 0)
    tm_table_cell(t, TM_LOOK_BAD, 3, "✗ forbidden outcome seen %s times",
                  tm_short_number(l->forbidden));
  else if (l->failures)
    tm_table_cell(t, TM_LOOK_BAD, 3, "✗ %zu tests crash or hang", l->failures);
  else if (l->reachable)
    tm_table_cell(t, TM_LOOK_BAD, 3, "✗ not seen, but reachable by its source in %zu tests",
                  l->reachable);
  else if (l->tests == 0)
    tm_table_cell(t, TM_LOOK_UNSURE, 2, "? no litmus test was run");
  else if (l->sound)
    tm_table_cell(t, TM_LOOK_GOOD, 0, "✓ none in %s rounds, %zu tests", tm_short_number(l->rounds),
                  l->tests);
  else
    tm_table_cell(t, TM_LOOK_WEAK, 1, "%s by its source; not seen here", l->kind);
}

static void a1_cell(struct tm_table *t, const struct tm_line *l) {
  if (!(l->a1_grows > 0))
    tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
  else if (l->a1 > 0)
    tm_table_cell(t, TM_LOOK_WEAK, l->a1 / l->a1_grows, "seen, %s per million grows",
                  tm_short_number(l->a1 / l->a1_grows * 1e6));
  else
    tm_table_cell(t, TM_LOOK_GOOD, 0, "not seen, < %s per million",
                  tm_short_number(tm_proportion_upper(0, (uint64_t)l->a1_grows, 0.95) * 1e6));
}

static void value_cell(struct tm_table *t, double value) {
  tm_table_cell(t, isfinite(value) ? TM_LOOK_PLAIN : TM_LOOK_DIM, value, "%s",
                tm_short_number(value));
}

static void measured_cell(struct tm_table *t, const struct tm_measure *m) {
  value_cell(t, m->n ? m->value : NAN);
}

static void table(struct tm_doc *doc, const struct tm_findings *f) {
  struct tm_table *t = tm_doc_table(doc, "decision",
                                    "Every strategy. Ratios are paired within blocks, "
                                    "with a 95 % interval and a verdict at a margin of 3 %.");
  static const char *const columns[] = {"strategy", "kind", "soundness",
                                        "A1, the race of the call"};
  for (int i = 0; i < 4; i++) tm_table_column(t, columns[i], false);
  static const char *const numbers[] = {"access × nocheck",
                                        "ns per access",
                                        "memory.size ns",
                                        "grow × guard",
                                        "grow ns",
                                        "grow ns, 1,000 instances",
                                        "grow ns, 100,000",
                                        "bytes per instance",
                                        "code bytes per access"};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    tm_table_column(t, numbers[i], true);
  tm_table_column(t, "instructions / loads / branches", false);
  for (size_t i = 0; i < f->lines; i++) {
    const struct tm_line *l = &f->line[i];
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", l->name);
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", l->kind);
    soundness_cell(t, l);
    a1_cell(t, l);
    tm_ratio_cell(t, &l->access);
    measured_cell(t, &l->access);
    measured_cell(t, &l->size);
    tm_ratio_cell(t, &l->grow[0]);
    measured_cell(t, &l->grow[0]);
    measured_cell(t, &l->grow[3]);
    measured_cell(t, &l->grow[5]);
    value_cell(t, l->instance_bytes);
    value_cell(t, l->code_bytes);
    if (isfinite(l->instructions))
      tm_table_cell(t, TM_LOOK_PLAIN, l->instructions, "%.3g / %.3g / %.3g", l->instructions,
                    l->loads, l->branches);
    else
      tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
  }
}

/* Names of lines for which `pick` holds, as text. */
static void names(const struct tm_findings *f, bool (*pick)(const struct tm_line *), char *text,
                  size_t room) {
  size_t used = 0;
  snprintf(text, room, "none");
  for (size_t i = 0; i < f->lines && used < room; i++)
    if (pick(&f->line[i]))
      used += (size_t)snprintf(text + used, room - used, "%s%s", used ? ", " : "", f->line[i].name);
}

static bool is_sound(const struct tm_line *l) { return l->sound; }
static bool is_convicted(const struct tm_line *l) {
  return strcmp(l->kind, "floor") && (l->forbidden > 0 || l->failures || l->reachable);
}
static bool closes_a1(const struct tm_line *l) { return l->sound && l->a1_grows > 0 && l->a1 <= 0; }
static bool is_free(const struct tm_line *l) {
  return l->sound && l->access.n && l->access.judged.verdict == TM_EQUIVALENT;
}

void tm_section_decision(struct tm_doc *doc, const struct tm_findings *f) {
  char text[2048];
  tm_doc_heading(doc, "decision", "The decision");
  names(f, is_sound, text, sizeof text);
  tm_doc_note(doc, TM_LOOK_GOOD, "✓ No forbidden outcome was seen under: %s.", text);
  names(f, is_convicted, text, sizeof text);
  tm_doc_note(doc, strcmp(text, "none") ? TM_LOOK_BAD : TM_LOOK_GOOD,
              "%s Convicted in this run: %s.", strcmp(text, "none") ? "✗" : "✓", text);
  names(f, closes_a1, text, sizeof text);
  tm_doc_text(doc,
              "The race of the call (A1: an access to a new page works while memory.size is still "
              "the old one; the model allows it) was not seen under: %s.",
              text);
  names(f, is_free, text, sizeof text);
  tm_doc_text(doc,
              "Sound and as fast per access as no check at all (equivalent within %.0f %%): %s.",
              f->margin * 100, text);
  if (!f->controlled)
    tm_doc_note(doc, TM_LOOK_UNSURE,
                "? There are too few blocks for an A/A control: every verdict is unsure.");
  else if (f->control.biased)
    tm_doc_note(doc, TM_LOOK_BAD,
                "✗ The A/A control is biased (p = %.3g): the same program differs from "
                "itself, so every verdict of this run is unsure.",
                f->control.p);
  else
    tm_doc_note(doc, TM_LOOK_PLAIN,
                "The A/A control is unbiased (p = %.2g); its intervals are ±%.1f %% "
                "wide: smaller differences than that are not seen here.",
                f->control.p, f->control.half_width * 100);
  table(doc, f);
}
