/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/threads.c: run a command module on threads of its own until the program ends.
 *
 * Each guest thread instantiates the module by itself, on its own host thread: what a strategy does
 * on attach happens where the instance will run, and nobody waits for anybody. The memory they
 * share is imported, and made by us.
 */
#include "harness/wasi/clock.h"
#include "harness/wasi/functions.h"
#include "harness/wasi/process.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
  STACK_GUARD_BYTES = 1 << 20,
  LEAST_STACK_BYTES = 256 * 1024,
  MOST_THREADS = 10000, /* each takes a few mappings, of which Linux gives a process 65530 */
  MOST_THREAD_NUMBER = 0x1fffffff, /* wasi-threads keeps the upper bits for itself */
};

/* ---- imports ----------------------------------------------------------------------------------*/

static const struct tm_import functions[] = {
#define TM_WASI(module_name, function_name, code_name, text)                                       \
  {.module = (module_name),                                                                        \
   .name = (function_name),                                                                        \
   .value = {.kind = TM_EXTERN_FUNC,                                                               \
             .func = {.code = (void (*)(void))(code_name), .signature = (text)}}},
#include "harness/wasi/functions.def"
#undef TM_WASI
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static const struct tm_item *find_item(const struct tm_item *items, size_t count,
                                       const char *module, const char *name) {
  for (size_t i = 0; i < count; i++) {
    if (module && strcmp(items[i].module, module)) continue;
    if (name && strcmp(items[i].name, name)) continue;
    return &items[i];
  }
  return NULL;
}

static const struct tm_item *imported_memory(const struct tm_module *module) {
  size_t count;
  const struct tm_item *items = tm_module_imports(module, &count);
  for (size_t i = 0; i < count; i++)
    if (items[i].kind == TM_EXTERN_MEMORY) return &items[i];
  return NULL;
}

/* ---- is it a program we can run? --------------------------------------------------------------*/

static int check_function(const struct tm_module *module, const char *name, const char *signature,
                          struct tm_error *error) {
  size_t count;
  const struct tm_item *exports = tm_module_exports(module, &count);
  const struct tm_item *item = find_item(exports, count, NULL, name);
  if (!item || item->kind != TM_EXTERN_FUNC)
    return tm_fail(error, -ENOEXEC,
                   "the module exports no function %s; build it as a WASI command%s", name,
                   strcmp(name, "_start") ? " with threads" : "");
  if (strcmp(item->signature, signature))
    return tm_fail(error, -ENOEXEC, "the module's %s has the type %s instead of %s", name,
                   item->signature, signature);
  return 0;
}

static int check_module(const struct tm_module *module, struct tm_error *error) {
  size_t count;
  const struct tm_item *imports = tm_module_imports(module, &count);
  const struct tm_item *memory = imported_memory(module);
  if (find_item(imports, count, "wasi_unstable", NULL))
    return tm_fail(error, -ENOEXEC,
                   "the module imports wasi_unstable, whose calls differ from those of "
                   "wasi_snapshot_preview1; rebuild it with a newer library");
  int result = check_function(module, "_start", ">", error);
  if (result || !find_item(imports, count, "wasi", "thread-spawn")) return result;
  if (!memory || !memory->memory_type.shared)
    return tm_fail(error, -ENOEXEC,
                   "the module imports wasi thread-spawn but no shared memory; link it with "
                   "--import-memory --shared-memory");
  return check_function(module, "wasi_thread_start", "ii>", error);
}

/* Make the memory that the module imports, if it does. */
static int make_memory(struct tm_wasi *process, struct tm_error *error) {
  const struct tm_item *item = imported_memory(process->module);
  if (!item) return 0;
  return tm_module_new_memory(process->module, &item->memory_type, &process->memory, error);
}

/* ---- one guest thread -------------------------------------------------------------------------*/

struct guest_thread {
  struct tm_wasi_instance env; /* first: what the host functions get */
  uint32_t argument;           /* of wasi_thread_start */
  struct tm_import imports[FUNCTIONS + 1];
};

/* The module could not be instantiated, for no fault of the guest's. */
static void fail(struct tm_wasi *process, int result, const struct tm_error *error) {
  pthread_mutex_lock(&process->lock);
  if (!process->ended) {
    process->ended = true;
    tm_store_rlx(&process->ending, 1); /* Relaxed: see tm_wasi_enter. */
    process->failure = result;
    process->error = *error;
    pthread_cond_broadcast(&process->changed);
  }
  pthread_mutex_unlock(&process->lock);
}

static struct guest_thread *thread_new(struct tm_wasi *process, uint32_t number,
                                       uint32_t argument) {
  struct guest_thread *t = calloc(1, sizeof *t);
  if (!t) return NULL;
  t->env = (struct tm_wasi_instance){.process = process, .thread = number};
  t->argument = argument;
  for (size_t i = 0; i < FUNCTIONS; i++) {
    t->imports[i] = functions[i];
    t->imports[i].value.func.env = &t->env;
  }
  const struct tm_item *memory = imported_memory(process->module);
  if (memory)
    t->imports[FUNCTIONS] =
        (struct tm_import){.module = memory->module,
                           .name = memory->name,
                           .value = {.kind = TM_EXTERN_MEMORY, .memory = process->memory}};
  return t;
}

/* Call the thread's function; how it ended. */
static void call(struct guest_thread *t, struct tm_instance *instance, struct tm_trap *trap) {
  struct tm_extern start;
  union tm_wasm_value arguments[2] = {{.i32 = t->env.thread}, {.i32 = t->argument}};
  if (!tm_instance_export(instance, t->env.thread ? "wasi_thread_start" : "_start", &start))
    tm_die("an export that was there is gone");
  if (t->env.thread == 0) {
    pthread_mutex_lock(&t->env.process->lock);
    t->env.process->main = &t->env;
    t->env.process->began_ns = tm_wasi_now(CLOCK_MONOTONIC);
    pthread_mutex_unlock(&t->env.process->lock);
  }
  tm_call(instance, &start.func, arguments, NULL, trap);
}

/* What the program's memory has come to, as an instance sees it that is still there; the lock is
 * held. Looked at before each instance goes, and at the end: lengths and counts only grow, so the
 * largest of these looks is the program's. */
static void observe(struct tm_wasi_instance *env) {
  if (!env || !env->memory) return;
  uint64_t pages = env->memory->strategy->pages(env->view);
  uint64_t grows = tm_load_rlx(&env->memory->grows); /* Relaxed: a statistic. */
  struct tm_wasi_result *result = &env->process->result;
  if (pages > result->peak_pages) result->peak_pages = pages;
  if (grows > result->grows) result->grows = grows;
}

/* Instantiate, call, tell the program how it ended, and clear up. */
static void live(struct guest_thread *t) {
  struct tm_wasi *process = t->env.process;
  struct tm_trap trap = {.code = TM_TRAP_NONE};
  struct tm_error error = {""};
  struct tm_instance *instance = NULL;
  size_t imports = FUNCTIONS + (process->memory != NULL);
  int result = tm_instance_new(process->module, t->imports, imports, &instance, &trap, &error);
  if (!result) {
    t->env.view = tm_instance_view(instance);
    t->env.memory = tm_instance_memory(instance);
    call(t, instance, &trap);
  }
  struct tm_error import = error;
  if (result == -ENOENT)
    tm_fail(&error, result,
            "%s; a guest can import WASI preview1, wasi thread-spawn and one memory", import.text);
  pthread_mutex_lock(&process->lock);
  observe(&t->env);
  if (process->main == &t->env) process->main = NULL;
  pthread_mutex_unlock(&process->lock);
  tm_wasi_leave(&t->env); /* from here on only our own code runs, and it ends soon */
  if (result && trap.code == TM_TRAP_NONE)
    fail(process, result, &error);
  else if (trap.code != TM_TRAP_NONE || t->env.thread == 0)
    tm_wasi_end(process, t->env.thread, &trap);
  if (instance) tm_instance_free(instance);
}

static void *thread_main(void *argument) {
  struct guest_thread *t = argument;
  struct tm_wasi *process = t->env.process;
  live(t);
  free(t);
  tm_thread_done();
  pthread_mutex_lock(&process->lock);
  process->alive--;
  bool last = process->abandoned && process->alive == 0;
  pthread_cond_broadcast(&process->changed);
  pthread_mutex_unlock(&process->lock); /* the last use of `process` by this thread, but */
  if (last) tm_wasi_free(process);
  return NULL;
}

static int start_host_thread(struct guest_thread *t, size_t stack_bytes) {
  pthread_t thread;
  pthread_attr_t attributes;
  if (stack_bytes < LEAST_STACK_BYTES) stack_bytes = LEAST_STACK_BYTES;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setguardsize(&attributes, STACK_GUARD_BYTES);
  int result = pthread_attr_setstacksize(&attributes, (stack_bytes + 4095) & ~(size_t)4095);
  if (!result) result = pthread_create(&thread, &attributes, thread_main, t);
  pthread_attr_destroy(&attributes);
  return -result;
}

/* Start the next thread of the program. Its number, or -errno. */
static int64_t start_thread(struct tm_wasi *process, uint32_t argument) {
  pthread_mutex_lock(&process->lock);
  uint32_t number = process->started;
  bool room = process->alive < process->options.max_threads && process->alive < MOST_THREADS &&
              number <= MOST_THREAD_NUMBER;
  if (room) process->started++, process->alive++, process->in_guest++;
  pthread_mutex_unlock(&process->lock);
  if (!room) return -EAGAIN;
  int result = -ENOMEM;
  struct guest_thread *t = thread_new(process, number, argument);
  size_t stack = number ? process->options.thread_stack_bytes : process->options.main_stack_bytes;
  if (t && (result = start_host_thread(t, stack)) == 0) return number;
  free(t);
  pthread_mutex_lock(&process->lock);
  process->alive--, process->in_guest--;
  pthread_cond_broadcast(&process->changed);
  pthread_mutex_unlock(&process->lock);
  return result;
}

uint32_t tm_wasi_thread_spawn(void *env, uint32_t argument) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  int64_t number = start_thread(g->process, argument);
  return number < 0 ? (uint32_t)-TM_WASI_AGAIN : (uint32_t)number;
}

