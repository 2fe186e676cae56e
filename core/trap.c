/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trap.h"

#include "core/arch.h"
#include "core/atomics.h"
#include "core/error.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__has_feature) /* clang's way of saying it */
#define TM_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define TM_ADDRESS_SANITIZER 1
#endif
#if TM_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

const char *tm_trap_words(enum tm_trap_code code) {
  static const char *const words[] = {"",
#define TM_TRAP(name, text) text,
                                      TM_TRAPS(TM_TRAP)
#undef TM_TRAP
  };
  return (size_t)code < sizeof words / sizeof *words ? words[code] : "";
}

/* ---- ranges the handler knows -----------------------------------------------------------------*/

enum { RANGES = 16384 };

/* A range is published by its start and withdrawn by start = 0. Whoever faults in a range keeps it
 * alive, so the handler may read the other members once it has seen the start. */
struct range {
  struct tm_atomic_u64 start;
  struct tm_atomic_u64 end;
  tm_fault_fn ask;
  void *memory;
};

struct range_table {
  struct tm_atomic_u32 used; /* no range at or beyond this index was ever published */
  struct range ranges[RANGES];
};

static struct range_table regions, codes;
static pthread_mutex_t tables_mutex = PTHREAD_MUTEX_INITIALIZER; /* writers only */

static const struct range *find(struct range_table *table, uintptr_t address) {
  /* ORDER: `used` before the ranges below it. PAIRS: add, trap.c. */
  uint32_t used = tm_load_acq(&table->used);
  for (uint32_t i = 0; i < used; i++) {
    struct range *r = &table->ranges[i];
    /* ORDER: start before the rest of the range. PAIRS: add, trap.c. */
    uint64_t start = tm_load_acq(&r->start);
    /* Relaxed: ordered by the load of start. */
    if (start && address >= start && address < tm_load_rlx(&r->end)) return r;
  }
  return NULL;
}

static int add(struct range_table *table, uintptr_t start, uintptr_t end, tm_fault_fn ask,
               void *memory) {
  int result = -ENOMEM;
  pthread_mutex_lock(&tables_mutex);
  for (uint32_t i = 0; i < RANGES; i++) {
    struct range *r = &table->ranges[i];
    if (tm_load_rlx(&r->start)) continue; /* Relaxed: only writers change it, under the mutex. */
    r->ask = ask;
    r->memory = memory;
    tm_store_rlx(&r->end, end); /* Relaxed: published by the store of start. */
    /* ORDER: the range before its start. PAIRS: find, trap.c. */
    tm_store_rel(&r->start, start);
    /* ORDER: the range before `used`. PAIRS: find, trap.c. */
    if (i >= tm_load_rlx(&table->used)) tm_store_rel(&table->used, i + 1);
    result = 0;
    break;
  }
  pthread_mutex_unlock(&tables_mutex);
  return result;
}

static void withdraw(struct range_table *table, uintptr_t start) {
  pthread_mutex_lock(&tables_mutex);
  for (uint32_t i = 0; i < tm_load_rlx(&table->used); i++) /* Relaxed: under the mutex. */
    if (tm_load_rlx(&table->ranges[i].start) == start) tm_store_rlx(&table->ranges[i].start, 0);
  pthread_mutex_unlock(&tables_mutex);
}

static void install_handler(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, tm_trap_install);
}

int tm_trap_add_code(uintptr_t start, uintptr_t end) {
  install_handler();
  return add(&codes, start, end, NULL, NULL);
}
void tm_trap_remove_code(uintptr_t start) { withdraw(&codes, start); }
bool tm_trap_is_guest_code(uintptr_t pc) { return find(&codes, pc) != NULL; }

int tm_trap_add_region(uint8_t *base, uint64_t bytes, tm_fault_fn ask, void *memory) {
  install_handler();
  return add(&regions, (uintptr_t)base, (uintptr_t)base + bytes, ask, memory);
}
void tm_trap_remove_region(uint8_t *base) { withdraw(&regions, (uintptr_t)base); }

unsigned tm_trap_ranges(void) {
  static struct range_table *const tables[] = {&regions, &codes};
  unsigned count = 0;
  pthread_mutex_lock(&tables_mutex);
  for (int t = 0; t < 2; t++)
    for (uint32_t i = 0; i < tm_load_rlx(&tables[t]->used); i++) /* Relaxed: under the mutex. */
      count += tm_load_rlx(&tables[t]->ranges[i].start) != 0;    /* Relaxed: the same. */
  pthread_mutex_unlock(&tables_mutex);
  return count;
}

/* ---- one thread's activations -----------------------------------------------------------------*/

struct activation {
  jmp_buf jump;
  struct activation *outer;
  struct tm_trap *trap;
  uintptr_t stack; /* what lies below belongs to the guest */
};

enum { SIGNAL_STACK_BYTES = 64 * 1024, GUARD_REACH_BYTES = 1024 * 1024 };

static _Thread_local struct {
  struct activation *innermost;
  void *signal_stack; /* NULL until the first guest call */
  uintptr_t stack_low;
  volatile uint64_t spurious; /* counted by the handler */
} self;

uint64_t tm_trap_spurious(void) { return self.spurious; }

