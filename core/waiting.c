/* SPDX-License-Identifier: Apache-2.0 */
#include "core/waiting.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* One parked thread; lies on its own stack while it is in a queue. */
struct waiter {
  void *address;
  bool notified;
  pthread_cond_t wake;
  struct waiter *next, *previous;
};

enum { QUEUES = 256 };

static struct queue {
  pthread_mutex_t mutex;
  struct waiter *first, *last;
} queues[QUEUES];

static void init_queues(void) {
  for (int i = 0; i < QUEUES; i++) pthread_mutex_init(&queues[i].mutex, NULL);
}

static struct queue *queue_of(const void *address) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, init_queues);
  uint64_t h = (uint64_t)(uintptr_t)address * UINT64_C(0x9e3779b97f4a7c15);
  return &queues[h >> 56];
}

static void append(struct queue *q, struct waiter *w) {
  w->previous = q->last;
  if (q->last)
    q->last->next = w;
  else
    q->first = w;
  q->last = w;
}

static void take_out(struct queue *q, struct waiter *w) {
  if (w->next)
    w->next->previous = w->previous;
  else
    q->last = w->previous;
  if (w->previous)
    w->previous->next = w->next;
  else
    q->first = w->next;
}

static struct timespec deadline_after(int64_t ns) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  t.tv_sec += ns / 1000000000;
  t.tv_nsec += ns % 1000000000;
  if (t.tv_nsec >= 1000000000) t.tv_sec++, t.tv_nsec -= 1000000000;
  return t;
}

/* Park in `q`, whose mutex is held; it is dropped before returning. */
static enum tm_wait_result park(struct queue *q, void *address, int64_t timeout_ns) {
  struct waiter self = {.address = address};
  pthread_condattr_t attr;
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_cond_init(&self.wake, &attr);
  pthread_condattr_destroy(&attr);
  append(q, &self);
  struct timespec deadline = {0};
  if (timeout_ns >= 0) deadline = deadline_after(timeout_ns);
  int result = 0;
  while (!self.notified && result != ETIMEDOUT)
    result = timeout_ns < 0 ? pthread_cond_wait(&self.wake, &q->mutex)
                            : pthread_cond_timedwait(&self.wake, &q->mutex, &deadline);
  if (!self.notified) take_out(q, &self);
  pthread_mutex_unlock(&q->mutex);
  pthread_cond_destroy(&self.wake);
  return self.notified ? TM_WAIT_WOKEN : TM_WAIT_TIMED_OUT;
}

enum tm_wait_result tm_wait32(void *address, uint32_t expected, int64_t timeout_ns) {
  struct queue *q = queue_of(address);
  pthread_mutex_lock(&q->mutex);
  if (__atomic_load_n((uint32_t *)address, __ATOMIC_SEQ_CST) != expected) {
    pthread_mutex_unlock(&q->mutex);
    return TM_WAIT_NOT_EQUAL;
  }
  return park(q, address, timeout_ns);
}

enum tm_wait_result tm_wait64(void *address, uint64_t expected, int64_t timeout_ns) {
  struct queue *q = queue_of(address);
  pthread_mutex_lock(&q->mutex);
  if (__atomic_load_n((uint64_t *)address, __ATOMIC_SEQ_CST) != expected) {
    pthread_mutex_unlock(&q->mutex);
    return TM_WAIT_NOT_EQUAL;
  }
  return park(q, address, timeout_ns);
}

uint32_t tm_notify(void *address, uint32_t count) {
  struct queue *q = queue_of(address);
  uint32_t woken = 0;
  pthread_mutex_lock(&q->mutex);
  for (struct waiter *w = q->first, *next; w && woken < count; w = next) {
    next = w->next;
    if (w->address != address) continue;
    take_out(q, w);
    w->notified = true;
    pthread_cond_signal(&w->wake);
    woken++;
  }
  pthread_mutex_unlock(&q->mutex);
  return woken;
}
