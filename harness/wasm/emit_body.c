/* SPDX-License-Identifier: Apache-2.0 */
/* One function. The operand stack holds values, not code: constants, variables that are assigned
 * once, and pending values. A pending value is a pure expression over locals and variables that no
 * statement computes yet; it becomes part of the expression that uses it. It is settled (written to
 * a variable) before a local it reads is set, before a block begins, and when it gets long.
 * Whatever can trap, or reads or writes memory, globals or tables, is a statement at its place. */
#include "harness/wasm/emit_ops.h"
#include "harness/wasm/emit_state.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum {
  LONG_TEXT = 120, /* bytes; a longer expression gets a variable */
  PENDING_MAX = sizeof((struct tm_body *)0)->pending / sizeof(uint32_t),
  INDENT_MAX = 20,
};

void tm_body_line(struct tm_body *b) {
  static const char spaces[] = "                                              ";
  uint32_t depth = b->frames.count < INDENT_MAX ? b->frames.count : INDENT_MAX;
  tm_text_bytes(&b->text, spaces, depth ? 2 * (size_t)depth : 2);
}

/* ---- values -----------------------------------------------------------------------------------*/

static bool is_pending(const struct tm_stack_value *v) {
  return v->kind == TM_VALUE_LOCAL || v->kind == TM_VALUE_TEXT;
}

static void put_i32(struct tm_text *t, uint32_t n) {
  if (n > UINT32_C(0xffff0000)) tm_text_char(t, '-'), n = -n;
  tm_text_number(t, n);
  tm_text_char(t, 'u');
}

static void put_i64(struct tm_text *t, uint64_t n) {
  if (n > UINT64_C(0xffffffff00000000)) tm_text_char(t, '-'), n = -n;
  tm_text_number(t, n);
  tm_text_bytes(t, "ull", 3);
}

/* Decimal digits that read back as the same bits; NaNs, infinities by their bits. */
static void put_f32(struct tm_text *t, uint32_t bits) {
  float f;
  memcpy(&f, &bits, sizeof f);
  char digits[40];
  if (!isfinite(f)) {
    tm_text_format(t, "f32_bits(0x%08" PRIx32 "u)", bits);
    return;
  }
  snprintf(digits, sizeof digits, "%.9g", (double)f);
  tm_text_put(t, digits);
  tm_text_put(t, strpbrk(digits, ".e") ? "f" : ".0f");
}

static void put_f64(struct tm_text *t, uint64_t bits) {
  double f;
  memcpy(&f, &bits, sizeof f);
  char digits[40];
  if (!isfinite(f)) {
    tm_text_format(t, "f64_bits(0x%016" PRIx64 "ull)", bits);
    return;
  }
  snprintf(digits, sizeof digits, "%.17g", f);
  tm_text_put(t, digits);
  if (!strpbrk(digits, ".e")) tm_text_put(t, ".0");
}

static void put_const(struct tm_text *t, const struct tm_stack_value *v) {
  switch (v->type) {
  case 'i': put_i32(t, (uint32_t)v->bits); break;
  case 'I': put_i64(t, v->bits); break;
  case 'f': put_f32(t, (uint32_t)v->bits); break;
  case 'F': put_f64(t, v->bits); break;
  default: tm_text_put(t, "NULL"); break;
  }
}

void tm_body_value(struct tm_body *b, struct tm_text *t, const struct tm_stack_value *v) {
  switch (v->kind) {
  case TM_VALUE_CONST: put_const(t, v); break;
  case TM_VALUE_TEMP:
    tm_text_char(t, 't');
    tm_text_number(t, v->id);
    break;
  case TM_VALUE_RESULT:
    tm_text_char(t, 'b');
    tm_text_number(t, v->id);
    tm_text_char(t, '_');
    tm_text_number(t, v->part);
    break;
  case TM_VALUE_LOCAL:
    tm_text_char(t, 'l');
    tm_text_number(t, v->id);
    break;
  default: /* `t` may be where the text is: make room before its address is taken */
    if (t->capacity - t->size < v->part) tm_text_grow(t, v->part);
    tm_text_bytes(t, b->expressions.data + v->id, v->part);
  }
}

void tm_body_operand(struct tm_body *b, struct tm_text *t, const struct tm_stack_value *v) {
  bool parentheses = v->kind == TM_VALUE_TEXT && v->infix;
  if (parentheses) tm_text_char(t, '(');
  tm_body_value(b, t, v);
  if (parentheses) tm_text_char(t, ')');
}

