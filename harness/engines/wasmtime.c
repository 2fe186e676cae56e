/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/wasmtime.c: Wasmtime through its official Python embedding. */
#include "harness/engines/engine.h"

/* Options of wasmtime.Config, values as JSON. */
static const struct tm_engine_variant variants[] = {
    {"bounds-checks", "no guard region: accesses compare with a length", {"memory_guard_size=0"}},
    {"no-signals",
     "traps by explicit checks, without signal handlers",
     {"signals_based_traps=false"}},
    {"baseline", "Cranelift without optimisation", {"cranelift_opt_level=\"none\""}},
    {0}};

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  tm_engine_argument(command, task->program->path);
  tm_engine_argument(command, "wasmtime_embed.py");
  tm_engine_argument(command, "job.json");
  tm_engine_argument(command, "module.wasm");
  tm_engine_flags(command, task->variant);
  return tm_engine_write_files(task, "wasmtime_embed.py", error);
}

const struct tm_engine tm_engine_wasmtime = {
    .name = "wasmtime",
    .runtime = "Wasmtime",
    .what = "Wasmtime through its Python embedding, one store a thread",
    .program = "python3",
    .version = {"", "-c", "from importlib.metadata import version; print(version('wasmtime'))"},
    .version_decides = true,
    .install = "tidemark engines --setup",
    .setup = "test -d py || python3 -m venv py; py/bin/pip install -q wasmtime",
    .claim =
        {.strategy = "guard",
         .how = "under a write lock, pages are committed, then one shared length is stored; code "
                "reads it without the lock",
         .where =
             "Wasmtime: crates/wasmtime/src/runtime/vm/memory/shared_memory.rs, SharedMemory::grow",
         .manner = TM_MANNER_GUARD},
    .probes = true,
    .programs = TM_PROGRAMS_SINGLE,
    .traps = true,
    .sleeps = true,
    .hosts = true,
    .variants = variants,
    .prepare = prepare,
};
