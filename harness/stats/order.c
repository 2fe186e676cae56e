/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers and the order of runs. */
#include "harness/stats/stats.h"

#include <gsl/gsl_cdf.h>
#include <sys/random.h>

struct tm_rng tm_rng(uint64_t seed) { return (struct tm_rng){seed}; }

uint64_t tm_rng_u64(struct tm_rng *rng) {
  uint64_t z = (rng->state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

__extension__ typedef unsigned __int128 wide;

/* Lemire 2019: scale by a multiplication; draw again in the rare case that would favour some. */
uint64_t tm_rng_below(struct tm_rng *rng, uint64_t n) {
  wide product = (wide)tm_rng_u64(rng) * n;
  if ((uint64_t)product < n) {
    uint64_t unfair = -n % n;
    while ((uint64_t)product < unfair) product = (wide)tm_rng_u64(rng) * n;
  }
  return (uint64_t)(product >> 64);
}

double tm_rng_uniform(struct tm_rng *rng) {
  return ((double)(tm_rng_u64(rng) >> 12) + 0.5) * 0x1p-52;
}

double tm_rng_normal(struct tm_rng *rng) { return gsl_cdf_ugaussian_Pinv(tm_rng_uniform(rng)); }

uint64_t tm_rng_fresh_seed(void) {
  uint64_t seed;
  if (getrandom(&seed, sizeof seed, 0) != sizeof seed) tm_die("the system gave no entropy");
  return seed >> 11;
}

void tm_order_block(struct tm_rng *rng, size_t n, size_t order[]) {
  for (size_t i = 0; i < n; i++) { /* Fisher–Yates, inside out */
    size_t j = tm_rng_below(rng, i + 1);
    order[i] = order[j];
    order[j] = i;
  }
}

void tm_order_mirrored(struct tm_rng *rng, size_t n, size_t order[]) {
  tm_order_block(rng, n, order);
  for (size_t i = 0; i < n; i++) order[2 * n - 1 - i] = order[i];
}
