/* SPDX-License-Identifier: Apache-2.0 */
/* The sweeps: grows over instances and steps, single costs; those over readers are in load.c. */
#include "harness/report/figure.h"
#include "harness/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- grow latency over instances --------------------------------------------------------------*/

static char *instances_script(const struct tm_findings *f) {
  char *text = NULL;
  size_t size, n = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out) return NULL;
  fputs("set logscale xy\nset xlabel 'instances attached'\nset ylabel 'grow by one page, ns "
        "(median of blocks)'\n"
        "set format xy '10^{%L}'\nset border 3\nset tics nomirror\n"
        "set key outside right top font ',10'\nset grid ytics linewidth 0.3\n",
        out);
  for (size_t i = 0; i < f->lines; i++) {
    if (!strcmp(f->line[i].kind, "planted") || f->line[i].grow[0].n == 0) continue;
    fprintf(out, "$s%zu << E\n", n++);
    for (int d = 0; d < TM_DECADES; d++)
      if (f->line[i].grow[d].n) fprintf(out, "%g %g\n", pow(10, d), f->line[i].grow[d].value);
    fputs("E\n", out);
  }
  n = 0;
  for (size_t i = 0; i < f->lines; i++) {
    if (!strcmp(f->line[i].kind, "planted") || f->line[i].grow[0].n == 0) continue;
    fprintf(out,
            "%s$s%zu with linespoints linewidth 1.4 pointtype %zu pointsize 0.6 linecolor '%s' "
            "dashtype %zu "
            "title '%s'",
            n ? ", " : "plot ", n, n % 12 + 1, tm_figure_colour(n), n / 10 + 1, f->line[i].name);
    n++;
  }
  fputc('\n', out);
  tm_figure_script_end(out, &text);
  if (n) return text;
  free(text);
  return NULL;
}

static void instances(struct tm_doc *doc, const struct tm_findings *f) {
  char *gnuplot = instances_script(f);
  if (gnuplot)
    tm_doc_figure(doc, "grow-instances", "Grow latency against the number of attached instances",
                  tm_figure_svg("grow_instances", gnuplot), gnuplot);
  struct tm_table *t = tm_doc_table(doc, "grow-instances",
                                    "ns per grow by one untouched page: median of the blocks; "
                                    "and × guard");
  tm_table_column(t, "strategy", false);
  for (int d = 0; d < TM_DECADES; d++) {
    char name[32];
    snprintf(name, sizeof name, "%s inst.", tm_short_number(pow(10, d)));
    tm_table_column(t, name, true);
  }
  tm_table_column(t, "1,000 × guard", true);
  tm_table_column(t, "100,000 × guard", true);
  for (size_t i = 0; i < f->lines; i++) {
    const struct tm_line *l = &f->line[i];
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", l->name);
    for (int d = 0; d < TM_DECADES; d++) tm_value_cell(t, l->grow[d].n ? l->grow[d].value : NAN);
    tm_ratio_cell(t, &l->grow[3]);
    tm_ratio_cell(t, &l->grow[5]);
  }
}

/* ---- the rest ---------------------------------------------------------------------------------*/

static void single_costs(struct tm_doc *doc, const struct tm_findings *f) {
  static const struct {
    const char *column, *op, *metric, *axis, *value;
    double q;
  } columns[] = {{"first access of a stale instance", "stale-access", "time", NULL, NULL, 0.5},
                 {"the same again", "known-access", "time", NULL, NULL, 0.5},
                 {"grow start → size visible", "visible", "time", NULL, NULL, 0.5},
                 {"the same, p99", "visible", "time", NULL, NULL, 0.99},
                 {"first touch of 64 KiB", "grow", "first_touch", "touch", "yes", 0.5},
                 {"attach, 1 there", "attach", "time", "instances", "1", 0.5},
                 {"attach, 1,000 there", "attach", "time", "instances", "1000", 0.5},
                 {"detach, 1,000 there", "detach", "time", "instances", "1000", 0.5},
                 {"atomic load", "load-atomic", "time", NULL, NULL, 0.5},
                 {"byte load", "load-bytes", "time", NULL, NULL, 0.5},
                 {"memory.size", "size", "time", NULL, NULL, 0.5}};
  struct tm_table *t = tm_doc_table(
      doc, "single", "Single costs, ns: median of all samples, or what the column says");
  tm_table_column(t, "strategy", false);
  for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
    tm_table_column(t, columns[k].column, true);
  for (size_t i = 0; i < f->lines; i++) {
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", f->line[i].name);
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
      const char *where[] = {"op", columns[k].op, columns[k].axis, columns[k].value, NULL};
      tm_value_cell(t, tm_pooled(f, f->line[i].name, columns[k].metric, where, columns[k].q));
    }
  }
}

static void steps(struct tm_doc *doc, const struct tm_findings *f) {
  static const char *const pages[] = {"1", "8", "64", "512", "1024"};
  struct tm_table *t = tm_doc_table(
      doc, "steps", "ns per grow by more pages at once (untouched, one instance): median");
  tm_table_column(t, "strategy", false);
  for (int k = 0; k < 5; k++) {
    char name[24];
    snprintf(name, sizeof name, "%s page%s", pages[k], k ? "s" : "");
    tm_table_column(t, name, true);
  }
  for (size_t i = 0; i < f->lines; i++) {
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", f->line[i].name);
    for (int k = 0; k < 5; k++) {
      const char *where[] = {"op", "grow",      "pages", pages[k], "touch",
                             "no", "instances", "1",     NULL};
      tm_value_cell(t, tm_pooled(f, f->line[i].name, "latency", where, 0.5));
    }
  }
}

void tm_section_sweeps(struct tm_doc *doc, const struct tm_findings *f) {
  tm_doc_heading(doc, "sweeps", "Sweeps");
  tm_doc_text(
      doc,
      "Translated guest code and the strategies' own grow, one process per strategy and block. "
      "A latency holds the cost of reading the time base (some ten nanoseconds in virtual "
      "machines).");
  instances(doc, f);
  tm_section_load(doc, f);
  steps(doc, f);
  single_costs(doc, f);
}
