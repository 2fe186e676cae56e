/* SPDX-License-Identifier: Apache-2.0 */
/* Retired instructions of accesses, memory.size and polls: perf events count them where the machine
 * has them, else callgrind does. Once per strategy: a count needs no repetition. */
#include "harness/engines/process.h"
#include "harness/report/collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECONDS = 60, TURNS = 100001, MARKS = 3 /* of a loop */, PATH_ROOM = 64 };
static const double FAILED = -1;

/* `PROGRAM bench --one S --count TURNS`, after `head`, if that is given. What it printed (freed by
 * the caller), or NULL. */
static char *run(const struct tm_recording *s, const char *strategy, char *const *head) {
  char turns[16], *argv[12];
  size_t n = 0;
  snprintf(turns, sizeof turns, "%d", TURNS);
  for (; head && head[n]; n++) argv[n] = head[n];
  char *const tail[] = {(char *)s->program, "bench", "--one", (char *)strategy,
                        "--count",          turns,   NULL};
  memcpy(argv + n, tail, sizeof tail);
  const struct tm_process_spec spec = {.argv = argv, .seconds = SECONDS};
  struct tm_process_end end;
  struct tm_error ignored;
  if (tm_process_run(&spec, &end, &ignored)) return NULL;
  char *text = end.ending == TM_PROCESS_EXITED && end.status == 0 ? strdup(end.out) : NULL;
  tm_process_free(&end);
  return text;
}

/* "load-sequential 5", a line for each loop. */
static bool by_perf(const struct tm_recording *s, const char *strategy,
                    double each[TM_PROBE_COUNTED]) {
  char *text = run(s, strategy, NULL);
  bool all = text != NULL;
  for (int i = 0; i < TM_PROBE_COUNTED && all; i++) {
    char *line = strstr(text, tm_probe_counted[i]);
    each[i] = line ? strtod(line + strlen(tm_probe_counted[i]), NULL) : FAILED;
    all = each[i] > 0;
  }
  free(text);
  return all;
}

/* The cost that callgrind wrote into its k-th dump, which is removed. */
static double dumped(const char *base, int k) {
  char path[PATH_ROOM + 16], line[256];
  double value = FAILED;
  snprintf(path, sizeof path, "%s.%d", base, k);
  FILE *in = fopen(path, "r");
  while (in && fgets(line, sizeof line, in))
    if (!strncmp(line, "totals:", 7) || !strncmp(line, "summary:", 8))
      value = strtod(strchr(line, ':') + 1, NULL);
  if (in) fclose(in);
  unlink(path);
  return value;
}

/* A dump at each mark holds what was retired since the mark before. */
static bool by_callgrind(const struct tm_recording *s, const char *strategy,
                         double each[TM_PROBE_COUNTED]) {
  char base[PATH_ROOM] = "/tmp/tidemark-counts.XXXXXX", out[PATH_ROOM + 32];
  int fd = mkstemp(base);
  if (fd < 0) return false;
  close(fd);
  snprintf(out, sizeof out, "--callgrind-out-file=%s", base);
  char *const head[] = {"valgrind", "--tool=callgrind", out, "--dump-before=tm_probe_count_mark",
                        NULL};
  char *text = run(s, strategy, head);
  bool all = text != NULL;
  for (int i = 0; i < TM_PROBE_COUNTED; i++) {
    double before = dumped(base, MARKS * i + 1), one = dumped(base, MARKS * i + 2),
           many = dumped(base, MARKS * i + 3);
    each[i] = (many - one) / (TURNS - 1);
    all = all && before >= 0 && one >= 0 && many > one;
  }
  for (int k = MARKS * TM_PROBE_COUNTED + 1; dumped(base, k) >= 0;) k++; /* what came after */
  unlink(base);
  free(text);
  return all;
}

static int keep(struct tm_recording *s, size_t position, const char *strategy, const char *loop,
                double each, const char *source, struct tm_error *error) {
  const struct tm_axis axes[] = {{"strategy", strategy}, {"role", "subject"}, {"op", loop}};
  const struct tm_series series = {"retired", "instructions", &each, 1};
  const struct tm_note note = {"source", source};
  return tm_store_add(s->store,
                      &(struct tm_cell){.position = position,
                                        .axes = axes,
                                        .axis_count = 3,
                                        .series = &series,
                                        .series_count = 1,
                                        .notes = &note,
                                        .note_count = 1},
                      error);
}

int tm_collect_counts(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  double each[TM_PROBE_COUNTED], longest = 0;
  bool perf = c->strategies && by_perf(s, c->strategy[0]->strategy->name, each);
  int result = 0;
  for (size_t i = 0; i < c->strategies && !result; i++) {
    const char *name = c->strategy[i]->strategy->name;
    double at = tm_recording_seconds();
    if (c->strategy[i]->kind == TM_KIND_planted) continue;
    if (i && tm_collect_late(c, 0.75, longest)) break;
    tm_recording_progress((void *)"counting instructions", name, i, c->strategies);
    bool wanted;
    result = tm_recording_piece(s, name, &wanted, error);
    if (!wanted) continue;
    bool counted = perf ? by_perf(s, name, each) : by_callgrind(s, name, each);
    longest = tm_recording_seconds() - at;
    /* Neither is there, or the strategy cannot run under it. */
    for (size_t k = 0; k < TM_PROBE_COUNTED && counted && !result; k++)
      result = keep(s, i * TM_PROBE_COUNTED + k, name, tm_probe_counted[k], each[k],
                    perf ? "perf events" : "callgrind", error);
    result = tm_recording_piece_end(s, name, result, error);
  }
  return result;
}