/* ---- the whole program ------------------------------------------------------------------------*/

static struct timespec deadline(uint64_t timeout_ns) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  uint64_t ns = (uint64_t)t.tv_nsec + timeout_ns % 1000000000;
  t.tv_sec += (time_t)(timeout_ns / 1000000000 + ns / 1000000000);
  t.tv_nsec = (long)(ns % 1000000000);
  return t;
}

/* Wait until the program has ended and every thread that left the guest has also gone. Returns with
 * the lock held, so that none leaves before the caller has counted them. */
static void await_end(struct tm_wasi *process) {
  uint64_t timeout_ns = process->options.timeout_ns;
  struct timespec until = deadline(timeout_ns);
  pthread_mutex_lock(&process->lock);
  while (!process->ended) {
    if (!timeout_ns) {
      pthread_cond_wait(&process->changed, &process->lock);
    } else if (pthread_cond_timedwait(&process->changed, &process->lock, &until) == ETIMEDOUT &&
               !process->ended) {
      static const struct tm_trap timeout = {.code = TM_TRAP_INTERRUPTED};
      pthread_mutex_unlock(&process->lock);
      tm_wasi_end(process, 0, &timeout);
      pthread_mutex_lock(&process->lock);
    }
  }
  while (process->alive > process->in_guest) pthread_cond_wait(&process->changed, &process->lock);
}

