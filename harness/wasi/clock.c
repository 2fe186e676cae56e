/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/clock.c: clocks, randomness, giving up the processor. */
#include "harness/wasi/clock.h"

#include "harness/wasi/functions.h"
#include "harness/wasi/process.h"

#include <errno.h>
#include <sched.h>
#include <sys/random.h>

bool tm_wasi_clock(uint32_t id, clockid_t *clock) {
  static const clockid_t clocks[] = {
      [TM_CLOCK_REALTIME] = CLOCK_REALTIME,
      [TM_CLOCK_MONOTONIC] = CLOCK_MONOTONIC,
      [TM_CLOCK_PROCESS_CPUTIME] = CLOCK_PROCESS_CPUTIME_ID,
      [TM_CLOCK_THREAD_CPUTIME] = CLOCK_THREAD_CPUTIME_ID,
  };
  if (id >= sizeof clocks / sizeof *clocks) return false;
  *clock = clocks[id];
  return true;
}

uint64_t tm_wasi_nanoseconds(const struct timespec *t) {
  return (uint64_t)t->tv_sec * 1000000000 + (uint64_t)t->tv_nsec;
}

uint64_t tm_wasi_now(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now)) tm_die("clock_gettime(%d) failed: errno %d", (int)clock, errno);
  return tm_wasi_nanoseconds(&now);
}

uint32_t tm_wasi_clock_res_get(void *env, uint32_t id, uint32_t resolution) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  clockid_t clock;
  struct timespec step;
  if (!tm_wasi_clock(id, &clock)) return TM_WASI_INVAL;
  if (clock_getres(clock, &step)) return tm_wasi_errno(errno);
  bool ok = tm_wasi_put_u64(g, resolution, tm_wasi_nanoseconds(&step));
  return ok ? TM_WASI_SUCCESS : TM_WASI_FAULT;
}

uint32_t tm_wasi_clock_time_get(void *env, uint32_t id, uint64_t precision, uint32_t time) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  (void)precision; /* how coarse the answer may be; ours is as fine as the clock */
  clockid_t clock;
  if (!tm_wasi_clock(id, &clock)) return TM_WASI_INVAL;
  return tm_wasi_put_u64(g, time, tm_wasi_now(clock)) ? TM_WASI_SUCCESS : TM_WASI_FAULT;
}

uint32_t tm_wasi_random_get(void *env, uint32_t buffer, uint32_t bytes) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  uint8_t *to = tm_wasi_at(g, buffer, bytes);
  if (!to) return TM_WASI_FAULT;
  for (uint32_t done = 0; done < bytes;) {
    ssize_t n = getrandom(to + done, bytes - done, 0);
    if (n >= 0)
      done += (uint32_t)n;
    else if (errno != EINTR)
      return tm_wasi_errno(errno);
  }
  return TM_WASI_SUCCESS;
}

uint32_t tm_wasi_sched_yield(void *env) {
  (void)tm_wasi_enter(env);
  sched_yield();
  return TM_WASI_SUCCESS;
}
