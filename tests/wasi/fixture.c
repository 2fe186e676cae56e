/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/wasi/fixture.h"

#include "strategies/strategies.h"
#include "tests/usage.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void in_root(struct guest *g, const char *name, char path[static 256]) {
  snprintf(path, 256, "%s/%s", g->root, name);
}

struct guest *guest_new(struct tm_wasi_options options) {
  struct guest *g = calloc(1, sizeof *g);
  assert_non_null(g);
  const char *tmp = getenv("TMPDIR");
  snprintf(g->root, sizeof g->root, "%s/tidemark-wasi-XXXXXX",
           tmp && strlen(tmp) < 32 ? tmp : "/tmp");
  assert_non_null(mkdtemp(g->root));
  snprintf(g->inside, sizeof g->inside, "%s/inside", g->root);
  assert_int_equal(mkdir(g->inside, 0777), 0);
  char outside[256];
  in_root(g, "outside", outside);
  assert_int_equal(mkdir(outside, 0777), 0);
  host_write(g, "secret", "secret");

  struct tm_wasi_preopen preopen = {g->inside, "dir"};
  options.preopens = &preopen;
  options.preopen_count = 1;
  struct tm_error error = {""};
  if (tm_wasi_new(&options, &g->process, &error)) fail_msg("%s", error.text);

  const struct tm_strategy *guard = tm_strategy_find("guard")->strategy;
  struct tm_memory_type type = {.min_pages = 2, .max_pages = 4, .index = TM_INDEX32};
  g->env = (struct tm_wasi_instance){.process = g->process};
  assert_int_equal(tm_linear_new(guard, &type, &g->env.memory), 0);
  g->env.view = calloc(1, guard->view_bytes);
  assert_int_equal(tm_linear_attach(g->env.memory, g->env.view), 0);
  return g;
}

enum { SLACK_KIB = 4096 };
static struct usage before;

int usage_setup(void **state) {
  (void)state;
  before = usage_now();
  return 0;
}

int usage_teardown(void **state) {
  (void)state;
  tm_thread_done();
  struct usage after = usage_when(before.threads); /* a program's threads are on their way out */
  const char *more = usage_more(&before, &after, SLACK_KIB);
  if (more) fail_msg("left behind: %s", more);
  return 0;
}

int guest_setup(void **state) {
  usage_setup(NULL);
  struct tm_wasi_options options = tm_wasi_options();
  *state = guest_new(options);
  return 0;
}

static int remove_entry(const char *path, const struct stat *stat, int kind, struct FTW *where) {
  (void)stat, (void)kind, (void)where;
  return remove(path);
}

int guest_teardown(void **state) {
  guest_free(*state);
  return usage_teardown(NULL);
}

void guest_free(struct guest *g) {
  tm_linear_detach(g->env.memory, g->env.view);
  tm_linear_drop(g->env.memory);
  free(g->env.view);
  tm_wasi_free(g->process);
  nftw(g->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  free(g);
}

uint8_t *at(struct guest *g, uint32_t ea) { return *(uint8_t **)g->env.view + ea; }

uint32_t u32_at(struct guest *g, uint32_t ea) {
  uint32_t value;
  memcpy(&value, at(g, ea), sizeof value);
  return value;
}

uint64_t u64_at(struct guest *g, uint32_t ea) {
  uint64_t value;
  memcpy(&value, at(g, ea), sizeof value);
  return value;
}

uint32_t put_text(struct guest *g, uint32_t ea, const char *text) {
  memcpy(at(g, ea), text, strlen(text));
  return (uint32_t)strlen(text);
}

void put_iovec(struct guest *g, uint32_t i, uint32_t buffer, uint32_t length) {
  uint32_t words[2] = {buffer, length};
  memcpy(at(g, AT_IOVS + 8 * i), words, sizeof words);
}

uint32_t open_path(struct guest *g, const char *path, uint32_t oflags, uint64_t rights,
                   uint32_t *fd) {
  uint32_t wrong =
      tm_wasi_path_open(&g->env, PREOPEN, TM_LOOKUP_SYMLINK_FOLLOW, AT_PATH,
                        put_text(g, AT_PATH, path), oflags, rights, rights, 0, AT_RESULT);
  if (!wrong) *fd = u32_at(g, AT_RESULT);
  return wrong;
}

uint32_t write_text(struct guest *g, uint32_t fd, const char *text) {
  put_iovec(g, 0, AT_DATA, put_text(g, AT_DATA, text));
  uint32_t wrong = tm_wasi_fd_write(&g->env, fd, AT_IOVS, 1, AT_RESULT);
  if (!wrong) assert_int_equal(u32_at(g, AT_RESULT), strlen(text));
  return wrong;
}

uint32_t read_text(struct guest *g, uint32_t fd, char *text, size_t room) {
  put_iovec(g, 0, AT_DATA, (uint32_t)room - 1);
  uint32_t wrong = tm_wasi_fd_read(&g->env, fd, AT_IOVS, 1, AT_RESULT);
  if (wrong) return wrong;
  uint32_t n = u32_at(g, AT_RESULT);
  assert_in_range(n, 0, room - 1);
  memcpy(text, at(g, AT_DATA), n);
  text[n] = '\0';
  return 0;
}

void host_write(struct guest *g, const char *name, const char *text) {
  char path[256];
  in_root(g, name, path);
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, text, strlen(text)), strlen(text));
  close(fd);
}

bool host_exists(struct guest *g, const char *name) {
  char path[256];
  struct stat stat;
  in_root(g, name, path);
  return lstat(path, &stat) == 0;
}

void host_symlink(struct guest *g, const char *target, const char *name) {
  char path[256];
  in_root(g, name, path);
  assert_int_equal(symlink(target, path), 0);
}
