/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/wazero.c: wazero, embedded in a small Go program that --setup builds. */
#include "harness/engines/engine.h"

static const struct tm_engine_variant variants[] = {
    {"interpreter", "wazero's interpreter", {"-interpreter"}}, {0}};

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  tm_engine_argument(command, task->program->path);
  tm_engine_flags(command, task->variant);
  tm_engine_argument(command, "job.json");
  tm_engine_argument(command, "module.wasm");
  return tm_engine_write_files(task, "wazero.go", error);
}

const struct tm_engine tm_engine_wazero = {
    .name = "wazero",
    .runtime = "wazero",
    .what = "wazero embedded in Go, one instance and one goroutine a thread",
    .program = "tidemark-wazero",
    .version = {"", "-version"},
    .install = "tidemark engines --setup",
    .setup = "mkdir -p bin wazero; cp wazero.go wazero/main.go; cd wazero; "
             "test -f go.mod || go mod init tidemark-wazero; "
             "go get github.com/tetratelabs/wazero@latest; go build -o ../bin/tidemark-wazero .",
    .claim =
        {.strategy = "precommit",
         .how =
             "all up to the maximum is there from the start; a grow under a lock stores one length",
         .where = "wazero: internal/wasm/memory.go, MemoryInstance.Grow",
         .manner = TM_MANNER_NONE},
    .probes = true,
    .programs = TM_PROGRAMS_SINGLE,
    .setup_again = true,
    .traps = true,
    .sleeps = true,
    .hosts = true,
    .variants = variants,
    .prepare = prepare,
};
