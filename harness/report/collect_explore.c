/* SPDX-License-Identifier: Apache-2.0 */
/* What each strategy's own source can do on a few tests: `tidemark explore`, and what it says. */
#include "harness/engines/process.h"
#include "harness/report/collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES = 2048, PROCESS_SECONDS = 120, WITNESS_POSITION = 1 << 20 };

static cJSON *read_json(const char *path) {
  char *text = NULL;
  size_t size = 0;
  FILE *in = fopen(path, "r");
  if (in && getdelim(&text, &size, '\0', in) < 0) text[0] = '\0';
  if (in) fclose(in);
  cJSON *json = text ? cJSON_Parse(text) : NULL;
  free(text);
  return json;
}

/* The first array in the answer, or the answer itself: its cells. */
static const cJSON *cells_of(const cJSON *json) {
  if (cJSON_IsArray(json)) return json;
  for (const cJSON *o = json ? json->child : NULL; o; o = o->next)
    if (cJSON_IsArray(o)) return o;
  return NULL;
}

static const char *text_of(const cJSON *cell, const char *name) {
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(cell, name));
  return text ? text : "";
}

static int keep(struct tm_recording *s, uint64_t position, const cJSON *cell,
                struct tm_error *error) {
  const struct tm_axis axes[] = {{"strategy", text_of(cell, "strategy")},
                                 {"test", text_of(cell, "test")},
                                 {"model", text_of(cell, "model")}};
  const cJSON *count = cJSON_GetObjectItem(cell, "executions");
  const double executions = cJSON_IsNumber(count) ? count->valuedouble : 0;
  const struct tm_series series = {"executions", "executions", &executions, 1};
  const struct tm_note notes[] = {
      {"verdict", text_of(cell, "verdict")},
      {"exists", cJSON_IsTrue(cJSON_GetObjectItem(cell, "exists")) ? "yes" : "no"},
      {"why", text_of(cell, "error")}};
  return tm_store_add(s->store,
                      &(struct tm_cell){.position = position,
                                        .axes = axes,
                                        .axis_count = 3,
                                        .series = &series,
                                        .series_count = 1,
                                        .notes = notes,
                                        .note_count = 3},
                      error);
}

static int explore(const struct tm_collect *c, struct tm_recording *s, size_t t, const char *names,
                   struct tm_error *error) {
  char file[] = "/tmp/tidemark-explore.XXXXXX";
  int fd = mkstemp(file);
  if (fd < 0) return tm_fail(error, -errno, "cannot make a file in /tmp: %s", strerror(errno));
  close(fd);
  char *argv[] = {
      s->program, "explore", "--strategy", (char *)names, "--test", (char *)c->explore_tests[t],
      "--model",  "c11",     "--seconds",  "2",           "--json", file,
      NULL};
  const struct tm_process_spec spec = {.argv = argv, .seconds = PROCESS_SECONDS};
  struct tm_process_end end;
  int result = tm_process_run(&spec, &end, error);
  bool ran = !result;
  cJSON *json = ran ? read_json(file) : NULL;
  const cJSON *cells = cells_of(json);
  uint64_t k = 0;
  for (const cJSON *cell = cells ? cells->child : NULL; cell && !result; cell = cell->next)
    result = keep(s, t * TM_COLLECT_STRATEGIES + k++, cell, error);
  cJSON_Delete(json);
  if (ran) tm_process_free(&end);
  unlink(file);
  return result;
}

/* The shortest execution that shows the race under guard, as the explorer draws it: the paragraph
 * of the outcome that the test asks about, marked "*". */
static int keep_witness(struct tm_recording *s, struct tm_error *error) {
  char *argv[] = {s->program,          "explore", "--strategy", "guard", "--test",
                  "size-after-access", "--model", "c11",        NULL};
  const struct tm_process_spec spec = {.argv = argv, .seconds = PROCESS_SECONDS};
  struct tm_process_end end;
  int result = tm_process_run(&spec, &end, error);
  if (result) return result;
  char *from = strstr(end.out, "\n* "), *to = from ? strstr(from, "\n\n") : NULL;
  if (to) *to = '\0';
  const struct tm_axis axes[] = {{"strategy", "guard"}, {"op", "witness"}};
  const double found = from != NULL;
  const struct tm_series series = {"shortest_witness", "count", &found, 1};
  const struct tm_note note = {"text", from ? from + 1 : ""};
  result = tm_store_add(s->store,
                        &(struct tm_cell){.position = WITNESS_POSITION,
                                          .axes = axes,
                                          .axis_count = 2,
                                          .series = &series,
                                          .series_count = 1,
                                          .notes = &note,
                                          .note_count = 1},
                        error);
  tm_process_free(&end);
  return result;
}

int tm_collect_explore(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  char names[NAMES] = "";
  size_t used = 0;
  for (size_t i = 0; i < c->strategies && used < sizeof names; i++)
    if (c->strategy[i]->kind != TM_KIND_floor)
      used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? "," : "",
                               c->strategy[i]->strategy->name);
  bool wanted = false;
  int result = c->explore_tests ? tm_recording_piece(s, "witness", &wanted, error) : 0;
  if (wanted) result = tm_recording_piece_end(s, "witness", keep_witness(s, error), error);
  for (size_t t = 0; *names && c->explore_tests && c->explore_tests[t] && !result; t++) {
    const char *test = c->explore_tests[t];
    if (t && tm_collect_late(c, 0.6, 2)) break;
    tm_recording_progress("exploring the sources", test, t, 0);
    result = tm_recording_piece(s, test, &wanted, error);
    if (wanted) result = tm_recording_piece_end(s, test, explore(c, s, t, names, error), error);
  }
  return result;
}
