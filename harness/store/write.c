/* SPDX-License-Identifier: Apache-2.0 */
/* Runs and cells into the file. */
#include "harness/store/axes.h"
#include "harness/store/internal.h"
#include "harness/store/machine.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static void utc_now(char text[32]) {
  struct timespec now;
  struct tm parts;
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &parts);
  size_t n = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &parts);
  snprintf(text + n, 32 - n, ".%03ldZ", now.tv_nsec / 1000000);
}

static void fresh_id(char hex[33]) {
  uint64_t words[2];
  if (getrandom(words, sizeof words, 0) != sizeof words) tm_die("the system gave no entropy");
  snprintf(hex, 33, "%016llx%016llx", (unsigned long long)words[0], (unsigned long long)words[1]);
}

static void bind_text(sqlite3_stmt *s, int index, const char *text) {
  sqlite3_bind_text(s, index, text, -1, SQLITE_TRANSIENT);
}

/* Step a statement that gives no row, and make it ready for the next values. */
static int step(const struct tm_store *store, sqlite3_stmt *s, const char *doing,
                struct tm_error *error) {
  int rc = sqlite3_step(s) == SQLITE_DONE ? 0 : tm_store_failed_(store, doing, error);
  sqlite3_reset(s);
  return rc;
}

/* ---- Runs -------------------------------------------------------------------------------------
 */

/* Does the file hold a run from a machine that may not be pooled with this one? */
static int check_machine(const struct tm_store *store, const cJSON *machine, const char *class,
                         struct tm_error *error) {
  sqlite3_stmt *s;
  int rc = tm_store_prepare_(store, "SELECT machine FROM run WHERE machine_class <> ? LIMIT 1", &s,
                             "read", error);
  if (rc < 0) return rc;
  bind_text(s, 1, class);
  int got = sqlite3_step(s);
  if (got == SQLITE_ROW) {
    char difference[512];
    cJSON *other = cJSON_Parse(tm_store_text_(s, 0));
    tm_machine_difference(other, machine, difference, sizeof difference);
    cJSON_Delete(other);
    rc = tm_fail(error, -EINVAL,
                 "%s holds runs of an unlike machine (%s), and unlike machines are never pooled; "
                 "use a new file",
                 store->path, difference);
  } else if (got != SQLITE_DONE) {
    rc = tm_store_failed_(store, "read", error);
  }
  sqlite3_finalize(s);
  return rc;
}

static int check_binary(const struct tm_store *store, const char *plan, const struct tm_binary *b,
                        struct tm_error *error) {
  static const char sql[] = "SELECT sha256 FROM binary JOIN run ON run.id = binary.run "
                            "WHERE plan = ? AND name = ? AND sha256 <> ? LIMIT 1";
  sqlite3_stmt *s;
  int rc = tm_store_prepare_(store, sql, &s, "read", error);
  if (rc < 0) return rc;
  bind_text(s, 1, plan);
  bind_text(s, 2, b->name);
  bind_text(s, 3, b->sha256);
  int got = sqlite3_step(s);
  if (got == SQLITE_ROW)
    rc = tm_fail(error, -EINVAL,
                 "%s has plan '%s' measured with another %s (sha256 %.12s…, now %.12s…); use a new "
                 "file, or the binary it was begun with",
                 store->path, plan, b->name, tm_store_text_(s, 0), b->sha256);
  else if (got != SQLITE_DONE)
    rc = tm_store_failed_(store, "read", error);
  sqlite3_finalize(s);
  return rc;
}

