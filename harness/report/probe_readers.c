/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides of a grow: readers run guest loops on threads of their own while this thread grows at
 * a given rate. Kept: the latency of every grow, each reader's throughput and its longest chunk of
 * work (a stall shows there), and how long after its start a grow is visible to a waiting reader.
 * Readers start before the first grow and stop after the last.
 *
 * Readers stay in memory that was always there, so that no page fault of theirs is taken for a cost
 * of the grow. Readers that follow the growth are a sweep of their own (op grow-followed): they ask
 * for memory.size and read the last page as soon as it is there. Kept of each: how many new lengths
 * it followed, how many of these accesses a fault or a question to the handler held up although the
 * memory had grown (spurious traps), and how many were refused, which is a wrong answer. */
#include "core/arch.h"
#include "harness/report/probe_private.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

enum {
  MAX_READERS = 64,
  KEPT = 1024, /* latencies of a point, at most; of the grid's points, which are many: */
  GRID_KEPT = 256,
  MAX_GROWS = TM_PROBE_MAX_PAGES - TM_PROBE_MIN_PAGES,
  SWEEP_RATE = 10000, /* grows a second while readers or instances are swept */
  CHUNK = 4096,       /* accesses between two looks at the clock */
  FOLLOW_CHUNK = 512  /* accesses between two looks at the size */
};

struct reader {
  pthread_t thread;
  struct tm_instance *instance;
  struct tm_atomic_u32 *running, *stop; /* shared by all readers of a point */
  uint64_t chunks, ticks, longest;
  uint64_t followed, spurious, refused; /* of a reader that follows the growth */
};

static void *read_until_stopped(void *argument) {
  struct reader *r = argument;
  tm_probe_call(r->instance, "load-sequential", CHUNK);
  /* ORDER: none needed beyond the count itself; the grower only waits for it to be complete. */
  tm_fetch_add_sc(r->running, 1);
  uint64_t begun = tm_arch_ticks(), last = begun;
  /* Relaxed: the flag carries nothing but itself. */
  while (!tm_load_rlx(r->stop)) {
    tm_probe_call(r->instance, "load-sequential", CHUNK);
    uint64_t now = tm_arch_ticks();
    if (now - last > r->longest) r->longest = now - last;
    last = now;
    r->chunks++;
  }
  r->ticks = last - begun;
  return NULL;
}

static void follow(struct reader *r, uint64_t *known) {
  int64_t size = tm_probe_call(r->instance, "follow", (uint32_t)*known);
  r->refused += size < 0;
  r->followed += size > (int64_t)*known;
  if (size > (int64_t)*known) *known = (uint64_t)size;
}

static void *follow_until_stopped(void *argument) {
  struct reader *r = argument;
  uint64_t known = TM_PROBE_MIN_PAGES, spurious = tm_trap_spurious();
  tm_probe_call(r->instance, "load-sequential", FOLLOW_CHUNK);
  tm_fetch_add_sc(r->running, 1); /* ORDER: none needed, as above. */
  while (!tm_load_acq(r->stop)) { /* ORDER: all grows before the last look. PAIRS: one_point. */
    tm_probe_call(r->instance, "load-sequential", FOLLOW_CHUNK);
    follow(r, &known);
  }
  follow(r, &known);
  r->spurious = tm_trap_spurious() - spurious;
  return NULL;
}

struct grows {
  double latency[KEPT], per_second, made, counters[TM_COUNTERS];
  size_t timed;
};

/* A point of a sweep. */
struct load {
  unsigned readers, rate, idle; /* idle: instances besides the grower's and the readers' */
  bool follow;
};

/* Grow by a page `rate` times a second (0: never) for as long as readers run. 0 or -errno. */
static int grow_at_rate(struct tm_probe *p, void *view, const struct load *load, struct grows *g) {
  unsigned rate = load->rate, most = p->size.grid || load->follow ? GRID_KEPT : KEPT;
  double before[TM_COUNTERS], wanted = p->size.reader_seconds / (load->follow ? 2 : 1);
  tm_counters(before);
  uint64_t begun = tm_arch_ticks();
  double length = wanted * 1e9 / p->ns_per_tick;
  double step = rate ? 1e9 / p->ns_per_tick / rate : length;
  uint64_t every = (uint64_t)(length / step) / most + 1, n = 0;
  for (double due = step; due <= length && n < MAX_GROWS; due += step) {
    while ((double)(tm_arch_ticks() - begun) < due) tm_arch_pause();
    if (!rate) break;
    uint64_t a = tm_arch_ticks();
    if (p->strategy->grow(view, 1) < 0) return -ENOMEM;
    uint64_t b = tm_arch_ticks();
    if (n++ % every == 0 && g->timed < most) g->latency[g->timed++] = tm_probe_ns(p, b - a);
    if ((double)(tm_arch_ticks() - begun) > length) break; /* it cannot keep up */
  }
  double seconds = (double)(tm_arch_ticks() - begun) * p->ns_per_tick / 1e9;
  g->per_second = (double)n / fmax(seconds, n < MAX_GROWS ? wanted : 0);
  g->made = (double)n;
  tm_counters_add(g->counters, before);
  return 0;
}

