/* SPDX-License-Identifier: Apache-2.0 */
/* An engine that answers, hangs, crashes, lies or talks too much: each costs its own result, with
 * the reason, and what it said rightly before is kept. The fake engine is a shell script. */
#include "harness/engines/engine.h"

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
#include <fcntl.h>
#include <math.h>
#include <poll.h>

static const char *script; /* what the fake engine does */

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  tm_engine_argument(command, "sh");
  tm_engine_argument(command, "fake.sh");
  return tm_engine_write(task, "fake.sh", script, strlen(script), error);
}

static const struct tm_engine fake = {.name = "fake",
                                      .program = "sh",
                                      .probes = true,
                                      .programs = TM_PROGRAMS_SINGLE,
                                      .traps = true,
                                      .prepare = prepare};
static const struct tm_engine_program program = {.path = "sh"};
static const struct tm_litmus test = {.name = "fake", .threads = 2, .columns = 2};
static const struct tm_job job = {
    .test = &test, .batch = {{"cold", "once", 10}, {"warm", "spin", 20}}, .batches = 2};

#define COLD                                                                                       \
  "{\"phase\":\"cold\",\"meeting\":\"once\",\"rounds\":10,\"rows\":[{\"row\":[\"1\",\"trap\"],"    \
  "\"count\":10}]}"
#define WARM                                                                                       \
  "{\"phase\":\"warm\",\"meeting\":\"spin\",\"rounds\":20,\"rows\":[{\"row\":[\"-1\",\"ok\"],"     \
  "\"count\":15},"                                                                                 \
  "{\"row\":[\"0\",\"none\"],\"count\":5}]}"
#define SAY(line) "echo '" line "'\n"
#define DONE      SAY("{\"done\":true}")

static struct tm_engine_result run(const char *text, double seconds) {
  struct tm_engine_result result;
  script = text;
  tm_engine_run(&fake, &program, NULL, &job, seconds, &result);
  return result;
}

static void answers(void **state) {
  (void)state;
  struct tm_engine_result r = run(SAY("{\"version\":\"1.2\"}") SAY(COLD) SAY(WARM) DONE, 30);
  assert_string_equal(r.failure, "");
  assert_string_equal(r.version, "1.2");
  assert_int_equal(r.histograms, 2);
  assert_string_equal(r.histogram[0].phase, "cold");
  assert_int_equal(r.histogram[0].rows, 1);
  assert_string_equal(r.histogram[0].row[0].text, "1 trap");
  assert_int_equal(r.histogram[0].row[0].count, 10);
  assert_string_equal(r.histogram[1].row[0].text, "-1 ok");
  assert_int_equal(r.histogram[1].row[1].count, 5);
  tm_engine_result_free(&r);
}

static void hangs(void **state) {
  (void)state;
  struct tm_engine_result r = run(SAY(COLD) "sleep 1000", 0.5);
  assert_string_equal(r.failure, "no end after 0.5 s");
  assert_int_equal(r.histograms, 1); /* what it said before is kept */
  tm_engine_result_free(&r);
}

static void crashes(void **state) {
  (void)state;
  struct tm_engine_result r = run(SAY(COLD) "echo 'first\nit broke' >&2; kill -SEGV $$", 30);
  assert_string_equal(r.failure, "killed by SIGSEGV; it said: it broke");
  assert_int_equal(r.histograms, 1);
  tm_engine_result_free(&r);
  r = run("exit 3", 30);
  assert_string_equal(r.failure, "exit status 3");
  tm_engine_result_free(&r);
  r = run(SAY(COLD) SAY(WARM) DONE "exit 4", 30); /* a good answer, then a bad end: both are told */
  assert_string_equal(r.failure, "exit status 4");
  assert_int_equal(r.histograms, 2);
  tm_engine_result_free(&r);
}

static void assert_lie(const char *text, const char *why) {
  struct tm_engine_result r = run(text, 30);
  if (!strstr(r.failure, why)) fail_msg("'%s' does not contain '%s'", r.failure, why);
  assert_int_equal(r.histograms, 0);
  tm_engine_result_free(&r);
}

