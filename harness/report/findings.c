/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/findings.h"

#include "strategies/strategies.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const access_loops[TM_ACCESS_LOOPS] = {"load-sequential", "load-random",
                                                          "load-dependent", "store-sequential"};

const char *tm_short_number(double value) {
  static char text[8][24];
  static unsigned next;
  char *to = text[next++ % 8];
  static const struct {
    double from;
    const char *unit;
  } units[] = {{1e9, " G"}, {1e6, " M"}, {1e3, " k"}, {0, ""}};
  if (!isfinite(value)) return "–";
  size_t i = 0;
  while (units[i].from > 0 && fabs(value) < units[i].from) i++;
  double shown = units[i].from > 0 ? value / units[i].from : value;
  int digits = fabs(shown) < 10 && shown != floor(shown)    ? 2
               : fabs(shown) < 100 && shown != floor(shown) ? 1
                                                            : 0;
  snprintf(to, 24, "%.*f%s", digits, shown, units[i].unit);
  return to;
}

double tm_pooled(const struct tm_findings *f, const char *strategy, const char *metric,
                 const char *const *where, double q) {
  size_t n;
  double *values = tm_samples_pool(f->samples, strategy, metric, where, &n);
  double result = n ? values[(size_t)fmin((double)n - 1, ceil(q * (double)n) - (q > 0))] : NAN;
  free(values);
  return result;
}

void tm_value_cell(struct tm_table *t, double value) {
  tm_table_cell(t, isfinite(value) ? TM_LOOK_PLAIN : TM_LOOK_DIM, value, "%s",
                tm_short_number(value));
}

void tm_ratio_cell(struct tm_table *t, const struct tm_measure *m) {
  if (m->n == 0) {
    tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
    return;
  }
  enum tm_verdict v = m->judged.verdict;
  enum tm_look look = v == TM_UNSURE       ? TM_LOOK_UNSURE
                      : v == TM_EQUIVALENT ? TM_LOOK_GOOD
                                           : TM_LOOK_PLAIN;
  if (isfinite(m->ratio.high))
    tm_table_cell(t, look, m->ratio.ratio,
                  m->ratio.ratio < 10 ? "%s %.2f [%.2f, %.2f]" : "%s %.3g [%.3g, %.3g]",
                  tm_verdict_sign(v), m->ratio.ratio, m->ratio.low, m->ratio.high);
  else
    tm_table_cell(t, look, m->ratio.ratio, "? %.2f [one block]", m->ratio.ratio);
}

const char *tm_verdict_sign(enum tm_verdict verdict) {
  return verdict == TM_DIFFERENT ? "≠" : verdict == TM_EQUIVALENT ? "≈" : "?";
}

/* ---- the lines --------------------------------------------------------------------------------*/

static struct tm_line *line_of(struct tm_findings *f, const char *name) {
  for (size_t i = 0; i < f->lines; i++)
    if (!strcmp(f->line[i].name, name)) return &f->line[i];
  return NULL;
}

static void list_lines(struct tm_findings *f) {
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, "usable", NULL));) {
    const char *name = tm_sample_axis(s, "strategy");
    if (line_of(f, name) || f->lines == TM_FINDING_LINES) continue;
    f->line[f->lines++] = (struct tm_line){.name = name,
                                           .kind = tm_sample_note(s, "kind"),
                                           .summary = tm_sample_note(s, "summary"),
                                           .source = tm_sample_note(s, "source"),
                                           .failure = tm_sample_note(s, "failure"),
                                           .instance_bytes = NAN};
  }
}

/* A file of `tidemark bench` has no list: the strategies that were measured. */
static void list_measured(struct tm_findings *f) {
  for (const struct tm_sample *s = NULL;
       (s = tm_samples_next(f->samples, s, "bookkeeping", NULL));) {
    const struct tm_strategy_entry *e = tm_strategy_find(s->strategy);
    if (!e || line_of(f, s->strategy) || f->lines == TM_FINDING_LINES) continue;
    f->line[f->lines++] = (struct tm_line){.name = s->strategy,
                                           .kind = tm_kind_word(e->kind),
                                           .summary = e->summary,
                                           .source = e->source,
                                           .failure = "",
                                           .instance_bytes = NAN};
  }
}

