/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/bench.h"

#include "core/hash.h"
#include "harness/engines/process.h"
#include "harness/report/counters.h"
#include "harness/stats/stats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  CELLS = 1000 /* of one process, at most */,
  AXES = 16,
  COUNTERS = 8,
  NOTES = 4,
  SECONDS = 90
};

struct task {
  const struct tm_strategy_entry *entry;
  bool control, failed;
};

struct work {
  const struct tm_bench_plan *plan;
  struct tm_store *store;
  struct task task[TM_BENCH_STRATEGIES + 2];
  size_t tasks;
};

static void list_tasks(struct work *w) {
  for (size_t i = 0; i < w->plan->strategies; i++) {
    const struct tm_strategy_entry *e = w->plan->strategy[i];
    w->task[w->tasks++].entry = e;
    bool twice = !strcmp(e->strategy->name, "nocheck") || !strcmp(e->strategy->name, "guard");
    if (w->plan->layouts || w->plan->size.grid || !twice) continue;
    w->task[w->tasks++] = (struct task){.entry = e, .control = true};
  }
}

static void number(char text[16], unsigned value) { snprintf(text, 16, "%u", value); }

/* Run one strategy in a process of its own. 0 and its cells, or -errno. */
static int run_one(const struct tm_bench_plan *plan, const char *strategy, uint64_t block,
                   cJSON **cells, struct tm_error *error) {
  char n[5][16], seed[24];
  number(n[0], plan->size.samples);
  number(n[1], plan->size.grows);
  number(n[2], plan->size.max_instances);
  number(n[3], plan->size.max_readers);
  number(n[4], (unsigned)(plan->size.reader_seconds * 1000));
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)(plan->seed + block));
  char layout[TM_LAYOUT_NAME];
  tm_layout_name(plan->size.layout, layout);
  char *argv[] = {(char *)plan->program,
                  "bench",
                  "--one",
                  (char *)strategy,
                  "--samples",
                  n[0],
                  "--grows",
                  n[1],
                  "--instances",
                  n[2],
                  "--readers",
                  n[3],
                  "--reader-ms",
                  n[4],
                  "--seed",
                  seed,
                  "--layout",
                  layout,
                  plan->layouts     ? "--layouts"
                  : plan->size.grid ? "--grid"
                                    : NULL,
                  NULL};
  const struct tm_process_spec spec = {.argv = argv, .seconds = SECONDS, .most_bytes = 64 << 20};
  struct tm_process_end end;
  int result = tm_process_run(&spec, &end, error);
  if (result) return result;
  char why[128];
  *cells = end.ending == TM_PROCESS_EXITED && end.status == 0 ? cJSON_Parse(end.out) : NULL;
  if (!cJSON_IsArray(*cells))
    result = tm_fail(error, -EIO, "%s: %s; %.200s", strategy, tm_process_why(&end, why, sizeof why),
                     end.err);
  tm_process_free(&end);
  return result;
}

static const char *text_of(const cJSON *o, const char *name) {
  return cJSON_GetStringValue(cJSON_GetObjectItem(o, name));
}

static int store_cell(struct tm_store *store, const struct task *task, uint64_t block,
                      uint64_t position, const cJSON *cell, struct tm_error *error) {
  struct tm_axis axes[AXES] = {{"strategy", task->entry->strategy->name},
                               {"role", task->control ? "control" : "subject"}};
  size_t n = 2;
  for (const cJSON *a = cJSON_GetObjectItem(cell, "axes")->child; a && n < AXES; a = a->next)
    axes[n++] = (struct tm_axis){a->string, cJSON_GetStringValue(a)};
  const cJSON *values = cJSON_GetObjectItem(cell, "values");
  size_t count = (size_t)cJSON_GetArraySize(values), i = 0;
  double *numbers = calloc(count + 1, sizeof *numbers);
  if (!numbers) return tm_fail(error, -ENOMEM, "out of memory");
  for (const cJSON *v = values->child; v; v = v->next) numbers[i++] = v->valuedouble;
  struct tm_series series[1 + COUNTERS] = {
      {text_of(cell, "metric"), text_of(cell, "unit"), numbers, count}};
  const cJSON *counters = cJSON_GetObjectItem(cell, "counters");
  struct tm_note notes[NOTES] = {{"source", TM_COUNTERS_SOURCE}};
  size_t noted = counters != NULL;
  /* What is the same in every process is kept of the first block's. */
  const cJSON *said = block || task->control ? NULL : cJSON_GetObjectItem(cell, "notes");
  for (const cJSON *o = said ? said->child : NULL; o && noted < NOTES; o = o->next)
    notes[noted++] = (struct tm_note){o->string, o->valuestring};
  size_t k = 1;
  for (const cJSON *o = counters ? counters->child : NULL; o && k <= COUNTERS; o = o->next)
    series[k++] = (struct tm_series){text_of(o, "metric"), text_of(o, "unit"),
                                     &cJSON_GetObjectItem(o, "value")->valuedouble, 1};
  const struct tm_cell out = {.block = block,
                              .position = position,
                              .axes = axes,
                              .axis_count = n,
                              .series = series,
                              .series_count = k,
                              .notes = notes,
                              .note_count = noted};
  int result = tm_store_add(store, &out, error);
  free(numbers);
  return result;
}

