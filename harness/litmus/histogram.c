/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/histogram.h"

#include "harness/litmus/wat.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 65536, SLOTS = 2 * MOST_ROWS };

struct tm_histogram {
  const struct tm_litmus *test;
  const struct tm_oracle *oracle;
  size_t rows, room, last;
  struct tm_histogram_row *row;
  uint32_t slot[SLOTS]; /* open addressing: index + 1 of a row, 0 for free */
};

struct tm_histogram *tm_histogram_new(const struct tm_litmus *test,
                                      const struct tm_oracle *oracle) {
  struct tm_histogram *h = calloc(1, sizeof *h);
  if (!h) return NULL;
  h->test = test;
  h->oracle = oracle;
  return h;
}

void tm_histogram_free(struct tm_histogram *h) {
  if (!h) return;
  free(h->row);
  free(h);
}

struct tm_value tm_code_value(uint64_t code) {
  switch (code) {
  case TM_OUT_NONE: return (struct tm_value){.kind = TM_VALUE_NONE};
  case TM_OUT_OK: return (struct tm_value){.kind = TM_VALUE_OK};
  case TM_OUT_TRAP: return (struct tm_value){.kind = TM_VALUE_TRAP};
  case TM_OUT_FAIL: return (struct tm_value){.kind = TM_VALUE_FAIL};
  case TM_OUT_STUCK: return (struct tm_value){.kind = TM_VALUE_STUCK};
  default: return (struct tm_value){.kind = TM_VALUE_NUMBER, .number = code};
  }
}

static bool equal(const struct tm_histogram *h, size_t row, const uint64_t codes[]) {
  return memcmp(h->row[row].code, codes, h->test->columns * sizeof *codes) == 0;
}

static size_t slot_of(const struct tm_histogram *h, const uint64_t codes[]) {
  uint64_t hash = 0;
  for (unsigned c = 0; c < h->test->columns; c++)
    hash = (hash ^ codes[c]) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
  size_t slot = (size_t)(hash >> 40) % SLOTS;
  while (h->slot[slot] && !equal(h, h->slot[slot] - 1, codes)) slot = (slot + 1) % SLOTS;
  return slot;
}

static struct tm_histogram_row *new_row(struct tm_histogram *h, const uint64_t codes[]) {
  if (h->rows == h->room) {
    size_t room = h->room ? 2 * h->room : 64;
    struct tm_histogram_row *row = room <= MOST_ROWS ? realloc(h->row, room * sizeof *row) : NULL;
    if (!row) return NULL;
    h->row = row;
    h->room = room;
  }
  struct tm_histogram_row *r = &h->row[h->rows++];
  struct tm_value values[TM_LITMUS_COLUMNS];
  *r = (struct tm_histogram_row){.count = 0};
  for (unsigned c = 0; c < h->test->columns; c++) {
    r->code[c] = codes[c];
    values[c] = tm_code_value(codes[c]);
  }
  r->grade = tm_oracle_grade(h->oracle, values);
  r->witness = tm_litmus_holds(h->test, values);
  return r;
}

const struct tm_histogram_row *tm_histogram_add(struct tm_histogram *h, const uint64_t codes[]) {
  return tm_histogram_add_many(h, codes, 1);
}

const struct tm_histogram_row *tm_histogram_add_many(struct tm_histogram *h, const uint64_t codes[],
                                                     uint64_t count) {
  /* Mostly the same outcome as before. */
  if (h->rows && equal(h, h->last, codes)) {
    h->row[h->last].count += count;
    return &h->row[h->last];
  }
  size_t slot = slot_of(h, codes);
  if (!h->slot[slot]) {
    if (!new_row(h, codes)) return NULL;
    h->slot[slot] = (uint32_t)h->rows;
  }
  h->last = h->slot[slot] - 1;
  h->row[h->last].count += count;
  return &h->row[h->last];
}

size_t tm_histogram_rows(const struct tm_histogram *h) { return h->rows; }
const struct tm_histogram_row *tm_histogram_row(const struct tm_histogram *h, size_t i) {
  return &h->row[i];
}

static int most_first(const void *a, const void *b) {
  const struct tm_histogram_row *x = a, *y = b;
  return x->count < y->count   ? 1
         : x->count > y->count ? -1
                               : memcmp(x->code, y->code, sizeof x->code);
}

void tm_histogram_sort(struct tm_histogram *h) {
  qsort(h->row, h->rows, sizeof *h->row, most_first);
  memset(h->slot, 0, sizeof h->slot);
  for (size_t i = 0; i < h->rows; i++) h->slot[slot_of(h, h->row[i].code)] = (uint32_t)i + 1;
  h->last = 0;
}
