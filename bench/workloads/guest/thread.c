/* SPDX-License-Identifier: Apache-2.0
 *
 * Mutex, barrier, and fork and join, on the platform's wait and wake.
 *
 * The mutex is the third one of Drepper, "Futexes Are Tricky" (2011): nobody calls the platform
 * unless somebody waits.
 */
#include "guest/guest.h"

_Thread_local unsigned guest_self;

void guest_lock(struct guest_mutex *mutex) {
  uint32_t seen = 0;
  if (atomic_compare_exchange_strong(&mutex->state, &seen, 1)) return;
  if (seen != 2) seen = atomic_exchange(&mutex->state, 2);
  while (seen != 0) {
    guest_wait(&mutex->state, 2);
    seen = atomic_exchange(&mutex->state, 2);
  }
}

void guest_unlock(struct guest_mutex *mutex) {
  if (atomic_exchange(&mutex->state, 0) == 2) guest_wake(&mutex->state, 1);
}

void guest_barrier_wait(struct guest_barrier *barrier, unsigned threads) {
  uint32_t generation = atomic_load(&barrier->generation);
  if (atomic_fetch_add(&barrier->arrived, 1) + 1 == threads) {
    atomic_store(&barrier->arrived, 0); /* before anyone can arrive for the next meeting */
    atomic_fetch_add(&barrier->generation, 1);
    guest_wake(&barrier->generation, UINT32_MAX);
    return;
  }
  while (atomic_load(&barrier->generation) == generation) {
    guest_wait(&barrier->generation, generation);
  }
}

void guest_thread_run(struct guest_thread *thread) {
  guest_self = thread->index;
  thread->body(thread->index);
  atomic_store(&thread->done, 1);
  guest_wake(&thread->done, 1);
}

void guest_parallel(unsigned threads, void (*body)(unsigned index)) {
  struct guest_thread *others = guest_alloc(threads * sizeof *others);
  for (unsigned i = 1; i < threads; i++) {
    others[i].body = body;
    others[i].index = i;
    atomic_init(&others[i].done, 0);
    if (platform_spawn(&others[i]) != 0) guest_fail("no further thread can be started");
  }
  body(0);
  for (unsigned i = 1; i < threads; i++) {
    while (!atomic_load(&others[i].done)) guest_wait(&others[i].done, 0);
  }
  /* `others` and the stacks are not freed: a thread may still be leaving guest_thread_run. */
}