static void lies(void **state) {
  (void)state;
  assert_lie(SAY("hello"), "line 1 of its answer is no JSON: hello");
  assert_lie(SAY("{\"a\":1}"), "a line of no known kind");
  assert_lie("exit 0", "it ended without finishing its answer");
  assert_lie(DONE, "it says done after 0 of 2 batches");
  assert_lie(SAY("{\"error\":\"no threads\"}"), "it failed: no threads");
  assert_lie(SAY(WARM), "a histogram of another batch");
  assert_lie(SAY("{\"phase\":\"cold\",\"meeting\":\"once\",\"rounds\":11,\"rows\":[]}"),
             "another number of rounds");
  assert_lie(SAY("{\"phase\":\"cold\",\"meeting\":\"once\",\"rounds\":10,\"rows\":[]}"),
             "do not add up");
#define ROW(row) SAY("{\"phase\":\"cold\",\"meeting\":\"once\",\"rounds\":10,\"rows\":[" row "]}")
  assert_lie(ROW("{\"row\":[\"1\",\"2\"],\"count\":9}"), "do not add up");
  assert_lie(ROW("{\"row\":[\"1\"],\"count\":10}"), "does not fit the test's columns");
  assert_lie(ROW("{\"row\":[\"1\",\"maybe\"],\"count\":10}"), "does not fit the test's columns");
  assert_lie(ROW("{\"row\":[\"1\",2],\"count\":10}"), "does not fit the test's columns");
  assert_lie(ROW("{\"row\":[\"1\",\"2\"],\"count\":-10}"), "a row without a count");
  assert_lie(ROW("{\"row\":[\"1\",\"2\"],\"count\":1e300}"), "a row without a count");
}

static void more_than_asked(void **state) {
  (void)state;
  struct tm_engine_result r = run(SAY(COLD) SAY(WARM) SAY(WARM) DONE, 30);
  assert_non_null(strstr(r.failure, "line 3 of its answer is more histograms than were asked for"));
  assert_int_equal(r.histograms, 2);
  tm_engine_result_free(&r);
}

static void talks_too_much(void **state) {
  (void)state;
  struct tm_engine_result r =
      run("while :; do echo 0123456789012345678901234567890123456789; done", 60);
  unsigned long bytes = 0;
  assert_int_equal(sscanf(r.failure, "printed more than %lu bytes", &bytes), 1);
  assert_in_range(bytes, 1, 8 << 20);
  tm_engine_result_free(&r);
}

/* A helper that outlives the program is killed with the group: the pipe that it holds open for
 * writing hangs up. */
static void leaves_nobody(void **state) {
  (void)state;
  char folder[] = "/tmp/tidemark-fifo-XXXXXX", path[64], text[200];
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/pipe", folder);
  assert_int_equal(mkfifo(path, 0600), 0);
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  assert_true(fd >= 0);
  /* The shell opens the pipe, says so through it, and leaves it to the helper. */
  snprintf(text, sizeof text, "exec 3> %s\necho x >&3\nsleep 1000 >/dev/null 2>&1 &\n" DONE, path);
  struct tm_engine_result r = run(text, 60);
  assert_non_null(strstr(r.failure, "it says done"));
  tm_engine_result_free(&r);
  char byte[2];
  assert_int_equal(read(fd, byte, 2), 2);
  struct pollfd p = {.fd = fd, .events = POLLIN};
  assert_int_equal(poll(&p, 1, 60000), 1);
  assert_true(p.revents & POLLHUP);
  close(fd);
  unlink(path);
  rmdir(folder);
}

/* Measurements come in order, are positive and all there, or they are not believed. */
static const struct tm_job probe = {.test = &test, .probe = true};

/* A point's line. Single grows take 1, 2, … ns, not in order; `count` of them are told. */
static void say_point(char **at, unsigned point, int count, const char *last, const char *step) {
  *at += sprintf(*at, "echo '{\"point\":%u,\"ns\":%u.5", point, point + 1);
  if (tm_probe_singles(point)) {
    *at += sprintf(*at, ",\"single\":[");
    for (int i = 0; i + 1 < count; i++) *at += sprintf(*at, "%d,", count - i);
    *at += sprintf(*at, "%s],\"step\":%s", last, step);
  }
  *at += sprintf(*at, "}'\n");
}

