/* SPDX-License-Identifier: Apache-2.0 */
/* No path leads out of a guest's directory, whatever links and renames do; ordinary ones work. */
#include "tests/usage.h"
#include "tests/wasi/fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static uint32_t make_dir(struct guest *g, const char *path) {
  return tm_wasi_path_create_directory(&g->env, PREOPEN, AT_PATH, put_text(g, AT_PATH, path));
}
static uint32_t remove_dir(struct guest *g, const char *path) {
  return tm_wasi_path_remove_directory(&g->env, PREOPEN, AT_PATH, put_text(g, AT_PATH, path));
}
static uint32_t unlink_file(struct guest *g, const char *path) {
  return tm_wasi_path_unlink_file(&g->env, PREOPEN, AT_PATH, put_text(g, AT_PATH, path));
}
static uint32_t stat_path(struct guest *g, uint32_t lookup, const char *path) {
  return tm_wasi_path_filestat_get(&g->env, PREOPEN, lookup, AT_PATH, put_text(g, AT_PATH, path),
                                   AT_RESULT);
}
static uint32_t set_times(struct guest *g, const char *path) {
  return tm_wasi_path_filestat_set_times(&g->env, PREOPEN, 1, AT_PATH, put_text(g, AT_PATH, path),
                                         5, 6, TM_FSTFLAG_ATIM | TM_FSTFLAG_MTIM);
}
static uint32_t rename_path(struct guest *g, const char *from, const char *to) {
  return tm_wasi_path_rename(&g->env, PREOPEN, AT_PATH, put_text(g, AT_PATH, from), PREOPEN,
                             AT_PATH2, put_text(g, AT_PATH2, to));
}
static uint32_t link_path(struct guest *g, uint32_t lookup, const char *from, const char *to) {
  return tm_wasi_path_link(&g->env, PREOPEN, lookup, AT_PATH, put_text(g, AT_PATH, from), PREOPEN,
                           AT_PATH2, put_text(g, AT_PATH2, to));
}
static uint32_t symlink_path(struct guest *g, const char *target, const char *path) {
  return tm_wasi_path_symlink(&g->env, AT_PATH2, put_text(g, AT_PATH2, target), PREOPEN, AT_PATH,
                              put_text(g, AT_PATH, path));
}
static uint32_t read_link(struct guest *g, const char *path) {
  return tm_wasi_path_readlink(&g->env, PREOPEN, AT_PATH, put_text(g, AT_PATH, path), AT_DATA, 100,
                               AT_RESULT);
}

/* What each operation answers for a path that leads out. */
static void assert_refused(struct guest *g, const char *path) {
  uint32_t fd;
  assert_int_equal(open_path(g, path, 0, READ_RIGHTS, &fd), TM_WASI_NOTCAPABLE);
  assert_int_equal(open_path(g, path, TM_OFLAG_CREAT, FILE_RIGHTS, &fd), TM_WASI_NOTCAPABLE);
  assert_int_equal(open_path(g, path, TM_OFLAG_TRUNC, FILE_RIGHTS, &fd), TM_WASI_NOTCAPABLE);
  assert_int_equal(stat_path(g, 1, path), TM_WASI_NOTCAPABLE);
  assert_int_equal(set_times(g, path), TM_WASI_NOTCAPABLE);
  assert_int_equal(link_path(g, 1, path, "stolen"), TM_WASI_NOTCAPABLE);
}

/* The same for the operations that do not follow the last component. */
static void assert_name_refused(struct guest *g, const char *path) {
  assert_int_equal(make_dir(g, path), TM_WASI_NOTCAPABLE);
  assert_int_equal(remove_dir(g, path), TM_WASI_NOTCAPABLE);
  assert_int_equal(unlink_file(g, path), TM_WASI_NOTCAPABLE);
  assert_int_equal(rename_path(g, path, "stolen"), TM_WASI_NOTCAPABLE);
  assert_int_equal(rename_path(g, "mine", path), TM_WASI_NOTCAPABLE);
  assert_int_equal(link_path(g, 0, path, "stolen"), TM_WASI_NOTCAPABLE);
  assert_int_equal(link_path(g, 0, "mine", path), TM_WASI_NOTCAPABLE);
  assert_int_equal(symlink_path(g, "mine", path), TM_WASI_NOTCAPABLE);
  assert_int_equal(read_link(g, path), TM_WASI_NOTCAPABLE);
  assert_int_equal(stat_path(g, 0, path), TM_WASI_NOTCAPABLE);
}

