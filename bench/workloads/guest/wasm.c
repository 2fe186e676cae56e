/* SPDX-License-Identifier: Apache-2.0
 *
 * The platform under WebAssembly: WASI preview1. Threads, waiting and waking are in
 * wasm_threads.c, or in wasm_single.c for modules with one thread and an ordinary memory.
 */
#include "guest/guest.h"

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(name)))

struct wasi_bytes {
  const char *at;
  size_t length;
};

WASI("args_sizes_get") int wasi_args_sizes_get(size_t *count, size_t *bytes);
WASI("args_get") int wasi_args_get(char **arguments, char *text);
WASI("clock_time_get") int wasi_clock_time_get(int clock, uint64_t precision, uint64_t *time);
WASI("fd_write")
int wasi_fd_write(int descriptor, const struct wasi_bytes *parts, size_t count, size_t *written);
WASI("proc_exit") _Noreturn void wasi_proc_exit(int status);

/* Made by the linker. */
extern char __heap_base;

enum { WASI_CLOCK_MONOTONIC = 1 };

size_t platform_heap_start(void) { return (size_t)&__heap_base; }

void platform_write(int descriptor, const char *text, size_t length) {
  while (length) {
    struct wasi_bytes part = {text, length};
    size_t written = 0;
    if (wasi_fd_write(descriptor, &part, 1, &written) != 0) wasi_proc_exit(1);
    text += written;
    length -= written;
  }
}

uint64_t platform_now_ns(void) {
  uint64_t now = 0;
  if (wasi_clock_time_get(WASI_CLOCK_MONOTONIC, 1, &now) != 0) guest_fail("there is no clock");
  return now;
}

_Noreturn void platform_exit(int status) { wasi_proc_exit(status); }

void _start(void) {
  size_t count = 0, bytes = 0;
  if (wasi_args_sizes_get(&count, &bytes) != 0) guest_fail("the arguments cannot be read");
  char **arguments = guest_alloc((count + 1) * sizeof *arguments);
  char *text = guest_alloc(bytes + 1);
  if (wasi_args_get(arguments, text) != 0) guest_fail("the arguments cannot be read");
  int status = guest_main((int)count, arguments);
  if (status) wasi_proc_exit(status);
}
