/* SPDX-License-Identifier: Apache-2.0 */
/* core/waiting.h: memory.atomic.wait and notify: threads parked on addresses of linear memory.
 *
 * A futex compares 32 bits only, wasm also waits on 64, so this is a small parking lot: a hash
 * table of queues keyed by host address, each with a mutex. FIFO.
 */
#ifndef TM_CORE_WAITING_H
#define TM_CORE_WAITING_H

#include <stdbool.h>
#include <stdint.h>

enum tm_wait_result { TM_WAIT_WOKEN = 0, TM_WAIT_NOT_EQUAL = 1, TM_WAIT_TIMED_OUT = 2 };

/* If the value at `address` (4 or 8 bytes, aligned, inside a memory) equals `expected`, park until
 * notified or `timeout_ns` have passed (negative: for ever). The comparison is a seq-cst load,
 * atomic with parking against tm_notify. The caller has checked bounds. */
enum tm_wait_result tm_wait32(void *address, uint32_t expected, int64_t timeout_ns);
enum tm_wait_result tm_wait64(void *address, uint64_t expected, int64_t timeout_ns);
/* Wake up to `count` threads parked on `address`, first come first; how many. */
uint32_t tm_notify(void *address, uint32_t count);

/* The same for a memory whose base may move while threads are parked: a place is named by `space`,
 * which is not NULL, and an offset in it. */
struct tm_wait_place {
  void *address; /* where the value is now; not used once the thread is parked */
  bool wide;     /* 8 bytes, not 4 */
  const void *space;
  uint64_t offset;
  /* Called, if given, when the value has been found equal and before the thread sleeps; must not
   * call into this file. */
  void (*parked)(void *argument);
  void *argument;
};
enum tm_wait_result tm_wait_at(const struct tm_wait_place *place, uint64_t expected,
                               int64_t timeout_ns);
uint32_t tm_notify_at(const void *space, uint64_t offset, uint32_t count);
/* How many threads are parked there now. */
uint32_t tm_waiting_at(const void *space, uint64_t offset);
/* How many are parked anywhere. For tests of what is left behind. */
uint32_t tm_waiting(void);

#endif
