/* SPDX-License-Identifier: Apache-2.0 */
/* core/strategy.h: the contract between a strategy and everyone who runs one.
 *
 * A strategy answers one question: how do the instances of a growable memory learn its current
 * length? It is two files, strategies/S.h and strategies/S.c, and one line in strategies.def.
 *
 * The hot half, S.h, is inlined into every guest access. It defines three types
 *     struct tm_S_memory   one per linear memory; starts with `struct tm_region region`, or with
 *                          `struct tm_length length` (core/length.h), which does
 *     struct tm_S_view     one per instance and memory: the copy that each VMContext holds;
 *                          starts with `uint8_t *base`
 *     struct tm_S_frame    one per function activation, kept in registers; may hold only `base`
 * and six functions, all `static inline`, without function pointers and without #if in a body:
 *     void     tm_S_enter(view *, frame *)
 *         On function entry.
 *     uint8_t *tm_S_at(view *, frame *, ea, n, index)
 *         Address of n bytes, 1 ≤ n ≤ 16; traps through a cold call, or the access itself faults:
 *         the caller must access all n bytes. `index` is a compile-time constant.
 *     uint8_t *tm_S_span(view *, frame *, ea, n, index)
 *         The same for bulk operations and for notify: any n, 0 included; always checked here.
 *     uint64_t tm_S_pages(view *)
 *         memory.size, in pages.
 *     void     tm_S_poll(view *)
 *         On function entry and loop back-edge. An address from at or span is dead after it.
 *     void     tm_S_sync(view *, frame *)
 *         After everything that may order this thread behind another, or may have grown the
 *         memory: an atomic access, a fence, wait, notify, memory.size, memory.grow, a call.
 *
 * The cold half, S.c, defines the functions of struct tm_strategy below and, as its last line,
 *     TM_STRATEGY_OPS(S);
 * which checks every signature and makes `const struct tm_strategy tm_S_strategy`.
 *
 * Two facts decide much: a shared memory only grows, and (moving strategies aside) its base never
 * moves, so "check, then access" needs no exit hook.
 */
#ifndef TM_CORE_STRATEGY_H
#define TM_CORE_STRATEGY_H

#include "core/atomics.h"
#include "core/length.h"
#include "core/memory.h"
#include "core/port.h"
#include "core/trap.h"

enum tm_kind {
  TM_KIND_floor,     /* prices the others; does not enforce the length */
  TM_KIND_candidate, /* claims to be sound */
  TM_KIND_unsound,   /* an engine shipped it, and it admits forbidden outcomes */
  TM_KIND_planted,   /* a fault of ours that the tests must catch */
};

/* A strategy as a value: what its slow operations are. Nothing here is called on an access. */
struct tm_strategy {
  const char *name;
  size_t memory_bytes;                   /* sizeof(struct tm_S_memory) */
  size_t view_bytes;                     /* sizeof(struct tm_S_view) */
  size_t bookkeeping_bytes_per_instance; /* what one attached instance costs */

  /* Make a memory of type->min_pages zeroed pages. 0 or -errno, nothing left behind. */
  int (*init)(void *memory, const struct tm_memory_type *type);
  /* No view may be attached. */
  void (*fini)(void *memory);
  /* Give an instance its view; safe while others grow and run. 0 or -errno. */
  int (*attach)(void *memory, void *view);
  /* The view's instance no longer runs; safe while others grow and run. */
  void (*detach)(void *view);
  /* memory.grow: old length in pages, or -1 with length, pages and every copy as they were.
   * Any delta, 0 included; any thread with an attached view, not in a handler. */
  int64_t (*grow)(void *view, uint64_t delta_pages);
  /* memory.size for the host, in pages: a seq-cst read of the length. */
  uint64_t (*pages)(void *view);
  /* Asked by the signal handler about an address in the region: spurious or real? */
  enum tm_fault (*fault)(void *memory, uintptr_t address);
  /* Invariants of a memory at rest, for tests and the explorer. */
  bool (*valid)(void *memory);

  /* ---- optional: NULL for strategies that have no use for them -------------------------------*/

