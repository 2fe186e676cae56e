/* SPDX-License-Identifier: Apache-2.0 */
/* tests/strategies/explored.h: what the explorer says of a strategy on a litmus test by name. */
#ifndef TM_TESTS_STRATEGIES_EXPLORED_H
#define TM_TESTS_STRATEGIES_EXPLORED_H

#include "harness/explore/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Explore to the end; fails the test where that cannot be done. `failures`: system calls may fail.
 */
struct tm_explore_judgement explored(const char *strategy, const char *test,
                                     enum tm_explore_model model, bool failures);

#endif
