// SPDX-License-Identifier: Apache-2.0
// The one place that speaks C++ to Google Benchmark; see gbench.h.
#include "bench/micro/gbench.h"

#include <benchmark/benchmark.h>

struct tm_bench {
  benchmark::internal::Benchmark *of;
  void (*before)(void *);
  void (*after)(void *);
  void *context;
};
struct tm_bench_state {
  benchmark::State *of;
};

struct tm_bench *tm_bench_register(const char *name, tm_bench_body body, void *context) {
  auto *bench = new tm_bench{nullptr, nullptr, nullptr, context}; // lives as long as the program
  bench->of = benchmark::RegisterBenchmark(name, [=](benchmark::State &state) {
    tm_bench_state wrapped{&state};
    if (bench->before && state.thread_index() == 0) bench->before(context);
    body(&wrapped, context);
    if (bench->after && state.thread_index() == 0) bench->after(context);
  });
  return bench;
}
void tm_bench_arg(struct tm_bench *bench, int64_t value) { bench->of->Arg(value); }
void tm_bench_range(struct tm_bench *bench, int64_t low, int64_t high) {
  bench->of->Range(low, high);
}
void tm_bench_threads(struct tm_bench *bench, int low, int high) {
  bench->of->ThreadRange(low, high);
}
void tm_bench_iterations(struct tm_bench *bench, int64_t n) { bench->of->Iterations(n); }
void tm_bench_manual_time(struct tm_bench *bench) { bench->of->UseManualTime(); }
void tm_bench_real_time(struct tm_bench *bench) { bench->of->UseRealTime(); }
void tm_bench_complexity_n(struct tm_bench *bench) { bench->of->Complexity(benchmark::oN); }
void tm_bench_setup(struct tm_bench *bench, void (*before)(void *), void (*after)(void *)) {
  bench->before = before;
  bench->after = after;
}

bool tm_bench_next(struct tm_bench_state *state) { return state->of->KeepRunning(); }
bool tm_bench_batch(struct tm_bench_state *state, int64_t n) {
  return state->of->KeepRunningBatch(n);
}
int64_t tm_bench_argument(const struct tm_bench_state *state) { return state->of->range(0); }
int tm_bench_thread(const struct tm_bench_state *state) { return state->of->thread_index(); }
void tm_bench_iteration_seconds(struct tm_bench_state *state, double seconds) {
  state->of->SetIterationTime(seconds);
}
void tm_bench_skip(struct tm_bench_state *state, const char *why) { state->of->SkipWithError(why); }
void tm_bench_counter(struct tm_bench_state *state, const char *name, double value,
                      bool per_iteration) {
  state->of->counters[name] = benchmark::Counter(
      value, per_iteration ? benchmark::Counter::kAvgIterations : benchmark::Counter::kDefaults);
}

void tm_bench_fact(const char *name, const char *text) { benchmark::AddCustomContext(name, text); }

int tm_bench_main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
