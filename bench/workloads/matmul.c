/* SPDX-License-Identifier: Apache-2.0
 *
 * matmul: dense matrix product C = A·B in double precision, tiled for the cache.
 *
 * Streams of loads and stores with computed addresses and little else: the kernel in which a
 * bounds check costs the most. The entries are small integers, so every sum is exact and the
 * result does not depend on the order of additions. Each thread computes its own rows.
 * Checked with Freivalds' method (1977): C·x must equal A·(B·x) for random vectors x.
 */
#include "guest/guest.h"

const char workload_name[] = "matmul";
const char workload_size_help[] = "rows";
const uint32_t workload_max_size = 4096;

enum { TILE_ROWS = 64, TILE_COLUMNS = 512, TRIALS = 4 };

static unsigned threads;
static uint32_t n;
static double *a, *b, *c;

static double entry(uint64_t seed, uint64_t index) {
  return (double)(int)(guest_random(seed, index) % 17) - 8;
}

void workload_prepare(unsigned thread_count, uint32_t size) {
  threads = thread_count;
  n = size;
  size_t entries = (size_t)n * n;
  a = guest_alloc(entries * sizeof *a);
  b = guest_alloc(entries * sizeof *b);
  c = guest_alloc(entries * sizeof *c);
  for (size_t i = 0; i < entries; i++) {
    a[i] = entry(1, i);
    b[i] = entry(2, i);
    c[i] = 0;
  }
}

static uint32_t least(uint32_t x, uint32_t y) { return x < y ? x : y; }

/* target[j] += factor · row[j] */
static void add_scaled(double *restrict target, const double *restrict row, double factor,
                       uint32_t count) {
  for (uint32_t j = 0; j < count; j++) target[j] += factor * row[j];
}

void workload_work(unsigned thread) {
  struct guest_range rows = guest_share(n, thread, threads);
  for (uint32_t j = 0; j < n; j += TILE_COLUMNS) {
    uint32_t columns = least(TILE_COLUMNS, n - j);
    for (uint32_t k0 = 0; k0 < n; k0 += TILE_ROWS) {
      uint32_t k_end = least(k0 + TILE_ROWS, n);
      for (uint32_t i = rows.begin; i < rows.end; i++) {
        for (uint32_t k = k0; k < k_end; k++) {
          add_scaled(&c[(size_t)i * n + j], &b[(size_t)k * n + j], a[(size_t)i * n + k], columns);
        }
      }
    }
  }
}

static void apply(double *result, const double *matrix, const double *vector) {
  for (uint32_t i = 0; i < n; i++) {
    double sum = 0;
    for (uint32_t j = 0; j < n; j++) sum += matrix[(size_t)i * n + j] * vector[j];
    result[i] = sum;
  }
}

bool workload_verify(uint64_t *checksum) {
  double *x = guest_alloc(n * sizeof *x), *bx = guest_alloc(n * sizeof *bx);
  double *abx = guest_alloc(n * sizeof *abx), *cx = guest_alloc(n * sizeof *cx);
  bool right = true;
  for (uint64_t trial = 0; trial < TRIALS; trial++) {
    for (uint32_t i = 0; i < n; i++) x[i] = entry(3 + trial, i);
    apply(bx, b, x);
    apply(abx, a, bx);
    apply(cx, c, x);
    for (uint32_t i = 0; i < n; i++) right &= abx[i] == cx[i];
  }
  for (size_t i = 0; i < (size_t)n * n; i++) {
    *checksum += guest_mix((uint64_t)(int64_t)c[i] ^ (uint64_t)i << 32);
  }
  return right;
}
