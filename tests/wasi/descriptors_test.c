/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors and the bytes behind them: reading, writing, attributes, directories, limits. */
#include "tests/usage.h"
#include "tests/wasi/fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint32_t create(struct guest *g, const char *path) {
  uint32_t fd;
  assert_int_equal(open_path(g, path, TM_OFLAG_CREAT, FILE_RIGHTS, &fd), 0);
  return fd;
}

static uint64_t size_of(struct guest *g, uint32_t fd) {
  assert_int_equal(tm_wasi_fd_filestat_get(&g->env, fd, AT_RESULT), 0);
  return u64_at(g, AT_RESULT + 32);
}

static void reads_and_writes_scatter_and_gather(void **state) {
  struct guest *g = *state;
  uint32_t fd = create(g, "f");
  put_text(g, AT_DATA, "abcdefgh");
  put_iovec(g, 0, AT_DATA, 3);
  put_iovec(g, 1, AT_DATA + 7, 0);
  put_iovec(g, 2, AT_DATA + 5, 3);
  assert_int_equal(tm_wasi_fd_write(&g->env, fd, AT_IOVS, 3, AT_RESULT), 0);
  assert_int_equal(u32_at(g, AT_RESULT), 6);
  assert_int_equal(tm_wasi_fd_pwrite(&g->env, fd, AT_IOVS, 1, 10, AT_RESULT), 0);
  assert_int_equal(size_of(g, fd), 13);
  assert_int_equal(tm_wasi_fd_tell(&g->env, fd, AT_RESULT), 0);
  assert_int_equal(u64_at(g, AT_RESULT), 6);
  memset(at(g, AT_DATA), '.', 16);
  put_iovec(g, 0, AT_DATA + 8, 2);
  put_iovec(g, 1, AT_DATA, 2);
  assert_int_equal(tm_wasi_fd_pread(&g->env, fd, AT_IOVS, 2, 1, AT_RESULT), 0);
  assert_int_equal(u32_at(g, AT_RESULT), 4);
  assert_memory_equal(at(g, AT_DATA), "fg......bc......", 16);
  assert_int_equal(tm_wasi_fd_pread(&g->env, fd, AT_IOVS, 2, 100, AT_RESULT), 0);
  assert_int_equal(u32_at(g, AT_RESULT), 0);
  assert_int_equal(tm_wasi_fd_pread(&g->env, fd, AT_IOVS, 2, UINT64_MAX, AT_RESULT), TM_WASI_INVAL);
}

static void seeking_moves_and_reports(void **state) {
  struct guest *g = *state;
  uint32_t fd = create(g, "f");
  assert_int_equal(write_text(g, fd, "0123456789"), 0);
  assert_int_equal(tm_wasi_fd_seek(&g->env, fd, 4, 0, AT_RESULT), 0);
  assert_int_equal(u64_at(g, AT_RESULT), 4);
  assert_int_equal(tm_wasi_fd_seek(&g->env, fd, (uint64_t)-1, 1, AT_RESULT), 0);
  assert_int_equal(u64_at(g, AT_RESULT), 3);
  assert_int_equal(tm_wasi_fd_seek(&g->env, fd, (uint64_t)-2, 2, AT_RESULT), 0);
  assert_int_equal(u64_at(g, AT_RESULT), 8);
  assert_int_equal(tm_wasi_fd_seek(&g->env, fd, (uint64_t)-1, 0, AT_RESULT), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_fd_seek(&g->env, fd, 0, 3, AT_RESULT), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_fd_seek(&g->env, 77, 0, 0, AT_RESULT), TM_WASI_BADF);
  assert_int_equal(tm_wasi_fd_seek(&g->env, PREOPEN, 0, 0, AT_RESULT), TM_WASI_NOTCAPABLE);
}