struct tm_stack_value tm_body_pop(struct tm_body *b) {
  uint32_t top = --b->stack.count;
  if (b->pending_count && b->pending[b->pending_count - 1] == top) b->pending_count--;
  return b->stack.at[top];
}

void tm_body_push(struct tm_body *b, struct tm_stack_value v) {
  if (is_pending(&v)) {
    if (b->pending_count == PENDING_MAX) tm_body_settle(b, b->pending[0]);
    b->pending[b->pending_count++] = b->stack.count;
  }
  *tm_vec_add(&b->stack) = v;
}

void tm_body_drop_to(struct tm_body *b, uint32_t height) {
  b->stack.count = height;
  while (b->pending_count && b->pending[b->pending_count - 1] >= height) b->pending_count--;
}

void tm_body_temp(struct tm_body *b, char type) {
  b->last_start = b->text.size;
  tm_body_line(b);
  tm_text_put(&b->text, tm_emit_ctype(type));
  tm_text_bytes(&b->text, " t", 2);
  b->last_temp = b->temps++;
  tm_text_number(&b->text, b->last_temp);
  tm_text_bytes(&b->text, " = ", 3);
  b->last_value = b->text.size;
}

static struct tm_stack_value temp_value(const struct tm_body *b, char type) {
  return (struct tm_stack_value){.type = type, .kind = TM_VALUE_TEMP, .id = b->last_temp};
}

void tm_body_temp_end(struct tm_body *b, char type) {
  tm_text_bytes(&b->text, ";\n", 2);
  b->last_end = b->text.size;
  tm_body_push(b, temp_value(b, type));
}

/* Write a value to a variable of its own. */
static struct tm_stack_value settled(struct tm_body *b, const struct tm_stack_value *v) {
  char type = v->type;
  tm_body_temp(b, type);
  tm_body_value(b, &b->text, v);
  tm_text_bytes(&b->text, ";\n", 2);
  b->last_end = b->text.size;
  return temp_value(b, type);
}

void tm_body_settle(struct tm_body *b, uint32_t index) {
  uint32_t p = 0;
  while (p < b->pending_count && b->pending[p] != index) p++;
  if (p == b->pending_count) return;
  b->stack.at[index] = settled(b, &b->stack.at[index]);
  memmove(&b->pending[p], &b->pending[p + 1], (b->pending_count - p - 1) * sizeof b->pending[0]);
  b->pending_count--;
}

void tm_body_flush(struct tm_body *b) {
  while (b->pending_count) tm_body_settle(b, b->pending[0]);
}

/* ---- expressions ------------------------------------------------------------------------------*/

/* Start a pure expression of `operands`; long ones among them are settled first. */
static struct tm_stack_value expression(struct tm_body *b, char type, bool infix,
                                        struct tm_stack_value *operands, uint32_t count) {
  struct tm_stack_value v = {.type = type, .kind = TM_VALUE_TEXT, .infix = infix};
  uint32_t size = 0;
  for (uint32_t i = 0; i < count; i++) {
    struct tm_stack_value *o = &operands[i];
    size += o->kind == TM_VALUE_TEXT ? o->part : 8;
    uint32_t reads = o->kind == TM_VALUE_LOCAL ? 1 : o->kind == TM_VALUE_TEXT ? o->local_count : 0;
    if (is_pending(o) && (size > LONG_TEXT || v.local_count + reads > TM_VALUE_LOCALS)) {
      *o = settled(b, o);
      reads = 0;
      size = 8 * (i + 1);
    }
    if (o->kind == TM_VALUE_LOCAL) v.locals[v.local_count++] = o->id;
    if (o->kind == TM_VALUE_TEXT)
      for (uint32_t k = 0; k < reads; k++) v.locals[v.local_count++] = o->locals[k];
  }
  v.id = (uint32_t)b->expressions.size;
  return v;
}

static void expression_end(struct tm_body *b, struct tm_stack_value *v) {
  v->part = (uint32_t)b->expressions.size - v->id;
  tm_body_push(b, *v);
}

static void put_cast(struct tm_body *b, const char *cast, const struct tm_stack_value *v) {
  tm_text_put(&b->expressions, cast);
  tm_body_operand(b, &b->expressions, v);
}

static void infix(struct tm_body *b, const struct tm_op *op, struct tm_stack_value *o) {
  struct tm_text *t = &b->expressions;
  struct tm_stack_value v = expression(b, op->type[3], true, o, 2);
  tm_body_operand(b, t, &o[0]);
  tm_text_format(t, " %s ", op->text);
  tm_body_operand(b, t, &o[1]);
  expression_end(b, &v);
}

