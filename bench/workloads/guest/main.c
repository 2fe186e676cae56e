/* SPDX-License-Identifier: Apache-2.0
 *
 * The frame of every workload: reads the command line, runs the three steps, prints the result.
 * Exit status: 0 the checksum is verified, 1 it is not, 2 the command line is wrong.
 */
#include "guest/guest.h"

static int usage(void) {
  struct guest_line line = {0};
  guest_line_text(&line, "usage: ");
  guest_line_text(&line, workload_name);
  guest_line_text(&line, " THREADS SIZE [--time], with 1 to ");
  guest_line_decimal(&line, GUEST_MAX_THREADS);
  guest_line_text(&line, " threads and a size of 1 to ");
  guest_line_decimal(&line, workload_max_size);
  guest_line_text(&line, " ");
  guest_line_text(&line, workload_size_help);
  guest_line_write(&line, 2);
  return 2;
}

static bool same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static void print_result(uint32_t size, uint64_t checksum, bool verified) {
  struct guest_line line = {0};
  guest_line_text(&line, workload_name);
  guest_line_text(&line, " size ");
  guest_line_decimal(&line, size);
  guest_line_text(&line, " checksum ");
  guest_line_hex(&line, checksum);
  guest_line_text(&line, verified ? " verified" : " WRONG");
  guest_line_write(&line, 1);
}

static void print_time(uint64_t nanoseconds) {
  struct guest_line line = {0};
  guest_line_text(&line, "work ");
  guest_line_decimal(&line, nanoseconds);
  guest_line_text(&line, " ns");
  guest_line_write(&line, 2);
}

int guest_main(int argc, char **argv) {
  uint32_t threads, size;
  if (argc < 3 || argc > 4 || !guest_parse(argv[1], GUEST_MAX_THREADS, &threads) ||
      !guest_parse(argv[2], workload_max_size, &size) || (argc == 4 && !same(argv[3], "--time")))
    return usage();

  workload_prepare(threads, size);
  uint64_t start = platform_now_ns();
  guest_parallel(threads, workload_work);
  uint64_t end = platform_now_ns();
  uint64_t checksum = 0;
  bool verified = workload_verify(&checksum);
  print_result(size, checksum, verified);
  if (argc == 4) print_time(end - start);
  return verified ? 0 : 1;
}
