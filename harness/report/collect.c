/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/collect.h"

#include "harness/engines/process.h"
#include "harness/report/bench.h"
#include "harness/report/layouts.h"

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
  int result = 0;
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
  c->strategies = kept;
  return result;
}

static int bench(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  char plan[256];
  snprintf(plan, sizeof plan, "%s/bench", c->title);
  struct tm_bench_plan p = {.program = s->program,
                            .plan = plan,
                            .blocks = c->bench_blocks,
                            .seed = c->seed,
                            .seconds = c->bench_seconds,
                            .size = c->size,
                            .progress = tm_recording_progress,
                            .context = (void *)"measuring"};
  for (size_t i = 0; i < c->strategies; i++) p.strategy[p.strategies++] = c->strategy[i];
  return tm_bench_run(&p, s->store, error);
}

/* Layouts, under the strategies that answer the question and that work here. */
static int layouts(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  char plan[256];
  snprintf(plan, sizeof plan, "%s/layouts", c->title);
  struct tm_bench_plan p = {.program = s->program,
                            .plan = plan,
                            .blocks = c->layout_blocks,
                            .seed = c->seed,
                            .size = c->size,
                            .layouts = true,
                            .progress = tm_recording_progress,
                            .context = (void *)"layouts"};
  for (size_t i = 0; i < c->strategies; i++) {
    const char *name = c->strategy[i]->strategy->name, *list = TM_LAYOUT_STRATEGIES;
    const char *found = strstr(list, name);
    bool whole = found && (found == list || found[-1] == ',') && strchr(",", found[strlen(name)]);
    if (whole) p.strategy[p.strategies++] = c->strategy[i];
  }
  return p.blocks ? tm_bench_run(&p, s->store, error) : 0;
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
               {"layouts", layouts},
               {"explore", tm_collect_explore},
               {"engines", tm_collect_engines},
               {"counts", tm_collect_counts},
               {"litmus", tm_collect_litmus},
               {"compare", tm_collect_workloads},
               {"whole", tm_collect_whole}};
  tm_recording_total(c->total_seconds);
  int result = begin(c, s, "list", error);
  if (!result) result = list(c, s, error);
  for (size_t i = 0; i < sizeof steps / sizeof *steps && !result; i++) {
    if (!strcmp(steps[i].name, "counts") && !c->counts) continue;
    result = begin(c, s, steps[i].name, error);
    if (!result) result = steps[i].run(c, s, error);
  }
  return result;
}
