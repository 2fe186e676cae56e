/* SPDX-License-Identifier: Apache-2.0 */
/* core/memory.h: linear memory as every strategy sees it: a reservation, a type, and arithmetic.
 *
 * Lengths are in pages of 64 KiB where the name says pages, else in bytes. An effective address
 * `ea` is index + offset; for 32-bit memories it is below 2^33, for 64-bit memories the emitter has
 * already trapped when the sum does not fit 64 bits.
 */
#ifndef TM_CORE_MEMORY_H
#define TM_CORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define tm_likely(x)   __builtin_expect(!!(x), 1)
#define tm_unlikely(x) __builtin_expect(!!(x), 0)

#define TM_PAGE_BYTES   UINT64_C(65536)
#define TM_MAX_PAGES_32 UINT64_C(65536)   /* 4 GiB, the limit of the specification */
#define TM_MAX_PAGES_64 UINT64_C(1048576) /* 64 GiB, our limit for 64-bit memories */

/* A 32-bit index plus a 32-bit offset plus the widest access stays below this. */
#define TM_REACH_32 (UINT64_C(0x200000000) + TM_PAGE_BYTES)

/* How wide the index of a memory is; always a compile-time constant on hot paths. */
enum tm_index { TM_INDEX32, TM_INDEX64 };

/* The type of a memory, as its module declares it. */
struct tm_memory_type {
  uint64_t min_pages;
  uint64_t max_pages; /* UINT64_MAX when the module gives none */
  enum tm_index index;
  bool shared;
};

/* Address space of one memory. Immutable after init unless a strategy moves its base. */
struct tm_region {
  uint8_t *base;
  uint64_t reserved_bytes; /* all of it, tail included */
  uint64_t max_pages;      /* grow beyond this fails; clamped to what we can reserve */
};

/* Does [ea, ea+n) reach beyond `length_bytes`? Overflow-free for both index widths. */
static inline bool tm_beyond(uint64_t ea, uint64_t n, uint64_t length_bytes, enum tm_index index) {
  if (index == TM_INDEX32) return ea + n > length_bytes;
  return ea > length_bytes || n > length_bytes - ea;
}

/* How many bytes can be accessed: pages the type allows (clamped to our limits) times page size. */
uint64_t tm_memory_max_pages(const struct tm_memory_type *type);

/* Reserve address space for `type`.
 * `whole_reach`: reserve all that a 32-bit index and offset can reach, so that an access without a
 * check lands in this reservation; else only the maximum length (at least one page).
 * 0 or -errno; -EINVAL when min_pages exceeds the maximum. */
int tm_region_init(struct tm_region *region, const struct tm_memory_type *type, bool whole_reach);
void tm_region_fini(struct tm_region *region);

#endif
