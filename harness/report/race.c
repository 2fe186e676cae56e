/* SPDX-License-Identifier: Apache-2.0 */
/* The race of the call, with a witness as a timeline. */
#include "harness/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 8 };

/* The metric of this race run. */
static double of(const struct tm_findings *f, const struct tm_sample *run, const char *metric) {
  const char *where[] = {
      "strategy", tm_sample_axis(run, "strategy"), "test", tm_sample_axis(run, "test"),
      "pages",    tm_sample_axis(run, "pages"),    NULL};
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, metric, where));)
    if (!strcmp(s->plan, run->plan) && s->count) return s->values[0];
  return NAN;
}

static void timeline(struct tm_doc *doc, const struct tm_findings *f, const struct tm_sample *run) {
  double page = of(f, run, "witness_edge"), round = of(f, run, "witness_round");
  char text[2048];
  snprintf(text, sizeof text,
           "A witness under %s (%s pages), round %.0f. The length was %.0f pages.\n\n"
           "    thread A, which grows              | thread B, which observes\n"
           "  -------------------------------------+--------------------------------------\n"
           "  1 memory.grow 1 begins               |\n"
           "  2 page %-8.0f becomes accessible   |\n"
           "  3                                    | i32.load in page %.0f works\n"
           "  4                                    | memory.size returns %.0f, the old length\n"
           "  5 the length becomes %-8.0f        |\n"
           "  6 memory.grow returns %-8.0f       |\n\n"
           "Observed: what grow returned, that the load did not trap, and what size returned.\n"
           "The order of 2 and 5 is that of the strategy's source; no time stamp is used.",
           tm_sample_axis(run, "strategy"), tm_sample_axis(run, "pages"), round, page, page, page,
           page, page + 1, page);
  tm_doc_code(doc, text);
}

static void row(struct tm_table *t, const struct tm_findings *f, const struct tm_sample *s) {
  double grows = of(f, s, "grows"), first = of(f, s, "first_witness"), hits = s->values[0],
         rate = of(f, s, "witness_rate");
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_axis(s, "strategy"));
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", tm_sample_axis(s, "pages"));
  if (*tm_sample_note(s, "refused") || *tm_sample_note(s, "failure")) {
    bool refused = *tm_sample_note(s, "refused");
    tm_table_cell(t, refused ? TM_LOOK_DIM : TM_LOOK_BAD, NAN, refused ? "refused" : "✗ failed");
    for (int i = 3; i < COLUMNS; i++) tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
    return;
  }
  tm_table_cell(t, hits > 0 ? TM_LOOK_WEAK : TM_LOOK_GOOD, hits > 0, "%s",
                hits > 0 ? "seen" : "not seen");
  tm_table_cell(t, TM_LOOK_PLAIN, hits, "%.0f", hits);
  tm_table_cell(t, TM_LOOK_PLAIN, grows, "%.0f", grows);
  if (hits > 0)
    tm_table_cell(t, TM_LOOK_PLAIN, hits / grows, "%s", tm_short_number(hits / grows * 1e6));
  else
    tm_table_cell(t, TM_LOOK_DIM, 0, "< %s",
                  tm_short_number(tm_proportion_upper(0, (uint64_t)grows, 0.95) * 1e6));
  tm_table_cell(t, TM_LOOK_PLAIN, rate, "%s", tm_short_number(rate));
  tm_table_cell(t, TM_LOOK_PLAIN, first, "%s", first >= 0 ? tm_short_number(first * 1e3) : "–");
}

/* Why some were not run, a sentence each. */
static void reasons(struct tm_doc *doc, const struct tm_findings *f) {
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "witnesses", NULL));) {
    const char *refused = tm_sample_note(s, "refused"), *failure = tm_sample_note(s, "failure");
    if (strstr(s->plan, "/race") && (*refused || *failure))
      tm_doc_text(doc, "%s %s: %s.", *refused ? "Refused," : "Failed,", tm_sample_axis(s, "pages"),
                  *refused ? refused : failure);
  }
}

void tm_section_race(struct tm_doc *doc, const struct tm_findings *f) {
  const struct tm_sample *shown = NULL, *s = NULL;
  double most = 0;
  tm_doc_heading(doc, "race", "The race of the call");
  tm_doc_text(
      doc,
      "Litmus test size-after-access. Its outcome is allowed: the access reads the length "
      "unordered, so it orders nothing. It surprises programs all the same. Resident: pages that "
      "were touched before and made inaccessible, as a pooling allocator leaves them.");
  struct tm_table *t = tm_doc_table(doc, "race", "How often the race is seen");
  static const char *const columns[COLUMNS] = {"strategy",   "pages",         "seen",
                                               "witnesses",  "grows",         "per million grows",
                                               "per second", "first after ms"};
  for (int i = 0; i < COLUMNS; i++) tm_table_column(t, columns[i], i > 2);
  while ((s = tm_samples_next(f->samples, s, "witnesses", NULL))) {
    if (!strstr(s->plan, "/race")) continue;
    row(t, f, s);
    double hits = s->values[0];
    if (hits > most && !strcmp(tm_sample_axis(s, "strategy"), "guard")) shown = s;
    if (hits > most && !shown) shown = s;
    if (shown == s) most = hits;
  }
  reasons(doc, f);
  if (shown)
    timeline(doc, f, shown);
  else
    tm_doc_text(doc, "No witness in this run; runs of the race that are longer see more.");
  const struct tm_sample *explored = tm_samples_next(f->samples, NULL, "shortest_witness", NULL);
  if (!explored || !*tm_sample_note(explored, "text")) return;
  tm_doc_text(doc, "The shortest execution of guard's own source that shows it, found by exploring "
                   "all of them under the C11 memory model:");
  tm_doc_code(doc, tm_sample_note(explored, "text"));
}