int tm_wasi_run(struct tm_module *module, const struct tm_wasi_options *options,
                struct tm_wasi_result *result, struct tm_error *error) {
  struct tm_wasi *process;
  *result = (struct tm_wasi_result){.status = 0};
  int failed = check_module(module, error);
  if (!failed) failed = tm_wasi_new(options, &process, error);
  if (failed) return failed;
  process->module = module;
  failed = make_memory(process, error);
  if (!failed) {
    int64_t started = start_thread(process, 0);
    if (started < 0)
      failed = tm_fail(error, (int)started, "cannot start the guest's main thread: %s",
                       strerror((int)-started));
  }
  if (failed) {
    tm_wasi_free(process);
    return failed;
  }
  await_end(process);
  failed = process->failure;
  if (failed) tm_fail(error, failed, "%s", process->error.text);
  observe(process->main);
  *result = process->result;
  result->threads = process->started;
  result->running = process->in_guest;
  process->abandoned = result->running > 0;
  const char *function = result->status == 134 ? tm_function_at(result->trap.pc) : NULL;
  if (function) snprintf(result->function, sizeof result->function, "%s", function);
  pthread_mutex_unlock(&process->lock);
  if (!result->running) tm_wasi_free(process); /* else its threads still use it: the last does */
  return failed;
}
