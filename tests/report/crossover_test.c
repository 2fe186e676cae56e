/* SPDX-License-Identifier: Apache-2.0 */
/* The crossover map on blocks of known truth: who is cheapest where, who costs the same, where
 * nothing can be told, and what the first touch of a page changes. */
#include "harness/report/findings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

enum { BLOCKS = 10 };

/* Ten blocks that sway by `noise`, up and down in an order of its own: `turn`. */
static struct tm_measure around(double ns, double noise, size_t turn) {
  struct tm_measure m = {.n = BLOCKS, .value = ns};
  for (size_t b = 0; b < BLOCKS; b++)
    m.block[b] = ns * ((b * turn) % 4 < 2 ? 1 + noise : 1 - noise);
  return m;
}

static struct tm_findings findings;

/* A strategy with these costs; every number of instances costs a grow the same. */
static struct tm_line *add(const char *name, double access, double grow, double touch,
                           double noise) {
  struct tm_line *l = &findings.line[findings.lines++];
  *l = (struct tm_line){.name = name, .sound = true};
  l->access = around(access, noise, findings.lines);
  l->touch = around(touch, noise, findings.lines);
  for (int d = 0; d < TM_DECADES; d++) l->grow[d] = around(grow, noise, findings.lines);
  return l;
}

/* What the table says at 1 instance, for a density and a rate, both as the table prints them. */
static const char *at(const char *page, const char *density, const char *rate) {
  static struct tm_doc *doc;
  if (doc) tm_doc_free(doc);
  doc = tm_doc_new("map");
  tm_section_crossover(doc, &findings);
  const struct tm_table *t = NULL;
  for (size_t i = 0; i < doc->count; i++)
    if (doc->block[i].kind == TM_BLOCK_TABLE) t = &doc->block[i].table;
  assert_non_null(t);
  for (size_t row = 0; row < t->cells; row += t->columns) {
    const struct tm_cell_text *cell = &t->cell[row];
    if (strcmp(cell[0].text, page) || strcmp(cell[1].text, "1") || strcmp(cell[2].text, density))
      continue;
    for (size_t k = 3; k < t->columns; k++)
      if (!strcmp(t->column[k], rate)) return cell[k].text;
  }
  fail_msg("no cell for %s, %s, %s", page, density, rate);
  return NULL;
}

static void begin(void) { findings = (struct tm_findings){.margin = 0.03}; }

static void the_cheapest_wins_where_it_is_cheapest(void **state) {
  (void)state;
  begin();
  add("reads", 0.4, 600, 0, 0.001);
  add("grows", 0.6, 8, 0, 0.001);
  add("neither", 0.7, 700, 0, 0.001);
  assert_string_equal(at("untouched", "1 G", "1 grows/s"), "reads");
  assert_string_equal(at("untouched", "0", "1 grows/s"), "grows");
  assert_string_equal(at("untouched", "1 M", "1 M grows/s"), "grows");
}

static void an_unsound_one_never_wins(void **state) {
  (void)state;
  begin();
  add("broken", 0.1, 1, 0, 0.001)->sound = false;
  add("works", 0.4, 600, 0, 0.001);
  assert_string_equal(at("untouched", "1 G", "1 grows/s"), "works");
}

/* The first in the list stands for all within the margin, though a later one is a bit cheaper. */
static void equal_ones_are_counted(void **state) {
  (void)state;
  begin();
  add("first", 0.404, 600, 0, 0.001);
  add("second", 0.4, 600, 0, 0.001);
  add("dear", 0.5, 600, 0, 0.001);
  assert_string_equal(at("untouched", "1 G", "1 grows/s"), "first ≈ 1");
}

static void noise_is_no_winner(void **state) {
  (void)state;
  begin();
  add("one", 0.4, 600, 0, 0.2);
  add("other", 0.42, 600, 0, 0.2);
  add("dear", 4, 6000, 0, 0.001);
  assert_string_equal(at("untouched", "1 G", "1 grows/s"), "one ? 1");
}

/* 30 µs of page faults that all pay hide 600 ns; and their noise is in the interval. */
static void a_touch_hides_the_strategy(void **state) {
  (void)state;
  begin();
  add("mprotect", 0.4, 600, 30000, 0.001);
  add("commit", 0.6, 8, 30000, 0.001);
  assert_string_equal(at("untouched", "0", "1 grows/s"), "commit");
  assert_string_equal(at("touched", "0", "1 grows/s"), "mprotect ≈ 1");
  findings.line[0].touch = around(30000, 0.2, 1);
  findings.line[1].touch = around(30000, 0.2, 2);
  assert_string_equal(at("untouched", "0", "1 grows/s"), "commit");
  assert_string_equal(at("touched", "0", "1 grows/s"), "mprotect ? 1");
}

/* Who leaves the work of a grow to the first touch is compared with that touch only; who is as
 * cheap in the grow and not dearer in the touch than guard stays. */
static void work_left_to_the_touch_is_counted(void **state) {
  (void)state;
  begin();
  struct tm_line *lazy = add("lazy", 0.4, 8, 60000, 0.001);
  add("guard", 0.4, 600, 30000, 0.001);
  assert_string_equal(at("untouched", "0", "1 grows/s"), "lazy");
  lazy->grow[0].judged.verdict = TM_DIFFERENT;
  lazy->grow[0].ratio = (struct tm_ratio){.ratio = 0.013, .low = 0.012, .high = 0.014};
  assert_string_equal(at("untouched", "0", "1 grows/s"), "guard");
  assert_string_equal(at("touched", "0", "1 grows/s"), "guard");
  lazy->touch = around(30600, 0.001, 1); /* within the margin */
  assert_string_equal(at("untouched", "0", "1 grows/s"), "lazy");
}

static size_t break_evens(const char *text) {
  struct tm_doc *doc = tm_doc_new("map");
  tm_section_crossover(doc, &findings);
  size_t told = 0;
  for (size_t i = 0; i < doc->count; i++)
    told += doc->block[i].kind == TM_BLOCK_TEXT && strstr(doc->block[i].text, text);
  tm_doc_free(doc);
  return told;
}

/* 592 ns of a grow against 0.2 ns of each access: 2,960 accesses. */
static void the_break_even_is_told(void **state) {
  (void)state;
  begin();
  add("reads", 0.4, 600, 0, 0);
  struct tm_line *grows = add("grows", 0.6, 8, 0, 0);
  assert_int_equal(break_evens("grows costs less than reads from one grow in 2960 accesses on "
                               "[2960, 2960]"),
                   3);          /* each number of instances that is drawn */
  grows->access.block[4] = 0.3; /* here it would pay never to read */
  assert_int_equal(break_evens("Break-even"), 0);
}

static void what_was_not_measured_is_not_there(void **state) {
  (void)state;
  begin();
  add("no touch", 0.4, 600, 0, 0.001)->touch.n = 0;
  assert_string_equal(at("untouched", "1 G", "1 grows/s"), "no touch");
  assert_string_equal(at("touched", "1 G", "1 grows/s"), "–");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_cheapest_wins_where_it_is_cheapest),
      cmocka_unit_test(an_unsound_one_never_wins),
      cmocka_unit_test(equal_ones_are_counted),
      cmocka_unit_test(noise_is_no_winner),
      cmocka_unit_test(a_touch_hides_the_strategy),
      cmocka_unit_test(work_left_to_the_touch_is_counted),
      cmocka_unit_test(the_break_even_is_told),
      cmocka_unit_test(what_was_not_measured_is_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