/* Is it a constant with which C compilers simplify an operation as if there were no signalling
 * NaNs: x * 1, x + -0 and the like? */
static bool folds_wrongly(const struct tm_stack_value *v) {
  if (v->kind != TM_VALUE_CONST) return false;
  if (v->type == 'f') {
    uint32_t magnitude = (uint32_t)v->bits & UINT32_C(0x7fffffff);
    return magnitude == 0 || magnitude == UINT32_C(0x3f800000);
  }
  uint64_t magnitude = v->bits & INT64_MAX;
  return magnitude == 0 || magnitude == UINT64_C(0x3ff0000000000000);
}

static void float_infix(struct tm_body *b, const struct tm_op *op, struct tm_stack_value *o) {
  struct tm_text *t = &b->expressions;
  struct tm_stack_value v = expression(b, op->type[3], true, o, 2);
  for (int i = 0; i < 2; i++) {
    bool hide = folds_wrongly(&o[i]);
    if (i) tm_text_format(t, " %s ", op->text);
    if (hide) tm_text_put(t, o[i].type == 'f' ? "f32_opaque(" : "f64_opaque(");
    tm_body_operand(b, t, &o[i]);
    if (hide) tm_text_char(t, ')');
  }
  expression_end(b, &v);
}

static void compare(struct tm_body *b, const struct tm_op *op, struct tm_stack_value *o) {
  struct tm_text *t = &b->expressions;
  bool zero = op->kind == TM_OP_COMPARE_ZERO;
  const char *cast = op->kind != TM_OP_COMPARE_SIGNED ? "" : op->type[0] == 'i' ? "(s32)" : "(s64)";
  struct tm_stack_value v = expression(b, 'i', false, o, zero ? 1 : 2);
  tm_text_put(t, "(u32)(");
  put_cast(b, cast, &o[0]);
  tm_text_format(t, " %s ", op->text);
  if (zero)
    tm_text_char(t, '0');
  else
    put_cast(b, cast, &o[1]);
  tm_text_char(t, ')');
  expression_end(b, &v);
}

static void shift(struct tm_body *b, const struct tm_op *op, struct tm_stack_value *o) {
  struct tm_text *t = &b->expressions;
  bool wide = op->type[0] == 'I', is_signed = op->kind == TM_OP_SHIFT_SIGNED;
  struct tm_stack_value v = expression(b, op->type[0], !is_signed, o, 2);
  if (is_signed) tm_text_put(t, wide ? "(u64)((s64)" : "(u32)((s32)");
  tm_body_operand(b, t, &o[0]);
  tm_text_format(t, " %s ", op->text);
  if (o[1].kind == TM_VALUE_CONST) {
    tm_text_number(t, o[1].bits & (wide ? 63 : 31));
  } else {
    tm_text_char(t, '(');
    tm_body_operand(b, t, &o[1]);
    tm_text_put(t, wide ? " & 63)" : " & 31)");
  }
  if (is_signed) tm_text_char(t, ')');
  expression_end(b, &v);
}

static void cast(struct tm_body *b, const struct tm_op *op, struct tm_stack_value *o) {
  struct tm_stack_value v = expression(b, op->type[2], true, o, 1);
  tm_text_format(&b->expressions, "(%s)", op->text);
  tm_body_operand(b, &b->expressions, &o[0]);
  expression_end(b, &v);
}

/* text(a, b[, lane]) */
static void put_call(struct tm_body *b, struct tm_text *t, const char *name,
                     const struct tm_stack_value *o, uint32_t count) {
  tm_text_put(t, name);
  tm_text_char(t, '(');
  for (uint32_t i = 0; i < count; i++) {
    if (i) tm_text_bytes(t, ", ", 2);
    tm_body_value(b, t, &o[i]);
  }
}

static void pure_call(struct tm_body *b, const struct tm_op *op, struct tm_stack_value *o,
                      uint32_t count, char result, const struct tm_wasm_instruction *in) {
  struct tm_text *t = &b->expressions;
  struct tm_stack_value v = expression(b, result, false, o, count);
  put_call(b, t, op->text, o, count);
  if (op->kind == TM_OP_LANE) tm_text_format(t, ", %u", in->lane);
  tm_text_char(t, ')');
  expression_end(b, &v);
}

