/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/delay.h: small random delays at the named points inside a grow.
 *
 * Only the delayed build of the strategies calls them (TM_POINT in core/port.h); an unmodified
 * strategy has no such points, and the two are never counted in one histogram.
 */
#ifndef TM_HARNESS_LITMUS_DELAY_H
#define TM_HARNESS_LITMUS_DELAY_H

#include "core/error.h"
#include "core/strategy.h"

#include <stdint.h>

/* The strategy `name` as the delayed build has it; NULL with a sentence. Loaded on first use. */
const struct tm_strategy *tm_delayed_strategy(const char *name, struct tm_error *error);

/* From now on the calling thread waits a random time, up to `most_ns`, at every named point. */
void tm_delay_this_thread(uint64_t most_ns, uint64_t seed);

#endif
