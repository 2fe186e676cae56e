/* SPDX-License-Identifier: Apache-2.0 */
/* Growth under load, both sides: how long grows take beside readers, what readers lose, the traps
 * of readers that follow the growth, and what the system counts meanwhile. */
#include "harness/report/figure.h"
#include "harness/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
  for (const struct tm_sample *s = NULL;
       (s = tm_samples_next_of(f->samples, s, strategy, metric, where));)
    if (n < TM_SAMPLE_BLOCKS && s->count && !strcmp(tm_sample_axis(s, "role"), "subject"))
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

/* The sum of all values of all blocks; NAN: not measured. */
static double summed(const struct tm_findings *f, const char *strategy, const char *metric,
                     const char *const *where) {
  size_t n;
  double sum = 0, *values = tm_samples_pool(f->samples, strategy, metric, where, &n);
  for (size_t i = 0; i < n; i++) sum += values[i];
  free(values);
  return n ? sum : NAN;
}

/* One strategy at one point. */
static void load_row(struct tm_table *t, const struct tm_findings *f, const char *name,
                     const char *op, const struct load *l) {
  const char *where[] = {"op",    op,          "readers",    l->readers, "rate",
                         l->rate, "instances", l->instances, NULL};
  const char *idle[] = {"op", op, "readers", l->readers, "rate", "0", NULL};
  double p50 = tm_pooled(f, name, "latency", where, 0.5);
  if (!isfinite(p50)) return;
  tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", name);
  tm_value_cell(t, atof(l->instances));
  tm_table_cell(t, TM_LOOK_PLAIN, atof(l->readers), "%s", l->readers);
  tm_value_cell(t, atof(l->rate));
  tm_value_cell(t, tm_pooled(f, name, "achieved_rate", where, 0.5));
  quantile_cell(t, f, name, "latency", where, 0.5);
  quantile_cell(t, f, name, "latency", where, 0.99);
  quantile_cell(t, f, name, "latency", where, 0.999);
  tm_value_cell(t, tm_pooled(f, name, "latency", where, 1));
  double speed = tm_pooled(f, name, "accesses_per_second", where, 0.5),
         alone = tm_pooled(f, name, "accesses_per_second", idle, 0.5);
  tm_value_cell(t, speed);
  tm_value_cell(t, (1 - speed / alone) * 100);
  tm_value_cell(t, tm_pooled(f, name, "longest_chunk", where, 1) / 1e3);
  tm_value_cell(t, tm_pooled(f, name, "longest_chunk", idle, 1) / 1e3);
  const char *follow[] = {"op",    "grow-followed", "readers",    l->readers, "rate",
                          l->rate, "instances",     l->instances, NULL};
  tm_value_cell(t, summed(f, name, "spurious_traps", follow) * 1e3 /
                       summed(f, name, "followed", follow));
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
                                        "the same, no grows µs",
                                        "spurious traps per 1,000"};
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
  tm_figure_script_end(out, &text);
  if (n) return text;
  free(text);
  return NULL;
}

/* ---- what readers lose ------------------------------------------------------------------------*/

static const char *const rates[] = {"1000", "10000", "100000", "1000000"};
enum { RATES = sizeof rates / sizeof *rates };

/* The throughput of one reader beside grows at the rate, as a share of that without grows; `done`
 * (may be NULL): how many grows a second there were. NAN: not measured. */
static double share_left(const struct tm_findings *f, const char *name, const char *rate,
                         double *done) {
  const char *at[] = {"op", "grow-beside-readers", "readers", "1", "rate",
                      rate, "instances",           "2",       NULL},
             *idle[] = {"op", "grow-beside-readers", "readers", "1", "rate", "0", NULL};
  if (done) *done = tm_pooled(f, name, "achieved_rate", at, 0.5);
  return tm_pooled(f, name, "accesses_per_second", at, 0.5) /
         tm_pooled(f, name, "accesses_per_second", idle, 0.5);
}

