/* SPDX-License-Identifier: Apache-2.0 */
/* Whole processes, from exec to exit, timed by hyperfine: workloads × strategies.
 *
 * One hyperfine per block runs every strategy once, in a random order of ours (its own repeats
 * would run one strategy after the other). Its JSON is kept as it is, as a note in the store; it
 * runs in the project's folder, so that commands there name files from it on. */
#include "bench/workloads/workloads.h"
#include "harness/engines/process.h"
#include "harness/report/collect.h"
#include "harness/stats/stats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS = TM_COLLECT_STRATEGIES + 1, HEAD = 8, SECONDS = 120, DIVISOR = 64 };

struct whole {
  const struct tm_collect *c;
  struct tm_recording *s;
  const struct tm_workload *workload;
  char *path;
  char size[16];
  const char *strategy[COLUMNS]; /* the first again at the end: the control */
  size_t columns;
};

static char *read_text(const char *path) {
  char *text = NULL;
  size_t size = 0;
  FILE *in = fopen(path, "r");
  if (in && getdelim(&text, &size, '\0', in) < 0) text[0] = '\0';
  if (in) fclose(in);
  return text;
}

/* A path inside the project, from the project's folder on. */
static const char *from_project(const char *path) {
  size_t length = strlen(TIDEMARK_SOURCE_DIR);
  return !strncmp(path, TIDEMARK_SOURCE_DIR, length) && path[length] == '/' ? path + length + 1
                                                                            : path;
}

/* Run the columns in this order. hyperfine's JSON (freed by the caller), or NULL and a sentence. */
static char *run_block(const struct whole *w, const size_t *order, struct tm_error *error) {
  char file[] = "/tmp/tidemark-hyperfine.XXXXXX", *argv[HEAD + COLUMNS + 1], *text = NULL;
  int fd = mkstemp(file), result = fd < 0 ? -errno : 0;
  if (result) return tm_fail(error, result, "cannot make a file in /tmp"), NULL;
  close(fd);
  const char *head[HEAD] = {"hyperfine", "-N",   "--runs",        "1",
                            "--style",   "none", "--export-json", file};
  for (int i = 0; i < HEAD; i++) argv[i] = (char *)head[i];
  for (size_t i = 0; i < w->columns && !result; i++)
    if (asprintf(&argv[HEAD + i], "'%s' run --strategy %s -- '%s' 2 %s",
                 from_project(w->s->program), w->strategy[order[i]], from_project(w->path),
                 w->size) < 0)
      tm_no_memory("what was asked");
  argv[HEAD + w->columns] = NULL;
  const struct tm_process_spec spec = {
      .argv = argv, .folder = TIDEMARK_SOURCE_DIR, .seconds = SECONDS};
  struct tm_process_end end;
  result = tm_process_run(&spec, &end, error);
  for (size_t i = 0; i < w->columns; i++) free(argv[HEAD + i]);
  if (!result) {
    char why[128];
    if (end.ending == TM_PROCESS_EXITED && end.status == 0)
      text = read_text(file);
    else
      tm_fail(error, -EIO, "hyperfine: %s; %.200s", tm_process_why(&end, why, sizeof why), end.err);
    tm_process_free(&end);
  }
  unlink(file);
  return text;
}

static int keep_column(const struct whole *w, uint64_t block, size_t position, size_t column,
                       const cJSON *one, struct tm_error *error) {
  bool control = column == w->columns - 1;
  const struct tm_axis axes[] = {{"strategy", w->strategy[column]},
                                 {"role", control ? "control" : "subject"},
                                 {"workload", w->workload->name},
                                 {"threads", "2"},
                                 {"size", w->size}};
  const double wall = cJSON_GetNumberValue(cJSON_GetObjectItem(one, "mean")),
               user = cJSON_GetNumberValue(cJSON_GetObjectItem(one, "user")),
               system = cJSON_GetNumberValue(cJSON_GetObjectItem(one, "system"));
  const struct tm_series series[] = {{"whole_time", "s", &wall, 1},
                                     {"whole_user", "s", &user, 1},
                                     {"whole_system", "s", &system, 1}};
  return tm_store_add(w->s->store,
                      &(struct tm_cell){.block = block,
                                        .position = position,
                                        .axes = axes,
                                        .axis_count = 5,
                                        .series = series,
                                        .series_count = 3},
                      error);
}

