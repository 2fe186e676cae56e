/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/node.c: V8 through Node.js worker threads. */
#include "harness/engines/engine.h"

static const struct tm_engine_variant variants[] = {
    {"bounds-checks",
     "every access compares with the length; no guard pages",
     {"--wasm-enforce-bounds-checks"}},
    {"no-trap-handler", "no signal handler for guard pages", {"--disable-wasm-trap-handler"}},
    {"baseline", "Liftoff, the baseline compiler, only", {"--liftoff-only"}},
    {"optimising",
     "TurboFan, the optimising compiler, only",
     {"--no-liftoff", "--no-wasm-tier-up", "--no-wasm-lazy-compilation"}},
    {0}};

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  tm_engine_argument(command, task->program->path);
  tm_engine_flags(command, task->variant);
  tm_engine_argument(command, "litmus.js");
  return tm_engine_write_script(task, "node.js", error);
}

const struct tm_engine tm_engine_node = {
    .name = "node",
    .runtime = "V8",
    .what = "V8 through Node.js worker threads",
    .program = "node",
    .version = {"", "--version"},
    .install = "apt-get install -y nodejs",
    .setup = TM_ENGINE_APT("nodejs"),
    .claim = {.strategy = "interrupt",
              .how = "a grower commits pages, swaps the length in, and asks the other threads to "
                     "refresh their copies when they next handle an interrupt",
              .where =
                  "V8: src/objects/backing-store.cc, GrowWasmMemoryInPlace and "
                  "BroadcastSharedWasmMemoryGrow; src/execution/stack-guard.cc, GROW_SHARED_MEMORY",
              .manner = TM_MANNER_POLL},
    .probes = true,
    .programs = TM_PROGRAMS_THREADS,
    .traps = true,
    .sleeps = true,
    .hosts = true,
    .variants = variants,
    .prepare = prepare,
};
