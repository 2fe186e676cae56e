/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/mutate.h: which memory orders of a strategy does anything need?
 *
 * Every order that a strategy's source asks for is weakened by one step, alone, and all tests are
 * explored again. An order is needed when some test then shows a forbidden outcome, a deadlock or a
 * broken invariant. What a plain object behind a published pointer would contain is not modelled,
 * so an order that only protects such contents counts as not needed here. What the comments in the
 * source say of each order is held against this in orders.h.
 */
#ifndef TM_HARNESS_EXPLORE_MUTATE_H
#define TM_HARNESS_EXPLORE_MUTATE_H

#include "harness/explore/verdict.h"

struct tm_mutant {
  const char *strategy;
  const char *file, *what, *effect; /* of the site; effect: "load", "store", … */
  unsigned line;
  const char *order, *weaker;      /* "sc", "acq", … */
  const struct tm_litmus *test;    /* that shows that the order is needed; NULL: none does */
  enum tm_reach verdict;           /* what it shows */
  unsigned more;                   /* tests with more outcomes than before, all of them allowed */
  const struct tm_litmus *changed; /* the first of these */
  unsigned unfinished;             /* tests that were not explored to the end */
};

struct tm_mutation {
  const struct tm_litmus *const *test;
  const struct tm_oracle *const *oracle; /* of each test */
  size_t tests;
  const char *strategy;
  struct tm_explore_options options; /* `model` counts: c11 sees most */
  void (*each)(void *argument, const struct tm_mutant *mutant);
  void *argument;
};

/* 0, or a negative errno with a sentence. */
int tm_explore_mutate(const struct tm_mutation *mutation, struct tm_error *error);

#endif