static double one_value(const struct tm_findings *f, const char *strategy, const char *metric,
                        const char *const *where) {
  size_t n;
  double block[TM_SAMPLE_BLOCKS];
  n = tm_samples_blocks(f->samples, strategy, "subject", metric, where, block);
  return tm_median(block, n);
}

static size_t access_blocks(const struct tm_findings *f, const char *strategy, const char *role,
                            double out[TM_SAMPLE_BLOCKS]) {
  double loop[TM_SAMPLE_BLOCKS];
  size_t n = TM_SAMPLE_BLOCKS;
  for (size_t b = 0; b < TM_SAMPLE_BLOCKS; b++) out[b] = 1;
  for (int i = 0; i < TM_ACCESS_LOOPS; i++) {
    const char *where[] = {"op", access_loops[i], NULL};
    size_t k = tm_samples_blocks(f->samples, strategy, role, "time", where, loop);
    if (k < n) n = k;
    for (size_t b = 0; b < n; b++) out[b] *= pow(loop[b], 1.0 / TM_ACCESS_LOOPS);
  }
  return n;
}

static size_t grow_blocks(const struct tm_findings *f, const char *strategy, const char *role,
                          int decade, double out[TM_SAMPLE_BLOCKS]) {
  char instances[16];
  snprintf(instances, sizeof instances, "%.0f", pow(10, decade));
  const char *where[] = {"op", "grow", "instances", instances, "pages", "1", "touch", "no", NULL};
  return tm_samples_blocks(f->samples, strategy, role, "latency", where, out);
}

static void finish(struct tm_measure *m, const double *base, size_t base_n) {
  if (m->n > base_n) m->n = base_n;
  m->value = tm_median(m->block, m->n);
  if (m->n && tm_ratio_paired(m->block, base, m->n, 0.95, &m->ratio, NULL)) m->n = 0;
}

static void measure_lines(struct tm_findings *f) {
  static double base[TM_SAMPLE_BLOCKS];
  for (size_t i = 0; i < f->lines; i++) {
    struct tm_line *l = &f->line[i];
    l->access.n = access_blocks(f, l->name, "subject", l->access.block);
    finish(&l->access, base, access_blocks(f, "nocheck", "subject", base));
    const char *size[] = {"op", "size", NULL};
    l->size.n = tm_samples_blocks(f->samples, l->name, "subject", "time", size, l->size.block);
    finish(&l->size, base, tm_samples_blocks(f->samples, "guard", "subject", "time", size, base));
    for (int d = 0; d < TM_DECADES; d++) {
      l->grow[d].n = grow_blocks(f, l->name, "subject", d, l->grow[d].block);
      finish(&l->grow[d], base, grow_blocks(f, "guard", "subject", d, base));
    }
    l->per_instance.n = l->grow[TM_DECADES - 1].n;
    memcpy(l->per_instance.block, l->grow[TM_DECADES - 1].block, sizeof l->per_instance.block);
    finish(&l->per_instance, l->grow[0].block, l->grow[0].n);
    const char *touch[] = {"op", "grow", "touch", "yes", NULL};
    l->touch.n =
        tm_samples_blocks(f->samples, l->name, "subject", "first_touch", touch, l->touch.block);
    finish(&l->touch, base,
           tm_samples_blocks(f->samples, "nocheck", "subject", "first_touch", touch, base));
    const char *site[] = {"op", "access-site", NULL}, *instance[] = {"op", "instance", NULL};
    l->instance_bytes = one_value(f, l->name, "bookkeeping", instance);
    l->code_bytes = one_value(f, l->name, "code", site);
    l->instructions = one_value(f, l->name, "instructions", site);
    l->loads = one_value(f, l->name, "loads", site);
    l->branches = one_value(f, l->name, "branches", site);
    for (int k = 0; k < TM_PROBE_COUNTED; k++) {
      const char *loop[] = {"op", tm_probe_counted[k], NULL};
      l->retired[k] = one_value(f, l->name, "retired", loop);
    }
  }
}

/* ---- soundness --------------------------------------------------------------------------------*/

