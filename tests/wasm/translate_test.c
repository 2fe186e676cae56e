/* SPDX-License-Identifier: Apache-2.0 */
/* Small modules, written as text, translated and run: the paths that the conformance scripts do not
 * reach, under every strategy. */
#include "harness/wasm/module.h"
#include "harness/wasm/wat.h"
#include "strategies/strategies.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t logged;
static void host_log(void *env, uint32_t value) { *(uint32_t *)env = value; }

struct guest {
  struct tm_module *module;
  struct tm_instance *instance;
};

static struct guest guest_within(const char *strategy, const char *wat, uint64_t max_pages) {
  struct tm_error error = {0};
  unsigned char *wasm;
  size_t size;
  struct guest g;
  if (tm_wat_to_wasm("test", wat, strlen(wat), &wasm, &size, &error)) fail_msg("%s", error.text);
  struct tm_module_options options = {.strategy = tm_strategy_find(strategy)->strategy,
                                      .max_pages = max_pages};
  if (tm_module_load_bytes("test", wasm, size, &options, &g.module, &error))
    fail_msg("%s", error.text);
  free(wasm);
  struct tm_import import = {
      "env", "log", {.kind = TM_EXTERN_FUNC, .func = {(void (*)(void))host_log, &logged, "i>"}}};
  struct tm_trap trap;
  if (tm_instance_new(g.module, &import, 1, &g.instance, &trap, &error)) fail_msg("%s", error.text);
  return g;
}

static struct guest guest_start(const char *strategy, const char *wat) {
  return guest_within(strategy, wat, 0);
}

static void guest_stop(struct guest *g) {
  tm_instance_free(g->instance);
  tm_module_free(g->module);
}

static enum tm_trap_code call(struct guest *g, const char *name, const union tm_wasm_value *a,
                              union tm_wasm_value *r, struct tm_trap *trap) {
  struct tm_extern e;
  assert_true(tm_instance_export(g->instance, name, &e));
  return tm_call(g->instance, &e.func, a, r, trap);
}

static const char mixed[] =
    "(module (import \"env\" \"log\" (func $log (param i32)))"
    "(memory (export \"memory\") 1 3 shared) (data (i32.const 8) \"hello\\00\\01world\")"
    "(table 4 funcref) (elem (i32.const 1) $fac $log) (type $t (func (param i64) (result i64)))"
    "(func $fac (export \"fac\") (param i64) (result i64)"
    " (if (result i64) (i64.eqz (local.get 0)) (then (i64.const 1))"
    "  (else (i64.mul (local.get 0) (call $fac (i64.sub (local.get 0) (i64.const 1)))))))"
    "(func (export \"sum\") (param i32) (result i32) (local i32 i32)"
    " (loop $l (local.set 1 (i32.add (local.get 1) (i32.load8_u offset=8 (local.get 2))))"
    "  (local.set 2 (i32.add (local.get 2) (i32.const 1)))"
    "  (br_if $l (i32.lt_u (local.get 2) (local.get 0))))"
    " (call $log (local.get 1)) (local.get 1))"
    "(func (export \"indirect\") (param i32 i64) (result i64)"
    " (call_indirect (type $t) (local.get 1) (local.get 0)))"
    "(func (export \"swap\") (param i32 i32) (result i32 i32) (local.get 1) (local.get 0))"
    "(func (export \"add\") (param i32 i32) (result i32)"
    " (i32.atomic.rmw.add offset=4 (local.get 0) (local.get 1)))"
    "(func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"
    "(func (export \"size\") (result i32) (memory.size))"
    "(func (export \"load\") (param i32) (result i32) (i32.load (local.get 0))))";

