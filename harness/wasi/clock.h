/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/clock.h: WASI's clocks as the host's. Times are nanoseconds in 64 bits. */
#ifndef TM_HARNESS_WASI_CLOCK_H
#define TM_HARNESS_WASI_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* The host clock of a WASI clock; false when there is no such clock. */
bool tm_wasi_clock(uint32_t id, clockid_t *clock);
uint64_t tm_wasi_nanoseconds(const struct timespec *t);
uint64_t tm_wasi_now(clockid_t clock);

#endif
