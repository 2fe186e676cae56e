/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/path.c: operations on paths below a directory the guest holds; see beneath.h. */
#include "harness/wasi/functions.h"
#include "harness/wasi/stat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A path argument: the directory it starts from, and its text. */
struct place {
  struct tm_wasi_file *dir;
  struct tm_wasi_path path;
};

/* Look up the directory, which needs `rights`, and copy the path. On success the caller drops
 * place->dir. */
static uint32_t find_place(struct tm_wasi_instance *g, uint32_t dir, uint64_t rights, uint32_t path,
                           uint32_t length, struct place *place) {
  uint32_t wrong = tm_wasi_table_get(&g->process->table, dir, rights, &place->dir);
  if (wrong) return wrong;
  wrong = place->dir->type == TM_FILETYPE_DIRECTORY
              ? tm_wasi_copy_path(g, path, length, &place->path)
              : TM_WASI_NOTDIR;
  if (wrong) tm_wasi_file_drop(place->dir);
  return wrong;
}

static uint32_t open_parent(struct place *place, int *parent, const char **last) {
  return tm_beneath_parent(place->dir->fd, &place->path, parent, last);
}

/* ---- opening ----------------------------------------------------------------------------------*/

struct opening {
  uint32_t lookup, oflags, fdflags;
  uint64_t rights, inheriting;
};

/* The rights that the directory itself must have. */
static uint64_t rights_to_open(const struct opening *o) {
  uint64_t needed = TM_RIGHT_PATH_OPEN;
  if (o->oflags & TM_OFLAG_CREAT) needed |= TM_RIGHT_PATH_CREATE_FILE;
  if (o->oflags & TM_OFLAG_TRUNC) needed |= TM_RIGHT_PATH_FILESTAT_SET_SIZE;
  return needed;
}

static int host_open_flags(const struct opening *o) {
  const uint64_t reads = TM_RIGHT_FD_READ | TM_RIGHT_FD_READDIR;
  const uint64_t writes = TM_RIGHT_FD_WRITE | TM_RIGHT_FD_ALLOCATE | TM_RIGHT_FD_FILESTAT_SET_SIZE;
  bool read = o->rights & reads, write = o->rights & writes;
  int flags = !write ? O_RDONLY : read ? O_RDWR : O_WRONLY;
  if (o->oflags & TM_OFLAG_DIRECTORY) flags |= O_DIRECTORY;
  if (o->oflags & TM_OFLAG_CREAT) flags |= O_CREAT;
  if (o->oflags & TM_OFLAG_EXCL) flags |= O_EXCL;
  if (o->oflags & TM_OFLAG_TRUNC) flags |= O_TRUNC;
  if (o->fdflags & TM_FDFLAG_APPEND) flags |= O_APPEND;
  if (o->fdflags & TM_FDFLAG_DSYNC) flags |= O_DSYNC;
  if (o->fdflags & TM_FDFLAG_NONBLOCK) flags |= O_NONBLOCK;
  if (o->fdflags & (TM_FDFLAG_RSYNC | TM_FDFLAG_SYNC)) flags |= O_SYNC;
  if (!(o->lookup & TM_LOOKUP_SYMLINK_FOLLOW)) flags |= O_NOFOLLOW;
  return flags;
}

static uint32_t open_place(struct tm_wasi_instance *g, struct place *place, const struct opening *o,
                           uint32_t *guest) {
  /* Relaxed: rights only shrink; the call acts as if it had come a moment earlier. */
  uint64_t allowed = tm_load_rlx(&place->dir->inheriting);
  if (o->rights & TM_RIGHTS_ALL & ~allowed) return TM_WASI_NOTCAPABLE;
  int fd;
  tm_linear_park(g->memory, g->view); /* opening a named pipe waits for its other end */
  uint32_t wrong = tm_beneath_open(place->dir->fd, place->path.text, host_open_flags(o), 0666, &fd);
  tm_linear_unpark(g->memory, g->view);
  if (wrong) return wrong;
  /* Some libraries ask to hand down every right there is; they get what there is to hand down. */
  struct tm_wasi_file *file = tm_wasi_file_new(fd, o->rights, o->inheriting & allowed);
  return file ? tm_wasi_table_put(&g->process->table, file, guest) : TM_WASI_NOMEM;
}

