/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads under WebAssembly: wasi-threads over one shared memory.
 *
 * Every thread is an instance of the module of its own over the one shared memory, so the stack
 * pointer and the base of thread-local storage, which are globals, are its own too. thread_start.S
 * sets both. The linker's start function copies the data segments into memory once, in whichever
 * instance comes first.
 */
#include "guest/guest.h"

__attribute__((import_module("wasi"), import_name("thread-spawn"))) int
wasi_thread_spawn(struct guest_thread *thread);

enum { STACK_BYTES = 2 * GUEST_PAGE };

static size_t round_up(size_t value, size_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

/* A thread's stack grows down towards its block's start, its thread-local storage stands above. */
int platform_spawn(struct guest_thread *thread) {
  size_t alignment = __builtin_wasm_tls_align() > 16 ? __builtin_wasm_tls_align() : 16;
  char *stack = guest_alloc(STACK_BYTES + alignment + __builtin_wasm_tls_size());
  thread->stack_top = stack + STACK_BYTES;
  thread->tls = (char *)round_up((size_t)thread->stack_top, alignment);
  return wasi_thread_spawn(thread) < 0 ? -1 : 0;
}
