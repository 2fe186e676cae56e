/* SPDX-License-Identifier: Apache-2.0 */
/* The sweeps: grows over instances, readers, rates and steps; what readers suffer; stale copies. */
#include "harness/report/figure.h"
#include "harness/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double pooled(const struct tm_findings *f, const char *strategy, const char *metric,
                     const char *const *where, double q) {
  size_t n;
  double *values = tm_samples_pool(f->samples, strategy, metric, where, &n);
  double result = n ? values[(size_t)fmin((double)n - 1, ceil(q * (double)n) - (q > 0))] : NAN;
  free(values);
  return result;
}

static void value_cell(struct tm_table *t, double value) {
  tm_table_cell(t, isfinite(value) ? TM_LOOK_PLAIN : TM_LOOK_DIM, value, "%s",
                tm_short_number(value));
}

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
  fclose(out);
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
    for (int d = 0; d < TM_DECADES; d++) value_cell(t, l->grow[d].n ? l->grow[d].value : NAN);
    tm_ratio_cell(t, &l->grow[3]);
    tm_ratio_cell(t, &l->grow[5]);
  }
}

/* ---- both sides of a grow ---------------------------------------------------------------------*/

/* A point of a sweep: the axes' values, as texts. */
struct load {
  const char *readers, *rate, *instances;
};
enum { LOADS = 128 };

static int by_number(const char *a, const char *b) {
  double x = atof(a), y = atof(b);
  return x < y ? -1 : x > y;
}

static int by_load(const void *x, const void *y) {
  const struct load *a = x, *b = y;
  int order = by_number(a->readers, b->readers);
  if (!order) order = by_number(a->rate, b->rate);
  return order ? order : by_number(a->instances, b->instances);
}

/* The points with grows that were measured, in the order of readers, rate, instances. */
static size_t list_loads(const struct tm_findings *f, const char *op, struct load loads[LOADS]) {
  const char *where[] = {"op", op, NULL};
  size_t n = 0;
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "latency", where));) {
    const struct load l = {tm_sample_axis(s, "readers"), tm_sample_axis(s, "rate"),
                           tm_sample_axis(s, "instances")};
    size_t k = 0;
    while (k < n && by_load(&loads[k], &l)) k++;
    if (k == n && n < LOADS) loads[n++] = l;
  }
  qsort(loads, n, sizeof *loads, by_load);
  return n;
}

/* A quantile over all processes, with the interval that the spread between them allows. */
static void quantile_cell(struct tm_table *t, const struct tm_findings *f, const char *strategy,
                          const char *metric, const char *const *where, double q) {
  static struct tm_process processes[TM_SAMPLE_BLOCKS];
  struct tm_interval i;
  size_t n = 0;
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, metric, where));)
    if (n < TM_SAMPLE_BLOCKS && s->count && !strcmp(tm_sample_axis(s, "strategy"), strategy) &&
        !strcmp(tm_sample_axis(s, "role"), "subject"))
      processes[n++] = (struct tm_process){s->values, s->count};
  if (n == 0 || tm_quantile_two_level(processes, n, q, 0.95, &i, NULL))
    tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
  else if (isfinite(i.low) && isfinite(i.high))
    tm_table_cell(t, TM_LOOK_PLAIN, i.point, "%s [%s, %s]", tm_short_number(i.point),
                  tm_short_number(i.low), tm_short_number(i.high));
  else if (isfinite(i.low))
    tm_table_cell(t, TM_LOOK_PLAIN, i.point, "%s [%s, ?]", tm_short_number(i.point),
                  tm_short_number(i.low));
  else
    tm_table_cell(t, TM_LOOK_UNSURE, i.point, "%s ?", tm_short_number(i.point));
}

/* One strategy at one point. */
static void load_row(struct tm_table *t, const struct tm_findings *f, const char *name,
                     const char *op, const struct load *l) {
  const char *where[] = {"op",    op,          "readers",    l->readers, "rate",
                         l->rate, "instances", l->instances, NULL};
  const char *idle[] = {"op", op, "readers", l->readers, "rate", "0", NULL};
  double p50 = pooled(f, name, "latency", where, 0.5);
  if (!isfinite(p50)) return;
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", name);
  value_cell(t, atof(l->instances));
  tm_table_cell(t, TM_LOOK_PLAIN, atof(l->readers), "%s", l->readers);
  value_cell(t, atof(l->rate));
  value_cell(t, pooled(f, name, "achieved_rate", where, 0.5));
  quantile_cell(t, f, name, "latency", where, 0.5);
  quantile_cell(t, f, name, "latency", where, 0.99);
  quantile_cell(t, f, name, "latency", where, 0.999);
  value_cell(t, pooled(f, name, "latency", where, 1));
  double speed = pooled(f, name, "accesses_per_second", where, 0.5),
         alone = pooled(f, name, "accesses_per_second", idle, 0.5);
  value_cell(t, speed);
  value_cell(t, (1 - speed / alone) * 100);
  value_cell(t, pooled(f, name, "longest_chunk", where, 1) / 1e3);
  value_cell(t, pooled(f, name, "longest_chunk", idle, 1) / 1e3);
}

