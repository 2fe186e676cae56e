/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/litmus.h: a litmus test, as text and as a tree.
 *
 * A litmus test is a tiny concurrent program over one growable shared memory and a question about
 * how it may end. One `.litmus` text becomes a question for the oracle, an exploration, a run on
 * real threads and a wasm module for every real engine; all of them start from `struct tm_litmus`.
 *
 *     struct tm_error error;
 *     struct tm_litmus *test = tm_litmus_read("tests/size-after-access.litmus", &error);
 *     if (!test) ...error.text...
 *     tm_litmus_free(test);
 *
 * Grammar (`#` starts a comment that ends with the line; spaces and line ends are equal):
 *
 *     file    = "test" NAME STRING clause… "exists" cond "expect" verdict ["strict"]
 *     clause  = "catalogue" NUMBER              the entry of the design's catalogue
 *             | "memory" PAGES PAGES            initial and maximum length, in pages
 *             | "instances" ("one" | "each")    one instance for all threads, or (default) one each
 *             | "var" NAME "@" "page" N "offset" N
 *             | "data" BYTE…                    what `init` copies from
 *             | "thread" NAME "{" step… "}"
 *             | "suspicious" LABEL              allowed by the letter, surprising in practice
 *     step    = [REG "="] instr [";"]  |  "if" REG ("=" | "!=") value "{" step… "}"
 *     instr   = "load" W ["@"] ADDR             REG: the value, unsigned
 *             | "store" W ["@"] ADDR NUMBER     REG: ok
 *             | RMW W "@" ADDR NUMBER           REG: the old value; RMW: xchg add sub and or xor
 *             | "cmpxchg" W "@" ADDR OLD NEW    REG: the old value
 *             | "size" | "host.size"            REG: pages
 *             | "grow" N | "host.grow" N        REG: the old length in pages, or -1
 *             | "fill" ADDR BYTE LENGTH         REG: ok
 *             | "copy" TO FROM LENGTH           REG: ok
 *             | "init" TO OFFSET LENGTH         REG: ok; copies from `data`
 *             | "wait" W ADDR VALUE ["timeout" NANOSECONDS]
 *                                               REG: 0 woken, 1 not equal, 2 timed out, or stuck
 *             | "notify" ADDR [COUNT]           REG: how many were woken
 *             | "instantiate" "min" PAGES       REG: ok, or fail if the import does not match
 *             | "fence"                         REG: ok
 *     W       = nothing (32 bits) | "8" | "16" | "32" | "64"    the width in BITS, as in wasm names
 *     ADDR    = NAME [("+" | "-") NUMBER]       byte address; no space before the mark: `n-4`
 *     cond    = cond "||" cond | cond "&&" cond | "!" cond | "(" cond ")" | atom
 *     atom    = place ("=" | "!=") value | place ["not"] "in" "{" value… "}"
 *     place   = REG | "final" "size" | "final" ["load" W] ADDR      (finals: after all threads)
 *     value   = NUMBER | "trap" | "ok" | "fail" | "stuck" | "none"
 *     verdict = "allowed" | "forbidden"
 *
 * Any instruction that traps leaves `trap` in its register and the thread goes on. A register that
 * was never written (its branch was not taken, its thread is stuck before it) holds `none`. A wait
 * without a timeout that nobody ever wakes leaves `stuck`. Register names are unique in a test.
 */
#ifndef TM_HARNESS_LITMUS_LITMUS_H
#define TM_HARNESS_LITMUS_LITMUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/error.h"

#define TM_LITMUS_PAGE_BYTES 65536u

enum {
  TM_LITMUS_NAME = 64,    /* bytes of a name, with its 0 */
  TM_LITMUS_THREADS = 8,  /* most threads of a test */
  TM_LITMUS_STEPS = 32,   /* most instructions of a thread */
  TM_LITMUS_COLUMNS = 32, /* most registers and finals of a test */
  TM_LITMUS_VARS = 32,    /* most variables, the predefined ones included */
  TM_LITMUS_NODES = 64,   /* most nodes of a condition */
  TM_LITMUS_VALUES = 64,  /* most values in a condition */
  TM_LITMUS_DATA = 64,    /* most bytes of `data` */
  TM_LITMUS_BULK = 16,    /* most bytes of one fill, copy or init */
  TM_LITMUS_MAX_PAGES = 65536
};

/* What a register, or a place in the final state, holds. */
enum tm_value_kind {
  TM_VALUE_NONE, /* never written */
  TM_VALUE_NUMBER,
  TM_VALUE_TRAP,
  TM_VALUE_OK,
  TM_VALUE_FAIL, /* instantiate: the import did not match */
  TM_VALUE_STUCK /* wait: never returned */
};

struct tm_value {
  enum tm_value_kind kind;
  uint64_t number; /* 0 unless a NUMBER; -1 is all ones; loads are zero-extended */
};

enum tm_litmus_op {
  TM_LOAD,
  TM_STORE,
  TM_XCHG,
  TM_ADD,
  TM_SUB,
  TM_AND,
  TM_OR,
  TM_XOR,
  TM_CMPXCHG,
  TM_SIZE,
  TM_GROW,
  TM_FILL,
  TM_COPY,
  TM_INIT,
  TM_WAIT,
  TM_NOTIFY,
  TM_FENCE,
  TM_INSTANTIATE,
  TM_IF
};

