/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile pointers: every host function, with pointers at and beyond the end of guest memory. */
#include "tests/usage.h"
#include "tests/wasi/fixture.h"

#include <string.h>
#include <unistd.h>

static void only_bytes_of_the_memory_have_an_address(void **state) {
  struct guest *g = *state;
  assert_non_null(tm_wasi_at(&g->env, 0, GUEST_BYTES));
  assert_non_null(tm_wasi_at(&g->env, GUEST_BYTES, 0));
  assert_null(tm_wasi_at(&g->env, 0, GUEST_BYTES + 1));
  assert_null(tm_wasi_at(&g->env, GUEST_BYTES - 3, 4));
  assert_null(tm_wasi_at(&g->env, UINT32_MAX, 2));
  assert_null(tm_wasi_at(&g->env, UINT64_MAX, 2));
  uint32_t word = 1;
  assert_true(tm_wasi_get(&g->env, GUEST_BYTES - 4, &word, 4));
  assert_int_equal(word, 0);
  assert_false(tm_wasi_put_u32(&g->env, GUEST_BYTES - 3, 1));
  assert_false(tm_wasi_put_u64(&g->env, GUEST_BYTES - 7, 1));
}

static void without_a_memory_nothing_has_an_address(void **state) {
  struct guest *g = *state;
  struct tm_wasi_instance unbound = {.process = g->process};
  assert_int_equal(tm_wasi_clock_time_get(&unbound, TM_CLOCK_REALTIME, 0, 0), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_fd_write(&unbound, 1, 0, 0, 0), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_random_get(&unbound, 0, 0), TM_WASI_FAULT);
}

static void iovecs_that_leave_the_memory_are_refused(void **state) {
  static const struct {
    uint32_t buffer, length;
  } bad[] = {
      {GUEST_BYTES - 1, 2}, {GUEST_BYTES + 1, 0}, {0, GUEST_BYTES + 1},     {UINT32_MAX, 1},
      {1, UINT32_MAX},      {0xfffffff0, 0x20},   {0x80000000, 0x80000000},
  };
  struct guest *g = *state;
  uint32_t fd;
  assert_int_equal(open_path(g, "f", TM_OFLAG_CREAT, FILE_RIGHTS, &fd), 0);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    put_iovec(g, 0, AT_DATA, 4);
    put_iovec(g, 1, bad[i].buffer, bad[i].length);
    assert_int_equal(tm_wasi_fd_write(&g->env, fd, AT_IOVS, 2, AT_RESULT), TM_WASI_FAULT);
    assert_int_equal(tm_wasi_fd_read(&g->env, fd, AT_IOVS, 2, AT_RESULT), TM_WASI_FAULT);
    assert_int_equal(tm_wasi_fd_pwrite(&g->env, fd, AT_IOVS, 2, 0, AT_RESULT), TM_WASI_FAULT);
    assert_int_equal(tm_wasi_fd_pread(&g->env, fd, AT_IOVS, 2, 0, AT_RESULT), TM_WASI_FAULT);
  }
  /* Nothing was written, not even the good part. */
  assert_int_equal(tm_wasi_fd_filestat_get(&g->env, fd, 128), 0);
  assert_int_equal(u64_at(g, 128 + 32), 0);
}

static void iovec_arrays_that_leave_the_memory_are_refused(void **state) {
  static const struct {
    uint32_t iovs, count;
  } bad[] = {
      {GUEST_BYTES - 4, 1},
      {GUEST_BYTES - 8, 2},
      {0, GUEST_BYTES / 8 + 1},
      {0, UINT32_MAX},
      {8, 0x20000000 /* 2^32 bytes */},
      {0xfffffff8, 2},
      {0xfffffff8, 1},
  };
  struct guest *g = *state;
  uint32_t fd;
  assert_int_equal(open_path(g, "f", TM_OFLAG_CREAT, FILE_RIGHTS, &fd), 0);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(tm_wasi_fd_write(&g->env, fd, bad[i].iovs, bad[i].count, AT_RESULT),
                     TM_WASI_FAULT);
}

static void long_iovec_arrays_give_short_transfers(void **state) {
  struct guest *g = *state;
  uint32_t fd;
  assert_int_equal(open_path(g, "f", TM_OFLAG_CREAT, FILE_RIGHTS, &fd), 0);
  for (uint32_t i = 0; i < 3000; i++) put_iovec(g, i, 0, 1);
  assert_int_equal(tm_wasi_fd_write(&g->env, fd, AT_IOVS, 3000, AT_RESULT), 0);
  assert_int_equal(u32_at(g, AT_RESULT), TM_WASI_IOVECS);
  assert_int_equal(tm_wasi_fd_write(&g->env, fd, AT_IOVS, 0, AT_RESULT), 0);
  assert_int_equal(u32_at(g, AT_RESULT), 0);
}

