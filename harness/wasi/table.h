/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/table.h: the guest's descriptors, shared by all its threads.
 *
 *     struct tm_wasi_file *file;
 *     uint32_t wrong = tm_wasi_table_get(&table, fd, TM_RIGHT_FD_READ, &file);
 *     if (wrong) return wrong;
 *     … read(file->fd, …) …
 *     tm_wasi_file_drop(file);
 *
 * A descriptor names a file; whoever works with a file holds a reference, so that a close in
 * another thread never hands the host descriptor to someone else meanwhile. Any thread may call
 * any function.
 */
#ifndef TM_HARNESS_WASI_TABLE_H
#define TM_HARNESS_WASI_TABLE_H

#include "core/atomics.h"
#include "harness/wasi/abi.h"

#include <pthread.h>
#include <stdbool.h>

struct tm_wasi_file {
  struct tm_atomic_u32 references;
  int fd; /* the host's, closed with the last reference */
  uint8_t type;
  bool inherited; /* the host shares it with others: its flags are kept here, not set there */
  struct tm_atomic_u32 flags;              /* of an inherited file */
  struct tm_atomic_u64 rights, inheriting; /* only shrink */
  char *preopen;                           /* the guest's name of a preopened directory, or NULL */
  pthread_mutex_t cursor;                  /* held from seek to read of a directory */
};

/* Take over the host descriptor `fd`: its type is found out, `rights` and `inheriting` are cut down
 * to what such a file can do. One reference. NULL without memory; `fd` is closed then. */
struct tm_wasi_file *tm_wasi_file_new(int fd, uint64_t rights, uint64_t inheriting);
void tm_wasi_file_drop(struct tm_wasi_file *file);

/* The WASI type of a host file's mode; `fd` tells kinds of sockets apart (-1: not known). */
uint8_t tm_wasi_filetype(uint32_t mode, int fd);

struct tm_wasi_table {
  pthread_mutex_t lock;
  struct tm_wasi_file **slots;
  uint32_t room, limit;
  uint32_t lowest; /* no free slot lies below */
};

void tm_wasi_table_init(struct tm_wasi_table *table, uint32_t limit);
void tm_wasi_table_fini(struct tm_wasi_table *table);

/* Give the file the lowest free descriptor. Takes the caller's reference, also on failure.
 * MFILE at the limit, NOMEM. */
uint32_t tm_wasi_table_put(struct tm_wasi_table *table, struct tm_wasi_file *file, uint32_t *fd);
/* A reference to what `fd` names. BADF; NOTCAPABLE when one of `rights` is missing. */
uint32_t tm_wasi_table_get(struct tm_wasi_table *table, uint32_t fd, uint64_t rights,
                           struct tm_wasi_file **file);
/* Forget a descriptor. BADF. */
uint32_t tm_wasi_table_close(struct tm_wasi_table *table, uint32_t fd);
/* Let `to` name what `from` names, close what it named, forget `from`. BADF unless both are open.*/
uint32_t tm_wasi_table_renumber(struct tm_wasi_table *table, uint32_t from, uint32_t to);
/* Give up rights. NOTCAPABLE when one of them is not there. */
uint32_t tm_wasi_table_narrow(struct tm_wasi_table *table, uint32_t fd, uint64_t rights,
                              uint64_t inheriting);
/* How many descriptors are open. */
uint32_t tm_wasi_table_count(struct tm_wasi_table *table);

/* What each type of file can do at most. */
#define TM_RIGHTS_ANY                                                                              \
  (TM_RIGHT_FD_FDSTAT_SET_FLAGS | TM_RIGHT_FD_FILESTAT_GET | TM_RIGHT_FD_FILESTAT_SET_TIMES |      \
   TM_RIGHT_FD_SYNC | TM_RIGHT_FD_DATASYNC | TM_RIGHT_POLL_FD_READWRITE)
#define TM_RIGHTS_STREAM (TM_RIGHTS_ANY | TM_RIGHT_FD_READ | TM_RIGHT_FD_WRITE)
#define TM_RIGHTS_REGULAR                                                                          \
  (TM_RIGHTS_STREAM | TM_RIGHT_FD_SEEK | TM_RIGHT_FD_TELL | TM_RIGHT_FD_ADVISE |                   \
   TM_RIGHT_FD_ALLOCATE | TM_RIGHT_FD_FILESTAT_SET_SIZE)
#define TM_RIGHTS_SOCKET (TM_RIGHTS_STREAM | TM_RIGHT_SOCK_SHUTDOWN | TM_RIGHT_SOCK_ACCEPT)
#define TM_RIGHTS_DIRECTORY                                                                        \
  (TM_RIGHTS_ANY | TM_RIGHT_PATH_CREATE_DIRECTORY | TM_RIGHT_PATH_CREATE_FILE |                    \
   TM_RIGHT_PATH_LINK_SOURCE | TM_RIGHT_PATH_LINK_TARGET | TM_RIGHT_PATH_OPEN |                    \
   TM_RIGHT_FD_READDIR | TM_RIGHT_PATH_READLINK | TM_RIGHT_PATH_RENAME_SOURCE |                    \
   TM_RIGHT_PATH_RENAME_TARGET | TM_RIGHT_PATH_FILESTAT_GET | TM_RIGHT_PATH_FILESTAT_SET_SIZE |    \
   TM_RIGHT_PATH_FILESTAT_SET_TIMES | TM_RIGHT_PATH_SYMLINK | TM_RIGHT_PATH_REMOVE_DIRECTORY |     \
   TM_RIGHT_PATH_UNLINK_FILE)
#define TM_RIGHTS_ALL (TM_RIGHTS_DIRECTORY | TM_RIGHTS_REGULAR | TM_RIGHTS_SOCKET)

#endif