struct tm_litmus_step {
  enum tm_litmus_op op;
  bool atomic;       /* load, store: with `@`; read-modify-writes always */
  bool host;         /* size, grow: done by the embedder, not by wasm */
  uint8_t bytes;     /* width of an access: 1, 2, 4 or 8 */
  int column;        /* register that takes the result, or -1; for `if`: the one that is tested */
  uint64_t at;       /* byte address accessed; destination of fill, copy, init */
  uint64_t from;     /* byte address (copy) or data offset (init) of the source */
  uint64_t operand;  /* value stored, added, filled, awaited; pages of grow and instantiate;
                        count of notify */
  uint64_t expected; /* cmpxchg: the value that must be found */
  uint64_t length;   /* fill, copy, init: bytes */
  int64_t timeout;   /* wait: nanoseconds, or -1 for ever */
  bool equal;        /* if: taken when equal (true) or when different (false) */
  struct tm_value than; /* if: compared with this */
  unsigned skip;        /* if: how many steps its body has, nested bodies included */
  unsigned line;        /* where it stands in the file */
};

struct tm_litmus_thread {
  char name[TM_LITMUS_NAME];
  unsigned steps;
  struct tm_litmus_step step[TM_LITMUS_STEPS];
};

struct tm_litmus_var {
  char name[TM_LITMUS_NAME];
  uint64_t at; /* byte address */
};

/* A column of the histogram: a register, or something read after all threads have ended. */
enum tm_column_kind { TM_COLUMN_REGISTER, TM_COLUMN_FINAL_SIZE, TM_COLUMN_FINAL_LOAD };

struct tm_litmus_column {
  enum tm_column_kind kind;
  char name[TM_LITMUS_NAME]; /* of the register, or "final …" */
  unsigned thread;           /* the thread that writes it; of a final, the number of threads */
  uint64_t at;               /* final load: byte address */
  uint8_t bytes;             /* final load: width */
};

enum tm_cond_op { TM_COND_AND, TM_COND_OR, TM_COND_NOT, TM_COND_IN };

struct tm_litmus_node {
  enum tm_cond_op op;
  unsigned left, right;  /* and, or, not (left only): indices of nodes */
  unsigned column;       /* in: what is looked at */
  unsigned first, count; /* in: the values, in `value` */
  bool negated;          /* in: true for != and `not in` */
};

enum tm_suspicious {
  TM_NOT_SUSPICIOUS,
  TM_SUSPICIOUS_CORR_ACCESS,
  TM_SUSPICIOUS_FAR_OK_NEAR_TRAP,
  TM_SUSPICIOUS_WRC_THROUGH_ACCESS,
  TM_SUSPICIOUS_ZERO_CLOBBER,
  TM_SUSPICIOUS_FILL_TRAPS_MIDWAY
};

struct tm_litmus {
  char name[TM_LITMUS_NAME];
  char doc[512];
  unsigned catalogue; /* entry of the design's catalogue, 0 if none */
  uint64_t initial_pages, max_pages;
  bool one_instance;           /* one instance for all threads, instead of one each */
  bool expect_allowed, strict; /* strict: a grow fails only if it would pass the maximum */
  enum tm_suspicious suspicious;
  unsigned vars, threads, columns, nodes, values, data_bytes;
  struct tm_litmus_var var[TM_LITMUS_VARS];
  struct tm_litmus_thread thread[TM_LITMUS_THREADS];
  struct tm_litmus_column column[TM_LITMUS_COLUMNS];
  struct tm_litmus_node node[TM_LITMUS_NODES]; /* the condition; the last one is its root */
  struct tm_value value[TM_LITMUS_VALUES];
  uint8_t data[TM_LITMUS_DATA];
};

/* Read a file, or parse `text` of `bytes` bytes (`file` only names it in errors). NULL on error,
 * with the sentence `file:line:column: expected …` in `error`. */
struct tm_litmus *tm_litmus_read(const char *file, struct tm_error *error);
struct tm_litmus *tm_litmus_parse(const char *file, const char *text, size_t bytes,
                                  struct tm_error *error);
void tm_litmus_free(struct tm_litmus *test);

/* Does this row of values (one per column) satisfy the `exists` clause? */
bool tm_litmus_holds(const struct tm_litmus *test, const struct tm_value row[]);

/* Could it be satisfied when only the columns whose bit is set in `known` have their value? */
bool tm_litmus_may_hold(const struct tm_litmus *test, const struct tm_value row[], uint32_t known);

bool tm_value_equal(struct tm_value a, struct tm_value b);

/* Texts. Each writes at most `room` bytes with the ending 0 and returns `out`. */
char *tm_value_text(struct tm_value value, char *out, size_t room);
char *tm_litmus_address_text(const struct tm_litmus *test, uint64_t at, char *out, size_t room);
char *tm_litmus_step_text(const struct tm_litmus *test, const struct tm_litmus_step *step,
                          char *out, size_t room);
const char *tm_suspicious_name(enum tm_suspicious label); /* "" for none */

#endif
