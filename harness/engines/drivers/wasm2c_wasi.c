/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/drivers/wasm2c_wasi.c: a workload that wasm2c has turned into C, with the
 * functions of WASI preview1 that workloads use. job.inc holds its command line. */
#include "tm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "job.inc" /* arguments */

enum { COUNT = sizeof arguments / sizeof *arguments };

struct w2c_wasi__snapshot__preview1 {
  w2c_tm module;
};

static struct w2c_wasi__snapshot__preview1 host;

static void *at(u32 address) { return w2c_tm_memory(&host.module)->data + address; }

static u32 get(u32 address) {
  u32 value;
  memcpy(&value, at(address), sizeof value);
  return value;
}

static void set(u32 address, u32 value) { memcpy(at(address), &value, sizeof value); }

u32 w2c_wasi__snapshot__preview1_args_sizes_get(struct w2c_wasi__snapshot__preview1 *wasi,
                                                u32 count, u32 size) {
  u32 bytes = 0;
  (void)wasi;
  for (u32 i = 0; i < COUNT; i++) bytes += (u32)strlen(arguments[i]) + 1;
  set(count, COUNT);
  set(size, bytes);
  return 0;
}

u32 w2c_wasi__snapshot__preview1_args_get(struct w2c_wasi__snapshot__preview1 *wasi, u32 places,
                                          u32 text) {
  (void)wasi;
  for (u32 i = 0; i < COUNT; i++) {
    u32 size = (u32)strlen(arguments[i]) + 1;
    set(places + 4 * i, text);
    memcpy(at(text), arguments[i], size);
    text += size;
  }
  return 0;
}

u32 w2c_wasi__snapshot__preview1_clock_time_get(struct w2c_wasi__snapshot__preview1 *wasi,
                                                u32 clock, u64 precision, u32 to) {
  struct timespec now;
  (void)wasi, (void)clock, (void)precision;
  clock_gettime(CLOCK_MONOTONIC, &now);
  u64 ns = (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec;
  memcpy(at(to), &ns, sizeof ns);
  return 0;
}

u32 w2c_wasi__snapshot__preview1_fd_write(struct w2c_wasi__snapshot__preview1 *wasi, u32 fd,
                                          u32 parts, u32 count, u32 written) {
  u32 total = 0;
  (void)wasi;
  for (u32 i = 0; i < count; i++) {
    u32 size = get(parts + 8 * i + 4);
    if (fwrite(at(get(parts + 8 * i)), 1, size, fd == 2 ? stderr : stdout) != size) return 29;
    total += size;
  }
  set(written, total);
  return 0;
}

void w2c_wasi__snapshot__preview1_proc_exit(struct w2c_wasi__snapshot__preview1 *wasi, u32 status) {
  (void)wasi;
  exit((int)status);
}

int main(void) {
  wasm_rt_init();
  wasm2c_tm_instantiate(&host.module, &host);
  w2c_tm_0x5Fstart(&host.module);
  return 0;
}
