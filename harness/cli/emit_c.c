/* SPDX-License-Identifier: Apache-2.0 */
/* harness/cli/emit_c.c: tidemark emit-c: the C that a module is translated to. */
#include "harness/cli/cli.h"

#include "harness/wasm/emit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: tidemark emit-c [--strategy S] [--layout L] module.wasm\n\n"
    "Prints the C that the module is translated to under strategy S (default: guard) and with the\n"
    "instance laid out as L (default: inline; see run --help): the shared header, the units with "
    "one\n"
    "C function for each wasm function, and the module's description. It prints C and no table, "
    "so\n"
    "there is no --json.\n";

/* The whole file, malloc'ed; NULL with a sentence. */
static void *read_file(const char *path, size_t *size, struct tm_error *error) {
  FILE *f = fopen(path, "re");
  char *bytes = NULL;
  size_t capacity = 0;
  *size = 0;
  while (f && !feof(f) && !ferror(f)) {
    if (*size == capacity) {
      capacity = capacity ? 2 * capacity : 1 << 16;
      char *more = realloc(bytes, capacity);
      if (!more) break;
      bytes = more;
    }
    *size += fread(bytes + *size, 1, capacity - *size, f);
  }
  if (f && !ferror(f) && feof(f)) {
    fclose(f);
    return bytes;
  }
  tm_fail(error, -errno, "cannot read %s: %s", path, strerror(errno));
  if (f) fclose(f);
  free(bytes);
  return NULL;
}

int tm_command_emit_c(int argc, char **argv) {
  const char *value, *strategy = "guard";
  struct tm_layout layout = {0};
  struct tm_error error = {0};
  struct tm_args a = tm_args(argc, argv);
  while (tm_args_option(&a)) {
    if (tm_args_flag(&a, "--help")) {
      fputs(usage, stdout);
      return TM_EXIT_OK;
    }
    if ((value = tm_args_value(&a, "--strategy")))
      strategy = value;
    else if (!(value = tm_args_value(&a, "--layout")))
      return tm_args_unknown(&a, "emit-c");
    else if (tm_layout_parse(value, &layout, &error))
      return tm_cli_wrong("emit-c", "%s", error.text);
  }
  if (a.argc - a.next != 1) return tm_cli_wrong("emit-c", "give one module; see emit-c --help");
  if (!tm_strategy_find(strategy))
    return tm_cli_wrong("emit-c", "unknown strategy '%s'; 'tidemark strategies' lists them",
                        strategy);
  const char *path = a.argv[a.next];
  size_t size;
  void *wasm = read_file(path, &size, &error);
  struct tm_emit_options options = {.strategy = strategy, .layout = layout};
  bool failed = !wasm || tm_emit_stream(path, wasm, size, &options, stdout, &error);
  free(wasm);
  if (failed) return tm_cli_wrong("emit-c", "%s", error.text);
  return TM_EXIT_OK;
}
