/* SPDX-License-Identifier: Apache-2.0 */
/* Small modules, written as text, translated and run: the paths that the conformance scripts do not
 * reach, under every strategy. */
#include "harness/wasm/module.h"
#include "harness/wasm/wat.h"
#include "strategies/strategies.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t logged;
static void host_log(void *env, uint32_t value) { *(uint32_t *)env = value; }

struct guest {
  struct tm_module *module;
  struct tm_instance *instance;
};

static struct guest guest_start(const char *strategy, const char *wat) {
  struct tm_error error = {0};
  unsigned char *wasm;
  size_t size;
  struct guest g;
  if (tm_wat_to_wasm("test", wat, strlen(wat), &wasm, &size, &error)) fail_msg("%s", error.text);
  struct tm_module_options options = {.strategy = tm_strategy_find(strategy)->strategy};
  if (tm_module_load_bytes("test", wasm, size, &options, &g.module, &error))
    fail_msg("%s", error.text);
  free(wasm);
  struct tm_import import = {
      "env", "log", {.kind = TM_EXTERN_FUNC, .func = {(void (*)(void))host_log, &logged, "i>"}}};
  struct tm_trap trap;
  if (tm_instance_new(g.module, &import, 1, &g.instance, &trap, &error)) fail_msg("%s", error.text);
  return g;
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

int main(void) {
  size_t n;
  const struct tm_strategy_entry *all = tm_strategies(&n);
  struct CMUnitTest *tests = calloc(n, sizeof *tests);
  size_t used = 0;
  for (size_t k = 0; k < n; k++)
    if (all[k].kind != TM_KIND_planted)
      tests[used++] =
          (struct CMUnitTest){.name = all[k].strategy->name,
                              .test_func = mixed_runs,
                              .initial_state = (void *)(uintptr_t)all[k].strategy->name};
  int failed = _cmocka_run_group_tests("mixed", tests, used, NULL, NULL);
  free(tests);
  return failed;
}
