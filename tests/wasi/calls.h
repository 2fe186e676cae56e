/* SPDX-License-Identifier: Apache-2.0 */
/* tests/wasi/calls.h: a program of host calls out of arbitrary bytes, for random tests and fuzzers.
 *
 * Each step takes a function of the guest's interface and its arguments from the bytes, with a
 * liking for what is near an edge: the end of memory, 2^32, open descriptors, paths that lead out.
 * Whatever is called, nothing outside the guest may change. */
#ifndef TM_TESTS_WASI_CALLS_H
#define TM_TESTS_WASI_CALLS_H

#include "tests/wasi/fixture.h"

/* Make calls until the bytes are used up; how many. */
unsigned run_calls(struct guest *g, const uint8_t *bytes, size_t size);
/* Nothing outside the guest's directory has changed since guest_new(); says what, and aborts. */
void check_outside(struct guest *g);

#endif