static void sizes_and_times_can_be_set(void **state) {
  struct guest *g = *state;
  uint32_t fd = create(g, "f");
  assert_int_equal(tm_wasi_fd_filestat_set_size(&g->env, fd, 1000), 0);
  assert_int_equal(size_of(g, fd), 1000);
  assert_int_equal(tm_wasi_fd_filestat_set_size(&g->env, fd, UINT64_MAX), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_fd_allocate(&g->env, fd, 1000, 1000), 0);
  assert_int_equal(size_of(g, fd), 2000);
  assert_int_equal(tm_wasi_fd_allocate(&g->env, fd, UINT64_MAX, 1), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_fd_filestat_set_times(&g->env, fd, 1, 1500000000, TM_FSTFLAG_MTIM), 0);
  assert_int_equal(tm_wasi_fd_filestat_get(&g->env, fd, AT_RESULT), 0);
  assert_true(u64_at(g, AT_RESULT + 40) != 1);
  assert_int_equal(u64_at(g, AT_RESULT + 48), 1500000000);
  assert_int_equal(tm_wasi_fd_filestat_set_times(&g->env, fd, 0, 0, TM_FSTFLAG_MTIM_NOW), 0);
  assert_int_equal(tm_wasi_fd_filestat_get(&g->env, fd, AT_RESULT), 0);
  assert_true(u64_at(g, AT_RESULT + 48) > 1500000000);
  assert_int_equal(tm_wasi_fd_filestat_set_times(&g->env, fd, 0, 0, 12), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_fd_filestat_set_times(&g->env, fd, 0, 0, 16), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_fd_sync(&g->env, fd), 0);
  assert_int_equal(tm_wasi_fd_datasync(&g->env, fd), 0);
  assert_int_equal(tm_wasi_fd_advise(&g->env, fd, 0, 10, 3), 0);
  assert_int_equal(tm_wasi_fd_advise(&g->env, fd, 0, 10, 6), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_fd_advise(&g->env, fd, UINT64_MAX, 10, 0), TM_WASI_INVAL);
}

static uint16_t flags_of(struct guest *g, uint32_t fd) {
  uint16_t flags;
  assert_int_equal(tm_wasi_fd_fdstat_get(&g->env, fd, AT_RESULT), 0);
  memcpy(&flags, at(g, AT_RESULT + 2), sizeof flags);
  return flags;
}

static void flags_follow_the_descriptor(void **state) {
  struct guest *g = *state;
  uint32_t fd = create(g, "f");
  assert_int_equal(flags_of(g, fd), 0);
  assert_int_equal(*at(g, AT_RESULT), TM_FILETYPE_REGULAR_FILE);
  assert_int_equal(u64_at(g, AT_RESULT + 8), FILE_RIGHTS);
  assert_int_equal(write_text(g, fd, "abc"), 0);
  assert_int_equal(tm_wasi_fd_fdstat_set_flags(&g->env, fd, TM_FDFLAG_APPEND | TM_FDFLAG_NONBLOCK),
                   0);
  assert_int_equal(flags_of(g, fd), TM_FDFLAG_APPEND | TM_FDFLAG_NONBLOCK);
  assert_int_equal(tm_wasi_fd_seek(&g->env, fd, 0, 0, AT_RESULT), 0);
  assert_int_equal(write_text(g, fd, "def"), 0);
  assert_int_equal(size_of(g, fd), 6);
  assert_int_equal(tm_wasi_fd_fdstat_set_flags(&g->env, fd, TM_FDFLAG_SYNC), TM_WASI_NOTSUP);
  assert_int_equal(tm_wasi_fd_fdstat_set_flags(&g->env, fd, 32), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_path_open(&g->env, PREOPEN, 0, AT_PATH, put_text(g, AT_PATH, "s"),
                                     TM_OFLAG_CREAT, FILE_RIGHTS, 0, TM_FDFLAG_DSYNC, AT_RESULT),
                   0);
  assert_int_equal(flags_of(g, u32_at(g, AT_RESULT)), TM_FDFLAG_DSYNC);
}

static void rights_only_shrink(void **state) {
  struct guest *g = *state;
  uint32_t fd = create(g, "f");
  assert_int_equal(tm_wasi_fd_fdstat_set_rights(&g->env, fd, READ_RIGHTS, 0), 0);
  assert_int_equal(write_text(g, fd, "x"), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_fd_allocate(&g->env, fd, 0, 1), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_fd_sync(&g->env, fd), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_fd_filestat_get(&g->env, fd, 0), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_fd_filestat_set_size(&g->env, fd, 0), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_fd_filestat_set_times(&g->env, fd, 0, 0, 0), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_fd_fdstat_set_flags(&g->env, fd, 0), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_fd_readdir(&g->env, fd, 0, 10, 0, 0), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_fd_fdstat_set_rights(&g->env, fd, FILE_RIGHTS, 0), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_fd_fdstat_set_rights(&g->env, fd, READ_RIGHTS, 1), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_fd_seek(&g->env, fd, 0, 0, AT_RESULT), 0);
  assert_int_equal(tm_wasi_fd_fdstat_set_rights(&g->env, fd, TM_RIGHT_FD_READ, 0), 0);
  assert_int_equal(tm_wasi_fd_read(&g->env, fd, AT_IOVS, 0, AT_RESULT), 0);
  assert_int_equal(tm_wasi_fd_pread(&g->env, fd, AT_IOVS, 0, 0, AT_RESULT), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_fd_fdstat_set_rights(&g->env, 99, 0, 0), TM_WASI_BADF);
}

