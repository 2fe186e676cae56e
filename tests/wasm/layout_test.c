/* SPDX-License-Identifier: Apache-2.0 */
/* Where an instance keeps the view of its memory: every layout, for a memory that is the module's
 * own, own and shared, or imported, under strategies that keep different things in a view. */
#include "harness/wasm/emit.h"
#include "harness/wasm/module.h"
#include "harness/wasm/wat.h"
#include "strategies/strategies.h"

#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const layouts[] = {"inline",      "union",      "table",    "side",
                                      "inline+call", "table+call", "side+call"};
static const char *const memories[] = {"(memory (export \"memory\") 1 3)",
                                       "(memory (export \"memory\") 1 3 shared)",
                                       "(import \"env\" \"memory\" (memory 1 3 shared))"};
/* Nothing in the view but pointers; a copy; a copy and a place in a registry; a base that moves. */
static const char *const strategies[] = {"guard", "slowpath", "push", "stopworld"};
enum {
  LAYOUTS = sizeof layouts / sizeof *layouts,
  MEMORIES = sizeof memories / sizeof *memories,
  STRATEGIES = sizeof strategies / sizeof *strategies,
};

static const char body[] =
    "(data (i32.const 16) \"tide\") (data $passive \"mark\")"
    "(func (export \"size\") (param i32) (result i32) (memory.size))"
    "(func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"
    "(func (export \"load\") (param i32) (result i32) (i32.load (local.get 0)))"
    "(func (export \"store\") (param i32) (result i32)"
    " (i32.store (i32.const 64) (local.get 0)) (i32.load (i32.const 64)))"
    "(func (export \"bulk\") (param i32) (result i32)"
    " (memory.fill (local.get 0) (i32.const 7) (i32.const 4))"
    " (memory.init $passive (i32.const 32) (i32.const 0) (i32.const 4))"
    " (memory.copy (local.get 0) (i32.const 32) (i32.const 2)) (i32.load (local.get 0)))"
    "(func (export \"add\") (param i32) (result i32)"
    " (i32.atomic.rmw.add (i32.const 64) (local.get 0)))";

static struct tm_module *load(const char *memory, const char *strategy, struct tm_layout layout) {
  struct tm_error error = {""};
  struct tm_module *module;
  unsigned char *wasm;
  size_t size;
  char wat[2048];
  snprintf(wat, sizeof wat, "(module %s %s)", memory, body);
  if (tm_wat_to_wasm("layout", wat, strlen(wat), &wasm, &size, &error)) fail_msg("%s", error.text);
  struct tm_module_options options = {.strategy = tm_strategy_find(strategy)->strategy,
                                      .layout = layout};
  if (tm_module_load_bytes("layout", wasm, size, &options, &module, &error))
    fail_msg("%s", error.text);
  free(wasm);
  return module;
}

static struct tm_layout layout_of(const char *text) {
  struct tm_layout layout;
  struct tm_error error;
  if (tm_layout_parse(text, &layout, &error)) fail_msg("%s", error.text);
  return layout;
}

/* The result, or minus the code of the trap. */
static int64_t call(struct tm_instance *i, const char *name, uint32_t argument) {
  struct tm_extern item;
  union tm_wasm_value value = {.i32 = argument}, result;
  struct tm_trap trap;
  assert_true(tm_instance_export(i, name, &item));
  if (tm_call(i, &item.func, &value, &result, &trap)) return -(int64_t)trap.code;
  return result.i32;
}

static void check_alone(struct tm_instance *i) {
  assert_int_equal(call(i, "load", 16), 0x65646974);
  assert_int_equal(call(i, "size", 0), 1);
  assert_int_equal(call(i, "load", 65533), -TM_TRAP_OUT_OF_BOUNDS);
  assert_int_equal(call(i, "bulk", 65533), -TM_TRAP_OUT_OF_BOUNDS);
  assert_int_equal(call(i, "grow", 1), 1);
  assert_int_equal(call(i, "size", 0), 2);
  assert_int_equal(call(i, "load", 131068), 0);
  assert_int_equal(call(i, "load", 131069), -TM_TRAP_OUT_OF_BOUNDS);
  assert_int_equal(call(i, "store", 41), 41);
  assert_int_equal(call(i, "add", 1), 41);
  assert_int_equal(call(i, "load", 64), 42);
  assert_int_equal(call(i, "bulk", 131068), 0x0707616d);
  assert_int_equal(call(i, "grow", 2), 0xffffffff);
}

/* A second instance of the same memory sees the first one's grow, and the first one the second's.
 */
