/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the file. */
#include "harness/store/axes.h"
#include "harness/store/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char reading[] = "read";

/* The first column of the first row of a statement whose texts and block are bound; finalises. */
static int64_t first_number(const struct tm_store *store, sqlite3_stmt *s, struct tm_error *error) {
  int64_t n = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0)
                                            : tm_store_failed_(store, reading, error);
  sqlite3_finalize(s);
  return n;
}

int64_t tm_store_block_cells(struct tm_store *store, const char *plan, uint64_t block,
                             struct tm_error *error) {
  static const char sql[] = "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM cell JOIN "
                            "run ON run.id = cell.run "
                            "WHERE plan = ? AND block = ? GROUP BY run.id)";
  sqlite3_stmt *s;
  int rc = tm_store_prepare_(store, sql, &s, reading, error);
  if (rc < 0) return rc;
  sqlite3_bind_text(s, 1, plan, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64(s, 2, (sqlite3_int64)block);
  return first_number(store, s, error);
}

int tm_store_has(struct tm_store *store, const char *plan, uint64_t block,
                 const struct tm_axis axes[], size_t axis_count, struct tm_error *error) {
  static const char sql[] = "SELECT count(*) > 0 FROM cell JOIN run ON run.id = cell.run "
                            "WHERE plan = ? AND block = ? AND axes = ?";
  char *json;
  sqlite3_stmt *s;
  int rc = tm_axes_json(axes, axis_count, &json, error);
  if (rc < 0) return rc;
  rc = tm_store_prepare_(store, sql, &s, reading, error);
  if (rc == 0) {
    sqlite3_bind_text(s, 1, plan, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)block);
    sqlite3_bind_text(s, 3, json, -1, SQLITE_TRANSIENT);
    rc = (int)first_number(store, s, error);
  }
  free(json);
  return rc;
}

/* Read the samples of one series into a buffer that grows. */
struct buffer {
  double *values;
  size_t count, room;
};

static int fill(const struct tm_store *store, sqlite3_stmt *samples, sqlite3_int64 series,
                struct buffer *b, struct tm_error *error) {
  int got;
  b->count = 0;
  sqlite3_bind_int64(samples, 1, series);
  while ((got = sqlite3_step(samples)) == SQLITE_ROW) {
    if (b->count == b->room) {
      b->room = b->room ? 2 * b->room : 64;
      b->values = realloc(b->values, b->room * sizeof *b->values);
      if (!b->values) tm_no_memory("%zu samples", b->room);
    }
    b->values[b->count++] = sqlite3_column_double(samples, 0);
  }
  sqlite3_reset(samples);
  return got == SQLITE_DONE ? 0 : tm_store_failed_(store, reading, error);
}

/* Does the JSON object `axes` contain all of `where`? */
static bool contains(const char *axes, const struct tm_axis where[], size_t count) {
  if (count == 0) return true;
  cJSON *object = cJSON_Parse(axes);
  bool all = object != NULL;
  for (size_t i = 0; i < count && all; i++) {
    const char *value =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, where[i].name));
    all = value && !strcmp(value, where[i].value);
  }
  cJSON_Delete(object);
  return all;
}

