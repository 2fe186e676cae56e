/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/disturb.h: interrupt the calling thread many times a second.
 *
 * An interrupt that arrives while a thread is in a system call is served when the call returns:
 * after mprotect has made pages accessible and before the strategy stores the new length. That is
 * what a busy machine does to a grower by itself, now and then. The timer is the thread's own
 * (SIGEV_THREAD_ID), so it fires on its processor; the handler does nothing.
 */
#ifndef TM_HARNESS_LITMUS_DISTURB_H
#define TM_HARNESS_LITMUS_DISTURB_H

#include <time.h>

struct tm_disturb {
  timer_t timer;
};

/* Begin, `hz` times a second (1 to 1,000,000), for the calling thread. 0 or -errno. */
int tm_disturb_begin(struct tm_disturb *disturb, unsigned hz);
/* End. By the same thread. */
void tm_disturb_end(struct tm_disturb *disturb);

#endif
