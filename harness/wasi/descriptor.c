/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/descriptor.c: descriptors themselves: their state, attributes, directories. */
#include "harness/wasi/clock.h"
#include "harness/wasi/functions.h"
#include "harness/wasi/stat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

uint32_t tm_wasi_fd_close(void *env, uint32_t fd) {
  return tm_wasi_table_close(&tm_wasi_enter(env)->process->table, fd);
}

uint32_t tm_wasi_fd_renumber(void *env, uint32_t from, uint32_t to) {
  return tm_wasi_table_renumber(&tm_wasi_enter(env)->process->table, from, to);
}

uint32_t tm_wasi_fd_fdstat_set_rights(void *env, uint32_t fd, uint64_t rights,
                                      uint64_t inheriting) {
  return tm_wasi_table_narrow(&tm_wasi_enter(env)->process->table, fd, rights, inheriting);
}

/* ---- fdstat -----------------------------------------------------------------------------------*/

static uint16_t guest_flags(struct tm_wasi_file *file) {
  int host = fcntl(file->fd, F_GETFL);
  uint16_t flags = 0;
  if (host < 0) return 0;
  if (host & O_APPEND) flags |= TM_FDFLAG_APPEND;
  if ((host & O_SYNC) == O_SYNC)
    flags |= TM_FDFLAG_SYNC | TM_FDFLAG_RSYNC; /* Linux has one flag for both */
  else if (host & O_DSYNC)
    flags |= TM_FDFLAG_DSYNC;
  if (file->inherited)
    flags |= (uint16_t)tm_load_rlx(&file->flags); /* Relaxed: a flag of its own. */
  else if (host & O_NONBLOCK)
    flags |= TM_FDFLAG_NONBLOCK;
  return flags;
}

uint32_t tm_wasi_fd_fdstat_get(void *env, uint32_t fd, uint32_t stat) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, 0, &file);
  if (wrong) return wrong;
  uint8_t bytes[TM_FDSTAT_BYTES] = {file->type};
  uint16_t flags = guest_flags(file);
  /* Relaxed: rights only shrink; this is how they were a moment ago. */
  uint64_t rights[2] = {tm_load_rlx(&file->rights), tm_load_rlx(&file->inheriting)};
  memcpy(bytes + 2, &flags, sizeof flags);
  memcpy(bytes + 8, rights, sizeof rights);
  if (!tm_wasi_put(g, stat, bytes, sizeof bytes)) wrong = TM_WASI_FAULT;
  tm_wasi_file_drop(file);
  return wrong;
}

static uint32_t set_flags(struct tm_wasi_file *file, uint32_t flags) {
  enum { CHANGEABLE = TM_FDFLAG_APPEND | TM_FDFLAG_NONBLOCK };
  if (flags > 31) return TM_WASI_INVAL;
  uint32_t change = guest_flags(file) ^ flags;
  if (file->inherited) {
    /* The host and its other programs share these files: only what we imitate can change. */
    if (change & ~(uint32_t)TM_FDFLAG_NONBLOCK) return TM_WASI_NOTSUP;
    tm_store_rlx(&file->flags, flags & TM_FDFLAG_NONBLOCK); /* Relaxed: a flag of its own. */
    return TM_WASI_SUCCESS;
  }
  if (change & ~(uint32_t)CHANGEABLE) return TM_WASI_NOTSUP; /* Linux fixes them at open */
  int host = fcntl(file->fd, F_GETFL);
  if (host < 0) return tm_wasi_errno(errno);
  host &= ~(O_APPEND | O_NONBLOCK);
  if (flags & TM_FDFLAG_APPEND) host |= O_APPEND;
  if (flags & TM_FDFLAG_NONBLOCK) host |= O_NONBLOCK;
  return fcntl(file->fd, F_SETFL, host) ? tm_wasi_errno(errno) : TM_WASI_SUCCESS;
}

uint32_t tm_wasi_fd_fdstat_set_flags(void *env, uint32_t fd, uint32_t flags) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, TM_RIGHT_FD_FDSTAT_SET_FLAGS, &file);
  if (wrong) return wrong;
  wrong = set_flags(file, flags);
  tm_wasi_file_drop(file);
  return wrong;
}

/* ---- filestat ---------------------------------------------------------------------------------*/

uint32_t tm_wasi_put_filestat(struct tm_wasi_instance *g, uint32_t ea, const struct stat *stat,
                              int fd) {
  uint64_t words[TM_FILESTAT_BYTES / 8] = {
      stat->st_dev,
      stat->st_ino,
      tm_wasi_filetype(stat->st_mode, fd),
      stat->st_nlink,
      (uint64_t)stat->st_size,
      tm_wasi_nanoseconds(&stat->st_atim),
      tm_wasi_nanoseconds(&stat->st_mtim),
      tm_wasi_nanoseconds(&stat->st_ctim),
  };
  return tm_wasi_put(g, ea, words, sizeof words) ? TM_WASI_SUCCESS : TM_WASI_FAULT;
}

uint32_t tm_wasi_times(uint64_t atim, uint64_t mtim, uint32_t which, struct timespec times[2]) {
  uint64_t given[2] = {atim, mtim};
  if (which > 15) return TM_WASI_INVAL;
  for (int i = 0; i < 2; i++) {
    uint32_t mine = which >> (2 * i) & 3;
    times[i] = (struct timespec){.tv_sec = (time_t)(given[i] / 1000000000),
                                 .tv_nsec = (long)(given[i] % 1000000000)};
    if (mine == (TM_FSTFLAG_ATIM | TM_FSTFLAG_ATIM_NOW)) return TM_WASI_INVAL;
    if (mine == TM_FSTFLAG_ATIM_NOW) times[i].tv_nsec = UTIME_NOW;
    if (mine == 0) times[i].tv_nsec = UTIME_OMIT;
  }
  return TM_WASI_SUCCESS;
}

