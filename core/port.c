/* SPDX-License-Identifier: Apache-2.0 */
#include "core/port.h"

#include "core/arch.h"
#include "core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct tm_atomic_u32 calls_to_failure; /* 0: none is injected */

unsigned tm_port_fail_after(unsigned n) {
  /* ORDER: the test's writes before the calls it counts. PAIRS: injected, port.c. */
  return tm_swap_acqrel(&calls_to_failure, n);
}

static bool injected(void) {
  uint32_t left = tm_load_rlx(&calls_to_failure); /* Relaxed: the swap below decides. */
  while (left)                                    /* ORDER: as above. PAIRS: tm_port_fail_after. */
    if (tm_cas_acqrel(&calls_to_failure, &left, left - 1)) return left == 1;
  return false;
}

int tm_port_reserve(uint64_t bytes, uint8_t **base) {
  if (injected()) return -ENOMEM;
  void *p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return -errno;
  *base = p;
  return 0;
}

void tm_port_release(uint8_t *base, uint64_t bytes) {
  if (munmap(base, bytes)) tm_die("munmap of %p: errno %d", (void *)base, errno);
}

int tm_port_commit(uint8_t *start, uint64_t bytes) {
  if (bytes == 0) return 0;
  if (injected()) return -ENOMEM;
  return mprotect(start, bytes, PROT_READ | PROT_WRITE) ? -errno : 0;
}

int tm_port_protect(uint8_t *start, uint64_t bytes) {
  if (bytes == 0) return 0;
  if (injected()) return -ENOMEM;
  return mprotect(start, bytes, PROT_NONE) ? -errno : 0;
}

int tm_port_replace(uint8_t *start, uint64_t bytes) {
  if (bytes == 0) return 0;
  if (injected()) return -ENOMEM;
  void *p = mmap(start, bytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  return p == MAP_FAILED ? -errno : 0;
}
void tm_port_zero(uint8_t *start, uint64_t bytes) { memset(start, 0, bytes); }
void tm_port_copy(uint8_t *to, const uint8_t *from, uint64_t bytes) { memcpy(to, from, bytes); }

#ifndef MADV_GUARD_INSTALL /* newer than the headers of Debian 12 */
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE  103
#endif

int tm_port_bar(uint8_t *start, uint64_t bytes) {
  if (bytes == 0) return 0;
  if (injected()) return -ENOMEM;
  return madvise(start, bytes, MADV_GUARD_INSTALL) ? -errno : 0;
}
void tm_port_unbar(uint8_t *start, uint64_t bytes) {
  if (bytes && madvise(start, bytes, MADV_GUARD_REMOVE))
    tm_die("MADV_GUARD_REMOVE at %p: errno %d", (void *)start, errno);
}

int tm_port_file_new(uint64_t bytes, int *file) {
  if (injected()) return -ENOMEM;
  int fd = memfd_create("tidemark", MFD_CLOEXEC);
  if (fd < 0) return -errno;
  if (ftruncate(fd, (off_t)bytes)) {
    int result = -errno;
    close(fd);
    return result;
  }
  *file = fd;
  return 0;
}
void tm_port_file_close(int file) { close(file); }
int tm_port_file_map(int file, uint64_t bytes, uint8_t **base) {
  if (injected()) return -ENOMEM;
  void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (p == MAP_FAILED) return -errno;
  *base = p;
  return 0;
}

int tm_port_uffd_open(uint8_t *start, uint64_t bytes, int *descriptor) {
  if (injected()) return -ENOMEM;
  int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
  if (fd < 0) return -errno;
  struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_SIGBUS};
  struct uffdio_register range = {.range = {(uintptr_t)start, bytes},
                                  .mode = UFFDIO_REGISTER_MODE_MISSING};
  if (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range)) {
    int result = -errno;
    close(fd);
    return result;
  }
  *descriptor = fd;
  return 0;
}
void tm_port_uffd_close(int descriptor) { close(descriptor); }
int tm_port_uffd_fill(int descriptor, uint8_t *address) {
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  struct uffdio_zeropage zero = {.range = {(uintptr_t)address / page * page, page}};
  for (;;) {
    if (injected()) return -ENOMEM;
    if (ioctl(descriptor, UFFDIO_ZEROPAGE, &zero) == 0 || errno == EEXIST) return 0;
    if (errno != EAGAIN) return -errno; /* EAGAIN: the mappings are changing, as for a fork */
  }
}