static void add_readers(struct tm_probe *p, const struct tm_probe_point *at,
                        const struct reader *readers) {
  double rate[MAX_READERS], stall[MAX_READERS];
  for (unsigned i = 0; i < at->readers; i++) {
    double ns = (double)readers[i].ticks * p->ns_per_tick;
    rate[i] = ns > 0 ? (double)readers[i].chunks * CHUNK * 1e9 / ns : 0;
    stall[i] = (double)readers[i].longest * p->ns_per_tick;
  }
  tm_probe_add(p, at, "accesses_per_second", "1/s", rate, at->readers);
  tm_probe_add(p, at, "longest_chunk", "ns", stall, at->readers);
}

static void add_followers(struct tm_probe *p, const struct tm_probe_point *at,
                          const struct reader *readers) {
  double followed[MAX_READERS], spurious[MAX_READERS], refused[MAX_READERS];
  for (unsigned i = 0; i < at->readers; i++) {
    followed[i] = (double)readers[i].followed;
    spurious[i] = (double)readers[i].spurious;
    refused[i] = (double)readers[i].refused;
  }
  tm_probe_add(p, at, "followed", "lengths", followed, at->readers);
  tm_probe_add(p, at, "spurious_traps", "traps", spurious, at->readers);
  tm_probe_add(p, at, "refused", "accesses", refused, at->readers);
}

static void add_point(struct tm_probe *p, const struct load *l, const struct grows *grows,
                      const struct reader *readers) {
  const struct tm_probe_point at = {.op = l->follow      ? "grow-followed"
                                          : p->size.grid ? "grow-grid"
                                                         : "grow-beside-readers",
                                    .instances = l->readers + 1 + l->idle,
                                    .readers = l->readers,
                                    .pages = 1,
                                    .rate = l->rate};
  tm_probe_add(p, &at, "latency", "ns", grows->latency, grows->timed);
  tm_probe_add(p, &at, "achieved_rate", "1/s", &grows->per_second, 1);
  tm_probe_counted_by(p, grows->counters, grows->made);
  if (l->follow)
    add_followers(p, &at, readers);
  else
    add_readers(p, &at, readers);
}

static int one_point(struct tm_probe *p, const struct load *load) {
  unsigned count = load->readers;
  struct tm_probe_bed bed;
  struct reader readers[MAX_READERS] = {0};
  struct tm_atomic_u32 running = {0}, stop = {0};
  struct grows grows = {.timed = 0};
  unsigned made = 0;
  int result = tm_probe_bed_open(p, 1 + load->idle, &bed);
  if (result) return result;
  tm_linear_park(bed.memory, tm_probe_view(&bed, 0));
  for (unsigned i = 0; i < count && !result; i++) {
    readers[i].running = &running;
    readers[i].stop = &stop;
    result = tm_probe_instance(p, &bed, &readers[i].instance);
  }
  for (; made < count && !result; made++)
    if (pthread_create(&readers[made].thread, NULL,
                       load->follow ? follow_until_stopped : read_until_stopped, &readers[made]))
      result = tm_fail(p->error, -EAGAIN, "cannot start %u readers", count);
  while (!result && tm_load_acq(&running) < count) sched_yield();
  tm_linear_unpark(bed.memory, tm_probe_view(&bed, 0));
  int grown = result ? 0 : grow_at_rate(p, tm_probe_view(&bed, 0), load, &grows);
  tm_linear_park(bed.memory, tm_probe_view(&bed, 0));
  tm_store_rel(&stop, 1); /* ORDER: all grows before it. PAIRS: follow_until_stopped. */
  for (unsigned i = 0; i < made; i++) pthread_join(readers[i].thread, NULL);
  if (grown < 0) result = tm_fail(p->error, grown, "a grow beside readers failed");
  if (!result) add_point(p, load, &grows, readers);
  for (unsigned i = 0; i < count; i++)
    if (readers[i].instance) tm_instance_free(readers[i].instance);
  tm_linear_unpark(bed.memory, tm_probe_view(&bed, 0));
  tm_probe_bed_close(&bed);
  return result;
}

/* ---- from the start of a grow until a waiting reader's memory.size shows it -------------------*/

enum { ROUNDS = 48 };

struct waiter {
  struct tm_instance *instance;
  struct tm_atomic_u32 round; /* what the waiter is about to wait for; 0: not yet */
  uint64_t seen[ROUNDS];      /* ticks; 0: not seen */
};

