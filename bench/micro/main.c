/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark-micro: microbenchmarks of every strategy, with Google Benchmark's flags and JSON.
 *
 *     tidemark-micro --benchmark_filter=grow --benchmark_repetitions=10 \
 *                    --benchmark_enable_random_interleaving=true
 */
#include "bench/micro/fixture.h"

#define TM_STRATEGY(name, kind, summary, source) void tm_##name##_register(void);
#include "strategies/strategies.def"
#undef TM_STRATEGY

int main(int argc, char **argv) {
  tm_register_code();
  tm_register_bare();
#define TM_STRATEGY(name, kind, summary, source)                                                   \
  if (TM_KIND_##kind != TM_KIND_planted) tm_##name##_register();
#include "strategies/strategies.def"
#undef TM_STRATEGY
  return tm_bench_main(argc, argv);
}