/* ---- statements -------------------------------------------------------------------------------*/

/* What strategies do after an atomic, a fence or a call. Belongs to the statement before it. */
static void put_sync(struct tm_body *b) {
  bool last = b->last_end == b->text.size;
  tm_body_line(b);
  tm_text_put(&b->text, "tm_sync();\n");
  if (last) b->last_end = b->text.size;
}

/* text(address, offset, …[, lane]); and its result, if any. */
static void memory_access(struct tm_body *b, const struct tm_op *op, struct tm_stack_value *o,
                          uint32_t count, char result, const struct tm_wasm_instruction *in) {
  struct tm_text *t = &b->text;
  b->uses_memory = true;
  if (result)
    tm_body_temp(b, result);
  else
    tm_body_line(b);
  tm_text_put(t, op->text);
  tm_text_char(t, '(');
  tm_body_value(b, t, &o[0]);
  tm_text_bytes(t, ", ", 2);
  tm_text_number(t, in->value);
  for (uint32_t i = 1; i < count; i++) {
    tm_text_bytes(t, ", ", 2);
    tm_body_value(b, t, &o[i]);
  }
  if (op->kind == TM_OP_LOAD_LANE || op->kind == TM_OP_STORE_LANE)
    tm_text_format(t, ", %u", in->lane);
  tm_text_char(t, ')');
  if (result)
    tm_body_temp_end(b, result);
  else
    tm_text_bytes(t, ";\n", 2);
  if (op->kind == TM_OP_ATOMIC) put_sync(b);
  b->calls |= in->op >= 0xfe00 && in->op <= 0xfe02; /* notify, wait */
}

static void trapping(struct tm_body *b, const struct tm_op *op, struct tm_stack_value *o,
                     uint32_t count, char result) {
  tm_body_temp(b, result);
  put_call(b, &b->text, op->text, o, count);
  tm_text_char(&b->text, ')');
  tm_body_temp_end(b, result);
}

static void operation(struct tm_emitter *e, const struct tm_op *op,
                      const struct tm_wasm_instruction *in) {
  struct tm_body *b = &e->body;
  struct tm_stack_value o[4];
  uint32_t count = (uint32_t)(strchr(op->type, '>') - op->type);
  char result = op->type[count + 1];
  for (uint32_t i = count; i-- > 0;) o[i] = tm_body_pop(b);
  if (in->op >= 0xfd00) e->unit_simd |= in->op < 0xfe00;
  switch (op->kind) {
  case TM_OP_INFIX: infix(b, op, o); break;
  case TM_OP_FLOAT: float_infix(b, op, o); break;
  case TM_OP_COMPARE:
  case TM_OP_COMPARE_SIGNED:
  case TM_OP_COMPARE_ZERO: compare(b, op, o); break;
  case TM_OP_SHIFT:
  case TM_OP_SHIFT_SIGNED: shift(b, op, o); break;
  case TM_OP_CAST: cast(b, op, o); break;
  case TM_OP_PURE:
  case TM_OP_LANE: pure_call(b, op, o, count, result, in); break;
  case TM_OP_TRAPPING: trapping(b, op, o, count, result); break;
  default: memory_access(b, op, o, count, result, in); break;
  }
}

/* ---- variables --------------------------------------------------------------------------------*/

static void use_local(struct tm_body *b, uint32_t local) {
  if (b->used[local] == b->stamp) return;
  b->used[local] = b->stamp;
  *tm_vec_add(&b->used_locals) = local;
}

static bool reads(const struct tm_stack_value *v, uint32_t local) {
  if (v->kind == TM_VALUE_LOCAL) return v->id == local;
  for (uint32_t i = 0; i < v->local_count; i++)
    if (v->locals[i] == local) return true;
  return false;
}

/* The statement that computed `v` is the last one written: let it set the local instead. */
static bool retarget(struct tm_body *b, const struct tm_stack_value *v, uint32_t local) {
  if (v->kind != TM_VALUE_TEMP || v->id != b->last_temp || b->last_end != b->text.size ||
      !b->last_end)
    return false;
  char head[64];
  size_t indent = b->last_start;
  while (b->text.data[indent] == ' ') indent++;
  int size = snprintf(head, sizeof head, "l%u = ", local);
  size_t value_size = b->last_end - b->last_value;
  /* The head never grows: "u32 tN = " is longer than "lN = " unless N is much shorter. */
  if (indent + (size_t)size > b->last_value) return false;
  memcpy(b->text.data + indent, head, (size_t)size);
  memmove(b->text.data + indent + size, b->text.data + b->last_value, value_size);
  b->text.size = indent + (size_t)size + value_size;
  b->last_end = 0;
  return true;
}

