/* SPDX-License-Identifier: Apache-2.0 */
/* What a guest learns of its surroundings, and how it waits and ends. */
#include "harness/wasi/clock.h"
#include "tests/usage.h"
#include "tests/wasi/fixture.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- arguments and environment ----------------------------------------------------------------*/

static void arguments_and_environment_arrive(void **state) {
  (void)state;
  char *argv[] = {(char *)"prog", (char *)"", (char *)"two words"};
  const char *env[] = {"A=1", "EMPTY="};
  struct tm_wasi_options options = tm_wasi_options();
  options.argc = 3;
  options.argv = argv;
  options.env_count = 2;
  options.env = env;
  struct guest *g = guest_new(options);
  assert_int_equal(tm_wasi_args_sizes_get(&g->env, AT_RESULT, AT_RESULT + 4), 0);
  assert_int_equal(u32_at(g, AT_RESULT), 3);
  assert_int_equal(u32_at(g, AT_RESULT + 4), 16);
  assert_int_equal(tm_wasi_args_get(&g->env, AT_IOVS, AT_DATA), 0);
  assert_memory_equal(at(g, AT_DATA), "prog\0\0two words", 16);
  assert_int_equal(u32_at(g, AT_IOVS), AT_DATA);
  assert_int_equal(u32_at(g, AT_IOVS + 4), AT_DATA + 5);
  assert_int_equal(u32_at(g, AT_IOVS + 8), AT_DATA + 6);
  assert_int_equal(tm_wasi_environ_sizes_get(&g->env, AT_RESULT, AT_RESULT + 4), 0);
  assert_int_equal(u32_at(g, AT_RESULT), 2);
  assert_int_equal(tm_wasi_environ_get(&g->env, AT_IOVS, AT_DATA), 0);
  assert_memory_equal(at(g, AT_DATA), "A=1\0EMPTY=", 11);
  /* To the last byte, and not one further. */
  assert_int_equal(tm_wasi_args_get(&g->env, GUEST_BYTES - 12, GUEST_BYTES - 28), 0);
  assert_int_equal(tm_wasi_args_get(&g->env, GUEST_BYTES - 11, 0), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_args_get(&g->env, 0, GUEST_BYTES - 15), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_args_get(&g->env, UINT32_MAX, UINT32_MAX), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_args_sizes_get(&g->env, 0, GUEST_BYTES - 3), TM_WASI_FAULT);
  guest_free(g);
}

static void without_arguments_there_are_none(void **state) {
  struct guest *g = *state;
  assert_int_equal(tm_wasi_args_sizes_get(&g->env, AT_RESULT, AT_RESULT + 4), 0);
  assert_int_equal(u64_at(g, AT_RESULT), 0);
  assert_int_equal(tm_wasi_args_get(&g->env, 0, 0), 0);
  assert_int_equal(tm_wasi_environ_get(&g->env, 0, 0), 0);
}

/* ---- clocks and randomness --------------------------------------------------------------------*/

static uint64_t guest_now(struct guest *g, uint32_t id) {
  assert_int_equal(tm_wasi_clock_time_get(&g->env, id, 0, AT_RESULT), 0);
  return u64_at(g, AT_RESULT);
}

static void clocks_are_the_hosts(void **state) {
  struct guest *g = *state;
  static const clockid_t hosts[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID,
                                    CLOCK_THREAD_CPUTIME_ID};
  for (uint32_t id = 0; id < 4; id++) {
    uint64_t before = tm_wasi_now(hosts[id]);
    uint64_t guest = guest_now(g, id);
    assert_true(before <= guest && guest <= tm_wasi_now(hosts[id]));
    assert_int_equal(tm_wasi_clock_res_get(&g->env, id, AT_RESULT), 0);
    assert_in_range(u64_at(g, AT_RESULT), 1, 1000000000);
  }
  assert_int_equal(tm_wasi_clock_time_get(&g->env, 4, 0, AT_RESULT), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_clock_res_get(&g->env, UINT32_MAX, AT_RESULT), TM_WASI_INVAL);
}

