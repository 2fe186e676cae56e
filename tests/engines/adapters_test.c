/* SPDX-License-Identifier: Apache-2.0 */
/* Each adapter with a fake engine in the place of the real one: it answers, hangs, crashes and
 * lies. The fake is a small Python program. Given a page's address it posts there, as a browser
 * does; in the place of wasm2c it is the C compiler too, and "compiles" to itself; for engines that
 * run WASI modules it writes numbers, as their module does. */
#include "harness/engines/suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char fake[] =
    "#!/usr/bin/env python3\n"
    "import json, os, shutil, struct, sys, time, urllib.request\n"
    "if '--enable-threads' in sys.argv: sys.exit()\n"
    "if '-o' in sys.argv and 'litmus' in sys.argv:\n"
    "    shutil.copy(__file__, 'litmus')\n"
    "    sys.exit()\n"
    "mode = os.environ['FAKE_MODE']\n"
    "if os.environ['FAKE_NUMBERS'] == '1':\n"
    "    job = json.load(open('job.json'))\n"
    "    count = (len(job['columns']) + 1) * (len(job['threads']) + 1)\n"
    "    one = struct.pack(f'<{count}q', *[1] * count)\n"
    "    rounds = [batch['rounds'] for batch in job['batches']]\n"
    "    sys.stdout.buffer.write(one * rounds[0])\n"
    "    sys.stdout.flush()\n"
    "    if mode == 'hangs': time.sleep(1000)\n"
    "    if mode == 'crashes': os.abort()\n"
    "    sys.stdout.buffer.write(one[8:] if mode == 'lies' else one * sum(rounds[1:]))\n"
    "    sys.exit()\n"
    "address = sys.argv[-1] if sys.argv[-1].startswith('http://') else None\n"
    "def say(line):\n"
    "    if address:\n"
    "        urllib.request.urlopen(address + 'report', line.encode()).read()\n"
    "    else:\n"
    "        print(line, flush=True)\n"
    "if address:\n"
    "    assert b'JOB' in urllib.request.urlopen(address + 'litmus.js').read()\n"
    "lines = open(os.environ['FAKE_LINES']).read().splitlines()\n"
    "say(lines[0])\n"
    "if mode == 'hangs': time.sleep(1000)\n"
    "if mode == 'crashes': os.abort()\n"
    "def lie(line): return line.replace('count', 'cuont').replace('verified', 'WRONG')\n"
    "for line in lines[1:]: say(lie(line) if mode == 'lies' else line)\n"
    "if address: time.sleep(1000)\n";

static char folder[] = "/tmp/tidemark-adapters-XXXXXX";
static struct tm_engine_program program = {.version = "fake"};
static struct tm_suite_case one, plain; /* with traps, without */
static struct tm_job workload;

static void write_file(const char *name, const char *text, mode_t mode) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(chmod(path, mode), 0);
}

/* A right answer to the job: every round ends in the same way. */
static void write_lines(const struct tm_job *job) {
  char text[4096], row[256] = "";
  for (unsigned c = 0; c < job->test->columns; c++)
    snprintf(row + strlen(row), sizeof row - strlen(row), "%s\"%s\"", c ? "," : "",
             c == 1 ? "trap" : "1");
  size_t n = 0;
  for (unsigned b = 0; b < job->batches; b++)
    n += (size_t)snprintf(text + n, sizeof text - n,
                          "{\"phase\":\"%s\",\"meeting\":\"%s\",\"rounds\":%u,\"rows\":[{\"row\":[%"
                          "s],\"count\":%u}]}\n",
                          job->batch[b].phase, job->batch[b].meeting, job->batch[b].rounds, row,
                          job->batch[b].rounds);
  snprintf(text + n, sizeof text - n, "{\"done\":true}\n");
  write_file("lines", text, 0600);
}

/* What a program for WASI modules prints is no answer yet, and such a test has no traps. */
static bool writes_numbers(const struct tm_engine *engine) { return !engine->traps; }

static const struct tm_job *job_of(const struct tm_engine *engine) {
  return tm_suite_job(writes_numbers(engine) ? &plain : &one, engine);
}

static struct tm_engine_result run(const struct tm_engine *engine, const char *mode,
                                   double seconds) {
  struct tm_engine_result result;
  const struct tm_job *job = job_of(engine);
  write_lines(job);
  setenv("FAKE_MODE", mode, 1);
  setenv("FAKE_NUMBERS", writes_numbers(engine) ? "1" : "0", 1);
  tm_engine_run(engine, &program, NULL, job, seconds, &result);
  return result;
}

