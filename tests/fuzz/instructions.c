/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/instructions.h"

#include "harness/wasm/emit_ops.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

/* A module: EACH instructions; one that can trap is in functions of its own, TRIES of them; another
 * in one function that has it VALUES times. Half of the operands are constants, half come from
 * memory, where the compiler does not see them: from POOL on, 16 bytes each. */
enum { EACH = 12, TRIES = 12, VALUES = 32, PAGES = 2, MOST_PAGES = 4, POOL = 4096, OPS = 1024 };

/* Instructions that are not in the translator's table. */
enum { SHUFFLE = 0xfd0d, MEMORY_SIZE = 0x3f, MEMORY_GROW, MEMORY_COPY = 0xfc0a, MEMORY_FILL };
static const struct tm_op others[] = {{"vv>v", TM_OP_PURE, "i8x16_shuffle"},
                                      {">i", TM_OP_TRAPPING, "memory_size"},
                                      {"i>i", TM_OP_TRAPPING, "memory_grow"},
                                      {"iii>", TM_OP_TRAPPING, "memory_copy"},
                                      {"iii>", TM_OP_TRAPPING, "memory_fill"}};
static const uint32_t other_codes[] = {SHUFFLE, MEMORY_SIZE, MEMORY_GROW, MEMORY_COPY, MEMORY_FILL};
enum { OTHERS = sizeof others / sizeof *others };

static struct {
  const struct tm_op *op;
  uint32_t code;
} all[OPS];
static uint64_t count;

static void find_all(void) {
  for (uint32_t code = 0; code < 0xff00; code++) {
    if (code == 0x100) code = 0xfc00;
    const struct tm_op *op = tm_op_find(code);
    if (!op) continue;
    all[count].op = op;
    all[count++].code = code;
  }
  for (uint32_t code = 0; code < OTHERS; code++) {
    all[count].op = &others[code];
    all[count++].code = other_codes[code];
  }
}

uint64_t instructions_modules(void) {
  if (!count) find_all();
  return (count + EACH - 1) / EACH;
}

/* ---- random values ----------------------------------------------------------------------------*/

static uint64_t state;
static uint64_t next(void) {
  uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}
static uint64_t below(uint64_t n) { return (next() >> 8) % n; }

#define PICK(list) ((list)[below(sizeof(list) / sizeof *(list))])

/* Integers of this many bits: near 0, near the ends of every smaller width, counts of shifts. */
static uint64_t edge_integer(unsigned bits) {
  static const unsigned widths[] = {3, 4, 5, 6, 7, 8, 15, 16, 31, 32, 53, 63, 64};
  uint64_t v;
  switch (below(5)) {
  case 0: v = next(); break;
  case 1: v = below(5) - 2; break;
  case 2: v = below(67); break;
  default: {
    unsigned width = PICK(widths);
    v = (width == 64 ? 0 : UINT64_C(1) << width) + below(5) - 2;
    if (below(4) == 0) v = 0 - v;
  }
  }
  return bits == 64 ? v : v & ((UINT64_C(1) << bits) - 1);
}

