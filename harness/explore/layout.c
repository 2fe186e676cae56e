/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/guest.h"

#include "core/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { BOUNDS = 1024 };

struct bounds {
  unsigned count;
  uint64_t at[BOUNDS];
  struct {
    uint64_t from, to;
  } range[BOUNDS];
  unsigned ranges;
};

static void add_range(struct bounds *b, uint64_t from, uint64_t bytes) {
  if (bytes == 0 || b->count + 3 > BOUNDS) return;
  b->range[b->ranges].from = from;
  b->range[b->ranges++].to = from + bytes;
  b->at[b->count++] = from;
  b->at[b->count++] = from + bytes;
  uint64_t edge = (from / TM_PAGE_BYTES + 1) * TM_PAGE_BYTES;
  if (edge < from + bytes) b->at[b->count++] = edge;
}

static void add_bytes(struct bounds *b, uint64_t from, uint64_t bytes) {
  for (uint64_t i = 0; i < bytes; i++) add_range(b, from + i, 1);
}

static void add_step(struct bounds *b, const struct tm_litmus_step *s) {
  switch (s->op) {
  case TM_FILL:
  case TM_INIT: add_bytes(b, s->at, s->length); return;
  case TM_COPY:
    add_bytes(b, s->at, s->length);
    add_bytes(b, s->from, s->length);
    return;
  case TM_NOTIFY: add_range(b, s->at, 4); return;
  case TM_SIZE:
  case TM_GROW:
  case TM_FENCE:
  case TM_INSTANTIATE:
  case TM_IF: return;
  default: add_range(b, s->at, s->bytes);
  }
}

static int compare(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static bool covered(const struct bounds *b, uint64_t at) {
  for (unsigned i = 0; i < b->ranges; i++)
    if (at >= b->range[i].from && at < b->range[i].to) return true;
  return false;
}

static int too_many(const struct tm_guest *g, const char *what, struct tm_error *error) {
  return tm_fail(error, -E2BIG, "test %s: the explorer has too little room for its %s",
                 g->test->name, what);
}

static int add_page(struct tm_guest *g, uint64_t number, struct tm_error *error) {
  struct tm_x_layout *l = &g->layout;
  for (unsigned i = 0; i < l->pages; i++)
    if (l->page_number[i] == number) return 0;
  if (l->pages == TM_X_REGION_PAGES) return too_many(g, "pages", error);
  snprintf(g->page_name[l->pages], sizeof g->page_name[0], "page %llu", (unsigned long long)number);
  l->page_name[l->pages] = g->page_name[l->pages];
  l->page_number[l->pages++] = number;
  return 0;
}

static int add_cell(struct tm_guest *g, uint64_t from, uint64_t to, struct tm_error *error) {
  struct tm_x_layout *l = &g->layout;
  if (l->cells == TM_X_REGION_CELLS) return too_many(g, "cells of memory", error);
  l->cell_name[l->cells] =
      tm_litmus_address_text(g->test, from, g->cell_name[l->cells], sizeof g->cell_name[0]);
  l->cell_at[l->cells] = from;
  l->cell_bytes[l->cells++] = (uint8_t)(to - from);
  return add_page(g, from / TM_PAGE_BYTES, error);
}

int tm_guest_layout(struct tm_guest *g, struct tm_error *error) {
  struct bounds *b = calloc(1, sizeof *b);
  if (!b) return tm_fail(error, -ENOMEM, "no memory for test %s", g->test->name);
  for (unsigned t = 0; t < g->test->threads; t++)
    for (unsigned i = 0; i < g->test->thread[t].steps; i++)
      add_step(b, &g->test->thread[t].step[i]);
  for (unsigned c = 0; c < g->test->columns; c++)
    if (g->test->column[c].kind == TM_COLUMN_FINAL_LOAD)
      add_range(b, g->test->column[c].at, g->test->column[c].bytes);
  int result = b->count + 3 > BOUNDS ? too_many(g, "accesses", error) : 0;
  qsort(b->at, b->count, sizeof *b->at, compare);
  for (unsigned i = 0; i + 1 < b->count && !result; i++)
    if (b->at[i] != b->at[i + 1] && covered(b, b->at[i]))
      result = add_cell(g, b->at[i], b->at[i + 1], error);
  free(b);
  return result;
}
