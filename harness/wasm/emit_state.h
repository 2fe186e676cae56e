/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/emit_state.h: what the parts of the emitter share: the module as far as it was read,
 * and where its C goes. Private to emit*.c.
 *
 *   emit.c         receives the reader's events, owns the files
 *   emit_names.c   names of functions, as C identifiers
 *   emit_body.c    one function: stack, locals, blocks, instructions
 *   emit_control.c blocks and branches of a function
 *   emit_module.c  module.h and module.c
 */
#ifndef TM_HARNESS_WASM_EMIT_STATE_H
#define TM_HARNESS_WASM_EMIT_STATE_H

#include "harness/wasm/emit.h"
#include "harness/wasm/emit_text.h"
#include "harness/wasm/reader.h"

/* A growing array. */
#define TM_VEC(T)                                                                                  \
  struct {                                                                                         \
    T *at;                                                                                         \
    uint32_t count, capacity;                                                                      \
  }
void *tm_vec_grow(void *at, uint32_t *capacity, size_t item_bytes);
/* A pointer to a new last item; its contents are not set. */
#define tm_vec_add(v)                                                                              \
  ((v)->count == (v)->capacity                                                                     \
       ? ((v)->at = tm_vec_grow((v)->at, &(v)->capacity, sizeof *(v)->at), &(v)->at[(v)->count++]) \
       : &(v)->at[(v)->count++])

#define TM_NONE UINT32_MAX /* no such index */

struct tm_emit_type {
  const char *params, *results; /* letters */
  uint32_t param_count, result_count;
};
struct tm_emit_function {
  uint32_t type;
  uint32_t reference;       /* index into the instance's references, or TM_NONE */
  uint32_t name, name_size; /* C identifier, in `identifiers` */
};
struct tm_emit_table {
  char type;
  struct tm_wasm_limits limits;
};
struct tm_emit_global {
  char type;
  bool mutable_;
};
struct tm_emit_export {
  enum tm_wasm_kind kind;
  uint32_t index;
  struct tm_wasm_name name;
};
struct tm_emit_element {
  enum tm_wasm_mode mode;
  uint32_t table, first, count; /* items in element_items */
};
struct tm_emit_data {
  enum tm_wasm_mode mode;
  const uint8_t *bytes;
  size_t size;
};

/* One value on a function's operand stack. */
enum tm_value_kind {
  TM_VALUE_CONST,  /* bits */
  TM_VALUE_TEMP,   /* C variable t<id> */
  TM_VALUE_RESULT, /* C variable b<id>_<part>: what a block left */
  TM_VALUE_LOCAL,  /* local <id> as it is now; pending */
  TM_VALUE_TEXT,   /* a pure expression; pending */
};
enum { TM_VALUE_LOCALS = 4 };
struct tm_stack_value {
  char type;
  uint8_t kind;
  bool infix;          /* text needs parentheses as an operand */
  uint8_t local_count; /* of locals that text reads */
  uint32_t id, part;   /* text: where in `expressions`, and how long */
  union {
    uint64_t bits;
    uint32_t locals[TM_VALUE_LOCALS];
  };
};

enum tm_frame_kind { TM_FRAME_BODY, TM_FRAME_BLOCK, TM_FRAME_LOOP, TM_FRAME_IF, TM_FRAME_ELSE };
struct tm_frame {
  uint8_t kind;
  bool branched;   /* something jumps to its label */
  bool braces;     /* an if in C braces, not gotos */
  bool then_falls; /* else: the first arm reached its end */
  uint32_t label;
  uint32_t height; /* of the stack below its parameters */
  uint32_t saved;  /* if: its parameters, in `saved` */
  uint32_t param_count, result_count;
  const char *params, *results;
};

/* A function (or an initialiser) being written. */
struct tm_body {
  uint32_t function; /* TM_NONE: an initialiser */
  TM_VEC(struct tm_stack_value) stack;
  uint32_t pending[16]; /* stack indices of TM_VALUE_LOCAL and TM_VALUE_TEXT, ascending */
  uint32_t pending_count;
  TM_VEC(struct tm_frame) frames;
  TM_VEC(struct tm_stack_value) saved;
  struct tm_text text;        /* statements so far */
  struct tm_text expressions; /* text of pending values */
  /* The last statement `type t<temp> = …;`, while nothing follows it. */
  size_t last_start, last_value, last_end;
  uint32_t last_temp;
  uint32_t temps, labels; /* counters */
  uint32_t braces;        /* open */
  bool dead;              /* the code being read is unreachable */
  uint32_t dead_depth;    /* blocks opened since */
  bool uses_memory, calls;
  char *local_types;            /* TM_WASM_MAX_LOCALS letters */
  uint32_t *used;               /* per local: the stamp of the last function that used it */
  TM_VEC(uint32_t) used_locals; /* beyond parameters */
  uint32_t stamp;
  uint32_t local_count;
};

struct tm_emitter {
  struct tm_error *error;
  const char *name, *strategy;
  const uint8_t *wasm;
  size_t size;
  size_t unit_bytes;
  struct tm_layout layout;

  const char *out; /* directory; NULL: all into stream */
  FILE *stream;
  struct tm_text unit; /* functions of the unit being filled */
  size_t unit_filled;  /* bytes of bodies in it */
  size_t units;        /* written */
  bool unit_simd;      /* uses vector instructions */
  bool header_written;
  size_t written; /* bytes of C so far */