/* Zeros, halves, ends of the integers and their neighbours, infinities, NaNs, subnormal numbers. */
static uint32_t edge_f32(void) {
  static const uint32_t list[] = {
      0,          1,          0x007fffff, 0x00800000, 0x3effffff, 0x3f000000, 0x3f000001,
      0x3f7fffff, 0x3f800000, 0x3fc00000, 0x40200000, 0x42fe0000, 0x43000000, 0x43800000,
      0x4afffffe, 0x4affffff, 0x4b000001, 0x4b7fffff, 0x4b800000, 0x4effffff, 0x4f000000,
      0x4f000001, 0x4f7fffff, 0x4f800000, 0x5effffff, 0x5f000000, 0x5f000001, 0x5f7fffff,
      0x5f800000, 0x7f7fffff, 0x7f800000, 0x7fc00000, 0x7fa00000};
  if (below(5) == 0) return (uint32_t)next();
  return PICK(list) | (uint32_t)below(2) << 31;
}
static uint64_t edge_f64(void) {
  static const uint64_t list[] = {
      0,
      1,
      UINT64_C(0x000fffffffffffff),
      UINT64_C(0x0010000000000000),
      UINT64_C(0x36a0000000000000), /* the smallest f32, and half of it */
      UINT64_C(0x3690000000000000),
      UINT64_C(0x3fdfffffffffffff),
      UINT64_C(0x3fe0000000000000),
      UINT64_C(0x3fe0000000000001),
      UINT64_C(0x3fefffffffffffff),
      UINT64_C(0x3ff0000000000000),
      UINT64_C(0x3ff8000000000000),
      UINT64_C(0x4004000000000000),
      UINT64_C(0x41dfffffffc00000), /* 2^31 - 1 and beyond */
      UINT64_C(0x41dfffffffffffff),
      UINT64_C(0x41e0000000000000),
      UINT64_C(0x41e0000000100000),
      UINT64_C(0x41e0000000200000),
      UINT64_C(0x41efffffffe00000), /* 2^32 - 1 and beyond */
      UINT64_C(0x41efffffffffffff),
      UINT64_C(0x41f0000000000000),
      UINT64_C(0x432fffffffffffff),
      UINT64_C(0x4340000000000000),
      UINT64_C(0x43dfffffffffffff), /* around 2^63 and 2^64 */
      UINT64_C(0x43e0000000000000),
      UINT64_C(0x43e0000000000001),
      UINT64_C(0x43efffffffffffff),
      UINT64_C(0x43f0000000000000),
      UINT64_C(0x47efffffefffffff), /* around the largest f32 */
      UINT64_C(0x47effffff0000000),
      UINT64_C(0x7fefffffffffffff),
      UINT64_C(0x7ff0000000000000),
      UINT64_C(0x7ff8000000000000),
      UINT64_C(0x7ff4000000000000)};
  if (below(5) == 0) return next();
  return PICK(list) | below(2) << 63;
}

static void edge_v128(uint64_t half[2]) {
  unsigned kind = (unsigned)below(7);
  for (int h = 0; h < 2; h++) {
    uint64_t v = 0;
    unsigned bits = 8u << (kind % 4);
    for (unsigned at = 0; at < 64; at += bits) v |= edge_integer(bits) << at;
    half[h] = kind == 4   ? edge_f32() | (uint64_t)edge_f32() << 32
              : kind == 5 ? edge_f64()
              : kind == 6 ? next()
                          : v;
  }
}

/* Around the memory's ends and the address space's; `width`: aligned to it. */
static uint32_t edge_address(uint32_t width) {
  static const uint32_t ends[] = {0, PAGES * 65536, MOST_PAGES * 65536, UINT32_MAX, 1u << 31};
  uint32_t a = below(2) ? (uint32_t)below(PAGES * 65536) : PICK(ends) + (uint32_t)below(40) - 20;
  return a & ~(width - 1);
}
static uint32_t edge_offset(void) {
  static const uint32_t list[] = {0,  0,     0,     0,      1,          8,
                                  16, 65528, 65536, 131071, 0x7fffffff, UINT32_MAX};
  return PICK(list);
}

/* ---- the binary format ------------------------------------------------------------------------*/

