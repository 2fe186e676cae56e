/* SPDX-License-Identifier: Apache-2.0
 *
 * The allocator: small blocks from a list per thread and size, large ones from whole pages.
 *
 * Memory is grown by exactly what is missing, most often one page, because growing is what the
 * programs are there to exercise. Small sizes are powers of two; a thread without a free block of
 * a size takes one page and cuts it up. A block goes to the list of the thread that frees it.
 * Large blocks share one list, searched for the first that fits well.
 */
#include "guest/guest.h"

enum {
  SMALLEST_SHIFT = 5, /* 32 bytes, 16 of them the header */
  LARGEST_SHIFT = 15,
  SMALL_CLASSES = LARGEST_SHIFT - SMALLEST_SHIFT + 1,
};

/* Stands before every block. 16 bytes, so that what follows is aligned. */
struct header {
  _Alignas(16) size_t bytes; /* with this header */
  struct header *next;       /* while the block is free */
};
_Static_assert(sizeof(struct header) == 16, "the header keeps blocks aligned");

static struct header *small[GUEST_MAX_THREADS][SMALL_CLASSES];

static struct guest_mutex lock; /* guards the two below */
static struct header *large;
static size_t heap_end;

/* Extends the heap by `bytes`, a multiple of the page size. */
static char *extend(size_t bytes) {
  if (heap_end == 0) heap_end = (platform_heap_start() + GUEST_PAGE - 1) / GUEST_PAGE * GUEST_PAGE;
  if (bytes > (size_t)GUEST_MAX_PAGES * GUEST_PAGE - heap_end) guest_fail("out of memory");
  size_t pages = (heap_end + bytes) / GUEST_PAGE;
  for (size_t have = guest_pages(); have < pages; have = guest_pages()) {
    if (guest_grow((uint32_t)(pages - have)) < 0) guest_fail("the memory does not grow");
  }
  char *start = guest_byte(heap_end);
  heap_end += bytes;
  return start;
}

static unsigned class_of(size_t bytes) {
  unsigned class = 0;
  while ((size_t)1 << (class + SMALLEST_SHIFT) < bytes) class ++;
  return class;
}

static struct header *take_small(unsigned class) {
  struct header **list = &small[guest_self][class];
  if (!*list) {
    guest_lock(&lock);
    char *page = extend(GUEST_PAGE);
    guest_unlock(&lock);
    size_t size = (size_t)1 << (class + SMALLEST_SHIFT);
    for (size_t at = 0; at < GUEST_PAGE; at += size) {
      struct header *block = (struct header *)(page + at);
      block->bytes = size;
      block->next = *list;
      *list = block;
    }
  }
  struct header *block = *list;
  *list = block->next;
  return block;
}

static struct header *take_large(size_t bytes) {
  bytes = (bytes + GUEST_PAGE - 1) / GUEST_PAGE * GUEST_PAGE;
  guest_lock(&lock);
  struct header **link = &large;
  while (*link && ((*link)->bytes < bytes || (*link)->bytes / 2 > bytes)) link = &(*link)->next;
  struct header *block = *link;
  if (block) {
    *link = block->next;
  } else {
    block = (struct header *)extend(bytes);
    block->bytes = bytes;
  }
  guest_unlock(&lock);
  return block;
}

void *guest_alloc(size_t bytes) {
  if (bytes > (size_t)GUEST_MAX_PAGES * GUEST_PAGE / 2) guest_fail("out of memory");
  bytes += sizeof(struct header);
  struct header *block =
      bytes <= (size_t)1 << LARGEST_SHIFT ? take_small(class_of(bytes)) : take_large(bytes);
  return block + 1;
}

void guest_free(void *pointer) {
  if (!pointer) return;
  struct header *block = (struct header *)pointer - 1;
  if (block->bytes <= (size_t)1 << LARGEST_SHIFT) {
    struct header **list = &small[guest_self][class_of(block->bytes)];
    block->next = *list;
    *list = block;
    return;
  }
  guest_lock(&lock);
  block->next = large;
  large = block;
  guest_unlock(&lock);
}
