/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/parse.c: what a driver printed, believed only if it is well formed and adds up.
 */
#include "harness/engines/engine.h"
#include "harness/stats/stats.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_value(const char *text) {
  static const char *const words[] = {"none", "trap", "ok", "fail", "stuck"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (!strcmp(text, words[i])) return true;
  char *end;
  errno = 0;
  strtoll(text, &end, 10);
  return !errno && end != text && !*end;
}

static bool whole(const cJSON *number, uint64_t *out) {
  if (!cJSON_IsNumber(number)) return false;
  double d = number->valuedouble;
  if (!(d >= 0 && d <= 9007199254740992.0) || d != (double)(uint64_t)d) return false;
  *out = (uint64_t)d;
  return true;
}

/* The values of one row, joined; NULL unless each is a value and there is one for each column. */
static char *row_text(const struct tm_job *job, const cJSON *values) {
  if (!cJSON_IsArray(values) || cJSON_GetArraySize(values) != (int)job->test->columns) return NULL;
  char text[1024] = "";
  size_t n = 0;
  const cJSON *value;
  cJSON_ArrayForEach(value, values) {
    if (!cJSON_IsString(value) || !is_value(value->valuestring)) return NULL;
    n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? " " : "", value->valuestring);
    if (n >= sizeof text) return NULL;
  }
  return strdup(text);
}

static const char *add_histogram(const struct tm_job *job, const cJSON *o,
                                 struct tm_engine_result *result) {
  const cJSON *phase = cJSON_GetObjectItemCaseSensitive(o, "phase");
  const cJSON *rows = cJSON_GetObjectItemCaseSensitive(o, "rows");
  if (result->histograms == job->batches || result->histograms == TM_ENGINE_HISTOGRAMS)
    return "more histograms than were asked for";
  const struct tm_job_batch *batch = &job->batch[result->histograms];
  struct tm_engine_histogram *h = &result->histogram[result->histograms];
  const cJSON *meeting = cJSON_GetObjectItemCaseSensitive(o, "meeting");
  if (!cJSON_IsString(phase) || strcmp(phase->valuestring, batch->phase) ||
      !cJSON_IsString(meeting) || strcmp(meeting->valuestring, batch->meeting))
    return "a histogram of another batch";
  if (!whole(cJSON_GetObjectItemCaseSensitive(o, "rounds"), &h->rounds) ||
      h->rounds != batch->rounds || !cJSON_IsArray(rows))
    return "a histogram of another number of rounds";
  h->phase = batch->phase;
  h->meeting = batch->meeting;
  size_t count = (size_t)cJSON_GetArraySize(rows);
  h->row = calloc(count ? count : 1, sizeof *h->row);
  if (!h->row) return "more than there is memory for";
  result->histograms++;
  uint64_t sum = 0;
  const cJSON *row;
  cJSON_ArrayForEach(row, rows) {
    struct tm_engine_row *r = &h->row[h->rows];
    if (!whole(cJSON_GetObjectItemCaseSensitive(row, "count"), &r->count))
      return "a row without a count";
    r->text = row_text(job, cJSON_GetObjectItemCaseSensitive(row, "row"));
    if (!r->text) return "a row that does not fit the test's columns";
    h->rows++;
    sum += r->count;
  }
  return sum == h->rounds ? NULL : "counts that do not add up to the rounds";
}

/* Percentiles of what single grows took: the smallest value that so many are not above. */
static const char *read_singles(const cJSON *o, struct tm_engine_latency *latency) {
  static const int hundredths[TM_LATENCIES] = {50, 90, 99, 100};
  const cJSON *all = cJSON_GetObjectItemCaseSensitive(o, "single"), *one;
  const cJSON *step = cJSON_GetObjectItemCaseSensitive(o, "step");
  double times[TM_PROBE_SINGLES];
  size_t n = 0;
  if (!cJSON_IsArray(all) || cJSON_GetArraySize(all) != TM_PROBE_SINGLES)
    return "a measurement without its single grows";
  cJSON_ArrayForEach(one, all) {
    if (!cJSON_IsNumber(one) || !(one->valuedouble >= 0 && one->valuedouble < 1e12))
      return "a measurement of a single grow that cannot be";
    times[n++] = one->valuedouble;
  }
  if (!cJSON_IsNumber(step) || !(step->valuedouble > 0 && step->valuedouble < 1e12))
    return "a measurement with a clock that stands still";
  tm_sort(times, n);
  for (int i = 0; i < TM_LATENCIES; i++)
    latency->ns[i] = times[(n * (size_t)hundredths[i] + 99) / 100 - 1];
  latency->step = step->valuedouble;
  return NULL;
}

/* Less than a hundredth of a nanosecond is no operation's time but a compiler's doing. */
static const double least_ns = 0.01;

