/* SPDX-License-Identifier: Apache-2.0
 *
 * sizepoll: threads ask for memory.size over and over while the first of them grows the memory.
 *
 * The question of this project as a program: a size that was seen must never shrink, and the last
 * word below it must be there to read, however shortly ago the page came to be.
 * The first thread grows the memory by one page `size` times and polls in between; the others
 * poll until they see the final size.
 * Checked on every poll, and by the length at the end.
 */
#include "guest/guest.h"

const char workload_name[] = "sizepoll";
const char workload_size_help[] = "pages";
const uint32_t workload_max_size = 8192;

enum { POLLS = 100000 }; /* of the first thread after each grow */

static unsigned threads;
static uint32_t n;
static uint32_t first_pages; /* the length once all threads have their stacks */
static struct guest_barrier ready;
static bool right[GUEST_MAX_THREADS];

void workload_prepare(unsigned thread_count, uint32_t size) {
  threads = thread_count;
  n = size;
}

/* The last word of page number `pages - 1`. The grower writes the page's number there. */
static _Atomic uint32_t *last_word(uint32_t pages) {
  return (_Atomic uint32_t *)guest_byte((size_t)pages * GUEST_PAGE - sizeof(uint32_t));
}

/* One poll. Returns the size, or 0 if it shrank or its last word holds what nobody wrote. */
static uint32_t poll(uint32_t least) {
  uint32_t pages = guest_pages();
  if (pages < least) return 0;
  if (pages == first_pages) return pages;
  uint32_t word = atomic_load_explicit(last_word(pages), memory_order_relaxed);
  return word == 0 || word == pages ? pages : 0;
}

static bool poll_times(uint32_t pages, uint32_t times) {
  bool steady = true;
  for (uint32_t i = 0; i < times; i++) steady &= poll(pages) == pages;
  return steady;
}

static bool grow_and_poll(void) {
  bool steady = true;
  for (uint32_t i = 0; i < n; i++) {
    if (guest_grow(1) != (int32_t)(first_pages + i)) return false;
    atomic_store_explicit(last_word(first_pages + i + 1), first_pages + i + 1,
                          memory_order_relaxed);
    steady &= poll_times(first_pages + i + 1, POLLS);
  }
  return steady;
}

static bool poll_to_the_end(void) {
  for (uint32_t pages = first_pages; pages < first_pages + n;) {
    pages = poll(pages);
    if (pages == 0) return false;
  }
  return true;
}

void workload_work(unsigned thread) {
  if (thread == 0) first_pages = guest_pages();
  guest_barrier_wait(&ready, threads);
  right[thread] = thread == 0 ? grow_and_poll() : poll_to_the_end();
}

bool workload_verify(uint64_t *checksum) {
  bool all_right = true;
  for (unsigned i = 0; i < threads; i++) all_right &= right[i];
  uint32_t grown = guest_pages() - first_pages;
  *checksum = guest_mix(grown);
  return all_right && grown == n;
}