void *tm_port_alloc(size_t bytes) { return injected() ? NULL : malloc(bytes); }
void tm_port_free(void *memory) { free(memory); }

void tm_lock_init(struct tm_lock *lock) {
  if (pthread_mutex_init(&lock->mutex_, NULL)) tm_die("pthread_mutex_init failed");
}
void tm_lock_fini(struct tm_lock *lock) {
  if (pthread_mutex_destroy(&lock->mutex_)) tm_die("a lock is destroyed while taken");
}
void tm_lock_take(struct tm_lock *lock) {
  if (pthread_mutex_lock(&lock->mutex_)) tm_die("pthread_mutex_lock failed");
}
void tm_lock_drop(struct tm_lock *lock) {
  if (pthread_mutex_unlock(&lock->mutex_)) tm_die("pthread_mutex_unlock failed");
}

void tm_rwlock_init(struct tm_rwlock *lock) {
  if (pthread_rwlock_init(&lock->rwlock_, NULL)) tm_die("pthread_rwlock_init failed");
}
void tm_rwlock_fini(struct tm_rwlock *lock) {
  if (pthread_rwlock_destroy(&lock->rwlock_)) tm_die("a lock is destroyed while taken");
}
void tm_rwlock_take_shared(struct tm_rwlock *lock) {
  if (pthread_rwlock_rdlock(&lock->rwlock_)) tm_die("pthread_rwlock_rdlock failed");
}
void tm_rwlock_take(struct tm_rwlock *lock) {
  if (pthread_rwlock_wrlock(&lock->rwlock_)) tm_die("pthread_rwlock_wrlock failed");
}
void tm_rwlock_drop(struct tm_rwlock *lock) {
  if (pthread_rwlock_unlock(&lock->rwlock_)) tm_die("pthread_rwlock_unlock failed");
}

/* Thread numbers: the lowest free one, given back when the thread ends. */
static struct {
  pthread_mutex_t mutex;
  pthread_once_t once;
  pthread_key_t key; /* holds number + 1; its destructor gives the number back */
  uint8_t *taken;    /* by number */
  uint32_t room;
} threads = {.mutex = PTHREAD_MUTEX_INITIALIZER, .once = PTHREAD_ONCE_INIT};

static void give_thread_back(void *number_plus_1) {
  pthread_mutex_lock(&threads.mutex);
  threads.taken[(uintptr_t)number_plus_1 - 1] = 0;
  pthread_mutex_unlock(&threads.mutex);
}

static void make_thread_key(void) {
  if (pthread_key_create(&threads.key, give_thread_back)) tm_die("pthread_key_create failed");
}

static uint32_t take_thread(void) {
  pthread_once(&threads.once, make_thread_key);
  pthread_mutex_lock(&threads.mutex);
  uint32_t number = 0;
  while (number < threads.room && threads.taken[number]) number++;
  if (number == threads.room) {
    uint32_t room = 2 * threads.room + 64;
    threads.taken = realloc(threads.taken, room);
    if (!threads.taken) tm_no_memory("a table of %u threads", room);
    memset(threads.taken + threads.room, 0, room - threads.room);
    threads.room = room;
  }
  threads.taken[number] = 1;
  pthread_mutex_unlock(&threads.mutex);
  pthread_setspecific(threads.key, (void *)(uintptr_t)(number + 1));
  return number;
}

uint32_t tm_port_thread(void) {
  static _Thread_local uint32_t number_plus_1; /* 0: has none yet */
  if (!number_plus_1) number_plus_1 = take_thread() + 1;
  return number_plus_1 - 1;
}

uint32_t tm_port_threads(void) {
  uint32_t count = 0;
  pthread_mutex_lock(&threads.mutex);
  for (uint32_t i = 0; i < threads.room; i++) count += threads.taken[i];
  pthread_mutex_unlock(&threads.mutex);
  return count;
}

void tm_port_relax(unsigned turn) {
  tm_arch_pause();
  if (turn % 64 == 63) sched_yield();
}

void tm_port_futex_wait(struct tm_atomic_u32 *word, uint32_t expected) {
  syscall(SYS_futex, &word->value_, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}
void tm_port_futex_wake(struct tm_atomic_u32 *word, uint32_t count) {
  int n = count > INT_MAX ? INT_MAX : (int)count;
  syscall(SYS_futex, &word->value_, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}

int tm_port_membarrier_init(void) {
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) ? -errno : 0;
}
void tm_port_membarrier(void) {
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0))
    tm_die("membarrier: errno %d", errno);
}