static int store_process(struct tm_store *store, const struct task *task, uint64_t block,
                         uint64_t position, const cJSON *cells, struct tm_error *error) {
  int result = tm_store_group(store, error);
  if (result) return result;
  uint64_t k = 1;
  for (const cJSON *c = cells->child; c && !result && k < CELLS; c = c->next)
    result = store_cell(store, task, block, position + k++, c, error);
  return tm_store_group_end(store, result, error);
}

static int mark(struct tm_store *store, uint64_t block, uint64_t position, const char *strategy,
                const char *op, const char *text, struct tm_error *error) {
  const struct tm_axis axes[] = {{"strategy", strategy}, {"op", op}};
  const double one = 1;
  const struct tm_series series = {"mark", "count", &one, 1};
  const struct tm_note note = {"why", text};
  const struct tm_cell cell = {.block = block,
                               .position = position,
                               .axes = axes,
                               .axis_count = 2,
                               .series = &series,
                               .series_count = 1,
                               .notes = &note,
                               .note_count = 1};
  return tm_store_add(store, &cell, error);
}

static int run_block(struct work *w, uint64_t block, struct tm_rng *rng, struct tm_error *error) {
  size_t order[TM_BENCH_STRATEGIES + 2];
  tm_order_block(rng, w->tasks, order);
  const struct tm_axis done[] = {{"strategy", "all"}, {"op", "block-complete"}};
  int has = tm_store_has(w->store, w->plan->plan, block, done, 2, error);
  if (has) return has < 0 ? has : 0;
  for (size_t i = 0; i < w->tasks; i++) {
    struct task *task = &w->task[order[i]];
    const char *name = task->entry->strategy->name;
    if (task->failed) continue;
    if (w->plan->progress)
      w->plan->progress(w->plan->context, name, block * w->tasks + i, w->tasks * w->plan->blocks);
    cJSON *cells = NULL;
    struct tm_error why = {""};
    int result = 0;
    if (run_one(w->plan, name, block, &cells, &why)) {
      task->failed = true;
      result = mark(w->store, block, i * CELLS, name, "failed", why.text, error);
    } else
      result = store_process(w->store, task, block, i * CELLS, cells, error);
    cJSON_Delete(cells);
    if (result) return result;
  }
  return mark(w->store, block, w->tasks * CELLS, "all", "block-complete", "", error);
}

int tm_bench_run(const struct tm_bench_plan *plan, struct tm_store *store, struct tm_error *error) {
  struct work w = {.plan = plan, .store = store};
  struct timespec begun, now;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  list_tasks(&w);
  for (unsigned block = 0; block < plan->blocks; block++) {
    struct tm_rng rng = tm_rng(plan->seed + block); /* a resumed block gets the same order */
    int result = run_block(&w, block, &rng, error);
    if (result) return result;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double took = (double)(now.tv_sec - begun.tv_sec);
    if (plan->seconds > 0 && block >= 2 && took + took / (block + 1) > plan->seconds) break;
  }
  return 0;
}

void tm_bench_plan_name(const struct tm_bench_plan *plan, const char *title, char *name,
                        size_t room) {
  struct tm_sha256 h;
  char hex[TM_SHA256_HEX];
  tm_sha256_init(&h);
  for (size_t i = 0; i < plan->strategies; i++)
    tm_sha256_part(&h, plan->strategy[i]->strategy->name,
                   strlen(plan->strategy[i]->strategy->name));
  tm_sha256_hex(&h, hex);
  if (plan->layouts) {
    snprintf(name, room, "%s: layouts, %u samples, strategies %.8s", title, plan->size.samples,
             hex);
    return;
  }
  char layout[TM_LAYOUT_NAME], in[TM_LAYOUT_NAME + 10] = "";
  if (plan->size.layout.place || plan->size.layout.size_call)
    snprintf(in, sizeof in, ", layout %s", tm_layout_name(plan->size.layout, layout));
  snprintf(name, room,
           "%s: %s%u samples, %u grows, %u instances, %u readers, %g s%s, strategies %.8s", title,
           plan->size.grid ? "grid, " : "", plan->size.samples, plan->size.grows,
           plan->size.max_instances, plan->size.max_readers, plan->size.reader_seconds, in, hex);
}
