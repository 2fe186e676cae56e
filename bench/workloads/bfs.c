/* SPDX-License-Identifier: Apache-2.0
 *
 * bfs: breadth-first search over a random graph, level by level, from several roots.
 *
 * Scattered loads, and threads that race for vertices with compare-and-swap. Each thread expands
 * its part of the frontier and appends what it claimed to the next one in small batches.
 * Checked in the manner of Graph500: along an edge the distance rises by one at most, and every
 * reached vertex but the root has a neighbour one step nearer. The check is part of the work and
 * runs on all threads.
 */
#include "guest/guest.h"

const char workload_name[] = "bfs";
const char workload_size_help[] = "vertices";
const uint32_t workload_max_size = 8u << 20;

enum { DEGREE = 8, ROOTS = 2, BATCH = 64 };

static const uint32_t UNSEEN = UINT32_MAX;

static unsigned threads;
static uint32_t n;
static uint32_t *edges; /* DEGREE heads for every tail */
static _Atomic uint32_t *distance;
static _Atomic uint32_t *nearer; /* during the check: 1 if a neighbour one step nearer was found */
static uint32_t *frontier, *next;
static uint32_t frontier_count;
static _Atomic uint32_t next_count;
static struct guest_barrier meeting;
static struct {
  _Alignas(64) uint64_t sum;
  bool right;
} results[GUEST_MAX_THREADS];

static uint32_t get(const _Atomic uint32_t *word) {
  return atomic_load_explicit(word, memory_order_relaxed);
}

void workload_prepare(unsigned thread_count, uint32_t size) {
  threads = thread_count;
  n = size;
  edges = guest_alloc((size_t)n * DEGREE * sizeof *edges);
  distance = guest_alloc(n * sizeof *distance);
  nearer = guest_alloc(n * sizeof *nearer);
  frontier = guest_alloc(n * sizeof *frontier);
  next = guest_alloc(n * sizeof *next);
  for (uint32_t i = 0; i < n * DEGREE; i++) {
    edges[i] = (uint32_t)((guest_random(1, i) >> 32) * n >> 32);
  }
  for (unsigned i = 0; i < threads; i++) results[i].right = true;
}

static void append_all(const uint32_t *batch, uint32_t count) {
  uint32_t at = atomic_fetch_add(&next_count, count);
  for (uint32_t i = 0; i < count; i++) next[at + i] = batch[i];
}

static void expand(unsigned thread, uint32_t level) {
  uint32_t batch[BATCH], count = 0;
  struct guest_range part = guest_share(frontier_count, thread, threads);
  for (uint32_t i = part.begin; i < part.end; i++) {
    const uint32_t *heads = &edges[(size_t)frontier[i] * DEGREE];
    for (int k = 0; k < DEGREE; k++) {
      uint32_t seen = get(&distance[heads[k]]);
      if (seen != UNSEEN) continue;
      if (!atomic_compare_exchange_strong(&distance[heads[k]], &seen, level)) continue;
      batch[count++] = heads[k];
      if (count < BATCH) continue;
      append_all(batch, count);
      count = 0;
    }
  }
  append_all(batch, count);
}

static void search(unsigned thread, uint32_t root) {
  if (thread == 0) {
    atomic_store(&distance[root], 0);
    frontier[0] = root;
    frontier_count = 1;
    atomic_store(&next_count, 0);
  }
  guest_barrier_wait(&meeting, threads);
  for (uint32_t level = 1; frontier_count > 0; level++) {
    expand(thread, level);
    guest_barrier_wait(&meeting, threads);
    if (thread == 0) {
      uint32_t *old = frontier;
      frontier = next;
      next = old;
      frontier_count = atomic_exchange(&next_count, 0);
    }
    guest_barrier_wait(&meeting, threads);
  }
}

/* Marks every head that is one step further than its tail. False if one is further than that. */
static bool check_edges(struct guest_range part) {
  bool right = true;
  for (uint32_t tail = part.begin; tail < part.end; tail++) {
    uint32_t from = get(&distance[tail]);
    if (from == UNSEEN) continue;
    for (int k = 0; k < DEGREE; k++) {
      uint32_t head = edges[(size_t)tail * DEGREE + k], to = get(&distance[head]);
      if (to == from + 1 && !get(&nearer[head])) atomic_store(&nearer[head], 1);
      right &= to <= from + 1;
    }
  }
  return right;
}

void workload_work(unsigned thread) {
  struct guest_range own = guest_share(n, thread, threads);
  for (uint32_t round = 0; round < ROOTS; round++) {
    uint32_t root = (uint32_t)(guest_random(2, round) % n);
    for (uint32_t i = own.begin; i < own.end; i++) {
      atomic_init(&distance[i], UNSEEN); /* plain stores: nobody looks before the barrier */
      atomic_init(&nearer[i], 0);
    }
    guest_barrier_wait(&meeting, threads);
    search(thread, root);
    bool right = check_edges(own);
    guest_barrier_wait(&meeting, threads);
    for (uint32_t i = own.begin; i < own.end; i++) {
      uint32_t steps = get(&distance[i]);
      right &= get(&nearer[i]) == (i != root && steps != UNSEEN);
      results[thread].sum += guest_mix((uint64_t)steps << 32 | i) * (round + 1);
    }
    results[thread].right &= right;
    guest_barrier_wait(&meeting, threads);
  }
}

bool workload_verify(uint64_t *checksum) {
  bool right = true;
  for (unsigned i = 0; i < threads; i++) {
    *checksum += results[i].sum;
    right &= results[i].right;
  }
  return right;
}