static void random_bytes_fill_the_buffer_and_no_more(void **state) {
  struct guest *g = *state;
  assert_int_equal(tm_wasi_random_get(&g->env, 4096, 100000), 0);
  int zeros = 0;
  for (uint32_t i = 4096; i < 104096; i++) zeros += *at(g, i) == 0;
  assert_in_range(zeros, 200, 600); /* 390 expected; these are 9 standard deviations */
  for (uint32_t i = 0; i < 4096; i++) assert_int_equal(*at(g, i), 0);
  for (uint32_t i = 104096; i < GUEST_BYTES; i++) assert_int_equal(*at(g, i), 0);
  assert_int_equal(tm_wasi_random_get(&g->env, GUEST_BYTES, 0), 0);
  assert_int_equal(tm_wasi_sched_yield(&g->env), 0);
}

/* ---- poll -------------------------------------------------------------------------------------*/

enum { AT_SUBSCRIPTIONS = 40960, AT_EVENTS = 49152 };

static void put_subscription(struct guest *g, uint32_t i, uint64_t userdata, uint8_t tag,
                             uint32_t id, uint64_t timeout, uint16_t flags) {
  uint8_t *to = at(g, AT_SUBSCRIPTIONS + i * TM_SUBSCRIPTION_BYTES);
  memset(to, 0, TM_SUBSCRIPTION_BYTES);
  memcpy(to, &userdata, 8);
  to[8] = tag;
  memcpy(to + 16, &id, 4);
  memcpy(to + 24, &timeout, 8);
  memcpy(to + 40, &flags, 2);
}

static uint32_t poll_for(struct guest *g, uint32_t count, uint32_t *ready) {
  uint32_t wrong = tm_wasi_poll_oneoff(&g->env, AT_SUBSCRIPTIONS, AT_EVENTS, count, AT_RESULT);
  if (!wrong) *ready = u32_at(g, AT_RESULT);
  return wrong;
}

static void assert_event(struct guest *g, uint32_t i, uint64_t userdata, uint16_t error,
                         uint8_t type) {
  uint8_t *event = at(g, AT_EVENTS + i * TM_EVENT_BYTES);
  uint64_t got;
  uint16_t got_error;
  memcpy(&got, event, 8);
  memcpy(&got_error, event + 8, 2);
  assert_int_equal(got, userdata);
  assert_int_equal(got_error, error);
  assert_int_equal(event[10], type);
}

static void poll_waits_for_the_earliest_clock(void **state) {
  struct guest *g = *state;
  uint32_t ready;
  uint64_t start = tm_wasi_now(CLOCK_MONOTONIC);
  put_subscription(g, 0, 7, TM_EVENT_CLOCK, TM_CLOCK_MONOTONIC, UINT64_MAX, 0);
  put_subscription(g, 1, 8, TM_EVENT_CLOCK, TM_CLOCK_MONOTONIC, 2000000, 0);
  assert_int_equal(poll_for(g, 2, &ready), 0);
  assert_true(tm_wasi_now(CLOCK_MONOTONIC) - start >= 2000000);
  assert_int_equal(ready, 1);
  assert_event(g, 0, 8, 0, TM_EVENT_CLOCK);
  /* Absolute times, future and past. */
  put_subscription(g, 0, 1, TM_EVENT_CLOCK, TM_CLOCK_REALTIME,
                   tm_wasi_now(CLOCK_REALTIME) + 2000000, TM_SUBSCRIPTION_ABSTIME);
  assert_int_equal(poll_for(g, 1, &ready), 0);
  assert_int_equal(ready, 1);
  put_subscription(g, 0, 1, TM_EVENT_CLOCK, TM_CLOCK_MONOTONIC, 1, TM_SUBSCRIPTION_ABSTIME);
  put_subscription(g, 1, 2, TM_EVENT_CLOCK, TM_CLOCK_REALTIME, 0, 0);
  put_subscription(g, 2, 3, TM_EVENT_CLOCK, TM_CLOCK_REALTIME, UINT64_MAX, TM_SUBSCRIPTION_ABSTIME);
  assert_int_equal(poll_for(g, 3, &ready), 0);
  assert_int_equal(ready, 2);
  assert_event(g, 0, 1, 0, TM_EVENT_CLOCK);
  assert_event(g, 1, 2, 0, TM_EVENT_CLOCK);
}