int tm_store_each(struct tm_store *store, const char *metric, const struct tm_axis where[],
                  size_t where_count, int (*each)(void *context, const struct tm_stored *s),
                  void *context, struct tm_error *error) {
  static const char sql[] =
      "SELECT run.id, plan, axes, (SELECT json_group_object(name, text) FROM note "
      "WHERE note.cell = cell.id), block, position, metric, unit, series.id "
      "FROM run JOIN cell ON cell.run = run.id JOIN series ON series.cell = cell.id "
      "WHERE ?1 IS NULL OR metric = ?1 ORDER BY started, run.rowid, block, position, metric";
  sqlite3_stmt *s, *samples;
  struct buffer buffer = {0};
  int rc = tm_store_prepare_(store, sql, &s, reading, error), got = SQLITE_DONE;
  if (rc < 0) return rc;
  rc = tm_store_prepare_(store, "SELECT value FROM sample WHERE series = ? ORDER BY iteration",
                         &samples, reading, error);
  if (rc == 0) {
    sqlite3_bind_text(s, 1, metric, -1, SQLITE_TRANSIENT);
    while (rc == 0 && (got = sqlite3_step(s)) == SQLITE_ROW) {
      if (!contains(tm_store_text_(s, 2), where, where_count)) continue;
      rc = fill(store, samples, sqlite3_column_int64(s, 8), &buffer, error);
      if (rc < 0) break;
      rc = each(context, &(struct tm_stored){
                             .run = tm_store_text_(s, 0),
                             .plan = tm_store_text_(s, 1),
                             .axes = tm_store_text_(s, 2),
                             .notes = tm_store_text_(s, 3),
                             .block = (uint64_t)sqlite3_column_int64(s, 4),
                             .position = (uint64_t)sqlite3_column_int64(s, 5),
                             .metric = tm_store_text_(s, 6),
                             .unit = tm_store_text_(s, 7),
                             .values = buffer.values,
                             .count = buffer.count,
                         });
    }
    if (rc == 0 && got != SQLITE_DONE) rc = tm_store_failed_(store, reading, error);
    sqlite3_finalize(samples);
  }
  sqlite3_finalize(s);
  free(buffer.values);
  return rc;
}

static int add_binaries(const struct tm_store *store, const char *run, cJSON *to,
                        struct tm_error *error) {
  sqlite3_stmt *s;
  int got, rc = tm_store_prepare_(store, "SELECT name, sha256 FROM binary WHERE run = ?", &s,
                                  reading, error);
  if (rc < 0) return rc;
  sqlite3_bind_text(s, 1, run, -1, SQLITE_TRANSIENT);
  while ((got = sqlite3_step(s)) == SQLITE_ROW)
    cJSON_AddStringToObject(to, tm_store_text_(s, 0), tm_store_text_(s, 1));
  if (got != SQLITE_DONE) rc = tm_store_failed_(store, reading, error);
  sqlite3_finalize(s);
  return rc;
}

cJSON *tm_store_runs(struct tm_store *store, struct tm_error *error) {
  static const char sql[] = "SELECT id, plan, started, command, version, seed, machine FROM run "
                            "ORDER BY started, rowid";
  static const char *const names[] = {"id", "plan", "started", "command", "version"};
  sqlite3_stmt *s;
  int got, rc = tm_store_prepare_(store, sql, &s, reading, error);
  if (rc < 0) return NULL;
  cJSON *runs = cJSON_CreateArray();
  while (rc == 0 && (got = sqlite3_step(s)) == SQLITE_ROW) {
    cJSON *run = cJSON_CreateObject();
    for (int i = 0; i < 5; i++) cJSON_AddStringToObject(run, names[i], tm_store_text_(s, i));
    cJSON_AddNumberToObject(run, "seed", (double)sqlite3_column_int64(s, 5));
    cJSON_AddItemToObject(run, "machine", cJSON_Parse(tm_store_text_(s, 6)));
    rc = add_binaries(store, tm_store_text_(s, 0), cJSON_AddObjectToObject(run, "binaries"), error);
    cJSON_AddItemToArray(runs, run);
  }
  if (rc == 0 && got != SQLITE_DONE) rc = tm_store_failed_(store, reading, error);
  sqlite3_finalize(s);
  if (rc == 0) return runs;
  cJSON_Delete(runs);
  return NULL;
}

cJSON *tm_store_axes_(struct tm_store *store, struct tm_error *error) {
  static const char sql[] = "SELECT DISTINCT key FROM cell, json_each(cell.axes) ORDER BY key";
  sqlite3_stmt *s;
  int got;
  if (tm_store_prepare_(store, sql, &s, reading, error) < 0) return NULL;
  cJSON *names = cJSON_CreateArray();
  while ((got = sqlite3_step(s)) == SQLITE_ROW)
    cJSON_AddItemToArray(names, cJSON_CreateString(tm_store_text_(s, 0)));
  sqlite3_finalize(s);
  if (got == SQLITE_DONE) return names;
  tm_store_failed_(store, reading, error);
  cJSON_Delete(names);
  return NULL;
}
