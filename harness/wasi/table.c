/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/wasi/table.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- files ------------------------------------------------------------------------------------*/

uint8_t tm_wasi_filetype(uint32_t mode, int fd) {
  int kind = 0;
  socklen_t bytes = sizeof kind;
  switch (mode & S_IFMT) {
  case S_IFBLK: return TM_FILETYPE_BLOCK_DEVICE;
  case S_IFCHR: return TM_FILETYPE_CHARACTER_DEVICE;
  case S_IFDIR: return TM_FILETYPE_DIRECTORY;
  case S_IFREG: return TM_FILETYPE_REGULAR_FILE;
  case S_IFLNK: return TM_FILETYPE_SYMBOLIC_LINK;
  case S_IFSOCK:
    if (fd >= 0 && !getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &bytes) && kind == SOCK_DGRAM)
      return TM_FILETYPE_SOCKET_DGRAM;
    return TM_FILETYPE_SOCKET_STREAM;
  default: /* preview1 has no name for a pipe */ return TM_FILETYPE_UNKNOWN;
  }
}

static uint64_t most_rights(uint8_t type) {
  switch (type) {
  case TM_FILETYPE_DIRECTORY: return TM_RIGHTS_DIRECTORY;
  case TM_FILETYPE_REGULAR_FILE:
  case TM_FILETYPE_BLOCK_DEVICE: return TM_RIGHTS_REGULAR;
  case TM_FILETYPE_SOCKET_DGRAM:
  case TM_FILETYPE_SOCKET_STREAM: return TM_RIGHTS_SOCKET;
  default: /* no right to seek is how guests recognise a terminal */ return TM_RIGHTS_STREAM;
  }
}

struct tm_wasi_file *tm_wasi_file_new(int fd, uint64_t rights, uint64_t inheriting) {
  struct tm_wasi_file *file = calloc(1, sizeof *file);
  if (!file) {
    close(fd);
    return NULL;
  }
  struct stat stat;
  file->fd = fd;
  file->type = fstat(fd, &stat) ? TM_FILETYPE_UNKNOWN : tm_wasi_filetype(stat.st_mode, fd);
  bool directory = file->type == TM_FILETYPE_DIRECTORY;
  tm_atomic_init(&file->references, 1);
  tm_atomic_init(&file->rights, rights & most_rights(file->type));
  tm_atomic_init(&file->inheriting, directory ? inheriting & TM_RIGHTS_ALL : 0);
  pthread_mutex_init(&file->cursor, NULL);
  return file;
}

void tm_wasi_file_drop(struct tm_wasi_file *file) {
  /* ORDER: every use before the close. PAIRS: itself in other threads. */
  if (tm_fetch_add_acqrel(&file->references, (uint32_t)-1) != 1) return;
  close(file->fd);
  pthread_mutex_destroy(&file->cursor);
  free(file->preopen);
  free(file);
}

/* ---- the table --------------------------------------------------------------------------------*/

void tm_wasi_table_init(struct tm_wasi_table *table, uint32_t limit) {
  *table = (struct tm_wasi_table){.limit = limit};
  pthread_mutex_init(&table->lock, NULL);
}

void tm_wasi_table_fini(struct tm_wasi_table *table) {
  for (uint32_t fd = 0; fd < table->room; fd++)
    if (table->slots[fd]) tm_wasi_file_drop(table->slots[fd]);
  free(table->slots);
  pthread_mutex_destroy(&table->lock);
}

/* The slot of an open descriptor, or NULL. The table is locked. */
static struct tm_wasi_file **find(struct tm_wasi_table *table, uint32_t fd) {
  return fd < table->room && table->slots[fd] ? &table->slots[fd] : NULL;
}

/* Make room for one slot more. The table is locked. */
static uint32_t widen(struct tm_wasi_table *table) {
  if (table->room >= table->limit) return TM_WASI_MFILE;
  uint32_t room = table->room ? 2 * table->room : 16;
  if (room > table->limit) room = table->limit;
  struct tm_wasi_file **slots = realloc(table->slots, room * sizeof(*slots));
  if (!slots) return TM_WASI_NOMEM;
  for (uint32_t i = table->room; i < room; i++) slots[i] = NULL;
  table->slots = slots;
  table->room = room;
  return TM_WASI_SUCCESS;
}

