/* SPDX-License-Identifier: Apache-2.0 */
/* What the strategies' own sources can do, beside what was seen. */
#include "harness/report/findings.h"

#include <math.h>
#include <string.h>

enum { TESTS = 64 };

static const struct tm_sample *find(const struct tm_findings *f, const char *strategy,
                                    const char *test) {
  const char *where[] = {"strategy", strategy, "test", test, NULL};
  return tm_samples_next(f->samples, NULL, "executions", where);
}

static void cell(struct tm_table *t, const struct tm_sample *s) {
  const char *verdict = s ? tm_sample_note(s, "verdict") : "";
  bool sound = !strcmp(verdict, "sound") || !strcmp(verdict, "tight");
  bool bad =
      !strcmp(verdict, "forbidden") || !strcmp(verdict, "stuck") || !strcmp(verdict, "invalid");
  if (!s)
    tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
  else if (bad)
    tm_table_cell(t, TM_LOOK_BAD, 2, "✗ %s", verdict);
  else if (sound)
    tm_table_cell(t, TM_LOOK_GOOD, 0, "✓ %s%s", verdict,
                  strcmp(tm_sample_note(s, "exists"), "yes") ? "" : ", reaches it");
  else
    tm_table_cell(t, TM_LOOK_UNSURE, 1, "? %s", verdict);
}

void tm_section_explored(struct tm_doc *doc, const struct tm_findings *f) {
  const char *tests[TESTS];
  size_t n = 0;
  for (const struct tm_sample *s = NULL;
       (s = tm_samples_next(f->samples, s, "executions", NULL));) {
    size_t i = 0;
    while (i < n && strcmp(tests[i], tm_sample_axis(s, "test"))) i++;
    if (i == n && n < TESTS) tests[n++] = tm_sample_axis(s, "test");
  }
  tm_doc_heading(doc, "explored", "The sources, explored");
  if (n == 0) {
    tm_doc_text(doc, "No source was explored in this run.");
    return;
  }
  tm_doc_text(
      doc, "Every execution of a strategy's own source under the C11 memory model, on a few tests. "
           "sound: only outcomes that WebAssembly allows are reachable; tight: all of those; "
           "“reaches it”: the outcome that the test asks about, where that is allowed. "
           "forbidden: a forbidden outcome is reachable. stuck, invalid: a thread cannot go on, an "
           "invariant breaks. More: tidemark explore.");
  struct tm_table *t = tm_doc_table(doc, "explored", "Strategies × tests, by exploration");
  tm_table_column(t, "strategy", false);
  for (size_t i = 0; i < n; i++) tm_table_column(t, tests[i], false);
  for (size_t i = 0; i < f->lines; i++) {
    if (!strcmp(f->line[i].kind, "floor")) continue;
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", f->line[i].name);
    for (size_t k = 0; k < n; k++) cell(t, find(f, f->line[i].name, tests[k]));
  }
}
