/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/wasi/process.h"

#include "harness/wasi/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a host function may need of the stack: its iovecs, its paths, and the C library. */
enum { HOST_STACK_BYTES = 128 * 1024 };

struct tm_wasi_options tm_wasi_options(void) {
  return (struct tm_wasi_options){
      .stdio = {0, 1, 2},
      .max_threads = 1024,
      .max_files = 65536,
      .main_stack_bytes = 8 << 20,
      .thread_stack_bytes = 1 << 20,
  };
}

/* ---- arguments and environment ----------------------------------------------------------------*/

static int strings_init(struct tm_wasi_strings *s, size_t count, const char *const *strings) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < count; i++) bytes += strlen(strings[i]) + 1;
  if (count > UINT32_MAX / 8 || bytes > UINT32_MAX / 2) return -E2BIG;
  s->count = (uint32_t)count;
  s->bytes = (uint32_t)bytes;
  s->offsets = calloc(count + 1, sizeof *s->offsets);
  s->text = malloc(bytes + 1);
  if (!s->offsets || !s->text) return -ENOMEM;
  uint32_t offset = 0;
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(strings[i]) + 1;
    memcpy(s->text + offset, strings[i], length);
    s->offsets[i] = offset;
    offset += (uint32_t)length;
  }
  return 0;
}

static void strings_fini(struct tm_wasi_strings *s) {
  free(s->offsets);
  free(s->text);
}

/* ---- descriptors the program starts with ------------------------------------------------------*/

static int add_stdio(struct tm_wasi *process, int number, int host, struct tm_error *error) {
  static const char *const names[] = {"input", "output", "error output"};
  int fd = host < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : fcntl(host, F_DUPFD_CLOEXEC, 3);
  if (fd < 0)
    return tm_fail(error, -errno, "cannot use the standard %s: %s", names[number], strerror(errno));
  static const uint64_t without[] = {
      [O_RDONLY] = TM_RIGHT_FD_WRITE, [O_WRONLY] = TM_RIGHT_FD_READ, [O_RDWR] = 0};
  uint64_t rights = TM_RIGHTS_ALL & ~without[fcntl(fd, F_GETFL) & O_ACCMODE];
  struct tm_wasi_file *file = tm_wasi_file_new(fd, rights, 0);
  if (!file) return tm_fail(error, -ENOMEM, "no memory for the guest's descriptors");
  file->inherited = true;
  uint32_t guest;
  if (tm_wasi_table_put(&process->table, file, &guest))
    return tm_fail(error, -EMFILE, "the guest may have too few descriptors for its standard %s",
                   names[number]);
  return 0;
}

