/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/js102.c: SpiderMonkey through its shell. */
#include "harness/engines/spidermonkey.h"

static const struct tm_engine_variant variants[] = {
    {"bounds-checks",
     "huge memory off: accesses compare with a length",
     {"--disable-wasm-huge-memory"}},
    {"baseline", "the baseline compiler only", {"--wasm-compiler=baseline"}},
    {"optimising", "Ion, the optimising compiler, only", {"--wasm-compiler=ion"}},
    {0}};

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  tm_engine_argument(command, task->program->path);
  tm_engine_flags(command, task->variant);
  tm_engine_argument(command, "litmus.js");
  return tm_engine_write_script(task, "js102.js", error);
}

const struct tm_engine tm_engine_js102 = {
    .name = "js102",
    .runtime = "SpiderMonkey",
    .what = "SpiderMonkey through its shell, one evalInWorker a thread",
    .program = "js102",
    .version = {"", "--version"},
    .install = "apt-get install -y libmozjs-102-dev",
    .setup = TM_ENGINE_APT("libmozjs-102-dev"),
    .claim = TM_SPIDERMONKEY_CLAIM,
    .probes = true,
    .programs = TM_PROGRAMS_THREADS,
    .traps = true,
    .sleeps = true,
    .hosts = true,
    .variants = variants,
    .prepare = prepare,
};