static void say_points(char *out, unsigned from, unsigned to, int count, const char *last,
                       const char *step) {
  for (unsigned i = from; i < to; i++) say_point(&out, i, count, last, step);
  strcpy(out, DONE);
}

enum { SCRIPT = 8 * TM_PROBE_POINTS * TM_PROBE_SINGLES };

static void measures(void **state) {
  (void)state;
  struct tm_engine_result r;
  static char good[SCRIPT], half[SCRIPT];
  say_points(good, 0, TM_PROBE_POINTS, TM_PROBE_SINGLES, "1", "7");
  say_points(half, 0, TM_PROBE_POINTS / 2, TM_PROBE_SINGLES, "1", "7");
  script = good;
  tm_engine_run(&fake, &program, NULL, &probe, 30, &r);
  assert_string_equal(r.failure, "");
  assert_int_equal(r.probe.points, TM_PROBE_POINTS);
  assert_true(r.probe.ns[3] == 4.5);
  static const double latencies[TM_LATENCIES] = {500, 900, 990, 1000};
  for (int i = 0; i < TM_LATENCIES; i++)
    assert_true(r.probe.single[TM_PROBE_GROW].ns[i] == latencies[i]);
  assert_true(r.probe.single[TM_PROBE_GROW].step == 7);
  assert_true(r.probe.single[TM_PROBE_SIZE].step == 0);
  tm_engine_result_free(&r);
  const char *const lies[] = {half,
                              DONE,
                              SAY("{\"point\":1,\"ns\":1}") DONE,
                              SAY("{\"point\":0,\"ns\":0}") DONE,
                              SAY("{\"point\":0,\"ns\":0.001}") DONE, /* no operation is so fast */
                              SAY("{\"point\":0,\"none\":\"\"}") DONE,
                              SAY("{\"point\":0,\"ns\":\"1\"}") DONE,
                              SAY("{\"point\":0}") DONE};
  for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
    script = lies[i];
    tm_engine_run(&fake, &program, NULL, &probe, 30, &r);
    if (!strstr(r.failure, "measurement")) fail_msg("%zu: '%s'", i, r.failure);
    assert_int_equal(r.probe.points, i == 0 ? TM_PROBE_POINTS / 2 : 0);
    tm_engine_result_free(&r);
  }
}

/* Single grows are all there and can be, on a clock that moves. */
static void measures_single_grows(void **state) {
  (void)state;
  static const struct {
    int count;
    const char *last, *step, *why;
  } lies[] = {{TM_PROBE_SINGLES - 1, "1", "7", "without its single grows"},
              {TM_PROBE_SINGLES + 1, "1", "7", "without its single grows"},
              {TM_PROBE_SINGLES, "-1", "7", "a single grow that cannot be"},
              {TM_PROBE_SINGLES, "\"1\"", "7", "a single grow that cannot be"},
              {TM_PROBE_SINGLES, "1", "0", "a clock that stands still"}};
  static char text[SCRIPT];
  struct tm_engine_result r;
  for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
    say_points(text, 0, TM_PROBE_POINTS, lies[i].count, lies[i].last, lies[i].step);
    script = text;
    tm_engine_run(&fake, &program, NULL, &probe, 30, &r);
    if (!strstr(r.failure, lies[i].why)) fail_msg("%zu: '%s'", i, r.failure);
    assert_int_equal(r.probe.points, TM_PROBE_GROW);
    tm_engine_result_free(&r);
  }
}

/* An engine may say that there is nothing to measure: then there is no figure. */
static void nothing_to_measure(void **state) {
  (void)state;
  static char text[SCRIPT];
  struct tm_engine_result r;
  char *at = text;
  for (unsigned i = 0; i < TM_PROBE_SIZE; i++) say_point(&at, i, TM_PROBE_SINGLES, "1", "7");
  at += sprintf(at, SAY("{\"point\":%d,\"none\":\"hoisted\"}"), TM_PROBE_SIZE);
  for (unsigned i = TM_PROBE_SIZE + 1; i < TM_PROBE_POINTS; i++) say_point(&at, i, 0, "", "");
  strcpy(at, DONE);
  script = text;
  tm_engine_run(&fake, &program, NULL, &probe, 30, &r);
  assert_string_equal(r.failure, "");
  assert_true(isnan(r.probe.ns[TM_PROBE_SIZE]));
  assert_string_equal(r.probe.none[TM_PROBE_SIZE], "hoisted");
  tm_engine_result_free(&r);
}