static void set_local(struct tm_body *b, uint32_t local, bool tee) {
  use_local(b, local);
  struct tm_stack_value v = tm_body_pop(b);
  for (uint32_t p = b->pending_count; p-- > 0;)
    if (reads(&b->stack.at[b->pending[p]], local)) tm_body_settle(b, b->pending[p]);
  bool direct = retarget(b, &v, local);
  if (!direct) {
    tm_body_line(b);
    tm_text_char(&b->text, 'l');
    tm_text_number(&b->text, local);
    tm_text_bytes(&b->text, " = ", 3);
    tm_body_value(b, &b->text, &v);
    tm_text_bytes(&b->text, ";\n", 2);
  }
  if (!tee) return;
  if (direct || is_pending(&v))
    v = (struct tm_stack_value){.type = v.type, .kind = TM_VALUE_LOCAL, .id = local};
  tm_body_push(b, v);
}

static void put_global(struct tm_emitter *e, struct tm_text *t, uint32_t index) {
  bool imported = tm_emit_local_import(e, TM_WASM_GLOBAL, index);
  tm_text_format(t, "i->g%u%svalue.%s", index, imported ? "->" : ".",
                 tm_emit_member(e->globals.at[index].type));
}

static void get_global(struct tm_emitter *e, uint32_t index) {
  struct tm_body *b = &e->body;
  char type = e->globals.at[index].type;
  bool pure = !e->globals.at[index].mutable_;
  struct tm_stack_value v = {0};
  struct tm_text *t = pure ? &b->expressions : &b->text;
  if (pure)
    v = expression(b, type, false, NULL, 0);
  else
    tm_body_temp(b, type);
  if (type == 'v') tm_text_put(t, "v128_of(");
  put_global(e, t, index);
  if (type == 'v') tm_text_char(t, ')');
  if (pure)
    expression_end(b, &v);
  else
    tm_body_temp_end(b, type);
}

static void set_global(struct tm_emitter *e, uint32_t index) {
  struct tm_body *b = &e->body;
  struct tm_stack_value v = tm_body_pop(b);
  tm_body_line(b);
  if (v.type == 'v') tm_text_put(&b->text, "v128_to(");
  put_global(e, &b->text, index);
  tm_text_put(&b->text, v.type == 'v' ? ", " : " = ");
  tm_body_value(b, &b->text, &v);
  tm_text_put(&b->text, v.type == 'v' ? ");\n" : ";\n");
}

/* ---- calls ------------------------------------------------------------------------------------*/

static void put_arguments(struct tm_body *b, const struct tm_emit_type *type) {
  uint32_t first = b->stack.count - type->param_count;
  for (uint32_t k = 0; k < type->param_count; k++) {
    tm_text_bytes(&b->text, ", ", 2);
    tm_body_value(b, &b->text, &b->stack.at[first + k]);
  }
  tm_body_drop_to(b, first);
}

/* Before a call's text: where its result goes. */
static void call_begin(struct tm_body *b, uint32_t type_index, const struct tm_emit_type *type) {
  b->calls = true;
  if (type->result_count == 1) {
    tm_body_temp(b, type->results[0]);
    return;
  }
  tm_body_line(b);
  if (type->result_count)
    tm_text_format(&b->text, "struct tm_results%u r%u = ", type_index, b->temps);
}

static void call_end(struct tm_body *b, const struct tm_emit_type *type) {
  if (type->result_count == 1) {
    tm_body_temp_end(b, type->results[0]);
  } else {
    tm_text_bytes(&b->text, ";\n", 2);
    uint32_t r = b->temps;
    if (type->result_count) b->temps++;
    for (uint32_t k = 0; k < type->result_count; k++) {
      tm_body_temp(b, type->results[k]);
      tm_text_format(&b->text, "r%u.r%u", r, k);
      tm_body_temp_end(b, type->results[k]);
    }
  }
  put_sync(b);
}

static void call(struct tm_emitter *e, uint32_t function) {
  struct tm_body *b = &e->body;
  uint32_t index = e->functions.at[function].type;
  const struct tm_emit_type *type = &e->types.at[index];
  call_begin(b, index, type);
  tm_emit_identifier(e, &b->text, function);
  tm_text_bytes(&b->text, "(i", 2);
  put_arguments(b, type);
  tm_text_char(&b->text, ')');
  call_end(b, type);
}

