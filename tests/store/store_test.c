/* SPDX-License-Identifier: Apache-2.0 */
/* The results file: writing, reading, resuming, merging, exporting, refusing. */
#include "harness/store/store.h"
#include "tests/store/sandbox.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct tm_error error;

#define MUST(call)                                                                                 \
  do                                                                                               \
    if ((call) < 0) fail_msg("%s: %s", #call, error.text);                                         \
  while (0)

/* The call fails with this code, and the sentence names this. */
#define REFUSED(call, code, words)                                                                 \
  do {                                                                                             \
    error.text[0] = '\0';                                                                          \
    assert_int_equal(call, code);                                                                  \
    if (!strstr(error.text, words)) fail_msg("no '%s' in: %s", words, error.text);                 \
  } while (0)

static struct tm_store *opened(const char *name) {
  struct tm_store *store;
  MUST(tm_store_open(sandbox_path(name), TM_STORE_APPEND, &store, &error));
  return store;
}

/* A file with cells first … last-1 of one run. */
static void filled(const char *name, const char *plan, const char *machine, uint64_t first,
                   uint64_t last) {
  struct tm_store *store = opened(name);
  MUST(sandbox_begin(store, plan, machine, &error));
  for (uint64_t i = first; i < last; i++) MUST(sandbox_add(store, i, &error));
  tm_store_close(store);
}

static int count_cells(const char *name) {
  struct tm_store *store = opened(name);
  int n = sandbox_cells(store);
  tm_store_close(store);
  return n;
}

static void what_is_written_is_read(void **state) {
  (void)state;
  filled("a.db", "p", "like", 0, 10);
  assert_int_equal(count_cells("a.db"), 10);
  assert_int_not_equal(access(sandbox_path("a.db-journal"), F_OK), 0); /* one file */
}

static int count_one(void *context, const struct tm_stored *s) {
  ++*(int *)context;
  return s->count > 1 ? 0 : 99;
}

static void reading_selects(void **state) {
  (void)state;
  int n = 0;
  filled("select.db", "p", "like", 0, 8);
  struct tm_store *store = opened("select.db");
  struct tm_axis guard4[] = {{"threads", "4"}, {"strategy", "guard"}}, none = {"threads", "3"};
  MUST(tm_store_each(store, "time", guard4, 2, count_one, &n, &error));
  assert_int_equal(n, 2); /* numbers 3 and 7 */
  n = 0;
  MUST(tm_store_each(store, "time", &none, 1, count_one, &n, &error));
  assert_int_equal(n, 0);
  assert_int_equal(tm_store_each(store, "grows", NULL, 0, count_one, &n, &error), 99);
  assert_int_equal(n, 1); /* stopped at the first */
  tm_store_close(store);
}

static void resume(void **state) {
  (void)state;
  struct tm_axis axes[] = {{"strategy", "push"}, {"threads", "1"}, {"workload", "sort"}};
  filled("resume.db", "p", "like", 0, 6); /* block 0 whole, block 1 half */
  struct tm_store *store = opened("resume.db");
  assert_int_equal(tm_store_block_cells(store, "p", 0, &error), 4);
  assert_int_equal(tm_store_block_cells(store, "p", 1, &error), 2);
  assert_int_equal(tm_store_block_cells(store, "p", 2, &error), 0);
  assert_int_equal(tm_store_block_cells(store, "q", 0, &error), 0);
  assert_int_equal(tm_store_has(store, "p", 1, axes, 3, &error), 1);
  assert_int_equal(tm_store_has(store, "p", 2, axes, 3, &error), 0);
  axes[1].value = "4";
  assert_int_equal(tm_store_has(store, "p", 1, axes, 3, &error), 0);
  /* Two halves in two runs are not a whole. */
  MUST(sandbox_begin(store, "p", "like", &error));
  for (uint64_t i = 6; i < 8; i++) MUST(sandbox_add(store, i, &error));
  assert_int_equal(tm_store_block_cells(store, "p", 1, &error), 2);
  tm_store_close(store);
}

static void order_of_axes_does_not_matter(void **state) {
  (void)state;
  double value = 1;
  struct tm_series series = {"time", "ns", &value, 1};
  struct tm_axis one[] = {{"b", "2"}, {"a", "1"}}, two[] = {{"a", "1"}, {"b", "2"}};
  struct tm_store *store = opened("order.db");
  MUST(sandbox_begin(store, "p", "like", &error));
  MUST(tm_store_add(
      store, &(struct tm_cell){.axes = one, .axis_count = 2, .series = &series, .series_count = 1},
      &error));
  assert_int_equal(tm_store_has(store, "p", 0, two, 2, &error), 1);
  tm_store_close(store);
}

static void bad_cells_are_refused_whole(void **state) {
  (void)state;
  double values[] = {1, NAN};
  struct tm_series series[] = {{"time", "ns", values, 1}, {"time", "ns", values, 1}};
  struct tm_axis axes[] = {{"threads", "1"}, {"threads", "2"}};
  struct tm_cell cell = {.axes = axes, .axis_count = 1, .series = series, .series_count = 1};
  struct tm_store *store = opened("bad.db");
  REFUSED(tm_store_add(store, &cell, &error), -EINVAL, "before a run");
  MUST(sandbox_begin(store, "p", "like", &error));
  cell.axis_count = 2;
  REFUSED(tm_store_add(store, &cell, &error), -EINVAL, "'threads' is given twice");
  cell.axis_count = 1;
  axes[0].name = "Block!";
  REFUSED(tm_store_add(store, &cell, &error), -EINVAL, "Block!");
  axes[0].name = "block";
  REFUSED(tm_store_add(store, &cell, &error), -EINVAL, "column of the export");
  axes[0].name = "threads";
  series[0].count = 2;
  REFUSED(tm_store_add(store, &cell, &error), -EINVAL, "sample 1 of metric time");
  series[0].count = 0;
  REFUSED(tm_store_add(store, &cell, &error), -EINVAL, "no sample");
  series[0].count = 1;
  cell.series_count = 2; /* the same metric twice: fails half-way through the transaction */
  REFUSED(tm_store_add(store, &cell, &error), -EINVAL, "stored once");
  assert_int_equal(tm_store_block_cells(store, "p", 0, &error), 0);
  cell.series_count = 1;
  MUST(tm_store_add(store, &cell, &error));
  REFUSED(tm_store_add(store, &cell, &error), -EINVAL, "stored once");
  assert_int_equal(tm_store_block_cells(store, "p", 0, &error), 1);
  tm_store_close(store);
}

static void runs_that_do_not_fit_are_refused(void **state) {
  (void)state;
  struct tm_binary rebuilt = {"tidemark", "ffff"};
  struct tm_stored_run run = {"p", "c", "v", 1, &rebuilt, 1};
  cJSON *like = cJSON_Parse("{\"class\":{\"kernel\":\"like\"}}");
  filled("fit.db", "p", "like", 0, 1);
  struct tm_store *store = opened("fit.db");
  REFUSED(sandbox_begin(store, "p", "unlike", &error), -EINVAL, "kernel: \"like\" / \"unlike\"");
  REFUSED(tm_store_begin(store, &run, like, &error), -EINVAL, "another tidemark");
  assert_string_equal(tm_store_run(store), "");
  run.plan = "q"; /* another plan may use another build */
  MUST(tm_store_begin(store, &run, like, &error));
  assert_int_equal(strlen(tm_store_run(store)), 32);
  run.seed = UINT64_C(1) << 53;
  REFUSED(tm_store_begin(store, &run, like, &error), -EINVAL, "seed");
  cJSON *runs = tm_store_runs(store, &error);
  assert_int_equal(cJSON_GetArraySize(runs), 2);
  cJSON *second = cJSON_GetArrayItem(runs, 1), *binaries = cJSON_GetObjectItem(second, "binaries");
  assert_string_equal(cJSON_GetObjectItem(second, "plan")->valuestring, "q");
  assert_string_equal(cJSON_GetObjectItem(binaries, "tidemark")->valuestring, "ffff");
  cJSON_Delete(runs);
  cJSON_Delete(like);
  tm_store_close(store);
}

static void append_only(void **state) {
  (void)state;
  static const char *const tables[] = {"run", "binary", "cell", "note", "series", "sample"};
  filled("append.db", "p", "like", 0, 1);
  sqlite3 *db;
  assert_int_equal(sqlite3_open(sandbox_path("append.db"), &db), SQLITE_OK);
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    char sql[80];
    snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_CONSTRAINT);
    snprintf(sql, sizeof sql, "UPDATE %s SET rowid = rowid", tables[i]);
    if (i != 1 && i != 3 && i != 5) /* WITHOUT ROWID */
      assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_CONSTRAINT);
  }
  assert_int_equal(sqlite3_exec(db, "UPDATE sample SET value = 0", NULL, NULL, NULL),
                   SQLITE_CONSTRAINT);
  sqlite3_close(db);
  assert_int_equal(count_cells("append.db"), 1);
}

