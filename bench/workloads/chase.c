/* SPDX-License-Identifier: Apache-2.0
 *
 * chase: follows a random ring of links through memory.
 *
 * Every load needs the one before: the latency of one checked access, with nothing to hide it
 * behind. The ring visits all nodes; each thread walks its own part of it, many laps' worth. By
 * default the ring fits into a core's own second cache: beyond that, what others do to the caches
 * that are shared decides the time, and not the access.
 * Checked against the order the ring was made from, and each walk must end where it should.
 */
#include "guest/guest.h"

const char workload_name[] = "chase";
const char workload_size_help[] = "nodes";
const uint32_t workload_max_size = 16u << 20;

enum { LAPS = 2000 };

struct node {
  uint32_t next;
  uint32_t weight;
  uint64_t padding; /* four nodes a cache line */
};

static unsigned threads;
static uint32_t n;
static uint32_t *order; /* the ring, as the list of its nodes */
static struct node *nodes;
static struct {
  _Alignas(64) uint64_t sum;
  bool arrived;
} results[GUEST_MAX_THREADS];

void workload_prepare(unsigned thread_count, uint32_t size) {
  threads = thread_count;
  n = size;
  order = guest_alloc(n * sizeof *order);
  nodes = guest_alloc(n * sizeof *nodes);
  for (uint32_t i = 0; i < n; i++) order[i] = i;
  for (uint32_t i = n - 1; i > 0; i--) {
    uint32_t other = (uint32_t)(guest_random(1, i) % (i + 1)), node = order[i];
    order[i] = order[other];
    order[other] = node;
  }
  for (uint32_t i = 0; i < n; i++) {
    struct node node = {order[i + 1 < n ? i + 1 : 0], (uint32_t)guest_random(2, i), 0};
    nodes[order[i]] = node;
  }
}

void workload_work(unsigned thread) {
  struct guest_range part = guest_share(n, thread, threads);
  uint64_t sum = 0;
  uint32_t at = 0;
  for (int lap = 0; lap < LAPS; lap++) {
    at = order[part.begin];
    for (uint32_t step = part.begin; step < part.end; step++) {
      sum += (uint64_t)nodes[at].weight * (step | 1);
      at = nodes[at].next;
    }
  }
  results[thread].sum = sum;
  results[thread].arrived = part.begin == part.end || at == order[part.end < n ? part.end : 0];
}

bool workload_verify(uint64_t *checksum) {
  uint64_t sum = 0, expected = 0;
  bool right = true;
  for (unsigned i = 0; i < threads; i++) {
    sum += results[i].sum;
    right &= results[i].arrived;
  }
  for (uint32_t i = 0; i < n; i++) {
    expected += (uint64_t)(uint32_t)guest_random(2, i) * (i | 1) * LAPS;
  }
  *checksum = guest_mix(sum);
  return right && sum == expected;
}
