/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/micro/fixture.h"

#include "core/arch.h"
#include "core/error.h"
#include "core/trap.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  MAX_PAGES = 65536,
  GROWS = 8192 /* in one memory, then a new one */,
  MAX_READERS = 64,
  READER_GROWS = 64,
  TOUCHED_PAGES = 1024, /* of one memory */
  STALE_GROWS = 256,
  BARE_PAGES = 16384
};

struct subject {
  const struct tm_strategy *strategy;
  const struct tm_hot_loop *loop;
  tm_hot_body load_at;
  struct tm_linear *memory;
  size_t instances;
  uint8_t *views; /* instances × view_bytes, each on its own cache lines */
  size_t stride;
};

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *view(const struct subject *s, size_t i) { return s->views + i * s->stride; }

static void open_subject(struct subject *s, uint64_t min_pages, size_t instances) {
  const struct tm_memory_type type = {
      .min_pages = min_pages, .max_pages = MAX_PAGES, .index = TM_INDEX32, .shared = true};
  if (tm_linear_new(s->strategy, &type, &s->memory)) tm_die("%s: no memory", s->strategy->name);
  s->stride = (s->strategy->view_bytes + 127) & ~(size_t)127;
  s->instances = instances;
  s->views = aligned_alloc(128, instances * s->stride);
  if (!s->views) tm_no_memory("%zu views", instances);
  memset(s->views, 0, instances * s->stride);
  for (size_t i = 0; i < instances; i++)
    if (tm_linear_attach(s->memory, view(s, i))) tm_die("%s: cannot attach", s->strategy->name);
  tm_linear_unpark(s->memory, view(s, 0)); /* this thread runs instance 0 */
}

static void close_subject(struct subject *s) {
  tm_linear_park(s->memory, view(s, 0));
  for (size_t i = 0; i < s->instances; i++) tm_linear_detach(s->memory, view(s, i));
  tm_linear_drop(s->memory);
  free(s->views);
}

/* ---- hot loops --------------------------------------------------------------------------------*/

/* A random cycle through the first 32 KiB, for the dependent loads. */
static void fill_cycle(uint32_t *words, uint32_t count) {
  uint32_t order[32 * 1024 / 4], x = 12345;
  for (uint32_t i = 0; i < count; i++) order[i] = i;
  for (uint32_t i = count - 1; i > 0; i--) { /* Sattolo: one cycle */
    x = x * 1664525 + 1013904223;
    uint32_t j = (uint32_t)(((uint64_t)x * i) >> 32), t = order[i];
    order[i] = order[j];
    order[j] = t;
  }
  for (uint32_t i = 0; i < count; i++) words[order[i]] = order[(i + 1) % count] * 4;
}

static void hot_body(struct tm_bench_state *state, void *context) {
  struct subject s = *(struct subject *)context;
  open_subject(&s, 4, 1);
  fill_cycle((uint32_t *)tm_linear_at(s.memory, view(&s, 0), 0, 32 * 1024), 32 * 1024 / 4);
  while (tm_bench_batch(state, (int64_t)s.loop->batch))
    tm_bench_keep(s.loop->body(view(&s, 0), s.loop->batch));
  close_subject(&s);
}

/* ---- grow -------------------------------------------------------------------------------------*/

/* How many grows by `pages` a memory has room for, and no more than make sense with `instances`. */
static int grows_of(int64_t pages, size_t instances) {
  int64_t n = (MAX_PAGES - 64) / pages;
  if (n > GROWS) n = GROWS;
  return (int)(instances >= 10000 && n > 256 ? 256 : n);
}

/* Grow n times by `pages`. */
static void grow_often(const struct subject *s, int n, int64_t pages) {
  for (int i = 0; i < n; i++)
    if (s->strategy->grow(view(s, 0), (uint64_t)pages) < 0)
      tm_die("%s: a grow failed", s->strategy->name);
}

/* Grow by one untouched page; argument: attached instances. Time: per grow. */
static void grow_body(struct tm_bench_state *state, void *context) {
  struct subject s = *(struct subject *)context;
  size_t instances = (size_t)tm_bench_argument(state);
  int n = grows_of(1, instances);
  while (tm_bench_batch(state, n)) {
    open_subject(&s, 1, instances);
    double begun = seconds();
    grow_often(&s, n, 1);
    tm_bench_iteration_seconds(state, seconds() - begun);
    close_subject(&s);
  }
}

/* Grow by several untouched pages at once; argument: how many. Time: per grow. */
static void pages_body(struct tm_bench_state *state, void *context) {
  struct subject s = *(struct subject *)context;
  int64_t pages = tm_bench_argument(state);
  int n = grows_of(pages, 1);
  while (tm_bench_batch(state, n)) {
    open_subject(&s, 1, 1);
    double begun = seconds();
    grow_often(&s, n, pages);
    tm_bench_iteration_seconds(state, seconds() - begun);
    close_subject(&s);
  }
}

