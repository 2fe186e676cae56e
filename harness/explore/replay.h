/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/replay.h: schedules as text, their steps, and a drawing of them.
 *
 * A schedule is a list of tokens, one per decision:
 *     A        thread A moves          A*5      five times
 *     A'       A's store buffer lets its oldest store reach memory (tso)
 *     B<A3     thread B moves, with the message that A's third operation wrote (c11)
 *     B<0.A3   the same for an access with a page permission and a cell; 0 is the initial message
 *     A!       A's system call fails
 * It names nothing but threads and counts of their operations, so it stays valid as long as the
 * operations of the threads do.
 */
#ifndef TM_HARNESS_EXPLORE_REPLAY_H
#define TM_HARNESS_EXPLORE_REPLAY_H

#include "harness/explore/explore.h"
#include "harness/explore/litmus.h"

#include <stdio.h>

/* One operation of an execution, for people. */
struct tm_explore_step {
  unsigned thread;                          /* that did it, or whose buffer did */
  bool buffer;                              /* tso: a store reaches memory */
  const char *file, *what, *effect, *order; /* effect: "load", "lock", …; order may be "" */
  unsigned line;                            /* 0: none */
  bool reads, writes, faulted, failed; /* failed: a compare-and-swap that found another value */
  bool refused;                        /* a system call that failed */
  bool stale;                          /* c11: what was read is not the newest */
  uint64_t read, written;
};

/* Names of enum tm_effect and enum tm_order (model/effects.h). */
const char *tm_effect_name(unsigned effect);
const char *tm_order_name(unsigned order);

/* Follow the decisions; `each` is called after every one. -EINVAL when one cannot be made. Fills
 * words (as an outcome's) when the execution is complete after them, else *words_count = 0. */
int tm_explore_replay(const struct tm_explore_client *client, enum tm_explore_model model,
                      const struct tm_explore_decision *decision, unsigned decisions,
                      void (*each)(void *argument, const struct tm_explore_step *step),
                      void *argument, struct tm_explore_outcome *outcome, struct tm_error *error);

/* Schedules as text. `names`: of the threads. The text is allocated. */
char *tm_explore_schedule_text(const char *const *names, const struct tm_explore_decision *decision,
                               unsigned decisions);
int tm_explore_schedule_parse(const char *text, const char *const *names, unsigned threads,
                              struct tm_explore_decision *decision, unsigned *decisions,
                              struct tm_error *error);

/* Draw an execution of a litmus test as a timeline: one column per thread, numbered steps. */
int tm_explore_draw(const struct tm_litmus *test, const char *strategy, enum tm_explore_model model,
                    const struct tm_explore_decision *decision, unsigned decisions, FILE *out,
                    struct tm_error *error);

#endif