/* Four processes make the same file at once, and each adds a run. */
static void made_by_several_at_once(void **state) {
  (void)state;
  enum { ROUNDS = 15, WRITERS = 4 };
  for (int round = 0; round < ROUNDS; round++) {
    int gate[2], status;
    pid_t children[WRITERS];
    unlink(sandbox_path("several.db"));
    assert_int_equal(pipe(gate), 0);
    for (int i = 0; i < WRITERS; i++) {
      children[i] = fork();
      assert_true(children[i] >= 0);
      if (children[i]) continue;
      struct tm_store *store;
      char byte;
      close(gate[1]);
      if (read(gate[0], &byte, 1) != 0) _exit(2); /* wait until the gate opens */
      int rc = tm_store_open(sandbox_path("several.db"), TM_STORE_APPEND, &store, &error);
      if (rc == 0) rc = sandbox_begin(store, "p", "like", &error);
      if (rc == 0) rc = sandbox_add(store, (uint64_t)i, &error);
      if (rc < 0) fprintf(stderr, "writer %d: %s\n", i, error.text);
      _exit(rc < 0);
    }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < WRITERS; i++) {
      assert_int_equal(waitpid(children[i], &status, 0), children[i]);
      assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_int_equal(count_cells("several.db"), WRITERS);
  }
}

