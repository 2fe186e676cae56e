/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/model/core/running.h: core/running.h as the explorer sees it.
 *
 * Threads that run hold a lock shared, so that beginning and ending commute; a grower that stops
 * them first closes the lock to newcomers and then waits for it exclusively. What the real header
 * does with a lock, a table and a counter is explored on its own (tests/explore/running.c):
 * inside every test its many equivalent orders would hide the strategy behind them.
 */
#ifndef TM_CORE_RUNNING_H
#define TM_CORE_RUNNING_H

#include "core/atomics.h"
#include "core/port.h"

#include <stdbool.h>

struct tm_running {
  struct tm_rwlock lock;         /* shared: runs; exclusive: all are stopped */
  struct tm_atomic_u32 stopping; /* for polls */
  void *view[8];                 /* by thread number */
};

#define tm_running_init(r)                                                                         \
  (tm_rwlock_init(&(r)->lock), tm_atomic_init(&(r)->stopping, 0),                                  \
   __builtin_memset((r)->view, 0, sizeof(r)->view))
#define tm_running_fini(r) tm_rwlock_fini(&(r)->lock)

static inline void *tm_running_view(struct tm_running *r) { return r->view[tm_port_thread()]; }

static inline bool tm_running_begin(struct tm_running *r, void *view) {
  void **place = &r->view[tm_port_thread()];
  if (*place) return true;
  tm_rwlock_take_shared(&r->lock);
  *place = view;
  return false;
}

static inline void *tm_running_end(struct tm_running *r) {
  void **place = &r->view[tm_port_thread()], *view = *place;
  *place = NULL;
  if (view) tm_rwlock_drop(&r->lock);
  return view;
}

static inline unsigned tm_running_count(const struct tm_running *r) {
  unsigned count = 0;
  for (int k = 0; k < 8; k++) count += r->view[k] != NULL;
  return count;
}

static inline bool tm_running_wanted(const struct tm_running *r) {
  return tm_load_rlx(&r->stopping) != 0; /* Relaxed: as the real one. */
}

static inline void tm_running_stop(struct tm_running *r) {
  TM_LOCK_(&r->lock, TM_EFFECT_CLOSE, TM_ORDER_RLX);
  tm_store_rlx(&r->stopping, 1); /* Relaxed: as the real one. */
  tm_rwlock_take(&r->lock);
}

static inline void tm_running_go(struct tm_running *r) {
  /* ORDER: our changes before the threads run. PAIRS: tm_running_begin. */
  tm_store_rel(&r->stopping, 0);
  tm_rwlock_drop(&r->lock);
}

#endif
