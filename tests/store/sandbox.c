/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

void sandbox_make(void) {
  snprintf(folder, sizeof folder, "/dev/shm/tidemark-test-XXXXXX");
  if (mkdtemp(folder)) return;
  snprintf(folder, sizeof folder, "/tmp/tidemark-test-XXXXXX");
  assert_non_null(mkdtemp(folder));
}

const char *sandbox_path(const char *name) {
  static char paths[4][512];
  static int turn;
  char *path = paths[turn++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static void remove_below(const char *path) {
  DIR *dir = opendir(path);
  if (!dir) {
    unlink(path);
    return;
  }
  for (struct dirent *e; (e = readdir(dir));) {
    char inner[1024];
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
    remove_below(inner);
  }
  closedir(dir);
  rmdir(path);
}

void sandbox_remove(void) { remove_below(folder); }

void sandbox_write(const char *name, const char *text) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  for (char *p = path + strlen(folder) + 1; (p = strchr(p, '/')); *p++ = '/') {
    *p = '\0';
    assert_true(mkdir(path, 0777) == 0 || errno == EEXIST);
  }
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

static double value_of(uint64_t number, size_t i) {
  return (double)number + (double)i / 3 + (i % 7 == 0 ? 1e6 : 0);
}

int sandbox_add(struct tm_store *store, uint64_t number, struct tm_error *error) {
  double time[SANDBOX_SAMPLES], grows = (double)(number % 5);
  for (size_t i = 0; i < SANDBOX_SAMPLES; i++) time[i] = value_of(number, i);
  struct tm_axis axes[] = {{"workload", "sort"},
                           {"strategy", number % 2 ? "guard" : "push"},
                           {"threads", number % 4 < 2 ? "1" : "4"}};
  struct tm_series series[] = {{"time", "ns", time, SANDBOX_SAMPLES}, {"grows", "1", &grows, 1}};
  struct tm_note note = {"output", "d41d8"};
  struct tm_cell cell = {.block = number / 4,
                         .position = number % 4,
                         .axes = axes,
                         .axis_count = 3,
                         .series = series,
                         .series_count = 2,
                         .notes = &note,
                         .note_count = 1};
  return tm_store_add(store, &cell, error);
}

int sandbox_begin(struct tm_store *store, const char *plan, const char *machine,
                  struct tm_error *error) {
  static const struct tm_binary binary = {"tidemark", "00112233445566778899aabbccddeeff"};
  cJSON *record = cJSON_CreateObject();
  cJSON_AddStringToObject(cJSON_AddObjectToObject(record, "class"), "kernel", machine);
  struct tm_stored_run run = {plan, "tidemark bench", "0.1.0", 7, &binary, 1};
  int rc = tm_store_begin(store, &run, record, error);
  cJSON_Delete(record);
  return rc;
}

static int check_series(void *context, const struct tm_stored *s) {
  int *halves = context; /* two series make a cell */
  uint64_t number = s->block * 4 + s->position;
  ++*halves;
  assert_string_equal(s->notes, "{\"output\":\"d41d8\"}");
  if (!strcmp(s->metric, "grows")) {
    assert_int_equal(s->count, 1);
    assert_true(s->values[0] == (double)(number % 5));
    return 0;
  }
  assert_string_equal(s->metric, "time");
  assert_int_equal(s->count, SANDBOX_SAMPLES);
  for (size_t i = 0; i < SANDBOX_SAMPLES; i++) assert_true(s->values[i] == value_of(number, i));
  return 0;
}

int sandbox_cells(struct tm_store *store) {
  int halves = 0;
  struct tm_error error = {""};
  if (tm_store_each(store, NULL, NULL, 0, check_series, &halves, &error) < 0)
    fail_msg("%s", error.text);
  assert_int_equal(halves % 2, 0);
  return halves / 2;
}
