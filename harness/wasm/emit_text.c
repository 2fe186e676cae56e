/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/wasm/emit_text.h"

#include "core/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

void tm_text_grow(struct tm_text *t, size_t more) {
  size_t capacity = t->capacity ? t->capacity * 2 : 4096;
  while (capacity - t->size < more) capacity *= 2;
  char *data = realloc(t->data, capacity);
  if (!data) tm_no_memory("%zu bytes of generated C", capacity);
  t->data = data;
  t->capacity = capacity;
}

void tm_text_number(struct tm_text *t, uint64_t n) {
  char digits[20];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + n % 10);
  while (n /= 10);
  tm_text_bytes(t, digits + at, sizeof digits - at);
}

void tm_text_format(struct tm_text *t, const char *format, ...) {
  va_list list;
  va_start(list, format);
  char small[512];
  va_list again;
  va_copy(again, list);
  int n = vsnprintf(small, sizeof small, format, list);
  if (n >= 0 && (size_t)n < sizeof small) {
    tm_text_bytes(t, small, (size_t)n);
  } else if (n >= 0) {
    if (t->capacity - t->size < (size_t)n + 1) tm_text_grow(t, (size_t)n + 1);
    vsnprintf(t->data + t->size, (size_t)n + 1, format, again);
    t->size += (size_t)n;
  }
  va_end(again);
  va_end(list);
}

void tm_text_escaped(struct tm_text *t, const uint8_t *bytes, size_t size) {
  static const char octal[] = "01234567";
  for (size_t i = 0; i < size; i++) {
    uint8_t b = bytes[i];
    bool digit_follows = i + 1 < size && bytes[i + 1] >= '0' && bytes[i + 1] <= '9';
    char e[4] = {'\\', 0, 0, 0};
    if (b == '"' || b == '\\') {
      e[1] = (char)b;
      tm_text_bytes(t, e, 2);
    } else if (b >= ' ' && b < 0x7f && b != '?') { /* no trigraphs */
      tm_text_char(t, (char)b);
    } else if (b < 8 && !digit_follows) {
      e[1] = octal[b];
      tm_text_bytes(t, e, 2);
    } else {
      e[1] = octal[b >> 6], e[2] = octal[b >> 3 & 7], e[3] = octal[b & 7];
      tm_text_bytes(t, e, 4);
    }
  }
}

void tm_text_free(struct tm_text *t) {
  free(t->data);
  *t = (struct tm_text){0};
}
