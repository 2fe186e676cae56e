/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark merge and tidemark export, end to end. */
#include "tests/store/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char output[1 << 20]; /* of the last command, standard error included */

/* Run tidemark with these arguments (a format) and expect this exit status. */
__attribute__((format(printf, 2, 3))) static void tidemark(int want, const char *format, ...) {
  char arguments[2048], line[4096];
  va_list args;
  va_start(args, format);
  vsnprintf(arguments, sizeof arguments, format, args);
  va_end(args);
  snprintf(line, sizeof line, "%s %s 2>&1", TIDEMARK_PROGRAM, arguments);
  FILE *from = popen(line, "r");
  assert_non_null(from);
  output[fread(output, 1, sizeof output - 1, from)] = '\0';
  int status = pclose(from);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != want)
    fail_msg("status %#x, wanted %d: %s: %.300s", status, want, arguments, output);
}

static void says(const char *words) {
  if (!strstr(output, words)) fail_msg("no '%s' in: %.300s", words, output);
}

static void filled(const char *name, const char *machine, uint64_t first, uint64_t last) {
  struct tm_store *store;
  struct tm_error error;
  if (tm_store_open(sandbox_path(name), TM_STORE_APPEND, &store, &error) < 0 ||
      sandbox_begin(store, "p", machine, &error) < 0)
    fail_msg("%s", error.text);
  while (first < last) assert_int_equal(sandbox_add(store, first++, NULL), 0);
  tm_store_close(store);
}

static void merge(void **state) {
  (void)state;
  filled("a.db", "like", 0, 4);
  filled("b.db", "like", 4, 8);
  filled("c.db", "unlike", 0, 1);
  tidemark(0, "merge --help");
  says("INTO.db");
  tidemark(0, "merge %s %s", sandbox_path("a.db"), sandbox_path("b.db"));
  says("1 runs, 4 cells");
  tidemark(0, "merge %s %s", sandbox_path("a.db"), sandbox_path("b.db"));
  says("0 runs, 0 cells");
  tidemark(0, "merge --json %s %s", sandbox_path("a.db"), sandbox_path("b.db"));
  cJSON *json = cJSON_Parse(output), *first = cJSON_GetArrayItem(json, 0);
  assert_string_equal(cJSON_GetObjectItem(first, "from")->valuestring, sandbox_path("b.db"));
  assert_int_equal(cJSON_GetObjectItem(first, "cells")->valueint, 0);
  cJSON_Delete(json);
  tidemark(2, "merge %s %s", sandbox_path("a.db"), sandbox_path("c.db"));
  says("unlike");
  tidemark(2, "merge %s", sandbox_path("a.db"));
  says("two files");
  tidemark(2, "merge --force %s", sandbox_path("a.db"));
  says("--force");
}

static void export(void **state) {
  (void)state;
  filled("e.db", "like", 0, 2);
  tidemark(0, "export --help");
  says("--latex");
  tidemark(0, "export --csv %s", sandbox_path("e.db"));
  assert_memory_equal(output, "run,plan,started", 16);
  tidemark(0, "export --series %s", sandbox_path("e.db"));
  assert_non_null(strstr(output, ",metric,unit,samples,values\r\n"));
  size_t lines = 0;
  for (const char *p = output; (p = strstr(p, "\r\n")); p += 2) lines++;
  assert_int_equal(lines, 1 + 4);
  tidemark(0, "export --json %s", sandbox_path("e.db"));
  cJSON *json = cJSON_Parse(output);
  assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "series")), 4);
  cJSON_Delete(json);
  tidemark(0, "export --latex -o %s %s", sandbox_path("e.tex"), sandbox_path("e.db"));
  assert_string_equal(output, "");
  assert_int_equal(access(sandbox_path("e.tex"), R_OK), 0);
  tidemark(2, "export %s", sandbox_path("e.db"));
  says("--csv, --series, --json or --latex");
  tidemark(2, "export --csv --json %s", sandbox_path("e.db"));
  says("name one format");
  tidemark(2, "export --csv");
  says("results file");
  tidemark(2, "export --csv %s", sandbox_path("absent.db"));
  says("absent.db");
  tidemark(2, "export --csv -o %s/x %s", sandbox_path("nowhere"), sandbox_path("e.db"));
  says("nowhere");
  tidemark(2, "export --csv %s >/dev/full", sandbox_path("e.db"));
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
  const struct CMUnitTest tests[] = {cmocka_unit_test(merge), cmocka_unit_test(export)};
  return cmocka_run_group_tests_name("store commands", tests, make, unmake);
}
