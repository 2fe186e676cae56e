/* SPDX-License-Identifier: Apache-2.0 */
/* Traps end a guest precisely; a bug of the host is never taken for one. */
#include "core/arch.h"
#include "core/linear.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char __executable_start[], etext[];

static void as_guest_code(void) {
  tm_trap_install(); /* cmocka has put its own handler over it */
  assert_int_equal(tm_trap_add_code((uintptr_t)__executable_start, (uintptr_t)etext), 0);
}
static void as_host_code(void) { tm_trap_remove_code((uintptr_t)__executable_start); }

static void raise_division(void *unused) {
  (void)unused;
  tm_trap(TM_TRAP_DIVIDE_BY_ZERO);
}

static void a_cold_call_ends_the_guest(void **state) {
  (void)state;
  struct tm_trap trap;
  assert_int_equal(tm_guest_call(raise_division, NULL, &trap), TM_TRAP_DIVIDE_BY_ZERO);
  uintptr_t function = (uintptr_t)raise_division;
  assert_true(trap.pc >= function && trap.pc < function + 64);
  assert_string_equal(tm_trap_words(trap.code), "integer divide by zero");
}

static void nothing(void *unused) { (void)unused; }

static void touch(void *address) { *(volatile uint8_t *)address = 1; }

static void nested(void *address) {
  struct tm_trap inner;
  assert_int_equal(tm_guest_call(touch, address, &inner), TM_TRAP_OUT_OF_BOUNDS);
  assert_int_equal(tm_guest_call(nothing, NULL, &inner), TM_TRAP_NONE);
  tm_trap(TM_TRAP_UNREACHABLE);
}

static void faults_in_a_region_are_traps_and_nest(void **state) {
  (void)state;
  uint8_t *base;
  struct tm_trap trap;
  assert_int_equal(tm_port_reserve(2 * TM_PAGE_BYTES, &base), 0);
  assert_int_equal(tm_trap_add_region(base, 2 * TM_PAGE_BYTES, NULL, NULL), 0);
  as_guest_code();
  for (int i = 0; i < 1000; i++) {
    assert_int_equal(tm_guest_call(touch, base + i, &trap), TM_TRAP_OUT_OF_BOUNDS);
    assert_int_equal(tm_guest_call(nested, base, &trap), TM_TRAP_UNREACHABLE);
  }
  as_host_code();
  tm_trap_remove_region(base);
  tm_port_release(base, 2 * TM_PAGE_BYTES);
}

static uint8_t *region_base;
static int asked;
static enum tm_fault commit_on_fault(void *memory, uintptr_t address) {
  asked++;
  if (address >= (uintptr_t)region_base + TM_PAGE_BYTES) return TM_FAULT_TRAP;
  return tm_port_commit(memory, TM_PAGE_BYTES) ? TM_FAULT_TRAP : TM_FAULT_RETRY;
}

static void a_region_may_ask_to_try_again(void **state) {
  (void)state;
  struct tm_trap trap;
  uint64_t spurious = tm_trap_spurious();
  assert_int_equal(tm_port_reserve(2 * TM_PAGE_BYTES, &region_base), 0);
  assert_int_equal(tm_trap_add_region(region_base, 2 * TM_PAGE_BYTES, commit_on_fault, region_base),
                   0);
  as_guest_code();
  assert_int_equal(tm_guest_call(touch, region_base, &trap), TM_TRAP_NONE);
  assert_int_equal(asked, 1);
  assert_int_equal(tm_trap_spurious(), spurious + 1);
  assert_int_equal(region_base[0], 1);
  assert_int_equal(tm_guest_call(touch, region_base + TM_PAGE_BYTES, &trap), TM_TRAP_OUT_OF_BOUNDS);
  assert_int_equal(tm_trap_spurious(), spurious + 1); /* a trap that is one does not count */
  as_host_code();
  tm_trap_remove_region(region_base);
  tm_port_release(region_base, 2 * TM_PAGE_BYTES);
}

static bool yes_above_ten(void *view, uint64_t ea, uint64_t n) {
  *(uint64_t *)view += n;
  return ea > 10;
}
struct question {
  uint64_t view, ea;
  bool passed;
};
static void ask(void *argument) {
  struct question *q = argument;
  tm_arch_ask(yes_above_ten, &q->view, q->ea, 3);
  q->passed = true;
}