uint32_t tm_wasi_fd_filestat_get(void *env, uint32_t fd, uint32_t stat) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, TM_RIGHT_FD_FILESTAT_GET, &file);
  if (wrong) return wrong;
  struct stat host;
  if (fstat(file->fd, &host))
    wrong = tm_wasi_errno(errno);
  else
    wrong = tm_wasi_put_filestat(g, stat, &host, file->fd);
  tm_wasi_file_drop(file);
  return wrong;
}

uint32_t tm_wasi_fd_filestat_set_size(void *env, uint32_t fd, uint64_t bytes) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, TM_RIGHT_FD_FILESTAT_SET_SIZE, &file);
  if (wrong) return wrong;
  if (bytes > INT64_MAX)
    wrong = TM_WASI_INVAL;
  else if (ftruncate(file->fd, (off_t)bytes))
    wrong = tm_wasi_errno(errno);
  tm_wasi_file_drop(file);
  return wrong;
}

uint32_t tm_wasi_fd_filestat_set_times(void *env, uint32_t fd, uint64_t atim, uint64_t mtim,
                                       uint32_t which) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct timespec times[2];
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, TM_RIGHT_FD_FILESTAT_SET_TIMES, &file);
  if (wrong) return wrong;
  wrong = tm_wasi_times(atim, mtim, which, times);
  if (!wrong && futimens(file->fd, times)) wrong = tm_wasi_errno(errno);
  tm_wasi_file_drop(file);
  return wrong;
}

/* ---- preopened directories --------------------------------------------------------------------*/

uint32_t tm_wasi_fd_prestat_get(void *env, uint32_t fd, uint32_t prestat) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, 0, &file);
  if (wrong) return wrong;
  if (!file->preopen) {
    wrong = TM_WASI_BADF; /* this is how guests find the end of the preopens */
  } else {
    uint32_t words[TM_PRESTAT_BYTES / 4] = {0 /* a directory */, (uint32_t)strlen(file->preopen)};
    if (!tm_wasi_put(g, prestat, words, sizeof words)) wrong = TM_WASI_FAULT;
  }
  tm_wasi_file_drop(file);
  return wrong;
}

uint32_t tm_wasi_fd_prestat_dir_name(void *env, uint32_t fd, uint32_t name, uint32_t bytes) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, 0, &file);
  if (wrong) return wrong;
  if (!file->preopen)
    wrong = TM_WASI_BADF;
  else if (bytes < strlen(file->preopen))
    wrong = TM_WASI_NAMETOOLONG;
  else if (!tm_wasi_put(g, name, file->preopen, strlen(file->preopen)))
    wrong = TM_WASI_FAULT;
  tm_wasi_file_drop(file);
  return wrong;
}

/* ---- reading directories ----------------------------------------------------------------------*/

/* What getdents64(2) fills in. */
struct host_dirent {
  uint64_t ino;
  int64_t next;
  uint16_t bytes; /* of this record */
  uint8_t type;
  char name[];
};

static uint8_t dirent_type(uint8_t host) {
  return host == DT_UNKNOWN ? TM_FILETYPE_UNKNOWN : tm_wasi_filetype(DTTOIF(host), -1);
}

/* As much of [from, from+n) as fits into what is left of the guest's buffer. */
static uint32_t append(uint8_t *to, uint32_t room, uint32_t used, const void *from, uint32_t n) {
  if (n > room - used) n = room - used;
  memcpy(to + used, from, n);
  return used + n;
}

/* Fill the guest's buffer from the position `cookie`, which is the file system's own. The last
 * entry is cut where the buffer ends; a buffer that is not full means the end of the directory. */
static uint32_t read_entries(int fd, uint64_t cookie, uint8_t *to, uint32_t room, uint32_t *used) {
  _Alignas(struct host_dirent) char chunk[32 * 1024];
  *used = 0;
  if (lseek(fd, (off_t)cookie, SEEK_SET) < 0) return tm_wasi_errno(errno);
  while (*used < room) {
    long got = syscall(SYS_getdents64, fd, chunk, sizeof chunk);
    if (got < 0) return tm_wasi_errno(errno);
    if (got == 0) return TM_WASI_SUCCESS;
    const struct host_dirent *entry;
    for (long at = 0; at < got && *used < room; at += entry->bytes) {
      entry = (const struct host_dirent *)(chunk + at);
      uint32_t length = (uint32_t)strlen(entry->name);
      uint64_t head[TM_DIRENT_BYTES / 8] = {(uint64_t)entry->next, entry->ino,
                                            length | (uint64_t)dirent_type(entry->type) << 32};
      *used = append(to, room, *used, head, sizeof head);
      *used = append(to, room, *used, entry->name, length);
    }
  }
  return TM_WASI_SUCCESS;
}

uint32_t tm_wasi_fd_readdir(void *env, uint32_t fd, uint32_t buffer, uint32_t bytes,
                            uint64_t cookie, uint32_t used) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, TM_RIGHT_FD_READDIR, &file);
  if (wrong) return wrong;
  uint8_t *to = tm_wasi_at(g, buffer, bytes);
  uint32_t filled = 0;
  if (!to || !tm_wasi_at(g, used, 4)) {
    wrong = TM_WASI_FAULT;
  } else {
    pthread_mutex_lock(&file->cursor);
    wrong = read_entries(file->fd, cookie, to, bytes, &filled);
    pthread_mutex_unlock(&file->cursor);
  }
  if (!wrong && !tm_wasi_put_u32(g, used, filled)) wrong = TM_WASI_FAULT;
  tm_wasi_file_drop(file);
  return wrong;
}
