/* SPDX-License-Identifier: Apache-2.0 */
/* harness/oracle/oracle.h: which outcomes of a litmus test does WebAssembly allow?
 *
 * The oracle implements the consistency axioms of the threads proposal (WebAssembly/threads,
 * document/core/exec/relaxed.rst) and decides, for any litmus program, the full set of allowed
 * outcomes and the set of sequentially consistent ones.
 *
 *     struct tm_oracle *oracle = tm_oracle_judge(test, &error);
 *     tm_oracle_allowed(oracle)              verdict on the `exists` clause
 *     tm_oracle_grade(oracle, row)           grade of one row of a histogram
 *     tm_oracle_explain(test, oracle, out)   a witness, or what forbids the condition
 *     tm_oracle_free(oracle);
 *
 * An outcome is a row of values, one per column of the test (its registers, then its finals).
 *
 * What is decided, beyond the text of the proposal:
 *  - every thread starts after the allocation of the memory and ends before the finals are read
 *    (the harness spawns and joins them; that is the only host order it declares);
 *  - a wait with a timeout ends at some time; one without may be stuck for ever;
 *  - values out of thin air are not listed: a read whose *value* depends on itself through
 *    read-modify-writes of different widths or through copies. The axioms admit any value there.
 *    tm_oracle_thin_air() tells that some execution was left out for this reason. (A cycle through
 *    `if` needs no invented value and is listed, as the axioms have it.)
 */
#ifndef TM_HARNESS_ORACLE_ORACLE_H
#define TM_HARNESS_ORACLE_ORACLE_H

#include "harness/litmus/litmus.h"

enum tm_grade {
  TM_FORBIDDEN, /* no consistent execution */
  TM_WEAK,      /* allowed, but by no interleaving */
  TM_SC         /* some interleaving of the threads explains it */
};

struct tm_oracle;

/* Decide the test. NULL with a sentence in `error` if it is too large to be decided. */
struct tm_oracle *tm_oracle_judge(const struct tm_litmus *test, struct tm_error *error);

/* The same, but list at most `most` outcomes: 0 if only single answers are wanted. */
struct tm_oracle *tm_oracle_judge_listing(const struct tm_litmus *test, size_t most,
                                          struct tm_error *error);
void tm_oracle_free(struct tm_oracle *oracle);

/* Were all outcomes listed? Only programs with hundreds of thousands of outcomes are not: their
 * verdict and the grade of any row are then found by a search directed at it, and the list below
 * is only a part. */
bool tm_oracle_complete(const struct tm_oracle *oracle);

/* The outcomes that are allowed, in a fixed order. */
size_t tm_oracle_outcomes(const struct tm_oracle *oracle);
const struct tm_value *tm_oracle_row(const struct tm_oracle *oracle, size_t index);
enum tm_grade tm_oracle_row_grade(const struct tm_oracle *oracle, size_t index);
size_t tm_oracle_sc_outcomes(const struct tm_oracle *oracle); /* how many interleavings give */

/* The grade of any row, by look-up (by a search if the list is not complete: then not from two
 * threads at once). */
enum tm_grade tm_oracle_grade(const struct tm_oracle *oracle, const struct tm_value row[]);

/* Can the `exists` clause hold? And in an interleaving? */
bool tm_oracle_allowed(const struct tm_oracle *oracle);
bool tm_oracle_sc(const struct tm_oracle *oracle);
bool tm_oracle_thin_air(const struct tm_oracle *oracle);

/* Write a witness of the `exists` clause (reads-from, happens-before, total order), or the axiom
 * that forbids it, with an execution that only this axiom excludes. */
void tm_oracle_explain(const struct tm_litmus *test, const struct tm_oracle *oracle, FILE *out);

/* The same for one row of values. */
void tm_oracle_explain_row(const struct tm_litmus *test, const struct tm_oracle *oracle,
                           const struct tm_value row[], FILE *out);

const char *tm_grade_name(enum tm_grade grade); /* "forbidden", "weak", "sc" */

#endif
