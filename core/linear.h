/* SPDX-License-Identifier: Apache-2.0 */
/* core/linear.h: a linear memory together with its strategy, as the host holds it.
 *
 *     struct tm_linear *memory;
 *     tm_linear_new(&tm_guard_strategy, &type, &memory);
 *     tm_linear_attach(memory, view);          // view: strategy->view_bytes, inside an instance
 *     uint8_t *p = tm_linear_at(memory, view, ea, n);   // host access, checked
 */
#ifndef TM_CORE_LINEAR_H
#define TM_CORE_LINEAR_H

#include "core/strategy.h"
#include "core/waiting.h"

struct tm_linear {
  const struct tm_strategy *strategy;
  struct tm_memory_type type;      /* as declared; the current length is strategy->pages(view) */
  struct tm_atomic_u32 references; /* whoever made it, and one per attached view */
  struct tm_atomic_u64 grows;      /* successful grows by delta > 0, for `compare` */
  uint8_t *watched;                /* start of the region that the trap handler knows */
  void *memory;                    /* the strategy's own struct */
};

/* Make a memory; its region is known to the trap handler. 0 or -errno. */
int tm_linear_new(const struct tm_strategy *strategy, const struct tm_memory_type *type,
                  struct tm_linear **memory);
/* Drop a reference; the last one frees the memory. */
void tm_linear_drop(struct tm_linear *memory);

/* Give an instance its view (strategy->view_bytes long); takes a reference. 0 or -errno. */
int tm_linear_attach(struct tm_linear *memory, void *view);
/* Detach the view and drop its reference. */
void tm_linear_detach(struct tm_linear *memory, void *view);

/* memory.size, in pages, as a call: what translated code does in layouts that do not inline it. */
uint64_t tm_linear_pages(struct tm_linear *memory, void *view);
/* memory.grow, counted. Old pages or -1. */
int64_t tm_linear_grow(struct tm_linear *memory, void *view, uint64_t delta_pages);

/* Host access to [ea, ea+n) of the guest's memory: its address, or NULL when it lies beyond the
 * current length. Checked against a seq-cst read of the length; pages are touched, so that a system
 * call may be given the address under strategies that commit pages in the fault handler. */
uint8_t *tm_linear_at(struct tm_linear *memory, void *view, uint64_t ea, uint64_t n);

/* The thread is about to run guest code with this view, or runs none until the next unpark:
 * strategy.h, optional hooks. Around every entry into a guest (tm_instance_enter does so) and,
 * reversed, around every host operation that may block. `memory` may be NULL. True when it was
 * unparked before. */
bool tm_linear_unpark(struct tm_linear *memory, void *view);
void tm_linear_park(struct tm_linear *memory, void *view);

/* memory.atomic.wait with the thread parked meanwhile, and memory.atomic.notify; `address` is what
 * the strategy's hot half gave for it, just before. */
enum tm_wait_result tm_linear_wait32(struct tm_linear *memory, void *view, void *address,
                                     uint32_t expected, int64_t timeout_ns);
enum tm_wait_result tm_linear_wait64(struct tm_linear *memory, void *view, void *address,
                                     uint64_t expected, int64_t timeout_ns);
uint32_t tm_linear_notify(struct tm_linear *memory, void *view, void *address, uint32_t count);
/* How many threads are parked at `address` now. */
uint32_t tm_linear_waiting(struct tm_linear *memory, void *view, void *address);

#endif
