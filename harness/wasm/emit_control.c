/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks and branches. A block that something jumps to gets a C label at its end, a loop one at its
 * start; an if becomes C's if, or gotos where braces would nest too deep for C compilers. What a
 * block leaves goes through variables b<label>_<k>, declared before it; what a jump hands to a
 * loop, through p<label>_<k>. */
#include "harness/wasm/emit_state.h"

enum { BRACES_MAX = 100 };

static struct tm_frame *top(struct tm_body *b) { return &b->frames.at[b->frames.count - 1]; }

void tm_control_dead(struct tm_body *b) {
  b->dead = true;
  b->dead_depth = 0;
  tm_body_drop_to(b, top(b)->height);
}

static void put_label(struct tm_text *t, char letter, uint32_t label) {
  tm_text_char(t, letter);
  tm_text_number(t, label);
}

static void put_variable(struct tm_text *t, char letter, uint32_t label, uint32_t part) {
  put_label(t, letter, label);
  tm_text_char(t, '_');
  tm_text_number(t, part);
}

static void declare(struct tm_body *b, char letter, uint32_t label, const char *types,
                    uint32_t count) {
  for (uint32_t k = 0; k < count; k++) {
    tm_body_line(b);
    tm_text_put(&b->text, tm_emit_ctype(types[k]));
    tm_text_char(&b->text, ' ');
    put_variable(&b->text, letter, label, k);
    tm_text_bytes(&b->text, ";\n", 2);
  }
}

/* letter<label>_k = values[k]; for each, on the current line. */
static void assign(struct tm_body *b, char letter, uint32_t label,
                   const struct tm_stack_value *values, uint32_t count) {
  for (uint32_t k = 0; k < count; k++) {
    put_variable(&b->text, letter, label, k);
    tm_text_bytes(&b->text, " = ", 3);
    tm_body_value(b, &b->text, &values[k]);
    tm_text_bytes(&b->text, k + 1 < count ? "; " : ";", k + 1 < count ? 2 : 1);
  }
}

/* The same as a statement, for the results of the frame on top. */
static void assign_results(struct tm_body *b, const struct tm_frame *f) {
  if (!f->result_count) return;
  tm_body_line(b);
  assign(b, 'b', f->label, &b->stack.at[b->stack.count - f->result_count], f->result_count);
  tm_text_char(&b->text, '\n');
}

static void push_results(struct tm_body *b, const struct tm_frame *f) {
  for (uint32_t k = 0; k < f->result_count; k++)
    tm_body_push(b, (struct tm_stack_value){
                        .type = f->results[k], .kind = TM_VALUE_RESULT, .id = f->label, .part = k});
}

static void put_end_label(struct tm_body *b, const struct tm_frame *f) {
  tm_body_line(b);
  put_label(&b->text, 'L', f->label);
  tm_text_put(&b->text, ":;\n");
}

/* ---- opening ----------------------------------------------------------------------------------*/

static void open_loop(struct tm_body *b, const struct tm_frame *f) {
  struct tm_stack_value *values = &b->stack.at[f->height];
  declare(b, 'p', f->label, f->params, f->param_count);
  if (f->param_count) {
    tm_body_line(b);
    assign(b, 'p', f->label, values, f->param_count);
    tm_text_char(&b->text, '\n');
  }
  tm_body_line(b);
  put_label(&b->text, 'L', f->label);
  tm_text_put(&b->text, ":; /* loop */\n");
  tm_body_line(b);
  tm_text_put(&b->text, "tm_poll();\n");
  for (uint32_t k = 0; k < f->param_count; k++) {
    tm_body_temp(b, f->params[k]);
    put_variable(&b->text, 'p', f->label, k);
    tm_text_bytes(&b->text, ";\n", 2);
    values[k] =
        (struct tm_stack_value){.type = f->params[k], .kind = TM_VALUE_TEMP, .id = b->last_temp};
  }
}

static void open_if(struct tm_body *b, struct tm_frame *f, const struct tm_stack_value *condition) {
  f->saved = b->saved.count;
  for (uint32_t k = 0; k < f->param_count; k++) *tm_vec_add(&b->saved) = b->stack.at[f->height + k];
  f->braces = b->braces < BRACES_MAX;
  tm_body_line(b);
  tm_text_put(&b->text, f->braces ? "if (" : "if (!(");
  tm_body_value(b, &b->text, condition);
  if (f->braces) {
    b->braces++;
    tm_text_put(&b->text, ") {\n");
  } else {
    tm_text_put(&b->text, ")) goto ");
    put_label(&b->text, 'E', f->label);
    tm_text_put(&b->text, ";\n");
  }
}