static void preopens_tell_their_names(void **state) {
  struct guest *g = *state;
  assert_int_equal(tm_wasi_fd_prestat_get(&g->env, PREOPEN, AT_RESULT), 0);
  assert_int_equal(u32_at(g, AT_RESULT), 0);
  assert_int_equal(u32_at(g, AT_RESULT + 4), 3);
  assert_int_equal(tm_wasi_fd_prestat_dir_name(&g->env, PREOPEN, AT_DATA, 3), 0);
  assert_memory_equal(at(g, AT_DATA), "dir\0", 4);
  assert_int_equal(tm_wasi_fd_prestat_dir_name(&g->env, PREOPEN, AT_DATA, 2), TM_WASI_NAMETOOLONG);
  assert_int_equal(tm_wasi_fd_prestat_get(&g->env, PREOPEN + 1, AT_RESULT), TM_WASI_BADF);
  assert_int_equal(tm_wasi_fd_prestat_get(&g->env, 1, AT_RESULT), TM_WASI_BADF);
}

static void descriptors_are_the_lowest_free_and_close(void **state) {
  struct guest *g = *state;
  assert_int_equal(create(g, "a"), 4);
  assert_int_equal(create(g, "b"), 5);
  assert_int_equal(tm_wasi_fd_close(&g->env, 4), 0);
  assert_int_equal(tm_wasi_fd_close(&g->env, 4), TM_WASI_BADF);
  assert_int_equal(tm_wasi_fd_close(&g->env, UINT32_MAX), TM_WASI_BADF);
  assert_int_equal(create(g, "c"), 4);
  assert_int_equal(create(g, "d"), 6);
  assert_int_equal(write_text(g, 6, "moved"), 0);
  assert_int_equal(tm_wasi_fd_renumber(&g->env, 6, 5), 0);
  assert_int_equal(size_of(g, 5), 5);
  assert_int_equal(tm_wasi_fd_renumber(&g->env, 6, 5), TM_WASI_BADF);
  assert_int_equal(tm_wasi_fd_renumber(&g->env, 5, 40), TM_WASI_BADF);
  assert_int_equal(tm_wasi_fd_renumber(&g->env, 5, 5), 0);
  assert_int_equal(size_of(g, 5), 5);
}

static void the_table_has_a_limit(void **state) {
  (void)state;
  struct tm_wasi_options options = tm_wasi_options();
  options.max_files = 20;
  struct guest *g = guest_new(options);
  uint32_t fd;
  for (uint32_t i = 4; i < 20; i++) assert_int_equal(create(g, "f"), i);
  int lowest = dup(0);
  close(lowest);
  for (int i = 0; i < 100; i++)
    assert_int_equal(open_path(g, "f", 0, READ_RIGHTS, &fd), TM_WASI_MFILE);
  int after = dup(0);
  close(after);
  assert_int_equal(after, lowest); /* nothing leaked on the host */
  assert_int_equal(tm_wasi_fd_close(&g->env, 7), 0);
  assert_int_equal(open_path(g, "f", 0, READ_RIGHTS, &fd), 0);
  assert_int_equal(fd, 7);
  guest_free(g);
}

/* ---- directories ------------------------------------------------------------------------------*/

enum { ENTRIES = 300, CHUNK = 512 };

