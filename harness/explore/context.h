/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/context.h: user-level threads that switch in a few nanoseconds.
 *
 * A context is started anew for each execution and never returns from its entry function: it ends
 * by switching away for good. Under AddressSanitizer the portable ucontext functions are used,
 * because the sanitizer knows how to follow them.
 */
#ifndef TM_EXPLORE_CONTEXT_H
#define TM_EXPLORE_CONTEXT_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define TM_CONTEXT_PORTABLE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TM_CONTEXT_PORTABLE 1
#endif
#endif

#ifdef TM_CONTEXT_PORTABLE
#include <ucontext.h>
struct tm_context {
  ucontext_t state;
};
#else
struct tm_context {
  void *stack_pointer; /* while switched out */
};
#endif

/* Prepare `context` to run entry(argument) on [stack, stack+bytes) when first switched to. */
void tm_context_start(struct tm_context *context, void *stack, size_t bytes, void (*entry)(void *),
                      void *argument);
/* Leave `from` (the running one) and continue `to`. */
void tm_context_switch(struct tm_context *from, struct tm_context *to);

#endif
