/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/run.h: run a litmus test on real threads under a strategy and count what happens.
 *
 *     struct tm_run_options options = {.strategy = …, .seconds = 1, .seed = 42};
 *     struct tm_run result;
 *     tm_litmus_run(test, oracle, &options, &result, &error);
 *     tm_run_print(test, &options, &result, stdout);
 *     tm_run_free(&result);
 *
 * The test becomes a wasm module (wat.h), translated under the strategy; each thread has its own
 * instance, or all share one if the test says so. Modes, in litmus7's words where it has them:
 *
 *   barrier    the threads meet before every round (a spinning barrier in the host)
 *   timebase   they meet, then each starts at a common tick of the time base plus its skew
 *   perpetual  no meeting. With a grower: the length is a monotone sequence, the grower loops, and
 *              each observer attempts round k once, a skew after it saw round k-1 published.
 *              Without one: the threads run freely through thousands of rounds.
 *   auto       perpetual where the test allows it, else barrier
 *
 * The harness synchronises by its own variables, outside the guest's memory; no time stamp is
 * evidence: the rows are graded by the axioms alone.
 */
#ifndef TM_HARNESS_LITMUS_RUN_H
#define TM_HARNESS_LITMUS_RUN_H

#include "core/strategy.h"
#include "harness/litmus/aim.h"
#include "harness/litmus/histogram.h"
#include "harness/wasm/module.h"

#include <stdio.h>

/* How often a second `litmus`, `race` and `report` interrupt the grower, unless told otherwise: an
 * access to a fresh page needs more time than the window has, one to a resident page does not. */
enum { TM_RUN_INTERRUPTS_FRESH = 10000, TM_RUN_INTERRUPTS_RESIDENT = 1000 };

enum tm_run_mode { TM_RUN_AUTO, TM_RUN_BARRIER, TM_RUN_TIMEBASE, TM_RUN_PERPETUAL };

struct tm_run_options {
  const struct tm_strategy *strategy;
  struct tm_module *suite; /* a module that holds the test (tm_litmus_load_suite); NULL: make one */
  bool delayed;            /* the strategy is of the delayed build (for the record) */
  uint64_t delay_ns;       /* longest random delay at the named points; delayed build only */
  enum tm_run_mode mode;
  double seconds;  /* stop after so long; 0: by rounds alone */
  uint64_t rounds; /* stop after so many; 0: by time alone */
  uint64_t seed;
  bool skew_given;     /* else perpetual and timebase runs find it */
  int64_t skew;        /* ticks of the time base */
  bool resident;       /* touch pages before, then make them inaccessible, as a pool leaves them */
  bool affinity;       /* pin thread i to processor i, round robin */
  unsigned stride;     /* bytes between rounds' blocks of low places; 0: as small as they allow */
  bool preload;        /* touch a round's block of low places just before the round */
  unsigned instances;  /* idle instances attached besides the threads' own */
  unsigned threads;    /* more threads that run in the memory (crowd.h) */
  unsigned interrupts; /* perpetual: how often a second the grower is interrupted (disturb.h) */
  uint64_t first_witnesses; /* stop after so many rows that satisfy the condition; 0: never */
  uint64_t first_forbidden; /* the same for outcomes that the model forbids */
};

/* Where a witness was: enough to draw it. */
struct tm_run_witness {
  uint64_t round;
  uint64_t edge_pages; /* length before the round */
  uint64_t code[TM_LITMUS_COLUMNS];
};

struct tm_run {
  struct tm_histogram *histogram;
  enum tm_run_mode mode; /* what auto became */
  uint64_t rounds;       /* complete: every thread took part */
  uint64_t witnesses;    /* rows that satisfy the `exists` clause */
  uint64_t forbidden, weak, sc;
  uint64_t grows, traps;
  double seconds;        /* while threads ran */
  double total_seconds;  /* with preparing memories and counting */
  double tuning_seconds; /* of which: finding the skew */
  /* The same after the skew was found; all of it where there is none to find. */
  uint64_t tuned_rounds, tuned_witnesses;
  double tuned_seconds;
  double first_seconds; /* running time until the first witness; < 0 when none */
  unsigned interrupts;  /* a second, in truth: 0 where there is no one grower */
  struct tm_aim aim;    /* used at the end: how observers aimed */
  int64_t skew;         /* ticks, at the end; 0 when random */
  bool resident;        /* whether it could be done: pages beyond the length are inaccessible */
  struct tm_run_witness first;
};

/* Can this test be run in this mode? -ENOTSUP with a sentence if not. */
int tm_litmus_can_run(const struct tm_litmus *test, enum tm_run_mode mode, struct tm_error *error);

/* Translate many tests at once, under a strategy: much quicker than one by one. All have passed
 * tm_litmus_can_run. To be freed with tm_module_free(). */
int tm_litmus_load_suite(const struct tm_litmus *const tests[], size_t count,
                         const struct tm_strategy *strategy, struct tm_module **suite,
                         struct tm_error *error);

/* Run it. 0, or -errno with a sentence. The calling process must have no other guest running. */
int tm_litmus_run(const struct tm_litmus *test, const struct tm_oracle *oracle,
                  const struct tm_run_options *options, struct tm_run *result,
                  struct tm_error *error);
void tm_run_free(struct tm_run *result);

/* The same in a process of its own, for strategies that may crash or hang: those are planted faults
 * and unsound ones. -ETIMEDOUT when it has not ended after options->seconds + `grace` seconds, -EIO
 * when it died; the sentence says of what. */
int tm_litmus_run_apart(const struct tm_litmus *test, const struct tm_oracle *oracle,
                        const struct tm_run_options *options, double grace, struct tm_run *result,
                        struct tm_error *error);

/* As litmus7 prints it, with grades; `command` is the exact command that repeats it. */
void tm_run_print(const struct tm_litmus *test, const struct tm_run_options *options,
                  const struct tm_run *result, const char *command, FILE *out);

/* Witnesses a second of running: since the skew was found, or of all of the run where none was seen
 * since (it ended too soon). */
double tm_run_witness_rate(const struct tm_run *result);

const char *tm_run_mode_word(enum tm_run_mode mode);

#endif
