/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/wasi/calls.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct source {
  const uint8_t *at, *end;
};

static uint32_t byte(struct source *s) { return s->at < s->end ? *s->at++ : 0; }

static uint32_t word(struct source *s) {
  uint32_t w = byte(s);
  w |= byte(s) << 8;
  w |= byte(s) << 16;
  return w | byte(s) << 24;
}

static uint64_t wide(struct source *s) {
  uint64_t low = word(s);
  return low | (uint64_t)word(s) << 32;
}

/* ---- arguments --------------------------------------------------------------------------------*/

static uint32_t address(struct source *s) {
  switch (byte(s) % 6) {
  case 0: return GUEST_BYTES - byte(s);
  case 1: return UINT32_MAX - byte(s);
  case 2: return word(s);
  default: return word(s) % GUEST_BYTES;
  }
}

static uint32_t length(struct source *s) {
  switch (byte(s) % 6) {
  case 0: return UINT32_MAX - byte(s);
  case 1: return word(s);
  case 2: return GUEST_BYTES;
  default: return byte(s);
  }
}

static uint32_t descriptor(struct source *s) {
  uint32_t b = byte(s);
  return b < 240 ? b % 12 : word(s);
}

/* Small, or too large for any file: what lies between would really be allocated. */
static uint64_t extent(struct source *s) {
  uint64_t w = wide(s);
  return byte(s) % 4 ? w % 100000 : w | UINT64_C(1) << 62;
}

static uint64_t rights(struct source *s) { return byte(s) % 3 ? (uint64_t)TM_RIGHTS_ALL : wide(s); }

/* Put a path into guest memory. */
static uint32_t path(struct source *s, struct guest *g, uint32_t ea, uint32_t *size) {
  static const char *const parts[] = {"..", ".",  "a",       "b",    "sub",    "secret",
                                      "",   "up", "outside", "link", "inside", "/"};
  char text[128] = "";
  for (uint32_t n = byte(s) % 5 + 1; n--;) {
    strcat(text, parts[byte(s) % (sizeof parts / sizeof *parts)]);
    if (n) strcat(text, "/");
  }
  *size = byte(s) % 32 ? put_text(g, ea, text) : length(s);
  return byte(s) % 32 ? ea : address(s);
}

/* Iovecs, most of them good; their array is at AT_IOVS or elsewhere. */
static uint32_t iovecs(struct source *s, struct guest *g, uint32_t *count) {
  *count = byte(s) % 8;
  for (uint32_t i = 0; i < *count; i++) put_iovec(g, i, address(s), length(s));
  if (byte(s) % 16 == 0) *count = length(s);
  return byte(s) % 16 ? AT_IOVS : address(s);
}

/* ---- calls ------------------------------------------------------------------------------------*/

static void call_descriptors(struct source *s, struct guest *g) {
  void *env = &g->env;
  uint32_t fd = descriptor(s);
  switch (byte(s) % 15) {
  case 0: tm_wasi_fd_close(env, fd < 4 && byte(s) % 8 ? fd + 4 : fd); break;
  case 1: tm_wasi_fd_renumber(env, fd, descriptor(s)); break;
  case 2: tm_wasi_fd_fdstat_get(env, fd, address(s)); break;
  case 3: tm_wasi_fd_fdstat_set_flags(env, fd, byte(s)); break;
  case 4: tm_wasi_fd_fdstat_set_rights(env, fd, wide(s) | UINT64_C(0xfffffff), wide(s)); break;
  case 5: tm_wasi_fd_filestat_get(env, fd, address(s)); break;
  case 6: tm_wasi_fd_filestat_set_size(env, fd, extent(s)); break;
  case 7: tm_wasi_fd_filestat_set_times(env, fd, wide(s), wide(s), byte(s) % 20); break;
  case 8: tm_wasi_fd_prestat_get(env, fd, address(s)); break;
  case 9: tm_wasi_fd_prestat_dir_name(env, fd, address(s), length(s)); break;
  case 10: tm_wasi_fd_readdir(env, fd, address(s), length(s), wide(s), address(s)); break;
  case 11: tm_wasi_fd_seek(env, fd, wide(s), byte(s) % 4, address(s)); break;
  case 12: tm_wasi_fd_allocate(env, fd, extent(s), extent(s)); break;
  case 13: tm_wasi_fd_advise(env, fd, wide(s), wide(s), byte(s) % 8); break;
  default: tm_wasi_fd_datasync(env, fd); break;
  }
}

