/* SPDX-License-Identifier: Apache-2.0 */
/* tests/wasi/fixture.h: a guest without a module: a memory, a program, a directory. The tests call
 * the host functions as translated code would, with offsets into that memory.
 *
 * On disk: ROOT/inside is the guest's directory "dir" (descriptor 3); ROOT/outside and ROOT/secret
 * are what it must never reach. */
#ifndef TM_TESTS_WASI_FIXTURE_H
#define TM_TESTS_WASI_FIXTURE_H

#include "harness/wasi/functions.h"
#include "harness/wasi/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
  GUEST_BYTES = 2 * 65536,
  PREOPEN = 3,
  /* Where the tests put things in guest memory. */
  AT_RESULT = 64,
  AT_IOVS = 1024,
  AT_PATH = 8192,
  AT_PATH2 = 16384,
  AT_DATA = 32768,
};

struct guest {
  struct tm_wasi *process;
  struct tm_wasi_instance env;
  char root[64];
  char inside[80];
};

/* A guest with these options, which are completed with the directory. */
struct guest *guest_new(struct tm_wasi_options options);
void guest_free(struct guest *g);
/* cmocka's setup and teardown: *state is a struct guest. The teardown fails the test when something
 * is left behind (tests/usage.h); main begins with usage_begin(). */
int guest_setup(void **state);
int guest_teardown(void **state);
/* The same for tests that make their guests themselves. */
int usage_setup(void **state);
int usage_teardown(void **state);
#define GUEST_TEST(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)
#define USAGE_TEST(name) cmocka_unit_test_setup_teardown(name, usage_setup, usage_teardown)

uint8_t *at(struct guest *g, uint32_t ea);
uint32_t u32_at(struct guest *g, uint32_t ea);
uint64_t u64_at(struct guest *g, uint32_t ea);
/* Put a string (without its NUL) into guest memory; its length. */
uint32_t put_text(struct guest *g, uint32_t ea, const char *text);
/* Put iovec number i. */
void put_iovec(struct guest *g, uint32_t i, uint32_t buffer, uint32_t length);

/* path_open below descriptor 3; the errno, and the descriptor in *fd. */
uint32_t open_path(struct guest *g, const char *path, uint32_t oflags, uint64_t rights,
                   uint32_t *fd);
/* Write, or read, all of a small file through the guest's calls; the errno. */
uint32_t write_text(struct guest *g, uint32_t fd, const char *text);
uint32_t read_text(struct guest *g, uint32_t fd, char *text, size_t room);

/* A file on the host, below the root. */
void host_write(struct guest *g, const char *name, const char *text);
bool host_exists(struct guest *g, const char *name);
void host_symlink(struct guest *g, const char *target, const char *name);

#define FILE_RIGHTS ((uint64_t)TM_RIGHTS_REGULAR)
#define READ_RIGHTS ((uint64_t)(TM_RIGHT_FD_READ | TM_RIGHT_FD_SEEK | TM_RIGHT_FD_TELL))

#endif
