/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/probe.c: the probe's module under one of our strategies, as the drivers run it in
 * engines. */
#include "harness/engines/bench.h"

#include "harness/wasm/module.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS = 7, MOST_INSTANCES = 64 };

struct probe {
  const struct tm_strategy *strategy;
  const struct tm_job *job;
  struct tm_module *module;
  struct tm_linear *memory;
  struct tm_instance *instance[MOST_INSTANCES];
  unsigned instances;
};

/* The child says what went wrong in the protocol's words. */
static int give_up(const char *text) {
  printf("{\"error\": \"%.300s\"}\n", text);
  return 1;
}

static int open_instances(struct probe *p, unsigned count, struct tm_error *error) {
  struct tm_memory_type type = {.min_pages = 1, .max_pages = p->job->maximum, .shared = true};
  int code = tm_module_new_memory(p->module, &type, &p->memory, error);
  struct tm_import import = {"env", "memory", {.kind = TM_EXTERN_MEMORY, .memory = p->memory}};
  for (p->instances = 0; code == 0 && p->instances < count; p->instances++) {
    code = tm_instance_new(p->module, &import, 1, &p->instance[p->instances], NULL, error);
    if (code < 0) break;
  }
  return code;
}

static void close_instances(struct probe *p) {
  while (p->instances > 0) tm_instance_free(p->instance[--p->instances]);
  if (p->memory) tm_linear_drop(p->memory);
  p->memory = NULL;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The median time of one of n operations, in ns; negative when it trapped or a grow failed. */
static double cost(struct probe *p, const char *name, uint32_t n, bool grows) {
  double times[RUNS];
  struct tm_extern function;
  if (!tm_instance_export(p->instance[0], name, &function)) return -1;
  for (int i = grows ? -1 : 0; i < RUNS; i++) { /* the first grows of a memory are not counted */
    union tm_wasm_value argument = {.i32 = n}, result;
    struct timespec start, end;
    struct tm_trap trap;
    clock_gettime(CLOCK_MONOTONIC, &start);
    if (tm_call(p->instance[0], &function.func, &argument, &result, &trap) != TM_TRAP_NONE)
      return -1;
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (grows && result.i32 != 0) return -1;
    if (i >= 0)
      times[i] =
          (1e9 * (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec)) / n;
  }
  qsort(times, RUNS, sizeof *times, by_size);
  return times[RUNS / 2];
}

static int body(void *context) {
  struct probe *p = context;
  struct tm_error error = {""};
  double ns[TM_PROBE_POINTS + 3];
  const char *const names[] = {"size", "load", "atomic"};
  struct tm_module_options options = {.strategy = p->strategy};
  if (tm_module_load_bytes("probe", p->job->wasm, p->job->wasm_bytes, &options, &p->module,
                           &error) < 0)
    return give_up(error.text);
  for (int i = 0; i < TM_PROBE_POINTS; i++) {
    if (open_instances(p, tm_probe_instances[i], &error) < 0) return give_up(error.text);
    ns[i] = cost(p, "grow", TM_PROBE_GROWS, true);
    if (ns[i] < 0) return give_up("a grow failed");
    close_instances(p);
  }
  if (open_instances(p, 1, &error) < 0) return give_up(error.text);
  for (int i = 0; i < 3; i++) ns[TM_PROBE_POINTS + i] = cost(p, names[i], TM_PROBE_TURNS, false);
  printf("{\"probe\": {\"grow\": [%g, %g, %g, %g], \"size\": %g, \"load\": %g, \"atomic\": %g}}\n"
         "{\"done\": true}\n",
         ns[0], ns[1], ns[2], ns[3], ns[4], ns[5], ns[6]);
  return 0;
}

void tm_engines_probe_strategy(const struct tm_strategy *strategy, const struct tm_job *job,
                               double seconds, struct tm_engine_result *result) {
  struct probe probe = {.strategy = strategy, .job = job};
  struct tm_process_spec spec = {.body = body, .context = &probe, .seconds = seconds};
  struct tm_process_end end;
  struct tm_error error = {""};
  *result = (struct tm_engine_result){0};
  if (tm_process_run(&spec, &end, &error) < 0) {
    snprintf(result->failure, sizeof result->failure, "%.500s", error.text);
    return;
  }
  tm_engine_parse(job, end.out, result);
  if (end.ending != TM_PROCESS_EXITED || (end.status != 0 && !*result->failure))
    tm_process_why(&end, result->failure, sizeof result->failure);
  tm_process_free(&end);
}