/* Calls, memory, tables, atomics and their traps, under each strategy. */
static void mixed_runs(void **state) {
  const char *strategy = *state;
  tm_trap_install(); /* cmocka has put its handlers over ours */
  struct guest g = guest_start(strategy, mixed);
  union tm_wasm_value a[2], r[2];
  struct tm_trap trap;
  a[0].i64 = 10;
  assert_int_equal(call(&g, "fac", a, r, &trap), 0);
  assert_int_equal(r[0].i64, 3628800);
  a[0].i32 = 12;
  assert_int_equal(call(&g, "sum", a, r, &trap), 0);
  assert_int_equal(r[0].i32, 532 + 1 + 552);
  assert_int_equal(logged, r[0].i32);
  a[0].i32 = 1, a[1].i64 = 5;
  assert_int_equal(call(&g, "indirect", a, r, &trap), 0);
  assert_int_equal(r[0].i64, 120);
  a[0].i32 = 2;
  assert_int_equal(call(&g, "indirect", a, r, &trap), TM_TRAP_INDIRECT_CALL_TYPE);
  a[0].i32 = 3;
  assert_int_equal(call(&g, "indirect", a, r, &trap), TM_TRAP_UNINITIALIZED_ELEMENT);
  a[0].i32 = 4;
  assert_int_equal(call(&g, "indirect", a, r, &trap), TM_TRAP_UNDEFINED_ELEMENT);
  a[0].i32 = 1, a[1].i32 = 2;
  assert_int_equal(call(&g, "swap", a, r, &trap), 0);
  assert_true(r[0].i32 == 2 && r[1].i32 == 1);
  assert_int_equal(call(&g, "add", a, r, &trap), TM_TRAP_UNALIGNED_ATOMIC);
  assert_string_equal(tm_function_at(trap.pc), "add");
  a[0].i32 = 1000;
  assert_int_equal(call(&g, "add", a, r, &trap), 0);
  a[0].i32 = 1004;
  assert_int_equal(call(&g, "load", a, r, &trap), 0);
  assert_int_equal(r[0].i32, 2);
  a[0].i32 = 1;
  assert_int_equal(call(&g, "grow", a, r, &trap), 0);
  assert_int_equal(r[0].i32, 1);
  assert_int_equal(call(&g, "size", a, r, &trap), 0);
  assert_int_equal(r[0].i32, 2);
  a[0].i32 = 2;
  assert_int_equal(call(&g, "grow", a, r, &trap), 0);
  assert_int_equal(r[0].i32, UINT32_MAX);
  a[0].i32 = 131072 - 4;
  assert_int_equal(call(&g, "load", a, r, &trap), 0);
  enum tm_kind kind = tm_strategy_find(strategy)->kind;
  if (kind == TM_KIND_candidate || kind == TM_KIND_unsound) {
    a[0].i32 = 131072 - 3;
    assert_int_equal(call(&g, "load", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
    assert_string_equal(tm_function_at(trap.pc), "load");
  }
  guest_stop(&g);
}

/* ---- traps at their place ---------------------------------------------------------------------*/

static const char places[] =
    "(module (import \"env\" \"log\" (func $log (param i32))) (memory (export \"memory\") 1 1 "
    "shared)"
    "(func (export \"unused\") (param i32) (drop (i32.load (local.get 0))))"
    "(func (export \"unused_vector\") (param i32) (drop (v128.load (local.get 0))))"
    "(func (export \"between\") (param i32) (call $log (i32.const 1))"
    " (i32.store (i32.const 0) (i32.const 1)) (drop (i32.load (local.get 0)))"
    " (i32.store (i32.const 0) (i32.const 2)) (call $log (i32.const 2)))"
    "(func (export \"straddle\") (param i32) (i64.store (local.get 0) (i64.const -1)))"
    "(func (export \"loop\") (param i32) (result i32) (local i32)"
    " (loop $l (local.set 1 (i32.add (local.get 1) (i32.load (i32.const 8))))"
    "  (i32.store (i32.const 8) (i32.const 1))"
    "  (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 1))"
    "(func (export \"notify\") (param i32) (result i32)"
    " (memory.atomic.notify (local.get 0) (i32.const 0)))"
    "(func (export \"fill\") (param i32 i32) (memory.fill (local.get 0) (i32.const 7) (local.get "
    "1)))"
    "(func $deep (export \"deep\") (param i32) (result i32)"
    " (i32.add (call $deep (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))"
    "(func $host (export \"host\") (param i32) (result i32)"
    " (drop (memory.atomic.notify (i32.const 0) (i32.const 1))) (drop (memory.grow (i32.const 0)))"
    " (drop (memory.size)) (memory.fill (i32.const 64) (i32.const 0) (i32.const 9))"
    " (i32.add (call $host (i32.add (local.get 0) (i32.const 1))) (i32.load (i32.const 8))))"
    "(func $tail (export \"tail\") (param i32) (result i32)"
    " (call $tail (i32.add (local.get 0) (i32.const 1)))))";

static uint32_t word_at(struct guest *g, uint64_t ea) {
  uint32_t word;
  uint8_t *p = tm_linear_at(tm_instance_memory(g->instance), tm_instance_view(g->instance), ea, 4);
  assert_non_null(p);
  memcpy(&word, p, sizeof word);
  return word;
}

/* Loads nobody uses trap; what comes before a trap has happened, what comes after has not. */
static void places_run(void **state) {
  const char *strategy = *state;
  tm_trap_install();
  struct guest g = guest_start(strategy, places);
  union tm_wasm_value a[2], r[1];
  struct tm_trap trap;
  a[0].i32 = 3;
  assert_int_equal(call(&g, "loop", a, r, &trap), 0);
  assert_int_equal(r[0].i32, 2);  /* 0 + 1 + 1: the load is not hoisted over the store */
#if !defined(__SANITIZE_THREAD__) /* whose own record of calls is shorter than the stack */
  assert_int_equal(call(&g, "deep", a, r, &trap), TM_TRAP_STACK_EXHAUSTED);
  assert_int_equal(call(&g, "tail", a, r, &trap), TM_TRAP_STACK_EXHAUSTED);
  assert_int_equal(call(&g, "host", a, r, &trap), TM_TRAP_STACK_EXHAUSTED); /* not in the host */
  assert_string_equal(tm_function_at(trap.pc), "host");
#endif
  enum tm_kind kind = tm_strategy_find(strategy)->kind;
  if (kind == TM_KIND_candidate || kind == TM_KIND_unsound) {
    a[0].i32 = 65536;
    assert_int_equal(call(&g, "unused", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
    assert_int_equal(call(&g, "unused_vector", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
    assert_int_equal(call(&g, "between", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
    assert_string_equal(tm_function_at(trap.pc), "between");
    assert_int_equal(word_at(&g, 0), 1);
    assert_int_equal(logged, 1);
    a[0].i32 = 65536 - 15;
    assert_int_equal(call(&g, "unused_vector", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
    a[0].i32 = 65536 - 4;
    assert_int_equal(call(&g, "straddle", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
    a[0].i32 = 0xfffffffc;
    assert_int_equal(call(&g, "unused", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
  }
  /* Checked even by the floors. */
  a[0].i32 = 65536;
  assert_int_equal(call(&g, "notify", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
  a[0].i32 = 65530, a[1].i32 = 7;
  assert_int_equal(call(&g, "fill", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
  assert_int_equal(word_at(&g, 65532), 0); /* nothing of it is written */
  a[1].i32 = 6;
  assert_int_equal(call(&g, "fill", a, r, &trap), 0);
  assert_int_equal(word_at(&g, 65532), 0x07070707);
  guest_stop(&g);
}

/* ---- 64-bit memories --------------------------------------------------------------------------*/

static const char wide[] =
    "(module (memory (export \"memory\") i64 1 4) (data (i64.const 16) \"wide\") (data \"passive\")"
    "(func (export \"load\") (param i64) (result i32) (i32.load (local.get 0)))"
    "(func (export \"far\") (param i64) (result i32) (i32.load offset=0xfffffff0 (local.get 0)))"
    "(func (export \"store\") (param i64 i64) (i64.store offset=8 (local.get 0) (local.get 1)))"
    "(func (export \"add\") (param i64 i64) (result i64)"
    " (i64.atomic.rmw.add offset=8 (local.get 0) (local.get 1)))"
    "(func (export \"size\") (result i64) (memory.size))"
    "(func (export \"grow\") (param i64) (result i64) (memory.grow (local.get 0)))"
    "(func (export \"copy\") (param i64 i64 i64)"
    " (memory.copy (local.get 0) (local.get 1) (local.get 2)))"
    "(func (export \"init\") (param i64)"
    " (memory.init 1 (local.get 0) (i32.const 0) (i32.const 4))))";

static void wide_runs(void **state) {
  const char *strategy = *state;
  tm_trap_install();
  struct guest g = guest_start(strategy, wide);
  union tm_wasm_value a[3], r[1];
  struct tm_trap trap;
  enum tm_kind kind = tm_strategy_find(strategy)->kind;
  bool enforces = kind == TM_KIND_candidate || kind == TM_KIND_unsound;
  a[0].i64 = 16;
  assert_int_equal(call(&g, "load", a, r, &trap), 0);
  assert_memory_equal(&r[0].i32, "wide", 4);
  a[0].i64 = 1000, a[1].i64 = 40;
  assert_int_equal(call(&g, "store", a, r, &trap), 0);
  a[1].i64 = 2;
  assert_int_equal(call(&g, "add", a, r, &trap), 0);
  assert_int_equal(r[0].i64, 40);
  assert_int_equal(word_at(&g, 1008), 42);
  a[0].i64 = 2000;
  assert_int_equal(call(&g, "init", a, r, &trap), 0);
  assert_int_equal(word_at(&g, 2000), 0x73736170);
  a[0].i64 = 3000, a[1].i64 = 2000, a[2].i64 = 4;
  assert_int_equal(call(&g, "copy", a, r, &trap), 0);
  assert_int_equal(word_at(&g, 3000), 0x73736170);
  a[2].i64 = UINT64_MAX; /* start plus length wraps */
  assert_int_equal(call(&g, "copy", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
  a[0].i64 = 2;
  assert_int_equal(call(&g, "grow", a, r, &trap), 0);
  assert_int_equal(r[0].i64, 1);
  assert_int_equal(call(&g, "size", a, r, &trap), 0);
  assert_int_equal(r[0].i64, 3);
  assert_int_equal(call(&g, "grow", a, r, &trap), 0);
  assert_true(r[0].i64 == UINT64_MAX);
  a[0].i64 = UINT64_MAX - 7; /* index plus offset wraps to 0 */
  a[1].i64 = 0;
  assert_int_equal(call(&g, "store", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
  static const uint64_t beyond[] = {3 * 65536,         3 * 65536 - 3,           UINT64_C(1) << 32,
                                    UINT64_C(1) << 40, UINT64_C(1) << 63,       UINT64_MAX - 3,
                                    UINT64_MAX,        UINT64_C(0x7fffffffffff)};
  for (size_t k = 0; enforces && k < sizeof beyond / sizeof *beyond; k++) {
    a[0].i64 = beyond[k];
    assert_int_equal(call(&g, "load", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
    assert_string_equal(tm_function_at(trap.pc), "load");
  }
  a[0].i64 = 0;
  if (enforces) assert_int_equal(call(&g, "far", a, r, &trap), TM_TRAP_OUT_OF_BOUNDS);
  guest_stop(&g);
}

static const char tables[] = "(module (table 8 funcref) (table $own 8 externref)"
                             "(func (export \"grow\") (param i32) (result i32)"
                             " (table.grow $own (ref.null extern) (local.get 0))))";

static uint32_t table_grown(struct guest *g, uint32_t by) {
  union tm_wasm_value a = {.i32 = by}, r;
  struct tm_trap trap;
  assert_int_equal(call(g, "grow", &a, &r, &trap), 0);
  return r.i32;
}

/* What a user gives a program, its tables cannot exceed either: a page holds 8,192 elements, for
 * all instances of the module together; what a freed one had is there again. */
static void tables_share_a_limit(void **state) {
  (void)state;
  tm_trap_install();
  struct guest g = guest_within("guard", tables, 1), more = {.module = g.module};
  struct tm_error error;
  struct tm_trap trap;
  assert_int_equal(table_grown(&g, 8192 - 16 + 1), UINT32_MAX);
  assert_int_equal(table_grown(&g, 8192 - 32), 8);
  if (tm_instance_new(g.module, NULL, 0, &more.instance, &trap, &error)) fail_msg("%s", error.text);
  assert_int_equal(table_grown(&more, 1), UINT32_MAX);
  assert_int_equal(table_grown(&g, 1), UINT32_MAX);
  struct tm_instance *third;
  assert_int_equal(tm_instance_new(g.module, NULL, 0, &third, &trap, &error), -ENOMEM);
  assert_non_null(strstr(error.text, "allow it more memory"));
  tm_instance_free(g.instance);
  assert_int_equal(table_grown(&more, 8192 - 16), 8);
  guest_stop(&more);
  g = guest_within("guard", tables, 0); /* no limit given */
  assert_int_equal(table_grown(&g, 100000), 8);
  guest_stop(&g);
}

int main(void) {
  static const struct {
    const char *name;
    void (*run)(void **state);
  } modules[] = {{"mixed", mixed_runs}, {"places", places_run}, {"wide", wide_runs}};
  enum { MODULES = sizeof modules / sizeof *modules };
  size_t n, used = 0;
  const struct tm_strategy_entry *all = tm_strategies(&n);
  struct CMUnitTest *tests = calloc(n * MODULES + 1, sizeof *tests);
  char(*names)[64] = calloc(n * MODULES, sizeof *names);
  for (size_t m = 0; m < MODULES; m++)
    for (size_t k = 0; k < n; k++) {
      if (all[k].kind == TM_KIND_planted) continue;
      snprintf(names[used], sizeof *names, "%s under %s", modules[m].name, all[k].strategy->name);
      tests[used] = (struct CMUnitTest){.name = names[used],
                                        .test_func = modules[m].run,
                                        .initial_state = (void *)(uintptr_t)all[k].strategy->name};
      used++;
    }
  tests[used++] = (struct CMUnitTest){.name = "tables", .test_func = tables_share_a_limit};
  int failed = _cmocka_run_group_tests("translate", tests, used, NULL, NULL);
  free(tests);
  free(names);
  return failed;
}
