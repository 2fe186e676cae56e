/* SPDX-License-Identifier: Apache-2.0 */
/* Strategies × litmus tests, graded by the axioms. */
#include "harness/report/findings.h"

#include <math.h>
#include <string.h>

enum { TESTS = 256 };

static const struct tm_sample *find(const struct tm_findings *f, const char *strategy,
                                    const char *test, const char *metric) {
  const char *where[] = {"strategy", strategy, "test", test, NULL};
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, metric, where));)
    if (strstr(s->plan, "/litmus")) return s;
  return NULL;
}

static double value(const struct tm_findings *f, const char *strategy, const char *test,
                    const char *metric) {
  const struct tm_sample *s = find(f, strategy, test, metric);
  return s && s->count ? s->values[0] : NAN;
}

static void one_cell(struct tm_table *t, const struct tm_findings *f, const char *strategy,
                     const char *test) {
  const struct tm_sample *run = find(f, strategy, test, "rounds");
  double forbidden = value(f, strategy, test, "forbidden"), weak = value(f, strategy, test, "weak");
  if (!run)
    tm_table_cell(t, TM_LOOK_DIM, -2, " ");
  else if (forbidden > 0)
    tm_table_cell(t, TM_LOOK_BAD, 1e12 + forbidden, "✗%s", tm_short_number(forbidden));
  else if (*tm_sample_note(run, "failure"))
    tm_table_cell(t, TM_LOOK_BAD, 1e12, "✗!");
  else if (weak > 0)
    tm_table_cell(t, TM_LOOK_WEAK, weak, "w%s", tm_short_number(weak));
  else if (run->values[0] > 0)
    tm_table_cell(t, TM_LOOK_GOOD, 0, "✓");
  else
    tm_table_cell(t, TM_LOOK_DIM, -1, "–");
}

void tm_section_matrix(struct tm_doc *doc, const struct tm_findings *f) {
  const struct tm_sample *tests[TESTS];
  size_t n = tm_samples_tests(f->samples, "/litmus", tests, TESTS), failures = 0;
  tm_doc_heading(doc, "litmus", "Litmus tests on this machine");
  tm_doc_text(
      doc,
      "Every outcome of every round is graded by the axioms of the threads proposal. "
      "✓: only outcomes that some interleaving explains. w: weak outcomes, which the model allows. "
      "✗: outcomes that it forbids, with how often. ✗!: the strategy crashed or hung. "
      "– or empty: not run. What is not seen is not thereby impossible: see the tests of the "
      "oracle and "
      "the exploration of the strategies' sources.");
  struct tm_table *t = tm_doc_table(doc, "litmus", "Strategies × tests");
  t->compact = true;
  tm_table_column(t, "strategy", false);
  for (size_t i = 0; i < n; i++) tm_table_column(t, tm_sample_axis(tests[i], "test"), false);
  for (size_t i = 0; i < f->lines; i++) {
    if (f->line[i].tests == 0) continue;
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", f->line[i].name);
    for (size_t k = 0; k < n; k++)
      one_cell(t, f, f->line[i].name, tm_sample_axis(tests[k], "test"));
  }
  t = tm_doc_table(doc, "tests",
                   "The tests, and what the axioms say of the outcome that each asks about");
  static const char *const columns[] = {"test", "outcome", "program", "the outcome, in words"};
  for (int i = 0; i < 4; i++) tm_table_column(t, columns[i], false);
  for (size_t i = 0; i < n; i++) {
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_axis(tests[i], "test"));
    bool forbidden = !strcmp(tm_sample_note(tests[i], "question"), "forbidden");
    tm_table_cell(t, forbidden ? TM_LOOK_BAD : TM_LOOK_WEAK, NAN, "%s",
                  tm_sample_note(tests[i], "question"));
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_note(tests[i], "program"));
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_note(tests[i], "doc"));
  }
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "rounds", NULL));) {
    if (!strstr(s->plan, "/litmus") || !*tm_sample_note(s, "failure") || failures++ >= 20) continue;
    tm_doc_note(doc, TM_LOOK_BAD, "✗ %s", tm_sample_note(s, "failure"));
  }
}
