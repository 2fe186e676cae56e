/* SPDX-License-Identifier: Apache-2.0 */
/* core/arch_x86_64.h: trap instruction, resuming after it, signal registers, time base. */
#ifndef TM_CORE_ARCH_X86_64_H
#define TM_CORE_ARCH_X86_64_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

/* A question to the trap handler: may `view` access [ea, ea+n)? Runs in the handler. */
typedef bool (*tm_ask_fn)(void *view, uint64_t ea, uint64_t n);

/* Execute one trap instruction that carries a question in fixed registers. Returns when the answer
 * is yes; traps OUT_OF_BOUNDS when it is no. UD1 with this operand byte occurs nowhere else: no
 * compiler emits it. The memory clobber makes the caller reload what the handler has changed. */
static inline void tm_arch_ask(tm_ask_fn ask, void *view, uint64_t ea, uint64_t n) {
  __asm__ volatile(".byte 0x0f, 0xb9, 0xc1" /* ud1 %ecx, %eax */
                   :
                   : "c"(ask), "D"(view), "S"(ea), "d"(n)
                   : "memory");
}

static inline uintptr_t tm_arch_pc(const ucontext_t *context) {
  return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
}

/* If the instruction at pc is tm_arch_ask's, put its question and return true. */
static inline bool tm_arch_is_ask(const ucontext_t *context) {
  static const uint8_t ud1[] = {0x0f, 0xb9, 0xc1};
  return memcmp((const void *)tm_arch_pc(context), ud1, sizeof ud1) == 0;
}

/* Answer the question at pc: on yes, step over the instruction and return true. */
static inline bool tm_arch_answer(ucontext_t *context) {
  greg_t *r = context->uc_mcontext.gregs;
  tm_ask_fn ask = (tm_ask_fn)(uintptr_t)r[REG_RCX];
  if (!ask((void *)r[REG_RDI], (uint64_t)r[REG_RSI], (uint64_t)r[REG_RDX])) return false;
  r[REG_RIP] += 3;
  return true;
}

static inline uintptr_t tm_arch_stack_pointer(void) {
  uintptr_t sp;
  __asm__("mov %%rsp, %0" : "=r"(sp));
  return sp;
}

/* Make the handler return into `function`(argument) with the stack below `stack`, as if called. */
static inline void tm_arch_divert(ucontext_t *context, void (*function)(void *), void *argument,
                                  uintptr_t stack) {
  greg_t *r = context->uc_mcontext.gregs;
  r[REG_RIP] = (greg_t)(uintptr_t)function;
  r[REG_RDI] = (greg_t)(uintptr_t)argument;
  r[REG_RSP] = (greg_t)(((stack - 256) & ~(uintptr_t)15) - 8); /* as after a call */
}

/* Time base in ticks; constant rate, not ordered with the accesses around it. */
static inline uint64_t tm_arch_ticks(void) { return __builtin_ia32_rdtsc(); }

static inline void tm_arch_pause(void) { __builtin_ia32_pause(); }

#endif
