/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/drivers/wasm2c_command.c: a WASI command that wasm2c has turned into C, as a
 * program. As much of WASI as the built-in workloads need; GUEST_HEADER names the C's header, in
 * which the module is called "guest". */
#include GUEST_HEADER

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What the guest's imports get: the module's name in C's spelling is wasm2c's. */
struct w2c_wasi__snapshot__preview1 {
  int argc;
  char **argv;
  w2c_guest guest;
};
typedef struct w2c_wasi__snapshot__preview1 wasi;

enum { IO = 29 }; /* WASI's number of this error */

static void *at(wasi *w, u32 address, u32 size) {
  wasm_rt_memory_t *memory = w2c_guest_memory(&w->guest);
  if ((u64)address + size > memory->size) {
    fprintf(stderr, "the guest gave an address beyond its memory\n");
    exit(1);
  }
  return memory->data + address;
}
static void put_u32(wasi *w, u32 address, u32 value) {
  memcpy(at(w, address, sizeof value), &value, sizeof value);
}
static u32 get_u32(wasi *w, u32 address) {
  u32 value;
  memcpy(&value, at(w, address, sizeof value), sizeof value);
  return value;
}

u32 w2c_wasi__snapshot__preview1_args_sizes_get(wasi *w, u32 count, u32 bytes) {
  u32 n = 0;
  for (int i = 0; i < w->argc; i++) n += (u32)strlen(w->argv[i]) + 1;
  put_u32(w, count, (u32)w->argc);
  put_u32(w, bytes, n);
  return 0;
}

u32 w2c_wasi__snapshot__preview1_args_get(wasi *w, u32 pointers, u32 text) {
  for (int i = 0; i < w->argc; i++) {
    u32 n = (u32)strlen(w->argv[i]) + 1;
    put_u32(w, pointers + 4 * (u32)i, text);
    memcpy(at(w, text, n), w->argv[i], n);
    text += n;
  }
  return 0;
}

u32 w2c_wasi__snapshot__preview1_clock_time_get(wasi *w, u32 clock, u64 precision, u32 time) {
  (void)clock, (void)precision;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  u64 ns = (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec;
  memcpy(at(w, time, sizeof ns), &ns, sizeof ns);
  return 0;
}

u32 w2c_wasi__snapshot__preview1_fd_write(wasi *w, u32 descriptor, u32 parts, u32 count,
                                          u32 written) {
  u32 sum = 0;
  for (u32 i = 0; i < count; i++) {
    u32 size = get_u32(w, parts + 8 * i + 4);
    ssize_t n = write((int)descriptor, at(w, get_u32(w, parts + 8 * i), size), size);
    if (n < 0) return IO;
    sum += (u32)n;
    if ((u32)n < size) break;
  }
  put_u32(w, written, sum);
  return 0;
}

void w2c_wasi__snapshot__preview1_proc_exit(wasi *w, u32 status) {
  (void)w;
  exit((int)status);
}

int main(int argc, char **argv) {
  static wasi w;
  w.argc = argc;
  w.argv = argv;
  wasm_rt_init();
  wasm2c_guest_instantiate(&w.guest, &w);
  w2c_guest_0x5Fstart(&w.guest);
  return 0;
}
