/* SPDX-License-Identifier: Apache-2.0 */
/* Growth, attach and detach by the thousand, and traps, on several threads under each candidate:
 * afterwards memory, descriptors, mappings and registrations are what they were.
 *
 *   soak [--seconds N] [STRATEGY…]     N seconds in all (60); default: all candidates
 *
 * For each strategy: rounds until its time is up. A round makes a shared memory; four threads each
 * instantiate a module that imports it, grow it, write and read at its end, trap beyond it, and
 * drop the instance, a thousand instances a round. After each round the memory has no reference but
 * its maker's and the strategy lists no instance and no thread. What tests/usage.h counts is taken
 * a quarter into the time (malloc is warm then) and at the end; of it, registrations ("regs") are
 * those with the trap handler, of threads' numbers, with liburcu and in memory.atomic.wait. Exit 0:
 * as before; 1: not, or a result was wrong; 2: wrong use.
 */
#include "harness/wasm/module.h"
#include "harness/wasm/wat.h"
#include "strategies/strategies.h"
#include "tests/usage.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 4, INSTANCES = 250, PAGES = 128, SLACK_KIB = 2048 };

static const char text[] =
    "(module (import \"env\" \"memory\" (memory 1 128 shared))"
    " (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"
    " (func (export \"size\") (param i32) (result i32) (memory.size))"
    " (func (export \"add\") (param i32) (result i32)"
    "  (i32.atomic.rmw.add (local.get 0) (i32.const 1)))"
    " (func (export \"load\") (param i32) (result i32) (i32.load (local.get 0))))";

static const struct tm_strategy *strategy;
static struct tm_module *module;
static struct tm_linear *memory; /* of this round */
static _Atomic uint64_t instances, grows, traps, wrong;

/* Call an export of type i32 → i32. */
static enum tm_trap_code call(struct tm_instance *instance, const char *name, uint32_t argument,
                              uint32_t *result) {
  union tm_wasm_value a = {.i32 = argument}, r = {0};
  struct tm_extern e;
  struct tm_trap trap;
  if (!tm_instance_export(instance, name, &e)) tm_die("no export %s", name);
  enum tm_trap_code code = tm_call(instance, &e.func, &a, &r, &trap);
  *result = r.i32;
  return code;
}

static void use_instance(struct tm_instance *instance, uint32_t number) {
  uint32_t size, old, value;
  wrong += call(instance, "size", 0, &size) != TM_TRAP_NONE || size < 1 || size > PAGES;
  if (number % 4 == 0) {
    wrong += call(instance, "grow", 1, &old) != TM_TRAP_NONE;
    grows += old != UINT32_MAX;
    wrong += old != UINT32_MAX && old < size; /* it never shrinks */
    wrong += call(instance, "size", 0, &size) != TM_TRAP_NONE;
  }
  wrong += call(instance, "add", size * 65536 - 4, &value) != TM_TRAP_NONE;
  if (number % 8 == 1) {
    wrong += call(instance, "load", PAGES * 65536 - 3, &value) != TM_TRAP_OUT_OF_BOUNDS;
    traps++;
  }
}

static void *run_thread(void *argument) {
  (void)argument;
  struct tm_import import = {"env", "memory", {.kind = TM_EXTERN_MEMORY, .memory = memory}};
  for (uint32_t k = 0; k < INSTANCES; k++) {
    struct tm_instance *instance;
    struct tm_error error = {0};
    struct tm_trap trap;
    if (tm_instance_new(module, &import, 1, &instance, &trap, &error)) {
      fprintf(stderr, "%s: %s\n", strategy->name, error.text);
      wrong++;
      break;
    }
    use_instance(instance, k);
    tm_instance_free(instance);
    instances++;
  }
  tm_thread_done();
  return NULL;
}

static void run_round(void) {
  static const struct tm_memory_type type = {1, PAGES, TM_INDEX32, true};
  pthread_t threads[THREADS];
  struct tm_error error = {0};
  if (tm_module_new_memory(module, &type, &memory, &error)) tm_die("%s", error.text);
  for (int k = 0; k < THREADS; k++)
    if (pthread_create(&threads[k], NULL, run_thread, NULL)) tm_die("cannot start a thread");
  for (int k = 0; k < THREADS; k++) pthread_join(threads[k], NULL);
  wrong += !strategy->valid(memory->memory);
  /* Every instance has given back its reference, and its place in the strategy's list. */
  wrong += tm_load_rlx(&memory->references) != 1; /* Relaxed: after the joins. */
  wrong += strategy->listed && strategy->listed(memory->memory) != 0;
  tm_linear_drop(memory);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* With the trap handler, the port and liburcu. */
static long registrations(const struct usage *u) {
  return u->ranges + u->numbered + u->registered + u->waiting;
}

static bool soak(const struct tm_strategy *s, double seconds) {
  struct tm_module_options options = {.strategy = s};
  struct tm_error error = {0};
  unsigned char *wasm;
  size_t size;
  strategy = s;
  instances = grows = traps = wrong = 0;
  if (tm_wat_to_wasm("soak", text, strlen(text), &wasm, &size, &error) ||
      tm_module_load_bytes("soak", wasm, size, &options, &module, &error))
    tm_die("%s", error.text);
  free(wasm);
  unsigned long rounds = 0;
  struct usage before = {0};
  double end = now() + seconds, warm = end - seconds * 3 / 4;
  for (bool warmed = false; !warmed || now() < end; rounds++) {
    if (!warmed && rounds && now() > warm) {
      before = usage_now();
      warmed = true;
    }
    run_round();
  }
  struct usage after = usage_now();
  tm_module_free(module);
  const char *more = usage_more(&before, &after, SLACK_KIB);
  printf("%-14s %7lu %10llu %9llu %8llu %6llu %7ld %7ld %5ld %5ld %5ld %5ld %5ld %5ld  %s\n",
         s->name, rounds, (unsigned long long)instances, (unsigned long long)grows,
         (unsigned long long)traps, (unsigned long long)wrong, before.resident_kib,
         after.resident_kib, before.descriptors, after.descriptors, before.mappings, after.mappings,
         registrations(&before), registrations(&after),
         wrong  ? "WRONG"
         : more ? more
                : "as before");
  fflush(stdout);
  return !more && !wrong;
}

int main(int argc, char **argv) {
  const struct tm_strategy *chosen[64];
  size_t count, n = 0;
  const struct tm_strategy_entry *all = tm_strategies(&count);
  double seconds = 60;
  usage_begin(argv);
  bool named = false;
  for (int k = 1; k < argc; k++) {
    const struct tm_strategy_entry *e = tm_strategy_find(argv[k]);
    if (!strcmp(argv[k], "--seconds") && k + 1 < argc) {
      seconds = atof(argv[++k]);
    } else if (e && n < 64) {
      chosen[n++] = e->strategy;
      named = true;
    } else {
      fprintf(stderr, "soak: no strategy or option '%s'\n", argv[k]);
      return 2;
    }
  }
  for (size_t k = 0; k < count && !named && n < 64; k++)
    if (all[k].kind == TM_KIND_candidate && tm_strategy_try(all[k].strategy) == 0)
      chosen[n++] = all[k].strategy;
  printf("%-14s %7s %10s %9s %8s %6s %7s %7s %5s %5s %5s %5s %5s %5s\n", "strategy", "rounds",
         "instances", "grows", "traps", "wrong", "KiB", "KiB", "fds", "fds", "maps", "maps", "regs",
         "regs");
  bool good = true;
  for (size_t k = 0; k < n; k++) good &= soak(chosen[k], seconds / (double)n);
  return !good;
}
