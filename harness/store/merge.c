/* SPDX-License-Identifier: Apache-2.0 */
/* Adding one file's runs to another. */
#include "harness/store/internal.h"
#include "harness/store/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char merging[] = "merge into";

/* A question whose row, if there is one, is a reason to refuse. */
static int refuse_if(const struct tm_store *store, const char *sql, const char *remedy,
                     struct tm_error *error) {
  sqlite3_stmt *s;
  int rc = tm_store_prepare_(store, sql, &s, merging, error);
  if (rc < 0) return rc;
  int got = sqlite3_step(s);
  if (got == SQLITE_ROW)
    rc = tm_fail(error, -EINVAL, "cannot merge into %s: %s; %s", store->path, tm_store_text_(s, 0),
                 remedy);
  else if (got != SQLITE_DONE)
    rc = tm_store_failed_(store, merging, error);
  sqlite3_finalize(s);
  return rc;
}

static int check_machines(const struct tm_store *store, struct tm_error *error) {
  static const char sql[] = "SELECT a.machine, b.machine FROM main.run AS a JOIN other.run AS b "
                            "ON a.machine_class <> b.machine_class LIMIT 1";
  sqlite3_stmt *s;
  int rc = tm_store_prepare_(store, sql, &s, merging, error);
  if (rc < 0) return rc;
  int got = sqlite3_step(s);
  if (got == SQLITE_ROW) {
    char difference[512];
    cJSON *a = cJSON_Parse(tm_store_text_(s, 0)), *b = cJSON_Parse(tm_store_text_(s, 1));
    tm_machine_difference(a, b, difference, sizeof difference);
    cJSON_Delete(a);
    cJSON_Delete(b);
    rc = tm_fail(error, -EINVAL,
                 "cannot merge into %s: the machines are unlike (%s); keep one file for each kind "
                 "of machine",
                 store->path, difference);
  } else if (got != SQLITE_DONE) {
    rc = tm_store_failed_(store, merging, error);
  }
  sqlite3_finalize(s);
  return rc;
}

static int check(const struct tm_store *store, struct tm_error *error) {
  static const char binaries[] =
      "SELECT 'plan ''' || r.plan || ''' was measured with two different binaries ''' || a.name || "
      "''' (sha256 ' || substr(a.sha256, 1, 12) || ' and ' || substr(b.sha256, 1, 12) || ')' "
      "FROM main.run AS r JOIN main.binary AS a ON a.run = r.id "
      "JOIN other.run AS q ON q.plan = r.plan "
      "JOIN other.binary AS b ON b.run = q.id AND b.name = a.name AND b.sha256 <> a.sha256 LIMIT 1";
  static const char runs[] =
      "SELECT 'the files tell different things about run ' || id FROM (SELECT * FROM other.run "
      "WHERE id IN (SELECT id FROM main.run) EXCEPT SELECT * FROM main.run) LIMIT 1";
  static const char cells[] =
      "SELECT 'the files tell different things about block ' || c.block || ', position ' || "
      "c.position || ' of run ' || c.run FROM other.cell AS o "
      "JOIN main.cell AS c ON c.run = o.run AND c.block = o.block AND c.position = o.position "
      "JOIN other.series AS t ON t.cell = o.id JOIN other.sample AS x ON x.series = t.id "
      "LEFT JOIN main.series AS s ON s.cell = c.id AND s.metric = t.metric AND s.unit = t.unit "
      "LEFT JOIN main.sample AS y ON y.series = s.id AND y.iteration = x.iteration "
      "WHERE o.axes <> c.axes OR y.value IS NOT x.value LIMIT 1";
  static const char damaged[] = "one of them was altered; merge the originals";
  int rc = check_machines(store, error);
  if (rc == 0)
    rc = refuse_if(store, binaries, "keep one file for each build, or name the plans differently",
                   error);
  if (rc == 0) rc = refuse_if(store, runs, damaged, error);
  if (rc == 0) rc = refuse_if(store, cells, damaged, error);
  return rc;
}

