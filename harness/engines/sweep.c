/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/sweep.h"

#include "harness/engines/suite.h"
#include "harness/engines/summary.h"
#include "harness/store/machine.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* One or two of each idea of the catalogue. */
static const char short_list[] =
    "grow-flag-size-atomic,grow-flag-size-plain,grow-flag-access-atomic,grow-flag-grow0-atomic,"
    "size-after-access,size-after-atomic-load,grow0-after-access,own-grow-after-access,corr-access,"
    "far-ok-near-trap,size-then-trap,trap-size-trap,mp-grow-size,mp-grow-access,"
    "flag-in-new-page-atomic,two-grows-same-old,two-grows-lost,max-both-succeed,monotone,"
    "size-coherence,iriw-size,sb-grow,sb-grow0,wrc-access-size,wrc-size-size,phantom-page-access,"
    "zero-fill,zero-clobber-after-size,lost-old-store,fill-straddle-after-size,"
    "unaligned-straddle-store,wait-beyond-woken,host-grow-flag-size-atomic,host-size-after-access,"
    "instantiate-fail";

struct tally {
  unsigned runs, failed, forbidden; /* runs, without (a full) result, with a forbidden outcome */
};

struct sweep {
  const struct tm_sweep *asked;
  cJSON *results;
  struct tally tally;
  struct tm_summary *summary;
};

/* ---- one run ----------------------------------------------------------------------------------*/

static void add_json(struct sweep *s, const struct tm_suite_case *one,
                     const struct tm_engine *engine, const struct tm_engine_program *program,
                     const struct tm_engine_variant *variant, const struct tm_engine_result *result,
                     const struct tm_suite_verdict *v, const char *folder) {
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "engine", engine->name);
  cJSON_AddStringToObject(o, "runtime", engine->runtime);
  cJSON_AddStringToObject(o, "version", *result->version ? result->version : program->version);
  cJSON_AddStringToObject(o, "variant", variant ? variant->name : "");
  cJSON_AddStringToObject(o, "test", one->test->name);
  cJSON_AddBoolToObject(o, "allowed", tm_oracle_allowed(one->oracle));
  cJSON_AddStringToObject(o, "suspicious", tm_suspicious_name(one->test->suspicious));
  cJSON_AddStringToObject(o, "command", result->command);
  cJSON_AddStringToObject(o, "failure", result->failure);
  cJSON_AddNumberToObject(o, "seconds", result->seconds);
  cJSON_AddNumberToObject(o, "rounds", (double)v->rounds);
  cJSON_AddNumberToObject(o, "witnesses", (double)v->witnesses);
  cJSON_AddNumberToObject(o, "cold_rounds", (double)v->cold_rounds);
  cJSON_AddNumberToObject(o, "cold_witnesses", (double)v->cold_witnesses);
  for (int g = 0; g < 4; g++)
    cJSON_AddNumberToObject(o, tm_suite_grade_name((enum tm_suite_grade)g), (double)v->grades[g]);
  cJSON_AddStringToObject(o, "reproduction", folder);
  cJSON *columns = cJSON_AddArrayToObject(o, "columns");
  for (unsigned c = 0; c < one->test->columns; c++)
    cJSON_AddItemToArray(columns, cJSON_CreateString(one->test->column[c].name));
  cJSON *batches = cJSON_AddArrayToObject(o, "batches");
  for (size_t i = 0; i < result->histograms; i++) {
    const struct tm_engine_histogram *h = &result->histogram[i];
    cJSON *batch = cJSON_CreateObject(), *rows;
    cJSON_AddStringToObject(batch, "phase", h->phase);
    cJSON_AddStringToObject(batch, "meeting", h->meeting);
    cJSON_AddNumberToObject(batch, "rounds", (double)h->rounds);
    rows = cJSON_AddArrayToObject(batch, "rows");
    for (size_t r = 0; r < h->rows; r++) {
      struct tm_value row[TM_LITMUS_COLUMNS];
      if (!tm_suite_row(one->test, h->row[r].text, row)) continue;
      cJSON *line = cJSON_CreateObject();
      cJSON_AddStringToObject(line, "row", h->row[r].text);
      cJSON_AddNumberToObject(line, "count", (double)h->row[r].count);
      cJSON_AddStringToObject(line, "grade", tm_suite_grade_name(tm_suite_grade(one, row)));
      cJSON_AddBoolToObject(line, "witness", tm_litmus_holds(one->test, row));
      cJSON_AddItemToArray(rows, line);
    }
    cJSON_AddItemToArray(batches, batch);
  }
  cJSON_AddItemToArray(s->results, o);
}

