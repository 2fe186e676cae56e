/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/transcript.h: run a module under a strategy and write what happened. */
#ifndef TM_TESTS_FUZZ_TRANSCRIPT_H
#define TM_TESTS_FUZZ_TRANSCRIPT_H

#include "harness/wasm/emit_text.h"
#include "harness/wasm/module.h"

/* Run a module that was translated for the strategy "any" (any.h) under this one: instantiate it,
 * call each exported function once, and write what happened, and the final memory, to `transcript`
 * in the form that reference.js describes. 0 or -errno and a sentence. */
int transcript_write(struct tm_module *module, const char *strategy, struct tm_text *transcript,
                     struct tm_error *error);

#endif
