/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/iwasm.c: WAMR. It is listed only: no package registry carries a build that starts
 * threads. */
#include "harness/engines/engine.h"

const struct tm_engine tm_engine_iwasm = {
    .name = "iwasm",
    .runtime = "WAMR",
    .what = "WAMR's own program",
    .program = "iwasm",
    .version = {"", "--version"},
    .install = "its authors' sources, with threads on",
    .unfit = "the packaged builds (PyPI wamr-bin 3.0.0.dev3 and dev5, a port to Zig) start no "
             "threads: wasi.thread-spawn fails",
};
