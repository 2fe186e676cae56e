/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and making the file; SQLite's complaints as sentences. */
#include "harness/store/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { APPLICATION = 0x7469646d /* "tidm" */, VERSION = 1 };

static const char schema[] = {
#include "schema.inc" /* made by CMake from schema.sql: its bytes */
    0};

int tm_store_failed_(const struct tm_store *store, const char *doing, struct tm_error *error) {
  int code = sqlite3_extended_errcode(store->db), system = sqlite3_system_errno(store->db);
  const char *path = store->path, *said = sqlite3_errmsg(store->db);
  if ((code & 0xff) == SQLITE_FULL ||
      ((code & 0xff) == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT || system == EFBIG)))
    return tm_fail(error, -ENOSPC,
                   "cannot %s %s: the disk is full or a size limit is reached; nothing already "
                   "stored is lost, make room and repeat",
                   doing, path);
  switch (code & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return tm_fail(error, -EBUSY,
                   "cannot %s %s: another process keeps it locked; wait until that has finished",
                   doing, path);
  case SQLITE_NOTADB:
  case SQLITE_CORRUPT:
    return tm_fail(error, -EINVAL,
                   "cannot %s %s: it is damaged or no results file (%s); name another file", doing,
                   path, said);
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_READONLY:
  case SQLITE_AUTH:
    return tm_fail(error, -EACCES, "cannot %s %s: %s%s%s; check the path and its permissions",
                   doing, path, said, system ? ": " : "", system ? strerror(system) : "");
  case SQLITE_CONSTRAINT:
    return tm_fail(error, -EINVAL, "cannot %s %s: %s; each part of a run is stored once and stays",
                   doing, path, said);
  default:
    return tm_fail(error, -EIO, "cannot %s %s: %s%s%s; check the disk it is on", doing, path, said,
                   system ? ": " : "", system ? strerror(system) : "");
  }
}

int tm_store_exec_(const struct tm_store *store, const char *sql, const char *doing,
                   struct tm_error *error) {
  if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK) return 0;
  return tm_store_failed_(store, doing, error);
}

int tm_store_prepare_(const struct tm_store *store, const char *sql, sqlite3_stmt **out,
                      const char *doing, struct tm_error *error) {
  if (sqlite3_prepare_v2(store->db, sql, -1, out, NULL) == SQLITE_OK) return 0;
  return tm_store_failed_(store, doing, error);
}

int tm_store_end_(const struct tm_store *store, int rc, const char *doing, struct tm_error *error) {
  if (rc == 0) rc = tm_store_exec_(store, "COMMIT", doing, error);
  /* After some failures SQLite has rolled back by itself and this finds nothing to do. */
  if (rc < 0) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
  return rc;
}

const char *tm_store_text_(sqlite3_stmt *s, int column) {
  const char *text = (const char *)sqlite3_column_text(s, column);
  return text ? text : "";
}

static int number(const struct tm_store *store, const char *sql, int64_t *out,
                  struct tm_error *error) {
  sqlite3_stmt *s;
  int rc = tm_store_prepare_(store, sql, &s, "open", error);
  if (rc < 0) return rc;
  if (sqlite3_step(s) == SQLITE_ROW)
    *out = sqlite3_column_int64(s, 0);
  else
    rc = tm_store_failed_(store, "open", error);
  sqlite3_finalize(s);
  return rc;
}

/* Give an empty file its tables; somebody else may be doing the same. */
static int make(const struct tm_store *store, struct tm_error *error) {
  int64_t tables = 0;
  int rc = tm_store_exec_(store, "BEGIN IMMEDIATE", "make", error);
  if (rc < 0) return rc;
  rc = number(store, "SELECT count(*) FROM sqlite_master", &tables, error);
  if (rc == 0 && tables == 0) {
    char mark[80];
    snprintf(mark, sizeof mark, "PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION,
             VERSION);
    rc = tm_store_exec_(store, mark, "make", error);
    if (rc == 0) rc = tm_store_exec_(store, schema, "make", error);
  }
  return tm_store_end_(store, rc, "make", error);
}

static int check(const struct tm_store *store, enum tm_store_mode mode, struct tm_error *error) {
  int64_t tables = 0, application = 0, version = 0;
  int rc = number(store, "SELECT count(*) FROM sqlite_master", &tables, error);
  if (rc == 0 && tables == 0 && mode == TM_STORE_APPEND) rc = make(store, error);
  if (rc == 0) rc = number(store, "PRAGMA application_id", &application, error);
  if (rc == 0) rc = number(store, "PRAGMA user_version", &version, error);
  if (rc < 0) return rc;
  if (application != APPLICATION)
    return tm_fail(error, -EINVAL,
                   "%s is an SQLite file, but not one of Tidemark's results; name "
                   "another file",
                   store->path);
  if (version != VERSION)
    return tm_fail(error, -EINVAL,
                   "%s has layout %lld and this build knows layout %d; use the version of Tidemark "
                   "that wrote it",
                   store->path, (long long)version, VERSION);
  return 0;
}

int tm_store_open(const char *path, enum tm_store_mode mode, struct tm_store **out,
                  struct tm_error *error) {
  *out = NULL;
  if (!*path) return tm_fail(error, -EINVAL, "the results file has an empty name; give it one");
  struct tm_store *store = calloc(1, sizeof *store);
  /* SQLite gives names that begin with ':' a meaning of their own. */
  if (store && asprintf(&store->path, "%s%s", *path == ':' ? "./" : "", path) < 0)
    store->path = NULL;
  if (!store || !store->path) {
    free(store);
    return tm_fail(error, -ENOMEM, "cannot open %s: out of memory", path);
  }
  /* Also a reader may have to finish or undo what a killed writer left. */
  int flags = SQLITE_OPEN_READWRITE | (mode == TM_STORE_APPEND ? SQLITE_OPEN_CREATE : 0);
  int rc = 0;
  if (sqlite3_open_v2(store->path, &store->db, flags, NULL) != SQLITE_OK)
    rc = tm_store_failed_(store, "open", error);
  if (rc == 0) {
    sqlite3_busy_timeout(store->db, 10000);
    rc = tm_store_exec_(store, "PRAGMA foreign_keys=ON; PRAGMA synchronous=EXTRA", "open", error);
  }
  if (rc == 0) rc = check(store, mode, error);
  if (rc < 0) {
    tm_store_close(store);
    return rc;
  }
  *out = store;
  return 0;
}

void tm_store_close(struct tm_store *store) {
  if (!store) return;
  sqlite3_close(store->db);
  free(store->path);
  free(store);
}