static void files_that_are_not_ours(void **state) {
  (void)state;
  struct tm_store *store;
  sqlite3 *db;
  REFUSED(tm_store_open(sandbox_path("absent.db"), TM_STORE_READ, &store, &error), -EACCES,
          "absent.db");
  REFUSED(tm_store_open(sandbox_path("no/such/folder.db"), TM_STORE_APPEND, &store, &error),
          -EACCES, "folder.db");
  REFUSED(tm_store_open("", TM_STORE_APPEND, &store, &error), -EINVAL, "empty name");
  sandbox_write("text.db", "This is no database, and it is longer than a database's header, "
                           "which has a hundred bytes, so that SQLite does look at it.\n");
  REFUSED(tm_store_open(sandbox_path("text.db"), TM_STORE_APPEND, &store, &error), -EINVAL,
          "no results file");
  sqlite3_open(sandbox_path("foreign.db"), &db);
  sqlite3_exec(db, "CREATE TABLE t(x)", NULL, NULL, NULL);
  sqlite3_close(db);
  REFUSED(tm_store_open(sandbox_path("foreign.db"), TM_STORE_APPEND, &store, &error), -EINVAL,
          "not one of Tidemark's");
  filled("future.db", "p", "like", 0, 1);
  sqlite3_open(sandbox_path("future.db"), &db);
  sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
  sqlite3_close(db);
  REFUSED(tm_store_open(sandbox_path("future.db"), TM_STORE_READ, &store, &error), -EINVAL,
          "layout 99");
}

/* ---- Merging ----------------------------------------------------------------------------------
 */

static void merge_adds_once(void **state) {
  (void)state;
  struct tm_merged m;
  filled("into.db", "p", "like", 0, 4);
  filled("from.db", "p", "like", 4, 8);
  MUST(tm_store_merge(sandbox_path("into.db"), sandbox_path("from.db"), &m, &error));
  assert_true(m.runs == 1 && m.cells == 4 && m.samples == 4 * (SANDBOX_SAMPLES + 1));
  assert_int_equal(count_cells("into.db"), 8);
  MUST(tm_store_merge(sandbox_path("into.db"), sandbox_path("from.db"), &m, &error));
  assert_true(m.runs == 0 && m.cells == 0 && m.samples == 0);
  MUST(tm_store_merge(sandbox_path("from.db"), sandbox_path("into.db"), &m, &error));
  assert_true(m.runs == 1 && m.cells == 4);
  assert_int_equal(count_cells("from.db"), 8);
}