static void assert_outside_untouched(struct guest *g) {
  char path[256], text[16] = "";
  struct stat stat_now;
  snprintf(path, sizeof path, "%s/secret", g->root);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  assert_int_equal(fread(text, 1, sizeof text - 1, file), 6);
  fclose(file);
  assert_string_equal(text, "secret");
  assert_int_equal(stat(path, &stat_now), 0);
  assert_true(stat_now.st_mtim.tv_sec != 0); /* set_times would have made it 1970 */
  assert_int_equal(stat_now.st_nlink, 1);
  assert_true(host_exists(g, "outside"));
  assert_false(host_exists(g, "outside/new"));
  assert_false(host_exists(g, "new"));
  assert_false(host_exists(g, "inside/stolen"));
}

static void dots_and_slashes_do_not_lead_out(void **state) {
  struct guest *g = *state;
  host_write(g, "inside/mine", "");
  assert_int_equal(make_dir(g, "sub"), 0);
  static const char *const out[] = {"../secret",
                                    "../outside/new",
                                    "sub/../../secret",
                                    "./../secret",
                                    "sub/.././../secret",
                                    "/etc/passwd",
                                    "//etc/passwd",
                                    "/",
                                    "..//secret",
                                    "sub/../../new",
                                    "/mine",
                                    "../inside/mine"};
  for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
    assert_refused(g, out[i]);
    assert_name_refused(g, out[i]);
  }
  char absolute[128];
  snprintf(absolute, sizeof absolute, "%s/mine", g->inside);
  assert_refused(g, absolute); /* even where it leads back in */
  assert_int_equal(make_dir(g, ".."), TM_WASI_NOTCAPABLE);
  assert_int_equal(remove_dir(g, "sub/../.."), TM_WASI_NOTCAPABLE);
  assert_outside_untouched(g);
}

static void symbolic_links_do_not_lead_out(void **state) {
  struct guest *g = *state;
  host_write(g, "inside/mine", "");
  host_symlink(g, "../secret", "inside/relative");
  host_symlink(g, "/etc/passwd", "inside/absolute");
  host_symlink(g, "/proc/self/root", "inside/magic");
  host_symlink(g, "../outside", "inside/dir");
  host_symlink(g, "relative", "inside/chain");
  host_symlink(g, "../new", "inside/dangling");
  static const char *const followed[] = {"relative", "absolute", "chain",
                                         "dangling", "magic",    "dir"};
  for (size_t i = 0; i < sizeof followed / sizeof *followed; i++) assert_refused(g, followed[i]);
  static const char *const through[] = {"dir/new", "dir/../secret", "magic/etc/passwd"};
  for (size_t i = 0; i < sizeof through / sizeof *through; i++) {
    assert_refused(g, through[i]);
    assert_name_refused(g, through[i]);
  }
  /* Not followed, the links themselves are the guest's. */
  assert_int_equal(stat_path(g, 0, "relative"), 0);
  assert_int_equal(*at(g, AT_RESULT + 16), TM_FILETYPE_SYMBOLIC_LINK);
  assert_int_equal(read_link(g, "relative"), 0);
  assert_int_equal(u32_at(g, AT_RESULT), strlen("../secret"));
  assert_memory_equal(at(g, AT_DATA), "../secret", strlen("../secret"));
  assert_int_equal(link_path(g, 0, "relative", "another"), 0);
  assert_int_equal(rename_path(g, "relative", "renamed"), 0);
  assert_int_equal(unlink_file(g, "renamed"), 0);
  assert_int_equal(unlink_file(g, "dir"), 0);
  assert_outside_untouched(g);
}

/* A slash at the end makes system calls follow a link that they would not follow otherwise. */
static void a_trailing_slash_follows_nothing(void **state) {
  struct guest *g = *state;
  host_symlink(g, "../outside", "inside/dir");
  host_symlink(g, "../new", "inside/dangling");
  assert_int_equal(remove_dir(g, "dir/"), TM_WASI_NOTDIR);
  assert_int_not_equal(unlink_file(g, "dir/"), 0);
  assert_int_not_equal(rename_path(g, "dir/", "stolen"), 0);
  assert_int_not_equal(make_dir(g, "dangling/"), 0);
  assert_int_not_equal(make_dir(g, "dangling"), 0);
  assert_int_equal(link_path(g, 0, "dir/", "stolen"), TM_WASI_NOTCAPABLE);
  assert_int_equal(read_link(g, "dir/"), TM_WASI_NOTCAPABLE);
  assert_int_equal(stat_path(g, 0, "dir/"), TM_WASI_NOTCAPABLE);
  assert_outside_untouched(g);
}