static void load_table(struct tm_doc *doc, const struct tm_findings *f, const char *id,
                       const char *caption, const char *op, const struct load *loads,
                       size_t count) {
  struct tm_table *t = tm_doc_table(doc, id, caption);
  static const char *const columns[] = {"strategy",
                                        "instances",
                                        "readers",
                                        "grows/s asked",
                                        "grows/s done",
                                        "p50 ns",
                                        "p99 ns",
                                        "p99.9 ns",
                                        "max ns",
                                        "accesses/s of a reader",
                                        "dip %",
                                        "longest chunk µs",
                                        "the same, no grows µs"};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    tm_table_column(t, columns[i], i > 0);
  for (size_t i = 0; i < f->lines; i++)
    for (size_t k = 0; k < count; k++) load_row(t, f, f->line[i].name, op, &loads[k]);
}

static void under_load(struct tm_doc *doc, const struct tm_findings *f) {
  struct load loads[LOADS];
  load_table(doc, f, "readers",
             "Grows beside running readers: the timed grows of all blocks. "
             "With more threads than processors, waiting for one is in the tail. Quantiles "
             "with 95 % intervals over processes; “?”: that bound needs more samples.",
             "grow-beside-readers", loads, list_loads(f, "grow-beside-readers", loads));
  size_t count = list_loads(f, "grow-grid", loads);
  if (count)
    load_table(doc, f, "grid",
               "The same at every combination of rate, readers and instances: the timed grows of "
               "all processes",
               "grow-grid", loads, count);
  else
    tm_doc_text(doc,
                "This run swept rate, readers and instances one at a time, around 10,000 grows a "
                "second beside one reader. Every combination: tidemark report --full, or tidemark "
                "bench --grid.");
}

static char *tail_script(const struct tm_findings *f) {
  char *text = NULL;
  size_t size, n = 0;
  const char *where[] = {"op", "grow-beside-readers", "readers", "1", "rate", "100000", NULL};
  FILE *out = open_memstream(&text, &size);
  if (!out) return NULL;
  fputs("set logscale xy\nset xlabel 'latency of a grow, ns'\nset ylabel 'share of grows that take "
        "longer'\n"
        "set border 3\nset tics nomirror\nset key outside right top font ',10'\nset grid linewidth "
        "0.3\n"
        "set format xy '10^{%L}'\n",
        out);
  const char *titles[TM_FINDING_LINES];
  for (size_t i = 0; i < f->lines; i++) {
    size_t count;
    double *values = tm_samples_pool(f->samples, f->line[i].name, "latency", where, &count);
    if (count >= 20 && strcmp(f->line[i].kind, "planted")) {
      fprintf(out, "$s%zu << E\n", n);
      titles[n++] = f->line[i].name;
      for (double share = 1; share * (double)count >= 1; share /= 1.25)
        fprintf(out, "%g %g\n", values[count - (size_t)fmax(1, share * (double)count)], share);
      fputs("E\n", out);
    }
    free(values);
  }
  for (size_t i = 0; i < n; i++)
    fprintf(out, "%s$s%zu with lines linewidth 1.4 linecolor '%s' dashtype %zu title '%s'",
            i ? ", " : "plot ", i, tm_figure_colour(i), i / 10 + 1, titles[i]);
  fputc('\n', out);
  fclose(out);
  if (n) return text;
  free(text);
  return NULL;
}

/* ---- the rest ---------------------------------------------------------------------------------*/

static void single_costs(struct tm_doc *doc, const struct tm_findings *f) {
  static const struct {
    const char *column, *op, *metric, *axis, *value;
  } columns[] = {{"first access of a stale instance", "stale-access", "time", NULL, NULL},
                 {"the same again", "known-access", "time", NULL, NULL},
                 {"grow start → size visible", "visible", "time", NULL, NULL},
                 {"first touch of 64 KiB", "grow", "first_touch", "touch", "yes"},
                 {"attach, 1 there", "attach", "time", "instances", "1"},
                 {"attach, 1,000 there", "attach", "time", "instances", "1000"},
                 {"detach, 1,000 there", "detach", "time", "instances", "1000"},
                 {"atomic load", "load-atomic", "time", NULL, NULL},
                 {"byte load", "load-bytes", "time", NULL, NULL},
                 {"memory.size", "size", "time", NULL, NULL}};
  struct tm_table *t = tm_doc_table(doc, "single", "Single costs, ns: median of all samples");
  tm_table_column(t, "strategy", false);
  for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
    tm_table_column(t, columns[k].column, true);
  for (size_t i = 0; i < f->lines; i++) {
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", f->line[i].name);
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
      const char *where[] = {"op", columns[k].op, columns[k].axis, columns[k].value, NULL};
      value_cell(t, pooled(f, f->line[i].name, columns[k].metric, where, 0.5));
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
      value_cell(t, pooled(f, f->line[i].name, "latency", where, 0.5));
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
  char *gnuplot = tail_script(f);
  if (gnuplot)
    tm_doc_figure(doc, "grow-tail",
                  "Latency of grows beside one running reader, asked for 100,000 times a second",
                  tm_figure_svg("grow_tail", gnuplot), gnuplot);
  under_load(doc, f);
  steps(doc, f);
  single_costs(doc, f);
}