static void call_bytes(struct source *s, struct guest *g) {
  void *env = &g->env;
  uint32_t count, fd = descriptor(s), iovs = iovecs(s, g, &count);
  switch (byte(s) % 5) {
  case 0: tm_wasi_fd_read(env, fd, iovs, count, address(s)); break;
  case 1: tm_wasi_fd_write(env, fd, iovs, count, address(s)); break;
  case 2: tm_wasi_fd_pread(env, fd, iovs, count, extent(s), address(s)); break;
  case 3: tm_wasi_fd_pwrite(env, fd, iovs, count, extent(s), address(s)); break;
  default: tm_wasi_random_get(env, address(s), length(s) % (4 * GUEST_BYTES)); break;
  }
}

static void call_paths(struct source *s, struct guest *g) {
  void *env = &g->env;
  uint32_t size, size2, dir = byte(s) % 4 ? PREOPEN : descriptor(s), follow = byte(s) % 2;
  uint32_t one = path(s, g, AT_PATH, &size);
  uint32_t two = path(s, g, AT_PATH2, &size2);
  switch (byte(s) % 12) {
  case 0: tm_wasi_path_create_directory(env, dir, one, size); break;
  case 1: tm_wasi_path_remove_directory(env, dir, one, size); break;
  case 2: tm_wasi_path_unlink_file(env, dir, one, size); break;
  case 3: tm_wasi_path_filestat_get(env, dir, follow, one, size, address(s)); break;
  case 4:
    tm_wasi_path_filestat_set_times(env, dir, follow, one, size, wide(s), wide(s), byte(s) % 20);
    break;
  case 5: tm_wasi_path_link(env, dir, follow, one, size, PREOPEN, two, size2); break;
  case 6: tm_wasi_path_rename(env, dir, one, size, PREOPEN, two, size2); break;
  case 7: tm_wasi_path_symlink(env, one, size, dir, two, size2); break;
  case 8: tm_wasi_path_readlink(env, dir, one, size, address(s), length(s), address(s)); break;
  default:
    tm_wasi_path_open(env, dir, follow, one, size, byte(s) % 17, rights(s), rights(s), byte(s) % 33,
                      address(s));
    break;
  }
}

/* A poll whose first subscription is due at once, so that it ends; the others are whatever lies
 * there. */
static void call_poll(struct source *s, struct guest *g) {
  uint32_t ea = word(s) % (GUEST_BYTES - TM_SUBSCRIPTION_BYTES), count = byte(s) % 40 + 1;
  memset(at(g, ea), 0, TM_SUBSCRIPTION_BYTES);
  tm_wasi_poll_oneoff(&g->env, ea, address(s), count, address(s));
}

static void call_surroundings(struct source *s, struct guest *g) {
  void *env = &g->env;
  switch (byte(s) % 6) {
  case 0: tm_wasi_args_get(env, address(s), address(s)); break;
  case 1: tm_wasi_environ_sizes_get(env, address(s), address(s)); break;
  case 2: tm_wasi_clock_time_get(env, byte(s) % 6, wide(s), address(s)); break;
  case 3: tm_wasi_clock_res_get(env, byte(s) % 6, address(s)); break;
  case 4:
    tm_wasi_sock_recv(env, descriptor(s), address(s), length(s), byte(s), address(s), address(s));
    break;
  default: call_poll(s, g); break;
  }
}

unsigned run_calls(struct guest *g, const uint8_t *bytes, size_t size) {
  struct source s = {bytes, bytes + size};
  unsigned calls = 0;
  for (; s.at < s.end; calls++) {
    switch (byte(&s) % 8) {
    case 0:
    case 1: call_descriptors(&s, g); break;
    case 2:
    case 3: call_bytes(&s, g); break;
    case 4: call_surroundings(&s, g); break;
    default: call_paths(&s, g); break;
    }
  }
  return calls;
}

void check_outside(struct guest *g) {
  char name[256], text[16] = "";
  snprintf(name, sizeof name, "%s/secret", g->root);
  FILE *file = fopen(name, "r");
  if (!file || fread(text, 1, sizeof text - 1, file) != 6 || strcmp(text, "secret")) {
    fprintf(stderr, "the secret file has changed\n");
    abort();
  }
  fclose(file);
  int entries = 0;
  DIR *dir = opendir(g->root);
  while (dir && readdir(dir)) entries++;
  if (!dir || entries != 5) { /* ".", "..", "inside", "outside", "secret" */
    fprintf(stderr, "%d entries beside the guest's directory\n", entries);
    abort();
  }
  closedir(dir);
}