static void links_a_guest_makes_do_not_lead_out(void **state) {
  struct guest *g = *state;
  uint32_t fd;
  assert_int_equal(symlink_path(g, "/etc/passwd", "a"), TM_WASI_NOTCAPABLE);
  assert_int_equal(symlink_path(g, "../secret", "b"), 0);
  assert_refused(g, "b");
  /* A link that stays inside where it is made, and leads out once it is moved up. */
  assert_int_equal(make_dir(g, "sub"), 0);
  host_write(g, "inside/secret", "mine");
  assert_int_equal(symlink_path(g, "../secret", "sub/c"), 0);
  assert_int_equal(open_path(g, "sub/c", 0, READ_RIGHTS, &fd), 0);
  assert_int_equal(rename_path(g, "sub/c", "c"), 0);
  assert_refused(g, "c");
  /* A descriptor for a directory is no way around it: ".." ends at that directory. */
  uint32_t sub;
  assert_int_equal(open_path(g, "sub", TM_OFLAG_DIRECTORY, TM_RIGHTS_DIRECTORY, &sub), 0);
  assert_int_equal(tm_wasi_path_open(&g->env, sub, 1, AT_PATH, put_text(g, AT_PATH, "../secret"), 0,
                                     READ_RIGHTS, 0, 0, AT_RESULT),
                   TM_WASI_NOTCAPABLE);
  assert_outside_untouched(g);
}

/* ---- races ------------------------------------------------------------------------------------*/

static uint64_t random_below(uint64_t *seed, uint64_t n) {
  *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
  return (*seed >> 33) % n;
}

struct shuffle {
  struct guest *g;
  uint64_t seed;
  struct tm_atomic_u32 stop;
};

/* Swap a directory against a link that leads out, and move it about, as fast as possible. */
static void *shuffle(void *argument) {
  struct shuffle *s = argument;
  char paths[4][256];
  static const char *const names[] = {"inside/a", "inside/b", "inside/deep/a", "outside/a"};
  for (int i = 0; i < 4; i++) snprintf(paths[i], sizeof paths[i], "%s/%s", s->g->root, names[i]);
  while (!tm_load_rlx(&s->stop)) /* Relaxed: when to stop is all it says. */
    rename(paths[random_below(&s->seed, 4)], paths[random_below(&s->seed, 4)]);
  return NULL;
}

enum { RACES = 20000 };

static void renames_during_resolution_do_not_lead_out(void **state) {
  struct guest *g = *state;
  struct shuffle s = {.g = g, .seed = (uint64_t)time(NULL)};
  print_message("seed %llu\n", (unsigned long long)s.seed);
  uint64_t own_seed = s.seed ^ 1;
  assert_int_equal(make_dir(g, "a"), 0);
  assert_int_equal(make_dir(g, "deep"), 0);
  host_write(g, "inside/target", "inside");
  host_write(g, "outside/target", "secret");
  host_symlink(g, "../outside", "inside/b");
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, shuffle, &s), 0);
  static const char *const paths[] = {"a/../target",         "b/target",
                                      "deep/a/../../target", "b/../secret",
                                      "deep/a/../../secret", "a/../../secret"};
  int opened = 0;
  for (int i = 0; i < RACES; i++) {
    uint32_t fd;
    char text[16];
    const char *path = paths[random_below(&own_seed, 6)];
    if (open_path(g, path, 0, READ_RIGHTS, &fd)) continue;
    opened++;
    assert_int_equal(read_text(g, fd, text, sizeof text), 0);
    assert_string_equal(text, "inside");
    assert_int_equal(tm_wasi_fd_close(&g->env, fd), 0);
  }
  for (int i = 0; i < RACES / 4; i++) {
    make_dir(g, "b/new");
    make_dir(g, "deep/a/../../../new");
    unlink_file(g, "b/target");
    symlink_path(g, "x", "a/../../new");
  }
  tm_store_rlx(&s.stop, 1); /* Relaxed: the join orders everything else. */
  pthread_join(thread, NULL);
  print_message("%d of %d opened\n", opened, RACES);
  assert_true(host_exists(g, "outside/target"));
  assert_outside_untouched(g);
}