/* Grow by several pages and write into each 4 KiB of them; argument: how many. Time: of both. */
static void touched_body(struct tm_bench_state *state, void *context) {
  struct subject s = *(struct subject *)context;
  uint64_t pages = (uint64_t)tm_bench_argument(state);
  int n = pages < TOUCHED_PAGES ? (int)(TOUCHED_PAGES / pages) : 1;
  while (tm_bench_batch(state, n)) {
    open_subject(&s, 1, 1);
    double begun = seconds();
    for (uint64_t i = 0; i < (uint64_t)n; i++) {
      grow_often(&s, 1, (int64_t)pages);
      uint8_t *fresh = tm_linear_at(s.memory, view(&s, 0), (1 + i * pages) * TM_PAGE_BYTES,
                                    pages * TM_PAGE_BYTES);
      for (size_t k = 0; k < pages * TM_PAGE_BYTES; k += 4096) fresh[k] = 1;
    }
    tm_bench_iteration_seconds(state, seconds() - begun);
    close_subject(&s);
  }
}

/* ---- the first access of an instance that has not heard of a grow -----------------------------*/

struct access {
  tm_hot_body body;
  void *view;
  uint64_t address;
};

static void access_body(void *context) {
  const struct access *a = context;
  tm_bench_keep(a->body(a->view, a->address));
}

/* Instance 0 grows and touches the page; time: of the first access by instance 1 to it, or
 * (argument 1) of the same access once more, for comparison. Under an unsound strategy it may trap.
 */
static void stale_body(struct tm_bench_state *state, void *context) {
  struct subject s = *(struct subject *)context;
  struct tm_trap trap;
  bool again = tm_bench_argument(state) == 1;
  while (tm_bench_batch(state, STALE_GROWS)) {
    open_subject(&s, 1, 2);
    double sum = 0;
    for (uint64_t i = 1; i <= STALE_GROWS; i++) {
      grow_often(&s, 1, 1);
      *tm_linear_at(s.memory, view(&s, 0), i * TM_PAGE_BYTES, 4) = 1;
      struct access a = {s.load_at, view(&s, 1), i * TM_PAGE_BYTES};
      tm_linear_park(s.memory, view(&s, 0));
      tm_linear_unpark(s.memory, view(&s, 1));
      if (again) tm_guest_call(access_body, &a, &trap);
      double begun = seconds();
      tm_guest_call(access_body, &a, &trap);
      sum += seconds() - begun;
      tm_linear_park(s.memory, view(&s, 1));
      tm_linear_unpark(s.memory, view(&s, 0));
    }
    tm_bench_iteration_seconds(state, sum);
    close_subject(&s);
  }
}

/* ---- grow beside readers ----------------------------------------------------------------------*/

struct reader {
  pthread_t thread;
  const struct subject *subject;
  size_t index; /* of its view */
  struct tm_atomic_u32 *running, *stop;
};

static void *read_until_stopped(void *argument) {
  struct reader *r = argument;
  const struct subject *s = r->subject;
  void *mine = view(s, r->index);
  tm_linear_unpark(s->memory, mine);
  tm_fetch_add_sc(r->running, 1);
  /* Relaxed: the flag carries nothing but itself. */
  while (!tm_load_rlx(r->stop)) tm_bench_keep(s->loop->body(mine, 4096));
  tm_linear_park(s->memory, mine);
  return NULL;
}

/* Grow by one untouched page while threads run the strategy's loop of loads, each with its own
 * instance; argument: how many. They run before the first grow and until after the last. */
static void readers_body(struct tm_bench_state *state, void *context) {
  struct subject s = *(struct subject *)context;
  struct reader readers[MAX_READERS];
  size_t count = (size_t)tm_bench_argument(state);
  while (tm_bench_batch(state, READER_GROWS)) {
    struct tm_atomic_u32 running = {0}, stop = {0};
    open_subject(&s, 4, count + 1);
    tm_linear_park(s.memory, view(&s, 0));
    for (size_t i = 0; i < count; i++) {
      readers[i] =
          (struct reader){.subject = &s, .index = i + 1, .running = &running, .stop = &stop};
      if (pthread_create(&readers[i].thread, NULL, read_until_stopped, &readers[i]))
        tm_die("cannot start %zu readers", count);
    }
    while (tm_load_acq(&running) < count) sched_yield();
    tm_linear_unpark(s.memory, view(&s, 0));
    double begun = seconds();
    grow_often(&s, READER_GROWS, 1);
    tm_bench_iteration_seconds(state, seconds() - begun);
    tm_linear_park(s.memory, view(&s, 0));
    tm_store_rlx(&stop, 1); /* relaxed: read in a loop until it is seen */
    for (size_t i = 0; i < count; i++) pthread_join(readers[i].thread, NULL);
    tm_linear_unpark(s.memory, view(&s, 0));
    close_subject(&s);
  }
}

