/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/emit_ops.h: instructions that only take values and give values, as one table: types,
 * and how the C for them looks. Everything else (control, variables, calls, tables, bulk) is code
 * in emit_body.c. */
#ifndef TM_HARNESS_WASM_EMIT_OPS_H
#define TM_HARNESS_WASM_EMIT_OPS_H

#include <stddef.h>
#include <stdint.h>

enum tm_op_kind {
  TM_OP_NONE,           /* not in the table */
  TM_OP_PURE,           /* text(a, b) */
  TM_OP_INFIX,          /* a text b */
  TM_OP_FLOAT,          /* a text b, with constants that C may fold wrongly hidden */
  TM_OP_COMPARE,        /* (u32)(a text b) */
  TM_OP_COMPARE_SIGNED, /* (u32)((s32)a text (s32)b) */
  TM_OP_COMPARE_ZERO,   /* (u32)(a == 0) */
  TM_OP_SHIFT,          /* a text (b & 31) */
  TM_OP_SHIFT_SIGNED,   /* (u32)((s32)a text (b & 31)) */
  TM_OP_CAST,           /* (text)a */
  TM_OP_TRAPPING,       /* text(a, b), a statement of its own */
  TM_OP_LOAD,           /* text(address, offset) */
  TM_OP_STORE,          /* text(address, offset, value); */
  TM_OP_ATOMIC,         /* text(address, offset, …), then what follows an atomic */
  TM_OP_LANE,           /* text(a, b, lane) */
  TM_OP_LOAD_LANE,      /* text(address, offset, vector, lane) */
  TM_OP_STORE_LANE,
};

struct tm_op {
  char type[6]; /* parameters, '>', result; an address is 'i' here and i64 in 64-bit memories */
  uint8_t kind;
  const char *text;
};

/* Opcodes (reader.h) onto 0 … 1023. */
#define TM_OP_SLOT(op) ((op) < 0x100 ? (op) : ((((op) >> 8) - 0xfbu) << 8 | ((op) & 0xff)))
enum { TM_OP_SLOTS = 0x400 };
extern const struct tm_op tm_ops[TM_OP_SLOTS];

static inline const struct tm_op *tm_op_find(uint32_t op) {
  uint32_t slot = TM_OP_SLOT(op);
  return slot < TM_OP_SLOTS && tm_ops[slot].kind ? &tm_ops[slot] : NULL;
}

#endif