/* A result that has nowhere to go: FAULT, and the call did nothing. */
static void bad_result_pointers_have_no_effect(void **state) {
  struct guest *g = *state;
  const uint32_t end = GUEST_BYTES - 3;
  uint32_t length = put_text(g, AT_PATH, "f");
  assert_int_equal(tm_wasi_path_open(&g->env, PREOPEN, 0, AT_PATH, length, TM_OFLAG_CREAT,
                                     FILE_RIGHTS, 0, 0, end),
                   TM_WASI_FAULT);
  assert_false(host_exists(g, "inside/f"));
  assert_int_equal(tm_wasi_table_count(&g->process->table), 4);

  uint32_t fd;
  assert_int_equal(open_path(g, "f", TM_OFLAG_CREAT, FILE_RIGHTS, &fd), 0);
  put_iovec(g, 0, AT_DATA, 4);
  assert_int_equal(tm_wasi_fd_write(&g->env, fd, AT_IOVS, 1, end), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_fd_seek(&g->env, fd, 7, 0, end), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_fd_tell(&g->env, fd, AT_RESULT), 0);
  assert_int_equal(u64_at(g, AT_RESULT), 0);
  assert_int_equal(tm_wasi_fd_fdstat_get(&g->env, fd, GUEST_BYTES - 23), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_fd_filestat_get(&g->env, fd, GUEST_BYTES - 63), TM_WASI_FAULT);
  assert_int_equal(
      tm_wasi_path_filestat_get(&g->env, PREOPEN, 0, AT_PATH, length, GUEST_BYTES - 63),
      TM_WASI_FAULT);
  assert_int_equal(tm_wasi_fd_prestat_get(&g->env, PREOPEN, GUEST_BYTES - 7), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_fd_prestat_dir_name(&g->env, PREOPEN, GUEST_BYTES - 2, 3),
                   TM_WASI_FAULT);
  assert_int_equal(tm_wasi_fd_readdir(&g->env, PREOPEN, GUEST_BYTES - 99, 100, 0, AT_RESULT),
                   TM_WASI_FAULT);
  assert_int_equal(tm_wasi_fd_readdir(&g->env, PREOPEN, 0, 100, 0, end), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_random_get(&g->env, 1, GUEST_BYTES), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_random_get(&g->env, UINT32_MAX, UINT32_MAX), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_clock_time_get(&g->env, 0, 0, GUEST_BYTES - 7), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_clock_res_get(&g->env, 0, GUEST_BYTES - 7), TM_WASI_FAULT);
}

static void bad_paths_are_refused(void **state) {
  struct guest *g = *state;
  uint32_t fds = tm_wasi_table_count(&g->process->table);
  struct {
    uint32_t ea, length, wrong;
  } bad[] = {
      {GUEST_BYTES - 1, 2, TM_WASI_FAULT},   {UINT32_MAX, 1, TM_WASI_FAULT},
      {0, UINT32_MAX, TM_WASI_FAULT},        {AT_DATA, 4096, TM_WASI_NAMETOOLONG},
      {AT_DATA, 65536, TM_WASI_NAMETOOLONG}, {AT_PATH, 3, TM_WASI_INVAL},
      {AT_PATH, 0, TM_WASI_NOENT},
  };
  memset(at(g, AT_DATA), 'x', 65536);
  memcpy(at(g, AT_PATH), "a\0b", 3);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    uint32_t ea = bad[i].ea, length = bad[i].length;
    assert_int_equal(tm_wasi_path_open(&g->env, PREOPEN, 0, ea, length, 1, 0, 0, 0, 0),
                     bad[i].wrong);
    assert_int_equal(tm_wasi_path_create_directory(&g->env, PREOPEN, ea, length), bad[i].wrong);
    assert_int_equal(tm_wasi_path_unlink_file(&g->env, PREOPEN, ea, length), bad[i].wrong);
    assert_int_equal(tm_wasi_path_rename(&g->env, PREOPEN, ea, length, PREOPEN, ea, length),
                     bad[i].wrong);
    assert_int_equal(tm_wasi_path_filestat_get(&g->env, PREOPEN, 0, ea, length, 0), bad[i].wrong);
    assert_int_equal(tm_wasi_path_readlink(&g->env, PREOPEN, ea, length, 0, 8, 0), bad[i].wrong);
  }
  assert_int_equal(tm_wasi_table_count(&g->process->table), fds);
}

static void polls_that_leave_the_memory_are_refused(void **state) {
  struct guest *g = *state;
  assert_int_equal(tm_wasi_poll_oneoff(&g->env, 0, 4096, 0, 0), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_poll_oneoff(&g->env, GUEST_BYTES - 47, 0, 1, 0), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_poll_oneoff(&g->env, 0, GUEST_BYTES - 31, 1, 0), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_poll_oneoff(&g->env, 0, 4096, 1, GUEST_BYTES - 3), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_poll_oneoff(&g->env, 0, 0, 0x10000, 0), TM_WASI_FAULT);
  assert_int_equal(tm_wasi_poll_oneoff(&g->env, 0, 0, UINT32_MAX, 0), TM_WASI_INVAL);
}

int main(int argc, char **argv) {
  (void)argc;
  usage_begin(argv);
  const struct CMUnitTest tests[] = {
      GUEST_TEST(only_bytes_of_the_memory_have_an_address),
      GUEST_TEST(without_a_memory_nothing_has_an_address),
      GUEST_TEST(iovecs_that_leave_the_memory_are_refused),
      GUEST_TEST(iovec_arrays_that_leave_the_memory_are_refused),
      GUEST_TEST(long_iovec_arrays_give_short_transfers),
      GUEST_TEST(bad_result_pointers_have_no_effect),
      GUEST_TEST(bad_paths_are_refused),
      GUEST_TEST(polls_that_leave_the_memory_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
