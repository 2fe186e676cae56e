/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/iwasm.c: WAMR. No package registry carries its program iwasm, but a crate holds
 * its sources: --setup builds them with wasi-threads, and drivers/wamr.c, which takes iwasm's
 * options. */
#include "harness/engines/wasi.h"

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  size_t size;
  const void *source = tm_engine_file("wamr.c", &size);
  if (!source) tm_die("the program was built without the driver wamr.c");
  int code = tm_engine_write(task, "wamr.c", source, size, error);
  if (code < 0) return code;
  tm_wasi_start(task, command);
  tm_engine_argument(command, task->program->path);
  tm_engine_argument(command, "--max-threads=80");
  tm_engine_flags(command, task->variant);
  return tm_wasi_write(task, command, error);
}

const struct tm_engine tm_engine_iwasm = {
    .name = "iwasm",
    .runtime = "WAMR",
    .what = "WAMR's fast interpreter in a program like its iwasm, one wasi-thread a thread",
    .program = "tidemark-wamr",
    .version = {"", "--version"},
    .install = "tidemark engines --setup",
    .setup = "mkdir -p bin wamr; cp wamr.c wamr/main.c; cd wamr; "
             "test -f Cargo.toml || cargo init -q --lib --vcs none --name tidemark-wamr .; "
             "cargo add -q wamrx-sys@=0.3.0; cargo vendor -q crates >crates.toml; "
             "cmake -S crates/wamrx-sys/wasm-micro-runtime -B build -DCMAKE_BUILD_TYPE=Release "
             "-DWAMR_BUILD_AOT=0 -DWAMR_BUILD_SIMD=0 -DWAMR_BUILD_LIBC_WASI=1 "
             "-DWAMR_BUILD_SHARED_MEMORY=1 -DWAMR_BUILD_LIB_WASI_THREADS=1; "
             "cmake --build build -j2; ${CC:-cc} -O2 -pthread main.c "
             "-Icrates/wamrx-sys/wasm-micro-runtime/core/iwasm/include build/libiwasm.a -lm -ldl "
             "-o ../bin/tidemark-wamr",
    .claim = {.strategy = "earlyold",
              .how =
                  "one shared length, which memory.grow reads as the old one before it takes the "
                  "lock under which pages are committed and the length is stored",
              .where = "WAMR: core/iwasm/interpreter/wasm_interp_fast.c, WASM_OP_MEMORY_GROW; "
                       "core/iwasm/common/wasm_memory.c, wasm_enlarge_memory",
              .manner = TM_MANNER_EARLY_OLD},
    .probes = true,
    .programs = TM_PROGRAMS_THREADS,
    .setup_again = true,
    .sleeps = true,
    .prepare = prepare,
};
