/* SPDX-License-Identifier: Apache-2.0 */
/* Whole guest programs: time relative to nocheck. */
#include "harness/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKLOADS = 32 };

static size_t list(const struct tm_findings *f, const char *metric,
                   const struct tm_sample *of[WORKLOADS]) {
  size_t n = 0;
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, metric, NULL));) {
    size_t i = 0;
    while (i < n && strcmp(tm_sample_axis(of[i], "workload"), tm_sample_axis(s, "workload"))) i++;
    if (i == n && n < WORKLOADS) of[n++] = s;
  }
  return n;
}

static double first(const struct tm_findings *f, const char *strategy, const char *workload,
                    const char *metric) {
  const char *where[] = {"strategy", strategy, "workload", workload, NULL};
  const struct tm_sample *s = tm_samples_next(f->samples, NULL, metric, where);
  return s ? s->values[0] : NAN;
}

static void row(struct tm_table *t, const struct tm_findings *f, const char *metric,
                const char *name, const char *role, const struct tm_sample *const *of, size_t n) {
  static double a[TM_SAMPLE_BLOCKS], b[TM_SAMPLE_BLOCKS];
  struct tm_ratio ratios[WORKLOADS], mean;
  size_t used = 0;
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s%s", name, strcmp(role, "control") ? "" : " (A/A)");
  for (size_t i = 0; i < n; i++) {
    const char *where[] = {"workload", tm_sample_axis(of[i], "workload"), NULL};
    size_t k = tm_samples_blocks(f->samples, name, role, metric, where, a);
    size_t m = tm_samples_blocks(f->samples, "nocheck", "subject", metric, where, b);
    if (m < k) k = m;
    struct tm_ratio *r = &ratios[used];
    if (k == 0 || tm_ratio_paired(a, b, k, 0.95, r, NULL)) {
      tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
      continue;
    }
    used++;
    if (isfinite(r->high))
      tm_table_cell(t, TM_LOOK_PLAIN, r->ratio, "%.2f [%.2f, %.2f]", r->ratio, r->low, r->high);
    else
      tm_table_cell(t, TM_LOOK_UNSURE, r->ratio, "%.2f", r->ratio);
  }
  if (used == n && !tm_ratio_geomean(ratios, used, 0.95, &mean, NULL) && isfinite(mean.high))
    tm_table_cell(t, TM_LOOK_PLAIN, mean.ratio, "%.2f [%.2f, %.2f]", mean.ratio, mean.low,
                  mean.high);
  else
    tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
}

static void ratios(struct tm_doc *doc, const struct tm_findings *f, const char *id,
                   const char *caption, const char *metric, const struct tm_sample *const *of,
                   size_t n) {
  struct tm_table *t = tm_doc_table(doc, id, caption);
  tm_table_column(t, "strategy", false);
  for (size_t i = 0; i < n; i++) {
    char name[128];
    snprintf(name, sizeof name, "%s (%.0f grows)", tm_sample_axis(of[i], "workload"),
             first(f, "nocheck", tm_sample_axis(of[i], "workload"), "grows"));
    tm_table_column(t, name, true);
  }
  tm_table_column(t, "geometric mean", true);
  row(t, f, metric, "nocheck", "control", of, n);
  for (size_t i = 0; i < f->lines; i++)
    if (strcmp(f->line[i].name, "nocheck") && strcmp(f->line[i].kind, "planted") &&
        strcmp(f->line[i].kind, "unsound"))
      row(t, f, metric, f->line[i].name, "subject", of, n);
}

