/* SPDX-License-Identifier: Apache-2.0 */
/* core/error.h: how a failure reaches the person who can mend it.
 *
 * A function that can fail on outside input takes a `struct tm_error *` and returns a negative
 * errno after writing one sentence: what failed, where, and what to do about it. The CLI prints it
 * and exits 2. Failures that only a bug of ours can cause do not come through here: tm_die().
 */
#ifndef TM_CORE_ERROR_H
#define TM_CORE_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

struct tm_error {
  char text[1024]; /* one sentence, no newline; empty when nothing failed */
};

/* Write the sentence and return `code` (negative errno). `error` may be NULL. Long text is cut. */
int tm_fail(struct tm_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An impossible answer from the system or a broken invariant: say where, then abort(). */
void tm_die_at(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold, noreturn));
#define tm_die(...) tm_die_at(__FILE__, __LINE__, __VA_ARGS__)

/* The machine has no memory for "%s" and the caller cannot go on without it: a sentence, then exit
 * status 2. For bookkeeping; a memory that cannot grow is an answer and no failure. */
void tm_no_memory_at(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold, noreturn));
#define tm_no_memory(...) tm_no_memory_at(__FILE__, __LINE__, __VA_ARGS__)

#ifdef __cplusplus
}
#endif

#endif