static int64_t changes(const struct tm_store *store, const char *sql, struct tm_error *error) {
  int rc = tm_store_exec_(store, sql, merging, error);
  return rc < 0 ? rc : sqlite3_changes64(store->db);
}

/* Numbers of cells and series are local to a file: those that come move up by what is in use. */
static int copy(const struct tm_store *store, struct tm_merged *out, struct tm_error *error) {
  static const char prepare[] =
      "CREATE TEMP TABLE fresh AS SELECT o.id AS old, o.id + (SELECT coalesce(max(id), 0) FROM "
      "main.cell) AS new FROM other.cell AS o WHERE NOT EXISTS (SELECT 1 FROM main.cell AS m WHERE "
      "m.run = o.run AND m.block = o.block AND m.position = o.position);"
      "CREATE TEMP TABLE moved AS SELECT s.id AS old, s.id + (SELECT coalesce(max(id), 0) FROM "
      "main.series) AS new FROM other.series AS s JOIN fresh ON fresh.old = s.cell;";
  int rc = tm_store_exec_(store, prepare, merging, error);
  if (rc < 0) return rc;
  out->runs = changes(store,
                      "INSERT INTO main.run SELECT * FROM other.run WHERE id NOT IN "
                      "(SELECT id FROM main.run)",
                      error);
  if (out->runs < 0) return (int)out->runs;
  rc = tm_store_exec_(store, "INSERT OR IGNORE INTO main.binary SELECT * FROM other.binary",
                      merging, error);
  if (rc < 0) return rc;
  out->cells = changes(store,
                       "INSERT INTO main.cell SELECT fresh.new, run, block, position, axes, "
                       "finished FROM other.cell JOIN fresh ON fresh.old = id",
                       error);
  if (out->cells < 0) return (int)out->cells;
  rc = tm_store_exec_(store,
                      "INSERT INTO main.note SELECT fresh.new, name, text FROM other.note "
                      "JOIN fresh ON fresh.old = cell;"
                      "INSERT INTO main.series SELECT moved.new, fresh.new, metric, unit FROM "
                      "other.series JOIN fresh ON fresh.old = cell JOIN moved ON moved.old = id",
                      merging, error);
  if (rc < 0) return rc;
  out->samples = changes(store,
                         "INSERT INTO main.sample SELECT moved.new, iteration, value FROM "
                         "other.sample JOIN moved ON moved.old = series",
                         error);
  if (out->samples < 0) return (int)out->samples;
  return tm_store_exec_(store, "DROP TABLE temp.fresh; DROP TABLE temp.moved", merging, error);
}

static int attach(const struct tm_store *store, const char *from, struct tm_error *error) {
  sqlite3_stmt *s;
  int rc = tm_store_prepare_(store, "ATTACH ? AS other", &s, merging, error);
  if (rc < 0) return rc;
  sqlite3_bind_text(s, 1, from, -1, SQLITE_TRANSIENT);
  if (sqlite3_step(s) != SQLITE_DONE) rc = tm_store_failed_(store, merging, error);
  sqlite3_finalize(s);
  return rc;
}

int tm_store_merge(const char *into, const char *from, struct tm_merged *out,
                   struct tm_error *error) {
  struct tm_store *store, *source;
  struct stat a, b;
  *out = (struct tm_merged){0};
  if (stat(into, &a) == 0 && stat(from, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
    return tm_fail(error, -EINVAL, "%s and %s are the same file; name two", into, from);
  /* Opened for itself first: finishes what a killed writer left, and checks that it is ours. */
  int rc = tm_store_open(from, TM_STORE_READ, &source, error);
  if (rc < 0) return rc;
  rc = tm_store_open(into, TM_STORE_READ, &store, error);
  if (rc == 0) {
    rc = attach(store, source->path, error);
    if (rc == 0) rc = tm_store_exec_(store, "BEGIN IMMEDIATE", merging, error);
    if (rc == 0) {
      rc = check(store, error);
      if (rc == 0) rc = copy(store, out, error);
      rc = tm_store_end_(store, rc, merging, error);
    }
    tm_store_close(store);
  }
  tm_store_close(source);
  return rc;
}
