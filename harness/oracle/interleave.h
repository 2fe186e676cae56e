/* SPDX-License-Identifier: Apache-2.0 */
/* harness/oracle/interleave.h: sequential consistency, by running (private to the oracle).
 *
 * A plain machine: one length, one array of bytes, one queue of waiters per address. Threads take
 * turns, one event at a time (each step of a fill, copy or init is an event of its own), in every
 * possible order; states already met are not entered again. What it can end with is what an
 * interleaving explains. It shares no code with the search, on purpose.
 */
#ifndef TM_HARNESS_ORACLE_INTERLEAVE_H
#define TM_HARNESS_ORACLE_INTERLEAVE_H

#include "harness/oracle/execution.h"
#include "harness/oracle/outcomes.h"

/* What is looked for; NULL members: everything. */
struct tm_interleave_goal {
  /* Could a row be of interest of which only the columns in `known` are known? */
  bool (*may)(void *user, const struct tm_value row[], uint32_t known);
  /* An interleaving ends with this row; true ends the search. */
  bool (*found)(void *user, const struct tm_value row[]);
  void *user;
  size_t most_states, most_rows; /* limits: give up beyond them */
};

/* False if a limit was met. */
bool tm_interleave(const struct tm_litmus *test, const struct tm_cells *cells,
                   const struct tm_interleave_goal *goal);

#endif