/* Attach and detach one more instance; argument: those already there. */
static void attach_body(struct tm_bench_state *state, void *context) {
  struct subject s = *(struct subject *)context;
  open_subject(&s, 1, (size_t)tm_bench_argument(state));
  void *mine = aligned_alloc(128, s.stride);
  if (!mine) tm_no_memory("a view");
  memset(mine, 0, s.stride);
  while (tm_bench_next(state)) {
    if (tm_linear_attach(s.memory, mine)) tm_die("%s: cannot attach", s.strategy->name);
    tm_linear_detach(s.memory, mine);
  }
  free(mine);
  close_subject(&s);
}

static void bare_mprotect(struct tm_bench_state *state, void *context) {
  (void)context;
  while (tm_bench_batch(state, GROWS)) {
    uint8_t *base;
    if (tm_port_reserve((uint64_t)BARE_PAGES * TM_PAGE_BYTES, &base)) tm_die("no address space");
    if (tm_port_commit(base, TM_PAGE_BYTES)) tm_die("mprotect failed");
    double begun = seconds();
    for (uint64_t i = 1; i <= GROWS; i++)
      if (tm_port_commit(base + i * TM_PAGE_BYTES, TM_PAGE_BYTES)) tm_die("mprotect failed");
    tm_bench_iteration_seconds(state, seconds() - begun);
    tm_port_release(base, (uint64_t)BARE_PAGES * TM_PAGE_BYTES);
  }
}

/* ---- registering ------------------------------------------------------------------------------*/

static struct subject *subject(const struct tm_strategy *strategy, const struct tm_hot_loop *loop) {
  struct subject *s = calloc(1, sizeof *s); /* lives as long as the program */
  if (!s) tm_no_memory("what was asked");
  s->strategy = strategy;
  s->loop = loop;
  return s;
}

/* Register a body that tells its time itself. */
static struct tm_bench *add(const char *name, tm_bench_body body,
                            const struct tm_strategy *strategy, const struct tm_hot_loop *loop) {
  char text[128];
  snprintf(text, sizeof text, "%s/%s", name, strategy->name);
  struct tm_bench *bench = tm_bench_register(text, body, subject(strategy, loop));
  tm_bench_manual_time(bench);
  return bench;
}

void tm_register_strategy(const struct tm_strategy *strategy, const struct tm_hot_loop *loops,
                          size_t count, tm_hot_body load_at) {
  char name[128];
  for (size_t i = 0; i < count; i++) {
    snprintf(name, sizeof name, "%s/%s", loops[i].name, strategy->name);
    tm_bench_register(name, hot_body, subject(strategy, &loops[i]));
  }
  struct tm_bench *b = add("grow", grow_body, strategy, NULL);
  for (int64_t n = 1; n <= 100000; n *= 10) tm_bench_arg(b, n);
  b = add("grow-pages", pages_body, strategy, NULL);
  for (int64_t n = 1; n <= 1024; n *= 4) tm_bench_arg(b, n);
  b = add("grow-touched", touched_body, strategy, NULL);
  for (int64_t n = 1; n <= 1024; n *= 4) tm_bench_arg(b, n);
  b = add("grow-readers", readers_body, strategy, &loops[0]);
  tm_bench_arg(b, 0);
  for (int64_t n = 1; n <= 8; n *= 2) tm_bench_arg(b, n);
  struct subject *stale = subject(strategy, NULL);
  stale->load_at = load_at;
  snprintf(name, sizeof name, "stale-access/%s", strategy->name);
  b = tm_bench_register(name, stale_body, stale);
  tm_bench_manual_time(b);
  tm_bench_arg(b, 0);
  tm_bench_arg(b, 1);
  snprintf(name, sizeof name, "attach-detach/%s", strategy->name);
  struct tm_bench *attach = tm_bench_register(name, attach_body, subject(strategy, NULL));
  tm_bench_arg(attach, 1);
  tm_bench_arg(attach, 1000);
}

void tm_register_code(void) {
  extern char __executable_start[], etext[]; /* made by the linker */
  if (tm_trap_add_code((uintptr_t)__executable_start, (uintptr_t)etext))
    tm_no_memory("the trap handler");
}

void tm_register_bare(void) {
  struct tm_bench *bare = tm_bench_register("grow/bare-mprotect/1", bare_mprotect, NULL);
  tm_bench_manual_time(bare);
}