/* A workload is believed when it printed its result, and only its own. */
static void programs(void **state) {
  (void)state;
  static const struct tm_job sort = {
      .test = &test, .program = true, .argument = {"sort", "1", "50", "--time"}};
  struct tm_job threads = sort;
  struct tm_engine_result r;
#define RESULT "sort size 50 checksum 0123456789abcdef verified"
  script = "echo '" RESULT "'; echo 'work 1250 ns' >&2";
  tm_engine_run(&fake, &program, NULL, &sort, 30, &r);
  assert_string_equal(r.failure, "");
  assert_string_equal(r.words.said, RESULT);
  assert_true(r.words.ns == 1250);
  tm_engine_result_free(&r);
  script = SAY("{\"said\": \"" RESULT "\"}") SAY("{\"said\": \"work 7 ns\"}") DONE;
  tm_engine_run(&fake, &program, NULL, &sort, 30, &r);
  assert_string_equal(r.failure, "");
  assert_true(r.words.ns == 7);
  tm_engine_result_free(&r);
  static const char *const lies[][2] = {
      {"echo 'sort size 50 checksum 0123456789abcdef WRONG'; echo work 5 ns",
       "its result is wrong"},
      {"echo 'sort size 51 checksum 0123456789abcdef verified'; echo work 5 ns", "no result"},
      {"echo '" RESULT "'", "no time"},
      {"echo '" RESULT "'; echo work -5 ns", "no time"},
      {"echo '" RESULT "'; echo work 5 ns; exit 3", "exit status 3"},
      {SAY("{\"error\":\"no memory\"}") "exit 1", "it failed: no memory"}};
  for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
    script = lies[i][0];
    tm_engine_run(&fake, &program, NULL, &sort, 30, &r);
    if (!strstr(r.failure, lies[i][1])) fail_msg("%zu: '%s'", i, r.failure);
    tm_engine_result_free(&r);
  }
  threads.program_threads = 2;
  tm_engine_run(&fake, &program, NULL, &threads, 30, &r);
  assert_string_equal(r.failure, "not run: under fake: it has no wasi-threads");
  tm_engine_result_free(&r);
}

static void cannot_start(void **state) {
  (void)state;
  char *argv[] = {"tidemark-no-such-program", NULL};
  struct tm_process_spec spec = {.argv = argv};
  struct tm_process_end end;
  struct tm_error error = {""};
  assert_true(tm_process_run(&spec, &end, &error) < 0);
  assert_non_null(strstr(error.text, "cannot start tidemark-no-such-program"));
}

static void lacks_a_feature(void **state) {
  (void)state;
  struct tm_engine plain = fake;
  struct tm_job trapping = job;
  struct tm_engine_result r;
  plain.traps = false;
  trapping.may_trap = true;
  tm_engine_run(&plain, &program, NULL, &trapping, 30, &r);
  assert_string_equal(r.failure, "not run: under fake: a thread cannot go on after a trap");
  tm_engine_result_free(&r);
  trapping.may_trap = false;
  trapping.waits = true;
  tm_engine_run(&plain, &program, NULL, &trapping, 30, &r);
  assert_string_equal(r.failure, "not run: under fake: there is no wait and notify");
  tm_engine_result_free(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answers),
      cmocka_unit_test(hangs),
      cmocka_unit_test(crashes),
      cmocka_unit_test(lies),
      cmocka_unit_test(more_than_asked),
      cmocka_unit_test(talks_too_much),
      cmocka_unit_test(leaves_nobody),
      cmocka_unit_test(measures),
      cmocka_unit_test(measures_single_grows),
      cmocka_unit_test(nothing_to_measure),
      cmocka_unit_test(programs),
      cmocka_unit_test(cannot_start),
      cmocka_unit_test(lacks_a_feature),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