static void call_indirect(struct tm_emitter *e, uint32_t index, uint32_t table) {
  struct tm_body *b = &e->body;
  const struct tm_emit_type *type = &e->types.at[index];
  struct tm_stack_value callee = tm_body_pop(b);
  uint32_t c = b->temps++;
  tm_body_line(b);
  tm_text_format(&b->text, "const struct tm_func *c%u = tm_callee(i->t%u, ", c, table);
  tm_body_value(b, &b->text, &callee);
  tm_text_format(&b->text, ", tm_interned[%u]);\n", index);
  call_begin(b, index, type);
  tm_text_format(&b->text, "((tm_type%u)c%u->code)(c%u->env", index, c, c);
  put_arguments(b, type);
  tm_text_char(&b->text, ')');
  call_end(b, type);
}

/* ---- memory, tables and the rest --------------------------------------------------------------*/

/* name(extra…, operands…); `count` operands, a result or none. */
static void statement(struct tm_body *b, const char *name, uint32_t count, char result) {
  b->calls = true; /* into the host, some of them */
  uint32_t first = b->stack.count - count;
  struct tm_stack_value o[3];
  for (uint32_t k = 0; k < count; k++) o[k] = b->stack.at[first + k];
  tm_body_drop_to(b, first);
  if (result)
    tm_body_temp(b, result);
  else
    tm_body_line(b);
  tm_text_put(&b->text, name);
  for (uint32_t k = 0; k < count; k++) {
    if (k || name[strlen(name) - 1] != '(') tm_text_bytes(&b->text, ", ", 2);
    tm_body_value(b, &b->text, &o[k]);
  }
  tm_text_char(&b->text, ')');
  if (result)
    tm_body_temp_end(b, result);
  else
    tm_text_bytes(&b->text, ";\n", 2);
}

static bool bulk(struct tm_emitter *e, const struct tm_wasm_instruction *in) {
  struct tm_body *b = &e->body;
  char name[80];
  char address = e->memory.is64 ? 'I' : 'i';
  switch (in->op) {
  case 0x3f:
    b->calls |= e->layout.size_call;
    statement(b, "memory_size(", 0, address);
    put_sync(b);
    break;
  case 0x40:
    statement(b, "memory_grow(", 1, address);
    put_sync(b);
    break;
  case 0xfc08:
    snprintf(name, sizeof name, "memory_init(%u", in->index);
    statement(b, name, 3, 0);
    break;
  case 0xfc09:
    tm_body_line(b);
    tm_text_format(&b->text, "i->data_dropped[%u] = true;\n", in->index);
    break;
  case 0xfc0a: statement(b, "memory_copy(", 3, 0); break;
  case 0xfc0b: statement(b, "memory_fill(", 3, 0); break;
  default: return false;
  }
  b->uses_memory = true;
  return true;
}

static bool table(struct tm_emitter *e, const struct tm_wasm_instruction *in) {
  struct tm_body *b = &e->body;
  char name[80];
  switch (in->op) {
  case 0x25:
    snprintf(name, sizeof name, "tm_table_get(i->t%u", in->index);
    statement(b, name, 1, e->tables.at[in->index].type);
    return true;
  case 0x26:
    snprintf(name, sizeof name, "tm_table_set(i->t%u", in->index);
    statement(b, name, 2, 0);
    return true;
  case 0xfc0c:
    snprintf(name, sizeof name, "tm_table_init(i->t%u, TM_ELEMENTS(%u)", in->index2, in->index);
    statement(b, name, 3, 0);
    return true;
  case 0xfc0d:
    tm_body_line(b);
    tm_text_format(&b->text, "i->elements_dropped[%u] = true;\n", in->index);
    return true;
  case 0xfc0e:
    snprintf(name, sizeof name, "tm_table_copy(i->t%u, i->t%u", in->index, in->index2);
    statement(b, name, 3, 0);
    return true;
  case 0xfc0f: {
    snprintf(name, sizeof name, "table_grow(i->t%u", in->index);
    statement(b, name, 2, 'i');
    return true;
  }
  case 0xfc10: {
    tm_body_temp(b, 'i');
    tm_text_format(&b->text, "i->t%u->size", in->index);
    tm_body_temp_end(b, 'i');
    return true;
  }
  case 0xfc11:
    snprintf(name, sizeof name, "tm_table_fill(i->t%u", in->index);
    statement(b, name, 3, 0);
    return true;
  default: return false;
  }
}

