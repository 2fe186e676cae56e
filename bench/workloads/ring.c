/* SPDX-License-Identifier: Apache-2.0
 *
 * ring: passes messages round a ring of threads through bounded queues that wait and notify.
 *
 * Synchronisation on shared memory and little else. Thread t sends to thread t + 1; a sender
 * waits while its queue is full, a receiver while its own is empty. In a round each thread sends a
 * batch and then receives one, so no set of full queues can close the circle. A single thread
 * sends to itself.
 * Checked by a sum over the messages that knows their order on arrival.
 */
#include "guest/guest.h"

const char workload_name[] = "ring";
const char workload_size_help[] = "thousand messages";
const uint32_t workload_max_size = 1000000;

enum { BATCH = 256, CAPACITY = 2 * BATCH };

/* One sender, one receiver. head and tail count messages since the start; they may wrap. */
struct queue {
  _Alignas(64) _Atomic uint32_t tail; /* written by the sender */
  _Atomic uint32_t receiver_waits;
  _Alignas(64) _Atomic uint32_t head; /* written by the receiver */
  _Atomic uint32_t sender_waits;
  _Alignas(64) uint64_t messages[CAPACITY];
};

static unsigned threads;
static uint32_t total;
static struct queue queues[GUEST_MAX_THREADS];
static struct {
  _Alignas(64) uint64_t sum;
} results[GUEST_MAX_THREADS];

void workload_prepare(unsigned thread_count, uint32_t size) {
  threads = thread_count;
  total = size * 1000;
}

/* Waits until *counter is not `stale` any more, asleep on the flag. The flag is up before the
 * counter is looked at again, and publish() looks at the flag after it changed the counter, so one
 * of the two notices. publish() takes the flag down before it wakes, so a waiter on its way to
 * sleep does not fall asleep. */
static void await_change(_Atomic uint32_t *counter, uint32_t stale, _Atomic uint32_t *flag) {
  while (atomic_load(counter) == stale) {
    atomic_store(flag, 1);
    if (atomic_load(counter) != stale) break;
    guest_wait(flag, 1);
  }
}

static void publish(_Atomic uint32_t *counter, uint32_t value, _Atomic uint32_t *flag) {
  atomic_store(counter, value);
  if (atomic_load(flag) && atomic_exchange(flag, 0)) guest_wake(flag, 1);
}

static void send(struct queue *queue, uint64_t message) {
  uint32_t tail = atomic_load_explicit(&queue->tail, memory_order_relaxed); /* our own */
  await_change(&queue->head, tail - CAPACITY, &queue->sender_waits);
  queue->messages[tail % CAPACITY] = message;
  publish(&queue->tail, tail + 1, &queue->receiver_waits);
}

static uint64_t receive(struct queue *queue) {
  uint32_t head = atomic_load_explicit(&queue->head, memory_order_relaxed); /* our own */
  await_change(&queue->tail, head, &queue->receiver_waits);
  uint64_t message = queue->messages[head % CAPACITY];
  publish(&queue->head, head + 1, &queue->sender_waits);
  return message;
}

static uint32_t least(uint32_t x, uint32_t y) { return x < y ? x : y; }

/* Messages are numbered; a thread sends its share of the numbers in order. */
void workload_work(unsigned thread) {
  unsigned before = (thread + threads - 1) % threads;
  struct guest_range sent = guest_share(total, thread, threads);
  struct guest_range received = guest_share(total, before, threads);
  uint64_t sum = 0;
  while (sent.begin < sent.end || received.begin < received.end) {
    uint32_t send_until = least(sent.begin + BATCH, sent.end);
    while (sent.begin < send_until) send(&queues[thread], guest_mix(sent.begin++));
    uint32_t receive_until = least(received.begin + BATCH, received.end);
    while (received.begin < receive_until) {
      sum += receive(&queues[before]) * (received.begin++ | 1);
    }
  }
  results[thread].sum = sum;
}

bool workload_verify(uint64_t *checksum) {
  uint64_t sum = 0, expected = 0;
  for (unsigned i = 0; i < threads; i++) sum += results[i].sum;
  for (uint32_t i = 0; i < total; i++) expected += guest_mix(i) * (i | 1);
  *checksum = guest_mix(sum);
  return sum == expected;
}