/* Put a link that leads out in the place of a file of the guest's, and back, as fast as possible.
 */
static void *relink(void *argument) {
  struct shuffle *s = argument;
  char file[256], link[256], name[256];
  snprintf(file, sizeof file, "%s/inside/file", s->g->root);
  snprintf(link, sizeof link, "%s/inside/link", s->g->root);
  snprintf(name, sizeof name, "%s/inside/name", s->g->root);
  while (!tm_load_rlx(&s->stop)) { /* Relaxed: when to stop is all it says. */
    if (symlink("../secret", link) == 0) rename(link, name);
    int fd = open(file, O_WRONLY | O_CREAT, 0666);
    if (fd >= 0) close(fd);
    rename(file, name);
  }
  return NULL;
}

static void links_made_during_resolution_do_not_lead_out(void **state) {
  struct guest *g = *state;
  struct shuffle s = {.g = g};
  pthread_t thread;
  host_write(g, "inside/name", "");
  assert_int_equal(pthread_create(&thread, NULL, relink, &s), 0);
  int opened = 0, refused = 0;
  for (int i = 0; i < RACES / 4 || ((!opened || !refused) && i < 100 * RACES); i++) {
    uint32_t fd, oflags = i % 3 ? TM_OFLAG_CREAT : TM_OFLAG_CREAT | TM_OFLAG_TRUNC;
    uint32_t wrong = open_path(g, "name", oflags, FILE_RIGHTS, &fd);
    refused += wrong == TM_WASI_NOTCAPABLE;
    if (!wrong) {
      opened++;
      assert_int_equal(write_text(g, fd, "mine!!"), 0);
      assert_int_equal(tm_wasi_fd_close(&g->env, fd), 0);
    }
    set_times(g, "name");
    link_path(g, 1, "name", "stolen");
    unlink_file(g, "stolen");
    rename_path(g, "name", "name");
    stat_path(g, 1, "name");
  }
  tm_store_rlx(&s.stop, 1); /* Relaxed: the join orders everything else. */
  pthread_join(thread, NULL);
  print_message("%d opened, %d refused\n", opened, refused);
  assert_true(opened && refused); /* both states were met */
  assert_outside_untouched(g);
}

/* Move the guest's directory itself about, with a link that leads out in its place. */
static void *move_preopen(void *argument) {
  struct shuffle *s = argument;
  char here[256], there[256], deep[256];
  snprintf(here, sizeof here, "%s/inside", s->g->root);
  snprintf(there, sizeof there, "%s/moved", s->g->root);
  snprintf(deep, sizeof deep, "%s/outside/inside", s->g->root);
  while (!tm_load_rlx(&s->stop)) { /* Relaxed: when to stop is all it says. */
    rename(here, there);
    if (symlink("outside", here) == 0) unlink(here);
    rename(there, deep);
    rename(deep, here);
  }
  return NULL;
}

static void a_preopen_that_moves_stays_what_it_was(void **state) {
  struct guest *g = *state;
  struct shuffle s = {.g = g};
  pthread_t thread;
  host_write(g, "inside/target", "inside");
  host_write(g, "outside/target", "secret");
  assert_int_equal(make_dir(g, "a"), 0);
  assert_int_equal(pthread_create(&thread, NULL, move_preopen, &s), 0);
  static const char *const out[] = {"../secret", "../target", "a/../../secret", "../../secret",
                                    "../outside/target"};
  for (int i = 0; i < RACES; i++) {
    uint32_t fd;
    char text[16];
    assert_int_equal(open_path(g, out[i % 5], 0, READ_RIGHTS, &fd), TM_WASI_NOTCAPABLE);
    uint32_t wrong = open_path(g, "a/../target", 0, READ_RIGHTS, &fd);
    if (wrong == TM_WASI_AGAIN) continue; /* the system saw the move and asks to try again */
    assert_int_equal(wrong, 0);
    assert_int_equal(read_text(g, fd, text, sizeof text), 0);
    assert_string_equal(text, "inside");
    assert_int_equal(tm_wasi_fd_close(&g->env, fd), 0);
  }
  tm_store_rlx(&s.stop, 1); /* Relaxed: the join orders everything else. */
  pthread_join(thread, NULL);
  assert_outside_untouched(g);
}

