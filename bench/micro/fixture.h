/* SPDX-License-Identifier: Apache-2.0 */
/* bench/micro/fixture.h: memories and instances to measure on, the same for every strategy. */
#ifndef TM_BENCH_MICRO_FIXTURE_H
#define TM_BENCH_MICRO_FIXTURE_H

#include "bench/micro/gbench.h"
#include "core/linear.h"

#include <stddef.h>

/* A loop over a strategy's hot half, compiled with it inlined: n operations on a view. */
typedef uint64_t (*tm_hot_body)(void *view, uint64_t n);
struct tm_hot_loop {
  const char *name; /* "operation/kind" */
  tm_hot_body body;
  uint64_t batch; /* operations a call */
};

/* Register the loops and, through the table of operations, grow, attach and detach. `load_at` is
 * one access at the address that it takes for n. */
void tm_register_strategy(const struct tm_strategy *strategy, const struct tm_hot_loop *loops,
                          size_t count, tm_hot_body load_at);
/* Faults in this program's own code are the guest's: call it first. */
void tm_register_code(void);
/* The system calls that strategies are made of, for comparison: bare mprotect. */
void tm_register_bare(void);

#endif
