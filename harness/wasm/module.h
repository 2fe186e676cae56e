/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/module.h: load a .wasm under a strategy, link it, instantiate it, call it.
 *
 *     struct tm_module *module;
 *     struct tm_module_options options = {.strategy = tm_strategy_find("guard")->strategy};
 *     tm_module_load("prog.wasm", &options, &module, &error);
 *     tm_instance_new(module, imports, n, &instance, &trap, &error);
 *     struct tm_extern start;
 *     tm_instance_export(instance, "_start", &start);
 *     tm_call(instance, &start.func, NULL, NULL, &trap);
 *
 * A module is wasm → C → shared object, built once per content hash of module, strategy sources,
 * flags and compiler, and cached. A module may be instantiated many times, from several threads.
 */
#ifndef TM_HARNESS_WASM_MODULE_H
#define TM_HARNESS_WASM_MODULE_H

#include "core/error.h"
#include "core/linear.h"
#include "core/trap.h"
#include "harness/wasm/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- values and types -------------------------------------------------------------------------*/

/* A function's type as text: parameters, '>', results; one letter each:
 * i i32, I i64, f f32, F f64, v v128, n funcref, e externref. "ii>i", ">" … Equal types are equal
 * strings. */
union tm_wasm_value {
  uint32_t i32;
  uint64_t i64;
  float f32;
  double f64;
  uint8_t v128[16];
  void *ref; /* funcref: const struct tm_func *, NULL for null. externref: the host's */
};

/* A function, host's or guest's. `code` is a C function whose first parameter is `env` and whose
 * other parameters are uint32_t, uint64_t, float, double, a 16-byte vector or void *, in order.
 * One result is returned as that C type; several as a struct of them in order. */
struct tm_func {
  void (*code)(void);
  void *env; /* a guest's instance, or what the host function wants */
  const char *signature;
};

struct tm_table;  /* of references */
struct tm_global; /* an exported or imported global */

enum tm_extern_kind { TM_EXTERN_FUNC, TM_EXTERN_TABLE, TM_EXTERN_MEMORY, TM_EXTERN_GLOBAL };

struct tm_extern {
  enum tm_extern_kind kind;
  struct tm_func func;
  struct tm_table *table;
  struct tm_linear *memory;
  struct tm_global *global;
};

struct tm_import {
  const char *module, *name;
  struct tm_extern value;
};

/* ---- modules ----------------------------------------------------------------------------------*/

struct tm_module_options {
  const struct tm_strategy *strategy;
  struct tm_layout layout; /* where its instances keep their view of the memory */
  const char *compiler;    /* NULL: $TIDEMARK_CC, else clang-19, else clang, gcc, cc */
  const char
      *cache_dir;     /* NULL: $TIDEMARK_CACHE, else XDG_CACHE_HOME/tidemark, ~/.cache/tidemark */
  const char *flags;  /* more compiler flags, such as "-O0"; NULL: $TIDEMARK_CFLAGS, or none */
  bool progress;      /* a progress bar on stderr while units compile, if that is a terminal */
  uint64_t max_pages; /* no memory of its instances grows beyond, and all their tables together take
                       * no more bytes than that; 0: as declared */
};

struct tm_module;
struct tm_instance; /* laid out by each translated module */

/* Read, validate, translate, compile (or find in the cache) and load. 0 or -errno and a sentence.
 */
int tm_module_load(const char *path, const struct tm_module_options *options,
                   struct tm_module **module, struct tm_error *error);
/* The same for bytes in memory; `name` stands for the path in messages. */
int tm_module_load_bytes(const char *name, const void *bytes, size_t size,
                         const struct tm_module_options *options, struct tm_module **module,
                         struct tm_error *error);
/* No instance may be left. */
void tm_module_free(struct tm_module *module);

/* What a module imports and exports. Strings live as long as the module. */
struct tm_item {
  const char *module; /* NULL for exports */
  const char *name;
  enum tm_extern_kind kind;
  const char *signature;             /* functions */
  struct tm_memory_type memory_type; /* memories */
};
const struct tm_item *tm_module_imports(const struct tm_module *module, size_t *count);
const struct tm_item *tm_module_exports(const struct tm_module *module, size_t *count);
/* The strategy the module was loaded under. */
const struct tm_strategy *tm_module_strategy(const struct tm_module *module);
/* Size of the machine code, in bytes (.text of the shared object). */
size_t tm_module_code_bytes(const struct tm_module *module);
/* How many accesses its code has made so far, when it was translated with -DTM_COUNT_ACCESSES among
 * the flags and ran on one thread at a time; else 0. */
uint64_t tm_module_accesses(const struct tm_module *module);
/* The name of the wasm function that contains `pc`, such as "sort" or "func[12]", over all loaded
 * modules; NULL if none. */
const char *tm_function_at(uintptr_t pc);

/* ---- instances --------------------------------------------------------------------------------*/

/* Link against `imports` (looked up by both names; extra ones are ignored), allocate, initialise
 * memory and tables, run the start function. 0, or -errno and a sentence; -EFAULT when start or a
 * segment trapped: then *trap is filled, if given, and *instance is set all the same, because its
 * functions may already be in tables of others; free it as usual. Missing imports and wrong types
 * are named. */
int tm_instance_new(struct tm_module *module, const struct tm_import *imports, size_t count,
                    struct tm_instance **instance, struct tm_trap *trap, struct tm_error *error);
/* Instances linked to each other are freed importers first: functions and globals are not counted.
 */
void tm_instance_free(struct tm_instance *instance);

/* An export by name; false when there is none. */
bool tm_instance_export(struct tm_instance *instance, const char *name, struct tm_extern *out);
/* Make a memory of this type, under the module's strategy and within its limit: what an instance
 * does for its own memory, and a host for one that the module imports. One reference. 0, or -errno
 * and a sentence. */
int tm_module_new_memory(const struct tm_module *module, const struct tm_memory_type *type,
                         struct tm_linear **memory, struct tm_error *error);

/* The instance's memory (imported or its own) and its view; NULL when it has none. */
struct tm_linear *tm_instance_memory(struct tm_instance *instance);
void *tm_instance_view(struct tm_instance *instance);

/* Run body(argument) as guest code of this instance: tm_guest_call() between unparking and parking
 * the thread at the instance's memory. For those who call exported C functions directly. */
enum tm_trap_code tm_instance_enter(struct tm_instance *instance, void (*body)(void *),
                                    void *argument, struct tm_trap *trap);

/* Call with as many arguments and results as the signature says. Catches the trap. */
enum tm_trap_code tm_call(struct tm_instance *instance, const struct tm_func *func,
                          const union tm_wasm_value *arguments, union tm_wasm_value *results,
                          struct tm_trap *trap);

#endif
