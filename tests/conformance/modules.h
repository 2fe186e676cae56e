/* SPDX-License-Identifier: Apache-2.0 */
/* tests/conformance/modules.h: the modules of all scripts, each compiled once for a strategy.
 *
 * Scripts have a thousand small modules, and a run of the compiler for each takes far longer than
 * to run them. So the modules are collected first; those with one kind of memory become one object
 * for each strategy (tests/wasm/batch.h), those without a memory one object for all strategies,
 * since no strategy is in their code. The parts below run in different processes, and meet in files
 * of one folder.
 */
#ifndef TM_TESTS_CONFORMANCE_MODULES_H
#define TM_TESTS_CONFORMANCE_MODULES_H

#include "tests/wasm/batch.h"

/* Put a module into the folder; again is no harm. Processes and threads may do it at once. */
void modules_note(const char *folder, const void *bytes, size_t size);

struct modules_options {
  const char *folder;
  const struct tm_strategy *const *strategies;
  size_t strategy_count;
  struct tm_layout layout;
  struct batch_options compile;
};

/* What lies in the folder, divided into batches. `o` stays valid. Those modules that the translator
 * refuses are left out. */
struct modules *modules_new(const struct modules_options *o);
/* The number of objects to compile, and of modules. */
size_t modules_objects(const struct modules *m);
size_t modules_count(const struct modules *m);
/* Compile one of the objects. 0 or -errno and a sentence. */
int modules_compile(const struct modules *m, size_t object, struct tm_error *error);
/* A module under strategies[k] from its object, which is loaded if need be; one that is in no batch
 * as tm_module_load_bytes() loads it. Threads may load at once. 0 or -errno and a sentence. */
int modules_load(struct modules *m, size_t k, const char *name, const void *bytes, size_t size,
                 struct tm_module **module, struct tm_error *error);
/* Every loaded module has been freed. */
void modules_unload(struct modules *m);

#endif