static void *wait_for_sizes(void *argument) {
  struct waiter *w = argument;
  for (uint32_t i = 0; i < ROUNDS; i++) {
    tm_store_rel(&w->round, i + 1); /* ORDER: seen[i-1] before round. PAIRS: time_visible. */
    int64_t seen = tm_probe_call(w->instance, "await", TM_PROBE_MIN_PAGES + i);
    w->seen[i] = seen == 1 ? tm_arch_ticks() : 0;
  }
  tm_store_rel(&w->round, ROUNDS + 1); /* ORDER: the last seen[] before round, as above. */
  return NULL;
}

static int time_visible(struct tm_probe *p) {
  struct tm_probe_bed bed;
  static struct waiter w;
  w = (struct waiter){.instance = NULL};
  pthread_t thread;
  uint64_t begun[ROUNDS];
  int result = tm_probe_bed_open(p, 1, &bed);
  if (result) return result;
  tm_linear_park(bed.memory, tm_probe_view(&bed, 0));
  result = tm_probe_instance(p, &bed, &w.instance);
  if (!result && pthread_create(&thread, NULL, wait_for_sizes, &w))
    result = tm_fail(p->error, -EAGAIN, "cannot start a reader");
  for (uint32_t i = 0; i < ROUNDS && !result; i++) {
    while (tm_load_acq(&w.round) < i + 1) sched_yield();
    uint64_t settle = tm_arch_ticks(); /* let it reach its loop; no matter if it has not */
    while ((double)(tm_arch_ticks() - settle) * p->ns_per_tick < 20000) tm_arch_pause();
    tm_linear_unpark(bed.memory, tm_probe_view(&bed, 0));
    begun[i] = tm_arch_ticks();
    int64_t old = p->strategy->grow(tm_probe_view(&bed, 0), 1);
    tm_linear_park(bed.memory, tm_probe_view(&bed, 0));
    if (old < 0) tm_die("%s: a grow beside a waiting reader failed", p->strategy->name);
  }
  if (!result) pthread_join(thread, NULL);
  double visible[ROUNDS];
  size_t n = 0;
  for (uint32_t i = 0; i < ROUNDS && !result; i++)
    if (w.seen[i] > begun[i]) visible[n++] = (double)(w.seen[i] - begun[i]) * p->ns_per_tick;
  const struct tm_probe_point at = {.op = "visible", .instances = 2, .readers = 1, .pages = 1};
  double unseen = ROUNDS - (double)n;
  if (!result) tm_probe_add(p, &at, "time", "ns", visible, n);
  if (!result) tm_probe_add(p, &at, "unseen", "rounds", &unseen, 1);
  if (w.instance) tm_instance_free(w.instance);
  tm_linear_unpark(bed.memory, tm_probe_view(&bed, 0));
  tm_probe_bed_close(&bed);
  return result;
}

/* Grows a second, up to more than any grow can do: back to back. */
static const unsigned rates[] = {1000, 10000, 100000, 1000000};
enum { RATES = sizeof rates / sizeof *rates };

static unsigned most_readers(const struct tm_probe *p) {
  return p->size.max_readers < MAX_READERS ? p->size.max_readers : MAX_READERS;
}

int tm_probe_grid(struct tm_probe *p) {
  static const unsigned idle[] = {0, 1000, 100000};
  int result = 0;
  for (unsigned n = 0; n <= most_readers(p) && !result; n = n ? 2 * n : 1) {
    if (n) result = one_point(p, &(struct load){.readers = n}); /* to compare with: no grows */
    for (size_t r = 0; r < RATES; r++) {
      for (size_t i = 0; i < sizeof idle / sizeof *idle && !result; i++)
        if (idle[i] <= p->size.max_instances)
          result = one_point(p, &(struct load){.readers = n, .rate = rates[r], .idle = idle[i]});
      if (n && !result)
        result = one_point(p, &(struct load){.readers = n, .rate = rates[r], .follow = true});
    }
  }
  return result;
}

int tm_probe_readers(struct tm_probe *p) {
  unsigned most = most_readers(p);
  int result = most ? one_point(p, &(struct load){.readers = 1}) : 0;
  for (size_t i = 0; i < RATES && !result && most; i++) {
    result = one_point(p, &(struct load){.readers = 1, .rate = rates[i]});
    if (!result)
      result = one_point(p, &(struct load){.readers = 1, .rate = rates[i], .follow = true});
  }
  for (unsigned n = 0; n <= most && !result; n = n ? 2 * n : 1) {
    if (n == 1) continue; /* it is among those above */
    if (n) result = one_point(p, &(struct load){.readers = n});
    if (!result) result = one_point(p, &(struct load){.readers = n, .rate = SWEEP_RATE});
  }
  for (unsigned idle = 100; idle <= 10000 && most && !result; idle *= 10)
    if (idle <= p->size.max_instances)
      result = one_point(p, &(struct load){.readers = 1, .rate = SWEEP_RATE, .idle = idle});
  if (!result && most) result = time_visible(p);
  return result;
}