void tm_control_open(struct tm_emitter *e, const struct tm_wasm_instruction *in) {
  struct tm_body *b = &e->body;
  struct tm_frame f = {.kind = in->op == 0x02   ? TM_FRAME_BLOCK
                               : in->op == 0x03 ? TM_FRAME_LOOP
                                                : TM_FRAME_IF,
                       .label = b->labels++};
  if (in->type == 0) {
    const struct tm_emit_type *type = &e->types.at[in->index];
    f.params = type->params, f.param_count = type->param_count;
    f.results = type->results, f.result_count = type->result_count;
  } else if (in->type != '-') {
    f.results = tm_emit_letter(in->type), f.result_count = 1;
  }
  struct tm_stack_value condition = {0};
  if (f.kind == TM_FRAME_IF) condition = tm_body_pop(b);
  tm_body_flush(b);
  f.height = b->stack.count - f.param_count;
  if (f.kind != TM_FRAME_LOOP) declare(b, 'b', f.label, f.results, f.result_count);
  if (f.kind == TM_FRAME_LOOP) open_loop(b, &f);
  if (f.kind == TM_FRAME_IF) open_if(b, &f, &condition);
  *tm_vec_add(&b->frames) = f;
}

/* ---- closing ----------------------------------------------------------------------------------*/

static void restore_parameters(struct tm_body *b, const struct tm_frame *f) {
  tm_body_drop_to(b, f->height);
  for (uint32_t k = 0; k < f->param_count; k++) tm_body_push(b, b->saved.at[f->saved + k]);
}

/* Between the arms of an if, in gotos. */
static void second_arm(struct tm_body *b, struct tm_frame *f, bool falls) {
  if (falls) {
    f->branched = true;
    tm_body_line(b);
    tm_text_put(&b->text, "goto ");
    put_label(&b->text, 'L', f->label);
    tm_text_put(&b->text, ";\n");
  }
  tm_body_line(b);
  put_label(&b->text, 'E', f->label);
  tm_text_put(&b->text, ":;\n");
}

void tm_control_else(struct tm_emitter *e) {
  struct tm_body *b = &e->body;
  struct tm_frame *f = top(b);
  f->then_falls = !b->dead;
  if (!b->dead) assign_results(b, f);
  b->frames.count--; /* the arm's indentation ends */
  if (f->braces) {
    tm_body_line(b);
    tm_text_put(&b->text, "} else {\n");
  } else {
    second_arm(b, f, !b->dead);
  }
  b->frames.count++;
  f->kind = TM_FRAME_ELSE;
  b->dead = false;
  restore_parameters(b, f);
}

/* An if without else: the missing arm hands its parameters on as results. */
static void end_if(struct tm_body *b, struct tm_frame *f) {
  if (!b->dead) assign_results(b, f);
  b->frames.count--;
  if (!f->braces) second_arm(b, f, !b->dead && f->result_count);
  if (f->braces) {
    tm_body_line(b);
    tm_text_put(&b->text, f->result_count ? "} else {\n" : "}\n");
  }
  if (f->result_count) {
    restore_parameters(b, f);
    assign_results(b, f);
    if (f->braces) {
      tm_body_line(b);
      tm_text_put(&b->text, "}\n");
    }
  }
  b->dead = false;
}

static void end_else(struct tm_body *b, struct tm_frame *f) {
  if (!b->dead) assign_results(b, f);
  b->frames.count--;
  if (f->braces) {
    tm_body_line(b);
    tm_text_put(&b->text, "}\n");
  }
  b->dead = b->dead && !f->then_falls;
}

void tm_control_end(struct tm_emitter *e) {
  struct tm_body *b = &e->body;
  struct tm_frame *f = top(b);
  bool conditional = f->kind == TM_FRAME_IF || f->kind == TM_FRAME_ELSE;
  if (f->kind == TM_FRAME_IF)
    end_if(b, f);
  else if (f->kind == TM_FRAME_ELSE)
    end_else(b, f);
  else
    b->frames.count--;
  if (conditional) {
    b->saved.count = f->saved;
    if (f->braces) b->braces--;
  }
  if (f->kind == TM_FRAME_LOOP) { /* its results, if it has an end, stay where they are */
    if (b->dead) tm_control_dead(b);
    return;
  }
  if (!conditional && f->branched && !b->dead) assign_results(b, f);
  if (f->branched) put_end_label(b, f);
  if (conditional || f->branched) {
    b->dead = b->dead && !f->branched;
    tm_body_drop_to(b, f->height);
    if (!b->dead) push_results(b, f);
  }
  if (b->dead) tm_control_dead(b);
}