static void check_together(struct tm_instance *one, struct tm_instance *two) {
  assert_true(tm_instance_memory(one) == tm_instance_memory(two));
  assert_true(tm_instance_view(one) != tm_instance_view(two));
  assert_int_equal(call(two, "size", 0), 2);
  assert_int_equal(call(two, "load", 131068), 0x0707616d);
  assert_int_equal(call(two, "grow", 1), 2);
  assert_int_equal(call(one, "size", 0), 3);
  assert_int_equal(call(one, "load", 196604), 0);
  assert_int_equal(call(one, "load", 196605), -TM_TRAP_OUT_OF_BOUNDS);
}

static void run(const char *memory, const char *strategy, struct tm_layout layout) {
  struct tm_error error = {""};
  struct tm_trap trap;
  struct tm_module *module = load(memory, strategy, layout);
  size_t imports;
  const struct tm_item *item = tm_module_imports(module, &imports);
  struct tm_import import = {"env", "memory", {.kind = TM_EXTERN_MEMORY}};
  if (imports && tm_module_new_memory(module, &item->memory_type, &import.value.memory, &error))
    fail_msg("%s", error.text);
  struct tm_instance *one, *two = NULL;
  if (tm_instance_new(module, &import, imports, &one, &trap, &error)) fail_msg("%s", error.text);
  check_alone(one);
  if (imports) {
    if (tm_instance_new(module, &import, 1, &two, &trap, &error)) fail_msg("%s", error.text);
    check_together(one, two);
    tm_instance_free(two);
    tm_linear_drop(import.value.memory);
  }
  assert_int_equal(call(one, "store", 7), 7);
  tm_instance_free(one);
  tm_module_free(module);
}

static void every_layout_runs(void **state) {
  const char *strategy = *state;
  tm_trap_install(); /* cmocka has put its handlers over ours */
  for (int l = 0; l < LAYOUTS; l++)
    for (int m = 0; m < MEMORIES; m++) run(memories[m], strategy, layout_of(layouts[l]));
}

/* Where the view lies is what layout.h says; an import that cannot be linked leaves nothing. */
static void views_lie_where_they_should(void **state) {
  (void)state;
  static const char inside[][MEMORIES] = {{1, 1, 1}, {1, 0, 0}, {1, 0, 0}, {0, 0, 0}};
  for (int place = 0; place < TM_LAYOUT_PLACES; place++)
    for (int m = 0; m < MEMORIES; m++) {
      struct tm_error error = {""};
      struct tm_trap trap;
      struct tm_module *module =
          load(memories[m], "guard", (struct tm_layout){.place = (enum tm_layout_place)place});
      struct tm_linear *memory = NULL;
      const struct tm_memory_type type = {.min_pages = 1, .max_pages = 3, .shared = true};
      assert_int_equal(tm_module_new_memory(module, &type, &memory, &error), 0);
      struct tm_import import = {"env", "memory", {.kind = TM_EXTERN_MEMORY, .memory = memory}};
      struct tm_instance *i;
      assert_int_equal(tm_instance_new(module, &import, 1, &i, &trap, &error), 0);
      uint8_t *start = (uint8_t *)i, *view = tm_instance_view(i);
      assert_int_equal(view > start && view < start + malloc_usable_size(i), inside[place][m]);
      tm_instance_free(i);
      if (m == 2) assert_int_equal(tm_instance_new(module, NULL, 0, &i, &trap, &error), -ENOENT);
      tm_linear_drop(memory);
      tm_module_free(module);
    }
}

/* A layout as text is read back as it was; what is none is refused with the list. */
static void names_round_trip(void **state) {
  (void)state;
  char name[TM_LAYOUT_NAME];
  for (int l = 0; l < LAYOUTS; l++)
    assert_string_equal(tm_layout_name(layout_of(layouts[l]), name), layouts[l]);
  static const char *const wrong[] = {"", "inlin", "inlined", "table+", "table+calls", "+call"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct tm_layout layout;
    struct tm_error error = {""};
    assert_int_equal(tm_layout_parse(wrong[i], &layout, &error), -EINVAL);
    assert_non_null(strstr(error.text, "inline, union, table and side"));
  }
}

int main(void) {
  struct CMUnitTest tests[STRATEGIES + 2] = {
      cmocka_unit_test(names_round_trip),
      cmocka_unit_test(views_lie_where_they_should),
  };
  for (int s = 0; s < STRATEGIES; s++)
    tests[s + 2] = (struct CMUnitTest){.name = strategies[s],
                                       .test_func = every_layout_runs,
                                       .initial_state = (void *)(uintptr_t)strategies[s]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
