/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/batch.h: many small modules translated into one C file, compiled by one call, and run
 * under many strategies.
 *
 *     struct batch *b = batch_new();
 *     batch_add(b, "a.wasm", bytes, size, &error);   // any number; -EAGAIN: run this one first
 *     batch_build(b, &options, &error);
 *     batch_run(b, k, "guard", &transcript);
 *
 * The C is the emitter's, renamed so that modules do not meet. The strategy is "any" (any.h): its
 * hot half is called instead of inlined, so that one compilation serves all strategies.
 */
#ifndef TM_TESTS_FUZZ_BATCH_H
#define TM_TESTS_FUZZ_BATCH_H

#include "core/error.h"
#include "harness/wasm/emit_text.h"

#include <stddef.h>

struct batch;

struct batch_options {
  const char *compiler, *flags; /* flags on top of the emitter's, such as "-O1" */
  const char *plant;            /* a helper's new definition, or NULL */
  const char *folder;           /* for the C file and the object */
};

struct batch *batch_new(void);
void batch_free(struct batch *b);
/* 0; -EAGAIN when its memory is of another kind than those before, which a batch cannot mix; or
 * -errno and a sentence when it cannot be translated. */
int batch_add(struct batch *b, const char *name, const void *wasm, size_t size,
              struct tm_error *error);
size_t batch_count(const struct batch *b);
/* Compile and load. 0 or -errno and a sentence. */
int batch_build(struct batch *b, const struct batch_options *options, struct tm_error *error);

/* Run module `k` under a strategy: instantiate it, call each exported function once, and write what
 * happened, and the final memory, to `transcript` in the form that reference.js describes.
 * 0 or -errno and a sentence. */
int batch_run(struct batch *b, size_t k, const char *strategy, struct tm_text *transcript,
              struct tm_error *error);

#endif
