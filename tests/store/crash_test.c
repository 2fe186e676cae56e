/* SPDX-License-Identifier: Apache-2.0 */
/* Crash injection. A child works on the file while every system call that changes it is counted;
 * at the N-th one the child is killed (before it or half-way through a write; after it is the same
 * as before the next), or the disk is full. N runs over all calls. Then what was reported finished
 * must be there, whole, and the work can go on. A second part kills at arbitrary moments. TM_SEED=…
 * repeats a printed run. */
#include "harness/stats/stats.h"
#include "harness/store/store.h"
#include "tests/seed.h"
#include "tests/store/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { CELLS = 3 };

/* ---- System calls that fail -------------------------------------------------------------------
 */

enum fault { KILL_BEFORE, KILL_TORN, DISK_FULL };

static enum fault fault;
static int until; /* calls left before the fault; negative: never */
static bool full; /* the disk is full until somebody makes room */

static bool due(void) { return until >= 0 && until-- == 0; }

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static ssize_t faulty_pwrite(int fd, const void *bytes, size_t size, off_t at) {
  bool now = due();
  if (now && fault == KILL_BEFORE) die();
  if (now && fault == DISK_FULL) {
    full = true;
    return pwrite(fd, bytes, size / 2, at); /* first what still fits … */
  }
  if (full) { /* … then nothing */
    errno = ENOSPC;
    return -1;
  }
  ssize_t n = pwrite(fd, bytes, now && fault == KILL_TORN ? size / 2 : size, at);
  if (now) die();
  return n;
}

static int faulty_unlink(const char *path) {
  if (fault != DISK_FULL && due()) die();
  return unlink(path);
}

static int faulty_truncate(int fd, off_t size) {
  if (fault != DISK_FULL && due()) die();
  return ftruncate(fd, size);
}

/* SQLite reaches the system through a table that tests may change. */
static void arm(enum fault kind, int calls) {
  static const struct {
    const char *name;
    sqlite3_syscall_ptr to;
  } table[] = {{"pwrite", (sqlite3_syscall_ptr)faulty_pwrite},
               {"pwrite64", (sqlite3_syscall_ptr)faulty_pwrite},
               {"unlink", (sqlite3_syscall_ptr)faulty_unlink},
               {"ftruncate", (sqlite3_syscall_ptr)faulty_truncate}};
  sqlite3_initialize();
  sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (vfs->xGetSystemCall(vfs, table[i].name))
      vfs->xSetSystemCall(vfs, table[i].name, table[i].to);
  fault = kind;
  until = calls;
}

/* ---- The work ---------------------------------------------------------------------------------
 */

/* Append cells first … last-1 as a run of their own; a byte on `acks` for each finished. */
static int append(uint64_t first, uint64_t last, int acks) {
  struct tm_store *store;
  int rc = tm_store_open(sandbox_path("crash.db"), TM_STORE_APPEND, &store, NULL);
  if (rc == 0) rc = sandbox_begin(store, "plan", "like", NULL);
  for (uint64_t i = first; i < last && rc == 0; i++) {
    rc = sandbox_add(store, i, NULL);
    if (rc == 0 && write(acks, "", 1) != 1) rc = -errno;
  }
  tm_store_close(store);
  return rc;
}

static int merge(int acks) {
  struct tm_merged m;
  int rc = tm_store_merge(sandbox_path("crash.db"), sandbox_path("other.db"), &m, NULL);
  return rc == 0 && write(acks, "", 1) != 1 ? -errno : rc;
}

/* Run `work` in a child with a fault at call `calls`. Returns the number of acknowledgements;
 * *survived says whether the child came to its end, that is, whether all calls were made. */
