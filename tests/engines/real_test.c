/* SPDX-License-Identifier: Apache-2.0 */
/* A short real run on every engine that is installed here, each as a test of its own. What an
 * engine does is its own affair; asked are an answer in full, and that no outcome is seen that
 * cannot come from the engine: an outcome that has nothing to do with growth is never wrong. An
 * engine that is absent is skipped by name. */
#include "harness/engines/suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 200, SECONDS = 90 };

/* The command that a reproduction's README tells, run as it stands in its folder, with the engine
 * on the path. */
static void follow(const struct tm_engine *engine, const struct tm_engine_program *program,
                   const struct tm_job *job, const char *folder) {
  static char text[1 << 16], path[1 << 14], command[4096];
  struct tm_engine_result r = {0};
  struct tm_error error = {""};
  struct tm_process_end end;
  snprintf(path, sizeof path, "%s/README.txt", folder);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  const char *line = strstr(text, "\n    ");
  assert_non_null(line);
  snprintf(command, sizeof command, "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
  const char *old = getenv("PATH");
  snprintf(path, sizeof path, "%s", old);
  char *before = strdup(path);
  snprintf(path, sizeof path, "%.*s:%s", (int)(strrchr(program->path, '/') - program->path),
           program->path, before);
  setenv("PATH", path, 1);
  char *argv[] = {"sh", "-c", command, NULL};
  struct tm_process_spec spec = {.argv = argv, .folder = folder, .seconds = SECONDS};
  if (tm_process_run(&spec, &end, &error) < 0) fail_msg("%s", error.text);
  setenv("PATH", before, 1);
  free(before);
  tm_engine_parse(job, end.out, &r);
  if (*r.failure || !r.done || end.ending != TM_PROCESS_EXITED || end.status)
    fail_msg("%s: %s: '%s', status %d: %s", engine->name, command, r.failure, end.status, end.err);
  assert_int_equal(r.histograms, job->batches);
  tm_engine_result_free(&r);
  tm_process_free(&end);
}

/* A reproduction runs as it says, on its own. */
static void run_reproduction(const struct tm_engine *engine,
                             const struct tm_engine_program *program) {
  struct tm_suite_case one;
  struct tm_error error = {""};
  struct tm_engine_result result;
  char base[PATH_MAX], folder[PATH_MAX + 16];
  if (tm_suite_open("harness/litmus/tests/two-grows-lost.litmus", ROUNDS, &one, &error) < 0 ||
      tm_engine_folder(base, &error) < 0)
    fail_msg("%s", error.text);
  snprintf(folder, sizeof folder, "%s/found", base);
  tm_engine_run(engine, program, NULL, tm_suite_job(&one, engine), SECONDS, &result);
  if (tm_suite_reproduction(&one, engine, program, NULL, &result, folder, &error) < 0)
    fail_msg("%s", error.text);
  follow(engine, program, tm_suite_job(&one, engine), folder);
  tm_engine_result_free(&result);
  tm_suite_close(&one);
  tm_engine_folder_remove(base);
}

/* Run one test; false when the engine cannot do it. */
static bool run(const struct tm_engine *engine, const struct tm_engine_program *program,
                const char *file, struct tm_suite_verdict *v) {
  struct tm_suite_case one;
  struct tm_error error = {""};
  struct tm_engine_result result;
  if (tm_suite_open(file, ROUNDS, &one, &error) < 0) fail_msg("%s", error.text);
  tm_engine_run(engine, program, NULL, tm_suite_job(&one, engine), SECONDS, &result);
  tm_suite_judge(&one, &result, v);
  bool can = strncmp(result.failure, "not run", 7) != 0;
  if (can && *result.failure) fail_msg("%s on %s: %s", file, engine->name, result.failure);
  if (can) assert_int_equal(result.histograms, tm_suite_job(&one, engine)->batches);
  v->example = NULL; /* it points into the result */
  tm_engine_result_free(&result);
  tm_suite_close(&one);
  return can;
}

/* A workload to its end, with an ordinary memory (threads: 0) or a shared one. Its result is the
 * same everywhere. */
static void run_program(const struct tm_engine *engine, const struct tm_engine_program *program,
                        unsigned threads) {
  static char said[160];
  struct tm_job job;
  struct tm_error error = {""};
  struct tm_engine_result r;
  if (tm_job_program("churn", threads, true, &job, &error) < 0) fail_msg("%s", error.text);
  tm_engine_run(engine, program, NULL, &job, SECONDS, &r);
  if (*r.failure) fail_msg("%u threads on %s: %s", threads, engine->name, r.failure);
  if (!*said) memcpy(said, r.words.said, sizeof said);
  assert_string_equal(r.words.said, said);
  tm_engine_result_free(&r);
  tm_job_free(&job);
}

/* What operations cost: an answer for each point. */
static void run_probe(const struct tm_engine *engine, const struct tm_engine_program *program) {
  struct tm_job job;
  struct tm_error error = {""};
  struct tm_engine_result r;
  if (tm_job_probe(&job, &error) < 0) fail_msg("%s", error.text);
  tm_engine_run(engine, program, NULL, &job, SECONDS, &r);
  if (*r.failure) fail_msg("costs on %s: %s", engine->name, r.failure);
  assert_int_equal(r.probe.points, TM_PROBE_POINTS);
  tm_engine_result_free(&r);
  tm_job_free(&job);
}

static void engine_answers(void **state) {
  const struct tm_engine *engine = *state;
  struct tm_engine_program program;
  struct tm_suite_verdict v;
  if (!tm_engine_locate(engine, &program)) {
    print_message("%s is absent; install it with: %s\n", engine->name, engine->install);
    skip();
  }
  if (engine->programs >= TM_PROGRAMS_SINGLE) run_program(engine, &program, 0);
  if (engine->programs >= TM_PROGRAMS_THREADS) run_program(engine, &program, 2);
  if (engine->probes) run_probe(engine, &program);
  if (engine->unfit) {
    print_message("%s: no litmus tests: %s\n", engine->name, engine->unfit);
    return;
  }
  /* Grows, traps, retries, registers of several threads. */
  run(engine, &program, "harness/litmus/tests/size-after-access.litmus", &v);
  assert_int_equal(v.grades[TM_SUITE_UNSURE], 0);
  /* A memory for each round, finals, and one thread's own steps. */
  bool can = run(engine, &program, "tests/engines/maximum.litmus", &v);
  assert_true(can || !engine->traps);
  assert_int_equal(v.grades[TM_SUITE_FORBIDDEN], 0);
  assert_int_equal(v.witnesses, v.rounds);
  /* No traps, one memory for all rounds, a final, grows that may not come. */
  assert_true(run(engine, &program, "harness/litmus/tests/two-grows-lost.litmus", &v));
  assert_int_equal(v.grades[TM_SUITE_UNSURE], 0);
  run_reproduction(engine, &program);
}

int main(void) {
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  struct CMUnitTest *tests = calloc(count, sizeof *tests);
  if (!tests) return 1;
  for (size_t i = 0; i < count; i++)
    tests[i] = (struct CMUnitTest){.name = engine[i]->name,
                                   .test_func = engine_answers,
                                   .initial_state = (void *)(uintptr_t)engine[i]};
  int failed = _cmocka_run_group_tests("engines", tests, count, NULL, NULL);
  free(tests);
  return failed;
}