/* Read the whole directory in small pieces, as C libraries do; count how often "fNNN" comes. */
static void read_all(struct guest *g, uint32_t dir, int seen[ENTRIES], int *others) {
  uint64_t cookie = 0;
  for (;;) {
    assert_int_equal(tm_wasi_fd_readdir(&g->env, dir, AT_DATA, CHUNK, cookie, AT_RESULT), 0);
    uint32_t used = u32_at(g, AT_RESULT), offset = 0;
    while (used - offset >= TM_DIRENT_BYTES) {
      uint32_t length = u32_at(g, AT_DATA + offset + 16);
      if (used - offset < TM_DIRENT_BYTES + length) break;
      char name[64] = "";
      assert_in_range(length, 1, sizeof name - 1);
      memcpy(name, at(g, AT_DATA + offset + TM_DIRENT_BYTES), length);
      int number;
      if (sscanf(name, "f%d", &number) == 1) {
        assert_int_equal(*at(g, AT_DATA + offset + 20), TM_FILETYPE_REGULAR_FILE);
        seen[number]++;
      } else {
        assert_int_equal(*at(g, AT_DATA + offset + 20), TM_FILETYPE_DIRECTORY);
        ++*others;
      }
      cookie = u64_at(g, AT_DATA + offset);
      offset += TM_DIRENT_BYTES + length;
    }
    assert_true(used < CHUNK || offset > 0); /* there is progress */
    if (used < CHUNK) return;
  }
}

static void directories_are_read_in_pieces(void **state) {
  struct guest *g = *state;
  int seen[ENTRIES] = {0}, others = 0;
  for (int i = 0; i < ENTRIES; i++) {
    char name[32];
    snprintf(name, sizeof name, "inside/f%d", i);
    host_write(g, name, "");
  }
  read_all(g, PREOPEN, seen, &others);
  for (int i = 0; i < ENTRIES; i++) assert_int_equal(seen[i], 1);
  assert_int_equal(others, 2);         /* "." and ".." */
  read_all(g, PREOPEN, seen, &others); /* again from the start */
  for (int i = 0; i < ENTRIES; i++) assert_int_equal(seen[i], 2);
  /* A buffer too small for one entry is filled, and no more than filled. */
  memset(at(g, AT_DATA), 0xee, 32);
  assert_int_equal(tm_wasi_fd_readdir(&g->env, PREOPEN, AT_DATA, 10, 0, AT_RESULT), 0);
  assert_int_equal(u32_at(g, AT_RESULT), 10);
  assert_int_equal(*at(g, AT_DATA + 10), 0xee);
  /* Cookies that nobody gave out. */
  for (uint64_t cookie = 1; cookie; cookie <<= 1) {
    uint32_t wrong = tm_wasi_fd_readdir(&g->env, PREOPEN, AT_DATA, CHUNK, cookie, AT_RESULT);
    assert_true(wrong == 0 || wrong == TM_WASI_INVAL);
    if (wrong == 0) assert_in_range(u32_at(g, AT_RESULT), 0, CHUNK);
  }
}

/* ---- standard input and output ----------------------------------------------------------------*/

static void stdio_is_shared_but_not_changed(void **state) {
  (void)state;
  int in[2], out[2];
  assert_int_equal(pipe(in), 0);
  assert_int_equal(pipe(out), 0);
  struct tm_wasi_options options = tm_wasi_options();
  options.stdio[0] = in[0];
  options.stdio[1] = out[1];
  options.stdio[2] = -1;
  struct guest *g = guest_new(options);
  char text[16];
  assert_int_equal(tm_wasi_fd_fdstat_set_flags(&g->env, 0, TM_FDFLAG_NONBLOCK), 0);
  assert_int_equal(flags_of(g, 0), TM_FDFLAG_NONBLOCK);
  assert_int_equal(fcntl(in[0], F_GETFL) & O_NONBLOCK, 0);
  assert_int_equal(read_text(g, 0, text, sizeof text), TM_WASI_AGAIN);
  assert_int_equal(write(in[1], "hi", 2), 2);
  assert_int_equal(read_text(g, 0, text, sizeof text), 0);
  assert_string_equal(text, "hi");
  assert_int_equal(write_text(g, 0, "x"), TM_WASI_NOTCAPABLE);
  assert_int_equal(write_text(g, 1, "yes"), 0);
  assert_int_equal(read(out[0], text, sizeof text), 3);
  assert_int_equal(tm_wasi_fd_seek(&g->env, 1, 0, 0, AT_RESULT), TM_WASI_NOTCAPABLE);
  assert_int_equal(write_text(g, 2, "into nothing"), 0);
  assert_int_equal(tm_wasi_fd_close(&g->env, 1), 0);
  assert_true(fcntl(out[1], F_GETFD) >= 0); /* ours is still open */
  guest_free(g);
  close(in[0]), close(in[1]), close(out[0]), close(out[1]);
}

static void a_closed_pipe_is_an_errno(void **state) {
  (void)state;
  int out[2];
  assert_int_equal(pipe(out), 0);
  close(out[0]);
  struct tm_wasi_options options = tm_wasi_options();
  options.stdio[1] = out[1];
  struct guest *g = guest_new(options);
  assert_int_equal(write_text(g, 1, "x"), TM_WASI_PIPE);
  guest_free(g);
  close(out[1]);
}

