/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/context.h"

#include <stdint.h>
#include <string.h>

#ifdef TM_CONTEXT_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

/* ---- switching --------------------------------------------------------------------------------*/

/* Save what a call preserves, exchange the stacks, restore. */
__asm__(".text\n"
        ".globl tm_context_exchange\n"
        ".hidden tm_context_exchange\n"
        ".type tm_context_exchange, @function\n"
        ".p2align 4\n"
        "tm_context_exchange:\n"
        "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
        "  movq %rsp, (%rdi)\n"
        "  movq (%rsi), %rsp\n"
        "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
        "  ret\n"
        ".size tm_context_exchange, . - tm_context_exchange\n"
        /* The first switch to a context arrives here: entry in r12, its argument in r13. */
        ".type tm_context_first, @function\n"
        "tm_context_first:\n"
        "  movq %r13, %rdi\n"
        "  call *%r12\n"
        "  ud2\n"
        ".size tm_context_first, . - tm_context_first\n");

void tm_context_exchange(struct tm_context *from, struct tm_context *to);
void tm_context_first(void) __asm__("tm_context_first");

/* A frame from which tm_context_exchange continues at the beginning. */
static void *first_frame(void *stack, size_t bytes, void (*entry)(void *), void *argument) {
  uintptr_t top = ((uintptr_t)stack + bytes) & ~(uintptr_t)15;
  uint64_t *frame = (uint64_t *)top - 9;    /* so that `call` in tm_context_first is aligned */
  frame[0] = 0;                             /* r15 */
  frame[1] = 0;                             /* r14 */
  frame[2] = (uint64_t)(uintptr_t)argument; /* r13 */
  frame[3] = (uint64_t)(uintptr_t)entry;    /* r12 */
  frame[4] = 0;                             /* rbx */
  frame[5] = 0;                             /* rbp */
  frame[6] = (uint64_t)(uintptr_t)tm_context_first;
  return frame;
}

#ifndef TM_CONTEXT_ASAN

void tm_context_start(struct tm_context *context, void *stack, size_t bytes, void (*entry)(void *),
                      void *argument) {
  context->stack_pointer = first_frame(stack, bytes, entry, argument);
}

void tm_context_switch(struct tm_context *from, struct tm_context *to) {
  tm_context_exchange(from, to);
}

bool tm_context_can_be_kept(const struct tm_context *context) {
  (void)context;
  return true;
}

size_t tm_context_kept_bytes(const struct tm_context *context, const void *end) {
  return (size_t)((const char *)end - (const char *)context->stack_pointer);
}

void tm_context_keep(const struct tm_context *context, const void *end, void *to) {
  memcpy(to, context->stack_pointer, tm_context_kept_bytes(context, end));
}

void tm_context_put_back(const struct tm_context *context, const void *end, const void *from) {
  memcpy(context->stack_pointer, from, tm_context_kept_bytes(context, end));
}

#else

/* ---- the same, with AddressSanitizer watching -------------------------------------------------*/

static _Thread_local struct tm_context *left; /* the context that was switched away from last */

/* The sanitizer says which stack was left: so it becomes known of the scheduler, too. */
static void arrive(void *fake_stack) {
  __sanitizer_finish_switch_fiber(fake_stack, &left->stack, &left->bytes);
}

struct start {
  void (*entry)(void *);
  void *argument;
};

static void first_arrival(void *argument) {
  struct start start = *(struct start *)argument;
  arrive(NULL);
  start.entry(start.argument);
}

void tm_context_start(struct tm_context *context, void *stack, size_t bytes, void (*entry)(void *),
                      void *argument) {
  __asan_unpoison_memory_region(stack, bytes); /* whoever had it before never returned */
  bytes -= 64;
  struct start *start = (struct start *)(void *)((char *)stack + bytes);
  *start = (struct start){entry, argument};
  *context = (struct tm_context){.stack = stack, .bytes = bytes};
  context->stack_pointer = first_frame(stack, bytes, first_arrival, start);
}

void tm_context_switch(struct tm_context *from, struct tm_context *to) {
  left = from;
  __sanitizer_start_switch_fiber(&from->fake_stack, to->stack, to->bytes);
  tm_context_exchange(from, to);
  arrive(from->fake_stack);
}

bool tm_context_can_be_kept(const struct tm_context *context) { return !context->fake_stack; }

/* The sanitizer's own copy of memcpy would complain about what is poisoned on a stack. */
static void copy_unwatched(void *to, const void *from, size_t bytes) {
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

static void *shadow_of(const void *address) {
  size_t scale, offset;
  __asan_get_shadow_mapping(&scale, &offset);
  return (void *)(((uintptr_t)address >> scale) + offset);
}

/* The used part, and behind it what the sanitizer knows of that: a byte for eight. */
static size_t used_bytes(const struct tm_context *context, const void *end) {
  return (size_t)((const char *)end - (const char *)context->stack_pointer);
}

size_t tm_context_kept_bytes(const struct tm_context *context, const void *end) {
  size_t used = used_bytes(context, end);
  return used + used / 8;
}

void tm_context_keep(const struct tm_context *context, const void *end, void *to) {
  size_t used = used_bytes(context, end);
  copy_unwatched(to, context->stack_pointer, used);
  copy_unwatched((char *)to + used, shadow_of(context->stack_pointer), used / 8);
}

void tm_context_put_back(const struct tm_context *context, const void *end, const void *from) {
  size_t used = used_bytes(context, end);
  char *stack = (char *)(uintptr_t)context->stack;
  __asan_unpoison_memory_region(stack, (size_t)((const char *)end - stack));
  copy_unwatched(context->stack_pointer, from, used);
  copy_unwatched(shadow_of(context->stack_pointer), (const char *)from + used, used / 8);
}

#endif
