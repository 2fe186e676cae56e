/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/generators.h: where random modules come from.
 *
 *   wasm-opt       binaryen's wasm-opt -ttf, from bytes that the seed gives
 *   wasm-tools     wasm-tools smith, the same
 *   instructions   every instruction with operands at the edges (instructions.h)
 */
#ifndef TM_TESTS_FUZZ_GENERATORS_H
#define TM_TESTS_FUZZ_GENERATORS_H

#include <stdbool.h>
#include <stdint.h>

/* Modules of a batch, which are made for the same features. */
enum { GENERATOR_BATCH = 64 };

struct generator {
  const char *name;
  const char *missing; /* what to install if it makes nothing */
  /* Write the module of this seed to `output`; the folder is for what lies between. */
  bool (*make)(uint64_t seed, const char *folder, const char *output);
};

/* NULL when there is none of this name. */
const struct generator *generator_find(const char *name);

/* All that wasm-opt may be told a module has. */
#define GENERATOR_FEATURES                                                                         \
  "--enable-threads --enable-bulk-memory --enable-simd --enable-multivalue --enable-sign-ext "     \
  "--enable-mutable-globals --enable-nontrapping-float-to-int"

#endif
