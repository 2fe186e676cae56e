/* SPDX-License-Identifier: Apache-2.0 */
/* core/trap.h: how a guest's fault ends the guest, precisely, and nothing else.
 *
 * A trap is raised by a cold call from a check (tm_trap), by a processor fault inside a registered
 * region (SIGSEGV/SIGBUS), by a question a strategy puts to the handler with a trap instruction
 * (arch_x86_64.h, tm_arch_ask), or by running into the guard of the guest's stack. It unwinds to
 * the innermost tm_guest_call() of its thread. A fault that fits none of these is a bug of the host
 * and gets the signal's default action: it is never reported as a trap.
 *
 * Usage, on any thread:
 *     struct tm_trap trap;
 *     if (tm_guest_call(body, argument, &trap)) report(&trap);
 */
#ifndef TM_CORE_TRAP_H
#define TM_CORE_TRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* TM_TRAP(name, the specification's words) */
#define TM_TRAPS(TM_TRAP)                                                                          \
  TM_TRAP(UNREACHABLE, "unreachable")                                                              \
  TM_TRAP(OUT_OF_BOUNDS, "out of bounds memory access")                                            \
  TM_TRAP(UNALIGNED_ATOMIC, "unaligned atomic")                                                    \
  TM_TRAP(EXPECTED_SHARED, "expected shared memory")                                               \
  TM_TRAP(DIVIDE_BY_ZERO, "integer divide by zero")                                                \
  TM_TRAP(INTEGER_OVERFLOW, "integer overflow")                                                    \
  TM_TRAP(INVALID_CONVERSION, "invalid conversion to integer")                                     \
  TM_TRAP(TABLE_OUT_OF_BOUNDS, "out of bounds table access")                                       \
  TM_TRAP(UNDEFINED_ELEMENT, "undefined element")                                                  \
  TM_TRAP(UNINITIALIZED_ELEMENT, "uninitialized element")                                          \
  TM_TRAP(INDIRECT_CALL_TYPE, "indirect call type mismatch")                                       \
  TM_TRAP(STACK_EXHAUSTED, "call stack exhausted")                                                 \
  TM_TRAP(NO_SIGNAL_STACK, "no memory for the thread's signal stack")                              \
  TM_TRAP(INTERRUPTED, "interrupted")                                                              \
  TM_TRAP(EXIT, "exit")

enum tm_trap_code {
  TM_TRAP_NONE = 0,
#define TM_TRAP(name, words) TM_TRAP_##name,
  TM_TRAPS(TM_TRAP)
#undef TM_TRAP
};

/* The specification's words for a code; "" for TM_TRAP_NONE. */
const char *tm_trap_words(enum tm_trap_code code);

struct tm_trap {
  enum tm_trap_code code;
  uintptr_t pc;    /* an address inside the function that trapped */
  int exit_status; /* for TM_TRAP_EXIT only */
};

/* Raise a trap at the caller. Only below a tm_guest_call() of this thread; never in a handler. */
_Noreturn void tm_trap(enum tm_trap_code code) __attribute__((cold, noinline));
/* The same, blamed on the code at `pc`: for functions that check on behalf of their caller, which
 * pass TM_CALLER_PC. */
_Noreturn void tm_trap_at(enum tm_trap_code code, uintptr_t pc) __attribute__((cold, noinline));
#define TM_CALLER_PC ((uintptr_t)__builtin_return_address(0) - 1)
/* Unwind to the outermost tm_guest_call() of this thread with TM_TRAP_EXIT (a guest's exit). */
_Noreturn void tm_trap_exit(int status) __attribute__((cold, noinline));

/* Run body(argument) as guest code on this thread. Returns TM_TRAP_NONE when it returned, else the
 * code, with *trap filled. Calls nest; a trap unwinds one level, an exit all of them (each level's
 * tm_guest_call returns TM_TRAP_EXIT, and its caller is expected to return too).
 * The first call on a thread gives the thread its signal stack; tm_thread_done() takes it back.
 * Without memory for one, body does not run and the code is TM_TRAP_NO_SIGNAL_STACK. */
enum tm_trap_code tm_guest_call(void (*body)(void *), void *argument, struct tm_trap *trap);

/* Free what tm_guest_call() set up for the calling thread. Optional at process exit. */
void tm_thread_done(void);

/* Trap with STACK_EXHAUSTED when fewer than `bytes` of the calling thread's stack are left. Host
 * functions that a guest calls do this first, so that no host code runs into the guard. */
void tm_stack_need(size_t bytes);

/* How many accesses of the calling thread, so far, were held up by a fault or by a question to the
 * handler and then went on: the memory had grown meanwhile, the trap was spurious. */
uint64_t tm_trap_spurious(void);

/* Put the fault handler in place (again). Adding code or a region does so once; call it when
 * another library, a test framework for instance, has put its own handler over it since. */
void tm_trap_install(void);

/* ---- what the handler knows -------------------------------------------------------------------*/

/* Executable code of a translated module: a fault outside every range is a bug of the host.
 * 0 or -ENOMEM. */
int tm_trap_add_code(uintptr_t start, uintptr_t end);
void tm_trap_remove_code(uintptr_t start);
bool tm_trap_is_guest_code(uintptr_t pc);

enum tm_fault { TM_FAULT_TRAP, TM_FAULT_RETRY };

/* Called in the signal handler with the faulting address, so async-signal-safe; it may take locks
 * only if no holder of them can fault. */
typedef enum tm_fault (*tm_fault_fn)(void *memory, uintptr_t address);

/* Make a region known to the handler: faults in [base, base+bytes) are put to `ask` with `memory`.
 * `ask` may be NULL: every fault there is a trap. 0 or -ENOMEM. */
int tm_trap_add_region(uint8_t *base, uint64_t bytes, tm_fault_fn ask, void *memory);
void tm_trap_remove_region(uint8_t *base);

/* How many ranges of code and regions the handler knows now. For tests of what is left behind. */
unsigned tm_trap_ranges(void);

#endif
