/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/wat.h: WebAssembly text → binary, by libwabt. */
#ifndef TM_HARNESS_WASM_WAT_H
#define TM_HARNESS_WASM_WAT_H

#include "core/error.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Parse, validate and encode; every feature the translator knows is on. `name` stands for the file
 * in messages. 0 and malloc'ed bytes, or -EINVAL with a sentence. */
int tm_wat_to_wasm(const char *name, const char *text, size_t size, unsigned char **wasm,
                   size_t *wasm_size, struct tm_error *error);

#ifdef __cplusplus
}
#endif

#endif