/* ---- what works -------------------------------------------------------------------------------*/

static void ordinary_paths_work(void **state) {
  struct guest *g = *state;
  uint32_t fd;
  char text[16];
  assert_int_equal(make_dir(g, "sub"), 0);
  assert_int_equal(make_dir(g, "sub/"), TM_WASI_EXIST);
  assert_int_equal(make_dir(g, "sub/two/"), 0);
  assert_int_equal(make_dir(g, "."), TM_WASI_EXIST);
  assert_int_equal(open_path(g, "sub/two/../f", TM_OFLAG_CREAT | TM_OFLAG_EXCL, FILE_RIGHTS, &fd),
                   0);
  assert_int_equal(open_path(g, "sub/f", TM_OFLAG_CREAT | TM_OFLAG_EXCL, FILE_RIGHTS, &fd),
                   TM_WASI_EXIST);
  assert_int_equal(write_text(g, fd, "hello"), 0);
  assert_int_equal(symlink_path(g, "../sub/./f", "sub/link"), 0);
  assert_int_equal(open_path(g, "sub//link", 0, READ_RIGHTS, &fd), 0);
  assert_int_equal(read_text(g, fd, text, sizeof text), 0);
  assert_string_equal(text, "hello");
  assert_int_equal(tm_wasi_path_open(&g->env, PREOPEN, 0, AT_PATH, put_text(g, AT_PATH, "sub/link"),
                                     0, READ_RIGHTS, 0, 0, AT_RESULT),
                   TM_WASI_LOOP); /* not to be followed */
  assert_int_equal(link_path(g, 0, "sub/f", "second"), 0);
  assert_int_equal(stat_path(g, 0, "second"), 0);
  assert_int_equal(u64_at(g, AT_RESULT + 24), 2); /* names */
  assert_int_equal(u64_at(g, AT_RESULT + 32), 5); /* bytes */
  assert_int_equal(link_path(g, 1, "sub/link", "third"), 0);
  assert_int_equal(stat_path(g, 0, "third"), 0);
  assert_int_equal(*at(g, AT_RESULT + 16), TM_FILETYPE_REGULAR_FILE);
  assert_int_equal(set_times(g, "third"), 0);
  assert_int_equal(stat_path(g, 0, "third"), 0);
  assert_int_equal(u64_at(g, AT_RESULT + 40), 5);
  assert_int_equal(u64_at(g, AT_RESULT + 48), 6);
  assert_int_equal(rename_path(g, "third", "sub/fourth"), 0);
  assert_int_equal(unlink_file(g, "third"), TM_WASI_NOENT);
  assert_int_equal(unlink_file(g, "sub/fourth"), 0);
  assert_int_equal(unlink_file(g, "sub"), TM_WASI_ISDIR);
  assert_int_equal(remove_dir(g, "sub"), TM_WASI_NOTEMPTY);
  assert_int_equal(remove_dir(g, "second"), TM_WASI_NOTDIR);
  assert_int_equal(remove_dir(g, "sub/two"), 0);
  assert_int_equal(read_link(g, "second"), TM_WASI_INVAL);
  assert_int_equal(open_path(g, "second/", 0, READ_RIGHTS, &fd), TM_WASI_NOTDIR);
  assert_int_equal(open_path(g, "none", 0, READ_RIGHTS, &fd), TM_WASI_NOENT);
  assert_int_equal(stat_path(g, 1, "."), 0);
  assert_int_equal(*at(g, AT_RESULT + 16), TM_FILETYPE_DIRECTORY);
}

static void flags_that_make_no_sense_are_refused(void **state) {
  struct guest *g = *state;
  uint32_t fd;
  assert_int_equal(open_path(g, "x", TM_OFLAG_CREAT | TM_OFLAG_DIRECTORY, FILE_RIGHTS, &fd),
                   TM_WASI_INVAL);
  assert_int_equal(open_path(g, "x", 16, FILE_RIGHTS, &fd), TM_WASI_INVAL);
  assert_int_equal(stat_path(g, 2, "."), TM_WASI_INVAL);
  assert_int_equal(tm_wasi_path_filestat_set_times(&g->env, PREOPEN, 1, AT_PATH,
                                                   put_text(g, AT_PATH, "."), 0, 0,
                                                   TM_FSTFLAG_ATIM | TM_FSTFLAG_ATIM_NOW),
                   TM_WASI_INVAL);
  assert_false(host_exists(g, "inside/x"));
}

