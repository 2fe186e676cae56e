/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of layouts, from samples with known ratios; that layouts are measured at all, in
 * random orders, and grows in random places; and that a hang is seen twice. */
#include "harness/report/collect.h"
#include "harness/report/layouts.h"
#include "harness/report/probe_private.h"
#include "strategies/strategies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
  assert_int_equal(cJSON_GetArraySize(cells), 9 * 6 * 2 + 2);
  const cJSON *cell;
  cJSON_ArrayForEach(cell, cells) {
    if (!strcmp(cJSON_GetObjectItem(cell, "unit")->valuestring, "place")) continue;
    const cJSON *value = cJSON_GetObjectItem(cell, "values")->child;
    assert_true(value && value->valuedouble > 0);
  }
  cJSON_Delete(cells);
  /* Threads have to say with which view they run: no calls from one instance into another. */
  cells = tm_layouts_measure(tm_strategy_find("stopworld")->strategy, 2, 1, &error);
  if (!cells) fail_msg("%s", error.text);
  assert_int_equal(cJSON_GetArraySize(cells), 7 * 6 * 2 + 2);
  cJSON_Delete(cells);
}

enum { VARIANTS = 6 * 2 };

/* The places in which layouts were made and timed, with this seed; each order is one of all. */
static void places(uint64_t seed, double made[VARIANTS], double timed[VARIANTS]) {
  struct tm_error error = {""};
  cJSON *cells = tm_layouts_measure(tm_strategy_find("guard")->strategy, 1, seed, &error);
  if (!cells) fail_msg("%s", error.text);
  size_t orders = 0;
  const cJSON *cell;
  cJSON_ArrayForEach(cell, cells) {
    if (strcmp(cJSON_GetObjectItem(cell, "unit")->valuestring, "place")) continue;
    double *to = strcmp(cJSON_GetObjectItem(cell, "metric")->valuestring, "made") ? timed : made;
    const cJSON *values = cJSON_GetObjectItem(cell, "values"), *value;
    assert_int_equal(cJSON_GetArraySize(values), VARIANTS);
    unsigned seen = 0, i = 0;
    cJSON_ArrayForEach(value, values) {
      to[i++] = value->valuedouble;
      seen |= 1u << value->valueint;
    }
    assert_int_equal(seen, (1u << VARIANTS) - 1);
    orders++;
  }
  assert_int_equal(orders, 2);
  cJSON_Delete(cells);
}

/* Orders are drawn from the seed: the same again from the same, others from another, and timing
 * does not follow the order of making. */
static void orders_are_drawn_from_the_seed(void **state) {
  (void)state;
  double made[3][VARIANTS], timed[3][VARIANTS];
  for (unsigned i = 0; i < 3; i++) places(i < 2 ? 4 : 5, made[i], timed[i]);
  assert_memory_equal(made[0], made[1], sizeof made[0]);
  assert_memory_equal(timed[0], timed[1], sizeof timed[0]);
  assert_memory_not_equal(made[0], made[2], sizeof made[0]);
  assert_memory_not_equal(timed[0], timed[2], sizeof timed[0]);
  assert_memory_not_equal(made[0], timed[0], sizeof made[0]);
}

/* ---- where grows happen, and runs that hang ---------------------------------------------------*/

/* Is the page a mapping of its own, joined with no other? */
static bool stands_alone(const void *page) {
  FILE *in = fopen("/proc/self/maps", "r");
  unsigned long low, high, wanted = (unsigned long)(uintptr_t)page;
  char line[512];
  bool alone = false;
  assert_non_null(in);
  while (fgets(line, sizeof line, in))
    if (sscanf(line, "%lx-%lx", &low, &high) == 2 && low == wanted)
      alone = high == wanted + (unsigned long)sysconf(_SC_PAGESIZE);
  fclose(in);
  return alone;
}

static void a_shift_is_one_more_mapping(void **state) {
  (void)state;
  struct tm_probe p = {.spacers = 0};
  for (size_t i = 1; i <= TM_PROBE_SPACERS; i++) {
    tm_probe_shift(&p);
    assert_int_equal(p.spacers, i);
  }
  tm_probe_shift(&p); /* there is an end */
  assert_int_equal(p.spacers, TM_PROBE_SPACERS);
  for (size_t i = 0; i < p.spacers; i++) assert_true(stands_alone(p.spacer[i]));
  while (p.spacers) munmap(p.spacer[--p.spacers], (size_t)sysconf(_SC_PAGESIZE));
}

/* How many there are at first is drawn from the seed; then one more between two memories. */
static void grows_happen_in_many_places(void **state) {
  (void)state;
  bool other = false;
  for (uint64_t seed = 1; seed <= 4; seed++) {
    struct tm_probe_size size = {.samples = 1, .grows = 6, .max_instances = 1, .seed = seed};
    struct tm_rng rng = tm_rng(seed), first = tm_rng(1);
    uint64_t drawn = tm_rng_below(&rng, TM_PROBE_LEAF);
    other |= drawn != tm_rng_below(&first, TM_PROBE_LEAF);
    struct tm_error error = {""};
    cJSON *cells = tm_probe_strategy(tm_strategy_find("guard")->strategy, &size, &error);
    if (!cells) fail_msg("%s", error.text);
    const cJSON *cell, *spacers = NULL;
    cJSON_ArrayForEach(cell, cells) if (!strcmp(cJSON_GetObjectItem(cell, "metric")->valuestring,
                                                "spacers")) spacers = cell;
    assert_non_null(spacers);
    const cJSON *start = cJSON_GetObjectItem(spacers, "values")->child;
    assert_int_equal(start->valueint, drawn);
    assert_int_equal(start->next->valueint,
                     drawn + 3 * 6); /* three memories at each of six points */
    cJSON_Delete(cells);
  }
  assert_true(other);
}

struct script {
  int answer[2], calls;
};
static int answer(void *context) {
  struct script *s = context;
  assert_in_range(s->calls, 0, 1); /* never a third time */
  return s->answer[s->calls++];
}

/* A hang is believed when it is seen twice; all else at once. */
static void a_run_that_hangs_is_tried_again(void **state) {
  (void)state;
  static const struct {
    int first, second, result, calls;
  } cases[] = {{0, -1, 0, 1},
               {-ENOTSUP, 0, -ENOTSUP, 1},
               {-EFAULT, 0, -EFAULT, 1},
               {-ETIMEDOUT, 0, 0, 2},
               {-ETIMEDOUT, -EFAULT, -EFAULT, 2},
               {-ETIMEDOUT, -ETIMEDOUT, -ETIMEDOUT, 2}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct script s = {.answer = {cases[i].first, cases[i].second}};
    assert_int_equal(tm_collect_believed(answer, &s), cases[i].result);
    assert_int_equal(s.calls, cases[i].calls);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ratios_are_those_of_the_samples),
      cmocka_unit_test(a_biased_control_decides_nothing),
      cmocka_unit_test(a_block_measured_anew_counts_once),
      cmocka_unit_test(without_samples_there_is_nothing),
      cmocka_unit_test(all_is_measured),
      cmocka_unit_test(orders_are_drawn_from_the_seed),
      cmocka_unit_test(a_shift_is_one_more_mapping),
      cmocka_unit_test(grows_happen_in_many_places),
      cmocka_unit_test(a_run_that_hangs_is_tried_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
