/* SPDX-License-Identifier: Apache-2.0 */
/* Run a target on the files of a corpus, on prefixes of each, and on each with one byte changed in
 * places that a seed chooses; 1,024 of both, shared out among the files:
 *     fuzz_replay_TARGET FOLDER */
#include "tests/fuzz/targets/target.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AROUND = 1024, LARGEST = 1 << 20 };

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

/* `times`: prefixes, and as many changes. */
static void run_around(uint8_t *bytes, size_t size, size_t times) {
  run(bytes, size);
  size_t prefixes = size < times ? size : times;
  for (size_t k = 0; k < prefixes; k++) run(bytes, k * size / prefixes);
  for (size_t k = 0; k < times && size; k++) {
    uint64_t r = next();
    uint8_t *at = &bytes[(r >> 16) % size], before = *at;
    *at = (uint8_t)(r >> 8);
    run(bytes, size);
    *at = before;
  }
}

static int visible(const struct dirent *e) { return e->d_name[0] != '.'; }

int main(int argc, char **argv) {
  static uint8_t bytes[LARGEST];
  struct dirent **names;
  int files = argc == 2 ? scandir(argv[1], &names, visible, alphasort) : -1;
  if (files < 0) {
    fprintf(stderr, "replay: which folder? %s\n", strerror(errno));
    return 2;
  }
  for (int k = 0; k < files; k++) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", argv[1], names[k]->d_name);
    free(names[k]);
    FILE *f = fopen(path, "rb");
    if (!f) return 2;
    size_t size = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    run_around(bytes, size, AROUND / (size_t)files + 2);
  }
  free(names);
  printf("%d files\n", files);
  return files == 0;
}
