/* SPDX-License-Identifier: Apache-2.0 */
/* tests/oracle/brute.h: the axioms by brute force, to check the oracle with.
 *
 * For small tests only. Every thread guesses the value of every read; for every combination of
 * guesses, every total order of the events and every choice of writers that explains the guesses,
 * the definitions of relaxed.rst are evaluated as they stand. Shares no code with harness/oracle.
 */
#ifndef TM_TESTS_ORACLE_BRUTE_H
#define TM_TESTS_ORACLE_BRUTE_H

#include "harness/litmus/litmus.h"

enum brute_answer { BRUTE_DONE, BRUTE_TOO_LARGE };

enum brute_grade { BRUTE_UNKNOWN, BRUTE_ALLOWED, BRUTE_SC };

/* Call `row` for each allowed outcome, and for each that some order explains in which every read
 * sees the last write (repetitions may occur). `known` tells what was found of a row before.
 * Refuses tests that would take more than about `most` checks of a whole execution. */
enum brute_answer brute_outcomes(const struct tm_litmus *test, uint64_t most,
                                 enum brute_grade (*known)(void *user, const struct tm_value row[]),
                                 void (*row)(void *user, const struct tm_value row[],
                                             enum brute_grade grade),
                                 void *user);

#endif
