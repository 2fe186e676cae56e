/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/generators.h"

#include "tests/fuzz/instructions.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ARGS = 64 };

static uint64_t splitmix(uint64_t *s) {
  uint64_t z = (*s += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* 100 to 1000 bytes from the seed into FOLDER/input. */
static bool write_input(uint64_t seed, const char *folder, char path[PATH_MAX]) {
  uint64_t s = seed;
  size_t size = 100 + splitmix(&s) % 900;
  snprintf(path, PATH_MAX, "%s/input", folder);
  FILE *f = fopen(path, "we");
  if (!f) return false;
  for (size_t k = 0; k < size; k++) fputc((int)(splitmix(&s) >> 56), f);
  return fclose(f) == 0;
}

/* Run `program` with the words of `flags` and then these, up to NULL; nothing is said. */
static bool run(const char *program, const char *flags, const char *const *more) {
  char text[1024], *argv[MAX_ARGS] = {(char *)(uintptr_t)program};
  int n = 1, status;
  snprintf(text, sizeof text, "%s", flags);
  for (char *save, *word = strtok_r(text, " ", &save); word && n < MAX_ARGS - 8;
       word = strtok_r(NULL, " ", &save))
    argv[n++] = word;
  while (*more) argv[n++] = (char *)(uintptr_t)*more++;
  pid_t pid;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  int result = posix_spawnp(&pid, program, &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (result) return false;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0;
}

static bool make_wasm_opt(uint64_t seed, const char *folder, const char *output) {
  static const char *const features[] = {
      "--enable-threads --enable-bulk-memory",
      "--enable-threads --enable-bulk-memory --enable-simd --enable-multivalue",
      "--enable-bulk-memory --enable-multivalue",
      "--enable-threads --enable-multivalue",
  };
  char input[PATH_MAX], flags[512];
  if (!write_input(seed, folder, input)) return false;
  snprintf(flags, sizeof flags,
           "-ttf --denan --enable-sign-ext --enable-mutable-globals "
           "--enable-nontrapping-float-to-int %s",
           features[seed / GENERATOR_BATCH % 4]);
  return run("wasm-opt", flags, (const char *[]){input, "-o", output, NULL});
}

static bool make_wasm_tools(uint64_t seed, const char *folder, const char *output) {
  char input[PATH_MAX];
  if (!write_input(seed, folder, input)) return false;
  return run("wasm-tools",
             "smith --ensure-termination --fuel 1000 --max-imports 0 --export-everything true "
             "--min-funcs 1 "
             "--min-memories 1 --max-memories 1 --max-memory32-bytes 1048576 "
             "--max-table-elements 1000 --table-max-size-required true "
             "--memory-max-size-required true --canonicalize-nans true --threads-enabled true "
             "--exceptions-enabled false --gc-enabled false --memory64-enabled false "
             "--relaxed-simd-enabled false --tail-call-enabled false "
             "--wide-arithmetic-enabled false --extended-const-enabled false",
             (const char *[]){input, "-o", output, NULL});
}

static bool make_instructions(uint64_t seed, const char *folder, const char *output) {
  struct tm_text wasm = {0};
  (void)folder;
  instructions_module(seed, &wasm);
  FILE *f = fopen(output, "we");
  bool written = f && fwrite(wasm.data, 1, wasm.size, f) == wasm.size;
  if (f && fclose(f)) written = false;
  tm_text_free(&wasm);
  return written;
}

const struct generator *generator_find(const char *name) {
  static const struct generator all[] = {
      {"wasm-opt", "install the package binaryen", make_wasm_opt},
      {"wasm-tools", "install wasm-tools of the Bytecode Alliance", make_wasm_tools},
      {"instructions", "the folder cannot be written", make_instructions},
  };
  for (size_t k = 0; k < sizeof all / sizeof *all; k++)
    if (!strcmp(all[k].name, name)) return &all[k];
  return NULL;
}
