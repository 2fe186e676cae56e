/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/collect.h"

#include "harness/engines/process.h"
#include "harness/report/bench.h"
#include "harness/report/layouts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int begin(const struct tm_collect *c, struct tm_recording *s, const char *step,
                 struct tm_error *error) {
  char plan[256];
  snprintf(plan, sizeof plan, "%s/%s", c->title, step);
  return tm_recording_begin(s, plan, c->seed, error);
}

struct preparing {
  const struct tm_strategy *strategy;
};

static int prepare_one(void *context) {
  struct tm_error error = {""};
  int result =
      tm_probe_prepare(((struct preparing *)context)->strategy, (struct tm_layout){0}, &error);
  if (result) fputs(error.text, stderr);
  return result ? 1 : 0;
}

/* What the strategies are, and which of them cannot be used here. The probe is translated in a
 * process of its own, so that this one never loads a guest. */
static int list(struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  size_t kept = 0;
  bool wanted;
  int result = tm_recording_piece(s, "list", &wanted, error);
  for (size_t i = 0; i < c->strategies && !result; i++) {
    const struct tm_strategy_entry *e = c->strategy[i];
    tm_recording_progress("translating the probe", e->strategy->name, i, c->strategies);
    struct preparing context = {e->strategy};
    const struct tm_process_spec spec = {.body = prepare_one, .context = &context, .seconds = 120};
    struct tm_process_end end;
    result = tm_process_run(&spec, &end, error);
    if (result) break;
    bool usable = end.ending == TM_PROCESS_EXITED && end.status == 0;
    const struct tm_axis axes[] = {{"strategy", e->strategy->name}};
    const double values[] = {usable},
                 bytes[] = {(double)e->strategy->bookkeeping_bytes_per_instance};
    const struct tm_series series[] = {{"usable", "yes", values, 1},
                                       {"instance", "bytes", bytes, 1}};
    const struct tm_note notes[] = {{"kind", tm_kind_word(e->kind)},
                                    {"summary", e->summary},
                                    {"source", e->source},
                                    {"failure", usable ? "" : end.err}};
    if (wanted)
      result = tm_store_add(s->store,
                            &(struct tm_cell){.position = i,
                                              .axes = axes,
                                              .axis_count = 1,
                                              .series = series,
                                              .series_count = 2,
                                              .notes = notes,
                                              .note_count = 4},
                            error);
    tm_process_free(&end);
    if (usable) c->strategy[kept++] = e;
  }
  if (wanted) result = tm_recording_piece_end(s, "list", result, error);
  c->strategies = kept;
  return result;
}

int tm_collect_believed(int (*run)(void *context), void *context) {
  int result = run(context);
  return result == -ETIMEDOUT ? run(context) : result;
}

/* Mark the report as whole. */
static int end(struct tm_recording *s, struct tm_error *error) {
  bool wanted;
  int result = tm_recording_piece(s, TM_COLLECT_END, &wanted, error);
  return wanted ? tm_recording_piece_end(s, TM_COLLECT_END, result, error) : result;
}

/* Run a plan under those strategies of the report that `of` holds (NULL: under all but the planted
 * faults, whose speed says nothing). */
static int measure(const struct tm_collect *c, struct tm_recording *s, const char *step,
                   struct tm_bench_plan plan, const struct tm_strategy_entry *const *of,
                   size_t count, struct tm_error *error) {
  char name[256];
  snprintf(name, sizeof name, "%s/%s", c->title, step);
  plan.program = s->program;
  plan.plan = name;
  plan.seed = c->seed;
  plan.progress = tm_recording_progress;
  plan.context = (void *)step;
  for (size_t i = 0; i < c->strategies; i++) {
    bool wanted = !of && c->strategy[i]->kind != TM_KIND_planted;
    for (size_t k = 0; k < count && !wanted; k++) wanted = of[k] == c->strategy[i];
    if (wanted) plan.strategy[plan.strategies++] = c->strategy[i];
  }
  return plan.blocks ? tm_bench_run(&plan, s->store, error) : 0;
}

static int bench(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  const struct tm_bench_plan plan = {
      .blocks = c->bench_blocks, .seconds = c->bench_seconds, .size = c->size};
  return measure(c, s, "bench", plan, NULL, 0, error);
}

static int grid(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  struct tm_bench_plan plan = {.blocks = c->grid_blocks, .size = c->size};
  plan.size.grid = true;
  return measure(c, s, "grid", plan, NULL, 0, error);
}

/* Layouts, under the strategies that answer the question and that work here. */
static int layouts(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  const struct tm_strategy_entry *answering[TM_COLLECT_STRATEGIES];
  size_t count = TM_COLLECT_STRATEGIES;
  const struct tm_bench_plan plan = {.blocks = c->layout_blocks, .size = c->size, .layouts = true};
  int result = tm_strategies_parse(TM_LAYOUT_STRATEGIES, answering, &count, error);
  return result ? result : measure(c, s, "layouts", plan, answering, count, error);
}

bool tm_collect_late(const struct tm_collect *c, double share, double seconds) {
  return c->total_seconds > 0 &&
         tm_recording_seconds() + seconds > c->begun + share * c->total_seconds;
}

int tm_collect_all(const struct tm_collect *wanted, struct tm_recording *s,
                   struct tm_error *error) {
  struct tm_collect *c = &(struct tm_collect){0};
  *c = *wanted;
  c->begun = tm_recording_seconds();
  static const struct {
    const char *name;
    int (*run)(const struct tm_collect *, struct tm_recording *, struct tm_error *);
  } steps[] = {{"race", tm_collect_race},
               {"bench", bench},
               {"grid", grid},
               {"layouts", layouts},
               {"explore", tm_collect_explore},
               {"engines", tm_collect_engines},
               {"counts", tm_collect_counts},
               {"litmus", tm_collect_litmus},
               {"compare", tm_collect_workloads},
               {TM_COLLECT_LAST, tm_collect_whole}};
  enum { STEPS = sizeof steps / sizeof *steps };
  tm_recording_total(c->total_seconds);
  tm_recording_step("list", 1, STEPS + 1);
  int result = begin(c, s, "list", error);
  if (!result) result = list(c, s, error);
  for (size_t i = 0; i < STEPS && !result; i++) {
    if (!strcmp(steps[i].name, "counts") && !c->counts) continue;
    if (!strcmp(steps[i].name, "grid") && !c->grid_blocks) continue;
    tm_recording_step(steps[i].name, i + 2, STEPS + 1);
    result = begin(c, s, steps[i].name, error);
    if (!result) result = steps[i].run(c, s, error);
  }
  return result ? result : end(s, error);
}
