/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/io.c: bytes through descriptors. */
#include "harness/wasi/functions.h"
#include "harness/wasi/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

enum direction { READ, WRITE };

/* An inherited file keeps its non-blocking flag to itself, so ask before a call that may block. */
static bool would_block(struct tm_wasi_file *file, enum direction direction) {
  if (!file->inherited) return false;
  /* Relaxed: a flag of its own. */
  if (!(tm_load_rlx(&file->flags) & TM_FDFLAG_NONBLOCK)) return false;
  struct pollfd ask = {.fd = file->fd, .events = direction == READ ? POLLIN : POLLOUT};
  return poll(&ask, 1, 0) == 0;
}

/* Wait, parked, until a call on anything but a regular file will not block: that call is given
 * addresses in guest memory, which do not hold while the thread is parked. */
static void await_ready(struct tm_wasi_instance *g, struct tm_wasi_file *file,
                        enum direction direction) {
  if (!g->memory || !g->memory->strategy->park || file->type == TM_FILETYPE_REGULAR_FILE) return;
  int flags = fcntl(file->fd, F_GETFL);
  if (flags < 0 || flags & O_NONBLOCK) return;
  struct pollfd ask = {.fd = file->fd, .events = direction == READ ? POLLIN : POLLOUT};
  tm_linear_park(g->memory, g->view);
  while (poll(&ask, 1, -1) < 0 && errno == EINTR) {
  }
  tm_linear_unpark(g->memory, g->view);
}

static uint32_t transfer(struct tm_wasi_instance *g, struct tm_wasi_file *file,
                         enum direction direction, const uint64_t *offset, uint32_t iovs,
                         uint32_t count, uint32_t done) {
  struct iovec vectors[TM_WASI_IOVECS];
  int used;
  if (would_block(file, direction)) return TM_WASI_AGAIN;
  await_ready(g, file, direction);
  uint32_t wrong = tm_wasi_iovecs(g, iovs, count, vectors, &used);
  if (wrong) return wrong;
  if (!tm_wasi_at(g, done, 4)) return TM_WASI_FAULT;
  ssize_t n;
  do {
    if (direction == READ)
      n = offset ? preadv(file->fd, vectors, used, (off_t)*offset) : readv(file->fd, vectors, used);
    else
      n = offset ? pwritev(file->fd, vectors, used, (off_t)*offset)
                 : writev(file->fd, vectors, used);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return tm_wasi_errno(errno);
  return tm_wasi_put_u32(g, done, (uint32_t)n) ? TM_WASI_SUCCESS : TM_WASI_FAULT;
}

static uint32_t transfer_fd(void *env, uint32_t fd, enum direction direction,
                            const uint64_t *offset, uint32_t iovs, uint32_t count, uint32_t done) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_file *file;
  uint64_t rights = direction == READ ? TM_RIGHT_FD_READ : TM_RIGHT_FD_WRITE;
  if (offset) rights |= TM_RIGHT_FD_SEEK;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, rights, &file);
  if (wrong) return wrong;
  if (offset && *offset > INT64_MAX)
    wrong = TM_WASI_INVAL;
  else
    wrong = transfer(g, file, direction, offset, iovs, count, done);
  tm_wasi_file_drop(file);
  return wrong;
}

uint32_t tm_wasi_fd_read(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint32_t done) {
  return transfer_fd(env, fd, READ, NULL, iovs, count, done);
}
uint32_t tm_wasi_fd_write(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint32_t done) {
  return transfer_fd(env, fd, WRITE, NULL, iovs, count, done);
}
uint32_t tm_wasi_fd_pread(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint64_t offset,
                          uint32_t done) {
  return transfer_fd(env, fd, READ, &offset, iovs, count, done);
}
uint32_t tm_wasi_fd_pwrite(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint64_t offset,
                           uint32_t done) {
  return transfer_fd(env, fd, WRITE, &offset, iovs, count, done);
}

/* ---- positions --------------------------------------------------------------------------------*/

static uint32_t seek(struct tm_wasi_instance *g, uint32_t fd, uint64_t right, int64_t offset,
                     int whence, uint32_t position) {
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, right, &file);
  if (wrong) return wrong;
  if (!tm_wasi_at(g, position, 8)) {
    wrong = TM_WASI_FAULT;
  } else {
    off_t at = lseek(file->fd, offset, whence);
    if (at < 0)
      wrong = tm_wasi_errno(errno);
    else if (!tm_wasi_put_u64(g, position, (uint64_t)at))
      wrong = TM_WASI_FAULT;
  }
  tm_wasi_file_drop(file);
  return wrong;
}

uint32_t tm_wasi_fd_seek(void *env, uint32_t fd, uint64_t offset, uint32_t whence,
                         uint32_t position) {
  static const int whences[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  if (whence > 2) return TM_WASI_INVAL;
  /* Asking where one is needs only the right to tell. */
  bool tell = offset == 0 && whence == 1;
  return seek(g, fd, tell ? TM_RIGHT_FD_TELL : TM_RIGHT_FD_SEEK, (int64_t)offset, whences[whence],
              position);
}

uint32_t tm_wasi_fd_tell(void *env, uint32_t fd, uint32_t position) {
  return seek(tm_wasi_enter(env), fd, TM_RIGHT_FD_TELL, 0, SEEK_CUR, position);
}

/* ---- storage ----------------------------------------------------------------------------------*/

/* Call one of fsync and fdatasync. */
static uint32_t sync_fd(void *env, uint32_t fd, uint64_t right, int (*sync)(int)) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, right, &file);
  if (wrong) return wrong;
  tm_linear_park(g->memory, g->view);
  wrong = sync(file->fd) ? tm_wasi_errno(errno) : TM_WASI_SUCCESS;
  tm_linear_unpark(g->memory, g->view);
  tm_wasi_file_drop(file);
  return wrong;
}

uint32_t tm_wasi_fd_sync(void *env, uint32_t fd) {
  return sync_fd(env, fd, TM_RIGHT_FD_SYNC, fsync);
}
uint32_t tm_wasi_fd_datasync(void *env, uint32_t fd) {
  return sync_fd(env, fd, TM_RIGHT_FD_DATASYNC, fdatasync);
}

uint32_t tm_wasi_fd_allocate(void *env, uint32_t fd, uint64_t offset, uint64_t bytes) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, TM_RIGHT_FD_ALLOCATE, &file);
  if (wrong) return wrong;
  if (offset > INT64_MAX || bytes > INT64_MAX)
    wrong = TM_WASI_INVAL;
  else if (fallocate(file->fd, 0, (off_t)offset, (off_t)bytes))
    wrong = tm_wasi_errno(errno);
  tm_wasi_file_drop(file);
  return wrong;
}

uint32_t tm_wasi_fd_advise(void *env, uint32_t fd, uint64_t offset, uint64_t bytes,
                           uint32_t advice) {
  static const int advices[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                                POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  if (advice >= sizeof advices / sizeof *advices) return TM_WASI_INVAL;
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, TM_RIGHT_FD_ADVISE, &file);
  if (wrong) return wrong;
  if (offset > INT64_MAX || bytes > INT64_MAX)
    wrong = TM_WASI_INVAL;
  else
    wrong = tm_wasi_errno(posix_fadvise(file->fd, (off_t)offset, (off_t)bytes, advices[advice]));
  tm_wasi_file_drop(file);
  return wrong;
}
