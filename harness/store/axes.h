/* SPDX-License-Identifier: Apache-2.0 */
/* harness/store/axes.h: a point of the axes as one text, so that equal points are equal texts. */
#ifndef TM_HARNESS_STORE_AXES_H
#define TM_HARNESS_STORE_AXES_H

#include "harness/store/store.h"

/* 0 if `name` may name an axis, metric or note (see store.h); else -EINVAL with a sentence. */
int tm_axes_name(const char *name, struct tm_error *error);

/* {"name":"value",…}, sorted by name. The caller frees *json. -EINVAL: a bad name, one twice, or
 * one that is a column of the export. */
int tm_axes_json(const struct tm_axis axes[], size_t count, char **json, struct tm_error *error);

#endif
