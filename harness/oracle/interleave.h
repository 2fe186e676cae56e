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

/* Add every sequentially consistent outcome to `out`. False if there are more than `most` states.
 */
bool tm_interleave(const struct tm_litmus *test, const struct tm_cells *cells, size_t most,
                   struct tm_outcomes *out);

#endif
