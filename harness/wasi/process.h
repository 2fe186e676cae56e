/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/process.h: one running guest program, as the host functions see it.
 *
 * A program is a struct tm_wasi: its arguments, its descriptors, its threads. Each thread has an
 * instance of the module and a struct tm_wasi_instance, which is the `env` of every host function
 * that instance imports. It exists before the instance does, and is bound to the instance's memory
 * and view afterwards; host functions called by a start function before that find no memory and
 * answer FAULT.
 *
 * Guest memory is only ever reached through the functions below. Other threads of the guest may
 * change it at any moment, so whatever the host acts on is copied out first, once.
 */
#ifndef TM_HARNESS_WASI_PROCESS_H
#define TM_HARNESS_WASI_PROCESS_H

#include "core/linear.h"
#include "harness/wasi/beneath.h"
#include "harness/wasi/table.h"
#include "harness/wasi/wasi.h"

#include <sys/uio.h>

/* Strings as args_get and environ_get want them: one after another, each with its NUL. */
struct tm_wasi_strings {
  uint32_t count, bytes;
  uint32_t *offsets; /* of each string in text */
  char *text;
};

struct tm_wasi {
  struct tm_wasi_strings args, environment;
  struct tm_wasi_table table;
  struct tm_atomic_u32 ending; /* nonzero: no host function does anything any more */

  /* threads.c */
  struct tm_module *module;
  struct tm_wasi_options options;
  struct tm_linear *memory;      /* the one we made for the guest to import, or NULL */
  pthread_mutex_t lock;          /* guards all below */
  pthread_cond_t changed;        /* something below changed */
  uint32_t alive;                /* host threads that exist */
  uint32_t in_guest;             /* of these, how many have not left the guest's code for good */
  uint32_t started;              /* ever; also the last thread's number + 1 */
  uint64_t began_ns;             /* when _start was called, monotonic; 0 before */
  struct tm_wasi_instance *main; /* the main thread's while it is in the guest, or NULL */
  bool ended;
  bool abandoned; /* whoever ran it has gone: the last thread frees it */
  int failure;    /* -errno when a thread could not be instantiated; `error` says why */
  struct tm_error error;
  struct tm_wasi_result result;
};

struct tm_wasi_instance {
  struct tm_wasi *process;
  struct tm_linear *memory; /* NULL until bound */
  void *view;
  uint32_t thread;
  bool left; /* the guest, for good */
};

/* Make a program: descriptors 0 to 2, then the preopens. 0, or -errno and a sentence. */
int tm_wasi_new(const struct tm_wasi_options *options, struct tm_wasi **process,
                struct tm_error *error);
void tm_wasi_free(struct tm_wasi *process);

/* Every host function begins here: makes sure of stack for the host's work, and ends the calling
 * thread when the program is ending. */
struct tm_wasi_instance *tm_wasi_enter(void *env);

/* Record how the program ended; the first caller wins. Does not return control to the guest's other
 * threads' host functions: `ending` is set. */
void tm_wasi_end(struct tm_wasi *process, uint32_t thread, const struct tm_trap *trap);
/* The calling thread is out of the guest's code, or will be without running more of it. */
void tm_wasi_leave(struct tm_wasi_instance *instance);

/* ---- guest memory -----------------------------------------------------------------------------*/

/* The address of [ea, ea+n), or NULL. */
uint8_t *tm_wasi_at(struct tm_wasi_instance *instance, uint64_t ea, uint64_t n);
/* Copy n bytes out of, or into, guest memory. False when they lie beyond it. */
bool tm_wasi_get(struct tm_wasi_instance *instance, uint64_t ea, void *to, uint64_t n);
bool tm_wasi_put(struct tm_wasi_instance *instance, uint64_t ea, const void *from, uint64_t n);
bool tm_wasi_put_u32(struct tm_wasi_instance *instance, uint64_t ea, uint32_t value);
bool tm_wasi_put_u64(struct tm_wasi_instance *instance, uint64_t ea, uint64_t value);

/* How many iovecs one call looks at; a longer array is a short read or write, as POSIX allows. */
enum { TM_WASI_IOVECS = 1024 };
/* Read and check an array of `count` iovecs: all of the array must exist, and the bytes of those
 * that are used. *used says how many are filled in. FAULT. */
uint32_t tm_wasi_iovecs(struct tm_wasi_instance *instance, uint32_t iovs, uint32_t count,
                        struct iovec to[TM_WASI_IOVECS], int *used);
/* Copy a path out. FAULT, NAMETOOLONG, INVAL when it contains a NUL. */
uint32_t tm_wasi_copy_path(struct tm_wasi_instance *instance, uint32_t ea, uint32_t length,
                           struct tm_wasi_path *path);

#endif