uint32_t tm_wasi_path_open(void *env, uint32_t dir, uint32_t lookup, uint32_t path, uint32_t length,
                           uint32_t oflags, uint64_t rights, uint64_t inheriting, uint32_t fdflags,
                           uint32_t opened) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct opening o = {lookup, oflags, fdflags, rights, inheriting};
  struct place place;
  uint32_t guest;
  if (lookup > 1 || oflags > 15 || fdflags > 31) return TM_WASI_INVAL;
  if ((oflags & TM_OFLAG_DIRECTORY) && (oflags & ~(uint32_t)TM_OFLAG_DIRECTORY))
    return TM_WASI_INVAL; /* a directory is neither created nor cut by opening it */
  uint32_t wrong = find_place(g, dir, rights_to_open(&o), path, length, &place);
  if (wrong) return wrong;
  wrong = tm_wasi_at(g, opened, 4) ? open_place(g, &place, &o, &guest) : TM_WASI_FAULT;
  tm_wasi_file_drop(place.dir);
  if (wrong) return wrong;
  return tm_wasi_put_u32(g, opened, guest) ? TM_WASI_SUCCESS : TM_WASI_FAULT;
}

/* ---- attributes -------------------------------------------------------------------------------*/

/* Open what a path names, without any right to its contents. */
static uint32_t open_name(struct place *place, uint32_t lookup, int *fd) {
  if (lookup > 1) return TM_WASI_INVAL;
  int flags = O_PATH | (lookup & TM_LOOKUP_SYMLINK_FOLLOW ? 0 : O_NOFOLLOW);
  return tm_beneath_open(place->dir->fd, place->path.text, flags, 0, fd);
}

uint32_t tm_wasi_path_filestat_get(void *env, uint32_t dir, uint32_t lookup, uint32_t path,
                                   uint32_t length, uint32_t stat) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct place place;
  int fd;
  uint32_t wrong = find_place(g, dir, TM_RIGHT_PATH_FILESTAT_GET, path, length, &place);
  if (wrong) return wrong;
  wrong = open_name(&place, lookup, &fd);
  tm_wasi_file_drop(place.dir);
  if (wrong) return wrong;
  struct stat host;
  if (fstat(fd, &host))
    wrong = tm_wasi_errno(errno);
  else
    wrong = tm_wasi_put_filestat(g, stat, &host, -1);
  close(fd);
  return wrong;
}

uint32_t tm_wasi_path_filestat_set_times(void *env, uint32_t dir, uint32_t lookup, uint32_t path,
                                         uint32_t length, uint64_t atim, uint64_t mtim,
                                         uint32_t which) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct place place;
  struct timespec times[2];
  int fd;
  uint32_t wrong = find_place(g, dir, TM_RIGHT_PATH_FILESTAT_SET_TIMES, path, length, &place);
  if (wrong) return wrong;
  wrong = tm_wasi_times(atim, mtim, which, times);
  if (!wrong) wrong = open_name(&place, lookup, &fd);
  tm_wasi_file_drop(place.dir);
  if (wrong) return wrong;
  if (utimensat(fd, "", times, AT_EMPTY_PATH)) wrong = tm_wasi_errno(errno);
  close(fd);
  return wrong;
}

uint32_t tm_wasi_path_readlink(void *env, uint32_t dir, uint32_t path, uint32_t length,
                               uint32_t buffer, uint32_t bytes, uint32_t used) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct place place;
  int fd;
  uint32_t wrong = find_place(g, dir, TM_RIGHT_PATH_READLINK, path, length, &place);
  if (wrong) return wrong;
  wrong = open_name(&place, 0, &fd);
  tm_wasi_file_drop(place.dir);
  if (wrong) return wrong;
  char target[PATH_MAX];
  ssize_t n = readlinkat(fd, "", target, sizeof target);
  /* With an empty path, "not a symbolic link" is ENOENT. */
  if (n < 0) wrong = errno == ENOENT ? TM_WASI_INVAL : tm_wasi_errno(errno);
  close(fd);
  if (wrong) return wrong;
  uint32_t copied = (uint64_t)n < bytes ? (uint32_t)n : bytes;
  if (!tm_wasi_at(g, used, 4) || !tm_wasi_put(g, buffer, target, copied)) return TM_WASI_FAULT;
  return tm_wasi_put_u32(g, used, copied) ? TM_WASI_SUCCESS : TM_WASI_FAULT;
}

/* ---- names: one directory ---------------------------------------------------------------------*/

static int make_directory(int parent, const char *last) { return mkdirat(parent, last, 0777); }
static int remove_directory(int parent, const char *last) {
  return unlinkat(parent, last, AT_REMOVEDIR);
}
static int unlink_file(int parent, const char *last) { return unlinkat(parent, last, 0); }

static uint32_t on_name(void *env, uint32_t dir, uint64_t right, uint32_t path, uint32_t length,
                        int (*act)(int parent, const char *last)) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct place place;
  int parent;
  const char *last;
  uint32_t wrong = find_place(g, dir, right, path, length, &place);
  if (wrong) return wrong;
  wrong = open_parent(&place, &parent, &last);
  tm_wasi_file_drop(place.dir);
  if (wrong) return wrong;
  if (act(parent, last)) wrong = tm_wasi_errno(errno);
  close(parent);
  return wrong;
}