static int insert_run(const struct tm_store *store, const struct tm_stored_run *run, const char *id,
                      const char *class, const cJSON *machine, struct tm_error *error) {
  char started[32], *record = cJSON_PrintUnformatted(machine);
  sqlite3_stmt *s;
  if (!record) tm_no_memory("what was asked");
  utc_now(started);
  int rc = tm_store_prepare_(store, "INSERT INTO run VALUES(?,?,?,?,?,?,?,?)", &s, "write", error);
  if (rc == 0) {
    bind_text(s, 1, id);
    bind_text(s, 2, run->plan);
    bind_text(s, 3, started);
    bind_text(s, 4, run->command);
    sqlite3_bind_int64(s, 5, (sqlite3_int64)run->seed);
    bind_text(s, 6, run->version);
    bind_text(s, 7, class);
    bind_text(s, 8, record);
    rc = step(store, s, "begin a run in", error);
    sqlite3_finalize(s);
  }
  free(record);
  return rc;
}

static int insert_binaries(const struct tm_store *store, const struct tm_stored_run *run,
                           const char *id, struct tm_error *error) {
  sqlite3_stmt *s;
  int rc = tm_store_prepare_(store, "INSERT INTO binary VALUES(?,?,?)", &s, "write", error);
  if (rc < 0) return rc;
  for (size_t i = 0; i < run->binary_count && rc == 0; i++) {
    rc = check_binary(store, run->plan, &run->binaries[i], error);
    if (rc < 0) break;
    bind_text(s, 1, id);
    bind_text(s, 2, run->binaries[i].name);
    bind_text(s, 3, run->binaries[i].sha256);
    rc = step(store, s, "begin a run in", error);
  }
  sqlite3_finalize(s);
  return rc;
}

int tm_store_begin(struct tm_store *store, const struct tm_stored_run *run, const cJSON *machine,
                   struct tm_error *error) {
  char class[TM_SHA256_HEX], id[33];
  if (run->seed >> 53)
    return tm_fail(error, -EINVAL, "the seed %llu is too large; use one below 2^53",
                   (unsigned long long)run->seed);
  tm_machine_class(machine, class);
  fresh_id(id);
  int rc = tm_store_exec_(store, "BEGIN IMMEDIATE", "write", error);
  if (rc < 0) return rc;
  rc = check_machine(store, machine, class, error);
  if (rc == 0) rc = insert_run(store, run, id, class, machine, error);
  if (rc == 0) rc = insert_binaries(store, run, id, error);
  rc = tm_store_end_(store, rc, "begin a run in", error);
  if (rc == 0) memcpy(store->run, id, sizeof id);
  return rc;
}

const char *tm_store_run(const struct tm_store *store) { return store->run; }

/* ---- Cells ------------------------------------------------------------------------------------
 */

static int insert_cell(const struct tm_store *store, const struct tm_cell *cell, const char *axes,
                       sqlite3_int64 *id, struct tm_error *error) {
  char finished[32];
  sqlite3_stmt *s;
  utc_now(finished);
  int rc = tm_store_prepare_(store,
                             "INSERT INTO cell(run,block,position,axes,finished) "
                             "VALUES(?,?,?,?,?)",
                             &s, "write", error);
  if (rc < 0) return rc;
  bind_text(s, 1, store->run);
  sqlite3_bind_int64(s, 2, (sqlite3_int64)cell->block);
  sqlite3_bind_int64(s, 3, (sqlite3_int64)cell->position);
  bind_text(s, 4, axes);
  bind_text(s, 5, finished);
  rc = step(store, s, "add a cell to", error);
  *id = sqlite3_last_insert_rowid(store->db);
  sqlite3_finalize(s);
  return rc;
}

static int insert_notes(const struct tm_store *store, const struct tm_cell *cell, sqlite3_int64 id,
                        struct tm_error *error) {
  sqlite3_stmt *s;
  int rc = tm_store_prepare_(store, "INSERT INTO note VALUES(?,?,?)", &s, "write", error);
  if (rc < 0) return rc;
  for (size_t i = 0; i < cell->note_count && rc == 0; i++) {
    sqlite3_bind_int64(s, 1, id);
    bind_text(s, 2, cell->notes[i].name);
    bind_text(s, 3, cell->notes[i].text);
    rc = step(store, s, "add a cell to", error);
  }
  sqlite3_finalize(s);
  return rc;
}

