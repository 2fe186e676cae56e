/* SPDX-License-Identifier: Apache-2.0 */
/* harness/oracle/search.h: find the consistent executions of a program (private to the oracle).
 *
 * For every choice of paths the search decides, in this order, everything that makes happens-before
 * grow: the order of the successful grows (read-modify-writes of one place: a chain), what each
 * seq-cst read of the length reads, the order of the wait queues, what each seq-cst data access
 * reads. What remains, plain reads and bounds checks, adds nothing to happens-before: each plain
 * read just picks a writer that is not excluded, each bounds check needs one length that fits. Last
 * comes the question whether a total order exists: the axioms leave edges and a few "either … or"
 * pairs, decided by propagation and, rarely, by branching. A violated axiom ends a branch as soon
 * as it shows.
 */
#ifndef TM_HARNESS_ORACLE_SEARCH_H
#define TM_HARNESS_ORACLE_SEARCH_H

#include "harness/oracle/execution.h"

/* Axioms that a search can leave out, to learn which one forbids an outcome. */
enum tm_axiom {
  TM_AXIOM_NO_FUTURE = 1 << 0,    /* not (R hb W) */
  TM_AXIOM_NOT_HIDDEN = 1 << 1,   /* no W' with W hb W' hb R */
  TM_AXIOM_SYNCHRONISE = 1 << 2,  /* a seq-cst read synchronises with the write it reads from */
  TM_AXIOM_LAST_VISIBLE = 1 << 3, /* the seq-cst last-visible condition over tot */
  TM_AXIOM_ATOMIC_GROW = 1 << 4,  /* the same for the read half of a grow */
  TM_AXIOM_NO_TEAR = 1 << 5,      /* a tear-free read takes its bytes from one write of its range */
  TM_AXIOM_QUEUE = 1 << 6         /* wait queues are in hb order */
};

struct tm_search {
  const struct tm_program *program;
  unsigned without; /* axioms left out; 0 for the real model */
  /* Could a row be of interest of which only the columns in `known` are known? NULL: any could.
   * Lets the search drop a branch as soon as its values miss what is looked for. */
  bool (*may)(void *user, const struct tm_value row[], uint32_t known);
  /* Is an execution with this row of interest? Asked before its total order is looked for. */
  bool (*wanted)(void *user, const struct tm_value row[]);
  /* A consistent one was found; true ends the search. x->tot is a partial order, any linear
   * extension of which is a witness. */
  bool (*found)(void *user, const struct tm_execution *x, const struct tm_value row[]);
  void *user;
  uint64_t work; /* steps it may take; 0 left means that it gave up */
  bool thin_air; /* an execution was left out because a value depends on itself */
};

void tm_search_run(struct tm_search *search);

/* Make x->tot total, in place. */
void tm_execution_totalise(struct tm_execution *x);

#endif
