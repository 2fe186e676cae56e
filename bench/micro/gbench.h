/* SPDX-License-Identifier: Apache-2.0 */
/* bench/micro/gbench.h: Google Benchmark from C.
 *
 *     static void body(struct tm_bench_state *state, void *context) {
 *       while (tm_bench_batch(state, 1000)) { … 1000 operations … }
 *     }
 *     struct tm_bench *b = tm_bench_register("grow/guard", body, context);
 *     tm_bench_range(b, 1, 1024);
 *     return tm_bench_main(argc, argv);
 *
 * All of Google Benchmark's flags and its JSON work. Names are "operation/strategy/…", so that
 * --benchmark_filter picks rows or columns.
 */
#ifndef TM_BENCH_MICRO_GBENCH_H
#define TM_BENCH_MICRO_GBENCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tm_bench;       /* a registered benchmark */
struct tm_bench_state; /* one run of it, in one thread */

typedef void (*tm_bench_body)(struct tm_bench_state *state, void *context);

/* `context` outlives tm_bench_main. */
struct tm_bench *tm_bench_register(const char *name, tm_bench_body body, void *context);
void tm_bench_arg(struct tm_bench *bench, int64_t value); /* one run with this argument */
void tm_bench_range(struct tm_bench *bench, int64_t low, int64_t high); /* ×8 from low to high */
void tm_bench_threads(struct tm_bench *bench, int low, int high);       /* ×2 from low to high */
void tm_bench_iterations(struct tm_bench *bench, int64_t iterations);   /* exactly so many */
void tm_bench_manual_time(struct tm_bench *bench);  /* the body says how long each iteration took */
void tm_bench_real_time(struct tm_bench *bench);    /* judge by the clock, not by CPU time */
void tm_bench_complexity_n(struct tm_bench *bench); /* fit cost = a·n over the arguments */
/* Called in one thread before the first and after the last iteration of a run. */
void tm_bench_setup(struct tm_bench *bench, void (*before)(void *context),
                    void (*after)(void *context));

/* In a body. */
bool tm_bench_next(struct tm_bench_state *state);              /* one more iteration? */
bool tm_bench_batch(struct tm_bench_state *state, int64_t n);  /* n more iterations? */
int64_t tm_bench_argument(const struct tm_bench_state *state); /* the first argument; 0 if none */
int tm_bench_thread(const struct tm_bench_state *state);       /* 0 … threads-1 */
void tm_bench_iteration_seconds(struct tm_bench_state *state, double seconds); /* manual time */
void tm_bench_skip(struct tm_bench_state *state, const char *why);
/* A figure beside the time; per iteration: divided by their number. */
void tm_bench_counter(struct tm_bench_state *state, const char *name, double value,
                      bool per_iteration);

/* A fact about this run, for the head of what is printed and for the JSON's context. */
void tm_bench_fact(const char *name, const char *text);

/* Run what the flags ask for. 0, or 2 on unknown arguments. */
int tm_bench_main(int argc, char **argv);

/* The value is used: the compiler may not remove what made it. */
static inline void tm_bench_keep(uint64_t value) { __asm__ volatile("" : : "r"(value)); }

#ifdef __cplusplus
}
#endif

#endif