  /* The calling thread is about to run guest code that uses this view's memory; may wait for a
   * grow. True when the thread was running it already (the caller then leaves park() to whoever
   * came first). Call it before tm_guest_call(), and after a blocking host operation. */
  bool (*unpark)(void *view);
  /* The calling thread runs no guest code until the next unpark(): it has returned, or it will
   * block in the host (wait, a lock, input). Without it, strategies that wait for their running
   * threads would wait for one that cannot answer. */
  void (*park)(void *view);
  /* For strategies that move the base: the address of [ea, ea+n) for the host, or NULL when that
   * lies beyond the length. Valid until the thread's next park(), poll or grow. */
  uint8_t *(*host_at)(void *view, uint64_t ea, uint64_t n);
  /* For strategies that move the base: the offset of an address that at() or host_at() has just
   * given, so that waiters are found again at another base. */
  uint64_t (*offset_of)(void *view, const void *address);
  /* How many views, and threads that run, the memory has in lists of its own now: none once all are
   * detached and parked. At rest, for tests of what is left behind. */
  unsigned (*listed)(void *memory);
  /* What init needs of the system and may not get, as the end of a sentence that starts with
   * "needs"; for the message when init fails. */
  const char *needs;
};

/* The signatures of S.c, written with S's own types. The casts in TM_STRATEGY_OPS go through
 * these names, so a wrong signature does not compile. */
#define TM_STRATEGY_DECLARE(S)                                                                     \
  int tm_##S##_init(struct tm_##S##_memory *memory, const struct tm_memory_type *type);            \
  void tm_##S##_fini(struct tm_##S##_memory *memory);                                              \
  int tm_##S##_attach(struct tm_##S##_memory *memory, struct tm_##S##_view *view);                 \
  void tm_##S##_detach(struct tm_##S##_view *view);                                                \
  int64_t tm_##S##_grow(struct tm_##S##_view *view, uint64_t delta_pages);                         \
  enum tm_fault tm_##S##_fault(struct tm_##S##_memory *memory, uintptr_t address);                 \
  bool tm_##S##_valid(struct tm_##S##_memory *memory)

/* TM_STRATEGY_OPS_WITH(S, .park = ..., ...) sets optional members too. */
#define TM_STRATEGY_OPS(S) TM_STRATEGY_OPS_WITH(S, .needs = NULL)

#define TM_STRATEGY_OPS_WITH(S, ...)                                                               \
  _Static_assert(offsetof(struct tm_##S##_view, base) == 0, "base comes first");                   \
  static int S##_init_(void *m, const struct tm_memory_type *t) { return tm_##S##_init(m, t); }    \
  static void S##_fini_(void *m) { tm_##S##_fini(m); }                                             \
  static int S##_attach_(void *m, void *v) { return tm_##S##_attach(m, v); }                       \
  static void S##_detach_(void *v) { tm_##S##_detach(v); }                                         \
  static int64_t S##_grow_(void *v, uint64_t delta) { return tm_##S##_grow(v, delta); }            \
  static uint64_t S##_pages_(void *v) { return tm_##S##_pages(v); }                                \
  static enum tm_fault S##_fault_(void *m, uintptr_t a) { return tm_##S##_fault(m, a); }           \
  static bool S##_valid_(void *m) { return tm_##S##_valid(m); }                                    \
  const struct tm_strategy tm_##S##_strategy = {                                                   \
      .name = #S,                                                                                  \
      .memory_bytes = sizeof(struct tm_##S##_memory),                                              \
      .view_bytes = sizeof(struct tm_##S##_view),                                                  \
      .bookkeeping_bytes_per_instance = sizeof(struct tm_##S##_view),                              \
      .init = S##_init_,                                                                           \
      .fini = S##_fini_,                                                                           \
      .attach = S##_attach_,                                                                       \
      .detach = S##_detach_,                                                                       \
      .grow = S##_grow_,                                                                           \
      .pages = S##_pages_,                                                                         \
      .fault = S##_fault_,                                                                         \
      .valid = S##_valid_,                                                                         \
      __VA_ARGS__,                                                                                 \
  }

#endif