static void choose(struct tm_body *b) {
  struct tm_stack_value o[3];
  for (int k = 3; k-- > 0;) o[k] = tm_body_pop(b);
  struct tm_stack_value v = expression(b, o[0].type, true, o, 3);
  struct tm_text *t = &b->expressions;
  tm_body_operand(b, t, &o[2]);
  tm_text_put(t, " ? ");
  tm_body_operand(b, t, &o[0]);
  tm_text_put(t, " : ");
  tm_body_operand(b, t, &o[1]);
  expression_end(b, &v);
}

static void vector_constant(struct tm_emitter *e, const struct tm_wasm_instruction *in) {
  struct tm_body *b = &e->body;
  struct tm_text *t = &b->expressions;
  struct tm_stack_value o[2];
  e->unit_simd = true;
  if (in->op == 0xfd0d) o[1] = tm_body_pop(b), o[0] = tm_body_pop(b);
  struct tm_stack_value v = expression(b, 'v', false, o, in->op == 0xfd0d ? 2 : 0);
  if (in->op == 0xfd0d) {
    put_call(b, t, "i8x16_shuffle", o, 2);
    for (int k = 0; k < 16; k++) tm_text_format(t, ", %u", in->bytes[k]);
    tm_text_char(t, ')');
  } else {
    uint64_t half[2];
    memcpy(half, in->bytes, sizeof half);
    tm_text_format(t, "v128_const(0x%" PRIx64 "ull, 0x%" PRIx64 "ull)", half[0], half[1]);
  }
  expression_end(b, &v);
}

static void reference(struct tm_emitter *e, const struct tm_wasm_instruction *in) {
  struct tm_body *b = &e->body;
  if (in->op == 0xd1) {
    struct tm_stack_value o = tm_body_pop(b);
    struct tm_stack_value v = expression(b, 'i', false, &o, 1);
    tm_text_put(&b->expressions, "(u32)(");
    tm_body_operand(b, &b->expressions, &o);
    tm_text_put(&b->expressions, " == NULL)");
    expression_end(b, &v);
    return;
  }
  struct tm_stack_value v = expression(b, 'n', false, NULL, 0);
  tm_text_format(&b->expressions, "(ref)&i->references[%u]", tm_emit_reference(e, in->index));
  expression_end(b, &v);
}

static bool control(struct tm_emitter *e, const struct tm_wasm_instruction *in) {
  struct tm_body *b = &e->body;
  switch (in->op) {
  case 0x00:
    tm_body_line(b);
    tm_text_put(&b->text, "tm_trap(TM_TRAP_UNREACHABLE);\n");
    tm_control_dead(b);
    return true;
  case 0x02:
  case 0x03:
  case 0x04: tm_control_open(e, in); return true;
  case 0x05: tm_control_else(e); return true;
  case 0x0b: tm_control_end(e); return true;
  case 0x0c: tm_control_branch(e, in->index); return true;
  case 0x0d: tm_control_branch_if(e, in->index); return true;
  case 0x0e: tm_control_table(e, in); return true;
  case 0x0f: tm_control_return(e); return true;
  case 0x10: call(e, in->index); return true;
  case 0x11: call_indirect(e, in->index, in->index2); return true;
  default: return false;
  }
}

static void variable(struct tm_emitter *e, const struct tm_wasm_instruction *in) {
  struct tm_body *b = &e->body;
  struct tm_stack_value v = {.kind = TM_VALUE_CONST, .bits = in->value};
  switch (in->op) {
  case 0x1a: tm_body_pop(b); break;
  case 0x1b:
  case 0x1c: choose(b); break;
  case 0x20:
    use_local(b, in->index);
    v = (struct tm_stack_value){
        .type = b->local_types[in->index], .kind = TM_VALUE_LOCAL, .id = in->index};
    tm_body_push(b, v);
    break;
  case 0x21:
  case 0x22: set_local(b, in->index, in->op == 0x22); break;
  case 0x23: get_global(e, in->index); break;
  case 0x24: set_global(e, in->index); break;
  case 0x41:
  case 0x42:
  case 0x43:
  case 0x44:
    v.type = "iIfF"[in->op - 0x41];
    tm_body_push(b, v);
    break;
  case 0xd0:
    v.type = in->type;
    v.bits = 0;
    tm_body_push(b, v);
    break;
  case 0xd1:
  case 0xd2: reference(e, in); break;
  case 0xfd0c:
  case 0xfd0d: vector_constant(e, in); break;
  case 0xfe03:
    tm_body_line(b);
    tm_text_put(&b->text, "atomic_fence();\n");
    put_sync(b);
    break;
  default: break; /* nop */
  }
}