uint32_t tm_wasi_table_put(struct tm_wasi_table *table, struct tm_wasi_file *file, uint32_t *fd) {
  pthread_mutex_lock(&table->lock);
  uint32_t slot = table->lowest, wrong = TM_WASI_SUCCESS;
  while (slot < table->room && table->slots[slot]) slot++;
  table->lowest = slot;
  if (slot == table->room) wrong = widen(table);
  if (!wrong) {
    table->slots[slot] = file;
    table->lowest = slot + 1;
    *fd = slot;
  }
  pthread_mutex_unlock(&table->lock);
  if (wrong) tm_wasi_file_drop(file);
  return wrong;
}

uint32_t tm_wasi_table_get(struct tm_wasi_table *table, uint32_t fd, uint64_t rights,
                           struct tm_wasi_file **file) {
  uint32_t wrong = TM_WASI_SUCCESS;
  pthread_mutex_lock(&table->lock);
  struct tm_wasi_file **slot = find(table, fd);
  if (!slot)
    wrong = TM_WASI_BADF;
  else if (rights & ~tm_load_rlx(&(*slot)->rights)) /* Relaxed: changed under the lock only. */
    wrong = TM_WASI_NOTCAPABLE;
  else {
    *file = *slot;
    tm_fetch_add_rlx(&(*file)->references, 1); /* Relaxed: the table holds a reference. */
  }
  pthread_mutex_unlock(&table->lock);
  return wrong;
}

uint32_t tm_wasi_table_close(struct tm_wasi_table *table, uint32_t fd) {
  struct tm_wasi_file *file = NULL;
  pthread_mutex_lock(&table->lock);
  struct tm_wasi_file **slot = find(table, fd);
  if (slot) {
    file = *slot;
    *slot = NULL;
    if (fd < table->lowest) table->lowest = fd;
  }
  pthread_mutex_unlock(&table->lock);
  if (!file) return TM_WASI_BADF;
  tm_wasi_file_drop(file);
  return TM_WASI_SUCCESS;
}

uint32_t tm_wasi_table_renumber(struct tm_wasi_table *table, uint32_t from, uint32_t to) {
  struct tm_wasi_file *closed = NULL;
  pthread_mutex_lock(&table->lock);
  struct tm_wasi_file **source = find(table, from), **target = find(table, to);
  bool open = source && target;
  if (open && source != target) {
    closed = *target;
    *target = *source;
    *source = NULL;
    if (from < table->lowest) table->lowest = from;
  }
  pthread_mutex_unlock(&table->lock);
  if (closed) tm_wasi_file_drop(closed);
  return open ? TM_WASI_SUCCESS : TM_WASI_BADF;
}

uint32_t tm_wasi_table_narrow(struct tm_wasi_table *table, uint32_t fd, uint64_t rights,
                              uint64_t inheriting) {
  uint32_t wrong = TM_WASI_SUCCESS;
  pthread_mutex_lock(&table->lock);
  struct tm_wasi_file **slot = find(table, fd);
  /* Relaxed, all four: changed under the lock only; whoever reads without it acts as if it had
   * come a moment earlier. */
  if (!slot)
    wrong = TM_WASI_BADF;
  else if ((rights & ~tm_load_rlx(&(*slot)->rights)) ||
           (inheriting & ~tm_load_rlx(&(*slot)->inheriting)))
    wrong = TM_WASI_NOTCAPABLE;
  else {
    tm_store_rlx(&(*slot)->rights, rights);
    tm_store_rlx(&(*slot)->inheriting, inheriting);
  }
  pthread_mutex_unlock(&table->lock);
  return wrong;
}

uint32_t tm_wasi_table_count(struct tm_wasi_table *table) {
  uint32_t count = 0;
  pthread_mutex_lock(&table->lock);
  for (uint32_t fd = 0; fd < table->room; fd++) count += table->slots[fd] != NULL;
  pthread_mutex_unlock(&table->lock);
  return count;
}
