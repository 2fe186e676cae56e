/* SPDX-License-Identifier: Apache-2.0 */
/* Whole programs under every strategy (compare.h), and the real engines. */
#include "bench/workloads/workloads.h"
#include "harness/engines/engine.h"
#include "harness/engines/suite.h"
#include "harness/report/collect.h"
#include "harness/report/compare.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GUESTS = 32, ENGINES = 32, ENGINE_SECONDS = 20, ROUNDS_A_SECOND = 50 /* at least */ };

/* ---- workloads --------------------------------------------------------------------------------*/

/* Column k of the run's only guest, in its i-th block, which is `block` of all. */
static int keep_cell(struct tm_recording *s, const struct tm_compare *c, size_t k, uint64_t block,
                     size_t i, const char *label, const char *size, struct tm_error *error) {
  const struct tm_compare_cell *cell = tm_compare_cell(c, 0, k);
  bool control = k == c->strategies;
  const struct tm_axis axes[] = {{"strategy", c->strategy[control ? 0 : k]->strategy->name},
                                 {"role", control ? "control" : "subject"},
                                 {"workload", label},
                                 {"threads", "2"},
                                 {"size", size}};
  if (cell->left_out > 0) return 0; /* far too slow for the time there is */
  const double seconds = cell->seconds[i], code = (double)cell->code_bytes,
               peak = (double)cell->peak_bytes, grows = (double)cell->grows;
  struct tm_series series[4 + TM_COUNTERS] = {{"guest_time", "s", &seconds, 1},
                                              {"code", "bytes", &code, 1},
                                              {"peak", "bytes", &peak, 1},
                                              {"grows", "grows", &grows, 1}};
  size_t n = 4;
  for (int m = 0; m < TM_COUNTERS; m++)
    if (cell->counters[i][m] >= 0)
      series[n++] =
          (struct tm_series){tm_counter[m].metric, tm_counter[m].unit, &cell->counters[i][m], 1};
  const struct tm_note notes[] = {{"difference", cell->difference ? cell->difference : ""},
                                  {"source", TM_COUNTERS_SOURCE}};
  return tm_store_add(s->store,
                      &(struct tm_cell){.block = block,
                                        .position = k,
                                        .axes = axes,
                                        .axis_count = 5,
                                        .series = series,
                                        .series_count = n,
                                        .notes = notes,
                                        .note_count = 2},
                      error);
}

static int note_failure(struct tm_recording *s, uint64_t position, const char *axis,
                        const char *name, const char *why, struct tm_error *error) {
  const struct tm_axis axes[] = {{axis, name}};
  const double one = 1;
  const struct tm_series series = {"failed", "count", &one, 1};
  const struct tm_note note = {"failure", why};
  return tm_store_add(s->store,
                      &(struct tm_cell){.block = 1u << 20,
                                        .position = position,
                                        .axes = axes,
                                        .axis_count = 1,
                                        .series = &series,
                                        .series_count = 1,
                                        .notes = &note,
                                        .note_count = 1},
                      error);
}

/* One workload under floors and candidates, nocheck first: under an unsound strategy a program that
 * waits for a size may wait for ever. */
static int compare(const struct tm_collect *c, struct tm_recording *s, size_t g,
                   const struct tm_workload *w, struct tm_error *error) {
  char size[16], least[16], *argv[] = {"2", size, NULL}, *small[] = {"2", least, NULL},
                            *path = tm_workload_path(w->name, TM_WORKLOAD_WASM);
  unsigned n = c->workload_divisor ? w->size / c->workload_divisor : w->test_size;
  snprintf(size, sizeof size, "%u", n < w->test_size ? w->test_size : n);
  snprintf(least, sizeof least, "%u", w->test_size);
  struct tm_compare run = {.blocks = c->workload_blocks,
                           .seed = c->seed + g,
                           .limit_seconds = c->workload_divisor == 1 ? 600 : 60};
  run.strategy[run.strategies++] = tm_strategy_find("nocheck");
  for (size_t i = 0; i < c->strategies; i++)
    if (c->strategy[i] != run.strategy[0] &&
        (c->strategy[i]->kind == TM_KIND_floor || c->strategy[i]->kind == TM_KIND_candidate))
      run.strategy[run.strategies++] = c->strategy[i];
  const struct tm_compare_guest guest = {
      .label = w->name, .path = path, .argv = argv, .small = small};
  struct tm_error why = {""};
  int result = 0;
  if (!path || access(path, R_OK))
    result = note_failure(s, g, "workload", w->name, "it is not built", error);
  else if (tm_compare_run(&run, s->program, &guest, 1, isatty(2), &why))
    result = note_failure(s, g, "workload", w->name, why.text, error);
  else
    for (size_t b = 0; b < run.blocks; b++)
      for (size_t k = 0; k <= run.strategies && !result; k++)
        result = keep_cell(s, &run, k, g * 1000 + b, b, w->name, size, error);
  if (path && !result)
    result = tm_collect_accesses(s, g * 1000, TM_COLLECT_STRATEGIES + 1, w->name, path, size,
                                 run.limit_seconds, error);
  tm_compare_free(&run);
  free(path);
  return result;
}

static int compare_piece(const struct tm_collect *c, struct tm_recording *s, size_t g,
                         const struct tm_workload *w, struct tm_error *error) {
  bool wanted;
  int result = tm_recording_piece(s, w->name, &wanted, error);
  return wanted ? tm_recording_piece_end(s, w->name, compare(c, s, g, w, error), error) : result;
}

