/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/store/axes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What an export puts beside the axes. */
static const char *const columns[] = {"run",       "plan",     "started", "seed",
                                      "block",     "unit",     "metric",  "value",
                                      "iteration", "position", "samples", "values"};

int tm_axes_name(const char *name, struct tm_error *error) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
  static const char others[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
  if (*name && strchr(letters, *name) && name[strspn(name, others)] == '\0') return 0;
  return tm_fail(error, -EINVAL,
                 "'%s' cannot name an axis, a metric or a note; use lower-case letters, digits and "
                 "'_', a letter first",
                 name);
}

static int by_name(const void *x, const void *y) {
  const struct tm_axis *a = x, *b = y;
  return strcmp(a->name, b->name);
}

static int check(const struct tm_axis *axis, const struct tm_axis *before, struct tm_error *error) {
  int rc = tm_axes_name(axis->name, error);
  if (rc < 0) return rc;
  for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
    if (!strcmp(axis->name, columns[k]))
      return tm_fail(error, -EINVAL,
                     "an axis cannot be called '%s', which is a column of the export", axis->name);
  if (before && !strcmp(axis->name, before->name))
    return tm_fail(error, -EINVAL, "axis '%s' is given twice", axis->name);
  return 0;
}

int tm_axes_json(const struct tm_axis axes[], size_t count, char **json, struct tm_error *error) {
  struct tm_axis *sorted = calloc(count + 1, sizeof *sorted);
  cJSON *object = cJSON_CreateObject();
  if (!sorted || !object) tm_no_memory("what was asked");
  if (count) memcpy(sorted, axes, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, by_name);
  int rc = 0;
  for (size_t i = 0; i < count && rc == 0; i++) {
    rc = check(&sorted[i], i ? &sorted[i - 1] : NULL, error);
    if (rc == 0 && !cJSON_AddStringToObject(object, sorted[i].name, sorted[i].value))
      tm_no_memory("what was asked");
  }
  *json = rc == 0 ? cJSON_PrintUnformatted(object) : NULL;
  if (rc == 0 && !*json) tm_no_memory("what was asked");
  cJSON_Delete(object);
  free(sorted);
  return rc;
}
