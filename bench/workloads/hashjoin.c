/* SPDX-License-Identifier: Apache-2.0
 *
 * hashjoin: joins a table of `size` rows with one of four times as many over a hash index.
 *
 * The database operator that real programs wait for: random loads over a table larger than the
 * cache. All threads insert into one open-addressed index, claiming slots with compare-and-swap,
 * meet, and then probe it with their part of the second table.
 * Checked against the sum that follows from how the keys were made, without any index.
 */
#include "guest/guest.h"

const char workload_name[] = "hashjoin";
const char workload_size_help[] = "rows";
const uint32_t workload_max_size = 8u << 20;

enum { PROBES_PER_ROW = 4, EMPTY = 0 };

struct slot {
  _Atomic uint32_t key; /* a row's key is never EMPTY */
  uint32_t value;
};

static unsigned threads;
static uint32_t n, mask;
static uint32_t *build_keys, *probe_keys;
static struct slot *slots;
static struct guest_barrier built;
static struct {
  _Alignas(64) uint64_t sum;
  uint32_t matches;
} results[GUEST_MAX_THREADS];

/* Keys of the first table: a bijection of the row number, so they are distinct and not 0. */
static uint32_t key_of(uint32_t row) { return (row + 1) * 0x9e3779b1u; }
static uint32_t value_of(uint32_t key) { return key ^ key >> 7; }
static uint32_t place_of(uint32_t key) { return (uint32_t)(guest_mix(key) >> 20) & mask; }

/* The row that probe `i` asks for; those of n and more have no partner. */
static uint32_t wanted(uint32_t i) { return (uint32_t)(guest_random(1, i) % ((uint64_t)n * 2)); }

void workload_prepare(unsigned thread_count, uint32_t size) {
  threads = thread_count;
  n = size;
  mask = 1;
  while (mask < n + n / 2) mask *= 2;
  slots = guest_alloc(mask * sizeof *slots);
  for (uint32_t i = 0; i < mask; i++) {
    atomic_init(&slots[i].key, EMPTY);
    slots[i].value = 0;
  }
  mask--;
  build_keys = guest_alloc(n * sizeof *build_keys);
  for (uint32_t i = 0; i < n; i++) build_keys[i] = key_of(i);
  probe_keys = guest_alloc((size_t)n * PROBES_PER_ROW * sizeof *probe_keys);
  for (uint32_t i = 0; i < n * PROBES_PER_ROW; i++) probe_keys[i] = key_of(wanted(i));
}

static void insert(uint32_t key) {
  uint32_t place = place_of(key);
  for (;; place = (place + 1) & mask) {
    uint32_t found = atomic_load_explicit(&slots[place].key, memory_order_relaxed);
    if (found == EMPTY && atomic_compare_exchange_strong(&slots[place].key, &found, key)) break;
  }
  slots[place].value = value_of(key); /* nobody probes before the barrier */
}

static const struct slot *find(uint32_t key) {
  for (uint32_t place = place_of(key);; place = (place + 1) & mask) {
    uint32_t found = atomic_load_explicit(&slots[place].key, memory_order_relaxed);
    if (found == key) return &slots[place];
    if (found == EMPTY) return NULL;
  }
}

void workload_work(unsigned thread) {
  struct guest_range rows = guest_share(n, thread, threads);
  for (uint32_t i = rows.begin; i < rows.end; i++) insert(build_keys[i]);
  guest_barrier_wait(&built, threads);

  struct guest_range probes = guest_share(n * PROBES_PER_ROW, thread, threads);
  uint64_t sum = 0;
  uint32_t matches = 0;
  for (uint32_t i = probes.begin; i < probes.end; i++) {
    const struct slot *match = find(probe_keys[i]);
    if (!match) continue;
    sum += (uint64_t)match->value * (i | 1);
    matches++;
  }
  results[thread].sum = sum;
  results[thread].matches = matches;
}

bool workload_verify(uint64_t *checksum) {
  uint64_t sum = 0, expected_sum = 0;
  uint32_t matches = 0, expected_matches = 0;
  for (unsigned i = 0; i < threads; i++) {
    sum += results[i].sum;
    matches += results[i].matches;
  }
  for (uint32_t i = 0; i < n * PROBES_PER_ROW; i++) {
    uint32_t row = wanted(i);
    if (row >= n) continue;
    expected_sum += (uint64_t)value_of(key_of(row)) * (i | 1);
    expected_matches++;
  }
  *checksum = guest_mix(sum) + matches;
  return sum == expected_sum && matches == expected_matches;
}