static void poll_reports_ready_descriptors(void **state) {
  (void)state;
  int in[2];
  assert_int_equal(pipe(in), 0);
  struct tm_wasi_options options = tm_wasi_options();
  options.stdio[0] = in[0];
  struct guest *g = guest_new(options);
  uint32_t ready;
  /* Nothing to read: the clock ends it. */
  put_subscription(g, 0, 1, TM_EVENT_FD_READ, 0, 0, 0);
  put_subscription(g, 1, 2, TM_EVENT_CLOCK, TM_CLOCK_MONOTONIC, 1000000, 0);
  assert_int_equal(poll_for(g, 2, &ready), 0);
  assert_int_equal(ready, 1);
  assert_event(g, 0, 2, 0, TM_EVENT_CLOCK);
  /* Three bytes to read. */
  assert_int_equal(write(in[1], "abc", 3), 3);
  put_subscription(g, 1, 2, TM_EVENT_CLOCK, TM_CLOCK_MONOTONIC, UINT64_MAX, 0);
  assert_int_equal(poll_for(g, 2, &ready), 0);
  assert_int_equal(ready, 1);
  assert_event(g, 0, 1, 0, TM_EVENT_FD_READ);
  assert_int_equal(u64_at(g, AT_EVENTS + 16), 3);
  assert_int_equal(u32_at(g, AT_EVENTS + 24) & 0xffff, 0);
  /* The other end is gone. */
  close(in[1]);
  assert_int_equal(poll_for(g, 2, &ready), 0);
  assert_int_equal(u32_at(g, AT_EVENTS + 24) & 0xffff, TM_EVENT_HANGUP);
  guest_free(g);
  close(in[0]);
}

static void poll_reports_errors_of_each_subscription(void **state) {
  struct guest *g = *state;
  uint32_t ready, fd;
  assert_int_equal(open_path(g, "f", TM_OFLAG_CREAT, FILE_RIGHTS, &fd), 0);
  assert_int_equal(write_text(g, fd, "12345"), 0);
  assert_int_equal(tm_wasi_fd_seek(&g->env, fd, 1, 0, AT_RESULT), 0);
  put_subscription(g, 0, 10, TM_EVENT_FD_READ, 99, 0, 0);
  put_subscription(g, 1, 11, TM_EVENT_CLOCK, TM_CLOCK_THREAD_CPUTIME, 1, 0);
  put_subscription(g, 2, 12, TM_EVENT_CLOCK, 17, 1, 0);
  put_subscription(g, 3, 13, TM_EVENT_CLOCK, TM_CLOCK_REALTIME, UINT64_MAX, 0);
  put_subscription(g, 4, 14, TM_EVENT_FD_READ, fd, 0, 0);
  put_subscription(g, 5, 15, TM_EVENT_FD_WRITE, fd, 0, 0);
  assert_int_equal(poll_for(g, 6, &ready), 0);
  assert_int_equal(ready, 5);
  assert_event(g, 0, 10, TM_WASI_BADF, TM_EVENT_FD_READ);
  assert_event(g, 1, 11, TM_WASI_NOTSUP, TM_EVENT_CLOCK);
  assert_event(g, 2, 12, TM_WASI_INVAL, TM_EVENT_CLOCK);
  assert_event(g, 3, 14, 0, TM_EVENT_FD_READ);
  assert_int_equal(u64_at(g, AT_EVENTS + 3 * TM_EVENT_BYTES + 16), 4);
  assert_event(g, 4, 15, 0, TM_EVENT_FD_WRITE);
  put_subscription(g, 1, 0, 3, 0, 0, 0); /* no such kind */
  assert_int_equal(poll_for(g, 6, &ready), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_fd_close(&g->env, fd), 0);
}

/* ---- the end ----------------------------------------------------------------------------------*/

struct ending {
  struct guest *g;
  uint32_t number;
  bool raise;
};

static void end_body(void *argument) {
  struct ending *e = argument;
  if (e->raise)
    tm_wasi_proc_raise(&e->g->env, e->number);
  else
    tm_wasi_proc_exit(&e->g->env, e->number);
}

static void assert_ends_with(struct guest *g, bool raise, uint32_t number, int status) {
  struct ending e = {g, number, raise};
  struct tm_trap trap;
  assert_int_equal(tm_guest_call(end_body, &e, &trap), TM_TRAP_EXIT);
  assert_int_equal(trap.exit_status, status);
  assert_int_equal(g->process->result.status, status);
}

