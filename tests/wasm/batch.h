/* SPDX-License-Identifier: Apache-2.0 */
/* tests/wasm/batch.h: many small modules translated into one C file, compiled by one call and
 * loaded as one object.
 *
 *     struct batch *b = batch_new(&(struct batch_kind){.strategy = "guard"});
 *     batch_add(b, "a.wasm", bytes, size, &error);      // any number; -EAGAIN: not into this one
 *     batch_compile(b, &options, "batch.so", &error);
 *     struct batch_object *o;
 *     batch_open("batch.so", &o, &error);               // also in another process
 *     batch_module(o, 0, strategy, &module, &error);    // the first one that was added
 *
 * The C is the emitter's, renamed so that modules do not meet. Modules in one batch have the same
 * kind of memory.
 */
#ifndef TM_TESTS_WASM_BATCH_H
#define TM_TESTS_WASM_BATCH_H

#include "harness/wasm/module.h"

/* What modules are translated for. */
struct batch_kind {
  const char *strategy;
  const char *header; /* the strategy's; NULL: strategies/NAME.h */
  struct tm_layout layout;
};

struct batch_options {
  const char *compiler; /* NULL: the one for translated modules (compile.h) */
  const char *flags;    /* on top of those that all translated modules have, such as "-O1" */
  const char *before;   /* C between the helpers and the modules, or NULL */
  const char *plant;    /* a fault: "NAME(…) TEXT", a helper's new definition, or NULL */
};

struct batch *batch_new(const struct batch_kind *kind);
void batch_free(struct batch *b);
/* 0; -EAGAIN when the batch is full or its memory is of another kind; or -errno and a sentence when
 * the module cannot be translated. */
int batch_add(struct batch *b, const char *name, const void *wasm, size_t size,
              struct tm_error *error);
size_t batch_count(const struct batch *b);
/* Compile into the file `object`; OBJECT.c and OBJECT.log stay beside it. 0 or -errno and a
 * sentence. */
int batch_compile(const struct batch *b, const struct batch_options *options, const char *object,
                  struct tm_error *error);

/* A compiled batch, loaded. 0 or -errno and a sentence. */
struct batch_object;
int batch_open(const char *path, struct batch_object **object, struct tm_error *error);
/* All modules made of it have been freed. */
void batch_close(struct batch_object *object);
/* Module `k` of it, as tm_module_load() would give it. 0 or -errno and a sentence. */
int batch_module(struct batch_object *object, size_t k, const struct tm_strategy *strategy,
                 struct tm_module **module, struct tm_error *error);

#endif
