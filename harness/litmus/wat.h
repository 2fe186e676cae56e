/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/wat.h: a litmus test as a WebAssembly module that a person can read.
 *
 * The same module runs translated under our strategies and on every real engine. It imports one
 * shared memory ("env" "memory") and exports, for each thread T and each step K at which it can be
 * entered, a function
 *
 *     T_from_K(edge: i32, near: i32, out: i32)
 *
 * that runs the thread from its step K to its end. A round of the test is one call of T_from_0 for
 * each thread. Rounds use different addresses, so that thousands fit into one memory:
 *
 *   edge   byte address of the length before the round. A place of the test that lies in the last
 *          4 KiB before its initial length, or beyond it, lies at the same distance from `edge`.
 *   near   byte address of a block for all other places (those low in page 0), zeroed by the host.
 *   out    byte address of the thread's results of this round: 8 bytes each. Slot 0: the step about
 *          to run; slot 1 + i: the thread's i-th register (tm_litmus_slot), preset to
 *          TM_OUT_NONE by the host.
 *
 * Registers hold the value zero-extended to 64 bits (grow: sign-extended), or one of the TM_OUT
 * codes. size and grow are not corrected: the host subtracts edge / 65536 - initial pages. (An `if`
 * that asks for a length does so in the module.) When a step traps, the call ends; slot 0 says
 * where. The host writes TM_OUT_TRAP into that step's register and calls T_from_(K+1): a trap ends
 * nothing.
 *
 * Steps done by the embedder are imported from "host": size() → i32, grow(i32) → i32,
 * instantiate(i32) → i32 (1: it linked).
 */
#ifndef TM_HARNESS_LITMUS_WAT_H
#define TM_HARNESS_LITMUS_WAT_H

#include "harness/litmus/litmus.h"

#include <stdio.h>

#define TM_OUT_NONE  UINT64_C(0xfffffffffffffef0)
#define TM_OUT_OK    UINT64_C(0xfffffffffffffef1)
#define TM_OUT_TRAP  UINT64_C(0xfffffffffffffef2)
#define TM_OUT_FAIL  UINT64_C(0xfffffffffffffef3)
#define TM_OUT_STUCK UINT64_C(0xfffffffffffffef4)

enum {
  TM_WAT_EDGE_BYTES = 4096, /* places so close before the initial length move with the edge */
  TM_WAT_NEAR_BYTES = 1024  /* a block for the other places; parse errors keep offsets below it */
};

struct tm_wat_options {
  /* A wait without a timeout waits so long and then reports TM_OUT_STUCK; negative: for ever. */
  int64_t forever_ns;
  /* Threads meet inside the module, T_from_0 takes two more parameters and meet() is exported; see
   * harness/litmus/meet.h. */
  bool meet;
  bool sleep;       /* they may use memory.atomic.wait32 and notify for that */
  uint32_t counter; /* byte address of the word where they meet, a multiple of 4 */
};

/* Can this test become a module? -ENOTSUP with a sentence when a place fits neither block. */
int tm_litmus_wat_check(const struct tm_litmus *test, struct tm_error *error);
/* Write the module's text. The test has passed the check. */
void tm_litmus_wat(const struct tm_litmus *test, const struct tm_wat_options *options, FILE *out);
/* Several tests in one module, to be translated at once: exports are named TEST/T_from_K. */
void tm_litmus_wat_suite(const struct tm_litmus *const tests[], size_t count,
                         const struct tm_wat_options *options, FILE *out);
/* The name of an export; `suite` when the module holds several tests. */
void tm_litmus_export_name(const struct tm_litmus *test, bool suite, unsigned thread, unsigned step,
                           char *name, size_t room);

/* Which slot of its thread's results a register has; 0 when `column` is none of that thread. */
unsigned tm_litmus_slot(const struct tm_litmus *test, unsigned thread, int column);
/* May the step trap, so that the thread can be entered after it? */
bool tm_litmus_may_trap(const struct tm_litmus_step *step);
/* Does this place move with the edge? */
bool tm_litmus_at_edge(const struct tm_litmus *test, uint64_t at);

#endif
