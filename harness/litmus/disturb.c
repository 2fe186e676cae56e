/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/disturb.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void nothing(int signal) { (void)signal; }

int tm_disturb_begin(struct tm_disturb *disturb, unsigned hz) {
  struct sigaction action = {.sa_handler = nothing, .sa_flags = SA_RESTART | SA_ONSTACK};
  if (sigaction(SIGRTMIN, &action, NULL)) return -errno;
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN};
  event._sigev_un._tid = gettid();
  if (timer_create(CLOCK_MONOTONIC, &event, &disturb->timer)) return -errno;
  long ns = 1000000000L / (long)hz;
  struct timespec every = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
  struct itimerspec period = {.it_interval = every, .it_value = every};
  return timer_settime(disturb->timer, 0, &period, NULL) ? -errno : 0;
}

void tm_disturb_end(struct tm_disturb *disturb) { timer_delete(disturb->timer); }
