/* SPDX-License-Identifier: Apache-2.0 */
/* The crossover map: which sound strategy costs least, over growth rate × instances × access
 * density.
 *
 * A model on measured figures, and it says so: nanoseconds of guest and grower per second are
 *     density × (ns per access) + rate × (ns per grow with so many instances)
 * and, on the second map, + rate × (ns of the first touch of all of the new page). Page faults hide
 * the strategy, so the two stand apart; strategies that save in the grow and pay for it in the
 * first touch are on the second map only. Everything is taken from the same block, so that the
 * noise of each part is in the interval. Another strategy is dearer than the cheapest one if its
 * cost, paired by block, is above at 95 %, and equal to it if the margin holds both ends (TOST);
 * where neither is shown lies the uncertain zone. All comparisons at a point must agree, so none
 * needs a correction (intersection-union, Berger 1982). */
#include "harness/report/figure.h"
#include "harness/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATES = 7, DENSITIES = 7, COLUMNS = 3 /* of panels */ };
static const double rates[RATES] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
static const double densities[DENSITIES] = {0, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
static const int panels[COLUMNS] = {0, TM_DECADES / 2, TM_DECADES - 1}; /* the decades drawn */

struct point {
  bool touched; /* the new page is written to */
  double density, rate;
  int decade; /* of instances */
};

enum standing { DEARER, EQUAL, UNSURE };

struct winner {
  const struct tm_line *line; /* the first in the list of those below; NULL: nothing was measured */
  size_t equal;               /* those within the margin of the cheapest, itself included */
  size_t unsure;              /* those that may be dearer or not */
};

static size_t blocks_of(const struct tm_line *l, const struct point *at) {
  size_t n = l->grow[at->decade].n;
  if (l->access.n < n) n = l->access.n;
  if (at->touched && l->touch.n < n) n = l->touch.n;
  return n;
}

/* Does it do in the first touch what guard does in the grow? Then one is dearer than guard's by
 * more than the margin, and the other far cheaper. */
static bool commits_on_touch(const struct tm_findings *f, const struct tm_line *l) {
  const struct tm_line *guard = NULL;
  for (size_t i = 0; i < f->lines; i++)
    if (!strcmp(f->line[i].name, "guard")) guard = &f->line[i];
  if (!guard || l->grow[0].judged.verdict != TM_DIFFERENT || l->grow[0].ratio.high > 0.5)
    return false;
  size_t n = l->touch.n < guard->touch.n ? l->touch.n : guard->touch.n;
  struct tm_ratio r;
  return !tm_ratio_paired(l->touch.block, guard->touch.block, n, 0.95, &r, NULL) &&
         r.low > 1 + f->margin;
}

static bool usable(const struct tm_findings *f, const struct tm_line *l, const struct point *at) {
  return l->sound && blocks_of(l, at) >= 1 && (at->touched || !commits_on_touch(f, l));
}

static double cost(const struct tm_line *l, size_t block, const struct point *at) {
  double grow = l->grow[at->decade].block[block];
  if (at->touched) grow += l->touch.block[block];
  return at->density * l->access.block[block] + at->rate * grow;
}

static double mean_cost(const struct tm_line *l, const struct point *at) {
  double sum = 0;
  size_t n = blocks_of(l, at);
  for (size_t b = 0; b < n; b++) sum += log(cost(l, b, at));
  return exp(sum / (double)n);
}

static enum standing stands(const struct tm_line *other, const struct tm_line *best,
                            const struct point *at, double margin) {
  static double a[TM_SAMPLE_BLOCKS], b[TM_SAMPLE_BLOCKS];
  size_t n = blocks_of(best, at), m = blocks_of(other, at);
  if (m < n) n = m;
  for (size_t i = 0; i < n; i++) {
    a[i] = cost(other, i, at);
    b[i] = cost(best, i, at);
  }
  struct tm_ratio r;
  /* An interval of 90 % inside the margin is two one-sided tests at 5 %. */
  if (!tm_ratio_paired(a, b, n, 0.90, &r, NULL) && r.high < 1 + margin && r.low > 1 / (1 + margin))
    return EQUAL;
  return !tm_ratio_paired(a, b, n, 0.95, &r, NULL) && r.low > 1 ? DEARER : UNSURE;
}

static struct winner find(const struct tm_findings *f, const struct point *at) {
  struct winner w = {0};
  const struct tm_line *best = NULL;
  double least = INFINITY;
  for (size_t i = 0; i < f->lines; i++) {
    if (!usable(f, &f->line[i], at)) continue;
    double ns = mean_cost(&f->line[i], at);
    if (ns >= least) continue;
    least = ns;
    best = &f->line[i];
  }
  for (size_t i = 0; i < f->lines && best; i++) {
    const struct tm_line *l = &f->line[i];
    if (!usable(f, l, at)) continue;
    enum standing s = l == best ? EQUAL : stands(l, best, at, f->margin);
    if (s == DEARER) continue;
    if (!w.line) w.line = l;
    w.equal += s == EQUAL;
    w.unsure += s == UNSURE;
  }
  return w;
}

/* ---- the figure -------------------------------------------------------------------------------*/

struct legend {
  const struct tm_line *line[TM_FINDING_LINES];
  size_t count;
};

static size_t letter_of(struct legend *legend, const struct tm_line *line) {
  size_t i = 0;
  while (i < legend->count && legend->line[i] != line) i++;
  if (i == legend->count) legend->line[legend->count++] = line;
  return i;
}

/* A tile per point; a light one where the winner is not sure. */
static void panel(FILE *out, const struct tm_findings *f, bool touched, int column,
                  struct legend *legend) {
  fprintf(out, "unset object\nunset label\nset title '%.0f instance%s, page %s' offset 0,-0.8\n",
          pow(10, panels[column]), panels[column] ? "s" : "", touched ? "touched" : "untouched");
  fputs(touched ? "set xlabel 'grows per second'\nset xtics ('1' 0, '10²' 2, '10⁴' 4, '10⁶' 6)\n"
                : "unset xlabel\nset xtics ('' 0)\n",
        out);
  fputs(column
            ? "unset ylabel\nset ytics ('' 0)\n"
            : "set ylabel 'accesses per second'\nset ytics ('none' 0, '10⁴' 1, '10⁵' 2, '10⁶' 3, "
              "'10⁷' 4, '10⁸' 5, '10⁹' 6)\n",
        out);
  for (int d = 0; d < DENSITIES; d++)
    for (int r = 0; r < RATES; r++) {
      const struct point at = {touched, densities[d], rates[r], panels[column]};
      struct winner w = find(f, &at);
      if (!w.line) continue;
      size_t i = letter_of(legend, w.line);
      fprintf(
          out,
          "set object rectangle from %g,%g to %g,%g fillcolor '%s' fillstyle solid %s noborder\n",
          r - .48, d - .48, r + .48, d + .48, tm_figure_colour(i), w.unsure ? "0.3" : "0.95");
      fprintf(out, "set label '%c%s' at %d,%d center\n", (int)('A' + i), w.unsure ? "?" : "", r, d);
    }
}

static char *script(const struct tm_findings *f) {
  char *text = NULL;
  size_t size;
  struct legend legend = {.count = 0};
  FILE *out = open_memstream(&text, &size);
  if (!out) return NULL;
  fputs("set multiplot layout 2,3 margins 0.12,0.99,0.25,0.94 spacing 0.03,0.1\n"
        "set xrange [-0.5:6.5]\nset yrange [-0.5:6.5]\nset border 3\n"
        "set tics nomirror scale 0\nunset key\n",
        out);
  for (int p = 0; p < 2 * COLUMNS; p++) {
    panel(out, f, p >= COLUMNS, p % COLUMNS, &legend);
    for (size_t i = 0; p == 2 * COLUMNS - 1 && i < legend.count && i < 15; i++)
      fprintf(out, "set label '%c %s' at screen %g,%g front textcolor '%s'\n", (int)('A' + i),
              legend.line[i]->name, 0.09 + 0.18 * (double)(i % 5), 0.085 - 0.035 * (double)(i / 5),
              tm_figure_colour(i));
    fputs("plot NaN notitle\n", out);
  }
  fputs("unset multiplot\n", out);
  tm_figure_script_end(out, &text);
  return text;
}

/* ---- the table --------------------------------------------------------------------------------*/

static void cell(struct tm_table *t, const struct winner *w) {
  if (!w->line)
    tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
  else if (w->unsure)
    tm_table_cell(t, TM_LOOK_UNSURE, NAN, "%s ? %zu", w->line->name, w->equal + w->unsure - 1);
  else if (w->equal > 1)
    tm_table_cell(t, TM_LOOK_GOOD, NAN, "%s ≈ %zu", w->line->name, w->equal - 1);
  else
    tm_table_cell(t, TM_LOOK_GOOD, NAN, "%s", w->line->name);
}

static void table(struct tm_doc *doc, const struct tm_findings *f) {
  struct tm_table *t = tm_doc_table(
      doc, "crossover",
      "Cheapest sound strategy by the model. “≈ n”: n others cost the same within 3 %; "
      "“? n”: the uncertain zone, n others may cost the same or less");
  tm_table_column(t, "new page", false);
  tm_table_column(t, "instances", true);
  tm_table_column(t, "accesses per second", true);
  for (int r = 0; r < RATES; r++) {
    char name[48];
    snprintf(name, sizeof name, "%s grows/s", tm_short_number(rates[r]));
    tm_table_column(t, name, false);
  }
  for (int i = 0; i < 2 * TM_DECADES * DENSITIES; i++) {
    struct point at = {.touched = i >= TM_DECADES * DENSITIES,
                       .density = densities[i % DENSITIES],
                       .decade = i / DENSITIES % TM_DECADES};
    tm_table_cell(t, TM_LOOK_PLAIN, at.touched, "%s", at.touched ? "touched" : "untouched");
    tm_table_cell(t, TM_LOOK_PLAIN, at.decade, "%s", tm_short_number(pow(10, at.decade)));
    tm_table_cell(t, TM_LOOK_PLAIN, at.density, "%s", tm_short_number(at.density));
    for (int r = 0; r < RATES; r++) {
      at.rate = rates[r];
      struct winner w = find(f, &at);
      cell(t, &w);
    }
  }
}

/* Those that are not on the first map, by name. */
static void left_out(struct tm_doc *doc, const struct tm_findings *f) {
  char names[400] = "";
  size_t used = 0;
  for (size_t i = 0; i < f->lines; i++)
    if (f->line[i].sound && commits_on_touch(f, &f->line[i]) && used < sizeof names)
      used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                               f->line[i].name);
  if (used)
    tm_doc_text(doc,
                "Not on the untouched map, since the first touch of a page pays for what they save "
                "in the grow: %s.",
                names);
}

