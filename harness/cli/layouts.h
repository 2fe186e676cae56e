/* SPDX-License-Identifier: Apache-2.0 */
/* harness/cli/layouts.h: the table of what layouts cost, at the end of `tidemark bench --layouts`.
 */
#ifndef TM_HARNESS_CLI_LAYOUTS_H
#define TM_HARNESS_CLI_LAYOUTS_H

#include "harness/report/layouts.h"

/* Print what the store holds of this plan. 0 or -errno with a sentence. */
int tm_layouts_print(struct tm_store *store, const char *plan, struct tm_error *error);

#endif
