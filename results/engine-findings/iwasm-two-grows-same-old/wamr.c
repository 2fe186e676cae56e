/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/drivers/wamr.c: WAMR, embedded in a program that runs one WASI module with
 * wasi-threads, as its own iwasm does, which no package registry carries.
 *
 * usage: tidemark-wamr [--max-threads=N] MODULE.wasm [ARGUMENT…], or: tidemark-wamr --version
 */
#include "wasm_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STACK = 256 * 1024, THREADS = 80 };

static int fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  return 1;
}

static uint8_t *read_file(const char *path, uint32_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  uint8_t *bytes = length > 0 ? malloc((size_t)length) : NULL;
  if (bytes && fread(bytes, 1, (size_t)length, file) != (size_t)length) {
    free(bytes);
    bytes = NULL;
  }
  fclose(file);
  *size = (uint32_t)length;
  return bytes;
}

/* The exit status of the module's program; 1 after a trap. */
static int run(int argc, char **argv) {
  char why[256] = "cannot be read";
  uint32_t size;
  uint8_t *bytes = read_file(argv[0], &size);
  wasm_module_t module = bytes ? wasm_runtime_load(bytes, size, why, sizeof why) : NULL;
  if (!module) return fail(argv[0], why);
  wasm_runtime_set_wasi_args(module, NULL, 0, NULL, 0, NULL, 0, argv, argc);
  wasm_module_inst_t instance = wasm_runtime_instantiate(module, STACK, 0, why, sizeof why);
  if (!instance) return fail(argv[0], why);
  int status = 1;
  if (wasm_application_execute_main(instance, argc, argv) && !wasm_runtime_get_exception(instance))
    status = (int)wasm_runtime_get_wasi_exit_code(instance);
  else
    fail("the module ended", wasm_runtime_get_exception(instance));
  wasm_runtime_deinstantiate(instance);
  wasm_runtime_unload(module);
  free(bytes);
  return status;
}

int main(int argc, char **argv) {
  RuntimeInitArgs options = {.mem_alloc_type = Alloc_With_System_Allocator,
                             .max_thread_num = THREADS};
  uint32_t major, minor, patch;
  if (argc == 2 && !strcmp(argv[1], "--version")) {
    wasm_runtime_get_version(&major, &minor, &patch);
    printf("WAMR %u.%u.%u\n", major, minor, patch);
    return 0;
  }
  int first = argc > 1 && !strncmp(argv[1], "--max-threads=", 14) ? 2 : 1;
  if (first == 2) options.max_thread_num = (uint32_t)strtoul(argv[1] + 14, NULL, 10);
  if (first >= argc) return fail("tidemark-wamr", "which module?");
  if (!wasm_runtime_full_init(&options)) return fail("tidemark-wamr", "WAMR does not start");
  int status = run(argc - first, argv + first);
  fflush(NULL);
  _Exit(status); /* threads of the module may still be there */
}
