/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/drivers/wasm2c_probe.c: what operations cost in a module that wasm2c has turned
 * into C: one pthread measures, another one reads if the point says so. job.inc holds the points
 * (harness/engines/job.h). */
#include "tm.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct point {
  u32 (*run)(w2c_tm *, u32);
  bool grows;
  unsigned instances;
  bool reader, cold;
};

#include "job.inc" /* MAXIMUM, GROWS, TURNS, RUNS, SINGLES, STEPS, TIMES, READS, STOP, points */

enum { PAGE = 65536, MOST = 64 };

struct w2c_env {
  wasm_rt_shared_memory_t memory;
};

wasm_rt_shared_memory_t *w2c_env_memory(struct w2c_env *env) { return &env->memory; }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

struct w2c_host {
  int nothing;
};

static struct w2c_host host;

f64 w2c_host_clock(struct w2c_host *h) {
  (void)h;
  return now();
}

static _Atomic uint32_t *word(struct w2c_env *env, unsigned at) {
  return (_Atomic uint32_t *)((char *)(uintptr_t)env->memory.data + at);
}

static void *read_until_stopped(void *argument) {
  w2c_tm module;
  wasm_rt_init_thread();
  wasm2c_tm_instantiate(&module, argument, &host);
  w2c_tm_read(&module);
  wasm2c_tm_free(&module);
  wasm_rt_free_thread();
  return NULL;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The median time of one operation, in ns. */
static double cost(const struct point *point, w2c_tm *module) {
  double times[RUNS];
  u32 n = point->grows ? GROWS : TURNS, failed = 0;
  int goes = point->cold ? 1 : RUNS;
  if (!point->cold) failed |= point->run(module, n);
  for (int i = 0; i < goes; i++) {
    double start = now();
    failed |= point->run(module, n);
    times[i] = (now() - start) / n;
  }
  if (point->grows && failed) {
    puts("{\"error\": \"a grow failed\"}");
    exit(1);
  }
  qsort(times, (size_t)goes, sizeof *times, by_size);
  return times[goes / 2];
}

/* run.sh counts the backward jumps in the function: without one it reads the length once. */
static bool is_hoisted(const struct point *point) {
  const char *loops = getenv("SIZE_LOOPS");
  return point->run == w2c_tm_size && loops && !strcmp(loops, "0");
}

/* Grows one by one, as the rest of the answer's line. */
static void tell_singles(struct w2c_env *env, w2c_tm *module) {
  if (w2c_tm_singles(module, SINGLES)) {
    puts("{\"error\": \"a grow failed\"}");
    exit(1);
  }
  printf(", \"single\": [");
  for (int i = 0; i < SINGLES; i++) {
    double took;
    memcpy(&took, (char *)(uintptr_t)env->memory.data + TIMES + 8 * i, sizeof took);
    printf("%s%.9g", i ? "," : "", took);
  }
  printf("], \"step\": %.9g", w2c_tm_step(module, STEPS));
}

static void measure(unsigned number) {
  const struct point *point = &points[number];
  struct w2c_env env;
  static w2c_tm modules[MOST];
  pthread_t reader;
  wasm_rt_allocate_memory_shared(&env.memory, 1, MAXIMUM, false, PAGE);
  for (unsigned i = 0; i < point->instances; i++) wasm2c_tm_instantiate(&modules[i], &env, &host);
  if (point->reader && pthread_create(&reader, NULL, read_until_stopped, &env) != 0) {
    puts("{\"error\": \"cannot start a thread\"}");
    exit(1);
  }
  while (point->reader && !atomic_load(word(&env, READS))) sched_yield();
  double ns = cost(point, &modules[0]);
  printf("{\"point\": %u", number);
  if (is_hoisted(point))
    printf(", \"none\": \"hoisted by the C compiler: no loop in w2c_tm_size (objdump -d)\"");
  else
    printf(", \"ns\": %.9g", ns);
  if (point->grows && !point->cold) tell_singles(&env, &modules[0]);
  puts("}");
  fflush(stdout);
  atomic_store(word(&env, STOP), 1);
  if (point->reader) pthread_join(reader, NULL);
  for (unsigned i = 0; i < point->instances; i++) wasm2c_tm_free(&modules[i]);
  wasm_rt_free_memory_shared(&env.memory);
}

int main(void) {
  wasm_rt_init();
  for (unsigned i = 0; i < sizeof points / sizeof *points; i++) measure(i);
  puts("{\"done\": true}");
  return 0;
}