static void call_after_the_end(void *argument) {
  struct guest *g = argument;
  tm_wasi_random_get(&g->env, 0, 16);
}

static void exit_ends_the_program_once(void **state) {
  struct guest *g = *state;
  struct tm_trap trap;
  assert_ends_with(g, false, 42, 42);
  assert_int_equal(tm_guest_call(call_after_the_end, g, &trap), TM_TRAP_EXIT);
  assert_int_equal(u64_at(g, 0), 0); /* it did nothing */
  static const struct tm_trap later = {.code = TM_TRAP_UNREACHABLE};
  tm_wasi_end(g->process, 3, &later);
  assert_int_equal(g->process->result.status, 42);
}

static void signals_do_what_they_do_by_default(void **state) {
  struct guest *g = *state;
  assert_int_equal(tm_wasi_proc_raise(&g->env, 0), 0);
  assert_int_equal(tm_wasi_proc_raise(&g->env, 16), 0);              /* child */
  assert_int_equal(tm_wasi_proc_raise(&g->env, 18), TM_WASI_NOTSUP); /* stop */
  assert_int_equal(tm_wasi_proc_raise(&g->env, 31), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_proc_raise(&g->env, UINT32_MAX), TM_WASI_INVAL);
  assert_ends_with(g, true, 6, 134); /* abort, as a shell shows it */
}

static void host_numbers_become_wasi_numbers(void **state) {
  (void)state;
  assert_int_equal(tm_wasi_errno(0), 0);
  assert_int_equal(tm_wasi_errno(2), TM_WASI_NOENT);
  assert_int_equal(tm_wasi_errno(11), TM_WASI_AGAIN);
  assert_int_equal(tm_wasi_errno(40), TM_WASI_LOOP);
  assert_int_equal(tm_wasi_errno(9999), TM_WASI_IO);
}

static void programs_that_cannot_start_say_why(void **state) {
  (void)state;
  struct tm_wasi_preopen preopen = {"/nonexistent/directory", "/"};
  struct tm_wasi_options options = tm_wasi_options();
  options.preopens = &preopen;
  options.preopen_count = 1;
  struct tm_wasi *process;
  struct tm_error error;
  assert_true(tm_wasi_new(&options, &process, &error) < 0);
  assert_non_null(strstr(error.text, "/nonexistent/directory"));
  options.max_files = 2;
  assert_true(tm_wasi_new(&options, &process, &error) < 0);
  assert_non_null(strstr(error.text, "error output"));
}

static void reports_name_thread_trap_and_function(void **state) {
  (void)state;
  char text[256] = "";
  struct tm_wasi_result result = {
      .trap = {.code = TM_TRAP_OUT_OF_BOUNDS}, .thread = 2, .function = "sort"};
  FILE *to = fmemopen(text, sizeof text, "w");
  tm_wasi_report(&result, to);
  fclose(to);
  assert_string_equal(
      text, "tidemark: trap in thread 2: out of bounds memory access in function \"sort\"\n");
  memset(text, 0, sizeof text);
  result.trap.code = TM_TRAP_EXIT;
  to = fmemopen(text, sizeof text, "w");
  tm_wasi_report(&result, to);
  fclose(to);
  assert_string_equal(text, "");
}

int main(int argc, char **argv) {
  (void)argc;
  usage_begin(argv);
  const struct CMUnitTest tests[] = {
      USAGE_TEST(arguments_and_environment_arrive),
      GUEST_TEST(without_arguments_there_are_none),
      GUEST_TEST(clocks_are_the_hosts),
      GUEST_TEST(random_bytes_fill_the_buffer_and_no_more),
      GUEST_TEST(poll_waits_for_the_earliest_clock),
      USAGE_TEST(poll_reports_ready_descriptors),
      GUEST_TEST(poll_reports_errors_of_each_subscription),
      GUEST_TEST(exit_ends_the_program_once),
      GUEST_TEST(signals_do_what_they_do_by_default),
      USAGE_TEST(host_numbers_become_wasi_numbers),
      USAGE_TEST(programs_that_cannot_start_say_why),
      USAGE_TEST(reports_name_thread_trap_and_function),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
