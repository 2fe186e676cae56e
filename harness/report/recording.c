/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/recording.h"

#include "harness/stats/stats.h"
#include "harness/store/machine.h"
#include "harness/wasm/compile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What translates the modules that are measured: not what this program was built by. */
static void add_compiler(cJSON *detail) {
  char path[PATH_MAX], command[PATH_MAX + 32], line[256] = "";
  struct tm_error ignored;
  if (tm_compile_compiler(NULL, path, &ignored)) return;
  snprintf(command, sizeof command, "'%s' --version", path);
  FILE *in = popen(command, "r");
  if (in && fgets(line, sizeof line, in)) line[strcspn(line, "\n")] = '\0';
  if (in) pclose(in);
  const char *more = getenv("TIDEMARK_CFLAGS");
  cJSON_AddStringToObject(detail, "module_compiler", line);
  snprintf(command, sizeof command, "%.2000s%s%.2000s", tm_compile_flags(), more ? " " : "",
           more ? more : "");
  cJSON_AddStringToObject(detail, "module_flags", command);
}

int tm_recording_open(struct tm_recording *s, const char *file, int argc, char **argv,
                      struct tm_error *error) {
  *s = (struct tm_recording){.store = NULL};
  ssize_t n = readlink("/proc/self/exe", s->program, sizeof s->program - 1);
  if (n < 0) return tm_fail(error, -errno, "cannot find this program: %s", strerror(errno));
  s->program[n] = '\0';
  size_t used = (size_t)snprintf(s->command, sizeof s->command, "tidemark");
  for (int i = 0; i < argc && used < sizeof s->command; i++)
    used += (size_t)snprintf(s->command + used, sizeof s->command - used, " %s", argv[i]);
  int result = tm_sha256_file(s->program, s->hash, error);
  if (!result) result = tm_store_open(file, TM_STORE_APPEND, &s->store, error);
  if (!result) s->machine = tm_machine_record("");
  if (!result) add_compiler(cJSON_GetObjectItem(s->machine, "detail"));
  return result;
}

void tm_recording_close(struct tm_recording *s) {
  tm_store_close(s->store);
  cJSON_Delete(s->machine);
  *s = (struct tm_recording){.store = NULL};
}

int tm_recording_begin(struct tm_recording *s, const char *plan, uint64_t seed,
                       struct tm_error *error) {
  const struct tm_binary binary = {"tidemark", s->hash};
  const struct tm_stored_run run = {.plan = plan,
                                    .command = s->command,
                                    .version = TIDEMARK_VERSION,
                                    .seed = seed,
                                    .binaries = &binary,
                                    .binary_count = 1};
  int result = tm_store_begin(s->store, &run, s->machine, error);
  if (result) return result;
  snprintf(s->plan, sizeof s->plan, "%s", plan);
  s->pieces = 0;
  return 0;
}

enum { PIECES = 1 << 21 /* the block of the marks that pieces leave */ };

int tm_recording_finished(struct tm_recording *s, const char *plan, const char *name,
                          struct tm_error *error) {
  const struct tm_axis axes[] = {{"op", "piece-complete"}, {"piece", name}};
  return tm_store_has(s->store, plan, PIECES, axes, 2, error);
}

int tm_recording_piece(struct tm_recording *s, const char *name, bool *wanted,
                       struct tm_error *error) {
  int has = tm_recording_finished(s, s->plan, name, error);
  int result = has < 0 ? has : has ? 0 : tm_store_group(s->store, error);
  *wanted = !has && !result;
  return result;
}

int tm_recording_piece_end(struct tm_recording *s, const char *name, int result,
                           struct tm_error *error) {
  const struct tm_axis axes[] = {{"op", "piece-complete"}, {"piece", name}};
  const double one = 1;
  const struct tm_series series = {"mark", "count", &one, 1};
  const struct tm_cell mark = {.block = PIECES,
                               .position = s->pieces++,
                               .axes = axes,
                               .axis_count = 2,
                               .series = &series,
                               .series_count = 1};
  if (!result) result = tm_store_add(s->store, &mark, error);
  return tm_store_group_end(s->store, result, error);
}

bool tm_recording_resume(struct tm_recording *s, const char *ending, char *name, size_t room,
                         uint64_t *seed) {
  struct tm_error error;
  cJSON *runs = tm_store_runs(s->store, &error);
  bool found = false;
  for (const cJSON *r = runs ? runs->child : NULL; r; r = r->next) {
    const char *plan = cJSON_GetStringValue(cJSON_GetObjectItem(r, "plan"));
    const char *tail = plan ? strchr(plan, ':') : NULL;
    if (!tail || strcmp(tail, ending)) continue;
    snprintf(name, room, "%s", plan);
    *seed = (uint64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(r, "seed"));
    found = true;
  }
  cJSON_Delete(runs);
  return found;
}

double tm_recording_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

uint64_t tm_recording_seed(void) { return tm_rng_fresh_seed() >> 1; }

static double ends; /* of the whole, as aimed at; 0: not known */

void tm_recording_total(double seconds) {
  ends = seconds > 0 ? tm_recording_seconds() + seconds : 0;
}

static char step[64]; /* "3/11 " */

void tm_recording_step(const char *name, size_t at, size_t of) {
  snprintf(step, sizeof step, "%zu/%zu ", at, of);
  if (!isatty(2)) fprintf(stderr, "%s%s\n", step, name);
}

void tm_recording_progress(void *context, const char *doing, size_t done, size_t total) {
  static struct timespec begun;
  static const void *last;
  static size_t last_total;
  struct timespec now;
  if (!isatty(2)) return;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (done == 0 || context != last || total != last_total) begun = now;
  last = context;
  last_total = total;
  double took = (double)(now.tv_sec - begun.tv_sec) + (double)(now.tv_nsec - begun.tv_nsec) / 1e9;
  fprintf(stderr, "\r\033[K%s%s%s%s  %zu/%zu", step, context ? (const char *)context : "",
          context ? ": " : "", doing, done, total);
  if (done && total > done)
    fprintf(stderr, "  %.0f s left", took / (double)done * (double)(total - done));
  double left = ends - tm_recording_seconds();
  if (ends > 0 && left >= 1)
    fprintf(stderr, "  (of all: %d:%02d left)", (int)left / 60, (int)left % 60);
}
