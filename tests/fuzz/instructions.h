/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/instructions.h: modules that hold every instruction of the translator's table, one
 * after the other, to operands at the edges of their types.
 *
 * Random code seldom reaches a rare instruction with an operand that matters. Here the seed says
 * which instructions a module has: as many seeds as instructions_modules() says have all of them.
 */
#ifndef TM_TESTS_FUZZ_INSTRUCTIONS_H
#define TM_TESTS_FUZZ_INSTRUCTIONS_H

#include "harness/wasm/emit_text.h"

#include <stdint.h>

/* How many seeds in a row have every instruction. */
uint64_t instructions_modules(void);
/* Append the module of this seed, in the binary format; modules of 64 seeds in a row have the same
 * kind of memory. */
void instructions_module(uint64_t seed, struct tm_text *wasm);

#endif