/* The name of a run's reproduction, a new folder; "" when it could not be written. */
static void reproduce(struct sweep *s, const struct tm_suite_case *one,
                      const struct tm_engine *engine, const struct tm_engine_program *program,
                      const struct tm_engine_variant *variant,
                      const struct tm_engine_result *result, char folder[PATH_MAX]) {
  struct tm_error error = {""};
  mkdir(s->asked->findings, 0777);
  for (int n = 1; n < 1000; n++) {
    char number[8] = "";
    if (n > 1) snprintf(number, sizeof number, "-%d", n);
    snprintf(folder, PATH_MAX, "%.3000s/%s%s%s-%s%s", s->asked->findings, engine->name,
             variant ? "-" : "", variant ? variant->name : "", one->test->name, number);
    int code = tm_suite_reproduction(one, engine, program, variant, result, folder, &error);
    if (code == 0) return;
    if (code != -EEXIST) break;
  }
  printf("  no reproduction: %s\n", error.text);
  *folder = '\0';
}

static void run_one(struct sweep *s, const struct tm_suite_case *one,
                    const struct tm_engine *engine, const struct tm_engine_program *program,
                    const struct tm_engine_variant *variant) {
  struct tm_engine_result result;
  struct tm_suite_verdict v;
  char folder[PATH_MAX] = "";
  printf("%s%s%s, %s: %s, \"%s\", %s\n", engine->name, variant ? "/" : "",
         variant ? variant->name : "", program->version, one->test->name, one->test->doc,
         tm_oracle_allowed(one->oracle) ? "allowed" : "forbidden");
  fflush(stdout);
  tm_engine_run(engine, program, variant, tm_suite_job(one, engine), (double)s->asked->seconds,
                &result);
  tm_suite_judge(one, &result, &v);
  tm_suite_show(one, &result, stdout);
  s->tally.runs++;
  if (*result.failure) s->tally.failed++;
  if (v.example) {
    s->tally.forbidden++;
    reproduce(s, one, engine, program, variant, &result, folder);
    printf("  FORBIDDEN: %" PRIu64 " of %" PRIu64 " rounds; to reproduce: %s\n",
           v.grades[TM_SUITE_FORBIDDEN], v.rounds, folder);
  }
  tm_summary_add(s->summary, engine, variant, &result, &v);
  add_json(s, one, engine, program, variant, &result, &v, folder);
  tm_engine_result_free(&result);
}

/* ---- names ------------------------------------------------------------------------------------*/

/* The next name of a list with commas; false at its end. */
static bool next_name(const char **list, char *name, size_t room) {
  if (!**list) return false;
  size_t length = strcspn(*list, ",");
  snprintf(name, room, "%.*s", (int)(length < room ? length : room - 1), *list);
  *list += length + ((*list)[length] == ',');
  return true;
}

static int find_tests(const char *list, glob_t *files, struct tm_error *error) {
  char name[PATH_MAX], pattern[2 * PATH_MAX];
  *files = (glob_t){0};
  for (int flags = 0; next_name(&list, name, sizeof name); flags = GLOB_APPEND) {
    bool path = strchr(name, '/') || strstr(name, ".litmus");
    snprintf(pattern, sizeof pattern, path ? "%s%s" : "%s/%s.litmus", path ? "" : TIDEMARK_TESTS,
             name);
    if (glob(pattern, flags, NULL, files) != 0)
      return tm_fail(error, -ENOENT, "no litmus test is named '%s'; they are in %s", name,
                     TIDEMARK_TESTS);
  }
  return files->gl_pathc ? 0 : tm_fail(error, -ENOENT, "the list of tests is empty");
}

static bool named(const char *list, const char *wanted) {
  char name[64];
  while (next_name(&list, name, sizeof name))
    if (!strcmp(name, wanted)) return true;
  return false;
}

bool tm_sweep_wants(const struct tm_sweep *asked, const struct tm_engine *engine) {
  return !asked->engines || named(asked->engines, engine->name);
}