static void put_byte(struct tm_text *t, unsigned b) { tm_text_char(t, (char)b); }
static void put_u32(struct tm_text *t, uint32_t v) {
  for (; v > 127; v >>= 7) put_byte(t, (v & 127) | 128);
  put_byte(t, v);
}
static void put_s64(struct tm_text *t, int64_t v) {
  for (; v < -64 || v > 63; v >>= 7) put_byte(t, ((unsigned)v & 127) | 128);
  put_byte(t, (unsigned)v & 127);
}
static void put_fixed(struct tm_text *t, uint64_t v, int bytes) {
  for (int k = 0; k < bytes; k++) put_byte(t, (v >> 8 * k) & 255);
}
static void put_name(struct tm_text *t, const char *name) {
  put_u32(t, (uint32_t)strlen(name));
  tm_text_put(t, name);
}
/* Append a section of these contents, or a function's body with id 0, and free them. */
static void put_section(struct tm_text *t, unsigned id, struct tm_text *contents) {
  if (id) put_byte(t, id);
  put_u32(t, (uint32_t)contents->size);
  tm_text_bytes(t, contents->data, contents->size);
  tm_text_free(contents);
}

static void put_opcode(struct tm_text *t, uint32_t code) {
  if (code > 0xff) {
    put_byte(t, code >> 8);
    put_u32(t, code & 0xff);
  } else {
    put_byte(t, code);
  }
}

/* ---- instructions -----------------------------------------------------------------------------*/

/* What is written in a module: its functions so far, and the operands that lie in memory. */
struct writer {
  struct tm_text code, pool;
  uint32_t functions;
};

static bool touches_memory(const struct tm_op *op) {
  return op->kind >= TM_OP_LOAD && op->kind != TM_OP_LANE;
}
static bool waits(const struct tm_op *op) { return strstr(op->text, "_wait") != NULL; }
static bool may_trap(const struct tm_op *op) {
  return op->kind == TM_OP_TRAPPING || touches_memory(op);
}

/* Bytes that an atomic instruction accesses: from the number in its name, else its type. */
static uint32_t atomic_bytes(const char *name) {
  static const char *const parts[] = {"load", "store", "rmw", "wait"};
  if (strstr(name, "notify")) return 4;
  for (int k = 0; k < 4; k++) {
    const char *at = strstr(name, parts[k]);
    if (at && isdigit((unsigned char)at[strlen(parts[k])]))
      return (uint32_t)atoi(at + strlen(parts[k])) / 8;
  }
  return (uint32_t)atoi(name + 1) / 8;
}

/* Lanes that an instruction's immediate counts. */
static uint32_t lanes(const struct tm_op *op) {
  if (op->kind == TM_OP_LANE) return (uint32_t)atoi(strchr(op->text, 'x') + 1);
  return 128 / (uint32_t)atoi(strpbrk(op->text + 5, "1368"));
}

static void put_constant(struct tm_text *t, char type, const uint64_t v[2]) {
  switch (type) {
  case 'i': put_byte(t, 0x41), put_s64(t, (int32_t)v[0]); break;
  case 'I': put_byte(t, 0x42), put_s64(t, (int64_t)v[0]); break;
  case 'f': put_byte(t, 0x43), put_fixed(t, v[0], 4); break;
  case 'F': put_byte(t, 0x44), put_fixed(t, v[0], 8); break;
  default:
    put_opcode(t, 0xfd0c);
    put_fixed(t, v[0], 8);
    put_fixed(t, v[1], 8);
  }
}

/* Push a value: as a constant, or loaded from the pool. */
static void put_operand(struct writer *w, struct tm_text *t, char type, const uint64_t v[2],
                        bool constant) {
  static const char types[] = "iIfFv";
  static const uint32_t loads[] = {0x28, 0x29, 0x2a, 0x2b, 0xfd00};
  if (constant || below(2)) {
    put_constant(t, type, v);
    return;
  }
  const uint64_t at[2] = {POOL + w->pool.size, 0};
  put_constant(t, 'i', at);
  put_opcode(t, loads[strchr(types, type) - types]);
  put_u32(t, 0); /* no alignment promised */
  put_u32(t, 0);
  put_fixed(&w->pool, v[0], 8);
  put_fixed(&w->pool, v[1], 8);
}

