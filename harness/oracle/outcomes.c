/* SPDX-License-Identifier: Apache-2.0 */
/* A set of rows of values: open addressing over an array of rows. */
#include "harness/oracle/outcomes.h"

#include <stdlib.h>
#include <string.h>

void tm_outcomes_start(struct tm_outcomes *set, unsigned columns) {
  *set = (struct tm_outcomes){.columns = columns};
}

void tm_outcomes_free(struct tm_outcomes *set) {
  free(set->value);
  free(set->slot);
}

const struct tm_value *tm_outcomes_row(const struct tm_outcomes *set, size_t index) {
  return set->value + index * set->columns;
}

static uint64_t hash_row(const struct tm_outcomes *set, const struct tm_value row[]) {
  uint64_t h = 0x9e3779b97f4a7c15u;
  for (unsigned i = 0; i < set->columns; i++) {
    h = (h ^ row[i].number ^ ((uint64_t)row[i].kind << 32)) * 0xbf58476d1ce4e5b9u;
    h ^= h >> 31; /* bring the high bits down: the table uses the low ones */
  }
  h *= 0x94d049bb133111ebu;
  return h ^ h >> 29;
}

static bool same_row(const struct tm_outcomes *set, const struct tm_value a[],
                     const struct tm_value b[]) {
  for (unsigned i = 0; i < set->columns; i++)
    if (!tm_value_equal(a[i], b[i])) return false;
  return true;
}

/* The slot that holds this row, or the empty one where it belongs. */
static size_t find_slot(const struct tm_outcomes *set, const struct tm_value row[], uint64_t hash) {
  size_t at = hash & (set->slots - 1);
  for (; set->slot[at].next; at = (at + 1) & (set->slots - 1))
    if (set->slot[at].hash == hash &&
        same_row(set, row, tm_outcomes_row(set, set->slot[at].next - 1)))
      break;
  return at;
}

bool tm_outcomes_has(const struct tm_outcomes *set, const struct tm_value row[]) {
  return set->slots && set->slot[find_slot(set, row, hash_row(set, row))].next;
}

static void rehash(struct tm_outcomes *set, size_t slots) {
  struct tm_outcomes_slot *old = set->slot;
  size_t before = set->slots;
  set->slot = calloc(slots, sizeof *set->slot);
  if (!set->slot) tm_no_memory("what was asked");
  set->slots = slots;
  for (size_t i = 0; i < before; i++) {
    if (!old[i].next) continue;
    size_t at = old[i].hash & (slots - 1);
    while (set->slot[at].next) at = (at + 1) & (slots - 1);
    set->slot[at] = old[i];
  }
  free(old);
}

bool tm_outcomes_add(struct tm_outcomes *set, const struct tm_value row[]) {
  if (2 * (set->count + 1) > set->slots) rehash(set, set->slots ? 2 * set->slots : 64);
  uint64_t hash = hash_row(set, row);
  size_t at = find_slot(set, row, hash);
  if (set->slot[at].next) return false;
  if (set->count == set->room) {
    set->room = set->room ? 2 * set->room : 32;
    set->value = realloc(set->value, set->room * (set->columns + !set->columns) * sizeof *row);
    if (!set->value) tm_no_memory("what was asked");
  }
  if (set->columns) memcpy(set->value + set->count * set->columns, row, set->columns * sizeof *row);
  set->slot[at] = (struct tm_outcomes_slot){hash, ++set->count};
  return true;
}

static int compare_rows(const void *a, const void *b, void *columns) {
  const struct tm_value *x = a, *y = b;
  for (unsigned i = 0; i < *(unsigned *)columns; i++) {
    if (x[i].kind != y[i].kind) return x[i].kind < y[i].kind ? -1 : 1;
    if (x[i].number != y[i].number) return x[i].number < y[i].number ? -1 : 1;
  }
  return 0;
}

void tm_outcomes_sort(struct tm_outcomes *set) {
  if (set->count < 2) return;
  qsort_r(set->value, set->count, set->columns * sizeof *set->value, compare_rows, &set->columns);
  memset(set->slot, 0, set->slots * sizeof *set->slot);
  for (size_t i = 0; i < set->count; i++) {
    uint64_t hash = hash_row(set, tm_outcomes_row(set, i));
    size_t at = find_slot(set, tm_outcomes_row(set, i), hash);
    set->slot[at] = (struct tm_outcomes_slot){hash, i + 1};
  }
}
