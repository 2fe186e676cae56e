/* SPDX-License-Identifier: Apache-2.0 */
/* Cells: bytes that may share one reads-from choice.
 *
 * Reads-from is a choice per byte. Two bytes need no separate choice if (1) every access covers
 * both or neither, so that they have the same writers and the same axioms apply to them, and (2)
 * one of them holds the same value whoever wrote it. A byte that never differs (2) follows another
 * byte of its segment (1): that only takes writers away from the read, and every axiom constrains
 * pairs of a read and one of its writers, so what was consistent stays consistent and the value
 * read is the same. With small numbers in 32-bit variables only the lowest byte of each differs,
 * and the search is as fast as if it knew nothing of tearing; with 0x01010101 it tears.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/oracle/execution.h"

struct span {
  uint64_t at;
  unsigned bytes;
};

/* The data accesses of a step: at most one read and one written range. Returns how many. */
static unsigned spans_of(const struct tm_litmus_step *step, struct span out[2]) {
  if (step->op <= TM_CMPXCHG || step->op == TM_WAIT) {
    out[0] = (struct span){step->at, step->bytes};
    return 1;
  }
  if (step->op == TM_FILL || step->op == TM_INIT || step->op == TM_COPY) {
    out[0] = (struct span){step->at, (unsigned)step->length};
    out[1] = (struct span){step->from, (unsigned)step->length};
    return step->op == TM_COPY ? 2 : 1;
  }
  return 0;
}

