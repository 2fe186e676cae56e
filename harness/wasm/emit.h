/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/emit.h: wasm → C that a person can read.
 *
 * The bytes are read and validated by libwabt (reader.h) and streamed to the emitter, which writes
 *   OUT/module.h       the instance, every function's prototype
 *   OUT/unit-000.c …   functions, in units of about equal size, compiled in parallel
 *   OUT/module.c       types, tables of imports and exports, segments, tm_module_desc
 * The C is the same for every run of the same bytes. Each file includes "strategies/S.h" and the
 * helpers in harness/wasm/guest/.
 */
#ifndef TM_HARNESS_WASM_EMIT_H
#define TM_HARNESS_WASM_EMIT_H

#include "core/error.h"
#include "harness/wasm/layout.h"

#include <stddef.h>
#include <stdio.h>

/* What emitted C must be compiled with to mean what it says; gcc and clang take it.
 *   -fno-strict-aliasing          guest memory is accessed as many types
 *   -ffp-contract=off             wasm has no fused multiply-add
 *   -fno-finite-loops             an endless loop without effects is an endless loop
 *   -fno-optimize-sibling-calls   so is a call that exhausts the stack
 *   -fstack-clash-protection      … in the guard pages, however large the frames
 *   -fno-delete-null-pointer-checks  no conclusions from addresses in guest memory
 *   -march                        rounding and bit counting as instructions
 *   -mtune                        instructions chosen and loops unrolled for this machine, on which
 *                                 alone it will run
 */
#if defined(__x86_64__)
#define TM_EMIT_MARCH "-march=x86-64-v2 -mtune=native "
#else
#define TM_EMIT_MARCH ""
#endif
#define TM_EMIT_CFLAGS                                                                             \
  "-std=gnu11 -D_GNU_SOURCE -O2 " TM_EMIT_MARCH "-fPIC -fvisibility=hidden -w "                    \
  "-fno-strict-aliasing -ffp-contract=off -fno-math-errno -fno-finite-loops "                      \
  "-fno-optimize-sibling-calls -fstack-clash-protection -fno-delete-null-pointer-checks"

struct tm_emit_options {
  const char *strategy; /* name; strategies/NAME.h must exist */
  struct tm_layout layout;
  size_t unit_bytes; /* start a new unit after about so many bytes of function bodies; 0: 256 KiB */
};

/* Translate into files in the existing, empty directory `out`. *units: how many unit files.
 * 0; -EINVAL with a sentence naming byte offset and reason when the module is invalid; -ENOTSUP
 * naming the feature that is not supported; -errno when a file cannot be written. */
int tm_emit_files(const char *name, const void *wasm, size_t size,
                  const struct tm_emit_options *options, const char *out, size_t *units,
                  struct tm_error *error);
/* The same, everything in one stream, for people (tidemark emit-c). */
int tm_emit_stream(const char *name, const void *wasm, size_t size,
                   const struct tm_emit_options *options, FILE *out, struct tm_error *error);

#endif
