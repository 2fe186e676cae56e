/* SPDX-License-Identifier: Apache-2.0 */
/* harness/store/internal.h: what the files of this room share. */
#ifndef TM_HARNESS_STORE_INTERNAL_H
#define TM_HARNESS_STORE_INTERNAL_H

#include "harness/store/store.h"

#include <sqlite3.h>

struct tm_store {
  sqlite3 *db;
  char *path;
  char run[33]; /* of tm_store_begin */
  bool grouped; /* between tm_store_group and its end */
};

/* Turn SQLite's last complaint into a sentence and -errno. `doing`: "add a cell to". */
int tm_store_failed_(const struct tm_store *store, const char *doing, struct tm_error *error);

/* Run SQL without results. */
int tm_store_exec_(const struct tm_store *store, const char *sql, const char *doing,
                   struct tm_error *error);

/* Compile SQL; the caller finalises. */
int tm_store_prepare_(const struct tm_store *store, const char *sql, sqlite3_stmt **out,
                      const char *doing, struct tm_error *error);

/* COMMIT if rc is 0, else (or if that fails) ROLLBACK. Returns what became of it. */
int tm_store_end_(const struct tm_store *store, int rc, const char *doing, struct tm_error *error);

/* The column as text, never NULL; valid until the next step. */
const char *tm_store_text_(sqlite3_stmt *s, int column);

/* The names of all axes in the file, sorted: an array of texts, or NULL with a sentence. */
cJSON *tm_store_axes_(struct tm_store *store, struct tm_error *error);

/* tm_store_export for LaTeX. */
int tm_store_latex_(struct tm_store *store, FILE *to, struct tm_error *error);

#endif