/* How many accesses pay for one grow: between who wins by accesses alone and who by grows alone,
 * from the same blocks. Nothing, if one of these is not the cheaper one in each. */
static void break_even(struct tm_doc *doc, const struct tm_findings *f, int decade) {
  static double saved[TM_SAMPLE_BLOCKS], paid[TM_SAMPLE_BLOCKS];
  const struct point read = {.density = 1, .decade = decade}, grow = {.rate = 1, .decade = decade};
  const struct tm_line *reads = find(f, &read).line, *grows = find(f, &grow).line;
  if (!reads || !grows || reads == grows) return;
  size_t n = blocks_of(reads, &read), m = blocks_of(grows, &grow);
  if (m < n) n = m;
  for (size_t b = 0; b < n; b++) {
    saved[b] = cost(reads, b, &grow) - cost(grows, b, &grow);
    paid[b] = cost(grows, b, &read) - cost(reads, b, &read);
  }
  struct tm_ratio r;
  if (tm_ratio_paired(saved, paid, n, 0.95, &r, NULL)) return;
  tm_doc_text(
      doc,
      "Break-even with %.0f instance%s, page untouched: %s costs less than %s from one grow "
      "in %.0f accesses on [%.0f, %.0f].",
      pow(10, decade), decade ? "s" : "", grows->name, reads->name, r.ratio, r.low, r.high);
}