/* Unreachable code: only its blocks are counted. */
static bool skip_dead(struct tm_body *b, uint32_t op) {
  if (!b->dead) return false;
  if (op >= 0x02 && op <= 0x04) b->dead_depth++;
  if (op == 0x0b && b->dead_depth) {
    b->dead_depth--;
    return true;
  }
  return !((op == 0x0b || op == 0x05) && b->dead_depth == 0);
}

int tm_body_instruction(struct tm_emitter *e, const struct tm_wasm_instruction *in) {
  struct tm_body *b = &e->body;
  if (skip_dead(b, in->op)) return 0;
  const struct tm_op *op = tm_op_find(in->op);
  if (op)
    operation(e, op, in);
  else if (!control(e, in) && !bulk(e, in) && !table(e, in))
    variable(e, in);
  if (!b->pending_count) b->expressions.size = 0;
  return 0;
}

/* ---- the function -----------------------------------------------------------------------------*/

void tm_body_begin(struct tm_emitter *e, uint32_t function) {
  struct tm_body *b = &e->body;
  if (!b->used) {
    b->used = calloc(TM_WASM_MAX_LOCALS, sizeof *b->used);
    b->local_types = malloc(TM_WASM_MAX_LOCALS);
    if (!b->used || !b->local_types) tm_no_memory("locals");
    tm_vec_add(&b->stack); /* so that it has an address, though it be empty */
  }
  b->function = function;
  b->stack.count = b->frames.count = b->saved.count = b->used_locals.count = 0;
  b->text.size = b->expressions.size = 0;
  b->pending_count = b->temps = b->labels = b->braces = b->local_count = b->dead_depth = 0;
  b->last_end = 0;
  b->dead = b->uses_memory = b->calls = false;
  b->stamp++;
  if (function == TM_NONE) return;
  const struct tm_emit_type *type = &e->types.at[e->functions.at[function].type];
  *tm_vec_add(&b->frames) = (struct tm_frame){
      .kind = TM_FRAME_BODY, .result_count = type->result_count, .results = type->results};
  for (uint32_t k = 0; k < type->param_count; k++) {
    b->local_types[k] = type->params[k];
    b->used[k] = b->stamp; /* declared already */
  }
  b->local_count = type->param_count;
}

void tm_body_locals(struct tm_emitter *e, uint32_t count, char type) {
  struct tm_body *b = &e->body;
  memset(b->local_types + b->local_count, type, count);
  b->local_count += count;
}

static void put_locals(struct tm_body *b, struct tm_text *out) {
  for (const char *type = "iIfFvne"; *type; type++) {
    bool first = true;
    for (uint32_t k = 0; k < b->used_locals.count; k++) {
      uint32_t local = b->used_locals.at[k];
      if (b->local_types[local] != *type) continue;
      tm_text_put(out, first ? "  " : ", ");
      if (first) tm_text_format(out, "%s ", tm_emit_ctype(*type));
      tm_text_format(out, "l%u = %s", local,
                     *type == 'v'                   ? "{0}"
                     : *type == 'n' || *type == 'e' ? "NULL"
                                                    : "0");
      first = false;
    }
    if (!first) tm_text_put(out, ";\n");
  }
}

void tm_body_end(struct tm_emitter *e, struct tm_text *out) {
  struct tm_body *b = &e->body;
  if (!b->dead) tm_control_return(e);
  tm_emit_prototype(e, out, b->function, true);
  tm_text_put(out, " {\n");
  put_locals(b, out);
  tm_text_format(out, "  TM_ENTER(%d, %d);\n", b->uses_memory, b->calls);
  tm_text_bytes(out, b->text.data, b->text.size);
  tm_text_put(out, "}\n\n");
}

void tm_body_initial(struct tm_emitter *e, struct tm_text *out) {
  struct tm_body *b = &e->body;
  struct tm_stack_value v = tm_body_pop(b);
  tm_body_value(b, out, &v);
}

void tm_body_free(struct tm_body *b) {
  free(b->stack.at);
  free(b->frames.at);
  free(b->saved.at);
  free(b->used_locals.at);
  free(b->local_types);
  free(b->used);
  tm_text_free(&b->text);
  tm_text_free(&b->expressions);
}
