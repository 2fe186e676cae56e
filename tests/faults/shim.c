/* SPDX-License-Identifier: Apache-2.0 */
/* A library for LD_PRELOAD that fails one call of the C library in the program `tidemark`:
 *     TIDEMARK_FAIL=mmap:3 LD_PRELOAD=libfaults.so tidemark …
 * fails the third call of mmap, as the system would when it is short of something, and makes the
 * file that TIDEMARK_FAILED names. Processes that it starts (the compiler) are left alone. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static char function[32];
static long countdown; /* 0: fail no more */

__attribute__((constructor)) static void begin(void) {
  const char *what = getenv("TIDEMARK_FAIL");
  const char *colon = what ? strchr(what, ':') : NULL;
  if (!colon || strcmp(program_invocation_short_name, "tidemark") != 0) return;
  snprintf(function, sizeof function, "%.*s", (int)(colon - what), what);
  countdown = atol(colon + 1);
}

/* Is this the call that fails? */
static int fails(const char *name, int error) {
  if (!__atomic_load_n(&countdown, __ATOMIC_RELAXED) || strcmp(name, function) != 0) return 0;
  if (__atomic_sub_fetch(&countdown, 1, __ATOMIC_RELAXED) != 0) return 0;
  const char *mark = getenv("TIDEMARK_FAILED");
  int fd = mark ? open(mark, O_WRONLY | O_CREAT, 0666) : -1;
  if (fd >= 0) close(fd);
  errno = error;
  return 1;
}

/* NEXT(type, name): the C library's own. */
#define NEXT(name) ((__typeof__(&name))next(#name))
static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
  if (fails("mmap", ENOMEM)) return MAP_FAILED;
  return NEXT(mmap)(at, size, protection, flags, fd, offset);
}
int mprotect(void *at, size_t size, int protection) {
  return fails("mprotect", ENOMEM) ? -1 : NEXT(mprotect)(at, size, protection);
}
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *argument) {
  if (fails("pthread_create", EAGAIN)) return EAGAIN;
  return NEXT(pthread_create)(thread, attributes, start, argument);
}
ssize_t write(int fd, const void *bytes, size_t size) {
  return fails("write", ENOSPC) ? -1 : NEXT(write)(fd, bytes, size);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
  return fails("pwrite64", ENOSPC) ? -1 : NEXT(pwrite64)(fd, bytes, size, offset);
}
int rename(const char *from, const char *to) {
  return fails("rename", ENOSPC) ? -1 : NEXT(rename)(from, to);
}
int fsync(int fd) { return fails("fsync", EIO) ? -1 : NEXT(fsync)(fd); }
FILE *fopen(const char *path, const char *mode) {
  return fails("fopen", EMFILE) ? NULL : NEXT(fopen)(path, mode);
}
/* A full disk often shows only here. */
int fclose(FILE *stream) {
  int result = NEXT(fclose)(stream);
  return fails("fclose", ENOSPC) ? EOF : result;
}
size_t fwrite(const void *bytes, size_t size, size_t count, FILE *stream) {
  if (!fails("fwrite", ENOSPC)) return NEXT(fwrite)(bytes, size, count, stream);
  stream->_flags |= 0x20; /* what glibc's ferror() looks at */
  return 0;
}
char *mkdtemp(char *name) { return fails("mkdtemp", ENOSPC) ? NULL : NEXT(mkdtemp)(name); }
int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) {
  if (fails("posix_spawn", EAGAIN)) return EAGAIN;
  return NEXT(posix_spawn)(pid, path, actions, attributes, argv, envp);
}
void *aligned_alloc(size_t alignment, size_t size) {
  return fails("aligned_alloc", ENOMEM) ? NULL : NEXT(aligned_alloc)(alignment, size);
}

/* dlsym may itself allocate: malloc and its kind go to the C library by its other names. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
void *malloc(size_t size) { return fails("malloc", ENOMEM) ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) {
  return fails("calloc", ENOMEM) ? NULL : __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
  return fails("realloc", ENOMEM) ? NULL : __libc_realloc(memory, size);
}

/* userfaultfd, openat2, futex … have no function of their own. Only the first is failed. */
long syscall(long number, ...) {
  va_list list;
  long a[6];
  va_start(list, number);
  for (int k = 0; k < 6; k++) a[k] = va_arg(list, long);
  va_end(list);
  if (number == SYS_userfaultfd && fails("userfaultfd", EPERM)) return -1;
  return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
