/* SPDX-License-Identifier: Apache-2.0 */
/* Strategies × litmus tests, graded by the axioms; and the engines. */
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

static size_t list_tests(const struct tm_findings *f, const struct tm_sample *tests[TESTS]) {
  size_t n = 0;
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "rounds", NULL));) {
    if (!strstr(s->plan, "/litmus") || n == TESTS) continue;
    size_t i = 0;
    while (i < n && strcmp(tm_sample_axis(tests[i], "test"), tm_sample_axis(s, "test"))) i++;
    if (i == n) tests[n++] = s;
  }
  return n;
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
  size_t n = list_tests(f, tests), failures = 0;
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

/* ---- engines ----------------------------------------------------------------------------------*/

static double of_engine(const struct tm_findings *f, const struct tm_sample *s,
                        const char *metric) {
  const char *where[] = {"engine", tm_sample_axis(s, "engine"), "test", tm_sample_axis(s, "test"),
                         NULL};
  const struct tm_sample *found = tm_samples_next(f->samples, NULL, metric, where);
  return found && found->count ? found->values[0] : NAN;
}

/* Of a browser's long line only what tells its version: "Firefox/153.0". */
static const char *version_of(const struct tm_sample *s) {
  const char *all = tm_sample_note(s, "version"), *chrome = strstr(all, "Chrome/"),
             *firefox = strstr(all, "Firefox/");
  return firefox ? firefox : chrome ? chrome : all;
}

static void engine_row(struct tm_table *t, const struct tm_findings *f, const struct tm_sample *s) {
  double hits = of_engine(f, s, "witnesses"), forbidden = of_engine(f, s, "forbidden"),
         rounds = s->values[0];
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_axis(s, "engine"));
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%.*s", (int)strcspn(version_of(s), ";"), version_of(s));
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_axis(s, "test"));
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_note(s, "question"));
  if (forbidden > 0)
    tm_table_cell(t, TM_LOOK_BAD, 3, "✗ forbidden, in %s rounds", tm_short_number(forbidden));
  else if (!(rounds > 0))
    tm_table_cell(t, TM_LOOK_UNSURE, 2, "? no result");
  else if (hits > 0)
    tm_table_cell(t, TM_LOOK_WEAK, 1, "seen, allowed");
  else
    tm_table_cell(t, TM_LOOK_GOOD, 0, "✓ never");
  tm_table_cell(t, TM_LOOK_PLAIN, hits, "%s", tm_short_number(hits));
  tm_table_cell(t, TM_LOOK_PLAIN, rounds, "%s", tm_short_number(rounds));
  tm_table_cell(t, TM_LOOK_PLAIN, of_engine(f, s, "cold_witnesses"), "%s of %s",
                tm_short_number(of_engine(f, s, "cold_witnesses")),
                tm_short_number(of_engine(f, s, "cold_rounds")));
  tm_table_cell(t, TM_LOOK_DIM, NAN, "%s", tm_sample_note(s, "failure"));
}

static bool asked(const struct tm_findings *f) {
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "rounds", NULL));)
    if (strstr(s->plan, "/engines")) return true;
  return false;
}

static void engine_results(struct tm_doc *doc, const struct tm_findings *f) {
  if (!asked(f)) {
    tm_doc_text(doc, "No engine was asked in this run: tidemark engines --litmus.");
    return;
  }
  struct tm_table *t = tm_doc_table(doc, "engine-litmus", "Litmus tests on the engines");
  static const char *const columns[] = {"engine", "version",   "test",   "outcome asked about",
                                        "found",  "witnesses", "rounds", "cold, of rounds",
                                        "remark"};
  for (int i = 0; i < 9; i++) tm_table_column(t, columns[i], i == 5 || i == 6);
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "rounds", NULL));)
    if (strstr(s->plan, "/engines")) engine_row(t, f, s);
}

void tm_section_engines(struct tm_doc *doc, const struct tm_findings *f) {
  tm_doc_heading(doc, "engines", "Real engines");
  struct tm_table *t = tm_doc_table(doc, "engines", "Engines found on this machine");
  static const char *const columns[] = {"engine", "runtime", "version, or how to install it"};
  for (int i = 0; i < 3; i++) tm_table_column(t, columns[i], false);
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "found", NULL));) {
    bool found = s->values[0] > 0;
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_axis(s, "engine"));
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_note(s, "runtime"));
    tm_table_cell(t, found ? TM_LOOK_PLAIN : TM_LOOK_DIM, NAN, "%s%s",
                  found ? "" : "absent; install it with: ",
                  found ? tm_sample_note(s, "version") : tm_sample_note(s, "install"));
  }
  engine_results(doc, f);
}
