/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/jsc.c: JavaScriptCore through its shell. */
#include "harness/engines/engine.h"

static const struct tm_engine_variant variants[] = {
    {"bounds-checks", "fast memory off: accesses compare with a length", {"--useWasmFastMemory=0"}},
    {"interpreter", "the in-place interpreter only", {"--useBBQJIT=0", "--useOMGJIT=0"}},
    {"baseline",
     "no tier above BBQ, the baseline compiler",
     {"--useOMGJIT=0", "--thresholdForBBQOptimizeAfterWarmUp=0"}},
    {"optimising",
     "OMG, the optimising compiler, soon after the interpreter",
     {"--useBBQJIT=0", "--thresholdForOMGOptimizeAfterWarmUp=0"}},
    {0}};

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  tm_engine_argument(command, task->program->path);
  tm_engine_argument(command, "--useSharedArrayBuffer=1");
  tm_engine_flags(command, task->variant);
  tm_engine_argument(command, "litmus.js");
  return tm_engine_write_script(task, "jsc.js", error);
}

/* The shell cannot say its version; the package can. */
const struct tm_engine tm_engine_jsc = {
    .name = "jsc",
    .runtime = "JavaScriptCore",
    .what = "JavaScriptCore through its shell, one agent a thread",
    .program = "jsc",
    .version = {"dpkg-query", "-W", "-f", "${Package} ${Version}\n",
                "libjavascriptcoregtk-4.0-bin"},
    .install = "apt-get install -y libjavascriptcoregtk-4.0-bin",
    .setup = TM_ENGINE_APT("libjavascriptcoregtk-4.0-bin"),
    .claim = {.strategy = "push",
              .how = "under a lock, pages are committed and the shared length is stored; then the "
                     "instances of the memory are told",
              .where = "WebKit: Source/JavaScriptCore/wasm/WasmMemory.cpp, Memory::growShared",
              .manner = TM_MANNER_PUSH},
    .probes = true,
    .programs = TM_PROGRAMS_THREADS,
    .traps = true,
    .sleeps = true,
    .hosts = true,
    .variants = variants,
    .prepare = prepare,
};
