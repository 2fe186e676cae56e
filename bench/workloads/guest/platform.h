/* SPDX-License-Identifier: Apache-2.0
 *
 * The seam between the guest library and the machine under it.
 *
 * What: one linear memory that only grows, wait and wake on a 32-bit word, threads, output, a
 *   clock, the command line and the exit. wasm.c provides it from WebAssembly instructions and
 *   WASI, with wasm_threads.c or, without any threads, wasm_single.c; native.c from pthreads,
 *   futexes and one large mapping. Nothing above this file knows which of them it runs on, so a
 *   workload and its native twin are the same code.
 * Usage: included by the guest library only; workloads include guest/guest.h.
 */
#ifndef TIDEMARK_GUEST_PLATFORM_H
#define TIDEMARK_GUEST_PLATFORM_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { GUEST_PAGE = 65536, GUEST_MAX_PAGES = 16384 };

/* One thread. The first two fields are read by thread_start.S; keep them first. */
struct guest_thread {
  char *stack_top;
  char *tls;
  void (*body)(unsigned index);
  unsigned index;
  _Atomic uint32_t done; /* 0 while it runs, then 1 */
};

#ifdef __wasm__

static inline uint32_t guest_pages(void) { return (uint32_t)__builtin_wasm_memory_size(0); }

/* Grows the memory by `delta` pages. Returns the old length in pages, or -1. */
static inline int32_t guest_grow(uint32_t delta) {
  return (int32_t)__builtin_wasm_memory_grow(0, delta);
}

/* The byte at `offset` of linear memory. */
static inline char *guest_byte(size_t offset) { return (char *)offset; }

#ifdef __wasm_atomics__
static inline void guest_wait(_Atomic uint32_t *word, uint32_t expected) {
  __builtin_wasm_memory_atomic_wait32((int *)word, (int)expected, -1);
}

static inline void guest_wake(_Atomic uint32_t *word, uint32_t count) {
  __builtin_wasm_memory_atomic_notify((int *)word, count);
}
#endif

#else

struct guest_native_memory {
  char *base;
  _Atomic uint32_t pages;
};
extern struct guest_native_memory guest_native_memory;

void guest_native_start(void); /* makes the memory, of one page; call it first */

static inline uint32_t guest_pages(void) {
  return atomic_load_explicit(&guest_native_memory.pages, memory_order_seq_cst);
}
int32_t guest_grow(uint32_t delta);
static inline char *guest_byte(size_t offset) { return guest_native_memory.base + offset; }

#endif

#ifndef __wasm_atomics__ /* elsewhere they are no instructions */
void guest_wait(_Atomic uint32_t *word, uint32_t expected);
void guest_wake(_Atomic uint32_t *word, uint32_t count);
#endif

/* Where the heap may begin: an offset into the memory, behind the program's own data. */
size_t platform_heap_start(void);

/* Starts `thread`; its memory stays the caller's. Returns 0, or -1 if no thread could be had. */
int platform_spawn(struct guest_thread *thread);

void platform_write(int descriptor, const char *text, size_t length);
uint64_t platform_now_ns(void);
_Noreturn void platform_exit(int status);

/* What every thread runs, on either platform: the body, then the news that it has ended. */
void guest_thread_run(struct guest_thread *thread);

/* The program proper, called once by the platform's entry point. */
int guest_main(int argc, char **argv);

#endif