/* What is left of the throughput of one reader, against the rate of grows. */
static char *dip_script(const struct tm_findings *f) {
  char *text = NULL;
  size_t size, n = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out) return NULL;
  fputs("set logscale x\nset xlabel 'grows a second, done'\nset ylabel 'reads of one reader, % of "
        "those without grows'\nset yrange [0:115]\nset border 3\nset tics nomirror\nset format x "
        "'10^{%L}'\nset key outside right top font ',10'\nset grid linewidth 0.3\n",
        out);
  const char *titles[TM_FINDING_LINES];
  for (size_t i = 0; i < f->lines; i++) {
    double alone = share_left(f, f->line[i].name, "0", NULL);
    if (!strcmp(f->line[i].kind, "planted") || !(alone > 0)) continue;
    fprintf(out, "$s%zu << E\n", n);
    titles[n++] = f->line[i].name;
    for (size_t k = 0; k < RATES; k++) {
      double done, share = share_left(f, f->line[i].name, rates[k], &done);
      if (share > 0 && done > 0) fprintf(out, "%g %g\n", done, 100 * share);
    }
    fputs("E\n", out);
  }
  for (size_t i = 0; i < n; i++)
    fprintf(out,
            "%s$s%zu with linespoints linewidth 1.4 pointtype %zu pointsize 0.6 linecolor '%s' "
            "dashtype %zu title '%s'",
            i ? ", " : "plot ", i, i % 12 + 1, tm_figure_colour(i), i / 10 + 1, titles[i]);
  fputc('\n', out);
  tm_figure_script_end(out, &text);
  if (n) return text;
  free(text);
  return NULL;
}

/* Do grows at the rate surely take half of a reader's throughput? Paired by block. */
static bool takes_half(const struct tm_findings *f, const char *name, const char *rate) {
  static double with[TM_SAMPLE_BLOCKS], without[TM_SAMPLE_BLOCKS];
  const char *at[] = {"op", "grow-beside-readers", "readers", "1", "rate",
                      rate, "instances",           "2",       NULL},
             *idle[] = {"op", "grow-beside-readers", "readers", "1", "rate", "0", NULL};
  struct tm_ratio r;
  size_t n = tm_samples_blocks(f->samples, name, "subject", "accesses_per_second", at, with),
         m = tm_samples_blocks(f->samples, name, "subject", "accesses_per_second", idle, without);
  if (m < n) n = m;
  return n > 1 && !tm_ratio_paired(with, without, n, 0.95, &r, NULL) && r.high < 0.5;
}

/* From which of the rates swept readers are write-bound. */
static void write_bound(struct tm_doc *doc, const struct tm_findings *f) {
  char text[2048] = "";
  size_t used = 0, measured = 0, never = 0;
  for (size_t i = 0; i < f->lines && used < sizeof text; i++) {
    const char *name = f->line[i].name, *from = NULL;
    if (!(share_left(f, name, "1000000", NULL) > 0)) continue;
    measured++;
    for (size_t k = RATES; k-- > 0 && takes_half(f, name, rates[k]);) from = rates[k];
    never += !from;
    if (from)
      used += (size_t)snprintf(text + used, sizeof text - used, "%s%s (%s)", used ? ", " : "", name,
                               tm_short_number(atof(from)));
  }
  if (measured)
    tm_doc_text(
        doc,
        "The rate is swept up to grows back to back: a million a second are asked for, the "
        "table says how many were done. Write-bound, where grows take more than half of one "
        "reader's throughput (by the 95 %% interval), from the rate in brackets on: %s. Not "
        "seen to be so at any rate: %zu of %zu.",
        *text ? text : "none", never, measured);
}

