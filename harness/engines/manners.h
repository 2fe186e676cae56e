/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/manners.h: which strategy does this engine use? What its public source says, what
 * litmus tests and timings show, and whether they agree. */
#ifndef TM_HARNESS_ENGINES_MANNERS_H
#define TM_HARNESS_ENGINES_MANNERS_H

#include "harness/engines/sweep.h"

/* Run the few tests that tell strategies apart, and the probe, on each engine; print a table, and
 * JSON if asked for. `asked` as for tm_sweep_run, but for the tests. 0, or -errno and a sentence.
 */
int tm_manners_run(const struct tm_sweep *asked, struct tm_error *error);

#endif