void tm_section_crossover(struct tm_doc *doc, const struct tm_findings *f) {
  tm_doc_heading(doc, "crossover", "The crossover map");
  tm_doc_text(
      doc,
      "A model on this run's figures, not a measurement of its own: cost = accesses per second × "
      "ns per access + grows per second × ns per grow with so many instances attached; where the "
      "new page is touched, grows per second × ns of its first touch are added, and mostly hide "
      "the strategy. The grow is measured with each number of instances; nothing is interpolated. "
      "The map leaves out memory.size, stale copies and stalled readers, which the table above and "
      "the sweeps below show. Shown is the first in the list of those that cost the least or the "
      "same within %.0f %%, if every other sound one costs more in the paired blocks at 95 %%; "
      "elsewhere lies the uncertain zone, which is pale and marked “?”.",
      f->margin * 100);
  size_t any = 0;
  for (size_t i = 0; i < f->lines; i++) any += usable(f, &f->line[i], &(struct point){.decade = 0});
  if (!any) {
    tm_doc_note(doc, TM_LOOK_UNSURE, "? No sound strategy was measured in this run.");
    return;
  }
  char *gnuplot = script(f);
  tm_doc_figure(doc, "crossover",
                "The cheapest sound strategy, or the first of equal ones; pale and “?”: not sure",
                gnuplot ? tm_figure_svg("crossover", gnuplot) : NULL, gnuplot);
  for (int p = 0; p < COLUMNS; p++) break_even(doc, f, panels[p]);
  left_out(doc, f);
  table(doc, f);
}
