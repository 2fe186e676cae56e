/* SPDX-License-Identifier: Apache-2.0 */
/* core/running.h: which threads run guest code with a memory, and how a grower stops them.
 *
 *     unpark:  tm_running_begin(&m->running, view);      // waits while the threads are stopped
 *     park:    tm_running_end(&m->running);
 *     poll:    if (tm_running_wanted(&m->running)) { end; begin; }
 *     grow:    void *was = tm_running_end(&m->running);  // the grower is no running thread
 *              take the strategy's lock; tm_running_stop; ...; tm_running_go; drop it
 *              if (was) tm_running_begin(&m->running, was);
 *
 * Whoever waits for the strategy's lock must not be a running thread, or its holder would wait for
 * it in turn; so attach and detach end and begin in the same way.
 *
 * Inline for the reason given in core/length.h. Not on the path of an access.
 */
#ifndef TM_CORE_RUNNING_H
#define TM_CORE_RUNNING_H

#include "core/atomics.h"
#include "core/error.h"
#include "core/port.h"

#include <stdbool.h>
#include <stdlib.h>

struct tm_running {
  struct tm_lock lock;           /* of views and room */
  void **views;                  /* by thread number: the view it runs with, or NULL */
  uint32_t room;                 /* how many views[] has */
  struct tm_atomic_u32 count;    /* threads that run; stored under the lock */
  struct tm_atomic_u32 stopping; /* nonzero: threads are to stop, and none may start */
};

static inline void tm_running_init(struct tm_running *r) {
  tm_lock_init(&r->lock);
  r->views = NULL;
  r->room = 0;
  tm_atomic_init(&r->count, 0);
  tm_atomic_init(&r->stopping, 0);
}

static inline void tm_running_fini(struct tm_running *r) {
  tm_lock_fini(&r->lock);
  free(r->views);
}

/* The calling thread's place in views[]; the lock is held. */
static inline void **tm_running_place_(struct tm_running *r) {
  uint32_t thread = tm_port_thread();
  if (thread >= r->room) {
    uint32_t room = 2 * thread + 8;
    r->views = realloc(r->views, room * sizeof *r->views);
    if (!r->views) tm_no_memory("a table of %u threads", room);
    while (r->room < room) r->views[r->room++] = NULL;
  }
  return &r->views[thread];
}

/* The view that the calling thread runs with, or NULL. */
static inline void *tm_running_view(struct tm_running *r) {
  tm_lock_take(&r->lock);
  void *view = *tm_running_place_(r);
  tm_lock_drop(&r->lock);
  return view;
}

/* The calling thread runs from now on, with `view`; waits while the threads are stopped. True when
 * it was running already: nothing is changed then. */
static inline bool tm_running_begin(struct tm_running *r, void *view) {
  tm_lock_take(&r->lock);
  void **place = tm_running_place_(r);
  bool nested = *place != NULL;
  /* ORDER: the grower's changes before this thread runs; go stores without the lock.
   * PAIRS: tm_running_go. */
  while (!nested && tm_load_acq(&r->stopping)) {
    tm_lock_drop(&r->lock);
    tm_await(tm_load_rlx(&r->stopping) == 0); /* Relaxed: looked at again under the lock. */
    tm_lock_take(&r->lock);
    place = tm_running_place_(r);
  }
  if (!nested) {
    *place = view;
    tm_store_rlx(&r->count, tm_load_rlx(&r->count) + 1); /* Relaxed: under the lock. */
  }
  tm_lock_drop(&r->lock);
  return nested;
}

/* The calling thread does not run from now on. The view that it ran with, or NULL. */
static inline void *tm_running_end(struct tm_running *r) {
  tm_lock_take(&r->lock);
  void **place = tm_running_place_(r);
  void *view = *place;
  *place = NULL;
  /* ORDER: this thread's accesses before the grower's changes. PAIRS: tm_running_stop. */
  if (view) tm_store_rel(&r->count, tm_load_rlx(&r->count) - 1);
  tm_lock_drop(&r->lock);
  return view;
}

/* How many threads run. At rest, for tests. */
static inline unsigned tm_running_count(const struct tm_running *r) {
  return tm_load_rlx(&r->count); /* Relaxed: at rest. */
}

/* Is a thread that runs asked to stop? For polls. */
static inline bool tm_running_wanted(const struct tm_running *r) {
  return tm_load_rlx(&r->stopping) != 0; /* Relaxed: now or at the next poll. */
}

/* Return when no thread runs and none can start. The caller does not run, and holds the lock that
 * all growers of the memory take. */
static inline void tm_running_stop(struct tm_running *r) {
  tm_lock_take(&r->lock);
  tm_store_rlx(&r->stopping, 1); /* Relaxed: begin reads it under the lock, polls at leisure. */
  tm_lock_drop(&r->lock);
  /* ORDER: the threads' accesses before our changes. PAIRS: tm_running_end. */
  tm_await(tm_load_acq(&r->count) == 0);
}

static inline void tm_running_go(struct tm_running *r) {
  /* ORDER: our changes before the threads run. PAIRS: tm_running_begin. */
  tm_store_rel(&r->stopping, 0);
}

#endif
