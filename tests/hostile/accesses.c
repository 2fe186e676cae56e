/* SPDX-License-Identifier: Apache-2.0 */
/* No access reaches a byte outside the memory: loads, stores, atomics and bulk operations of every
 * width, near 2^32 and 2^64, straddling the end, with offsets and addresses whose sum wraps, under
 * each strategy, with 32-bit and 64-bit indices, before and after growth.
 *
 *   hostile_accesses [STRATEGY…]        default: all candidates
 *
 * Whether an access is in bounds is worked out in 128 bits; whether it traps must agree. Stores
 * that are in bounds are made to a copy too: afterwards the memory, the pages that a grow adds and
 * two memories made around it are as they should be to the last byte, so no store that trapped left
 * a part behind, and none went elsewhere. Then everything is freed, and nothing is left of it
 * (tests/usage.h). Exit 0: so; 1: not; 77: no strategy is offered.
 */
#include "harness/wasm/emit_text.h"
#include "harness/wasm/module.h"
#include "harness/wasm/wat.h"
#include "strategies/strategies.h"
#include "tests/usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PAGES = 3, SLACK_KIB = 2048 };

__extension__ typedef unsigned __int128 wide;

/* ---- what is done -----------------------------------------------------------------------------*/

enum kind { LOAD, STORE, ATOMIC_LOAD, ATOMIC_STORE, FILL, COPY_TO, COPY_FROM, INIT };

/* `text`: with the index type for %1$s, the offset for %2$llu. What is stored is 0xa5 all over. */
static const struct operation {
  const char *name;
  enum kind kind;
  unsigned bytes; /* 0: a parameter says how many */
  const char *text;
} operations[] = {
    {"load8", LOAD, 1, "(drop (i32.load8_u offset=%2$llu (local.get 0)))"},
    {"load32", LOAD, 4, "(drop (i32.load offset=%2$llu (local.get 0)))"},
    {"load64", LOAD, 8, "(drop (i64.load offset=%2$llu (local.get 0)))"},
    {"load128", LOAD, 16, "(drop (v128.load offset=%2$llu (local.get 0)))"},
    {"store8", STORE, 1, "(i32.store8 offset=%2$llu (local.get 0) (i32.const 0xa5))"},
    {"store16", STORE, 2, "(i32.store16 offset=%2$llu (local.get 0) (i32.const 0xa5a5))"},
    {"store64", STORE, 8, "(i64.store offset=%2$llu (local.get 0) (i64.const 0xa5a5a5a5a5a5a5a5))"},
    {"store128", STORE, 16,
     "(v128.store offset=%2$llu (local.get 0) (i8x16.splat (i32.const 0xa5)))"},
    {"lane32", STORE, 4,
     "(v128.store32_lane offset=%2$llu 3 (local.get 0) (i8x16.splat (i32.const 0xa5)))"},
    {"atomic_load", ATOMIC_LOAD, 4, "(drop (i32.atomic.load offset=%2$llu (local.get 0)))"},
    {"notify", ATOMIC_LOAD, 4,
     "(drop (memory.atomic.notify offset=%2$llu (local.get 0) (i32.const 1)))"},
    {"wait", ATOMIC_LOAD, 8,
     "(drop (memory.atomic.wait64 offset=%2$llu (local.get 0) (i64.const 77) (i64.const 0)))"},
    {"exchange", ATOMIC_STORE, 4,
     "(drop (i32.atomic.rmw.xchg offset=%2$llu (local.get 0) (i32.const 0xa5a5a5a5)))"},
    {"atomic_store", ATOMIC_STORE, 8,
     "(i64.atomic.store offset=%2$llu (local.get 0) (i64.const 0xa5a5a5a5a5a5a5a5))"},
    {"fill", FILL, 0, "(memory.fill (local.get 0) (i32.const 0xa5) (local.get 1))"},
    {"copy_to", COPY_TO, 0, "(memory.copy (local.get 0) (%1$s.const 1) (local.get 1))"},
    {"copy_from", COPY_FROM, 0, "(memory.copy (%1$s.const 1) (local.get 0) (local.get 1))"},
    {"init", INIT, 0, "(memory.init 0 (local.get 0) (i32.const 0) (local.get 1))"},
};
enum { OPERATIONS = sizeof operations / sizeof *operations, SEGMENT = 16 };

