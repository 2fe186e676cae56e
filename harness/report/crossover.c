/* SPDX-License-Identifier: Apache-2.0 */
/* The crossover map: which sound strategy costs least, over growth rate × instances × access
 * density.
 *
 * A model on measured figures, and it says so: nanoseconds of guest and grower per second are
 *     density × (ns per access) + rate × (ns per grow with so many instances + first touch)
 * where of the first touch of a page counts what it costs beyond nocheck's, if its 95 % interval
 * says that it costs more. Each block of the run gives one cost per strategy; a winner is sure only
 * if its cost, paired by block, is below that of every other at 95 %. */
#include "harness/report/figure.h"
#include "harness/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATES = 7, DENSITIES = 7, COLUMNS = 3 /* of panels */ };
static const double rates[RATES] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
static const double densities[DENSITIES] = {0, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

struct winner {
  const struct tm_line *line; /* NULL: nothing was measured */
  size_t ties;                /* strategies that cannot be told from it */
  double ns;
};

static bool usable(const struct tm_line *l, int decade) {
  return l->sound && l->access.n >= 1 && l->grow[decade].n >= 1;
}

static double cost(const struct tm_line *l, size_t block, double density, double rate, int decade) {
  double grow = l->grow[decade].block[block];
  if (l->touch.n > block && l->touch.ratio.low > 1)
    grow += l->touch.block[block] * (1 - 1 / l->touch.ratio.ratio);
  return density * l->access.block[block] + rate * grow;
}

static size_t blocks_of(const struct tm_line *l, int decade) {
  return l->access.n < l->grow[decade].n ? l->access.n : l->grow[decade].n;
}

static double mean_cost(const struct tm_line *l, double density, double rate, int decade) {
  double sum = 0;
  size_t n = blocks_of(l, decade);
  for (size_t b = 0; b < n; b++) sum += log(cost(l, b, density, rate, decade));
  return exp(sum / (double)n);
}

/* Can `other` not be told from the winner? */
static bool tied(const struct tm_line *best, const struct tm_line *other, double density,
                 double rate, int decade) {
  static double a[TM_SAMPLE_BLOCKS], b[TM_SAMPLE_BLOCKS];
  size_t n = blocks_of(best, decade), m = blocks_of(other, decade);
  if (m < n) n = m;
  for (size_t i = 0; i < n; i++) {
    a[i] = cost(other, i, density, rate, decade);
    b[i] = cost(best, i, density, rate, decade);
  }
  struct tm_ratio r;
  return tm_ratio_paired(a, b, n, 0.95, &r, NULL) || r.low <= 1;
}

static struct winner find(const struct tm_findings *f, double density, double rate, int decade) {
  struct winner w = {.ns = INFINITY};
  for (size_t i = 0; i < f->lines; i++) {
    if (!usable(&f->line[i], decade)) continue;
    double ns = mean_cost(&f->line[i], density, rate, decade);
    if (ns >= w.ns) continue;
    w.ns = ns;
    w.line = &f->line[i];
  }
  for (size_t i = 0; i < f->lines && w.line; i++)
    if (&f->line[i] != w.line && usable(&f->line[i], decade))
      w.ties += tied(w.line, &f->line[i], density, rate, decade);
  return w;
}

/* A tile per point; a light one where the winner is not sure. */
static char *script(const struct tm_findings *f) {
  char *text = NULL;
  size_t size, legend = 0;
  const struct tm_line *seen[TM_FINDING_LINES];
  FILE *out = open_memstream(&text, &size);
  if (!out) return NULL;
  fputs("set multiplot layout 2,3 margins 0.12,0.99,0.25,0.94 spacing 0.03,0.1\n"
        "set xrange [-0.5:6.5]\nset yrange [-0.5:6.5]\nset border 3\n"
        "set tics nomirror scale 0\nunset key\n",
        out);
  for (int p = 0; p < TM_DECADES; p++) {
    fprintf(out, "unset object\nunset label\nset title '%.0f instance%s' offset 0,-0.8\n",
            pow(10, p), p ? "s" : "");
    fputs(p < TM_DECADES - COLUMNS ? "unset xlabel\nset xtics ('' 0)\n"
                                   : "set xlabel 'grows per second'\n"
                                     "set xtics ('1' 0, '10²' 2, '10⁴' 4, '10⁶' 6)\n",
          out);
    fputs(p % COLUMNS
              ? "unset ylabel\nset ytics ('' 0)\n"
              : "set ylabel 'accesses per second'\nset ytics ('none' 0, '10⁴' 1, '10⁵' 2, '10⁶' 3, "
                "'10⁷' 4, '10⁸' 5, '10⁹' 6)\n",
          out);
    for (int d = 0; d < DENSITIES; d++)
      for (int r = 0; r < RATES; r++) {
        struct winner w = find(f, densities[d], rates[r], p);
        if (!w.line) continue;
        size_t i = 0;
        while (i < legend && seen[i] != w.line) i++;
        if (i == legend) seen[legend++] = w.line;
        fprintf(
            out,
            "set object rectangle from %g,%g to %g,%g fillcolor '%s' fillstyle solid %s noborder\n",
            r - .48, d - .48, r + .48, d + .48, tm_figure_colour(i), w.ties ? "0.3" : "0.95");
        fprintf(out, "set label '%c%s' at %d,%d center\n", (int)('A' + i), w.ties ? "?" : "", r, d);
      }
    for (size_t i = 0; p == TM_DECADES - 1 && i < legend && i < 15; i++)
      fprintf(out, "set label '%c %s' at screen %g,%g front textcolor '%s'\n", (int)('A' + i),
              seen[i]->name, 0.09 + 0.18 * (double)(i % 5), 0.085 - 0.035 * (double)(i / 5),
              tm_figure_colour(i));
    fputs("plot NaN notitle\n", out);
  }
  fputs("unset multiplot\n", out);
  fclose(out);
  return text;
}

static void table(struct tm_doc *doc, const struct tm_findings *f) {
  struct tm_table *t = tm_doc_table(doc, "crossover",
                                    "Cheapest sound strategy by the model. "
                                    "“? n”: the uncertain zone, n others cannot be told from it");
  tm_table_column(t, "instances", true);
  tm_table_column(t, "accesses per second", true);
  for (int r = 0; r < RATES; r++) {
    char name[48];
    snprintf(name, sizeof name, "%s grows/s", tm_short_number(rates[r]));
    tm_table_column(t, name, false);
  }
  for (int p = 0; p < TM_DECADES; p++)
    for (int d = 0; d < DENSITIES; d++) {
      tm_table_cell(t, TM_LOOK_PLAIN, p, "%s", tm_short_number(pow(10, p)));
      tm_table_cell(t, TM_LOOK_PLAIN, densities[d], "%s", tm_short_number(densities[d]));
      for (int r = 0; r < RATES; r++) {
        struct winner w = find(f, densities[d], rates[r], p);
        if (!w.line)
          tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
        else if (w.ties)
          tm_table_cell(t, TM_LOOK_UNSURE, NAN, "%s ? %zu", w.line->name, w.ties);
        else
          tm_table_cell(t, TM_LOOK_GOOD, NAN, "%s", w.line->name);
      }
    }
}

void tm_section_crossover(struct tm_doc *doc, const struct tm_findings *f) {
  tm_doc_heading(doc, "crossover", "The crossover map");
  tm_doc_text(
      doc,
      "A model on this run's figures, not a measurement of its own: cost = accesses per second × "
      "ns per access + grows per second × (ns per grow with so many instances attached, plus the "
      "first "
      "touch of a page where it costs more than nocheck's at 95 %%). The grow is measured with "
      "each of "
      "the numbers of instances shown; nothing is interpolated. It leaves out stale "
      "copies "
      "and stalled readers, which the sweeps below show. A winner is sure when its cost is below "
      "that of "
      "every other sound strategy in the paired blocks at 95 %%; elsewhere lies the uncertain "
      "zone, which "
      "is pale and marked “?”.");
  size_t any = 0;
  for (size_t i = 0; i < f->lines; i++) any += usable(&f->line[i], 0);
  if (!any) {
    tm_doc_note(doc, TM_LOOK_UNSURE, "? No sound strategy was measured in this run.");
    return;
  }
  char *gnuplot = script(f);
  tm_doc_figure(doc, "crossover",
                "The cheapest sound strategy; pale and “?”: not to be told from others",
                gnuplot ? tm_figure_svg("crossover", gnuplot) : NULL, gnuplot);
  table(doc, f);
}
