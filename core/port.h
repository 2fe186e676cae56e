/* SPDX-License-Identifier: Apache-2.0 */
/* core/port.h: everything a strategy asks of the operating system, in one place.
 *
 * A strategy calls nothing else with an effect: no mmap, no pthread, no syscall of its own. So the
 * explorer can put a model in place of this file, and fault injection can fail every call in turn.
 *
 * Addresses and sizes are multiples of the wasm page (64 KiB). Functions that can fail return 0 or
 * a negative errno and leave everything as it was. All may be called from any thread, none from a
 * signal handler unless it says so.
 */
#ifndef TM_CORE_PORT_H
#define TM_CORE_PORT_H

#include "core/atomics.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* ---- address space ---------------------------------------------------------------------------*/

/* Reserve `bytes` of inaccessible address space (PROT_NONE, not charged). *base is set. */
int tm_port_reserve(uint64_t bytes, uint8_t **base);
/* Give back a reservation made by tm_port_reserve. */
void tm_port_release(uint8_t *base, uint64_t bytes);
/* Make [start, start+bytes) of a reservation readable and writable; absent pages read as zero.
 * Idempotent: pages that are accessible already keep their contents. */
int tm_port_commit(uint8_t *start, uint64_t bytes);
/* Make [start, start+bytes) inaccessible again; contents are kept. */
int tm_port_protect(uint8_t *start, uint64_t bytes);

/* Put fresh zero pages, readable and writable, in place of whatever [start, start+bytes) holds
 * (mmap with MAP_FIXED). */
int tm_port_replace(uint8_t *start, uint64_t bytes);
/* Bytes of the guest that a grow itself writes: zero them, or copy them from elsewhere. */
void tm_port_zero(uint8_t *start, uint64_t bytes);
void tm_port_copy(uint8_t *to, const uint8_t *from, uint64_t bytes);

/* Bar [start, start+bytes): every access to it faults, whatever its protection, until
 * tm_port_unbar() (MADV_GUARD_INSTALL, Linux 6.13; -EINVAL before). Contents are lost. */
int tm_port_bar(uint8_t *start, uint64_t bytes);
/* Lift the bar. Needs no memory and does not fail. */
void tm_port_unbar(uint8_t *start, uint64_t bytes);

/* ---- pages in a file, for memories that move --------------------------------------------------*/

/* A file in memory, `bytes` long, zero, without charge for what is not touched: several mappings of
 * it show the same pages. *file is set. */
int tm_port_file_new(uint64_t bytes, int *file);
void tm_port_file_close(int file);
/* Map its first `bytes`, readable and writable; tm_port_release() undoes it. *base is set. */
int tm_port_file_map(int file, uint64_t bytes, uint8_t **base);

/* ---- userfaultfd -----------------------------------------------------------------------------*/

/* From now on, touching an absent page of the committed range [start, start+bytes) raises SIGBUS in
 * the toucher. *descriptor is set. -EPERM or -ENOSYS where the system refuses userfaultfd(2). */
int tm_port_uffd_open(uint8_t *start, uint64_t bytes, int *descriptor);
void tm_port_uffd_close(int descriptor);
/* Put zeros in place of the absent page that `address` lies in, or do nothing when it is no longer
 * absent. May be called in a signal handler. */
int tm_port_uffd_fill(int descriptor, uint8_t *address);

/* ---- bookkeeping memory
 * ------------------------------------------------------------------------*/

/* malloc and free. NULL when there is none left. */
void *tm_port_alloc(size_t bytes);
void tm_port_free(void *memory);

/* ---- locks -----------------------------------------------------------------------------------*/

struct tm_lock {
  pthread_mutex_t mutex_;
};
void tm_lock_init(struct tm_lock *lock);
void tm_lock_fini(struct tm_lock *lock);
/* ORDER: unlock before the next lock of the same tm_lock (release/acquire). */
void tm_lock_take(struct tm_lock *lock);
void tm_lock_drop(struct tm_lock *lock);

/* Many readers or one writer. */
struct tm_rwlock {
  pthread_rwlock_t rwlock_;
};
void tm_rwlock_init(struct tm_rwlock *lock);
void tm_rwlock_fini(struct tm_rwlock *lock);
/* ORDER: a writer's drop before the next take of either kind, a reader's before the next writer's
 * take (release/acquire). */
void tm_rwlock_take_shared(struct tm_rwlock *lock);
void tm_rwlock_take(struct tm_rwlock *lock);
void tm_rwlock_drop(struct tm_rwlock *lock);

/* ---- threads ---------------------------------------------------------------------------------*/

/* A small number for the calling thread, from 0, that no other living thread has. */
uint32_t tm_port_thread(void);
/* How many threads have one now. For tests of what is left behind. */
uint32_t tm_port_threads(void);

/* ---- waiting ---------------------------------------------------------------------------------*/

/* One turn of a busy wait: a pause, now and then a yield to the scheduler. `turn` counts from 0. */
void tm_port_relax(unsigned turn);

/* Wait, without sleeping, until `condition` (which reads atomics) holds. Never a bare spin: the
 * explorer treats the loop as one step that is enabled when the condition holds. */
#define tm_await(condition)                                                                        \
  do {                                                                                             \
    for (unsigned tm_turn_ = 0; !(condition); tm_turn_++) tm_port_relax(tm_turn_);                 \
  } while (0)

/* Sleep while *word == expected (futex). May return early for no reason. */
void tm_port_futex_wait(struct tm_atomic_u32 *word, uint32_t expected);
/* Wake up to `count` sleepers. */
void tm_port_futex_wake(struct tm_atomic_u32 *word, uint32_t count);

/* ---- barriers across threads -----------------------------------------------------------------*/

/* Make the process known to the kernel for tm_port_membarrier(). 0 or -errno (-ENOSYS). */
int tm_port_membarrier_init(void);
/* Every running thread of the process passes a full barrier before this returns
 * (membarrier(2), PRIVATE_EXPEDITED). PAIRS: tm_fence_compiler() at the readers. */
void tm_port_membarrier(void);

/* ---- named points ----------------------------------------------------------------------------*/

/* A named moment inside a slow path, such as between mprotect and the store of the length:
 *     TM_POINT("committed");
 * Nothing in an ordinary build. In the delayed build of the strategies (TM_WITH_POINTS) it calls
 * tm_point_reached(), which litmus runs use to insert small random delays. */
#ifdef TM_WITH_POINTS
void tm_point_reached(const char *name);
#define TM_POINT(name) tm_point_reached(name)
#else
#define TM_POINT(name) ((void)0)
#endif

/* ---- fault injection -------------------------------------------------------------------------*/

/* For tests: the call number `n` (from 1, over all threads) of a function above that can fail fails
 * with -ENOMEM and does nothing; n = 0 ends the injection. Returns how many calls are still to
 * come before the failure: 0 when it has happened, or when none was asked for. */
unsigned tm_port_fail_after(unsigned n);

#endif
