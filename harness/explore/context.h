/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/context.h: user-level threads that switch in a few nanoseconds.
 *
 * A context is started anew for each execution and never returns from its entry function: it ends
 * by switching away for good. One that is switched out can be kept and put back: that is the
 * struct, and the used part of its stack, at the same address (snapshot.c).
 *
 * AddressSanitizer is told of every switch, and what it knows of a stack is kept with the stack.
 */
#ifndef TM_EXPLORE_CONTEXT_H
#define TM_EXPLORE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define TM_CONTEXT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TM_CONTEXT_ASAN 1
#endif
#endif

struct tm_context {
  void *stack_pointer; /* while switched out */
#ifdef TM_CONTEXT_ASAN
  const void *stack;
  size_t bytes;
  void *fake_stack; /* of detect_stack_use_after_return */
#endif
};

/* Prepare `context` to run entry(argument) on [stack, stack+bytes) when first switched to. */
void tm_context_start(struct tm_context *context, void *stack, size_t bytes, void (*entry)(void *),
                      void *argument);
/* Leave `from` (the running one) and continue `to`. */
void tm_context_switch(struct tm_context *from, struct tm_context *to);

/* ---- keeping the stack of a context that is switched out; it ends at `end` --------------------*/

/* False when its variables are not on its stack, but where the sanitizer wanted them. */
bool tm_context_can_be_kept(const struct tm_context *context);
/* How many bytes that takes. */
size_t tm_context_kept_bytes(const struct tm_context *context, const void *end);
void tm_context_keep(const struct tm_context *context, const void *end, void *to);
/* `context` is as it was when its stack was kept. */
void tm_context_put_back(const struct tm_context *context, const void *end, const void *from);

#endif
