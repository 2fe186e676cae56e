/* SPDX-License-Identifier: Apache-2.0
 *
 * sort: merge sort of 64-bit records (a random 32-bit key above the record's number).
 *
 * Branches that nobody can predict, and loads that each depend on the last comparison. Every
 * thread sorts its own part; then neighbours are merged pairwise, half the threads dropping out
 * in each round. Records are distinct, so there is one right result.
 * Checked by order, and by a sum over the records that no other set of them has.
 */
#include "guest/guest.h"

const char workload_name[] = "sort";
const char workload_size_help[] = "records";
const uint32_t workload_max_size = 32u << 20;

enum { INSERTION = 16 }; /* runs up to this length are sorted by insertion */

static unsigned threads;
static uint32_t n;
static uint64_t *records, *scratch;
static uint64_t expected_sum;
static struct guest_barrier round_end;

void workload_prepare(unsigned thread_count, uint32_t size) {
  threads = thread_count;
  n = size;
  records = guest_alloc(n * sizeof *records);
  scratch = guest_alloc(n * sizeof *scratch);
  for (uint32_t i = 0; i < n; i++) {
    records[i] = guest_random(1, i) << 32 | i;
    expected_sum += guest_mix(records[i]);
  }
}

static void insertion_sort(uint64_t *part, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    uint64_t record = part[i];
    uint32_t j = i;
    for (; j > 0 && part[j - 1] > record; j--) part[j] = part[j - 1];
    part[j] = record;
  }
}

/* Merges the sorted left[0, left_count) and the sorted right behind it into `target`. */
static void merge(uint64_t *target, const uint64_t *left, uint32_t left_count, uint32_t count) {
  const uint64_t *right = left + left_count, *left_end = right, *right_end = left + count;
  while (left < left_end && right < right_end) {
    *target++ = *left <= *right ? *left++ : *right++;
  }
  while (left < left_end) *target++ = *left++;
  while (right < right_end) *target++ = *right++;
}

static void copy(uint64_t *target, const uint64_t *source, uint32_t count) {
  __builtin_memcpy(target, source, count * sizeof *target);
}

static void merge_sort(uint64_t *part, uint64_t *spare, uint32_t count) {
  if (count <= INSERTION) {
    insertion_sort(part, count);
    return;
  }
  uint32_t half = count / 2;
  merge_sort(part, spare, half);
  merge_sort(part + half, spare + half, count - half);
  copy(spare, part, count);
  merge(part, spare, half, count);
}

void workload_work(unsigned thread) {
  struct guest_range own = guest_share(n, thread, threads);
  merge_sort(records + own.begin, scratch + own.begin, own.end - own.begin);
  for (unsigned stride = 1; stride < threads; stride *= 2) {
    guest_barrier_wait(&round_end, threads);
    if (thread % (2 * stride) || thread + stride >= threads) continue;
    unsigned last = thread + 2 * stride - 1 < threads ? thread + 2 * stride - 1 : threads - 1;
    uint32_t middle = guest_share(n, thread + stride, threads).begin;
    uint32_t end = guest_share(n, last, threads).end;
    copy(scratch + own.begin, records + own.begin, end - own.begin);
    merge(records + own.begin, scratch + own.begin, middle - own.begin, end - own.begin);
  }
}

bool workload_verify(uint64_t *checksum) {
  uint64_t sum = 0;
  bool right = true;
  for (uint32_t i = 0; i < n; i++) {
    sum += guest_mix(records[i]);
    *checksum = (*checksum ^ records[i]) * 0x100000001b3u;
    if (i > 0) right &= records[i - 1] < records[i];
  }
  return right && sum == expected_sum;
}