uint32_t tm_wasi_path_create_directory(void *env, uint32_t dir, uint32_t path, uint32_t length) {
  return on_name(env, dir, TM_RIGHT_PATH_CREATE_DIRECTORY, path, length, make_directory);
}
uint32_t tm_wasi_path_remove_directory(void *env, uint32_t dir, uint32_t path, uint32_t length) {
  return on_name(env, dir, TM_RIGHT_PATH_REMOVE_DIRECTORY, path, length, remove_directory);
}
uint32_t tm_wasi_path_unlink_file(void *env, uint32_t dir, uint32_t path, uint32_t length) {
  return on_name(env, dir, TM_RIGHT_PATH_UNLINK_FILE, path, length, unlink_file);
}

/* A link may point anywhere below; where it leads is checked whenever a guest follows it. One that
 * is absolute can only be meant to lead out. */
uint32_t tm_wasi_path_symlink(void *env, uint32_t target, uint32_t target_length, uint32_t dir,
                              uint32_t path, uint32_t length) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_path text;
  struct place place;
  int parent;
  const char *last;
  uint32_t wrong = tm_wasi_copy_path(g, target, target_length, &text);
  if (wrong) return wrong;
  if (text.text[0] == '/') return TM_WASI_NOTCAPABLE;
  wrong = find_place(g, dir, TM_RIGHT_PATH_SYMLINK, path, length, &place);
  if (wrong) return wrong;
  wrong = open_parent(&place, &parent, &last);
  tm_wasi_file_drop(place.dir);
  if (wrong) return wrong;
  if (symlinkat(text.text, parent, last)) wrong = tm_wasi_errno(errno);
  close(parent);
  return wrong;
}

/* ---- names: two directories -------------------------------------------------------------------*/

/* Rename place `from` to place `to`. */
static uint32_t rename_places(struct place *from, struct place *to) {
  int old_parent, new_parent;
  const char *old_last, *new_last;
  uint32_t wrong = open_parent(from, &old_parent, &old_last);
  if (wrong) return wrong;
  wrong = open_parent(to, &new_parent, &new_last);
  if (!wrong) {
    if (renameat(old_parent, old_last, new_parent, new_last)) wrong = tm_wasi_errno(errno);
    close(new_parent);
  }
  close(old_parent);
  return wrong;
}

uint32_t tm_wasi_path_rename(void *env, uint32_t old_dir, uint32_t old_path, uint32_t old_length,
                             uint32_t new_dir, uint32_t new_path, uint32_t new_length) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct place from, to;
  uint32_t wrong = find_place(g, old_dir, TM_RIGHT_PATH_RENAME_SOURCE, old_path, old_length, &from);
  if (wrong) return wrong;
  wrong = find_place(g, new_dir, TM_RIGHT_PATH_RENAME_TARGET, new_path, new_length, &to);
  if (!wrong) {
    wrong = rename_places(&from, &to);
    tm_wasi_file_drop(to.dir);
  }
  tm_wasi_file_drop(from.dir);
  return wrong;
}

/* Give what place `from` names a second name. linkat(2) would resolve the old path by itself, so
 * the file is opened beneath its directory first and linked by its descriptor. */
static uint32_t link_places(struct place *from, uint32_t lookup, struct place *to) {
  int old, new_parent;
  const char *new_last;
  uint32_t wrong = open_name(from, lookup, &old);
  if (wrong) return wrong;
  wrong = open_parent(to, &new_parent, &new_last);
  if (!wrong) {
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", old);
    if (linkat(AT_FDCWD, self, new_parent, new_last, AT_SYMLINK_FOLLOW))
      wrong = tm_wasi_errno(errno);
    close(new_parent);
  }
  close(old);
  return wrong;
}

uint32_t tm_wasi_path_link(void *env, uint32_t old_dir, uint32_t lookup, uint32_t old_path,
                           uint32_t old_length, uint32_t new_dir, uint32_t new_path,
                           uint32_t new_length) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct place from, to;
  uint32_t wrong = find_place(g, old_dir, TM_RIGHT_PATH_LINK_SOURCE, old_path, old_length, &from);
  if (wrong) return wrong;
  wrong = find_place(g, new_dir, TM_RIGHT_PATH_LINK_TARGET, new_path, new_length, &to);
  if (!wrong) {
    wrong = link_places(&from, lookup, &to);
    tm_wasi_file_drop(to.dir);
  }
  tm_wasi_file_drop(from.dir);
  return wrong;
}
