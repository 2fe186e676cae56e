/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/meet.h: how the threads of a litmus module meet in time (see wat.h).
 *
 * With tm_wat_options.meet, T_from_0 takes two more parameters, `target` and `skew`. Before its
 * first step it adds 1 to the counter and waits until the counter has reached `target` (0: it does
 * not meet anybody), then idles for `skew` & 65535 turns. `skew` >> 16 says how it goes on:
 *
 *   once    it does its steps
 *   spin    it first repeats its first step, a load, until that gives the value that the condition
 *           wants, for some ten thousand turns at most
 *   block   it first sleeps in memory.atomic.wait32 on that word, until the thread that stores
 *           there wakes it, for 2 ms at most
 *
 * Only the awaiting thread (tm_litmus_awaits) knows spin and block. Events before the steps, and
 * notifications after a store, can only add order: what is forbidden without them stays forbidden.
 * They find what needs a reader that looks just after a grow: an engine whose instances learn of a
 * new length when they next poll is found by a sleeping reader at once.
 *
 * Where threads may not sleep, they call the import "host" "relax" between turns: () → ().
 *
 * The module also exports meet(target): arrive and wait, for the end of a round.
 */
#ifndef TM_HARNESS_LITMUS_MEET_H
#define TM_HARNESS_LITMUS_MEET_H

#include "harness/litmus/wat.h"

enum tm_meeting { TM_MEET_ONCE, TM_MEET_SPIN, TM_MEET_BLOCK };

/* The thread whose first step is a load, in the initial length, of a word that the condition wants
 * to be one value other than 0; -1 if there is none. *blocks: it can sleep there. */
int tm_litmus_awaits(const struct tm_litmus *test, bool *blocks);
/* The thread whose first step may trap, though the condition wants that it does not, so that the
 * host may try it again and again; -1 if there is none. */
int tm_litmus_retries(const struct tm_litmus *test);

/* For wat.c: the locals and the text before a thread's first step; what follows a step; meet(). */
void tm_meet_write_start(const struct tm_litmus *test, const struct tm_wat_options *options,
                         unsigned thread, FILE *out);
void tm_meet_write_wake(const struct tm_litmus *test, const struct tm_wat_options *options,
                        unsigned thread, const struct tm_litmus_step *step, FILE *out);
void tm_meet_write_export(const struct tm_wat_options *options, FILE *out);

#endif