int tm_sweep_check(const struct tm_sweep *asked, struct tm_error *error) {
  char name[64];
  bool known = !asked->variant || !strcmp(asked->variant, "all");
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  for (const char *list = asked->engines ? asked->engines : "";
       next_name(&list, name, sizeof name);)
    if (!tm_engine_find(name))
      return tm_fail(error, -EINVAL, "unknown engine '%s'; 'tidemark engines' lists them", name);
  for (size_t i = 0; i < count && !known; i++)
    known = tm_sweep_wants(asked, engine[i]) && tm_engine_variant(engine[i], asked->variant);
  return known ? 0
               : tm_fail(error, -EINVAL,
                         "no engine has a variant '%s'; 'tidemark engines' lists them",
                         asked->variant);
}

/* ---- all of them ------------------------------------------------------------------------------*/

/* The engine as it comes, or as `variant` says; "all": that and each variant. */
static void run_variants(struct sweep *s, const struct tm_suite_case *one,
                         const struct tm_engine *engine, const struct tm_engine_program *program) {
  const char *wanted = s->asked->variant;
  bool all = wanted && !strcmp(wanted, "all");
  if (!wanted || all) run_one(s, one, engine, program, NULL);
  for (const struct tm_engine_variant *v = engine->variants; wanted && v && v->name; v++)
    if (all || !strcmp(v->name, wanted)) run_one(s, one, engine, program, v);
}

static void run_test(struct sweep *s, const char *file) {
  struct tm_suite_case one;
  struct tm_error error = {""};
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  if (tm_suite_open(file, (unsigned)s->asked->rounds, &one, &error) < 0) {
    printf("%s\n  not run: %s\n", file, error.text);
    return;
  }
  tm_summary_test(s->summary, &one);
  for (size_t i = 0; i < count; i++) {
    struct tm_engine_program program;
    if (!tm_sweep_wants(s->asked, engine[i])) continue;
    if (tm_engine_locate(engine[i], &program))
      run_variants(s, &one, engine[i], &program);
    else if (s->asked->engines)
      printf("%s: absent; install it with: %s\n", engine[i]->name, engine[i]->install);
  }
  tm_summary_end_test(s->summary);
  tm_suite_close(&one);
}

int tm_sweep_write_json(const cJSON *value, const char *file, struct tm_error *error) {
  if (!file) return 0;
  char *text = cJSON_Print(value);
  bool standard = !strcmp(file, "-");
  FILE *out = standard ? stdout : fopen(file, "w");
  bool good = text && out && fprintf(out, "%s\n", text) > 0;
  if (out && !standard && fclose(out) != 0) good = false;
  free(text);
  return good ? 0 : tm_fail(error, -EIO, "cannot write %s", file);
}

void tm_sweep_progress(const char *what, size_t done, size_t all, time_t start) {
  if (!isatty(2)) return;
  double left = difftime(time(NULL), start) / (double)done * (double)(all - done);
  fprintf(stderr, "%zu of %zu %s done, about %.0f s left\n", done, all, what, left);
}

int tm_sweep_run(const struct tm_sweep *asked, struct tm_error *error) {
  struct sweep s = {.asked = asked, .results = cJSON_CreateArray(), .summary = tm_summary_new()};
  glob_t files = {0};
  time_t start = time(NULL);
  int code = tm_sweep_check(asked, error);
  if (code == 0) code = find_tests(asked->tests ? asked->tests : short_list, &files, error);
  if (code == 0 && !s.summary) code = tm_fail(error, -ENOMEM, "out of memory");
  for (size_t i = 0; code == 0 && i < files.gl_pathc; i++) {
    run_test(&s, files.gl_pathv[i]);
    tm_sweep_progress("tests", i + 1, files.gl_pathc, start);
  }
  cJSON *whole = cJSON_CreateObject();
  cJSON_AddItemToObject(whole, "machine", tm_machine_record(""));
  cJSON_AddItemToObject(whole, "results", s.results);
  if (code == 0) {
    putchar('\n');
    tm_summary_show(s.summary, stdout);
    printf("\n%u runs, %u with a forbidden outcome, %u without a full result\n", s.tally.runs,
           s.tally.forbidden, s.tally.failed);
    code = tm_sweep_write_json(whole, asked->json, error);
  }
  globfree(&files);
  tm_summary_free(s.summary);
  cJSON_Delete(whole);
  return code;
}
