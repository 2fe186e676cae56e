/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/probe.c: the probe's module under one of our strategies, as the drivers run it in
 * engines. */
#include "harness/engines/bench.h"

#include "core/atomics.h"
#include "harness/stats/stats.h"
#include "harness/wasm/module.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_INSTANCES = 64 };

struct probe {
  const struct tm_strategy *strategy;
  const struct tm_job *job;
  struct tm_module *module;
  struct tm_linear *memory;
  struct tm_instance *instance[MOST_INSTANCES + 1]; /* the last one is the reader's */
  unsigned instances;
};

/* The child says what went wrong in the protocol's words. */
static int give_up(const char *text) {
  printf("{\"error\": \"%.300s\"}\n", text);
  return 1;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double host_clock(void *env) {
  (void)env;
  return now();
}

static int open_instances(struct probe *p, unsigned count, struct tm_error *error) {
  struct tm_memory_type type = {.min_pages = 1, .max_pages = p->job->maximum, .shared = true};
  int code = tm_module_new_memory(p->module, &type, &p->memory, error);
  struct tm_import imports[] = {
      {"env", "memory", {.kind = TM_EXTERN_MEMORY, .memory = p->memory}},
      {"host",
       "clock",
       {.kind = TM_EXTERN_FUNC, .func = {(void (*)(void))host_clock, NULL, ">F"}}}};
  for (p->instances = 0; code == 0 && p->instances < count; p->instances++) {
    code = tm_instance_new(p->module, imports, 2, &p->instance[p->instances], NULL, error);
    if (code < 0) break;
  }
  return code;
}

static void close_instances(struct probe *p) {
  while (p->instances > 0) tm_instance_free(p->instance[--p->instances]);
  if (p->memory) tm_linear_drop(p->memory);
  p->memory = NULL;
}

/* Call a function of the first instance. False when it trapped. */
static bool call(struct probe *p, const char *name, uint32_t n, union tm_wasm_value *result) {
  struct tm_extern function;
  union tm_wasm_value argument = {.i32 = n};
  struct tm_trap trap;
  return tm_instance_export(p->instance[0], name, &function) &&
         tm_call(p->instance[0], &function.func, &argument, result, &trap) == TM_TRAP_NONE;
}

/* n operations in the first instance. False when it trapped or a grow failed. */
static bool operate(struct probe *p, const char *name, uint32_t n) {
  union tm_wasm_value result;
  return call(p, name, n, &result) && (strcmp(name, "grow") || result.i32 == 0);
}

/* The median time of one operation, in ns; negative when it trapped or a grow failed. */
static double cost(struct probe *p, const struct tm_probe_point *point) {
  const char *name = point->what;
  double times[TM_PROBE_RUNS];
  uint32_t n = strcmp(name, "grow") ? TM_PROBE_TURNS : TM_PROBE_GROWS;
  int goes = point->cold ? 1 : TM_PROBE_RUNS;
  if (!point->cold && !operate(p, name, n)) return -1; /* the first ones are not counted */
  for (int i = 0; i < goes; i++) {
    double start = now();
    if (!operate(p, name, n)) return -1;
    times[i] = (now() - start) / n;
  }
  tm_sort(times, (size_t)goes);
  return times[goes / 2];
}

static void *read_until_stopped(void *argument) {
  struct tm_instance *instance = argument;
  struct tm_extern function;
  union tm_wasm_value turns;
  struct tm_trap trap;
  if (tm_instance_export(instance, "read", &function))
    tm_call(instance, &function.func, NULL, &turns, &trap);
  return NULL;
}

/* A word of page 0 that the module's `read` knows. Asked anew each time: a grow may move it. */
static struct tm_atomic_u32 *word(struct probe *p, unsigned at) {
  void *view = tm_instance_view(p->instance[0]);
  return (struct tm_atomic_u32 *)(void *)tm_linear_at(p->memory, view, at, 4);
}

/* Grows one by one, as the rest of the answer's line. False when one failed. */
static bool tell_singles(struct probe *p) {
  union tm_wasm_value result;
  double times[TM_PROBE_SINGLES];
  if (!call(p, "singles", TM_PROBE_SINGLES, &result) || result.i32 != 0) return false;
  void *view = tm_instance_view(p->instance[0]);
  memcpy(times, tm_linear_at(p->memory, view, TM_PROBE_TIMES, sizeof times), sizeof times);
  printf(", \"single\": [");
  for (int i = 0; i < TM_PROBE_SINGLES; i++) printf("%s%.9g", i ? "," : "", times[i]);
  if (!call(p, "step", TM_PROBE_STEPS, &result)) return false;
  printf("], \"step\": %.9g", result.f64);
  return true;
}

/* Print a point's line. False when something went wrong. */
static bool measure(struct probe *p, unsigned number, struct tm_error *error) {
  const struct tm_probe_point *point = &tm_probe_points[number];
  pthread_t reader;
  bool reads = point->reader;
  if (open_instances(p, point->instances + reads, error) < 0) return false;
  if (reads && pthread_create(&reader, NULL, read_until_stopped, p->instance[p->instances - 1])) {
    tm_fail(error, -EAGAIN, "cannot start a reader");
    return false;
  }
  while (reads && !tm_load_acq(word(p, TM_PROBE_READS))) sched_yield();
  double ns = cost(p, point);
  bool good = ns >= 0;
  if (good) printf("{\"point\": %u, \"ns\": %.9g", number, ns);
  if (good && tm_probe_singles(number)) good = tell_singles(p);
  puts(good ? "}" : "");
  fflush(stdout);
  tm_store_rel(word(p, TM_PROBE_STOP), 1);
  if (reads) pthread_join(reader, NULL);
  close_instances(p);
  if (!good) tm_fail(error, -EINVAL, "a grow failed");
  return good;
}

static int body(void *context) {
  struct probe *p = context;
  struct tm_error error = {""};
  struct tm_module_options options = {.strategy = p->strategy};
  if (tm_module_load_bytes("probe", p->job->wasm, p->job->wasm_bytes, &options, &p->module,
                           &error) < 0)
    return give_up(error.text);
  for (unsigned i = 0; i < TM_PROBE_POINTS; i++)
    if (!measure(p, i, &error)) return give_up(error.text);
  puts("{\"done\": true}");
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
