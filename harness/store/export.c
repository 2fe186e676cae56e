/* SPDX-License-Identifier: Apache-2.0 */
/* The samples for other programs: CSV and JSON. LaTeX is in latex.c. */
#include "harness/store/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The shortest text that reads back as the same number. */
static void print_number(FILE *to, double value) {
  char text[32];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  fputs(text, to);
}

/* Did everything reach the stream? */
static int finish(FILE *to, struct tm_error *error) {
  if (fflush(to) == 0 && !ferror(to)) return 0;
  int code = errno ? errno : EIO;
  return tm_fail(error, -code, "cannot write the export: %s; make room or name another file",
                 strerror(code));
}

/* ---- CSV --------------------------------------------------------------------------------------
 */

struct csv {
  FILE *to;
  cJSON *runs;  /* run id to its record */
  cJSON *names; /* the axes of all cells, in the order of the columns */
  bool whole;   /* a line per series, not per sample */
};

static void print_field(FILE *to, const char *text) {
  if (!text[strcspn(text, ",\"\r\n")]) {
    fputs(text, to);
    return;
  }
  fputc('"', to);
  for (; *text; text++) {
    if (*text == '"') fputc('"', to);
    fputc(*text, to);
  }
  fputc('"', to);
}

static const char *text_of(const cJSON *object, const char *key) {
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
  return text ? text : "";
}

/* What all samples of a series have in common, up to the column of the first of them. */
static void csv_point(const struct csv *csv, const struct tm_stored *s, const cJSON *axes) {
  const cJSON *run = cJSON_GetObjectItemCaseSensitive(csv->runs, s->run), *name;
  double seed = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(run, "seed"));
  fprintf(csv->to, "%s,", s->run);
  print_field(csv->to, s->plan);
  fprintf(csv->to, ",%s,%.0f,%llu,%llu", text_of(run, "started"), seed,
          (unsigned long long)s->block, (unsigned long long)s->position);
  cJSON_ArrayForEach(name, csv->names) {
    fputc(',', csv->to);
    print_field(csv->to, text_of(axes, name->valuestring));
  }
  fprintf(csv->to, ",%s,", s->metric);
  print_field(csv->to, s->unit);
  fputc(',', csv->to);
}

static int csv_series(void *context, const struct tm_stored *s) {
  const struct csv *csv = context;
  cJSON *axes = cJSON_Parse(s->axes);
  for (size_t i = 0; i < s->count; i++) {
    if (i == 0 || !csv->whole) csv_point(csv, s, axes);
    if (!csv->whole)
      fprintf(csv->to, "%zu,", i);
    else if (i)
      fputc(' ', csv->to);
    else
      fprintf(csv->to, "%zu,", s->count);
    print_number(csv->to, s->values[i]);
    if (!csv->whole || i + 1 == s->count) fputs("\r\n", csv->to);
  }
  cJSON_Delete(axes);
  return ferror(csv->to) ? -EIO : 0;
}

static int export_csv(struct tm_store *store, bool whole, FILE *to, struct tm_error *error) {
  struct csv csv = {to, cJSON_CreateObject(), tm_store_axes_(store, error), whole};
  cJSON *runs = tm_store_runs(store, error), *name;
  int rc = runs && csv.names ? 0 : -EIO;
  while (runs && runs->child) {
    cJSON *run = cJSON_DetachItemViaPointer(runs, runs->child);
    cJSON_AddItemToObject(csv.runs, text_of(run, "id"), run);
  }
  if (rc == 0) {
    fputs("run,plan,started,seed,block,position", to);
    cJSON_ArrayForEach(name, csv.names) fprintf(to, ",%s", name->valuestring);
    fputs(whole ? ",metric,unit,samples,values\r\n" : ",metric,unit,iteration,value\r\n", to);
    rc = tm_store_each(store, NULL, NULL, 0, csv_series, &csv, error);
  }
  cJSON_Delete(runs);
  cJSON_Delete(csv.runs);
  cJSON_Delete(csv.names);
  return rc;
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

struct json {
  FILE *to;
  bool more;
};

/* Write an item and free it; false when memory is out. */
static bool print_json(FILE *to, cJSON *item) {
  char *text = cJSON_PrintUnformatted(item);
  if (text) fputs(text, to);
  cJSON_Delete(item);
  free(text);
  return text != NULL;
}

static int json_series(void *context, const struct tm_stored *s) {
  struct json *json = context;
  fprintf(json->to, "%s\n{\"run\":\"%s\",\"plan\":", json->more ? "," : "", s->run);
  bool printed = print_json(json->to, cJSON_CreateString(s->plan));
  fprintf(json->to, ",\"block\":%llu,\"position\":%llu,\"axes\":%s,\"notes\":%s,\"metric\":\"%s\"",
          (unsigned long long)s->block, (unsigned long long)s->position, s->axes, s->notes,
          s->metric);
  fputs(",\"unit\":", json->to);
  printed = print_json(json->to, cJSON_CreateString(s->unit)) && printed;
  fputs(",\"values\":[", json->to);
  for (size_t i = 0; i < s->count; i++) {
    if (i) fputc(',', json->to);
    print_number(json->to, s->values[i]);
  }
  fputs("]}", json->to);
  json->more = true;
  return !printed ? -ENOMEM : ferror(json->to) ? -EIO : 0;
}

/* Series by series: the file may be larger than memory. */
static int export_json(struct tm_store *store, FILE *to, struct tm_error *error) {
  struct json json = {to, false};
  cJSON *runs = tm_store_runs(store, error);
  if (!runs) return -EIO;
  fputs("{\"runs\":", to);
  bool printed = print_json(to, runs);
  fputs(",\n\"series\":[", to);
  int rc = tm_store_each(store, NULL, NULL, 0, json_series, &json, error);
  fputs("\n]}\n", to);
  if (rc == -ENOMEM || (rc == 0 && !printed))
    return tm_fail(error, -ENOMEM, "cannot export as JSON: out of memory");
  return rc;
}

int tm_store_export(struct tm_store *store, enum tm_export format, FILE *to,
                    struct tm_error *error) {
  int rc = 0;
  errno = 0;
  switch (format) {
  case TM_EXPORT_CSV: rc = export_csv(store, false, to, error); break;
  case TM_EXPORT_SERIES: rc = export_csv(store, true, to, error); break;
  case TM_EXPORT_JSON: rc = export_json(store, to, error); break;
  case TM_EXPORT_LATEX: rc = tm_store_latex_(store, to, error); break;
  }
  int written = finish(to, error); /* a full disk explains more than what followed from it */
  return written < 0 ? written : rc;
}