static const char *read_point(const cJSON *o, const cJSON *point, struct tm_engine_probe *probe) {
  const cJSON *ns = cJSON_GetObjectItemCaseSensitive(o, "ns");
  uint64_t number;
  if (!whole(point, &number) || number != probe->points || number >= TM_PROBE_POINTS)
    return "a measurement that was not asked for";
  const cJSON *none = cJSON_GetObjectItemCaseSensitive(o, "none");
  if (cJSON_IsString(none) && *none->valuestring) {
    snprintf(probe->none[number], sizeof probe->none[number], "%s", none->valuestring);
    probe->ns[probe->points++] = NAN;
    return NULL;
  }
  if (!cJSON_IsNumber(ns) || !(ns->valuedouble >= least_ns && ns->valuedouble < 1e12))
    return "a measurement that cannot be";
  const char *wrong = NULL;
  if (tm_probe_singles((unsigned)number)) wrong = read_singles(o, &probe->single[number]);
  if (!wrong) probe->ns[probe->points++] = ns->valuedouble;
  return wrong;
}

static const char *read_line(const struct tm_job *job, const cJSON *o,
                             struct tm_engine_result *result) {
  const cJSON *version = cJSON_GetObjectItemCaseSensitive(o, "version");
  const cJSON *error = cJSON_GetObjectItemCaseSensitive(o, "error");
  const cJSON *point = cJSON_GetObjectItemCaseSensitive(o, "point");
  if (point && job->probe) return read_point(o, point, &result->probe);
  if (cJSON_GetObjectItemCaseSensitive(o, "rows")) return add_histogram(job, o, result);
  if (cJSON_IsString(version)) {
    snprintf(result->version, sizeof result->version, "%s", version->valuestring);
  } else if (cJSON_IsString(error)) {
    snprintf(result->failure, sizeof result->failure, "it failed: %.400s", error->valuestring);
  } else if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "done"))) {
    result->done = true;
  } else {
    return "a line of no known kind";
  }
  return NULL;
}

/* A histogram that does not add up is worth nothing. */
static void drop_last(struct tm_engine_result *result, size_t before) {
  if (result->histograms == before) return;
  struct tm_engine_histogram *h = &result->histogram[--result->histograms];
  for (size_t i = 0; i < h->rows; i++) free(h->row[i].text);
  free(h->row);
  *h = (struct tm_engine_histogram){0};
}

void tm_engine_parse(const struct tm_job *job, const char *text, struct tm_engine_result *result) {
  for (unsigned line = 1; *text && !result->done && !*result->failure; line++) {
    size_t length = strcspn(text, "\n"), before = result->histograms;
    cJSON *o = cJSON_ParseWithLength(text, length);
    const char *wrong = NULL;
    if (cJSON_IsObject(o))
      wrong = read_line(job, o, result);
    else if (strspn(text, " \t\r") < length)
      wrong = "no JSON";
    if (wrong) {
      drop_last(result, before);
      snprintf(result->failure, sizeof result->failure, "line %u of its answer is %s: %.*s", line,
               wrong, (int)(length < 100 ? length : 100), text);
    }
    cJSON_Delete(o);
    text += length + (text[length] == '\n');
  }
  if (result->done && !*result->failure && result->histograms != job->batches)
    snprintf(result->failure, sizeof result->failure, "it says done after %zu of %u batches",
             result->histograms, job->batches);
  if (result->done && !*result->failure && job->probe && result->probe.points < TM_PROBE_POINTS)
    snprintf(result->failure, sizeof result->failure, "it says done after %u of %d measurements",
             result->probe.points, TM_PROBE_POINTS);
}

/* A driver's line {"error": …}, if there is one in the text. */
static void find_error(const char *text, struct tm_engine_result *result) {
  for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
    cJSON *o = *text == '{' ? cJSON_ParseWithLength(text, strcspn(text, "\n")) : NULL;
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(o, "error");
    if (cJSON_IsString(error) && !*result->failure)
      snprintf(result->failure, sizeof result->failure, "it failed: %.400s", error->valuestring);
    cJSON_Delete(o);
  }
}

static double find_time(const char *text) {
  const char *work = strstr(text, "work ");
  char *end = NULL;
  double ns = work ? strtod(work + 5, &end) : 0;
  return work && ns > 0 && ns < 1e15 && !strncmp(end, " ns", 3) ? ns : 0;
}

void tm_engine_parse_program(const struct tm_job *job, const char *out, const char *err,
                             struct tm_engine_result *result) {
  char start[96];
  snprintf(start, sizeof start, "%s size %s checksum ", job->argument[0], job->argument[2]);
  const char *line = strstr(out, start);
  size_t length = line ? strcspn(line, "\"\n") : 0;
  result->done = true;
  find_error(out, result);
  if (length && length < sizeof result->words.said)
    snprintf(result->words.said, sizeof result->words.said, "%.*s", (int)length, line);
  result->words.ns = find_time(out);
  if (!(result->words.ns > 0)) result->words.ns = find_time(err);
}

/* Of a program that ended well. */
void tm_engine_believe_program(struct tm_engine_result *result) {
  const struct tm_engine_words *words = &result->words;
  if (!*words->said)
    snprintf(result->failure, sizeof result->failure, "it printed no result");
  else if (!strstr(words->said, " verified"))
    snprintf(result->failure, sizeof result->failure, "its result is wrong: %s", words->said);
  else if (!(words->ns > 0))
    snprintf(result->failure, sizeof result->failure, "it printed no time");
}

void tm_engine_result_free(struct tm_engine_result *result) {
  while (result->histograms) drop_last(result, result->histograms - 1);
}