static int compare_addresses(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* For each byte: may a segment begin here, and which values can it hold? */
struct survey {
  struct tm_cells *cells;
  bool starts[TM_BYTES];
  bool differs[TM_BYTES];
};

static bool touch(struct tm_cells *cells, struct span span) {
  for (unsigned i = 0; i < span.bytes; i++) {
    unsigned k = 0;
    while (k < cells->bytes && cells->address[k] != span.at + i) k++;
    if (k < cells->bytes) continue;
    if (cells->bytes == TM_BYTES) return false;
    cells->address[cells->bytes++] = span.at + i;
  }
  return true;
}

unsigned tm_cells_index(const struct tm_cells *cells, uint64_t address) {
  unsigned low = 0, high = cells->bytes;
  while (low < high) {
    unsigned middle = (low + high) / 2;
    if (cells->address[middle] < address)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

tm_set tm_cells_between(const struct tm_cells *cells, uint64_t low, uint64_t high) {
  tm_set set = 0;
  for (unsigned i = tm_cells_index(cells, low); i < cells->bytes && cells->address[i] < high; i++)
    set |= TM_BIT(cells->cell[i]);
  return set;
}

static void cut(struct survey *s, struct span span) {
  if (!span.bytes) return;
  s->starts[tm_cells_index(s->cells, span.at)] = true;
  unsigned end = tm_cells_index(s->cells, span.at + span.bytes);
  if (end < s->cells->bytes) s->starts[end] = true;
}

static void differ(struct survey *s, uint64_t at, unsigned byte) {
  s->differs[tm_cells_index(s->cells, at + byte)] = true;
}

/* The largest value that can be in [at, at + bytes) if only these widths and operations touch it
 * there; UINT64_MAX if that is not known. It is the sum of all that may be stored or added. */
static uint64_t largest_at(const struct tm_litmus *test, uint64_t at, unsigned bytes) {
  uint64_t sum = 0;
  for (unsigned t = 0; t < test->threads; t++)
    for (unsigned i = 0; i < test->thread[t].steps; i++) {
      const struct tm_litmus_step *step = &test->thread[t].step[i];
      struct span span[2];
      if (!spans_of(step, span) || span[0].at >= at + bytes || at >= span[0].at + span[0].bytes)
        continue;
      if (step->op == TM_LOAD || step->op == TM_WAIT || step->op == TM_AND) continue;
      if (step->op > TM_CMPXCHG || step->op == TM_SUB) return UINT64_MAX;
      if (span[0].at != at || span[0].bytes != bytes) return UINT64_MAX;
      if (__builtin_add_overflow(sum, step->operand, &sum)) return UINT64_MAX;
    }
  return bytes < 8 && sum >> (8 * bytes) ? UINT64_MAX : sum;
}

/* Mark the bytes that this step may leave different from zero: fresh memory is zero, so those are
 * the bytes whose value depends on the writer. */
static void survey_step(struct survey *s, const struct tm_litmus *test,
                        const struct tm_litmus_step *step) {
  struct span span[2];
  unsigned spans = spans_of(step, span);
  for (unsigned i = 0; i < spans; i++) cut(s, span[i]);
  if (!spans || step->op == TM_LOAD || step->op == TM_WAIT || step->op == TM_AND) return;
  for (unsigned k = 0; k < span[0].bytes; k++) {
    bool may = true;
    if (step->op == TM_STORE || step->op == TM_XCHG || step->op == TM_CMPXCHG)
      may = step->operand >> (8 * k) & 0xff;
    else if (step->op == TM_FILL)
      may = step->operand & 0xff;
    else if (step->op == TM_INIT)
      may = test->data[step->from + k];
    else if (step->op <= TM_XOR)
      may = largest_at(test, span[0].at, span[0].bytes) >> (8 * k);
    if (may) differ(s, span[0].at, k);
  }
}

static bool make_cells(struct survey *s) {
  struct tm_cells *c = s->cells;
  for (unsigned i = 0; i < c->bytes;) {
    unsigned end = i + 1, follower;
    while (end < c->bytes && !s->starts[end] && c->address[end] == c->address[end - 1] + 1 &&
           c->address[end] % TM_LITMUS_PAGE_BYTES)
      end++;
    follower = c->cells; /* bytes that never differ follow the first cell of the segment */
    for (unsigned k = i; k < end; k++) {
      if (!s->differs[k]) continue;
      if (c->cells == TM_CELLS) return false;
      c->base[c->cells] = c->address[k];
      c->cell[k] = (uint8_t)c->cells++;
    }
    if (follower == c->cells) {
      if (c->cells == TM_CELLS) return false;
      c->base[c->cells++] = c->address[i];
    }
    for (unsigned k = i; k < end; k++)
      if (!s->differs[k]) c->cell[k] = (uint8_t)follower;
    i = end;
  }
  return true;
}

int tm_cells_find(struct tm_cells *cells, const struct tm_litmus *test, struct tm_error *error) {
  struct survey s = {.cells = cells};
  bool fits = true;
  *cells = (struct tm_cells){0};
  for (unsigned t = 0; t < test->threads; t++)
    for (unsigned i = 0; i < test->thread[t].steps; i++) {
      struct span span[2];
      unsigned spans = spans_of(&test->thread[t].step[i], span);
      for (unsigned k = 0; k < spans; k++) fits &= touch(cells, span[k]);
    }
  for (unsigned i = 0; i < test->columns; i++)
    if (test->column[i].kind == TM_COLUMN_FINAL_LOAD)
      fits &= touch(cells, (struct span){test->column[i].at, test->column[i].bytes});
  qsort(cells->address, cells->bytes, sizeof *cells->address, compare_addresses);
  for (unsigned t = 0; t < test->threads && fits; t++)
    for (unsigned i = 0; i < test->thread[t].steps; i++)
      survey_step(&s, test, &test->thread[t].step[i]);
  for (unsigned i = 0; i < test->columns && fits; i++)
    if (test->column[i].kind == TM_COLUMN_FINAL_LOAD)
      cut(&s, (struct span){test->column[i].at, test->column[i].bytes});
  if (fits && make_cells(&s)) return 0;
  return tm_fail(error, -E2BIG,
                 "%s: touches more different bytes than the oracle can decide; "
                 "use fewer or narrower accesses",
                 test->name);
}
