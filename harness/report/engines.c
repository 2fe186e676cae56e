/* SPDX-License-Identifier: Apache-2.0 */
/* The real engines: which were found, and what the litmus tests showed on them. */
#include "harness/report/findings.h"

#include <math.h>
#include <string.h>

enum { TESTS = 256 };

static double of(const struct tm_findings *f, const struct tm_sample *s, const char *metric) {
  const char *where[] = {"engine", tm_sample_axis(s, "engine"), "test", tm_sample_axis(s, "test"),
                         NULL};
  const struct tm_sample *found = tm_samples_next(f->samples, NULL, metric, where);
  return found && found->count ? found->values[0] : NAN;
}

static const struct tm_sample *run_of(const struct tm_findings *f, const char *engine,
                                      const char *test) {
  const char *where[] = {"engine", engine, "test", test, NULL};
  return tm_samples_next(f->samples, NULL, "rounds", where);
}

static void found(struct tm_doc *doc, const struct tm_findings *f) {
  struct tm_table *t = tm_doc_table(doc, "engines", "Engines found on this machine");
  static const char *const columns[] = {"engine", "runtime", "version, or how to install it"};
  for (int i = 0; i < 3; i++) tm_table_column(t, columns[i], false);
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "found", NULL));) {
    bool there = s->values[0] > 0;
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_axis(s, "engine"));
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_note(s, "runtime"));
    tm_table_cell(t, there ? TM_LOOK_PLAIN : TM_LOOK_DIM, NAN, "%s%s",
                  there ? "" : "absent; install it with: ",
                  there ? tm_sample_note(s, "version") : tm_sample_note(s, "install"));
  }
}

static void mark(struct tm_table *t, const struct tm_findings *f, const struct tm_sample *run) {
  double hits = run ? of(f, run, "witnesses") : 0, forbidden = run ? of(f, run, "forbidden") : 0;
  if (!run)
    tm_table_cell(t, TM_LOOK_DIM, -2, " ");
  else if (forbidden > 0)
    tm_table_cell(t, TM_LOOK_BAD, 1e12 + forbidden, "✗%s", tm_short_number(forbidden));
  else if (!(run->values[0] > 0))
    tm_table_cell(t, TM_LOOK_DIM, -1, "–");
  else if (hits > 0)
    tm_table_cell(t, TM_LOOK_WEAK, hits, "w%s", tm_short_number(hits));
  else
    tm_table_cell(t, TM_LOOK_GOOD, 0, "✓");
}

static void matrix(struct tm_doc *doc, const struct tm_findings *f,
                   const struct tm_sample *const tests[], size_t n) {
  struct tm_table *t = tm_doc_table(
      doc, "engine-matrix",
      "Engines × tests. ✓: the outcome that the test asks about was never seen. w: seen, "
      "and allowed. ✗: a forbidden outcome, in how many rounds. –: no result");
  t->compact = true;
  tm_table_column(t, "engine", false);
  for (size_t i = 0; i < n; i++) tm_table_column(t, tm_sample_axis(tests[i], "test"), false);
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "found", NULL));) {
    const char *engine = tm_sample_axis(s, "engine");
    if (!(s->values[0] > 0)) continue;
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", engine);
    for (size_t i = 0; i < n; i++) mark(t, f, run_of(f, engine, tm_sample_axis(tests[i], "test")));
  }
}

static void row(struct tm_table *t, const struct tm_findings *f, const struct tm_sample *s) {
  double hits = of(f, s, "witnesses"), forbidden = of(f, s, "forbidden"), rounds = s->values[0];
  const char *failure = tm_sample_note(s, "failure");
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_axis(s, "engine"));
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_axis(s, "test"));
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_note(s, "question"));
  tm_table_cell(t, TM_LOOK_PLAIN, hits, "%s", tm_short_number(hits));
  tm_table_cell(t, TM_LOOK_PLAIN, rounds, "%s", tm_short_number(rounds));
  tm_table_cell(t, TM_LOOK_PLAIN, of(f, s, "cold_witnesses"), "%s of %s",
                tm_short_number(of(f, s, "cold_witnesses")),
                tm_short_number(of(f, s, "cold_rounds")));
  if (forbidden > 0)
    tm_table_cell(t, TM_LOOK_BAD, 3, "✗ forbidden, in %s rounds%s%s", tm_short_number(forbidden),
                  *failure ? "; " : "", failure);
  else if (!(rounds > 0))
    tm_table_cell(t, TM_LOOK_UNSURE, 2, "? %s", *failure ? failure : "no result");
  else
    tm_table_cell(t, hits > 0 ? TM_LOOK_WEAK : TM_LOOK_GOOD, hits > 0, "%s%s%s",
                  hits > 0 ? "seen, allowed" : "✓ never", *failure ? "; " : "", failure);
}

void tm_section_engines(struct tm_doc *doc, const struct tm_findings *f) {
  const struct tm_sample *tests[TESTS];
  size_t n = tm_samples_tests(f->samples, "/engines", tests, TESTS);
  tm_doc_heading(doc, "engines", "Real engines");
  found(doc, f);
  if (!n) {
    tm_doc_text(doc, "No engine was asked in this run: tidemark engines --litmus.");
    return;
  }
  matrix(doc, f, tests, n);
  struct tm_table *t = tm_doc_table(doc, "engine-litmus", "Litmus tests on the engines, in full");
  static const char *const columns[] = {
      "engine", "test", "outcome asked about", "witnesses", "rounds", "cold, of rounds", "found"};
  for (int i = 0; i < 7; i++) tm_table_column(t, columns[i], i == 3 || i == 4);
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "rounds", NULL));)
    if (strstr(s->plan, "/engines")) row(t, f, s);
}