static int add_preopen(struct tm_wasi *process, const struct tm_wasi_preopen *preopen,
                       struct tm_error *error) {
  int fd = open(preopen->host, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return tm_fail(error, -errno, "cannot open the directory %s for the guest: %s", preopen->host,
                   strerror(errno));
  struct tm_wasi_file *file = tm_wasi_file_new(fd, TM_RIGHTS_ALL, TM_RIGHTS_ALL);
  if (!file) return tm_fail(error, -ENOMEM, "no memory for the guest's descriptors");
  uint32_t guest;
  file->preopen = strdup(preopen->guest);
  if (!file->preopen) {
    tm_wasi_file_drop(file);
    return tm_fail(error, -ENOMEM, "no memory for the guest's descriptors");
  }
  if (tm_wasi_table_put(&process->table, file, &guest))
    return tm_fail(error, -EMFILE, "the guest may have too few descriptors for directory %s",
                   preopen->host);
  return 0;
}

static int open_table(struct tm_wasi *process, const struct tm_wasi_options *options,
                      struct tm_error *error) {
  int result = options->preopen_count ? tm_beneath_check(error) : 0;
  for (int i = 0; !result && i < 3; i++) result = add_stdio(process, i, options->stdio[i], error);
  for (size_t i = 0; !result && i < options->preopen_count; i++)
    result = add_preopen(process, &options->preopens[i], error);
  return result;
}

/* ---- the program ------------------------------------------------------------------------------*/

int tm_wasi_new(const struct tm_wasi_options *options, struct tm_wasi **process,
                struct tm_error *error) {
  struct tm_wasi *p = calloc(1, sizeof *p);
  if (!p) return tm_fail(error, -ENOMEM, "no memory for a guest program");
  p->options = *options;
  pthread_mutex_init(&p->lock, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&p->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  tm_wasi_table_init(&p->table, options->max_files);
  int result = strings_init(&p->args, (size_t)options->argc, (const char *const *)options->argv);
  if (!result) result = strings_init(&p->environment, options->env_count, options->env);
  if (result)
    tm_fail(error, result, "cannot pass the guest its arguments and environment: %s",
            strerror(-result));
  else
    result = open_table(p, options, error);
  if (result) {
    tm_wasi_free(p);
    return result;
  }
  *process = p;
  return 0;
}

void tm_wasi_free(struct tm_wasi *process) {
  tm_wasi_table_fini(&process->table);
  strings_fini(&process->args);
  strings_fini(&process->environment);
  if (process->memory) tm_linear_drop(process->memory);
  pthread_cond_destroy(&process->changed);
  pthread_mutex_destroy(&process->lock);
  free(process);
}

struct tm_wasi_instance *tm_wasi_enter(void *env) {
  struct tm_wasi_instance *instance = env;
  tm_stack_need(HOST_STACK_BYTES);
  /* Relaxed: a call that begins while the program ends may still take effect; one that follows the
   * end in happens-before order sees the flag. */
  if (tm_load_rlx(&instance->process->ending)) tm_trap_exit(0);
  return instance;
}

void tm_wasi_end(struct tm_wasi *process, uint32_t thread, const struct tm_trap *trap) {
  pthread_mutex_lock(&process->lock);
  if (!process->ended) {
    process->ended = true;
    tm_store_rlx(&process->ending, 1); /* Relaxed: see tm_wasi_enter. */
    process->result.trap = *trap;
    process->result.thread = thread;
    if (process->began_ns)
      process->result.guest_ns = tm_wasi_now(CLOCK_MONOTONIC) - process->began_ns;
    bool own = trap->code == TM_TRAP_NONE || trap->code == TM_TRAP_EXIT;
    process->result.status = own ? trap->exit_status : 134;
    pthread_cond_broadcast(&process->changed);
  }
  pthread_mutex_unlock(&process->lock);
}

void tm_wasi_leave(struct tm_wasi_instance *instance) {
  struct tm_wasi *process = instance->process;
  pthread_mutex_lock(&process->lock);
  if (!instance->left && process->in_guest) process->in_guest--;
  instance->left = true;
  pthread_mutex_unlock(&process->lock);
}

void tm_wasi_report(const struct tm_wasi_result *result, FILE *to) {
  enum tm_trap_code code = result->trap.code;
  if (code == TM_TRAP_NONE || code == TM_TRAP_EXIT) return;
  fprintf(to, "tidemark: trap in thread %u: %s", result->thread, tm_trap_words(code));
  if (result->function[0]) fprintf(to, " in function \"%s\"", result->function);
  fputc('\n', to);
}

/* ---- guest memory -----------------------------------------------------------------------------*/

uint8_t *tm_wasi_at(struct tm_wasi_instance *instance, uint64_t ea, uint64_t n) {
  if (!instance->memory) return NULL;
  return tm_linear_at(instance->memory, instance->view, ea, n);
}

bool tm_wasi_get(struct tm_wasi_instance *instance, uint64_t ea, void *to, uint64_t n) {
  const uint8_t *from = tm_wasi_at(instance, ea, n);
  if (!from) return false;
  memcpy(to, from, n);
  /* Another thread may write there: what follows uses the copy, never a second read. */
  tm_fence_compiler();
  return true;
}

bool tm_wasi_put(struct tm_wasi_instance *instance, uint64_t ea, const void *from, uint64_t n) {
  uint8_t *to = tm_wasi_at(instance, ea, n);
  if (!to) return false;
  memcpy(to, from, n);
  return true;
}

bool tm_wasi_put_u32(struct tm_wasi_instance *instance, uint64_t ea, uint32_t value) {
  return tm_wasi_put(instance, ea, &value, sizeof value);
}

bool tm_wasi_put_u64(struct tm_wasi_instance *instance, uint64_t ea, uint64_t value) {
  return tm_wasi_put(instance, ea, &value, sizeof value);
}

uint32_t tm_wasi_iovecs(struct tm_wasi_instance *instance, uint32_t iovs, uint32_t count,
                        struct iovec to[TM_WASI_IOVECS], int *used) {
  if (!tm_wasi_at(instance, iovs, (uint64_t)count * TM_IOVEC_BYTES)) return TM_WASI_FAULT;
  if (count > TM_WASI_IOVECS) count = TM_WASI_IOVECS;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t buffer_and_length[2];
    if (!tm_wasi_get(instance, iovs + (uint64_t)i * TM_IOVEC_BYTES, buffer_and_length,
                     sizeof buffer_and_length))
      return TM_WASI_FAULT;
    to[i].iov_len = buffer_and_length[1];
    to[i].iov_base = tm_wasi_at(instance, buffer_and_length[0], buffer_and_length[1]);
    if (!to[i].iov_base) return TM_WASI_FAULT;
  }
  *used = (int)count;
  return TM_WASI_SUCCESS;
}

uint32_t tm_wasi_copy_path(struct tm_wasi_instance *instance, uint32_t ea, uint32_t length,
                           struct tm_wasi_path *path) {
  if (!tm_wasi_at(instance, ea, length)) return TM_WASI_FAULT;
  if (length >= sizeof path->text) return TM_WASI_NAMETOOLONG;
  if (!tm_wasi_get(instance, ea, path->text, length)) return TM_WASI_FAULT;
  path->text[length] = '\0';
  return memchr(path->text, '\0', length) ? TM_WASI_INVAL : TM_WASI_SUCCESS;
}
