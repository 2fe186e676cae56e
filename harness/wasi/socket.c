/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/socket.c: a guest gets no sockets from us, except what its stdio may be; it reads
 * and writes that as a file. The calls answer truthfully for every descriptor. */
#include "harness/wasi/functions.h"
#include "harness/wasi/process.h"

static uint32_t no_socket(void *env, uint32_t fd) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  struct tm_wasi_file *file;
  uint32_t wrong = tm_wasi_table_get(&g->process->table, fd, 0, &file);
  if (wrong) return wrong;
  bool socket = file->type == TM_FILETYPE_SOCKET_STREAM || file->type == TM_FILETYPE_SOCKET_DGRAM;
  tm_wasi_file_drop(file);
  return socket ? TM_WASI_NOTSUP : TM_WASI_NOTSOCK;
}

uint32_t tm_wasi_sock_accept(void *env, uint32_t fd, uint32_t flags, uint32_t accepted) {
  (void)flags, (void)accepted;
  return no_socket(env, fd);
}
uint32_t tm_wasi_sock_recv(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint32_t flags,
                           uint32_t done, uint32_t out_flags) {
  (void)iovs, (void)count, (void)flags, (void)done, (void)out_flags;
  return no_socket(env, fd);
}
uint32_t tm_wasi_sock_send(void *env, uint32_t fd, uint32_t iovs, uint32_t count, uint32_t flags,
                           uint32_t done) {
  (void)iovs, (void)count, (void)flags, (void)done;
  return no_socket(env, fd);
}
uint32_t tm_wasi_sock_shutdown(void *env, uint32_t fd, uint32_t how) {
  (void)how;
  return no_socket(env, fd);
}