/* What each workload asks for: where it lies on the crossover map. */
static void loads(struct tm_doc *doc, const struct tm_findings *f,
                  const struct tm_sample *const *of, size_t n) {
  struct tm_table *t = tm_doc_table(
      doc, "workload-load",
      "What the workloads ask for: accesses (without bulk operations) and grows, counted on one "
      "thread, and how many of them a second under nocheck on two. This is where each lies on the "
      "crossover map.");
  static const char *const columns[] = {
      "workload",         "size", "accesses", "grows", "seconds", "accesses/s, density", "grows/s",
      "accesses per grow"};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    tm_table_column(t, columns[i], i > 0);
  for (size_t i = 0; i < n; i++) {
    const char *name = tm_sample_axis(of[i], "workload");
    const char *where[] = {"workload", name, "op", "accesses", NULL};
    const struct tm_sample *s = tm_samples_next(f->samples, NULL, "accesses", where),
                           *g = tm_samples_next(f->samples, NULL, "grows", where);
    double accesses = s ? s->values[0] : NAN, grows = g ? g->values[0] : NAN;
    const char *timed[] = {"workload", name, "size", tm_sample_axis(of[i], "size"), NULL};
    double seconds = tm_pooled(f, "nocheck", "guest_time", timed, 0.5);
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", name);
    tm_table_cell(t, TM_LOOK_PLAIN, atof(tm_sample_axis(of[i], "size")), "%s",
                  tm_sample_axis(of[i], "size"));
    tm_value_cell(t, accesses);
    tm_value_cell(t, grows);
    tm_table_cell(t, TM_LOOK_PLAIN, seconds, "%.3g", seconds);
    tm_value_cell(t, accesses / seconds);
    tm_value_cell(t, grows / seconds);
    tm_value_cell(t, grows > 0 ? accesses / grows : NAN);
  }
}

/* From exec to exit, by hyperfine. */
static void whole(struct tm_doc *doc, const struct tm_findings *f) {
  const struct tm_sample *of[WORKLOADS];
  size_t n = list(f, "whole_time", of);
  if (n == 0) return;
  tm_doc_text(doc, "Whole processes, timed by hyperfine from exec to exit: loading the translated "
                   "module and starting it are part of it, so that ratios are nearer to 1. "
                   "hyperfine's own JSON is kept in data.db and data.json (op = hyperfine).");
  ratios(doc, f, "whole", "Whole process × nocheck, by hyperfine", "whole_time", of, n);
}

void tm_section_workloads(struct tm_doc *doc, const struct tm_findings *f) {
  const struct tm_sample *of[WORKLOADS];
  size_t n = list(f, "guest_time", of);
  tm_doc_heading(doc, "workloads", "Whole programs");
  if (n == 0) tm_doc_text(doc, "No workload was run.");
  if (n) {
    tm_doc_text(doc, "Guest time of the built-in workloads on two guest threads, relative to "
                     "nocheck, with a 95 %% "
                     "interval; one process a run, random order in each block. Outputs are "
                     "compared with nocheck's. "
                     "–: not run, because the strategy is unsound and a program may wait for ever "
                     "under it, or because it is more than ten times slower.");
    ratios(doc, f, "workloads", "Time × nocheck", "guest_time", of, n);
    loads(doc, f, of, n);
    struct tm_table *t =
        tm_doc_table(doc, "workload-code", "Machine code of the translated module, KiB");
    tm_table_column(t, "strategy", false);
    for (size_t i = 0; i < n; i++) tm_table_column(t, tm_sample_axis(of[i], "workload"), true);
    for (size_t i = 0; i < f->lines; i++) {
      if (!strcmp(f->line[i].kind, "planted")) continue;
      tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", f->line[i].name);
      for (size_t k = 0; k < n; k++) {
        double kib = first(f, f->line[i].name, tm_sample_axis(of[k], "workload"), "code") / 1024;
        tm_table_cell(t, TM_LOOK_PLAIN, kib, "%s", tm_short_number(kib));
      }
    }
  }
  whole(doc, f);
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "guest_time", NULL));)
    if (s->block % 1000 == 0 && *tm_sample_note(s, "difference"))
      tm_doc_note(doc, TM_LOOK_BAD, "✗ %s under %s: its %s differs from that under nocheck.",
                  tm_sample_axis(s, "workload"), tm_sample_axis(s, "strategy"),
                  tm_sample_note(s, "difference"));
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "failed", NULL));)
    if (*tm_sample_axis(s, "workload"))
      tm_doc_note(doc, TM_LOOK_UNSURE, "? %s could not be compared: %s",
                  tm_sample_axis(s, "workload"), tm_sample_note(s, "failure"));
}
