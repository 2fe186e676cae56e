/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark-micro: microbenchmarks of every strategy, with Google Benchmark's flags and JSON.
 *
 *     tidemark-micro --benchmark_filter=grow --benchmark_repetitions=10 \
 *                    --benchmark_enable_random_interleaving=true
 *
 * Debian builds Google Benchmark without NDEBUG, so that it warns: "Library was built as DEBUG".
 * That is so, and says nothing about the code that is timed, which is compiled here; the library is
 * entered once in thousands of operations, or the body reads the clock itself. Only attach-detach
 * enters it each time, for a few nanoseconds.
 * What it costs where an instance keeps its memory's definition is for `tidemark bench --layouts`:
 * a layout is made by the translator, and here are no instances, only their views.
 */
#include "bench/micro/fixture.h"

#define TM_STRATEGY(name, kind, summary, source) void tm_##name##_register(void);
#include "strategies/strategies.def"
#undef TM_STRATEGY

int main(int argc, char **argv) {
  tm_bench_fact("a_debug_library",
                "changes no figure but attach-detach, by a few ns: it is entered "
                "once in thousands of operations");
  tm_register_code();
  tm_register_bare();
#define TM_STRATEGY(name, kind, summary, source)                                                   \
  if (TM_KIND_##kind != TM_KIND_planted) tm_##name##_register();
#include "strategies/strategies.def"
#undef TM_STRATEGY
  return tm_bench_main(argc, argv);
}
