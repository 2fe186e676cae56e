/* SPDX-License-Identifier: Apache-2.0 */
/* tests/explore/program.h: small programs for the explorer, written down as data. */
#ifndef TM_TESTS_EXPLORE_PROGRAM_H
#define TM_TESTS_EXPLORE_PROGRAM_H

#include "harness/explore/explore.h"
#include "harness/explore/model/effects.h"

enum { PROGRAM_THREADS = 4, PROGRAM_STEPS = 12, PROGRAM_PLACES = 4, PROGRAM_REGISTERS = 8 };

/* Beside the effects of a strategy: */
enum { STEP_AWAIT = 64 /* load until the value is found */ };

struct step {
  int effect; /* enum tm_effect, or STEP_AWAIT */
  int order;
  int place;    /* 0…; of locks too */
  int value;    /* stored, added, awaited */
  int expected; /* compare-and-swap */
  int result;   /* register, or -1 */
};

struct program {
  const char *name;
  int threads;
  int steps[PROGRAM_THREADS];
  struct step step[PROGRAM_THREADS][PROGRAM_STEPS];
  int registers;
  int finals; /* how many places the outcome shows after the registers */
};

/* A program while it runs. */
struct run {
  struct program *program;
  uint32_t place[PROGRAM_PLACES];
  uint32_t lock[PROGRAM_PLACES];
  uint64_t *value; /* registers */
  struct tm_site site[PROGRAM_THREADS][PROGRAM_STEPS];
};

/* Aborts when the exploration fails. */
struct tm_explore_result *program_explore(struct program *p,
                                          const struct tm_explore_options *options);
/* The outcomes as text, such as "00 01 11": registers, then finals, a '!' when a thread is stuck.
 */
const char *program_outcomes(const struct tm_explore_result *result);
void program_print(const struct program *p);

#endif
