/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/reader.h: read and validate a wasm binary as a stream of events.
 *
 * libwabt reads and validates; this is its C face. Nothing is built in memory: each definition and
 * each instruction is checked, then handed to the visitor, in the order of the file. An event that
 * arrives is valid so far; the module as a whole is valid only once tm_wasm_read() returned 0.
 *
 *     struct tm_wasm_visitor visitor = {.self = emitter, .type = on_type, …};
 *     if (tm_wasm_read(bytes, size, &visitor, &error)) …
 *
 * Accepted: the core specification 2.0 (with SIMD, bulk memory, reference types, multi-value),
 * threads, 64-bit memories, extended constant expressions. What else is in the file is refused by
 * name. Sizes are limited as in the JavaScript embedding, so that a small hostile file cannot make
 * us allocate without bounds.
 */
#ifndef TM_HARNESS_WASM_READER_H
#define TM_HARNESS_WASM_READER_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  TM_WASM_MAX_BYTES = 1 << 30,
  TM_WASM_MAX_TYPES = 1000000,
  TM_WASM_MAX_FUNCTIONS = 1000000,
  TM_WASM_MAX_DEFINITIONS = 1000000, /* imports, exports, globals, segments; each */
  TM_WASM_MAX_TABLES = 100,
  TM_WASM_MAX_PARAMS = 1000,           /* parameters, and results, of one type */
  TM_WASM_MAX_TOTAL_PARAMS = 20000000, /* over all functions */
  TM_WASM_MAX_LOCALS = 50000,          /* of one function, parameters included */
  TM_WASM_MAX_BODY_BYTES = 7654321,
  TM_WASM_MAX_DEPTH = 10000, /* of nested blocks */
  TM_WASM_MAX_NAME = 100000, /* bytes */
};

/* Value types are the letters of signatures in module.h: i I f F v n e. */

struct tm_wasm_limits {
  uint64_t min, max; /* max only when has_max */
  bool has_max, shared, is64;
};

struct tm_wasm_name {
  const char *bytes; /* UTF-8, not terminated; lives as long as the binary */
  size_t size;
};

enum tm_wasm_kind { TM_WASM_FUNC, TM_WASM_TABLE, TM_WASM_MEMORY, TM_WASM_GLOBAL };

struct tm_wasm_import {
  struct tm_wasm_name module, name;
  enum tm_wasm_kind kind;
  uint32_t type;                /* functions */
  char value_type;              /* tables and globals */
  bool mutable_;                /* globals */
  struct tm_wasm_limits limits; /* tables and memories */
};

/* Segments. */
enum tm_wasm_mode { TM_WASM_ACTIVE, TM_WASM_PASSIVE, TM_WASM_DECLARED };

/* One instruction. `op` is the opcode byte, or prefix << 8 | code (0xfc.., 0xfd.., 0xfe..).
 * Only the members that the instruction has are set. */
struct tm_wasm_instruction {
  uint32_t op;
  /* Local, global, function, table, label depth, segment; the default of br_table; the type of
   * call_indirect and of blocks whose `type` is 0. */
  uint32_t index;
  uint32_t index2; /* table of call_indirect and table.init; source table of table.copy */
  /* Block: its one result's type, '-' for none, 0: see index. select: operand type or 0.
   * ref.null: type. */
  char type;
  uint8_t lane;
  uint64_t value;          /* constants: the bits; memory accesses: the offset */
  const uint8_t *bytes;    /* v128.const and shuffle: 16 bytes */
  const uint32_t *targets; /* br_table */
  uint32_t target_count;
};

/* Each returns 0, or -errno with `error` (the one given to tm_wasm_read) filled. A NULL member
 * ignores its event. */
struct tm_wasm_visitor {
  void *self;
  int (*type)(void *self, const char *params, uint32_t param_count, const char *results,
              uint32_t result_count);
  int (*import)(void *self, const struct tm_wasm_import *import);
  int (*function)(void *self, uint32_t type);
  int (*table)(void *self, char type, const struct tm_wasm_limits *limits);
  int (*memory)(void *self, const struct tm_wasm_limits *limits);
  /* The initialiser's instructions follow, up to init_end. */
  int (*global)(void *self, char type, bool mutable_);
  int (*export_)(void *self, enum tm_wasm_kind kind, uint32_t index, struct tm_wasm_name name);
  int (*start)(void *self, uint32_t function);
  /* The offset's instructions follow when active, up to init_end; then the items. */
  int (*element)(void *self, enum tm_wasm_mode mode, uint32_t table);
  int (*element_count)(void *self, char type, uint32_t count);
  int (*element_item)(void *self, uint32_t function); /* UINT32_MAX: null */
  int (*data_count)(void *self, uint32_t count);
  int (*data)(void *self, enum tm_wasm_mode mode);
  int (*data_bytes)(void *self, const uint8_t *bytes, size_t size);
  int (*init_end)(void *self);
  /* A function's body: its declared locals, its instructions without the last end. */
  int (*body)(void *self, uint32_t function, size_t offset, size_t bytes);
  int (*locals)(void *self, uint32_t count, char type);
  int (*body_end)(void *self);
  int (*instruction)(void *self, const struct tm_wasm_instruction *instruction);
};

/* Read a module. 0; -EINVAL: invalid, with byte offset and reason; -ENOTSUP: valid or not, it uses
 * what is not supported, named; -EFBIG: beyond a limit; or what the visitor returned. */
int tm_wasm_read(const void *bytes, size_t size, const struct tm_wasm_visitor *visitor,
                 struct tm_error *error);

#ifdef __cplusplus
}
#endif

#endif