static void sockets_are_files_only(void **state) {
  (void)state;
  int pair[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  struct tm_wasi_options options = tm_wasi_options();
  options.stdio[0] = pair[0];
  struct guest *g = guest_new(options);
  assert_int_equal(tm_wasi_sock_shutdown(&g->env, 0, 1), TM_WASI_NOTSUP);
  assert_int_equal(tm_wasi_sock_accept(&g->env, 0, 0, 0), TM_WASI_NOTSUP);
  assert_int_equal(tm_wasi_sock_recv(&g->env, PREOPEN, 0, 0, 0, 0, 0), TM_WASI_NOTSOCK);
  assert_int_equal(tm_wasi_sock_send(&g->env, 99, 0, 0, 0, 0), TM_WASI_BADF);
  guest_free(g);
  close(pair[0]), close(pair[1]);
}

/* ---- threads ----------------------------------------------------------------------------------*/

enum { THREADS = 4, ROUNDS = 2000 };

/* Open, write, move and close on shared numbers: any errno will do, but no call may touch a file
 * that is not the guest's, and every host descriptor comes back. */
struct churner {
  struct guest *g;
  uint32_t result; /* a place of its own in guest memory */
};

static void *churn(void *argument) {
  const struct churner *c = argument;
  struct guest *g = c->g;
  struct tm_wasi_instance own = g->env;
  for (int i = 0; i < ROUNDS; i++) {
    uint32_t fd;
    struct tm_wasi_file *file;
    if (!tm_wasi_table_get(&g->process->table, PREOPEN, TM_RIGHT_PATH_OPEN, &file)) {
      int host = openat(file->fd, "f", O_RDWR | O_CLOEXEC);
      tm_wasi_file_drop(file);
      if (host >= 0)
        tm_wasi_table_put(&g->process->table, tm_wasi_file_new(host, FILE_RIGHTS, 0), &fd);
    }
    uint32_t other = 4 + (uint32_t)i % 3;
    tm_wasi_fd_write(&own, other, AT_IOVS, 1, c->result);
    tm_wasi_fd_renumber(&own, other, 4 + (uint32_t)(i + 1) % 3);
    tm_wasi_fd_close(&own, other);
  }
  return NULL;
}

static void threads_share_descriptors(void **state) {
  struct guest *g = *state;
  host_write(g, "inside/f", "");
  put_iovec(g, 0, AT_DATA, put_text(g, AT_DATA, "text"));
  int lowest = dup(0);
  close(lowest);
  pthread_t threads[THREADS];
  struct churner churners[THREADS];
  for (uint32_t i = 0; i < THREADS; i++) {
    churners[i] = (struct churner){g, AT_RESULT + 4 * i};
    assert_int_equal(pthread_create(&threads[i], NULL, churn, &churners[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  for (uint32_t fd = 4; fd < 4 + THREADS * ROUNDS; fd++) tm_wasi_fd_close(&g->env, fd);
  assert_int_equal(tm_wasi_table_count(&g->process->table), 4);
  int after = dup(0);
  close(after);
  assert_int_equal(after, lowest);
}

static int ignore_sigpipe(void **state) {
  (void)state;
  return signal(SIGPIPE, SIG_IGN) == SIG_ERR;
}

int main(int argc, char **argv) {
  (void)argc;
  usage_begin(argv);
  const struct CMUnitTest tests[] = {
      GUEST_TEST(reads_and_writes_scatter_and_gather),
      GUEST_TEST(seeking_moves_and_reports),
      GUEST_TEST(sizes_and_times_can_be_set),
      GUEST_TEST(flags_follow_the_descriptor),
      GUEST_TEST(rights_only_shrink),
      GUEST_TEST(preopens_tell_their_names),
      GUEST_TEST(descriptors_are_the_lowest_free_and_close),
      USAGE_TEST(the_table_has_a_limit),
      GUEST_TEST(directories_are_read_in_pieces),
      USAGE_TEST(stdio_is_shared_but_not_changed),
      USAGE_TEST(a_closed_pipe_is_an_errno),
      USAGE_TEST(sockets_are_files_only),
      GUEST_TEST(threads_share_descriptors),
  };
  return cmocka_run_group_tests(tests, ignore_sigpipe, NULL);
}
