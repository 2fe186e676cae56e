/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/compile.h: emitted C → shared object, once per content, in a cache.
 *
 * The cache holds KEY.so files. KEY is the SHA-256 of the module's bytes, the sources of the
 * strategy and of every header that translated code includes, the layout, the emitter, the flags
 * and the compiler. An entry is written aside and renamed, so it is whole or absent; two processes
 * that build the same entry both succeed. Work lies in CACHE/work.PID.*, removed on every way out;
 * what a killed process left is removed by the next build.
 */
#ifndef TM_HARNESS_WASM_COMPILE_H
#define TM_HARNESS_WASM_COMPILE_H

#include "harness/wasm/module.h"

#include <limits.h>

/* The path of the shared object for these bytes under options->strategy, built if need be.
 * 0, or -errno with a sentence (invalid module, no compiler, disk full, …). */
int tm_compile(const char *name, const void *wasm, size_t size,
               const struct tm_module_options *options, char path[PATH_MAX],
               struct tm_error *error);

/* What every translated module is compiled with: TM_EMIT_CFLAGS, and this program's sanitizers. */
const char *tm_compile_flags(void);

/* The path of the C compiler for translated modules: `named`, or if that is NULL $TIDEMARK_CC, or
 * the first that is there of clang-19, clang, gcc, cc. 0, or -ENOENT with a sentence. */
int tm_compile_compiler(const char *named, char found[PATH_MAX], struct tm_error *error);

#endif
