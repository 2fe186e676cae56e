/* SPDX-License-Identifier: Apache-2.0 */
/* How many accesses and grows a workload makes: it is translated once more, so that every access
 * counts, and runs on one thread; the count needs no repetition. */
#include "harness/engines/process.h"
#include "harness/report/collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static double number_of(const cJSON *stats, const char *name) {
  const cJSON *n = cJSON_GetObjectItem(stats, name);
  return cJSON_IsNumber(n) ? n->valuedouble : 0;
}

static cJSON *run(const struct tm_recording *s, const char *path, const char *size,
                  double seconds) {
  char file[] = "/tmp/tidemark-accesses.XXXXXX", text[1024] = "";
  int fd = mkstemp(file);
  if (fd < 0) return NULL;
  char *const argv[] = {"env",
                        "TIDEMARK_CFLAGS=-DTM_COUNT_ACCESSES",
                        (char *)s->program,
                        "run",
                        "--strategy",
                        "nocheck",
                        "--stats",
                        file,
                        "--",
                        (char *)path,
                        "1",
                        (char *)size,
                        NULL};
  const struct tm_process_spec spec = {.argv = argv, .seconds = seconds};
  struct tm_process_end end;
  struct tm_error ignored;
  cJSON *stats = NULL;
  if (!tm_process_run(&spec, &end, &ignored)) {
    bool ran = end.ending == TM_PROCESS_EXITED && end.status == 0;
    if (ran && pread(fd, text, sizeof text - 1, 0) > 0) stats = cJSON_Parse(text);
    tm_process_free(&end);
  }
  close(fd);
  unlink(file);
  return stats;
}

int tm_collect_accesses(struct tm_recording *s, uint64_t block, uint64_t position, const char *name,
                        const char *path, const char *size, double seconds,
                        struct tm_error *error) {
  cJSON *stats = run(s, path, size, seconds);
  const double accesses = number_of(stats, "accesses"), grows = number_of(stats, "grows");
  const struct tm_axis axes[] = {
      {"workload", name}, {"op", "accesses"}, {"threads", "1"}, {"size", size}};
  const struct tm_series series[] = {{"accesses", "accesses", &accesses, 1},
                                     {"grows", "grows", &grows, 1}};
  cJSON_Delete(stats);
  if (!(accesses > 0)) return 0; /* the report has a dash there */
  return tm_store_add(s->store,
                      &(struct tm_cell){.block = block,
                                        .position = position,
                                        .axes = axes,
                                        .axis_count = 4,
                                        .series = series,
                                        .series_count = 2},
                      error);
}