  TM_VEC(struct tm_emit_type) types;
  TM_VEC(struct tm_wasm_import) imports;
  TM_VEC(struct tm_emit_function) functions; /* imported first, as in wasm */
  TM_VEC(struct tm_emit_table) tables;
  TM_VEC(struct tm_emit_global) globals;
  TM_VEC(struct tm_emit_export) exports;
  TM_VEC(struct tm_emit_element) elements;
  TM_VEC(uint32_t) element_items;
  TM_VEC(struct tm_emit_data) data;
  TM_VEC(uint32_t) references; /* functions that something refers to */
  uint32_t imported_functions, imported_tables, imported_globals;
  uint32_t data_count; /* as the data count section says; TM_NONE without one */
  bool has_memory, imports_memory;
  struct tm_wasm_limits memory;
  uint32_t start;
  struct tm_text identifiers;
  struct tm_wasm_name *names; /* per function, from the name section; bytes NULL: none */

  struct tm_text init; /* statements of desc->init, in order */
  enum { TM_INIT_GLOBAL, TM_INIT_ELEMENT, TM_INIT_DATA } initialising;
  struct tm_body body;
};

/* C's name of a value type, and its member of union tm_wasm_value. */
const char *tm_emit_ctype(char type);
const char *tm_emit_member(char type);
const char *tm_emit_letter(char type); /* the letter as a string that lasts */
bool tm_emit_local_import(const struct tm_emitter *e, enum tm_wasm_kind kind, uint32_t index);
/* The reference number of a function; makes one while definitions are read. */
uint32_t tm_emit_reference(struct tm_emitter *e, uint32_t function);

/* emit_names.c */
/* Find the function names in the name section and choose identifiers for all functions. */
void tm_emit_names(struct tm_emitter *e);
void tm_emit_identifier(struct tm_emitter *e, struct tm_text *t, uint32_t function);
/* A name for people: from the name section, an export, or func[N]; escaped for a C literal. */
void tm_emit_display_name(struct tm_emitter *e, struct tm_text *t, uint32_t function);

/* emit_body.c */
void tm_body_begin(struct tm_emitter *e, uint32_t function);
void tm_body_locals(struct tm_emitter *e, uint32_t count, char type);
int tm_body_instruction(struct tm_emitter *e, const struct tm_wasm_instruction *in);
/* Write the finished function, prototype first, to the end of `out`. */
void tm_body_end(struct tm_emitter *e, struct tm_text *out);
/* The value left by an initialiser, as text at the end of `out`. */
void tm_body_initial(struct tm_emitter *e, struct tm_text *out);
void tm_body_free(struct tm_body *b);

/* emit_body.c, for emit_control.c */
void tm_body_line(struct tm_body *b); /* start a statement: indentation */
struct tm_stack_value tm_body_pop(struct tm_body *b);
void tm_body_push(struct tm_body *b, struct tm_stack_value value);
/* Make every pending value a variable. */
void tm_body_flush(struct tm_body *b);
void tm_body_settle(struct tm_body *b, uint32_t index); /* the same for one */
void tm_body_drop_to(struct tm_body *b, uint32_t height);
/* Append a value, in parentheses if it needs them as an operand. */
void tm_body_value(struct tm_body *b, struct tm_text *t, const struct tm_stack_value *value);
void tm_body_operand(struct tm_body *b, struct tm_text *t, const struct tm_stack_value *value);
void tm_body_temp(struct tm_body *b, char type); /* start "type tN = " */
void tm_body_temp_end(struct tm_body *b, char type);

/* emit_control.c */
void tm_control_open(struct tm_emitter *e, const struct tm_wasm_instruction *in);
void tm_control_else(struct tm_emitter *e);
void tm_control_end(struct tm_emitter *e);
void tm_control_branch(struct tm_emitter *e, uint32_t depth);
void tm_control_branch_if(struct tm_emitter *e, uint32_t depth);
void tm_control_table(struct tm_emitter *e, const struct tm_wasm_instruction *in);
void tm_control_return(struct tm_emitter *e);
void tm_control_dead(struct tm_body *b); /* what follows is unreachable */

/* emit_layout.c: where the instance keeps the view of its memory; only with a memory. */
void tm_emit_layout_choice(struct tm_emitter *e, struct tm_text *t);      /* macros for guest.h */
void tm_emit_layout_side(struct tm_emitter *e, struct tm_text *t);        /* beside the instance */
void tm_emit_layout_members(struct tm_emitter *e, struct tm_text *t);     /* of the instance */
void tm_emit_layout_description(struct tm_emitter *e, struct tm_text *t); /* for the host */

/* emit_module.c */
void tm_emit_header(struct tm_emitter *e, struct tm_text *t);
void tm_emit_tables(struct tm_emitter *e, struct tm_text *t); /* module.c before its data */
int tm_emit_data_segments(struct tm_emitter *e, struct tm_text *t,
                          int (*spill)(struct tm_emitter *e, struct tm_text *t));
void tm_emit_description(struct tm_emitter *e, struct tm_text *t);
/* A function's head, without ';' or '{'. */
void tm_emit_prototype(struct tm_emitter *e, struct tm_text *t, uint32_t function, bool names);

#endif
