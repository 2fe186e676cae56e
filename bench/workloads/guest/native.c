/* SPDX-License-Identifier: Apache-2.0
 *
 * The platform under Linux: the reference that generated code is compared with.
 *
 * Linear memory is one mapping of the maximum, all of it accessible from the start; growing moves
 * a number. This is the cheapest memory.grow there can be.
 */
#include "guest/guest.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct guest_native_memory guest_native_memory;

int32_t guest_grow(uint32_t delta) {
  uint32_t old = atomic_load(&guest_native_memory.pages);
  do {
    if (delta > GUEST_MAX_PAGES - old) return -1;
  } while (!atomic_compare_exchange_weak(&guest_native_memory.pages, &old, old + delta));
  return (int32_t)old;
}

void guest_wait(_Atomic uint32_t *word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

void guest_wake(_Atomic uint32_t *word, uint32_t count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count > INT32_MAX ? INT32_MAX : count, NULL, NULL,
          0);
}

size_t platform_heap_start(void) { return GUEST_PAGE; }

static void *run(void *thread) {
  guest_thread_run(thread);
  return NULL;
}

int platform_spawn(struct guest_thread *thread) {
  pthread_t handle;
  if (pthread_create(&handle, NULL, run, thread) != 0) return -1;
  return pthread_detach(handle) == 0 ? 0 : -1;
}

void platform_write(int descriptor, const char *text, size_t length) {
  while (length) {
    ssize_t written = write(descriptor, text, length);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) exit(1);
    text += written;
    length -= (size_t)written;
  }
}

uint64_t platform_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

_Noreturn void platform_exit(int status) { exit(status); }

void guest_native_start(void) {
  char *base = mmap(NULL, (size_t)GUEST_MAX_PAGES * GUEST_PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) guest_fail("there is no address space for the memory");
  guest_native_memory.base = base;
  atomic_store(&guest_native_memory.pages, 1);
}
