/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/wasmtime_cli.c: Wasmtime's own program. It is listed, for its version; the
 * embedding (wasmtime.c) runs the tests. */
#include "harness/engines/engine.h"

const struct tm_engine tm_engine_wasmtime_cli = {
    .name = "wasmtime-cli",
    .runtime = "Wasmtime",
    .what = "Wasmtime's own program",
    .program = "wasmtime",
    .version = {"", "--version"},
    .install = "its authors' releases",
    .unfit = "its releases start no threads any more (49.0.3: \"the `-Sthreads` flag is no longer "
             "supported\"); the engine 'wasmtime' stands for it",
};
