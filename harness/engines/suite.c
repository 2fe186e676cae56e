/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/suite.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int tm_suite_open(const char *file, unsigned rounds, struct tm_suite_case *one,
                  struct tm_error *error) {
  *one = (struct tm_suite_case){.test = tm_litmus_read(file, error)};
  if (!one->test) return -EINVAL;
  struct tm_job_options sleeping = {rounds, true}, spinning = {rounds, false};
  int code = tm_job_make(one->test, &sleeping, &one->sleeping, error);
  if (code == 0) code = tm_job_make(one->test, &spinning, &one->spinning, error);
  if (code == 0 && !(one->oracle = tm_oracle_judge(one->test, error))) code = -EINVAL;
  if (code < 0) tm_suite_close(one);
  return code;
}

void tm_suite_close(struct tm_suite_case *one) {
  tm_job_free(&one->sleeping);
  tm_job_free(&one->spinning);
  if (one->oracle) tm_oracle_free(one->oracle);
  tm_litmus_free(one->test);
  *one = (struct tm_suite_case){0};
}

const struct tm_job *tm_suite_job(const struct tm_suite_case *one, const struct tm_engine *engine) {
  return engine->sleeps ? &one->sleeping : &one->spinning;
}

const char *tm_suite_grade_name(enum tm_suite_grade grade) {
  static const char *const names[] = {"forbidden", "weak", "sc", "unsure"};
  return names[grade];
}

static bool read_value(const char *word, struct tm_value *value) {
  static const struct {
    const char *word;
    enum tm_value_kind kind;
  } words[] = {{"none", TM_VALUE_NONE},
               {"trap", TM_VALUE_TRAP},
               {"ok", TM_VALUE_OK},
               {"fail", TM_VALUE_FAIL},
               {"stuck", TM_VALUE_STUCK}};
  *value = (struct tm_value){TM_VALUE_NUMBER, 0};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (!strcmp(word, words[i].word)) {
      value->kind = words[i].kind;
      return true;
    }
  char *end;
  value->number = (uint64_t)strtoll(word, &end, 10);
  return end != word && !*end;
}

bool tm_suite_row(const struct tm_litmus *test, const char *text, struct tm_value row[]) {
  for (unsigned c = 0; c < test->columns; c++) {
    char word[32];
    size_t length = strcspn(text, " ");
    if (length == 0 || length >= sizeof word) return false;
    memcpy(word, text, length);
    word[length] = '\0';
    if (!read_value(word, &row[c])) return false;
    text += length + (text[length] == ' ');
  }
  return *text == '\0';
}

enum tm_suite_grade tm_suite_grade(const struct tm_suite_case *one, const struct tm_value row[]) {
  for (unsigned c = 0; c < one->test->columns; c++)
    if (row[c].kind == TM_VALUE_STUCK) return TM_SUITE_UNSURE;
  switch (tm_oracle_grade(one->oracle, row)) {
  case TM_FORBIDDEN: return TM_SUITE_FORBIDDEN;
  case TM_WEAK: return TM_SUITE_WEAK;
  case TM_SC: break;
  }
  return TM_SUITE_SC;
}

void tm_suite_judge(const struct tm_suite_case *one, const struct tm_engine_result *result,
                    struct tm_suite_verdict *v) {
  *v = (struct tm_suite_verdict){0};
  struct tm_value row[TM_LITMUS_COLUMNS];
  for (size_t i = 0; i < result->histograms; i++) {
    const struct tm_engine_histogram *h = &result->histogram[i];
    v->rounds += h->rounds;
    if (i == 0) v->cold_rounds = h->rounds;
    for (size_t r = 0; r < h->rows; r++) {
      if (!tm_suite_row(one->test, h->row[r].text, row)) continue;
      enum tm_suite_grade grade = tm_suite_grade(one, row);
      v->grades[grade] += h->row[r].count;
      if (grade == TM_SUITE_FORBIDDEN && !v->example) v->example = h->row[r].text;
      if (!tm_litmus_holds(one->test, row)) continue;
      v->witnesses += h->row[r].count;
      if (i == 0) v->cold_witnesses += h->row[r].count;
    }
  }
}

static void show_columns(const struct tm_litmus *test, const char *text, FILE *out) {
  for (unsigned c = 0; c < test->columns; c++) {
    size_t length = strcspn(text, " ");
    fprintf(out, "%s=%.*s; ", test->column[c].name, (int)length, text);
    text += length + (text[length] == ' ');
  }
}

static int by_count(const void *a, const void *b) {
  const struct tm_engine_row *x = a, *y = b;
  return x->count < y->count ? 1 : x->count > y->count ? -1 : strcmp(x->text, y->text);
}

static void show_histogram(const struct tm_suite_case *one, const struct tm_engine_histogram *h,
                           FILE *out) {
  struct tm_value row[TM_LITMUS_COLUMNS];
  uint64_t witnesses = 0;
  qsort(h->row, h->rows, sizeof *h->row, by_count);
  fprintf(out, "  %s, %s, %" PRIu64 " rounds\n", h->phase, h->meeting, h->rounds);
  for (size_t r = 0; r < h->rows; r++) {
    if (!tm_suite_row(one->test, h->row[r].text, row)) continue;
    enum tm_suite_grade grade = tm_suite_grade(one, row);
    bool witness = tm_litmus_holds(one->test, row);
    if (witness) witnesses += h->row[r].count;
    fprintf(out, "    %8" PRIu64 " %c> ", h->row[r].count, witness ? '*' : ':');
    show_columns(one->test, h->row[r].text, out);
    fprintf(out, "%s\n", grade == TM_SUITE_SC ? "" : tm_suite_grade_name(grade));
  }
  fprintf(out, "  Observation %s %s %" PRIu64 " %" PRIu64 "\n", one->test->name,
          witnesses == 0           ? "Never"
          : witnesses == h->rounds ? "Always"
                                   : "Sometimes",
          witnesses, h->rounds - witnesses);
}

void tm_suite_show(const struct tm_suite_case *one, const struct tm_engine_result *result,
                   FILE *out) {
  for (size_t i = 0; i < result->histograms; i++) show_histogram(one, &result->histogram[i], out);
  if (*result->failure) fprintf(out, "  no (more) result: %s\n", result->failure);
}
