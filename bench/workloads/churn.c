/* SPDX-License-Identifier: Apache-2.0
 *
 * churn: allocates and frees blocks of all sizes while the memory grows to `size` MiB.
 *
 * What real programs do to a linear memory: thousands of memory.grow calls of one page, by every
 * thread, while the others read and write. The work is cut into jobs that each keep 1 MiB of
 * blocks alive until all jobs are done; which thread does a job does not change its result.
 * Checked by a pattern in every block that is tested when the block is freed: two blocks that
 * overlap, or a page that was lost, spoil it.
 */
#include "guest/guest.h"

const char workload_name[] = "churn";
const char workload_size_help[] = "MiB";
const uint32_t workload_max_size = 512;

enum {
  LIVE_BYTES = 1 << 20, /* a job keeps this much */
  LIVE_BLOCKS = 1024,
  STEPS = 6000, /* replacements of one block by another, per job */
};

struct job {
  uint32_t bytes[LIVE_BLOCKS];
  uint64_t *blocks[LIVE_BLOCKS];
};

static unsigned threads;
static uint32_t jobs;
static struct job *job_table;
static struct guest_barrier all_alive;
static struct {
  _Alignas(64) uint64_t sum;
  bool right;
} results[GUEST_MAX_THREADS];

void workload_prepare(unsigned thread_count, uint32_t size) {
  threads = thread_count;
  jobs = size;
  job_table = guest_alloc(jobs * sizeof *job_table);
}

/* Mostly small, now and then several pages. */
static uint32_t pick_bytes(uint64_t random) {
  if (random % 1024 == 0) return 65536 + (uint32_t)(random >> 32) % 65536;
  return 16u << (random >> 10) % 8 | (uint32_t)(random >> 20) % 16 * 8;
}

static void fill(struct job *job, uint32_t slot, uint32_t bytes, uint64_t pattern) {
  uint64_t *block = guest_alloc(bytes);
  for (uint32_t i = 0; i < bytes / 8; i++) block[i] = pattern + i;
  job->blocks[slot] = block;
  job->bytes[slot] = bytes;
}

static bool empty(struct job *job, uint32_t slot, uint64_t *sum) {
  uint64_t *block = job->blocks[slot];
  bool right = true;
  for (uint32_t i = 1; i < job->bytes[slot] / 8; i++) right &= block[i] == block[0] + i;
  *sum += guest_mix(block[0]) ^ job->bytes[slot];
  guest_free(block);
  return right;
}

/* Fills all slots, the first with what is missing to LIVE_BYTES, and then replaces at random. */
static bool churn(uint32_t number, uint64_t *sum) {
  struct job *job = &job_table[number];
  uint32_t total = 0;
  bool right = true;
  for (uint32_t slot = 1; slot < LIVE_BLOCKS; slot++) {
    uint64_t random = guest_random(number, slot);
    fill(job, slot, pick_bytes(random), random);
    total += job->bytes[slot];
  }
  fill(job, 0, total < LIVE_BYTES - 8 ? (LIVE_BYTES - total) & ~7u : 16, number);
  for (uint32_t step = 0; step < STEPS; step++) {
    uint64_t random = guest_random(number, LIVE_BLOCKS + step);
    uint32_t slot = 1 + (uint32_t)(random >> 40) % (LIVE_BLOCKS - 1);
    right &= empty(job, slot, sum);
    fill(job, slot, pick_bytes(random), random);
  }
  return right;
}

void workload_work(unsigned thread) {
  uint64_t sum = 0;
  bool right = true;
  for (uint32_t job = thread; job < jobs; job += threads) right &= churn(job, &sum);
  guest_barrier_wait(&all_alive, threads);
  /* Blocks are freed by a thread that did not allocate them, where there is another. */
  for (uint32_t job = (thread + 1) % threads; job < jobs; job += threads) {
    for (uint32_t slot = 0; slot < LIVE_BLOCKS; slot++) right &= empty(&job_table[job], slot, &sum);
  }
  results[thread].sum = sum;
  results[thread].right = right;
}

bool workload_verify(uint64_t *checksum) {
  bool right = true;
  for (unsigned i = 0; i < threads; i++) {
    *checksum += results[i].sum;
    right &= results[i].right;
  }
  return right && (uint64_t)guest_pages() * GUEST_PAGE >= (uint64_t)jobs * LIVE_BYTES;
}
