/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/json.h"

#include "harness/stats/stats.h"

const char *tm_run_observation(const struct tm_run *run) {
  if (run->witnesses == 0) return "Never";
  return run->witnesses == run->rounds ? "Always" : "Sometimes";
}

static cJSON *row_json(const struct tm_litmus *test, const struct tm_histogram_row *row) {
  char text[32];
  cJSON *o = cJSON_CreateObject(), *values = cJSON_AddObjectToObject(o, "values");
  for (unsigned c = 0; c < test->columns; c++)
    cJSON_AddStringToObject(values, test->column[c].name,
                            tm_value_text(tm_code_value(row->code[c]), text, sizeof text));
  cJSON_AddNumberToObject(o, "count", (double)row->count);
  cJSON_AddStringToObject(o, "grade", tm_grade_name(row->grade));
  cJSON_AddBoolToObject(o, "witness", row->witness);
  return o;
}

cJSON *tm_run_json(const struct tm_litmus *test, const struct tm_run_options *options,
                   const struct tm_run *r) {
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "test", test->name);
  cJSON_AddStringToObject(o, "strategy", options->strategy->name);
  cJSON_AddBoolToObject(o, "delayed", options->delayed);
  cJSON_AddStringToObject(o, "mode", tm_run_mode_word(r->mode));
  cJSON_AddNumberToObject(o, "seed", (double)options->seed);
  cJSON_AddNumberToObject(o, "instances", options->instances);
  cJSON_AddNumberToObject(o, "threads", options->threads);
  cJSON_AddNumberToObject(o, "interrupts", r->interrupts);
  cJSON_AddStringToObject(o, "aim", tm_aim_word(r->aim.kind));
  cJSON_AddNumberToObject(o, "skew_ticks", (double)r->skew);
  cJSON_AddNumberToObject(o, "rounds", (double)r->rounds);
  cJSON_AddNumberToObject(o, "witnesses", (double)r->witnesses);
  cJSON_AddStringToObject(o, "observation", tm_run_observation(r));
  cJSON_AddNumberToObject(o, "forbidden", (double)r->forbidden);
  cJSON_AddNumberToObject(o, "weak", (double)r->weak);
  cJSON_AddNumberToObject(o, "sc", (double)r->sc);
  cJSON_AddNumberToObject(o, "grows", (double)r->grows);
  cJSON_AddNumberToObject(o, "traps", (double)r->traps);
  cJSON_AddNumberToObject(o, "seconds", r->seconds);
  cJSON_AddNumberToObject(o, "rounds_per_second",
                          r->seconds > 0 ? (double)r->rounds / r->seconds : 0);
  if (r->first_seconds >= 0)
    cJSON_AddNumberToObject(o, "first_witness_seconds", r->first_seconds);
  else
    cJSON_AddNullToObject(o, "first_witness_seconds");
  if (r->rounds) {
    struct tm_interval share = tm_proportion_wilson(r->witnesses, r->rounds, 0.95);
    cJSON *interval = cJSON_AddObjectToObject(o, "share");
    cJSON_AddNumberToObject(interval, "point", share.point);
    cJSON_AddNumberToObject(interval, "low", share.low);
    cJSON_AddNumberToObject(interval, "high",
                            r->witnesses ? share.high : tm_proportion_upper(0, r->rounds, 0.95));
  }
  cJSON *rows = cJSON_AddArrayToObject(o, "rows");
  for (size_t i = 0; i < tm_histogram_rows(r->histogram); i++)
    cJSON_AddItemToArray(rows, row_json(test, tm_histogram_row(r->histogram, i)));
  return o;
}
