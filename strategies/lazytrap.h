/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/lazytrap.h: per-instance copy; a failing check executes a trap instruction.
 *
 * The hot path is compare and branch. A failing check executes one trap instruction; the signal
 * handler loads the one atomic length, refreshes the copy and steps over the instruction, or makes
 * it a real trap. No call, no spilled registers at the access. memory.size reads the one length.
 * (Wasmtime call of 2022-05-12, "refresh lazily on a trap".)
 *
 * Memory order. As slowpath: the copy is a value the length had; the handler loads with acquire,
 * in the faulting thread, between the failed check and the access.
 *
 *              | size                        | access                                | grow
 *   grow       | store of length, load of it | store of length, load in the handler  | lock
 *
 * A1: as slowpath.
 */
#ifndef TM_STRATEGIES_LAZYTRAP_H
#define TM_STRATEGIES_LAZYTRAP_H

#include "core/arch.h"
#include "core/strategy.h"

struct tm_lazytrap_memory {
  struct tm_length length;
};
struct tm_lazytrap_view {
  uint8_t *base;
  struct tm_atomic_u64 bytes; /* the copy: a value the length had, at or before now */
  struct tm_lazytrap_memory *memory;
};
struct tm_lazytrap_frame {
  uint8_t *base;
};

/* Runs in the signal handler: refresh the copy; is [ea, ea+n) within it now? `view` is a
 * struct tm_lazytrap_view. */
bool tm_lazytrap_refresh(void *view, uint64_t ea, uint64_t n);

static inline void tm_lazytrap_enter(struct tm_lazytrap_view *v, struct tm_lazytrap_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_lazytrap_at(struct tm_lazytrap_view *v, struct tm_lazytrap_frame *f,
                                      uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the copy is checked again in the handler, where the order is. */
  if (tm_unlikely(tm_beyond(ea, n, tm_load_rlx(&v->bytes), index)))
    tm_arch_ask(tm_lazytrap_refresh, v, ea, n);
  return f->base + ea;
}
static inline uint8_t *tm_lazytrap_span(struct tm_lazytrap_view *v, struct tm_lazytrap_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_lazytrap_at(v, f, ea, n, index);
}
static inline uint64_t tm_lazytrap_pages(struct tm_lazytrap_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_lazytrap_poll(struct tm_lazytrap_view *v) { (void)v; }
static inline void tm_lazytrap_sync(struct tm_lazytrap_view *v, struct tm_lazytrap_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(lazytrap);

#endif