static void a_question_is_answered_in_the_handler(void **state) {
  (void)state;
  as_guest_code();
  struct tm_trap trap;
  struct question yes = {.ea = 11}, no = {.ea = 10};
  uint64_t spurious = tm_trap_spurious();
  assert_int_equal(tm_guest_call(ask, &yes, &trap), TM_TRAP_NONE);
  assert_true(yes.passed);
  assert_int_equal(yes.view, 3);
  assert_int_equal(tm_guest_call(ask, &no, &trap), TM_TRAP_OUT_OF_BOUNDS);
  assert_false(no.passed);
  assert_int_equal(tm_trap_spurious(), spurious + 1);
  assert_int_equal(no.view, 3);
  as_host_code();
}

/* Not a tail call, and not a loop. */
static __attribute__((noinline)) int recurse(volatile int *depth) {
  volatile char frame[256];
  frame[0] = (char)++*depth;
  return *depth > 0 ? recurse(depth) + frame[0] : 0; /* always deeper */
}
static void recurse_without_end(void *depth) { recurse(depth); }

static void *exhaust(void *unused) {
  (void)unused;
  struct tm_trap trap;
  for (int i = 0; i < 3; i++) { /* the guard still works after a trap */
    int depth = 0;
    if (tm_guest_call(recurse_without_end, &depth, &trap) != TM_TRAP_STACK_EXHAUSTED) abort();
    if (depth < 100) abort();
  }
  tm_thread_done();
  return NULL;
}

static void a_full_stack_is_a_trap(void **state) {
  (void)state;
  as_guest_code();
  pthread_attr_t attr;
  pthread_t thread;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, 512 * 1024);
  assert_int_equal(pthread_create(&thread, &attr, exhaust, NULL), 0);
  pthread_join(thread, NULL);
  pthread_attr_destroy(&attr);
  as_host_code();
}

static void need_too_much(void *unused) {
  (void)unused;
  tm_stack_need(4096);
  tm_stack_need((size_t)1 << 40);
}

static void host_functions_ask_for_stack(void **state) {
  (void)state;
  struct tm_trap trap;
  assert_int_equal(tm_guest_call(need_too_much, NULL, &trap), TM_TRAP_STACK_EXHAUSTED);
}

static void leave(void *status) { tm_trap_exit(*(int *)status); }
static void leave_from_within(void *status) {
  struct tm_trap inner;
  tm_guest_call(leave, status, &inner);
  fail_msg("an exit must not return to a level between");
}

static void an_exit_unwinds_every_level(void **state) {
  (void)state;
  struct tm_trap trap;
  int status = 42;
  assert_int_equal(tm_guest_call(leave_from_within, &status, &trap), TM_TRAP_EXIT);
  assert_int_equal(trap.exit_status, 42);
}

/* In a child, because the signal must kill it. */
static int signal_of(void (*body)(void *), void *argument) {
  pid_t pid = fork();
  if (pid == 0) {
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGSEGV, SIG_DFL);
    signal(SIGILL, SIG_DFL);
    tm_trap_install();
    struct tm_trap trap;
    tm_guest_call(body, argument, &trap);
    _exit(0);
  }
  int status;
  waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void illegal(void *unused) {
  (void)unused;
  __builtin_trap();
}

static void a_host_bug_is_not_a_trap(void **state) {
  (void)state;
  uint8_t *base;
  assert_int_equal(tm_port_reserve(TM_PAGE_BYTES, &base), 0);
  as_guest_code();
  /* Guest code, but an address that no region holds. */
  assert_int_equal(signal_of(touch, (void *)8), SIGSEGV);
  assert_int_equal(signal_of(touch, base), SIGSEGV);
  assert_int_equal(signal_of(illegal, NULL), SIGILL);
  as_host_code();
  /* Host code that touches a region where no guest does. */
  assert_int_equal(tm_trap_add_region(base, TM_PAGE_BYTES, NULL, NULL), 0);
  assert_int_equal(signal_of(touch, base), SIGSEGV);
  tm_trap_remove_region(base);
  tm_port_release(base, TM_PAGE_BYTES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_cold_call_ends_the_guest),
      cmocka_unit_test(faults_in_a_region_are_traps_and_nest),
      cmocka_unit_test(a_region_may_ask_to_try_again),
      cmocka_unit_test(a_question_is_answered_in_the_handler),
      cmocka_unit_test(a_full_stack_is_a_trap),
      cmocka_unit_test(host_functions_ask_for_stack),
      cmocka_unit_test(an_exit_unwinds_every_level),
      cmocka_unit_test(a_host_bug_is_not_a_trap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
