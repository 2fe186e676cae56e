/* SPDX-License-Identifier: Apache-2.0 */
/* harness/cli/main.c: pick the subcommand. */
#include "core/error.h"
#include "harness/cli/cli.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name, *summary;
  int (*run)(int argc, char **argv);
} commands[] = {
#define TM_COMMAND(name, summary) {#name, summary, tm_command_##name},
#include "harness/cli/commands.def"
#undef TM_COMMAND
};
enum { COMMANDS = sizeof commands / sizeof *commands };

/* A command's name as people type it: its C name with '-' for '_'. */
static const char *typed(const char *name, char text[32]) {
  snprintf(text, 32, "%s", name);
  for (char *c = text; *c; c++)
    if (*c == '_') *c = '-';
  return text;
}

static void help(FILE *to) {
  char name[32];
  fputs("Tidemark: how should the instances of a growable, shared WebAssembly memory learn its\n"
        "current length? Runs real multithreaded wasm under every strategy.\n\n"
        "usage: tidemark COMMAND [ARGUMENT…]\n\n",
        to);
  for (int i = 0; i < COMMANDS; i++)
    fprintf(to, "  %-12s %s\n", typed(commands[i].name, name), commands[i].summary);
  fputs("\n'tidemark COMMAND --help' describes one. Exit status: 0 done, 1 the answer is no,\n"
        "2 wrong input, 134 a guest's trap.\n",
        to);
}

/* Output that did not arrive is no success. */
static int finish(int status) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return status;
  fprintf(stderr, "tidemark: cannot write all of the output: %s; make room\n", strerror(errno));
  return TM_EXIT_WRONG;
}

/* cJSON leaves out what it has no memory for, and most who use it would not see that. */
static void *allocate(size_t bytes) {
  void *memory = malloc(bytes);
  if (!memory) tm_no_memory("what was asked");
  return memory;
}

int main(int argc, char **argv) {
  cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = allocate, .free_fn = free});
  signal(SIGXFSZ, SIG_IGN); /* a file's limit is an errno, and a sentence */
  if (argc < 2) {
    help(stderr);
    return TM_EXIT_WRONG;
  }
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
    help(stdout);
    return TM_EXIT_OK;
  }
  if (!strcmp(argv[1], "--version")) {
    puts("tidemark " TIDEMARK_VERSION);
    return TM_EXIT_OK;
  }
  char name[32];
  for (int i = 0; i < COMMANDS; i++)
    if (!strcmp(argv[1], typed(commands[i].name, name)))
      return finish(commands[i].run(argc - 1, argv + 1));
  fprintf(stderr, "tidemark: unknown command '%s'; 'tidemark --help' lists them\n", argv[1]);
  return TM_EXIT_WRONG;
}
