/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of layouts, from samples with known ratios; and that layouts are measured at all. */
#include "harness/report/layouts.h"
#include "strategies/strategies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 8, ROOM = 4096 };

static void add(struct tm_samples *all, unsigned block, const char *memory, const char *op,
                const char *layout, double ns) {
  struct tm_sample *s = &all->sample[all->count++];
  *s = (struct tm_sample){.plan = strdup("p"),
                          .metric = strdup("time"),
                          .unit = strdup("ns"),
                          .axes = cJSON_CreateObject(),
                          .notes = cJSON_CreateObject(),
                          .block = block,
                          .values = calloc(2, sizeof(double)),
                          .count = 2};
  s->values[0] = ns;
  s->values[1] = 3 * ns; /* the slower half is left out */
  cJSON_AddStringToObject(s->axes, "strategy", "guard");
  cJSON_AddStringToObject(s->axes, "role", "subject");
  cJSON_AddStringToObject(s->axes, "op", op);
  cJSON_AddStringToObject(s->axes, "layout", layout);
  cJSON_AddStringToObject(s->axes, "memory", memory);
}

/* `twin`: how far the control is off. */
static struct tm_samples made(double twin) {
  struct tm_samples all = {.sample = calloc(ROOM, sizeof(struct tm_sample)), .room = ROOM};
  assert_non_null(all.sample);
  for (unsigned b = 0; b < BLOCKS; b++) {
    double ns = 1 + 0.1 * b, wobble = 1 + 0.002 * ((int)(b % 3) - 1);
    add(&all, b, "shared", "layout-load", "side", 1.5 * ns * wobble);
    add(&all, b, "shared", "layout-load", "table", 1.2 * ns);
    add(&all, b, "shared", "layout-load", "union", 1.2 * ns * wobble * twin);
    add(&all, b, "shared", "layout-load", "inline", ns);
    add(&all, b, "owned", "layout-load", "inline", ns);
    add(&all, b, "owned", "layout-load", "union", ns * (2 - wobble));
    add(&all, b, "owned", "layout-load", "table", ns * wobble);
    add(&all, b, "owned", "load-sequential", "table", ns); /* of another probe */
  }
  return all;
}

static void ratios_are_those_of_the_samples(void **state) {
  (void)state;
  struct tm_samples all = made(1);
  struct tm_layout_costs costs;
  struct tm_error error = {""};
  assert_int_equal(tm_layout_costs_make(&all, 0.03, &costs, &error), 0);
  static const struct {
    const char *memory, *layout;
    double ratio;
    enum tm_verdict verdict;
  } expected[] = {{"owned", "inline", 1, TM_UNSURE},      {"owned", "union", 1, TM_EQUIVALENT},
                  {"owned", "table", 1, TM_EQUIVALENT},   {"shared", "inline", 1, TM_UNSURE},
                  {"shared", "union", 1.2, TM_DIFFERENT}, {"shared", "table", 1.2, TM_DIFFERENT},
                  {"shared", "side", 1.5, TM_DIFFERENT}};
  assert_int_equal(costs.count, sizeof expected / sizeof *expected);
  for (size_t i = 0; i < costs.count; i++) {
    assert_string_equal(costs.cost[i].memory, expected[i].memory);
    assert_string_equal(costs.cost[i].layout, expected[i].layout);
    assert_float_equal(costs.cost[i].ratio.ratio, expected[i].ratio, 0.005);
    assert_true(costs.cost[i].ratio.low <= costs.cost[i].ratio.high);
    if (strcmp(expected[i].layout, "inline"))
      assert_int_equal(costs.cost[i].judged.verdict, expected[i].verdict);
    assert_float_equal(costs.cost[i].ns, expected[i].ratio * 1.35, 0.02);
  }
  assert_true(costs.controlled);
  assert_int_equal(costs.control.n, 2);
  assert_false(costs.control.biased);
  tm_layout_costs_free(&costs);
  tm_samples_free(&all);
}

/* Where equal code is 10 % apart, nothing is decided. */
static void a_biased_control_decides_nothing(void **state) {
  (void)state;
  struct tm_samples all = made(1.1);
  struct tm_layout_costs costs;
  struct tm_error error = {""};
  assert_int_equal(tm_layout_costs_make(&all, 0.03, &costs, &error), 0);
  assert_true(costs.control.biased);
  for (size_t i = 0; i < costs.count; i++)
    assert_int_equal(costs.cost[i].judged.verdict, TM_UNSURE);
  tm_layout_costs_free(&costs);
  tm_samples_free(&all);
}

/* A run was killed in its first block and resumed: some series of that block are there twice. They
 * come first, as older ones do, and must neither count nor shift the others. */
static void a_block_measured_anew_counts_once(void **state) {
  (void)state;
  struct tm_samples all = {.sample = calloc(ROOM, sizeof(struct tm_sample)), .room = ROOM};
  assert_non_null(all.sample);
  add(&all, 0, "shared", "layout-load", "side", 77);
  for (unsigned b = 0; b < BLOCKS; b++) add(&all, b, "shared", "layout-load", "side", 1 + b);
  double block[TM_SAMPLE_BLOCKS];
  const char *where[] = {"op", "layout-load", NULL};
  assert_int_equal(tm_samples_blocks(&all, "guard", "subject", "time", where, block), BLOCKS);
  for (unsigned b = 0; b < BLOCKS; b++) assert_true(block[b] == 1 + b);
  tm_samples_free(&all);
}

static void without_samples_there_is_nothing(void **state) {
  (void)state;
  struct tm_samples none = {.count = 0};
  struct tm_layout_costs costs;
  struct tm_error error = {""};
  assert_int_equal(tm_layout_costs_make(&none, 0.03, &costs, &error), 0);
  assert_int_equal(costs.count, 0);
  tm_layout_costs_free(&costs);
}

/* Eight operations and the code's size, in six layouts, for two memories. */
static void all_is_measured(void **state) {
  (void)state;
  struct tm_error error = {""};
  cJSON *cells = tm_layouts_measure(tm_strategy_find("guard")->strategy, 2, 1, &error);
  if (!cells) fail_msg("%s", error.text);
  assert_int_equal(cJSON_GetArraySize(cells), 9 * 6 * 2);
  const cJSON *cell;
  cJSON_ArrayForEach(cell, cells) {
    const cJSON *value = cJSON_GetObjectItem(cell, "values")->child;
    assert_true(value && value->valuedouble > 0);
  }
  cJSON_Delete(cells);
  /* Threads have to say with which view they run: no calls from one instance into another. */
  cells = tm_layouts_measure(tm_strategy_find("stopworld")->strategy, 2, 1, &error);
  if (!cells) fail_msg("%s", error.text);
  assert_int_equal(cJSON_GetArraySize(cells), 7 * 6 * 2);
  cJSON_Delete(cells);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ratios_are_those_of_the_samples),
      cmocka_unit_test(a_biased_control_decides_nothing),
      cmocka_unit_test(a_block_measured_anew_counts_once),
      cmocka_unit_test(without_samples_there_is_nothing),
      cmocka_unit_test(all_is_measured),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
