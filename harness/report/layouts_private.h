/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/layouts_private.h: what the files of layouts.h share. */
#ifndef TM_HARNESS_REPORT_LAYOUTS_PRIVATE_H
#define TM_HARNESS_REPORT_LAYOUTS_PRIVATE_H

#include "harness/wasm/module.h"

/* Time a call of `export` (a leaf of layouts.wat that takes one i32 and returns `expected`) in one
 * of many instances of the module after another, in a random order that each result decides: what
 * an instance keeps comes from far away each time. Fills ns[0 … samples). With an imported memory
 * all instances share one. 0, or -errno with a sentence. */
int tm_layouts_cold(struct tm_module *module, const char *export, uint32_t expected,
                    double ns_per_tick, double *ns, unsigned samples, struct tm_error *error);

#endif
