/* SPDX-License-Identifier: Apache-2.0 */
/* harness/oracle/outcomes.h: a set of rows of values, found by hashing (private to the oracle). */
#ifndef TM_HARNESS_ORACLE_OUTCOMES_H
#define TM_HARNESS_ORACLE_OUTCOMES_H

#include "harness/litmus/litmus.h"

struct tm_outcomes {
  unsigned columns;
  size_t count, room, slots;
  struct tm_value *value; /* count rows of `columns` values */
  struct tm_outcomes_slot {
    uint64_t hash;
    size_t next; /* index of the row + 1, or 0 */
  } *slot;
};

void tm_outcomes_start(struct tm_outcomes *set, unsigned columns);
void tm_outcomes_free(struct tm_outcomes *set);
bool tm_outcomes_has(const struct tm_outcomes *set, const struct tm_value row[]);
bool tm_outcomes_add(struct tm_outcomes *set, const struct tm_value row[]); /* true if new */
const struct tm_value *tm_outcomes_row(const struct tm_outcomes *set, size_t index);
void tm_outcomes_sort(struct tm_outcomes *set);

#endif
