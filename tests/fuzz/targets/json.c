/* SPDX-License-Identifier: Apache-2.0 */
/* What an engine's driver prints, lines of JSON: of a litmus test, and of a program. */
#include "tests/fuzz/targets/target.h"

#include "harness/engines/engine.h"

#include <stdlib.h>
#include <string.h>

static const char text[] = "test fuzz\n\"x\"\nmemory 1 2\nthread A { g = grow 1 }\n"
                           "thread B { r = size }\nexists r = 1\nexpect allowed\n";

static void parse(const struct tm_job *job, const char *said) {
  struct tm_engine_result result = {0};
  tm_engine_parse(job, said, &result);
  tm_engine_result_free(&result);
  static const struct tm_job program = {.argument = {"ring", "", "8"}};
  result = (struct tm_engine_result){0};
  tm_engine_parse_program(&program, said, said, &result);
  tm_engine_believe_program(&result);
  tm_engine_add_complaint(said, result.failure, sizeof result.failure);
  tm_engine_result_free(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static struct tm_litmus *test;
  static struct tm_job job;
  struct tm_error error = {0};
  if (!test) {
    const struct tm_job_options options = {.rounds = 10, .sleep = true};
    test = tm_litmus_parse("fuzz", text, strlen(text), &error);
    if (!test || tm_job_make(test, &options, &job, &error) < 0) {
      fprintf(stderr, "%s\n", error.text);
      abort();
    }
  }
  char *said = malloc(size + 1);
  if (!said) abort();
  memcpy(said, bytes, size);
  said[size] = '\0';
  parse(&job, said);
  free(said);
  return 0;
}
