/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/model/core/port.h: core/port.h as the explorer sees it.
 *
 * The same names; every call with an effect is a call into the explorer with its file and line.
 * See core/port.h for what each means.
 */
#ifndef TM_CORE_PORT_H
#define TM_CORE_PORT_H

#include "core/atomics.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* ---- address space ---------------------------------------------------------------------------*/

#define tm_port_reserve(bytes, base) tm_model_reserve(bytes, base)
#define tm_port_release(base, bytes) tm_model_release(base, bytes)
#define TM_PERMIT_(effect_, start, bytes)                                                          \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, effect_, TM_ORDER_REL, #start);                                              \
    tm_model_permit(&tm_site_, (start), (bytes));                                                  \
  })
#define tm_port_commit(start, bytes)  TM_PERMIT_(TM_EFFECT_COMMIT, start, bytes)
#define tm_port_protect(start, bytes) TM_PERMIT_(TM_EFFECT_PROTECT, start, bytes)
#define tm_port_bar(start, bytes)     TM_PERMIT_(TM_EFFECT_BAR, start, bytes)
#define tm_port_unbar(start, bytes)   ((void)TM_PERMIT_(TM_EFFECT_UNBAR, start, bytes))

#define TM_MOVE_(to, from, bytes)                                                                  \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, TM_EFFECT_STORE, TM_ORDER_RLX, #to);                                         \
    tm_model_move(&tm_site_, (to), (from), (bytes));                                               \
  })
#define tm_port_zero(start, bytes)    TM_MOVE_(start, NULL, bytes)
#define tm_port_copy(to, from, bytes) TM_MOVE_(to, from, bytes)
/* An access that comes meanwhile waits for the system call, so it never faults. */
#define tm_port_replace(start, bytes)                                                              \
  __extension__({                                                                                  \
    uint8_t *tm_start_ = (start);                                                                  \
    uint64_t tm_bytes_ = (bytes);                                                                  \
    TM_MOVE_(tm_start_, NULL, tm_bytes_);                                                          \
    TM_PERMIT_(TM_EFFECT_COMMIT, tm_start_, tm_bytes_);                                            \
  })

/* ---- userfaultfd -----------------------------------------------------------------------------*/

#define tm_port_uffd_open(start, bytes, descriptor)                                                \
  (*(descriptor) = 0, TM_PERMIT_(TM_EFFECT_ABSENT, start, bytes))
#define tm_port_uffd_close(descriptor) ((void)(descriptor))
#define tm_port_uffd_fill(descriptor, address)                                                     \
  ((void)(descriptor), TM_PERMIT_(TM_EFFECT_FILL, address, 1))

/* ---- pages in a file -------------------------------------------------------------------------*/

#define tm_port_file_new(bytes, file)       tm_model_file_new(bytes, file)
#define tm_port_file_close(file)            ((void)(file))
#define tm_port_file_map(file, bytes, base) tm_model_file_map(file, bytes, base)

/* ---- threads ---------------------------------------------------------------------------------*/

#define tm_port_thread() tm_model_thread()

/* ---- allocation -----------------------------------------------------------------------------*/

#undef malloc
#undef calloc
#undef realloc
#undef free
#define malloc(bytes)        tm_model_allocate(bytes)
#define calloc(count, bytes) tm_model_allocate((count) * (bytes))
#define realloc(p, bytes)    tm_model_reallocate(p, bytes)
#define free(p)              ((void)(p))
#define tm_port_alloc(bytes) tm_model_allocate(bytes)
#define tm_port_free(p)      ((void)(p))

/* ---- locks -----------------------------------------------------------------------------------*/

struct tm_lock {
  uint32_t place_;
};
struct tm_rwlock {
  uint32_t place_;
};
#define TM_LOCK_(lock, effect_, order_)                                                            \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, effect_, order_, #lock);                                                     \
    tm_model_lock(&tm_site_, &(lock)->place_);                                                     \
  })
#define tm_lock_init(lock) tm_model_init(&(lock)->place_, #lock, 0)
#define tm_lock_fini(lock) ((void)(lock))
#define tm_lock_take(lock) TM_LOCK_(lock, TM_EFFECT_LOCK, TM_ORDER_ACQ)
#define tm_lock_drop(lock) TM_LOCK_(lock, TM_EFFECT_UNLOCK, TM_ORDER_REL)

#define tm_rwlock_init(lock)        tm_model_init(&(lock)->place_, #lock, 0)
#define tm_rwlock_fini(lock)        ((void)(lock))
#define tm_rwlock_take_shared(lock) TM_LOCK_(lock, TM_EFFECT_LOCK_SHARED, TM_ORDER_ACQ)
#define tm_rwlock_take(lock)        TM_LOCK_(lock, TM_EFFECT_LOCK, TM_ORDER_ACQ)
#define tm_rwlock_drop(lock)        TM_LOCK_(lock, TM_EFFECT_UNLOCK, TM_ORDER_REL)

/* ---- waiting ---------------------------------------------------------------------------------*/

/* One try. A try that fails ends the thread's part of this execution: the executions in which the
 * condition held are explored on their own, and one in which it never can is a deadlock. */
#define tm_await(condition)                                                                        \
  do {                                                                                             \
    TM_SITE(tm_await_site_, TM_EFFECT_AWAIT, TM_ORDER_RLX, #condition);                            \
    tm_model_await(&tm_await_site_);                                                               \
    if (!(condition)) tm_model_await_failed();                                                     \
  } while (0)

#define tm_port_futex_wait(word, expected)                                                         \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, TM_EFFECT_FUTEX_WAIT, TM_ORDER_SC, #word);                                   \
    struct tm_atomic_u32 *tm_p_ = (word);                                                          \
    tm_model_futex_wait(&tm_site_, &tm_p_->place_, TM_INITIAL_(tm_p_), (expected));                \
  })
#define tm_port_futex_wake(word, count)                                                            \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, TM_EFFECT_FUTEX_WAKE, TM_ORDER_SC, #word);                                   \
    struct tm_atomic_u32 *tm_p_ = (word);                                                          \
    (void)tm_model_futex_wake(&tm_site_, &tm_p_->place_, TM_INITIAL_(tm_p_), (count));             \
  })

/* ---- barriers across threads -----------------------------------------------------------------*/

#define tm_port_membarrier_init() (0)
#define tm_port_membarrier()                                                                       \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, TM_EFFECT_BARRIER, TM_ORDER_SC, "membarrier");                               \
    tm_model_membarrier(&tm_site_);                                                                \
  })

/* ---- named points ----------------------------------------------------------------------------*/

#define TM_POINT(name) ((void)0)

#endif
