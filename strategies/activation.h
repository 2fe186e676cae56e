/* SPDX-License-Identifier: Apache-2.0 */
/* strategies/activation.h: length read once per function activation and kept in a register.
 *
 * On entry a function reads the length; its checks and its memory.size use that value until it
 * returns. After its own grow, or a call, it takes over what its instance has seen meanwhile. What
 * other threads do does not reach a running function. (WAMR core/iwasm/compilation/aot_llvm.c,
 * mem_space_unchanged: a function without calls and without memory.grow loads the memory's size
 * once. WAMR reloads in other functions; here they keep the value too, but not across a call.)
 *
 * Memory order. The value is one that the length had, so an access never leaves the memory. It is
 * neither refreshed after an atomic nor after a fence: that is the fault.
 *
 *              | size           | access         | grow
 *   grow       | next entry     | next entry     | lock
 *
 * Admits A2 and A3, forbidden: a loop that waits for a flag which a grower sets keeps the length
 * from before; and A9, the same without bound. Admits A1 among threads that share an instance: one
 * refreshes the copy, another still answers memory.size from its activation.
 */
#ifndef TM_STRATEGIES_ACTIVATION_H
#define TM_STRATEGIES_ACTIVATION_H

#include "core/strategy.h"

struct tm_activation_memory {
  struct tm_length length;
};
struct tm_activation_view {
  uint8_t *base;
  struct tm_atomic_u64 bytes; /* what functions of this instance have seen last */
  struct tm_activation_memory *memory;
};
struct tm_activation_frame {
  uint8_t *base;
  uint64_t bytes; /* the length this activation goes by */
};

static inline void tm_activation_enter(struct tm_activation_view *v,
                                       struct tm_activation_frame *f) {
  f->base = v->base;
  f->bytes = tm_load_rlx(&v->memory->length.bytes); /* Relaxed: the pages are retried on a fault. */
  tm_store_rlx(&v->bytes, f->bytes);                /* Relaxed: only a hint for the caller. */
}
static inline uint8_t *tm_activation_at(struct tm_activation_view *v, struct tm_activation_frame *f,
                                        uint64_t ea, uint64_t n, enum tm_index index) {
  (void)v;
  return tm_checked_at(f->base, f->bytes, ea, n, index);
}
static inline uint8_t *tm_activation_span(struct tm_activation_view *v,
                                          struct tm_activation_frame *f, uint64_t ea, uint64_t n,
                                          enum tm_index index) {
  return tm_activation_at(v, f, ea, n, index);
}
static inline uint64_t tm_activation_pages(struct tm_activation_view *v) {
  /* Relaxed: the value that the activations go by; this is what admits A3. */
  return tm_load_rlx(&v->bytes) / TM_PAGE_BYTES;
}
static inline void tm_activation_poll(struct tm_activation_view *v) { (void)v; }
static inline void tm_activation_sync(struct tm_activation_view *v, struct tm_activation_frame *f) {
  f->bytes = tm_load_rlx(&v->bytes); /* Relaxed: what a call or an own grow has left there. */
}

TM_STRATEGY_DECLARE(activation);

#endif