static void adapter(void **state) {
  const struct tm_engine *engine = *state;
  if (engine->unfit) skip();
  bool numbers = writes_numbers(engine);
  struct tm_engine_result r = run(engine, "answers", 60);
  assert_string_equal(r.failure, "");
  assert_int_equal(r.histograms, job_of(engine)->batches);
  if (!numbers) assert_string_equal(r.histogram[0].row[0].text, "1 trap 1");
  tm_engine_result_free(&r);

  r = run(engine, "hangs", 1.5);
  if (strncmp(r.failure, "no end after", 12)) fail_msg("%s", r.failure);
  tm_engine_result_free(&r);

  r = run(engine, "crashes", 60);
  assert_true(*r.failure);
  assert_int_equal(r.histograms, 1); /* what it said before is kept */
  tm_engine_result_free(&r);

  r = run(engine, "lies", 60);
  if (!strstr(r.failure, numbers ? "ended without finishing" : "a row without a count"))
    fail_msg("%s", r.failure);
  tm_engine_result_free(&r);
}

static struct tm_engine_result run_program(const struct tm_engine *engine, const char *mode,
                                           double seconds) {
  struct tm_engine_result result;
  char text[512];
  snprintf(text, sizeof text,
           "{\"version\":\"fake\"}\n{\"said\":\"%s size %s checksum 0123456789abcdef verified\"}\n"
           "{\"said\":\"work 5 ns\"}\n{\"done\":true}\n",
           workload.argument[0], workload.argument[2]);
  write_file("lines", text, 0600);
  setenv("FAKE_MODE", mode, 1);
  setenv("FAKE_NUMBERS", "0", 1);
  tm_engine_run(engine, &program, NULL, &workload, seconds, &result);
  return result;
}

/* The same with a workload's program. */
static void program_adapter(void **state) {
  const struct tm_engine *engine = *state;
  if (engine->programs == TM_PROGRAMS_NONE) skip();
  struct tm_engine_result r = run_program(engine, "answers", 60);
  assert_string_equal(r.failure, "");
  assert_true(r.words.ns == 5);
  tm_engine_result_free(&r);

  r = run_program(engine, "hangs", 1.5);
  if (strncmp(r.failure, "no end after", 12)) fail_msg("%s", r.failure);
  tm_engine_result_free(&r);

  r = run_program(engine, "crashes", 60);
  assert_true(*r.failure);
  tm_engine_result_free(&r);

  r = run_program(engine, "lies", 60);
  if (strncmp(r.failure, "its result is wrong", 19)) fail_msg("%s", r.failure);
  tm_engine_result_free(&r);
}

static int set_up(void **state) {
  (void)state;
  struct tm_error error;
  char path[PATH_MAX];
  if (!mkdtemp(folder)) return -1;
  write_file("fake", fake, 0700);
  snprintf(program.path, sizeof program.path, "%s/fake", folder);
  snprintf(path, sizeof path, "%s/lines", folder);
  setenv("FAKE_LINES", path, 1);
  if (tm_job_program("matmul", 0, true, &workload, &error) < 0) return -1;
  setenv("CC", program.path, 1);
  int code = tm_suite_open("harness/litmus/tests/size-after-access.litmus", 50, &one, &error);
  return code < 0 ? code
                  : tm_suite_open("harness/litmus/tests/two-grows-lost.litmus", 50, &plain, &error);
}

static int tear_down(void **state) {
  (void)state;
  char path[PATH_MAX];
  tm_suite_close(&one);
  tm_suite_close(&plain);
  tm_job_free(&workload);
  unlink(program.path);
  snprintf(path, sizeof path, "%s/lines", folder);
  unlink(path);
  return rmdir(folder);
}

int main(void) {
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  struct CMUnitTest *tests = calloc(2 * count, sizeof *tests);
  if (!tests) return 1;
  for (size_t i = 0; i < 2 * count; i++)
    tests[i] = (struct CMUnitTest){.name = engine[i % count]->name,
                                   .test_func = i < count ? adapter : program_adapter,
                                   .initial_state = (void *)(uintptr_t)engine[i % count]};
  int failed = _cmocka_run_group_tests("adapters", tests, 2 * count, set_up, tear_down);
  free(tests);
  return failed;
}
