/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/crowd.h: threads besides a test's own, each with an instance's view of the memory,
 * which run in it for some accesses, leave it, and run again.
 *
 * They change when things happen, not what may happen: they read the length and the first word. A
 * strategy that stops, interrupts or waits for whoever runs has somebody to deal with, and threads
 * beyond the number of processors take it from the test's at any moment.
 */
#ifndef TM_HARNESS_LITMUS_CROWD_H
#define TM_HARNESS_LITMUS_CROWD_H

#include "core/error.h"
#include "core/linear.h"

struct tm_crowd;

/* Start `threads` of them (0: none, *crowd is NULL). 0, or -errno with a sentence. */
int tm_crowd_start(struct tm_linear *memory, unsigned threads, struct tm_crowd **crowd,
                   struct tm_error *error);
/* Stop and free; NULL is allowed. Before the memory is dropped. */
void tm_crowd_stop(struct tm_crowd *crowd);

#endif