static void choose_operand(const struct tm_op *op, char type, int position, uint64_t v[2]) {
  v[1] = 0;
  switch (type) {
  case 'i': v[0] = edge_integer(32); break;
  case 'I': v[0] = edge_integer(64); break;
  case 'f': v[0] = edge_f32(); break;
  case 'F': v[0] = edge_f64(); break;
  default: edge_v128(v);
  }
  if (position == 2 && waits(op)) v[0] = below(1000); /* ns until it gives up */
  if (touches_memory(op) && position == 0)
    v[0] = edge_address(op->kind == TM_OP_ATOMIC && below(4) ? atomic_bytes(op->text) : 1);
  if (!strcmp(op->text, "memory_grow")) v[0] = below(3) ? below(2) : edge_integer(32);
  if (!strcmp(op->text, "memory_copy") || !strcmp(op->text, "memory_fill"))
    v[0] = position == 2 ? below(3) ? below(300) : edge_integer(32)
           : position ? v[0] & 0x1ffff
                         : edge_address(1);
}

static void put_immediates(struct tm_text *t, const struct tm_op *op, uint32_t code) {
  if (touches_memory(op)) {
    uint32_t log = 0;
    if (op->kind == TM_OP_ATOMIC) log = (uint32_t)__builtin_ctz(atomic_bytes(op->text));
    put_u32(t, log);
    put_u32(t, edge_offset());
  }
  if (op->kind == TM_OP_LANE || op->kind == TM_OP_LOAD_LANE || op->kind == TM_OP_STORE_LANE)
    put_byte(t, (unsigned)below(lanes(op)));
  if (code == SHUFFLE)
    for (int k = 0; k < 16; k++) put_byte(t, (unsigned)below(32));
  if (code == MEMORY_SIZE || code == MEMORY_GROW || code == MEMORY_FILL) put_byte(t, 0);
  if (code == MEMORY_COPY) put_fixed(t, 0, 2);
}

/* Types of the module: 0 to 3 take one value of "iIfF", 4 nothing. Functions 0 to 3 log. */
static void put_log(struct tm_text *t, char type) {
  put_byte(t, 0x10);
  put_u32(t, type == 'i' ? 0 : type == 'I' ? 1 : type == 'f' ? 2 : 3);
}

/* Log the vector in local 0: lanes of floats as floats, whose NaNs may have any bits. */
static void put_log_lanes(struct tm_text *t, const char *name) {
  bool f32 = !strncmp(name, "f32x4", 5), f64 = !strncmp(name, "f64x2", 5);
  put_byte(t, 0x21), put_u32(t, 0); /* local.set 0 */
  for (unsigned lane = 0; lane < (f32 ? 4 : 2); lane++) {
    put_byte(t, 0x20), put_u32(t, 0); /* local.get 0 */
    put_opcode(t, f32 ? 0xfd1f : f64 ? 0xfd21 : 0xfd1d);
    put_byte(t, lane);
    put_log(t, f32 ? 'f' : f64 ? 'F' : 'I');
  }
}

static void put_once(struct writer *w, struct tm_text *t, const struct tm_op *op, uint32_t code) {
  const char *type = op->type;
  for (int k = 0; *type != '>'; type++, k++) {
    uint64_t v[2];
    choose_operand(op, *type, k, v);
    put_operand(w, t, *type, v, waits(op)); /* a timeout that a store changed would be for ever */
  }
  put_opcode(t, code);
  put_immediates(t, op, code);
  if (type[1] == 'v')
    put_log_lanes(t, op->text);
  else if (type[1])
    put_log(t, type[1]);
}

static void put_function(struct writer *w, const struct tm_op *op, uint32_t code, int times) {
  struct tm_text body = {0};
  bool vectors = strchr(op->type, 'v') != NULL; /* else the module needs no SIMD */
  put_u32(&body, vectors);
  if (vectors) put_u32(&body, 1), put_byte(&body, 0x7b);
  for (int k = 0; k < times; k++) put_once(w, &body, op, code);
  put_byte(&body, 0x0b);
  put_section(&w->code, 0, &body);
  w->functions++;
}

