/* SPDX-License-Identifier: Apache-2.0 */
/* Retired instructions of an access: perf events count them where the machine has them, else
 * callgrind does. Once per strategy: a count needs no repetition. */
#include "harness/engines/process.h"
#include "harness/report/collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECONDS = 60 };
#define TURNS "100001"

/* `PROGRAM bench --one S --count TURNS`, maybe under callgrind. Instructions of it all, or -1. */
static double count(const struct tm_recording *s, const char *strategy, const char *turns,
                    bool callgrind) {
  char *argv[] = {"valgrind",
                  "--tool=callgrind",
                  "--callgrind-out-file=/dev/null",
                  (char *)s->program,
                  "bench",
                  "--one",
                  (char *)strategy,
                  "--count",
                  (char *)turns,
                  NULL};
  const struct tm_process_spec spec = {.argv = argv + (callgrind ? 0 : 3), .seconds = SECONDS};
  struct tm_process_end end;
  struct tm_error ignored;
  if (tm_process_run(&spec, &end, &ignored)) return -1;
  double value = -1;
  if (end.ending == TM_PROCESS_EXITED && end.status == 0) {
    const char *found = callgrind ? strstr(end.err, "Collected :") : end.out;
    if (found) value = strtod(callgrind ? found + strlen("Collected :") : found, NULL);
  }
  tm_process_free(&end);
  return value;
}

int tm_collect_counts(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  bool perf = c->strategies && count(s, c->strategy[0]->strategy->name, TURNS, false) > 0;
  double longest = 0;
  int result = 0;
  for (size_t i = 0; i < c->strategies && !result; i++) {
    const char *name = c->strategy[i]->strategy->name;
    double at = tm_recording_seconds();
    if (i && tm_collect_late(c, 0.75, longest)) break;
    tm_recording_progress((void *)"counting instructions", name, i, c->strategies);
    double few = count(s, name, "1", !perf), many = count(s, name, TURNS, !perf);
    double each = (many - few) / (strtod(TURNS, NULL) - 1);
    longest = tm_recording_seconds() - at;
    if (few < 0 || many < few) continue; /* neither is there, or the strategy cannot run under it */
    const struct tm_axis axes[] = {
        {"strategy", name}, {"role", "subject"}, {"op", "load-sequential"}};
    const struct tm_series series = {"retired", "instructions", &each, 1};
    const struct tm_note note = {"source", perf ? "perf events" : "callgrind"};
    result = tm_store_add(s->store,
                          &(struct tm_cell){.position = i,
                                            .axes = axes,
                                            .axis_count = 3,
                                            .series = &series,
                                            .series_count = 1,
                                            .notes = &note,
                                            .note_count = 1},
                          error);
  }
  return result;
}
