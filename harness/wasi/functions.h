/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/functions.h: the host functions as C sees them, one declaration for each line of
 * functions.def.
 *
 * `env` is the calling instance (struct tm_wasi_instance, process.h). Pointers into guest memory
 * are offsets; a bad one gives the errno FAULT and has no effect outside. Results that are pointers
 * are checked before anything is done. All return a WASI errno unless they say otherwise.
 */
#ifndef TM_HARNESS_WASI_FUNCTIONS_H
#define TM_HARNESS_WASI_FUNCTIONS_H

#include <stdint.h>

/* args.c */
uint32_t tm_wasi_args_get(void *env, uint32_t argv, uint32_t text);
uint32_t tm_wasi_args_sizes_get(void *env, uint32_t count, uint32_t bytes);
uint32_t tm_wasi_environ_get(void *env, uint32_t environ, uint32_t text);
uint32_t tm_wasi_environ_sizes_get(void *env, uint32_t count, uint32_t bytes);

/* clock.c */
uint32_t tm_wasi_clock_res_get(void *env, uint32_t id, uint32_t resolution);
uint32_t tm_wasi_clock_time_get(void *env, uint32_t id, uint64_t precision, uint32_t time);
uint32_t tm_wasi_random_get(void *env, uint32_t buffer, uint32_t bytes);
uint32_t tm_wasi_sched_yield(void *env);

/* io.c: bytes through descriptors */
uint32_t tm_wasi_fd_read(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint32_t done);
uint32_t tm_wasi_fd_write(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint32_t done);
uint32_t tm_wasi_fd_pread(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint64_t offset,
                          uint32_t done);
uint32_t tm_wasi_fd_pwrite(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint64_t offset,
                           uint32_t done);
uint32_t tm_wasi_fd_seek(void *env, uint32_t fd, uint64_t offset, uint32_t whence,
                         uint32_t position);
uint32_t tm_wasi_fd_tell(void *env, uint32_t fd, uint32_t position);
uint32_t tm_wasi_fd_sync(void *env, uint32_t fd);
uint32_t tm_wasi_fd_datasync(void *env, uint32_t fd);
uint32_t tm_wasi_fd_allocate(void *env, uint32_t fd, uint64_t offset, uint64_t bytes);
uint32_t tm_wasi_fd_advise(void *env, uint32_t fd, uint64_t offset, uint64_t bytes,
                           uint32_t advice);

/* descriptor.c: descriptors themselves */
uint32_t tm_wasi_fd_close(void *env, uint32_t fd);
uint32_t tm_wasi_fd_renumber(void *env, uint32_t from, uint32_t to);
uint32_t tm_wasi_fd_fdstat_get(void *env, uint32_t fd, uint32_t stat);
uint32_t tm_wasi_fd_fdstat_set_flags(void *env, uint32_t fd, uint32_t flags);
uint32_t tm_wasi_fd_fdstat_set_rights(void *env, uint32_t fd, uint64_t rights, uint64_t inheriting);
uint32_t tm_wasi_fd_filestat_get(void *env, uint32_t fd, uint32_t stat);
uint32_t tm_wasi_fd_filestat_set_size(void *env, uint32_t fd, uint64_t bytes);
uint32_t tm_wasi_fd_filestat_set_times(void *env, uint32_t fd, uint64_t atim, uint64_t mtim,
                                       uint32_t which);
uint32_t tm_wasi_fd_prestat_get(void *env, uint32_t fd, uint32_t prestat);
uint32_t tm_wasi_fd_prestat_dir_name(void *env, uint32_t fd, uint32_t name, uint32_t bytes);
uint32_t tm_wasi_fd_readdir(void *env, uint32_t fd, uint32_t buffer, uint32_t bytes,
                            uint64_t cookie, uint32_t used);

/* path.c */
uint32_t tm_wasi_path_open(void *env, uint32_t dir, uint32_t lookup, uint32_t path, uint32_t length,
                           uint32_t oflags, uint64_t rights, uint64_t inheriting, uint32_t fdflags,
                           uint32_t opened);
uint32_t tm_wasi_path_create_directory(void *env, uint32_t dir, uint32_t path, uint32_t length);
uint32_t tm_wasi_path_remove_directory(void *env, uint32_t dir, uint32_t path, uint32_t length);
uint32_t tm_wasi_path_unlink_file(void *env, uint32_t dir, uint32_t path, uint32_t length);
uint32_t tm_wasi_path_filestat_get(void *env, uint32_t dir, uint32_t lookup, uint32_t path,
                                   uint32_t length, uint32_t stat);
uint32_t tm_wasi_path_filestat_set_times(void *env, uint32_t dir, uint32_t lookup, uint32_t path,
                                         uint32_t length, uint64_t atim, uint64_t mtim,
                                         uint32_t which);
uint32_t tm_wasi_path_link(void *env, uint32_t old_dir, uint32_t lookup, uint32_t old_path,
                           uint32_t old_length, uint32_t new_dir, uint32_t new_path,
                           uint32_t new_length);
uint32_t tm_wasi_path_rename(void *env, uint32_t old_dir, uint32_t old_path, uint32_t old_length,
                             uint32_t new_dir, uint32_t new_path, uint32_t new_length);
uint32_t tm_wasi_path_symlink(void *env, uint32_t target, uint32_t target_length, uint32_t dir,
                              uint32_t path, uint32_t length);
uint32_t tm_wasi_path_readlink(void *env, uint32_t dir, uint32_t path, uint32_t length,
                               uint32_t buffer, uint32_t bytes, uint32_t used);

/* poll.c */
uint32_t tm_wasi_poll_oneoff(void *env, uint32_t subscriptions, uint32_t events, uint32_t count,
                             uint32_t ready);

/* exit.c */
void tm_wasi_proc_exit(void *env, uint32_t status);
uint32_t tm_wasi_proc_raise(void *env, uint32_t signal);

/* socket.c */
uint32_t tm_wasi_sock_accept(void *env, uint32_t fd, uint32_t flags, uint32_t accepted);
uint32_t tm_wasi_sock_recv(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint32_t flags,
                           uint32_t done, uint32_t out_flags);
uint32_t tm_wasi_sock_send(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint32_t flags,
                           uint32_t done);
uint32_t tm_wasi_sock_shutdown(void *env, uint32_t fd, uint32_t how);

/* threads.c: the new thread's number (1 and up), or a negative number when there is none */
uint32_t tm_wasi_thread_spawn(void *env, uint32_t argument);

#endif
