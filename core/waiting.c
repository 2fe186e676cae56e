/* SPDX-License-Identifier: Apache-2.0 */
#include "core/waiting.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* One parked thread; lies on its own stack while it is in a queue. */
struct waiter {
  const void *space; /* NULL: offset is an address */
  uint64_t offset;
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

static struct queue *queue_of(const void *space, uint64_t offset) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, init_queues);
  uint64_t h = ((uintptr_t)space + offset) * UINT64_C(0x9e3779b97f4a7c15);
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
static enum tm_wait_result park(struct queue *q, const struct tm_wait_place *place,
                                int64_t timeout_ns) {
  struct waiter self = {.space = place->space, .offset = place->offset};
  pthread_condattr_t attr;
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_cond_init(&self.wake, &attr);
  pthread_condattr_destroy(&attr);
  append(q, &self);
  if (place->parked) place->parked(place->argument);
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

static uint64_t value_at(const struct tm_wait_place *place) {
  if (place->wide) return __atomic_load_n((uint64_t *)place->address, __ATOMIC_SEQ_CST);
  return __atomic_load_n((uint32_t *)place->address, __ATOMIC_SEQ_CST);
}

enum tm_wait_result tm_wait_at(const struct tm_wait_place *place, uint64_t expected,
                               int64_t timeout_ns) {
  struct queue *q = queue_of(place->space, place->offset);
  pthread_mutex_lock(&q->mutex);
  if (value_at(place) == expected) return park(q, place, timeout_ns);
  pthread_mutex_unlock(&q->mutex);
  return TM_WAIT_NOT_EQUAL;
}

enum tm_wait_result tm_wait32(void *address, uint32_t expected, int64_t timeout_ns) {
  struct tm_wait_place place = {.address = address, .offset = (uintptr_t)address};
  return tm_wait_at(&place, expected, timeout_ns);
}

enum tm_wait_result tm_wait64(void *address, uint64_t expected, int64_t timeout_ns) {
  struct tm_wait_place place = {.address = address, .wide = true, .offset = (uintptr_t)address};
  return tm_wait_at(&place, expected, timeout_ns);
}

uint32_t tm_notify_at(const void *space, uint64_t offset, uint32_t count) {
  struct queue *q = queue_of(space, offset);
  uint32_t woken = 0;
  pthread_mutex_lock(&q->mutex);
  for (struct waiter *w = q->first, *next; w && woken < count; w = next) {
    next = w->next;
    if (w->space != space || w->offset != offset) continue;
    take_out(q, w);
    w->notified = true;
    pthread_cond_signal(&w->wake);
    woken++;
  }
  pthread_mutex_unlock(&q->mutex);
  return woken;
}

uint32_t tm_notify(void *address, uint32_t count) {
  return tm_notify_at(NULL, (uintptr_t)address, count);
}

uint32_t tm_waiting_at(const void *space, uint64_t offset) {
  struct queue *q = queue_of(space, offset);
  uint32_t count = 0;
  pthread_mutex_lock(&q->mutex);
  for (const struct waiter *w = q->first; w; w = w->next)
    count += w->space == space && w->offset == offset;
  pthread_mutex_unlock(&q->mutex);
  return count;
}

uint32_t tm_waiting(void) {
  uint32_t count = 0;
  queue_of(NULL, 0); /* there are queues from here on */
  for (int i = 0; i < QUEUES; i++) {
    pthread_mutex_lock(&queues[i].mutex);
    for (const struct waiter *w = queues[i].first; w; w = w->next) count++;
    pthread_mutex_unlock(&queues[i].mutex);
  }
  return count;
}