static const uint64_t offsets[] = {0, 1, 0xffff, 0x7fffffff, 0xfffffff0, UINT32_MAX,
                                   /* for 64-bit indices only */
                                   UINT64_C(0x100000000), UINT64_C(0x7fffffffffffffff),
                                   UINT64_C(0xfffffffffffffff0), UINT64_MAX};
enum { NARROW_OFFSETS = 6 };
static unsigned offset_count(const struct operation *o, enum tm_index index) {
  return !o->bytes ? 1 : index == TM_INDEX32 ? NARROW_OFFSETS : sizeof offsets / sizeof *offsets;
}

/* libwabt's text has no offsets beyond 32 bits: these stand for them until widen(). */
static uint64_t placeholder(unsigned k) { return UINT64_C(0xfedcba00) + k; }

/* The module: a function for each operation and offset, named OPERATION.NUMBER. */
static void write_module(struct tm_text *t, enum tm_index index) {
  const char *type = index == TM_INDEX32 ? "i32" : "i64";
  tm_text_format(t, "(module (memory (export \"memory\") %s 1 %d shared)\n",
                 index == TM_INDEX32 ? "" : "i64", MAX_PAGES);
  tm_text_put(t, " (data \"");
  for (int k = 0; k < SEGMENT; k++) tm_text_put(t, "\\a5");
  tm_text_put(t, "\")\n");
  tm_text_format(t,
                 " (func (export \"grow\") (result %s) (memory.grow (%s.const 1)))\n"
                 " (func (export \"again\") (result %s) (memory.grow (%s.const -1)))\n",
                 type, type, type, type);
  for (const struct operation *o = operations; o < operations + OPERATIONS; o++)
    for (unsigned k = 0; k < offset_count(o, index); k++) {
      char text[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      snprintf(text, sizeof text, o->text, type,
               (unsigned long long)(k < NARROW_OFFSETS ? offsets[k] : placeholder(k)));
#pragma GCC diagnostic pop
      tm_text_format(t, " (func (export \"%s.%u\") (param %s %s) %s)\n", o->name, k, type,
                     o->kind == INIT ? "i32" : type, text);
    }
  tm_text_put(t, ")\n");
}

static uint64_t take_number(const uint8_t **at) {
  uint64_t n = 0;
  unsigned shift = 0;
  do n |= (uint64_t)(**at & 127) << shift, shift += 7;
  while (*(*at)++ & 128);
  return n;
}

static void put_number(struct tm_text *t, uint64_t n) {
  do tm_text_char(t, (char)((n & 127) | (n > 127 ? 128 : 0)));
  while (n >>= 7);
}

/* A function's body with the offsets that the placeholders stand for. */
static void widen_body(const uint8_t *at, const uint8_t *end, struct tm_text *to) {
  while (at < end) {
    const uint8_t *after = at;
    uint64_t n = *at & 128 ? take_number(&after) : 0, k = n - placeholder(0);
    if (k >= NARROW_OFFSETS && k < sizeof offsets / sizeof *offsets)
      put_number(to, offsets[k]), at = after;
    else
      tm_text_char(to, (char)*at++);
  }
}

static void widen_code(const uint8_t *at, const uint8_t *end, struct tm_text *to) {
  put_number(to, take_number(&at)); /* how many functions */
  while (at < end) {
    struct tm_text body = {0};
    uint64_t size = take_number(&at);
    widen_body(at, at + size, &body);
    put_number(to, body.size);
    tm_text_bytes(to, body.data, body.size);
    tm_text_free(&body);
    at += size;
  }
}

static void widen(const uint8_t *wasm, size_t size, struct tm_text *to) {
  const uint8_t *at = wasm + 8, *end = wasm + size;
  tm_text_bytes(to, (const char *)wasm, 8);
  while (at < end) {
    struct tm_text code = {0};
    const uint8_t *start = at;
    uint8_t id = *at++;
    uint64_t length = take_number(&at);
    if (id == 10) {
      widen_code(at, at + length, &code);
      tm_text_char(to, (char)id);
      put_number(to, code.size);
      tm_text_bytes(to, code.data, code.size);
      tm_text_free(&code);
    } else {
      tm_text_bytes(to, (const char *)start, (size_t)(at - start) + length);
    }
    at += length;
  }
}

/* ---- one memory under attack ------------------------------------------------------------------*/

struct target {
  const struct tm_strategy *strategy;
  enum tm_index index;
  struct tm_instance *instance;
  uint64_t length;                         /* in bytes */
  uint8_t copy[MAX_PAGES * TM_PAGE_BYTES]; /* what the memory should hold */
  unsigned long done, trapped, wrong;
};

static enum tm_trap_code call(struct tm_instance *instance, const char *name, uint64_t ea,
                              uint64_t n, uint64_t *result) {
  union tm_wasm_value arguments[2] = {{.i64 = ea}, {.i64 = n}}, r = {0};
  struct tm_extern e;
  struct tm_trap trap;
  if (!tm_instance_export(instance, name, &e)) tm_die("no export %s", name);
  enum tm_trap_code code = tm_call(instance, &e.func, arguments, &r, &trap);
  if (result) *result = r.i64;
  return code;
}

static void complain(struct target *t, const char *what, uint64_t ea, uint64_t n) {
  if (t->wrong++ < 5)
    printf("%s, index %s, length 0x%llx: %s at 0x%llx, %llu bytes\n", t->strategy->name,
           t->index == TM_INDEX32 ? "i32" : "i64", (unsigned long long)t->length, what,
           (unsigned long long)ea, (unsigned long long)n);
}

/* Is all of it in bounds? Of a copy, both its ends. */
static bool in_bounds(const struct target *t, const struct operation *o, wide at, wide n) {
  if (o->kind == INIT && n > SEGMENT) return false;
  if ((o->kind == COPY_TO || o->kind == COPY_FROM) && 1 + n > t->length) return false;
  return at + n <= t->length;
}

/* Do to the copy what the operation does. */
static void follow(struct target *t, const struct operation *o, uint64_t at, uint64_t n) {
  switch (o->kind) {
  case LOAD:
  case ATOMIC_LOAD: break;
  case COPY_TO: memmove(t->copy + at, t->copy + 1, n); break;
  case COPY_FROM: memmove(t->copy + 1, t->copy + at, n); break;
  default: memset(t->copy + at, 0xa5, n); break;
  }
}

static void attack(struct target *t, const struct operation *o, unsigned k, uint64_t ea,
                   uint64_t n) {
  char name[32], what[64];
  if (t->index == TM_INDEX32) ea &= UINT32_MAX, n &= UINT32_MAX;
  if (o->kind == INIT) n &= UINT32_MAX;
  wide at = (wide)ea + offsets[k];
  bool atomic = o->kind == ATOMIC_LOAD || o->kind == ATOMIC_STORE;
  bool unaligned = atomic && at % o->bytes, inside = in_bounds(t, o, at, n);
  snprintf(name, sizeof name, "%s.%u", o->name, k);
  enum tm_trap_code code = call(t->instance, name, ea, n, NULL);
  t->done++;
  t->trapped += code != TM_TRAP_NONE;
  bool right = code == TM_TRAP_NONE               ? inside && !unaligned
               : code == TM_TRAP_OUT_OF_BOUNDS    ? !inside
               : code == TM_TRAP_UNALIGNED_ATOMIC ? unaligned
                                                  : false;
  snprintf(what, sizeof what, "%s offset=0x%llx: '%s'", o->name, (unsigned long long)offsets[k],
           tm_trap_words(code));
  if (!right) complain(t, what, ea, n);
  if (code == TM_TRAP_NONE && inside) follow(t, o, (uint64_t)at, n);
}

/* Every place that is near an edge, for an access of n bytes. */
static void attack_around(struct target *t, const struct operation *o, unsigned k, uint64_t n) {
  static const uint64_t edges[] = {0, UINT64_C(0x80000000), UINT64_C(0x100000000),
                                   UINT64_C(0x800000000000), UINT64_C(0x8000000000000000)};
  for (size_t e = 0; e < sizeof edges / sizeof *edges; e++) {
    if (t->index == TM_INDEX32 && edges[e] > UINT32_MAX) break;
    for (uint64_t d = 0; d < 18; d++) { /* below 0: just below 2^32 or 2^64 */
      attack(t, o, k, edges[e] - d, n);
      if (d < 2) attack(t, o, k, edges[e] + d, n);
    }
  }
  for (uint64_t d = 0; d < 20; d++) attack(t, o, k, t->length - offsets[k] - n - 2 + d, n);
}

static void attack_everywhere(struct target *t) {
  static const uint64_t lengths[] = {
      0, 1, 15, SEGMENT, SEGMENT + 1, 0x10000, UINT32_MAX, UINT64_C(0x100000000), UINT64_MAX};
  for (const struct operation *o = operations; o < operations + OPERATIONS; o++)
    for (unsigned k = 0; k < offset_count(o, t->index); k++) {
      if (o->bytes) attack_around(t, o, k, o->bytes);
      for (size_t n = 0; !o->bytes && n < sizeof lengths / sizeof *lengths; n++)
        attack_around(t, o, k, lengths[n]);
    }
}

/* Does the memory hold these bytes? */
static bool holds(struct tm_linear *memory, void *view, const uint8_t *bytes, uint64_t size) {
  bool running = tm_linear_unpark(memory, view); /* a base that moves stays until it is parked */
  const uint8_t *at = tm_linear_at(memory, view, 0, size);
  bool same = at && !memcmp(at, bytes, size);
  if (!running) tm_linear_park(memory, view);
  return same;
}

/* ---- a whole cycle ----------------------------------------------------------------------------*/

/* A memory of its own beside the target, full of 0x3c. */
struct neighbour {
  struct tm_linear *memory;
  void *view;
};

static uint8_t pattern[MAX_PAGES * TM_PAGE_BYTES];

static struct neighbour neighbour_new(const struct tm_strategy *s, enum tm_index index) {
  const struct tm_memory_type type = {MAX_PAGES, MAX_PAGES, index, true};
  struct neighbour n = {.view = aligned_alloc(128, (s->view_bytes + 127) & ~(size_t)127)};
  if (!n.view || tm_linear_new(s, &type, &n.memory)) tm_die("no memory for a neighbour");
  memset(n.view, 0, s->view_bytes);
  if (tm_linear_attach(n.memory, n.view)) tm_die("cannot attach to a neighbour");
  bool running = tm_linear_unpark(n.memory, n.view);
  memset(tm_linear_at(n.memory, n.view, 0, sizeof pattern), 0x3c, sizeof pattern);
  if (!running) tm_linear_park(n.memory, n.view);
  return n;
}

static void neighbour_free(struct neighbour *n) {
  tm_linear_detach(n->memory, n->view);
  tm_linear_drop(n->memory);
  free(n->view);
}

static void run_target(struct target *t) {
  struct tm_linear *memory = tm_instance_memory(t->instance);
  void *view = tm_instance_view(t->instance);
  for (uint64_t pages = 1;; pages++) {
    uint64_t old;
    t->length = pages * TM_PAGE_BYTES;
    attack_everywhere(t);
    if (!holds(memory, view, t->copy, t->length)) complain(t, "other contents", 0, t->length);
    if (call(t->instance, "again", 0, 0, &old) != TM_TRAP_NONE) complain(t, "no grow", 0, 0);
    uint64_t refused = t->index == TM_INDEX32 ? UINT32_MAX : UINT64_MAX;
    if ((t->index == TM_INDEX32 ? (uint32_t)old : old) != refused)
      complain(t, "a grow by 2^32 or 2^64 pages less one", 0, 0);
    if (pages == MAX_PAGES) return;
    if (call(t->instance, "grow", 0, 0, &old) != TM_TRAP_NONE || (uint32_t)old != pages)
      complain(t, "no grow by a page", 0, 0);
  }
}

/* Load, attack, free. False when something was wrong. */
static bool cycle(const struct tm_strategy *s, enum tm_index index, struct target *t) {
  struct tm_module_options options = {.strategy = s, .flags = "-O1"};
  struct tm_error error = {0};
  struct tm_trap trap;
  struct tm_module *module;
  struct tm_text text = {0}, wide_wasm = {0};
  unsigned char *wasm;
  size_t size;
  write_module(&text, index);
  if (tm_wat_to_wasm("hostile", text.data, text.size, &wasm, &size, &error))
    tm_die("%s", error.text);
  widen(wasm, size, &wide_wasm);
  if (tm_module_load_bytes("hostile", wide_wasm.data, wide_wasm.size, &options, &module, &error))
    tm_die("%s", error.text);
  tm_text_free(&text);
  tm_text_free(&wide_wasm);
  free(wasm);
  *t = (struct target){.strategy = s, .index = index};
  struct neighbour before = neighbour_new(s, index);
  if (tm_instance_new(module, NULL, 0, &t->instance, &trap, &error)) tm_die("%s", error.text);
  struct neighbour after = neighbour_new(s, index);
  run_target(t);
  if (!holds(before.memory, before.view, pattern, sizeof pattern) ||
      !holds(after.memory, after.view, pattern, sizeof pattern))
    complain(t, "a byte of another memory has changed", 0, 0);
  neighbour_free(&before);
  neighbour_free(&after);
  tm_instance_free(t->instance);
  tm_module_free(module);
  tm_thread_done();
  return t->wrong == 0;
}

/* Twice: what is kept for ever is there after the first time. */
static bool test(const struct tm_strategy *s, enum tm_index index) {
  static struct target t;
  bool good = cycle(s, index, &t);
  struct usage before = usage_now();
  good = cycle(s, index, &t) && good;
  struct usage after = usage_now();
  const char *more = usage_more(&before, &after, SLACK_KIB);
  printf("%-14s i%d: %lu accesses, %lu of them trap; %lu wrong; %s\n", s->name,
         index == TM_INDEX32 ? 32 : 64, t.done, t.trapped, t.wrong,
         more ? more : "nothing is left");
  fflush(stdout);
  return good && !more && t.trapped && t.trapped < t.done;
}

int main(int argc, char **argv) {
  usage_begin(argv);
  memset(pattern, 0x3c, sizeof pattern);
  size_t count;
  const struct tm_strategy_entry *all = tm_strategies(&count);
  int tested = 0, failed = 0;
  for (size_t k = 0; k < count; k++) {
    bool named = argc == 1 && all[k].kind == TM_KIND_candidate;
    for (int a = 1; a < argc; a++) named |= !strcmp(argv[a], all[k].strategy->name);
    if (!named || tm_strategy_try(all[k].strategy)) continue;
    tested++;
    failed += !test(all[k].strategy, TM_INDEX32);
    failed += !test(all[k].strategy, TM_INDEX64);
  }
  return failed ? 1 : tested ? 0 : 77;
}
