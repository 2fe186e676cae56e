/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/emit_text.h: text that grows at its end, made for writing much of it quickly.
 *
 *     struct tm_text t = {0};
 *     tm_text_put(&t, "u32 l");
 *     tm_text_number(&t, 12);
 *     tm_text_free(&t);
 *
 * Not terminated by a zero. Running out of memory ends the program.
 */
#ifndef TM_HARNESS_WASM_EMIT_TEXT_H
#define TM_HARNESS_WASM_EMIT_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct tm_text {
  char *data;
  size_t size, capacity;
};

/* Make room for `more` bytes after the end, for tm_text_bytes. */
void tm_text_grow(struct tm_text *t, size_t more);

static inline void tm_text_bytes(struct tm_text *t, const char *bytes, size_t size) {
  if (t->capacity - t->size < size) tm_text_grow(t, size);
  if (size) memcpy(t->data + t->size, bytes, size);
  t->size += size;
}
static inline void tm_text_put(struct tm_text *t, const char *s) { tm_text_bytes(t, s, strlen(s)); }
static inline void tm_text_char(struct tm_text *t, char c) { tm_text_bytes(t, &c, 1); }
void tm_text_number(struct tm_text *t, uint64_t n); /* decimal */
void tm_text_format(struct tm_text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The bytes as the inside of a C string literal. */
void tm_text_escaped(struct tm_text *t, const uint8_t *bytes, size_t size);
void tm_text_free(struct tm_text *t);

#endif