/* A run that was merged while it was still going on: the rest comes later. */
static void merge_completes_a_run(void **state) {
  (void)state;
  struct tm_merged m;
  filled("all.db", "p", "like", 0, 2);
  struct tm_store *store = opened("going.db");
  MUST(sandbox_begin(store, "p", "like", &error));
  for (uint64_t i = 4; i < 6; i++) MUST(sandbox_add(store, i, &error));
  MUST(tm_store_merge(sandbox_path("all.db"), sandbox_path("going.db"), &m, &error));
  for (uint64_t i = 6; i < 8; i++) MUST(sandbox_add(store, i, &error));
  tm_store_close(store);
  MUST(tm_store_merge(sandbox_path("all.db"), sandbox_path("going.db"), &m, &error));
  assert_true(m.runs == 0 && m.cells == 2);
  assert_int_equal(count_cells("all.db"), 6);
}

static void merge_refuses(void **state) {
  (void)state;
  struct tm_merged m;
  struct tm_binary rebuilt = {"tidemark", "ffff"};
  struct tm_stored_run run = {"p", "c", "v", 1, &rebuilt, 1};
  cJSON *like = cJSON_Parse("{\"class\":{\"kernel\":\"like\"}}");
  sqlite3 *db;
  filled("one.db", "p", "like", 0, 4);
  filled("unlike.db", "p", "unlike", 0, 4);
  REFUSED(tm_store_merge(sandbox_path("one.db"), sandbox_path("unlike.db"), &m, &error), -EINVAL,
          "unlike (kernel:");
  struct tm_store *store = opened("rebuilt.db");
  MUST(tm_store_begin(store, &run, like, &error));
  tm_store_close(store);
  cJSON_Delete(like);
  REFUSED(tm_store_merge(sandbox_path("one.db"), sandbox_path("rebuilt.db"), &m, &error), -EINVAL,
          "two different binaries 'tidemark'");
  REFUSED(tm_store_merge(sandbox_path("one.db"), sandbox_path("one.db"), &m, &error), -EINVAL,
          "same file");
  REFUSED(tm_store_merge(sandbox_path("one.db"), sandbox_path("gone.db"), &m, &error), -EACCES,
          "gone.db");
  REFUSED(tm_store_merge(sandbox_path("gone.db"), sandbox_path("one.db"), &m, &error), -EACCES,
          "gone.db");

  /* The same run, but somebody changed a number. */
  MUST(tm_store_open(sandbox_path("copy.db"), TM_STORE_APPEND, &store, &error));
  tm_store_close(store);
  MUST(tm_store_merge(sandbox_path("copy.db"), sandbox_path("one.db"), &m, &error));
  assert_int_equal(sqlite3_open(sandbox_path("copy.db"), &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db,
                                "DROP TRIGGER sample_update;"
                                "UPDATE sample SET value = value + 1 WHERE iteration = 5",
                                NULL, NULL, NULL),
                   SQLITE_OK);
  sqlite3_close(db);
  REFUSED(tm_store_merge(sandbox_path("one.db"), sandbox_path("copy.db"), &m, &error), -EINVAL,
          "different things about block");
  assert_int_equal(count_cells("one.db"), 4);
}

/* ---- Exporting --------------------------------------------------------------------------------
 */

static char *exported(const char *name, enum tm_export format) {
  char *text;
  size_t size;
  FILE *to = open_memstream(&text, &size);
  struct tm_store *store = opened(name);
  MUST(tm_store_export(store, format, to, &error));
  tm_store_close(store);
  fclose(to);
  return text;
}

static void small(const char *name) {
  double values[] = {0.1, 2.0 / 3, 1e-300}, five = 5;
  struct tm_axis axes[] = {{"strategy", "a_b,\"c\""}, {"threads", "2"}}, other = {"step", "64"};
  struct tm_series series = {"time", "µs", values, 3}, grows = {"grows", "1", &five, 1};
  struct tm_note note = {"source", "line\nbreak"};
  struct tm_store *store = opened(name);
  MUST(sandbox_begin(store, "p,q", "like", &error));
  MUST(tm_store_add(store, &(struct tm_cell){0, 0, axes, 2, &series, 1, &note, 1}, &error));
  MUST(tm_store_add(store, &(struct tm_cell){0, 1, &other, 1, &grows, 1, NULL, 0}, &error));
  tm_store_close(store);
}