int tm_collect_workloads(const struct tm_collect *c, struct tm_recording *s,
                         struct tm_error *error) {
  int result = 0;
  double longest = 0;
  for (size_t g = 0; c->workloads && c->workloads[g] && g < GUESTS && !result; g++) {
    double at = tm_recording_seconds();
    if (g && tm_collect_late(c, 0.97, longest)) break;
    const struct tm_workload *w = tm_workload_find(c->workloads[g]);
    if (!w) return tm_fail(error, -EINVAL, "unknown workload '%s'", c->workloads[g]);
    result = compare_piece(c, s, g, w, error);
    if (tm_recording_seconds() - at > longest) longest = tm_recording_seconds() - at;
  }
  return result;
}

/* ---- engines ----------------------------------------------------------------------------------*/

static int keep_answer(struct tm_recording *s, uint64_t position, const struct tm_engine *e,
                       const char *version, const struct tm_suite_case *one,
                       const struct tm_engine_result *r, struct tm_error *error) {
  struct tm_suite_verdict v;
  tm_suite_judge(one, r, &v);
  const double rounds = (double)v.rounds, hits = (double)v.witnesses, cold = (double)v.cold_rounds,
               cold_hits = (double)v.cold_witnesses,
               forbidden = (double)v.grades[TM_SUITE_FORBIDDEN],
               weak = (double)v.grades[TM_SUITE_WEAK];
  const struct tm_axis axes[] = {{"engine", e->name}, {"test", one->test->name}};
  const struct tm_series series[] = {
      {"rounds", "rounds", &rounds, 1},       {"witnesses", "rounds", &hits, 1},
      {"cold_rounds", "rounds", &cold, 1},    {"cold_witnesses", "rounds", &cold_hits, 1},
      {"forbidden", "rounds", &forbidden, 1}, {"weak", "rounds", &weak, 1}};
  const struct tm_note notes[] = {
      {"version", *r->version ? r->version : version},
      {"runtime", e->runtime},
      {"question", tm_oracle_allowed(one->oracle) ? "allowed" : "forbidden"},
      {"command", r->command},
      {"failure", r->failure}};
  return tm_store_add(s->store,
                      &(struct tm_cell){.position = position,
                                        .axes = axes,
                                        .axis_count = 2,
                                        .series = series,
                                        .series_count = 6,
                                        .notes = notes,
                                        .note_count = 5},
                      error);
}

/* One test on every engine that was found. */
static int ask_engines(const struct tm_collect *c, struct tm_recording *s, size_t t,
                       const bool *found, const struct tm_engine_program *programs,
                       struct tm_error *error) {
  char file[4096];
  struct tm_suite_case one;
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  snprintf(file, sizeof file, "%s/harness/litmus/tests/%s.litmus", TIDEMARK_SOURCE_DIR,
           c->engine_tests[t]);
  int result = tm_suite_open(file, c->engine_rounds, &one, error);
  if (result) return result;
  for (size_t i = 0; i < count && i < ENGINES && !result; i++) {
    if (!found[i] || tm_collect_late(c, 0.65, 2)) continue;
    tm_recording_progress((void *)c->engine_tests[t], engine[i]->name, i, count);
    struct tm_engine_result r;
    char piece[128];
    bool wanted;
    snprintf(piece, sizeof piece, "%s on %s", c->engine_tests[t], engine[i]->name);
    result = tm_recording_piece(s, piece, &wanted, error);
    if (!wanted) continue;
    double seconds = fmax(ENGINE_SECONDS, c->engine_rounds / ROUNDS_A_SECOND);
    tm_engine_run(engine[i], &programs[i], NULL, tm_suite_job(&one, engine[i]), seconds, &r);
    result = keep_answer(s, (t + 1) * ENGINES + i, engine[i], programs[i].version, &one, &r, error);
    result = tm_recording_piece_end(s, piece, result, error);
    tm_engine_result_free(&r);
  }
  tm_suite_close(&one);
  return result;
}

int tm_collect_engines(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  static struct tm_engine_program programs[ENGINES];
  bool found[ENGINES] = {false};
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  bool wanted;
  int result = tm_recording_piece(s, "found", &wanted, error);
  for (size_t i = 0; i < count && i < ENGINES && !result; i++) {
    const struct tm_engine *e = engine[i];
    tm_recording_progress("engines", e->name, i, count);
    found[i] = tm_engine_locate(e, &programs[i]);
    if (!wanted) continue;
    const double yes = found[i];
    const struct tm_axis axes[] = {{"engine", e->name}};
    const struct tm_series series = {"found", "yes", &yes, 1};
    const struct tm_note notes[] = {{"version", found[i] ? programs[i].version : ""},
                                    {"runtime", e->runtime},
                                    {"what", e->what},
                                    {"install", e->install}};
    result = tm_store_add(s->store,
                          &(struct tm_cell){.position = i,
                                            .axes = axes,
                                            .axis_count = 1,
                                            .series = &series,
                                            .series_count = 1,
                                            .notes = notes,
                                            .note_count = 4},
                          error);
  }
  if (wanted) result = tm_recording_piece_end(s, "found", result, error);
  for (size_t t = 0; c->engine_tests && c->engine_tests[t] && !result; t++)
    result = ask_engines(c, s, t, found, programs, error);
  return result;
}
