/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/slowpath.h: per-instance copy; a failing check calls a function that refreshes it.
 *
 * The hot path compares with the copy in the instance. Only when that fails does an out-of-line
 * function load the one atomic length, refresh the copy and check again; then it returns or traps.
 * memory.size reads the one length, never the copy. (Wasmtime call of 2022-05-12, "fetch on the
 * slow path".)
 *
 * Memory order. The copy is only ever a value that the length had, so it may be too small, never
 * too large. A failing check loads the length with acquire: an access ordered after a grow then
 * finds it (no A2), and one after a size finds at least what the size returned (no A4).
 *
 *              | size                        | access                                | grow
 *   grow       | store of length, load of it | store of length, load in the refresh  | lock
 *
 * A1: not shown by any test: the explorer finds none under sc, tso and c11 (its size never reads
 * less than an earlier step has stored seq-cst), x86 neither. With an instance for each thread it is
 * excluded by coherence: an access to a new page refreshed from the very location that size reads.
 * With one for several threads it is not excluded on paper: the copy may have been refreshed by
 * another thread, its load is relaxed, and Arm may satisfy the load in size before it.
 */
#ifndef TM_STRATEGIES_SLOWPATH_H
#define TM_STRATEGIES_SLOWPATH_H

#include "core/strategy.h"

struct tm_slowpath_memory {
  struct tm_length length;
};
struct tm_slowpath_view {
  uint8_t *base;
  struct tm_atomic_u64 bytes; /* the copy: a value the length had, at or before now */
  struct tm_slowpath_memory *memory;
};
struct tm_slowpath_frame {
  uint8_t *base;
};

/* The slow half of a check: refresh the copy; return if [ea, ea+n) is now within it, else trap. */
void tm_slowpath_refresh(struct tm_slowpath_view *v, uint64_t ea, uint64_t n)
    __attribute__((cold, noinline));

static inline void tm_slowpath_enter(struct tm_slowpath_view *v, struct tm_slowpath_frame *f) {
  f->base = v->base;
}
static inline uint8_t *tm_slowpath_at(struct tm_slowpath_view *v, struct tm_slowpath_frame *f,
                                      uint64_t ea, uint64_t n, enum tm_index index) {
  /* Relaxed: the copy is checked again in the slow path, where the order is. */
  if (tm_unlikely(tm_beyond(ea, n, tm_load_rlx(&v->bytes), index))) tm_slowpath_refresh(v, ea, n);
  return f->base + ea;
}
static inline uint8_t *tm_slowpath_span(struct tm_slowpath_view *v, struct tm_slowpath_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  return tm_slowpath_at(v, f, ea, n, index);
}
static inline uint64_t tm_slowpath_pages(struct tm_slowpath_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_slowpath_poll(struct tm_slowpath_view *v) { (void)v; }
static inline void tm_slowpath_sync(struct tm_slowpath_view *v, struct tm_slowpath_frame *f) {
  (void)v, (void)f;
}

TM_STRATEGY_DECLARE(slowpath);

#endif
