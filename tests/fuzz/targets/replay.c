/* SPDX-License-Identifier: Apache-2.0 */
/* Run a target on the files of a corpus, on every prefix of each up to 512 bytes, and on each with
 * one byte changed in 256 places that a seed chooses:
 *     fuzz_replay_TARGET FOLDER */
#include "tests/fuzz/targets/target.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIXES = 512, CHANGES = 256, LARGEST = 1 << 20 };

static uint64_t seed = 1;
static uint64_t next(void) {
  return seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
}

/* In a buffer of exactly its size, so that a sanitizer sees a byte too many. */
static void run(const uint8_t *bytes, size_t size) {
  uint8_t *copy = malloc(size ? size : 1);
  if (!copy) abort();
  memcpy(copy, bytes, size);
  LLVMFuzzerTestOneInput(copy, size);
  free(copy);
}

static void run_around(uint8_t *bytes, size_t size) {
  run(bytes, size);
  for (size_t n = 0; n < size && n < PREFIXES; n++) run(bytes, n);
  for (int k = 0; k < CHANGES && size; k++) {
    uint64_t r = next();
    uint8_t *at = &bytes[(r >> 16) % size], before = *at;
    *at = (uint8_t)(r >> 8);
    run(bytes, size);
    *at = before;
  }
}

int main(int argc, char **argv) {
  static uint8_t bytes[LARGEST];
  DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
  int files = 0;
  if (!folder) {
    fprintf(stderr, "replay: which folder? %s\n", strerror(errno));
    return 2;
  }
  for (struct dirent *e; (e = readdir(folder));) {
    char path[PATH_MAX];
    if (e->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", argv[1], e->d_name);
    FILE *f = fopen(path, "rb");
    if (!f) return 2;
    size_t size = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    run_around(bytes, size);
    files++;
  }
  closedir(folder);
  printf("%d files\n", files);
  return files == 0;
}