/* ---- branches ---------------------------------------------------------------------------------*/

/* The jump itself, without its indentation and without a newline. */
static void put_jump(struct tm_emitter *e, struct tm_frame *f) {
  struct tm_body *b = &e->body;
  struct tm_text *t = &b->text;
  bool loop = f->kind == TM_FRAME_LOOP;
  uint32_t count = loop ? f->param_count : f->result_count;
  const struct tm_stack_value *values = &b->stack.at[b->stack.count - count];
  if (f->kind != TM_FRAME_BODY) {
    f->branched = true;
    assign(b, loop ? 'p' : 'b', f->label, values, count);
    tm_text_put(t, count ? " goto " : "goto ");
    put_label(t, 'L', f->label);
    tm_text_char(t, ';');
    return;
  }
  tm_text_put(t, "return");
  if (count > 1) tm_text_format(t, " (struct tm_results%u){", e->functions.at[b->function].type);
  for (uint32_t k = 0; k < count; k++) {
    tm_text_put(t, k ? ", " : count > 1 ? "" : " ");
    tm_body_value(b, t, &values[k]);
  }
  tm_text_put(t, count > 1 ? "};" : ";");
}

static struct tm_frame *target(struct tm_body *b, uint32_t depth) {
  return &b->frames.at[b->frames.count - 1 - depth];
}

void tm_control_branch(struct tm_emitter *e, uint32_t depth) {
  struct tm_body *b = &e->body;
  tm_body_line(b);
  put_jump(e, target(b, depth));
  tm_text_char(&b->text, '\n');
  tm_control_dead(b);
}

void tm_control_return(struct tm_emitter *e) {
  struct tm_body *b = &e->body;
  tm_control_branch(e, b->frames.count - 1);
}

/* Values that a jump copies and the code after it uses too: compute them once. */
static void settle_carried(struct tm_body *b, const struct tm_frame *f) {
  uint32_t count = f->kind == TM_FRAME_LOOP ? f->param_count : f->result_count;
  for (uint32_t k = b->stack.count - count; k < b->stack.count; k++)
    if (b->stack.at[k].kind == TM_VALUE_TEXT) tm_body_settle(b, k);
}

void tm_control_branch_if(struct tm_emitter *e, uint32_t depth) {
  struct tm_body *b = &e->body;
  struct tm_frame *f = target(b, depth);
  struct tm_stack_value condition = tm_body_pop(b);
  settle_carried(b, f);
  bool assigns =
      f->kind != TM_FRAME_BODY && (f->kind == TM_FRAME_LOOP ? f->param_count : f->result_count) > 0;
  tm_body_line(b);
  tm_text_put(&b->text, "if (");
  tm_body_value(b, &b->text, &condition);
  tm_text_put(&b->text, assigns ? ") { " : ") ");
  put_jump(e, f);
  tm_text_put(&b->text, assigns ? " }\n" : "\n");
}

void tm_control_table(struct tm_emitter *e, const struct tm_wasm_instruction *in) {
  struct tm_body *b = &e->body;
  struct tm_text *t = &b->text;
  struct tm_stack_value index = tm_body_pop(b);
  settle_carried(b, target(b, in->index));
  tm_body_line(b);
  tm_text_put(t, "switch (");
  tm_body_value(b, t, &index);
  tm_text_put(t, ") {\n");
  for (uint32_t k = 0; k < in->target_count; k++) {
    if (in->targets[k] == in->index) continue; /* the default */
    tm_body_line(b);
    tm_text_put(t, "case ");
    tm_text_number(t, k);
    tm_text_char(t, ':');
    if (k + 1 < in->target_count && in->targets[k + 1] == in->targets[k]) {
      tm_text_char(t, '\n');
      continue;
    }
    tm_text_char(t, ' ');
    put_jump(e, target(b, in->targets[k]));
    tm_text_char(t, '\n');
  }
  tm_body_line(b);
  tm_text_put(t, "default: ");
  put_jump(e, target(b, in->index));
  tm_text_char(t, '\n');
  tm_body_line(b);
  tm_text_put(t, "}\n");
  tm_control_dead(b);
}
