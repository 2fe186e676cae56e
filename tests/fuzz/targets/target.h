/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/targets/target.h: one reader of bytes from outside, for coverage-guided fuzzers.
 *
 * libFuzzer calls the function with bytes it invents; AFL++ does through its libFuzzer driver; and
 * replay.c calls it with the files of a corpus, in every build. */
#ifndef TM_TESTS_FUZZ_TARGETS_TARGET_H
#define TM_TESTS_FUZZ_TARGETS_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Any input ends in success or one sentence; whatever else happens is a finding. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
