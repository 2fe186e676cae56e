/* SPDX-License-Identifier: Apache-2.0
 *
 * The guest library: what a workload may use, and what it must define.
 *
 * What: a workload is one C file that defines the three functions at the end of this header. The
 *   library's main() reads `threads size`, calls workload_prepare on the first thread, then
 *   workload_work on every thread at once, then workload_verify on the first, and prints one line
 *   with the checksum. The line is the same for every number of threads and every interleaving.
 * Why: the same source is compiled to WebAssembly and natively, so that the two can be compared;
 *   everything that differs between them sits behind guest/platform.h.
 * Usage: see matmul.c for the shortest example. Links from one datum to another are 32-bit
 *   indices and not pointers, so that data has the same size in both builds.
 */
#ifndef TIDEMARK_GUEST_H
#define TIDEMARK_GUEST_H

#include "guest/platform.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUEST_MAX_THREADS = 8 };

/* The number of the running thread: 0 for the first. */
extern _Thread_local unsigned guest_self;

/* ---- Memory. Blocks are aligned to 16 bytes and not cleared. Without memory left, the program
 * says so and ends with status 1. Any thread may call either function. */
void *guest_alloc(size_t bytes);
void guest_free(void *block);

/* ---- A lock, and a meeting point for a fixed number of threads. Both start as all zeroes. */
struct guest_mutex {
  _Atomic uint32_t state; /* 0 free, 1 held, 2 held and somebody waits */
};
void guest_lock(struct guest_mutex *mutex);
void guest_unlock(struct guest_mutex *mutex);

struct guest_barrier {
  _Atomic uint32_t arrived;
  _Atomic uint32_t generation;
};
/* Returns when `threads` threads have called it. */
void guest_barrier_wait(struct guest_barrier *barrier, unsigned threads);

/* ---- Threads. */
/* Runs body(0) to body(threads - 1) at the same time, body(0) here, and returns when all ended. */
void guest_parallel(unsigned threads, void (*body)(unsigned index));

/* The half-open part of `total` items that belongs to one of `threads` threads. */
struct guest_range {
  uint32_t begin, end;
};
static inline struct guest_range guest_share(uint32_t total, unsigned index, unsigned threads) {
  struct guest_range range = {(uint32_t)((uint64_t)total * index / threads),
                              (uint32_t)((uint64_t)total * (index + 1) / threads)};
  return range;
}

/* ---- Numbers. */
/* A bijection on 64 bits that looks random (Steele, Lea, Flood 2014: SplitMix64's finalizer). */
static inline uint64_t guest_mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/* Item `index` of the random sequence `seed`: any thread can ask for any item. */
static inline uint64_t guest_random(uint64_t seed, uint64_t index) {
  return guest_mix((seed + 1) * 0x9e3779b97f4a7c15u + index);
}

/* Reads a decimal number of 1 to `most`. Returns false, leaving *value, if it is not one. */
bool guest_parse(const char *text, uint32_t most, uint32_t *value);

/* ---- One line of text. What does not fit is cut. */
struct guest_line {
  size_t length;
  char text[240];
};
void guest_line_text(struct guest_line *line, const char *text);
void guest_line_decimal(struct guest_line *line, uint64_t value);
void guest_line_hex(struct guest_line *line, uint64_t value); /* 16 digits */
/* Ends the line, writes it with one call and makes it empty again. */
void guest_line_write(struct guest_line *line, int descriptor);

/* Writes `reason` to standard error and ends the program with status 1. */
_Noreturn void guest_fail(const char *reason);

/* ---- What a workload defines. */
extern const char workload_name[];
extern const char workload_size_help[]; /* what `size` counts */
extern const uint32_t workload_max_size;

void workload_prepare(unsigned threads, uint32_t size);
void workload_work(unsigned thread);
/* Checks the result in a way that does not repeat the work. Returns false if it is wrong. */
bool workload_verify(uint64_t *checksum);

#endif
