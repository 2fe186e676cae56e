/* SPDX-License-Identifier: Apache-2.0 */
/* The first screen: one line per strategy, and what follows from it. */
#include "harness/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void soundness_cell(struct tm_table *t, const struct tm_line *l) {
  const char *s = l->reachable == 1 ? "" : "s";
  if (*l->failure)
    tm_table_cell(t, TM_LOOK_DIM, 5, "not run: %s", l->failure);
  else if (!strcmp(l->kind, "floor"))
    tm_table_cell(t, TM_LOOK_DIM, 4, "floor: enforces nothing");
  else if (l->forbidden > 1)
    tm_table_cell(t, TM_LOOK_BAD, 3, "✗ seen %s times", tm_short_number(l->forbidden));
  else if (l->forbidden > 0)
    tm_table_cell(t, TM_LOOK_BAD, 3, "✗ seen once");
  else if (l->failures)
    tm_table_cell(t, TM_LOOK_BAD, 3, "✗ %zu crash or hang", l->failures);
  else if (l->reachable)
    tm_table_cell(t, TM_LOOK_BAD, 3, "✗ reachable in %zu test%s", l->reachable, s);
  else if (l->tests == 0)
    tm_table_cell(t, TM_LOOK_UNSURE, 2, "? no litmus test was run");
  else if (l->sound)
    tm_table_cell(t, TM_LOOK_GOOD, 0, "✓ none in %s rounds", tm_short_number(l->rounds));
  else
    tm_table_cell(t, TM_LOOK_WEAK, 1, "%s; not seen here", l->kind);
}

static void a1_cell(struct tm_table *t, const struct tm_line *l) {
  if (!(l->a1_grows > 0))
    tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
  else if (l->a1 > 0)
    tm_table_cell(t, TM_LOOK_WEAK, l->a1 / l->a1_grows, "seen, %s",
                  tm_short_number(l->a1 / l->a1_grows * 1e6));
  else
    tm_table_cell(t, TM_LOOK_GOOD, 0, "no, < %s",
                  tm_short_number(tm_proportion_upper(0, (uint64_t)l->a1_grows, 0.95) * 1e6));
}

static void measured_cell(struct tm_table *t, const struct tm_measure *m) {
  tm_value_cell(t, m->n ? m->value : NAN);
}

/* No "-0.00". */
static double hundredths(double value) { return fabs(value) < 0.005 ? 0 : value; }

/* What one more instance adds to a grow: the slope from 1 to the most, with its interval. */
static void slope_cell(struct tm_table *t, const struct tm_line *l) {
  const struct tm_measure *m = &l->per_instance;
  if (m->n < 2) {
    tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
    return;
  }
  double scale = l->grow[0].value / (pow(10, TM_DECADES - 1) - 1),
         ns = (m->ratio.ratio - 1) * scale, low = (m->ratio.low - 1) * scale,
         high = (m->ratio.high - 1) * scale;
  if (fabs(low) < 0.005 && fabs(high) < 0.005) {
    tm_table_cell(t, TM_LOOK_GOOD, ns, "< 0.01");
    return;
  }
  enum tm_verdict v = m->judged.verdict;
  tm_table_cell(t,
                v == TM_UNSURE       ? TM_LOOK_UNSURE
                : v == TM_EQUIVALENT ? TM_LOOK_GOOD
                                     : TM_LOOK_PLAIN,
                ns, "%s %.2f [%.2f, %.2f]", tm_verdict_sign(v), hundredths(ns), hundredths(low),
                hundredths(high));
}

static void table(struct tm_doc *doc, const struct tm_findings *f) {
  struct tm_table *t = tm_doc_table(doc, "decision",
                                    "Every strategy. Ratios are paired within blocks, with a 95 % "
                                    "interval and a verdict: " TM_SIGNS
                                    ". Soundness: forbidden outcomes on this machine and by "
                                    "exploration. Counts of code are exact.");
  static const struct {
    const char *name;
    bool number;
  } columns[] = {{"strategy", false},
                 {"soundness", false},
                 {"A1, per million grows", false},
                 {"access × nocheck", true},
                 {"ns per access", true},
                 {"memory.size × guard", true},
                 {"grow × guard", true},
                 {"ns per grow", true},
                 {"× guard, 1,000 instances", true},
                 {"ns of a grow, per instance", true},
                 {"bytes per instance", true},
                 {"code bytes per access", true}};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    tm_table_column(t, columns[i].name, columns[i].number);
  for (size_t i = 0; i < f->lines; i++) {
    const struct tm_line *l = &f->line[i];
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", l->name);
    soundness_cell(t, l);
    a1_cell(t, l);
    tm_ratio_cell(t, &l->access);
    measured_cell(t, &l->access);
    tm_ratio_cell(t, &l->size);
    tm_ratio_cell(t, &l->grow[0]);
    measured_cell(t, &l->grow[0]);
    tm_ratio_cell(t, &l->grow[3]);
    slope_cell(t, l);
    tm_value_cell(t, l->instance_bytes);
    tm_value_cell(t, l->code_bytes);
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

static void control_note(struct tm_doc *doc, const struct tm_findings *f) {
  size_t best = 0, worst = 0;
  double half[64] = {0};
  for (size_t i = 0; i < f->controls; i++) {
    half[i] = sqrt(f->control_ratio[i].high / f->control_ratio[i].low) - 1;
    if (half[i] < half[best]) best = i;
    if (half[i] > half[worst]) worst = i;
  }
  tm_doc_note(doc, TM_LOOK_PLAIN,
              "The A/A control is unbiased (p = %.2g). Its intervals are ±%.1f %% (%s) to ±%.1f %% "
              "(%s): smaller differences than that are not seen here.",
              f->control.p, half[best] * 100, f->control_name[best], half[worst] * 100,
              f->control_name[worst]);
}

/* Who is sound, who is not, as far as this run says. */
static void soundness_notes(struct tm_doc *doc, const struct tm_findings *f) {
  char text[2048];
  size_t tests = 0;
  for (size_t i = 0; i < f->lines; i++) tests += f->line[i].tests + f->line[i].reachable;
  if (tests == 0) {
    tm_doc_note(
        doc, TM_LOOK_UNSURE,
        "? Soundness was not judged: these are benchmarks only. tidemark report judges it.");
    return;
  }
  names(f, is_sound, text, sizeof text);
  tm_doc_note(doc, TM_LOOK_GOOD, "✓ No forbidden outcome was seen under: %s.", text);
  names(f, is_convicted, text, sizeof text);
  tm_doc_note(doc, strcmp(text, "none") ? TM_LOOK_BAD : TM_LOOK_GOOD,
              "%s Convicted in this run: %s.", strcmp(text, "none") ? "✗" : "✓", text);
}

void tm_section_decision(struct tm_doc *doc, const struct tm_findings *f) {
  char text[2048];
  tm_doc_heading(doc, "decision", "The decision");
  soundness_notes(doc, f);
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
    control_note(doc, f);
  table(doc, f);
  names(f, closes_a1, text, sizeof text);
  tm_doc_text(doc,
              "The race of the call (A1: an access to a new page works while memory.size is still "
              "the old one; the model allows it) was not seen under: %s.",
              text);
}