static int with_fault(int (*work)(int acks), enum fault kind, int calls, bool *survived) {
  int pipes[2], status, acks = 0;
  char byte;
  assert_int_equal(pipe(pipes), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    arm(kind, calls);
    _exit(work(pipes[1]) == 0 ? 0 : 1);
  }
  close(pipes[1]);
  while (read(pipes[0], &byte, 1) == 1) acks++;
  close(pipes[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  *survived = WIFEXITED(status);
  if (*survived)
    assert_int_equal(WEXITSTATUS(status), 0);
  else
    assert_int_equal(WTERMSIG(status), SIGKILL);
  return acks;
}

static void forget(void) {
  unlink(sandbox_path("crash.db"));
  unlink(sandbox_path("crash.db-journal"));
}

static void sound(const char *name) {
  sqlite3 *db;
  sqlite3_stmt *s;
  assert_int_equal(sqlite3_open(sandbox_path(name), &db), SQLITE_OK);
  assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &s, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(s), SQLITE_ROW);
  assert_string_equal((const char *)sqlite3_column_text(s, 0), "ok");
  sqlite3_finalize(s);
  sqlite3_close(db);
}

static int cells(void) {
  struct tm_store *store;
  struct tm_error error;
  if (tm_store_open(sandbox_path("crash.db"), TM_STORE_APPEND, &store, &error) < 0)
    fail_msg("%s", error.text);
  int n = sandbox_cells(store);
  tm_store_close(store);
  sound("crash.db");
  return n;
}

static int append_all(int acks) { return append(0, CELLS, acks); }

static int quiet(void) { return open("/dev/null", O_WRONLY | O_CLOEXEC); }

/* ---- Tests ------------------------------------------------------------------------------------
 */

static void killed_at_every_call(void **state) {
  (void)state;
  for (enum fault kind = KILL_BEFORE; kind <= KILL_TORN; kind++) {
    bool survived = false;
    int calls = 0, null = quiet();
    for (; !survived; calls++) {
      forget();
      int finished = with_fault(append_all, kind, calls, &survived), found = cells();
      /* A cell may be in the file although the child had no time left to say so. */
      if (found < finished || found > finished + 1)
        fail_msg("killed at call %d: %d cells finished, %d found", calls, finished, found);
      assert_int_equal(append((uint64_t)found, CELLS, null), 0); /* go on */
      assert_int_equal(cells(), CELLS);
    }
    close(null);
    print_message("  fault %d: killed at each of %d calls\n", kind, calls - 1);
    assert_true(calls > 40); /* opening, making the tables and four transactions */
  }
}

static void merge_killed_at_every_call(void **state) {
  (void)state;
  int null = quiet();
  forget();
  assert_int_equal(append(4, 7, null), 0);
  assert_int_equal(rename(sandbox_path("crash.db"), sandbox_path("other.db")), 0);
  for (enum fault kind = KILL_BEFORE; kind <= KILL_TORN; kind++) {
    bool survived = false;
    int calls = 0;
    for (; !survived; calls++) {
      forget();
      assert_int_equal(append_all(null), 0);
      int finished = with_fault(merge, kind, calls, &survived), found = cells();
      if (found != CELLS + 3 && (finished || found != CELLS))
        fail_msg("merge killed at call %d: %d cells", calls, found);
      assert_int_equal(merge(null), 0);
      assert_int_equal(cells(), CELLS + 3);
    }
    print_message("  fault %d: killed at each of %d calls of a merge\n", kind, calls - 1);
    assert_true(calls > 10);
  }
  close(null);
}

/* The disk fills up at a call; the cell is refused by name, and stored once there is room. */
static int append_on_a_full_disk(int acks) {
  struct tm_store *store = NULL;
  struct tm_error error = {""};
  int rc = 0, failures = 0;
  for (int i = -2; i < CELLS;) {
    if (i == -2)
      rc = tm_store_open(sandbox_path("crash.db"), TM_STORE_APPEND, &store, &error);
    else if (i == -1)
      rc = sandbox_begin(store, "plan", "like", &error);
    else
      rc = sandbox_add(store, (uint64_t)i, &error);
    if (rc == 0) {
      if (i++ >= 0 && write(acks, "", 1) != 1) return -errno;
      continue;
    }
    if (rc != -ENOSPC || !full || ++failures > 1 || !strstr(error.text, "disk is full")) {
      fprintf(stderr, "step %d gave %d: %s\n", i, rc, error.text);
      return -EPROTO;
    }
    full = false; /* somebody made room */
  }
  tm_store_close(store);
  return failures || until >= 0 ? 0 : -EPROTO; /* unless no call was left, one step failed */
}

static void disk_full_at_every_write(void **state) {
  (void)state;
  int calls = 0, null = quiet();
  /* Without a fault: how many writes there are. */
  forget();
  arm(DISK_FULL, 1000000);
  assert_int_equal(append_all(null), 0);
  int writes = 1000000 - until;
  until = -1;
  close(null);
  for (; calls < writes; calls++) {
    bool survived;
    forget();
    assert_int_equal(with_fault(append_on_a_full_disk, DISK_FULL, calls, &survived), CELLS);
    assert_true(survived);
    assert_int_equal(cells(), CELLS);
  }
  print_message("  disk full at each of %d writes\n", calls);
  assert_true(calls > 30);
}

/* Kill a writer that never stops, at arbitrary moments, forty times on one file. */
static void killed_at_any_moment(void **state) {
  (void)state;
  enum { ROUNDS = 40 };
  struct tm_rng rng = tm_rng(tm_test_seed(tm_rng_fresh_seed()));
  int found = 0;
  forget();
  for (int round = 0; round < ROUNDS; round++) {
    int pipes[2], status, finished = 0;
    char byte;
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(append((uint64_t)found, UINT64_MAX, pipes[1]) == 0);
    close(pipes[1]);
    for (uint64_t wait = tm_rng_below(&rng, 4); wait-- && read(pipes[0], &byte, 1) == 1;)
      finished++;
    for (volatile uint64_t spin = tm_rng_below(&rng, 3000000); spin; spin--) {
    }
    kill(child, SIGKILL);
    while (read(pipes[0], &byte, 1) == 1) finished++;
    close(pipes[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    int now = cells();
    if (now < found + finished || now > found + finished + 1)
      fail_msg("round %d: %d before, %d finished, %d found", round, found, finished, now);
    found = now;
  }
  print_message("  %d cells survived %d kills\n", found, ROUNDS);
}

static int make(void **state) {
  (void)state;
  sandbox_make();
  return 0;
}

static int unmake(void **state) {
  (void)state;
  sandbox_remove();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(killed_at_every_call),
      cmocka_unit_test(merge_killed_at_every_call),
      cmocka_unit_test(disk_full_at_every_write),
      cmocka_unit_test(killed_at_any_moment),
  };
  return cmocka_run_group_tests_name("crash", tests, make, unmake);
}
