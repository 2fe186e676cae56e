/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers to text and back, and the one way a guest fails.
 */
#include "guest/guest.h"

bool guest_parse(const char *text, uint32_t most, uint32_t *value) {
  uint64_t sum = 0;
  if (!*text) return false;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return false;
    sum = sum * 10 + (uint64_t)(*text - '0');
    if (sum > most) return false;
  }
  if (sum == 0) return false;
  *value = (uint32_t)sum;
  return true;
}

static void append(struct guest_line *line, char c) {
  if (line->length + 1 < sizeof line->text) line->text[line->length++] = c;
}

void guest_line_text(struct guest_line *line, const char *text) {
  while (*text) append(line, *text++);
}

void guest_line_decimal(struct guest_line *line, uint64_t value) {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value);
  while (count) append(line, digits[--count]);
}

void guest_line_hex(struct guest_line *line, uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4)
    append(line, "0123456789abcdef"[value >> shift & 15]);
}

void guest_line_write(struct guest_line *line, int descriptor) {
  line->text[line->length++] = '\n'; /* append() keeps one byte for it */
  platform_write(descriptor, line->text, line->length);
  line->length = 0;
}

_Noreturn void guest_fail(const char *reason) {
  struct guest_line line = {0};
  guest_line_text(&line, workload_name);
  guest_line_text(&line, ": ");
  guest_line_text(&line, reason);
  guest_line_write(&line, 2);
  platform_exit(1);
}
