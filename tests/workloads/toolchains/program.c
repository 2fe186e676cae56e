/* SPDX-License-Identifier: Apache-2.0
 *
 * A program as wasi-sdk builds them: C with wasi-libc. Prints what it sees of arguments,
 * environment, files, memory and numbers, and ends with status 3.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int by_value(const void *a, const void *b) {
  unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
  return (x > y) - (x < y);
}

static void files(void) {
  FILE *file = fopen("/out/text", "w+");
  if (!file) {
    printf("no file: %s\n", strerror(errno));
    return;
  }
  for (int i = 0; i < 1000; i++) fprintf(file, "%d\n", i * i);
  fseek(file, -7, SEEK_END);
  int last = 0;
  printf("file: %d read, last %d, size %ld\n", fscanf(file, "%d", &last), last, ftell(file));
  fclose(file);
  printf("outside: %s\n", fopen("/out/../text", "r") ? "reached" : "kept away");
  printf("missing: %s\n", fopen("/out/missing", "r") ? "found" : strerror(errno));
}

int main(int argc, char **argv) {
  printf("%d arguments, the last \"%s\", NAME=%s\n", argc, argv[argc - 1], getenv("NAME"));
  enum { COUNT = 1 << 20 };
  unsigned *numbers = malloc(COUNT * sizeof *numbers), seed = 1;
  for (int i = 0; i < COUNT; i++) numbers[i] = seed = seed * 1664525u + 1013904223u;
  qsort(numbers, COUNT, sizeof *numbers, by_value);
  printf("sorted: %u %u %u\n", numbers[0], numbers[COUNT / 2], numbers[COUNT - 1]);
  printf("numbers: %.17g %a %lld\n", 1 / 3.0, 0.1, 1ll << 62);
  printf("clock: %s\n", time(NULL) > 1600000000 ? "set" : "not set");
  files();
  return 3;
}