static void put_instruction(struct writer *w, const struct tm_op *op, uint32_t code) {
  for (int k = 0; k < TRIES && may_trap(op); k++) put_function(w, op, code, 1);
  if (!may_trap(op)) put_function(w, op, code, VALUES);
}

/* ---- the module -------------------------------------------------------------------------------*/

static void put_types(struct tm_text *wasm) {
  static const char types[] = {5, 0x60, 1, 0x7f, 0, 0x60, 1, 0x7e, 0, 0x60,
                               1, 0x7d, 0, 0x60, 1, 0x7c, 0, 0x60, 0, 0};
  struct tm_text t = {0};
  tm_text_bytes(&t, types, sizeof types);
  put_section(wasm, 1, &t);
}

static void put_imports(struct tm_text *wasm) {
  static const char *const logs[] = {"log-i32", "log-i64", "log-f32", "log-f64"};
  struct tm_text t = {0};
  put_u32(&t, 4);
  for (unsigned k = 0; k < 4; k++) {
    put_name(&t, "fuzzing-support");
    put_name(&t, logs[k]);
    put_byte(&t, 0), put_u32(&t, k);
  }
  put_section(wasm, 2, &t);
}

static void put_functions_and_memory(struct tm_text *wasm, uint32_t functions, bool shared) {
  struct tm_text t = {0};
  put_u32(&t, functions);
  for (uint32_t k = 0; k < functions; k++) put_u32(&t, 4);
  put_section(wasm, 3, &t);
  put_u32(&t, 1), put_byte(&t, shared ? 3 : 1), put_u32(&t, PAGES), put_u32(&t, MOST_PAGES);
  put_section(wasm, 5, &t);
  put_u32(&t, functions + 1);
  put_name(&t, "memory"), put_byte(&t, 2), put_u32(&t, 0);
  for (uint32_t k = 0; k < functions; k++) {
    char name[16];
    snprintf(name, sizeof name, "f%u", k);
    put_name(&t, name), put_byte(&t, 0), put_u32(&t, k + 4);
  }
  put_section(wasm, 7, &t);
}

/* The pool, and bytes at both ends of the memory for loads to find. */
static void put_data(struct tm_text *wasm, const struct tm_text *pool) {
  struct tm_text t = {0};
  const uint32_t at[] = {0, POOL, PAGES * 65536 - 256};
  put_u32(&t, 3);
  for (int k = 0; k < 3; k++) {
    put_u32(&t, 0);
    put_byte(&t, 0x41), put_s64(&t, at[k]), put_byte(&t, 0x0b);
    put_u32(&t, k == 1 ? (uint32_t)pool->size : 256);
    if (k == 1) tm_text_bytes(&t, pool->data, pool->size);
    for (int n = 0; n < 32 && k != 1; n++) put_fixed(&t, next(), 8);
  }
  put_section(wasm, 11, &t);
}

void instructions_module(uint64_t seed, struct tm_text *wasm) {
  struct writer w = {0};
  struct tm_text code = {0};
  uint64_t first = seed % instructions_modules() * EACH;
  state = seed;
  bool shared = seed / 64 % 2;
  for (uint64_t k = first; k < first + EACH && k < count; k++) {
    put_instruction(&w, all[k].op, all[k].code);
    shared |= waits(all[k].op); /* in another memory it only traps */
  }
  tm_text_bytes(wasm, "\0asm\1\0\0\0", 8);
  put_types(wasm);
  put_imports(wasm);
  put_functions_and_memory(wasm, w.functions, shared);
  put_u32(&code, w.functions);
  tm_text_bytes(&code, w.code.data, w.code.size);
  put_section(wasm, 10, &code);
  put_data(wasm, &w.pool);
  tm_text_free(&w.code);
  tm_text_free(&w.pool);
}
