/* SPDX-License-Identifier: Apache-2.0 */
/* tests/seed.h: the seed of a random test: TM_SEED when that is set, else `usual`, for example
 * tm_rng_fresh_seed(). Printed, so that a failed run can be repeated:
 *     uint64_t seed = tm_test_seed(tm_rng_fresh_seed());     prints "TM_SEED=…"
 */
#ifndef TM_TESTS_SEED_H
#define TM_TESTS_SEED_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static inline uint64_t tm_test_seed(uint64_t usual) {
  const char *given = getenv("TM_SEED");
  uint64_t seed = given ? strtoull(given, NULL, 0) : usual;
  printf("TM_SEED=%" PRIu64 "\n", seed);
  fflush(stdout);
  return seed;
}

#endif
