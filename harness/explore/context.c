/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/context.h"

#include <stdint.h>

#ifdef TM_CONTEXT_PORTABLE

static void trampoline(unsigned entry_high, unsigned entry_low, unsigned argument_high,
                       unsigned argument_low) {
  void (*entry)(void *) = (void (*)(void *))((uintptr_t)entry_high << 32 | entry_low);
  entry((void *)((uintptr_t)argument_high << 32 | argument_low));
}

void tm_context_start(struct tm_context *context, void *stack, size_t bytes, void (*entry)(void *),
                      void *argument) {
  getcontext(&context->state);
  context->state.uc_stack.ss_sp = stack;
  context->state.uc_stack.ss_size = bytes;
  context->state.uc_link = NULL;
  makecontext(&context->state, (void (*)(void))trampoline, 4, (unsigned)((uintptr_t)entry >> 32),
              (unsigned)(uintptr_t)entry, (unsigned)((uintptr_t)argument >> 32),
              (unsigned)(uintptr_t)argument);
}

void tm_context_switch(struct tm_context *from, struct tm_context *to) {
  swapcontext(&from->state, &to->state);
}

#else

/* Save what a call preserves, exchange the stacks, restore. */
__asm__(".text\n"
        ".globl tm_context_switch\n"
        ".hidden tm_context_switch\n"
        ".type tm_context_switch, @function\n"
        ".p2align 4\n"
        "tm_context_switch:\n"
        "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
        "  movq %rsp, (%rdi)\n"
        "  movq (%rsi), %rsp\n"
        "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
        "  ret\n"
        ".size tm_context_switch, . - tm_context_switch\n"
        /* The first switch to a context arrives here: entry in r12, its argument in r13. */
        ".type tm_context_first, @function\n"
        "tm_context_first:\n"
        "  movq %r13, %rdi\n"
        "  call *%r12\n"
        "  ud2\n"
        ".size tm_context_first, . - tm_context_first\n");

void tm_context_first(void) __asm__("tm_context_first");

void tm_context_start(struct tm_context *context, void *stack, size_t bytes, void (*entry)(void *),
                      void *argument) {
  uintptr_t top = ((uintptr_t)stack + bytes) & ~(uintptr_t)15;
  uint64_t *frame = (uint64_t *)top - 9;    /* so that `call` in tm_context_first is aligned */
  frame[0] = 0;                             /* r15 */
  frame[1] = 0;                             /* r14 */
  frame[2] = (uint64_t)(uintptr_t)argument; /* r13 */
  frame[3] = (uint64_t)(uintptr_t)entry;    /* r12 */
  frame[4] = 0;                             /* rbx */
  frame[5] = 0;                             /* rbp */
  frame[6] = (uint64_t)(uintptr_t)tm_context_first;
  context->stack_pointer = frame;
}

#endif