/* What hyperfine wrote, word for word; or, on failure, why there is nothing. */
static int keep_text(const struct whole *w, uint64_t block, const char *name, const char *text,
                     struct tm_error *error) {
  const struct tm_axis axes[] = {{"workload", w->workload->name}, {"op", "hyperfine"}};
  const double failed = !strcmp(name, "failure");
  const struct tm_series series = {failed > 0 ? "failed" : "hyperfine", "count", &failed, 1};
  const struct tm_note note = {name, text};
  return tm_store_add(w->s->store,
                      &(struct tm_cell){.block = block,
                                        .position = COLUMNS,
                                        .axes = axes,
                                        .axis_count = 2,
                                        .series = &series,
                                        .series_count = 1,
                                        .notes = &note,
                                        .note_count = 1},
                      error);
}

static int one_block(const struct whole *w, uint64_t block, struct tm_rng *rng, bool *failed,
                     struct tm_error *error) {
  size_t order[COLUMNS];
  struct tm_error why = {""};
  char piece[128];
  bool wanted;
  tm_order_block(rng, w->columns, order); /* also of a block that is there: the next get theirs */
  *failed = false;
  snprintf(piece, sizeof piece, "%s %llu", w->workload->name, (unsigned long long)block);
  int result = tm_recording_piece(w->s, piece, &wanted, error);
  if (!wanted) return result;
  char *text = run_block(w, order, &why);
  cJSON *json = text ? cJSON_Parse(text) : NULL;
  const cJSON *results = cJSON_GetObjectItem(json, "results");
  *failed = (size_t)cJSON_GetArraySize(results) != w->columns;
  result = *failed ? keep_text(w, block, "failure", *why.text ? why.text : "no result", error)
                   : keep_text(w, block, "json", text, error);
  for (size_t i = 0; i < w->columns && !result && !*failed; i++)
    result = keep_column(w, block, i, order[i], cJSON_GetArrayItem(results, (int)i), error);
  cJSON_Delete(json);
  free(text);
  return tm_recording_piece_end(w->s, piece, result, error);
}

static int one_workload(struct whole *w, size_t g, struct tm_error *error) {
  struct tm_rng rng = tm_rng(w->c->seed + g);
  unsigned n = w->workload->size / DIVISOR;
  bool failed = false;
  int result = 0;
  snprintf(w->size, sizeof w->size, "%u", n < w->workload->test_size ? w->workload->test_size : n);
  w->path = tm_workload_path(w->workload->name, TM_WORKLOAD_WASM);
  for (unsigned b = 0; w->path && b < w->c->workload_blocks && !result && !failed; b++) {
    tm_recording_progress((void *)"whole processes", w->workload->name, b, w->c->workload_blocks);
    result = one_block(w, g * 1000 + b, &rng, &failed, error);
  }
  free(w->path);
  return result;
}

int tm_collect_whole(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  struct whole w = {.c = c, .s = s};
  w.strategy[w.columns++] = "nocheck";
  for (size_t i = 0; i < c->strategies; i++) {
    const struct tm_strategy_entry *e = c->strategy[i];
    bool runs = e->kind == TM_KIND_floor || e->kind == TM_KIND_candidate;
    if (runs && strcmp(e->strategy->name, "nocheck")) w.strategy[w.columns++] = e->strategy->name;
  }
  w.strategy[w.columns++] = "nocheck";
  double longest = 0;
  int result = 0;
  for (size_t g = 0; c->workloads && c->workloads[g] && !result; g++) {
    double at = tm_recording_seconds();
    if (g && tm_collect_late(c, 0.97, longest)) break;
    if ((w.workload = tm_workload_find(c->workloads[g]))) result = one_workload(&w, g, error);
    if (tm_recording_seconds() - at > longest) longest = tm_recording_seconds() - at;
  }
  return result;
}