static int insert_samples(const struct tm_store *store, const struct tm_series *series,
                          sqlite3_int64 id, struct tm_error *error) {
  sqlite3_stmt *s;
  int rc = tm_store_prepare_(store, "INSERT INTO sample VALUES(?,?,?)", &s, "write", error);
  if (rc < 0) return rc;
  sqlite3_bind_int64(s, 1, id);
  for (size_t i = 0; i < series->count && rc == 0; i++) {
    sqlite3_bind_int64(s, 2, (sqlite3_int64)i);
    sqlite3_bind_double(s, 3, series->values[i]);
    rc = step(store, s, "add a cell to", error);
  }
  sqlite3_finalize(s);
  return rc;
}

static int insert_series(const struct tm_store *store, const struct tm_cell *cell, sqlite3_int64 id,
                         struct tm_error *error) {
  sqlite3_stmt *s;
  int rc = tm_store_prepare_(store, "INSERT INTO series(cell,metric,unit) VALUES(?,?,?)", &s,
                             "write", error);
  if (rc < 0) return rc;
  for (size_t i = 0; i < cell->series_count && rc == 0; i++) {
    sqlite3_bind_int64(s, 1, id);
    bind_text(s, 2, cell->series[i].metric);
    bind_text(s, 3, cell->series[i].unit);
    rc = step(store, s, "add a cell to", error);
    if (rc == 0)
      rc = insert_samples(store, &cell->series[i], sqlite3_last_insert_rowid(store->db), error);
  }
  sqlite3_finalize(s);
  return rc;
}

static int check_cell(const struct tm_store *store, const struct tm_cell *cell,
                      struct tm_error *error) {
  if (!*store->run)
    return tm_fail(error, -EINVAL, "a cell was added to %s before a run was begun", store->path);
  if (cell->block > INT64_MAX || cell->position > INT64_MAX)
    return tm_fail(error, -EINVAL, "a block or position is too large; use numbers below 2^63");
  int rc = 0;
  for (size_t i = 0; i < cell->note_count && rc == 0; i++)
    rc = tm_axes_name(cell->notes[i].name, error);
  for (size_t i = 0; i < cell->series_count && rc == 0; i++) {
    const struct tm_series *series = &cell->series[i];
    rc = tm_axes_name(series->metric, error);
    if (rc == 0 && series->count == 0)
      rc = tm_fail(error, -EINVAL, "metric %s has no sample; leave it out", series->metric);
    for (size_t j = 0; j < series->count && rc == 0; j++)
      if (!isfinite(series->values[j]))
        rc = tm_fail(error, -EINVAL, "sample %zu of metric %s is %g; only finite numbers are kept",
                     j, series->metric, series->values[j]);
  }
  return rc;
}

int tm_store_add(struct tm_store *store, const struct tm_cell *cell, struct tm_error *error) {
  char *axes;
  sqlite3_int64 id;
  int rc = check_cell(store, cell, error);
  if (rc == 0) rc = tm_axes_json(cell->axes, cell->axis_count, &axes, error);
  if (rc < 0) return rc;
  if (!store->grouped) rc = tm_store_exec_(store, "BEGIN IMMEDIATE", "write", error);
  if (rc == 0) {
    rc = insert_cell(store, cell, axes, &id, error);
    if (rc == 0) rc = insert_notes(store, cell, id, error);
    if (rc == 0) rc = insert_series(store, cell, id, error);
    if (!store->grouped) rc = tm_store_end_(store, rc, "add a cell to", error);
  }
  free(axes);
  return rc;
}

int tm_store_group(struct tm_store *store, struct tm_error *error) {
  if (store->grouped) return tm_fail(error, -EINVAL, "a group of cells is open already");
  int rc = tm_store_exec_(store, "BEGIN IMMEDIATE", "write", error);
  store->grouped = rc == 0;
  return rc;
}

int tm_store_group_end(struct tm_store *store, int result, struct tm_error *error) {
  store->grouped = false;
  return tm_store_end_(store, result, "add cells to", error);
}
