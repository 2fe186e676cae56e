/* SPDX-License-Identifier: Apache-2.0 */
/* Random host calls never reach beyond the guest: not its memory (its end is inaccessible), not its
 * directory, and the host's descriptors come back. */
#include "tests/wasi/calls.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { PROGRAMS = 150, PROGRAM_BYTES = 4096 };

static uint64_t next(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  return *seed ^= *seed << 17;
}

static int lowest_free_descriptor(void) {
  int fd = dup(0);
  close(fd);
  return fd;
}

static void random_calls_stay_inside(void **state) {
  (void)state;
  const char *given = getenv("TIDEMARK_SEED");
  uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
  print_message("TIDEMARK_SEED=%llu\n", (unsigned long long)seed);
  seed = seed * 2 + 1;
  int lowest = lowest_free_descriptor();
  unsigned calls = 0;
  for (int i = 0; i < PROGRAMS; i++) {
    uint8_t bytes[PROGRAM_BYTES];
    struct tm_wasi_options options = tm_wasi_options();
    options.stdio[0] = options.stdio[1] = options.stdio[2] = -1;
    struct guest *g = guest_new(options);
    host_symlink(g, "..", "inside/up");
    host_symlink(g, "../outside", "inside/link");
    for (int b = 0; b < PROGRAM_BYTES; b++) bytes[b] = (uint8_t)(next(&seed) >> 32);
    calls += run_calls(g, bytes, sizeof bytes);
    check_outside(g);
    assert_int_equal(g->env.memory->strategy->pages(g->env.view), 2);
    guest_free(g);
  }
  print_message("%u calls\n", calls);
  assert_true(calls > PROGRAMS * 50);
  assert_int_equal(lowest_free_descriptor(), lowest);
}

int main(void) {
  signal(SIGXFSZ, SIG_IGN);
  const struct CMUnitTest tests[] = {cmocka_unit_test(random_calls_stay_inside)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
