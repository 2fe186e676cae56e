/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/model/core/arch.h: core/arch.h as the explorer sees it: the question that a trap
 * instruction puts to the signal handler is asked directly. */
#ifndef TM_CORE_ARCH_H
#define TM_CORE_ARCH_H

#include "core/trap.h"

#include <stdbool.h>
#include <stdint.h>

typedef bool (*tm_ask_fn)(void *view, uint64_t ea, uint64_t n);

static inline void tm_arch_ask(tm_ask_fn ask, void *view, uint64_t ea, uint64_t n) {
  if (!ask(view, ea, n)) tm_trap(TM_TRAP_OUT_OF_BOUNDS);
}

static inline void tm_arch_pause(void) {}

#endif
