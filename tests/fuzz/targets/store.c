/* SPDX-License-Identifier: Apache-2.0 */
/* A results database whose every byte may be wrong: opened, read, exported and merged. */
#include "tests/fuzz/targets/target.h"

#include "harness/store/store.h"

#include <stdlib.h>
#include <unistd.h>

static int count_series(void *context, const struct tm_stored *s) {
  *(size_t *)context += s->count;
  return 0;
}

static void told(int result, const struct tm_error *error) {
  if (result && !error->text[0]) abort();
}

static void read_all(const char *path) {
  struct tm_error error = {0};
  struct tm_store *store = NULL;
  size_t count = 0;
  int result = tm_store_open(path, TM_STORE_READ, &store, &error);
  told(result, &error);
  if (result) return;
  FILE *nowhere = fopen("/dev/null", "w");
  told(tm_store_each(store, NULL, NULL, 0, count_series, &count, &error), &error);
  cJSON_Delete(tm_store_runs(store, &error));
  for (int format = TM_EXPORT_CSV; nowhere && format <= TM_EXPORT_LATEX; format++)
    told(tm_store_export(store, (enum tm_export)format, nowhere, &error), &error);
  if (nowhere) fclose(nowhere);
  tm_store_close(store);
}

/* Files: SQLite follows /proc/self/fd to a name that is not there. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  char folder[] = "/dev/shm/tidemark-fuzz.XXXXXX", path[64], other[64];
  if (!mkdtemp(folder)) abort();
  snprintf(path, sizeof path, "%s/fuzzed.db", folder);
  snprintf(other, sizeof other, "%s/other.db", folder);
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(bytes, 1, size, f) != size || fclose(f)) abort();
  read_all(path);
  struct tm_error error = {0};
  struct tm_merged merged;
  told(tm_store_merge(other, path, &merged, &error), &error);
  unlink(other);
  unlink(path);
  if (rmdir(folder)) abort(); /* something else was left behind */
  return 0;
}