static void count_litmus(struct tm_findings *f) {
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(f->samples, s, NULL, NULL));) {
    struct tm_line *l =
        *tm_sample_axis(s, "test") ? line_of(f, tm_sample_axis(s, "strategy")) : NULL;
    if (!l) continue;
    bool race = strstr(s->plan, "/race") != NULL;
    if (!strcmp(s->metric, "executions"))
      l->reachable += !strcmp(tm_sample_note(s, "verdict"), "forbidden");
    if (!strcmp(s->metric, "rounds")) {
      l->rounds += s->values[0];
      l->tests += !race && s->values[0] > 0;
      l->failures += *tm_sample_note(s, "failure") != '\0';
    }
    if (!strcmp(s->metric, "forbidden")) l->forbidden += s->values[0];
    if (race && !strcmp(s->metric, "witnesses")) l->a1 += s->values[0];
    if (race && !strcmp(s->metric, "grows")) l->a1_grows += s->values[0];
  }
  for (size_t i = 0; i < f->lines; i++) {
    struct tm_line *l = &f->line[i];
    l->sound = !strcmp(l->kind, "candidate") && l->forbidden <= 0 && !l->failures &&
               !l->reachable && l->tests > 0;
  }
}

/* ---- control and verdicts ---------------------------------------------------------------------*/

static void add_control(struct tm_findings *f, const char *name, const double *a, size_t n,
                        const double *b, size_t m) {
  if (m < n) n = m;
  if (n < 2 || f->controls == 64) return;
  if (tm_ratio_paired(a, b, n, 0.95, &f->control_ratio[f->controls], NULL)) return;
  f->control_name[f->controls++] = name;
}

static void judge_control(struct tm_findings *f) {
  static double a[TM_SAMPLE_BLOCKS], b[TM_SAMPLE_BLOCKS];
  static const char *const names[][2] = {
      {"nocheck: accesses", "guard: accesses"},
      {"nocheck: grow, 1 instance", "guard: grow, 1 instance"},
      {"nocheck: grow, 1,000 instances", "guard: grow, 1,000 instances"}};
  static const char *const strategies[] = {"nocheck", "guard"};
  for (int s = 0; s < 2; s++) {
    size_t n = access_blocks(f, strategies[s], "control", a);
    add_control(f, names[0][s], a, n, b, access_blocks(f, strategies[s], "subject", b));
    for (int d = 0; d <= 3; d += 3) {
      n = grow_blocks(f, strategies[s], "control", d, a);
      add_control(f, names[d ? 2 : 1][s], a, n, b, grow_blocks(f, strategies[s], "subject", d, b));
    }
  }
  f->controlled =
      f->controls && !tm_control_judge(f->control_ratio, f->controls, &f->control, NULL);
}

/* Judge one measure of all lines but its base as one family. */
static void judge_family(struct tm_findings *f, size_t offset, const char *base) {
  struct tm_ratio ratios[TM_FINDING_LINES];
  struct tm_judgement judged[TM_FINDING_LINES];
  struct tm_measure *of[TM_FINDING_LINES];
  size_t n = 0;
  for (size_t i = 0; i < f->lines; i++) {
    struct tm_measure *m = (struct tm_measure *)((char *)&f->line[i] + offset);
    if (m->n == 0 || !strcmp(f->line[i].name, base)) continue;
    ratios[n] = m->ratio;
    of[n++] = m;
  }
  if (n == 0 ||
      tm_judge(ratios, n, f->margin, 0.05, f->controlled ? &f->control : NULL, judged, NULL))
    return;
  for (size_t i = 0; i < n; i++) of[i]->judged = judged[i];
}

void tm_findings_make(const struct tm_samples *samples, struct tm_findings *f) {
  *f = (struct tm_findings){.samples = samples, .margin = 0.03};
  list_lines(f);
  if (!f->lines) list_measured(f);
  measure_lines(f);
  count_litmus(f);
  judge_control(f);
  judge_family(f, offsetof(struct tm_line, access), "nocheck");
  judge_family(f, offsetof(struct tm_line, size), "guard");
  judge_family(f, offsetof(struct tm_line, touch), "nocheck");
  judge_family(f, offsetof(struct tm_line, per_instance), "");
  for (int d = 0; d < TM_DECADES; d++)
    judge_family(f, offsetof(struct tm_line, grow) + (size_t)d * sizeof(struct tm_measure),
                 "guard");
}