static void export_csv(void **state) {
  (void)state;
  small("csv.db");
  char *text = exported("csv.db", TM_EXPORT_CSV), *line, *rest;
  line = strtok_r(text, "\r\n", &rest);
  assert_string_equal(line, "run,plan,started,seed,block,position,step,strategy,threads,metric,"
                            "unit,iteration,value");
  line = strtok_r(NULL, "\r\n", &rest);
  assert_non_null(strstr(line, ",\"p,q\","));
  assert_non_null(strstr(line, ",7,0,0,,\"a_b,\"\"c\"\"\",2,time,µs,0,0.1"));
  line = strtok_r(NULL, "\r\n", &rest);
  assert_true(strtod(strrchr(line, ',') + 1, NULL) == 2.0 / 3);
  line = strtok_r(NULL, "\r\n", &rest);
  assert_string_equal(strrchr(line, ','), ",1e-300");
  line = strtok_r(NULL, "\r\n", &rest);
  assert_non_null(strstr(line, ",7,0,1,64,,,grows,1,0,5"));
  assert_null(strtok_r(NULL, "\r\n", &rest));
  free(text);
}

static void export_json(void **state) {
  (void)state;
  small("json.db");
  char *text = exported("json.db", TM_EXPORT_JSON);
  cJSON *all = cJSON_Parse(text), *series = cJSON_GetObjectItem(all, "series");
  assert_non_null(all);
  assert_int_equal(cJSON_GetArraySize(series), 2);
  cJSON *first = cJSON_GetArrayItem(series, 0), *axes = cJSON_GetObjectItem(first, "axes");
  assert_string_equal(cJSON_GetObjectItem(axes, "strategy")->valuestring, "a_b,\"c\"");
  assert_string_equal(
      cJSON_GetObjectItem(cJSON_GetObjectItem(first, "notes"), "source")->valuestring,
      "line\nbreak");
  cJSON *values = cJSON_GetObjectItem(first, "values");
  assert_int_equal(cJSON_GetArraySize(values), 3);
  assert_true(cJSON_GetArrayItem(values, 0)->valuedouble == 0.1);
  cJSON *run = cJSON_GetArrayItem(cJSON_GetObjectItem(all, "runs"), 0);
  assert_string_equal(cJSON_GetObjectItem(run, "id")->valuestring,
                      cJSON_GetObjectItem(first, "run")->valuestring);
  assert_non_null(cJSON_GetObjectItem(cJSON_GetObjectItem(run, "machine"), "class"));
  cJSON_Delete(all);
  free(text);

  struct tm_store *store = opened("nothing.db"); /* also an empty file is valid JSON */
  tm_store_close(store);
  text = exported("nothing.db", TM_EXPORT_JSON);
  all = cJSON_Parse(text);
  assert_non_null(all);
  cJSON_Delete(all);
  free(text);
}

static void export_latex(void **state) {
  (void)state;
  small("latex.db");
  char *text = exported("latex.db", TM_EXPORT_LATEX);
  assert_non_null(strstr(text, "\\begin{tabular}{llllrrrrl}"));
  assert_non_null(strstr(text, "step & strategy & threads & metric & processes"));
  assert_non_null(
      strstr(text, " & a\\_b,\"c\" & 2 & time & 1 & 0.1 & $-\\infty$ & $\\infty$ & µs"));
  free(text);
}

static void export_to_a_full_disk(void **state) {
  (void)state;
  FILE *full = fopen("/dev/full", "w");
  if (!full) skip();
  filled("full.db", "p", "like", 0, 1);
  struct tm_store *store = opened("full.db");
  REFUSED(tm_store_export(store, TM_EXPORT_CSV, full, &error), -ENOSPC, "make room");
  fclose(full);
  tm_store_close(store);
}

static int make(void **state) {
  (void)state;
  sandbox_make();
  return 0;
}

static int unmake(void **state) {
  (void)state;
  sandbox_remove();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_is_read),
      cmocka_unit_test(reading_selects),
      cmocka_unit_test(resume),
      cmocka_unit_test(order_of_axes_does_not_matter),
      cmocka_unit_test(bad_cells_are_refused_whole),
      cmocka_unit_test(runs_that_do_not_fit_are_refused),
      cmocka_unit_test(append_only),
      cmocka_unit_test(made_by_several_at_once),
      cmocka_unit_test(files_that_are_not_ours),
      cmocka_unit_test(merge_adds_once),
      cmocka_unit_test(merge_completes_a_run),
      cmocka_unit_test(merge_refuses),
      cmocka_unit_test(export_csv),
      cmocka_unit_test(export_json),
      cmocka_unit_test(export_latex),
      cmocka_unit_test(export_to_a_full_disk),
  };
  return cmocka_run_group_tests_name("store", tests, make, unmake);
}
