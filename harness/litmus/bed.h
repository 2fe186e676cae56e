/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/bed.h: the test bed of one run: a memory, instances on it, and where rounds lie.
 *
 * One memory serves a batch of rounds. Its low pages hold, for every round, a block of low places
 * and each thread's results; beyond them is the edge that the rounds push on. run.c drives it.
 */
#ifndef TM_HARNESS_LITMUS_BED_H
#define TM_HARNESS_LITMUS_BED_H

#include "harness/litmus/run.h"
#include "harness/litmus/wat.h"
#include "harness/wasm/module.h"

typedef void (*tm_entry)(void *instance, uint32_t edge, uint32_t near, uint32_t out);

/* What a test needs of a bed; computed once. */
struct tm_bed_plan {
  uint64_t grown;      /* most pages a round can add */
  bool fresh;          /* the maximum matters: a new memory for every round */
  bool waits_for_ever; /* some wait has no timeout */
  bool final_size;     /* a column is the final size */
  int grower;          /* the only thread that grows, once and by more than 0; else -1 */
  uint32_t near_stride, out_stride; /* bytes */
  uint32_t rounds;                  /* in one memory */
  uint64_t low_pages;               /* before the first edge */
  bool length[TM_LITMUS_COLUMNS];   /* the column is a length in pages */
};

/* A thread of the test and its instance. */
struct tm_lane {
  unsigned index;
  struct tm_instance *instance;
  bool own_instance;
  void *view;
  tm_entry entry[TM_LITMUS_STEPS + 1]; /* entry[K] runs from step K; NULL where it cannot start */
};

struct tm_bed {
  const struct tm_litmus *test;
  const struct tm_run_options *options;
  struct tm_bed_plan plan;
  struct tm_module *module;
  struct tm_linear *memory;
  uint8_t *base; /* as the batch began */
  struct tm_lane lane[TM_LITMUS_THREADS];
  void **idle;          /* views attached and left alone */
  bool resident;        /* pages beyond the length are present and inaccessible */
  uint64_t *edge_pages; /* per round: length before it */
  uint64_t *end_pages;  /* per round: length after it; barrier modes only */
};

void tm_bed_plan(const struct tm_litmus *test, const struct tm_run_options *options,
                 struct tm_bed_plan *plan);
/* Translate the test and reserve what all batches share. */
int tm_bed_open(struct tm_bed *bed, const struct tm_litmus *test,
                const struct tm_run_options *options, struct tm_error *error);
void tm_bed_close(struct tm_bed *bed);
/* A new memory with instances, all rounds' blocks zero and results unset. */
int tm_bed_renew(struct tm_bed *bed, struct tm_error *error);
/* The same memory again, for tests that do not grow: blocks zero, results unset. */
void tm_bed_reset(struct tm_bed *bed);

uint32_t tm_bed_near(const struct tm_bed *bed, uint32_t round);
uint32_t tm_bed_out(const struct tm_bed *bed, uint32_t round, unsigned thread);
/* While threads grow, good for an unparked thread only, until it polls or parks. */
uint64_t *tm_bed_results(const struct tm_bed *bed, uint32_t round, unsigned thread);

/* The host's address of a place of the test in a round; its pages may be inaccessible. */
uint8_t *tm_bed_place(const struct tm_bed *bed, uint32_t round, uint64_t at);

/* One code per column for a finished round, with lengths counted from the test's initial one.
 * Lengths beyond what the test can reach are cut to that: later rounds have grown since. */
uint64_t tm_bed_register(const struct tm_bed *bed, uint32_t round,
                         unsigned column); /* one of them */
void tm_bed_codes(const struct tm_bed *bed, uint32_t round, uint64_t codes[]);

/* For steps done by the embedder: the calling thread works on this lane and round. */
void tm_bed_here(const struct tm_bed *bed, unsigned thread, uint32_t round);

#endif