/* False: no memory. */
static bool thread_begin(void) {
  install_handler();
  pthread_attr_t attr;
  void *low;
  size_t bytes;
  if (pthread_getattr_np(pthread_self(), &attr)) return false;
  pthread_attr_getstack(&attr, &low, &bytes);
  pthread_attr_destroy(&attr);
  self.stack_low = (uintptr_t)low;
  void *own = mmap(NULL, SIGNAL_STACK_BYTES, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (own == MAP_FAILED) return false;
  self.signal_stack = own;
  stack_t stack = {.ss_sp = self.signal_stack, .ss_size = SIGNAL_STACK_BYTES};
  if (sigaltstack(&stack, NULL)) tm_die("sigaltstack failed: errno %d", errno);
  return true;
}

void tm_thread_done(void) {
  if (!self.signal_stack) return;
  stack_t off = {.ss_flags = SS_DISABLE};
  sigaltstack(&off, NULL);
  munmap(self.signal_stack, SIGNAL_STACK_BYTES);
  self.signal_stack = NULL;
}

enum tm_trap_code tm_guest_call(void (*body)(void *), void *argument, struct tm_trap *trap) {
  if (!self.signal_stack && !thread_begin()) {
    *trap = (struct tm_trap){.code = TM_TRAP_NO_SIGNAL_STACK};
    return trap->code;
  }
  struct activation here = {
      .outer = self.innermost, .trap = trap, .stack = tm_arch_stack_pointer()};
  *trap = (struct tm_trap){.code = TM_TRAP_NONE};
  self.innermost = &here;
  if (_setjmp(here.jump) == 0) body(argument);
  self.innermost = here.outer;
  return trap->code;
}

static _Noreturn void unwind(struct activation *to, enum tm_trap_code code, uintptr_t pc,
                             int status) {
  *to->trap = (struct tm_trap){.code = code, .pc = pc, .exit_status = status};
  _longjmp(to->jump, 1);
}

void tm_trap_at(enum tm_trap_code code, uintptr_t pc) {
  if (!self.innermost) tm_die("trap '%s' outside a guest call", tm_trap_words(code));
  unwind(self.innermost, code, pc, 0);
}

void tm_trap(enum tm_trap_code code) { tm_trap_at(code, TM_CALLER_PC); }

void tm_trap_exit(int status) {
  struct activation *a = self.innermost;
  if (!a) tm_die("a guest's exit outside a guest call");
  while (a->outer) a = a->outer;
  unwind(a, TM_TRAP_EXIT, TM_CALLER_PC, status);
}

void tm_stack_need(size_t bytes) {
  char here;
  if ((uintptr_t)&here - self.stack_low < bytes) tm_trap_at(TM_TRAP_STACK_EXHAUSTED, TM_CALLER_PC);
}

#if defined(__SANITIZE_THREAD__)
/* A trap leaves its handler by a jump, after which ThreadSanitizer still thinks that it is in one,
 * and takes every call to malloc for unsafe. Proof that it is not: the signal is raised by an
 * instruction of guest code, so it never interrupts a library function. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void) { return "report_signal_unsafe=0"; }
/* liburcu is not built with it, and its own accesses are not ours to judge. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void) { return "race:liburcu\nrace:^urcu_\n"; }
#endif

/* ---- the handler ------------------------------------------------------------------------------*/

static struct sigaction previous_segv, previous_bus, previous_ill;

/* Not ours: put the earlier action back and return, so that the fault happens again under it. */
static void decline(int signal) {
  const struct sigaction *previous = signal == SIGSEGV  ? &previous_segv
                                     : signal == SIGBUS ? &previous_bus
                                                        : &previous_ill;
  sigaction(signal, previous, NULL);
}

static _Noreturn void land(void *activation) {
  struct activation *to = activation;
  _longjmp(to->jump, 1);
}

/* AddressSanitizer marks the edges of frames on the stack; those of the abandoned ones must go
 * before other code runs there. */
#if TM_ADDRESS_SANITIZER
static void forget_frames(uintptr_t stack) {
  __asan_unpoison_memory_region((void *)(stack - 65536), 65536);
}
#else
static void forget_frames(uintptr_t stack) { (void)stack; }
#endif

/* Return from the handler into land(), on the part of the stack that the trap abandons: just below
 * the activation's frame, so there is room for it even when the guest's stack is full. */
static void unwind_from_handler(ucontext_t *context, enum tm_trap_code code) {
  struct activation *to = self.innermost;
  *to->trap = (struct tm_trap){.code = code, .pc = tm_arch_pc(context)};
  forget_frames(to->stack);
  tm_arch_divert(context, land, to, to->stack);
}

static void on_fault(int signal, siginfo_t *info, void *raw) {
  int saved_errno = errno;
  ucontext_t *context = raw;
  uintptr_t pc = tm_arch_pc(context);
  uintptr_t address = (uintptr_t)info->si_addr;
  if (signal == SIGILL) {
    if (!self.innermost || !tm_arch_is_ask(context)) {
      decline(signal);
      return;
    }
    if (tm_arch_answer(context)) {
      self.spurious++;
      errno = saved_errno;
      return;
    }
    unwind_from_handler(context, TM_TRAP_OUT_OF_BOUNDS);
    return;
  }
  const struct range *region = find(&regions, address);
  if (region && region->ask && region->ask(region->memory, address) == TM_FAULT_RETRY) {
    self.spurious++;
    errno = saved_errno;
    return;
  }
  bool guest = self.innermost && tm_trap_is_guest_code(pc);
  bool in_guard = address + GUARD_REACH_BYTES >= self.stack_low && address < self.stack_low + 4096;
  if (guest && region)
    unwind_from_handler(context, TM_TRAP_OUT_OF_BOUNDS);
  else if (guest && in_guard)
    unwind_from_handler(context, TM_TRAP_STACK_EXHAUSTED);
  else
    decline(signal);
}

void tm_trap_install(void) {
  static const struct {
    int signal;
    struct sigaction *previous;
  } signals[] = {{SIGSEGV, &previous_segv}, {SIGBUS, &previous_bus}, {SIGILL, &previous_ill}};
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction before;
    if (sigaction(signals[i].signal, &action, &before)) tm_die("sigaction failed: errno %d", errno);
    if (before.sa_sigaction != on_fault) *signals[i].previous = before;
  }
}