/* A directory opened with all the rights another one has, as some libraries do. */
static void directories_open_with_all_their_rights(void **state) {
  struct guest *g = *state;
  uint32_t dir;
  assert_int_equal(make_dir(g, "sub"), 0);
  assert_int_equal(tm_wasi_fd_fdstat_get(&g->env, PREOPEN, AT_RESULT), 0);
  uint64_t rights = u64_at(g, AT_RESULT + 8);
  assert_int_equal(open_path(g, "sub", 0, rights, &dir), 0);
  assert_int_equal(tm_wasi_fd_fdstat_get(&g->env, dir, AT_RESULT), 0);
  assert_int_equal(u64_at(g, AT_RESULT + 8), rights);
  assert_int_equal(tm_wasi_path_open(&g->env, dir, 0, AT_PATH, put_text(g, AT_PATH, "f"),
                                     TM_OFLAG_CREAT, 0, 0, 0, AT_RESULT),
                   0);
  assert_true(host_exists(g, "inside/sub/f"));
  assert_int_equal(open_path(g, "sub", 0, FILE_RIGHTS, &dir), TM_WASI_ISDIR);
  assert_int_equal(open_path(g, "sub", TM_OFLAG_DIRECTORY, FILE_RIGHTS, &dir), TM_WASI_ISDIR);
}

static void rights_of_a_directory_limit_its_files(void **state) {
  struct guest *g = *state;
  uint32_t fd, dir;
  host_write(g, "inside/f", "text");
  const uint64_t reading = TM_RIGHT_PATH_OPEN | TM_RIGHT_FD_READ | TM_RIGHT_FD_READDIR;
  assert_int_equal(open_path(g, ".", TM_OFLAG_DIRECTORY, reading, &dir), 0);
  uint32_t length = put_text(g, AT_PATH, "f");
  assert_int_equal(
      tm_wasi_path_open(&g->env, dir, 0, AT_PATH, length, 0, FILE_RIGHTS, 0, 0, AT_RESULT),
      TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_path_open(&g->env, dir, 0, AT_PATH, length, TM_OFLAG_TRUNC,
                                     TM_RIGHT_FD_READ, 0, 0, AT_RESULT),
                   TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_path_unlink_file(&g->env, dir, AT_PATH, length), TM_WASI_NOTCAPABLE);
  assert_int_equal(
      tm_wasi_path_open(&g->env, dir, 0, AT_PATH, length, 0, TM_RIGHT_FD_READ, 0, 0, AT_RESULT), 0);
  fd = u32_at(g, AT_RESULT);
  assert_int_equal(write_text(g, fd, "no"), TM_WASI_NOTCAPABLE);
  assert_int_equal(tm_wasi_path_open(&g->env, fd, 0, AT_PATH, length, 0, 0, 0, 0, AT_RESULT),
                   TM_WASI_NOTCAPABLE); /* not a directory at all */
  assert_int_equal(tm_wasi_path_open(&g->env, 99, 0, AT_PATH, length, 0, 0, 0, 0, AT_RESULT),
                   TM_WASI_BADF);
}

int main(int argc, char **argv) {
  (void)argc;
  usage_begin(argv);
  const struct CMUnitTest tests[] = {
      GUEST_TEST(dots_and_slashes_do_not_lead_out),
      GUEST_TEST(symbolic_links_do_not_lead_out),
      GUEST_TEST(a_trailing_slash_follows_nothing),
      GUEST_TEST(links_a_guest_makes_do_not_lead_out),
      GUEST_TEST(renames_during_resolution_do_not_lead_out),
      GUEST_TEST(links_made_during_resolution_do_not_lead_out),
      GUEST_TEST(a_preopen_that_moves_stays_what_it_was),
      GUEST_TEST(ordinary_paths_work),
      GUEST_TEST(flags_that_make_no_sense_are_refused),
      GUEST_TEST(directories_open_with_all_their_rights),
      GUEST_TEST(rights_of_a_directory_limit_its_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
