/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/activationsync.h: length kept per activation, read again after every atomic, fence and
 * call.
 *
 * As activation, and the value is loaded again wherever another thread's grow may have become
 * ordered before this thread. Between two such places nothing can have been ordered, so the
 * compiler may keep the length in a register and hoist checks out of loops. memory.size reads the
 * one length. (The repair of activation: the places are those where a compiler may not keep C11
 * values either.)
 *
 * Memory order. A grow that happens before an access does so through an atomic, a wait, a host
 * operation or a call of this thread, after which the length is loaded again; the atomic access is
 * seq-cst and orders the relaxed load after it (no A2). memory.size is followed by such a load too
 * (no A4).
 *
 *              | size                        | access                         | grow
 *   grow       | store of length, load of it | store of length, load in sync  | lock
 *
 * A1 cannot occur: the value comes from the one location that size reads later (coherence). A loop
 * of plain accesses keeps its length for ever; nothing orders it, so that is allowed.
 */
#ifndef TM_STRATEGIES_ACTIVATIONSYNC_H
#define TM_STRATEGIES_ACTIVATIONSYNC_H

#include "core/strategy.h"

struct tm_activationsync_memory {
  struct tm_length length;
};
struct tm_activationsync_view {
  uint8_t *base;
  struct tm_activationsync_memory *memory;
};
struct tm_activationsync_frame {
  uint8_t *base;
  uint64_t bytes; /* the length as of the last place where a grow could be ordered before us */
};

static inline void tm_activationsync_enter(struct tm_activationsync_view *v,
                                           struct tm_activationsync_frame *f) {
  f->base = v->base;
  /* Relaxed: ordered by whatever the caller did last. A fault below the length is tried again. */
  f->bytes = tm_load_rlx(&v->memory->length.bytes);
}
static inline uint8_t *tm_activationsync_at(struct tm_activationsync_view *v,
                                            struct tm_activationsync_frame *f, uint64_t ea,
                                            uint64_t n, enum tm_index index) {
  (void)v;
  return tm_checked_at(f->base, f->bytes, ea, n, index);
}
static inline uint8_t *tm_activationsync_span(struct tm_activationsync_view *v,
                                              struct tm_activationsync_frame *f, uint64_t ea,
                                              uint64_t n, enum tm_index index) {
  return tm_activationsync_at(v, f, ea, n, index);
}
static inline uint64_t tm_activationsync_pages(struct tm_activationsync_view *v) {
  return tm_length_pages(&v->memory->length);
}
static inline void tm_activationsync_poll(struct tm_activationsync_view *v) { (void)v; }
static inline void tm_activationsync_sync(struct tm_activationsync_view *v,
                                          struct tm_activationsync_frame *f) {
  /* Relaxed: ordered by the atomic access, fence or call just before. */
  f->bytes = tm_load_rlx(&v->memory->length.bytes);
}

TM_STRATEGY_DECLARE(activationsync);

#endif