static void followed(struct tm_doc *doc, const struct tm_findings *f) {
  struct load loads[LOADS];
  size_t count = list_loads(f, "grow-followed", loads);
  static const char *const columns[] = {"strategy",
                                        "readers",
                                        "grows/s asked",
                                        "grows/s done",
                                        "lengths followed",
                                        "spurious traps",
                                        "per 1,000",
                                        "refused, a wrong answer",
                                        "grow p50 ns",
                                        "grow p99 ns",
                                        "p50, readers that stay"};
  if (!count) return;
  struct tm_table *t = tm_doc_table(
      doc, "followed",
      "Readers that follow the growth: each asks for memory.size and reads the last page once it "
      "is "
      "there. Spurious traps: such accesses that a fault, or a question to the handler, held up "
      "although the memory had grown, and that then went on. New pages are touched here, so grows "
      "wait for page faults too.");
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    tm_table_column(t, columns[i], i > 0);
  for (size_t i = 0; i < f->lines; i++)
    for (size_t k = 0; k < count; k++) {
      const struct load *l = &loads[k];
      const char *name = f->line[i].name;
      const char *where[] = {"op", "grow-followed", "readers", l->readers, "rate", l->rate, NULL},
                 *stay[] = {"op",    "grow-beside-readers", "readers",    l->readers, "rate",
                            l->rate, "instances",           l->instances, NULL};
      double lengths = summed(f, name, "followed", where),
             traps = summed(f, name, "spurious_traps", where);
      if (!isfinite(lengths)) continue;
      tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", name);
      tm_table_cell(t, TM_LOOK_PLAIN, atof(l->readers), "%s", l->readers);
      tm_value_cell(t, atof(l->rate));
      tm_value_cell(t, tm_pooled(f, name, "achieved_rate", where, 0.5));
      tm_value_cell(t, lengths);
      tm_value_cell(t, traps);
      tm_value_cell(t, lengths > 0 ? traps * 1e3 / lengths : NAN);
      double refused = summed(f, name, "refused", where);
      tm_table_cell(t, refused > 0 ? TM_LOOK_BAD : TM_LOOK_PLAIN, refused, "%s%s",
                    refused > 0 ? "✗ " : "", tm_short_number(refused));
      quantile_cell(t, f, name, "latency", where, 0.5);
      quantile_cell(t, f, name, "latency", where, 0.99);
      tm_value_cell(t, tm_pooled(f, name, "latency", stay, 0.5));
    }
}

static void counters(struct tm_doc *doc, const struct tm_findings *f) {
  static const struct {
    const char *words, *op, *axis, *value, *readers;
  } at[] = {{"1 instance, alone", "grow", "instances", "1", "0"},
            {"1,000 instances, alone", "grow", "instances", "1000", "0"},
            {"new pages touched", "grow", "touch", "yes", "0"},
            {"beside a reader, 10,000/s", "grow-beside-readers", "rate", "10000", "1"},
            {"beside a reader, back to back", "grow-beside-readers", "rate", "1000000", "1"},
            {"followed by a reader, 10,000/s", "grow-followed", "rate", "10000", "1"}};
  static const char *const metrics[] = {"minor_faults",         "voluntary_switches",
                                        "involuntary_switches", "tlb_interrupts",
                                        "call_interrupts",      "reschedule_interrupts"},
                           *const columns[] = {
                               "strategy",       "grows",           "of them",
                               "minor faults",   "waits",           "preemptions",
                               "TLB interrupts", "call interrupts", "reschedule interrupts"};
  enum { METRICS = sizeof metrics / sizeof *metrics };
  struct tm_table *t = tm_doc_table(
      doc, "counters",
      "What the system counts, per 1,000 grows. Faults and switches of context (waits: voluntary, "
      "preemptions: involuntary) are the measured process's, by getrusage; interrupts between "
      "processors are the whole machine's, from /proc/interrupts, so others' are among them.");
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    tm_table_column(t, columns[i], i > 1);
  for (size_t i = 0; i < f->lines; i++)
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
      const char *name = f->line[i].name;
      const char *where[] = {"op",
                             at[k].op,
                             at[k].axis,
                             at[k].value,
                             "readers",
                             at[k].readers,
                             strcmp(at[k].op, "grow") || k == 2 ? NULL : "touch",
                             "no",
                             "pages",
                             "1",
                             NULL};
      double grows = summed(f, name, "grows", where);
      if (!(grows > 0)) continue;
      tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", name);
      tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", at[k].words);
      tm_value_cell(t, grows);
      for (size_t m = 0; m < METRICS; m++)
        tm_value_cell(t, summed(f, name, metrics[m], where) * 1e3 / grows);
    }
}

void tm_section_load(struct tm_doc *doc, const struct tm_findings *f) {
  char *gnuplot = tail_script(f);
  if (gnuplot)
    tm_doc_figure(doc, "grow-tail",
                  "Latency of grows beside one running reader, asked for 100,000 times a second",
                  tm_figure_svg("grow_tail", gnuplot), gnuplot);
  under_load(doc, f);
  gnuplot = dip_script(f);
  if (gnuplot)
    tm_doc_figure(doc, "readers-dip", "What grows leave of one reader's throughput",
                  tm_figure_svg("readers_dip", gnuplot), gnuplot);
  write_bound(doc, f);
  followed(doc, f);
  counters(doc, f);
}
