/* SPDX-License-Identifier: Apache-2.0 */
/* Receives the reader's events and owns the files. Definitions come before code in a module, so
 * module.h is complete when the first body arrives; units are written as they fill. */
#include "harness/wasm/emit_state.h"

#include <errno.h>
#include <stdlib.h>

/* Some modules expand without bound (a two-byte branch may carry a thousand values). */
enum { EXPANSION_MAX = 200, EXPANSION_BASE = 64 << 20 };

void *tm_vec_grow(void *at, uint32_t *capacity, size_t item_bytes) {
  uint32_t more = *capacity ? *capacity * 2 : 16;
  void *grown = more > *capacity ? realloc(at, more * item_bytes) : NULL;
  if (!grown) tm_no_memory("%u items of %zu bytes", more, item_bytes);
  *capacity = more;
  return grown;
}

/* ---- files ------------------------------------------------------------------------------------*/

/* Start a file in the output directory, or the next part of the stream. */
static int open_file(struct tm_emitter *e, const char *name) {
  if (!e->out) {
    fprintf(e->stream, "/* ---- %s ---- */\n\n", name);
    return 0;
  }
  char path[4096];
  int size = snprintf(path, sizeof path, "%s/%s", e->out, name);
  if (size < 0 || (size_t)size >= sizeof path)
    return tm_fail(e->error, -ENAMETOOLONG, "the output folder's name is too long");
  e->stream = fopen(path, "we");
  if (!e->stream) return tm_fail(e->error, -errno, "cannot write %s: %s", path, strerror(errno));
  return 0;
}

static int cannot_write(struct tm_emitter *e) {
  int why = errno;
  if (!e->out)
    return tm_fail(e->error, -EIO, "cannot write the C of %s: %s", e->name, strerror(why));
  return tm_fail(e->error, -EIO,
                 "cannot write the C of %s into %s: %s; make room there, or set TIDEMARK_CACHE to "
                 "another folder",
                 e->name, e->out, strerror(why));
}

static int spill(struct tm_emitter *e, struct tm_text *t) {
  size_t size = t->size;
  t->size = 0;
  e->written += size;
  if (size && fwrite(t->data, 1, size, e->stream) != size) return cannot_write(e);
  return 0;
}

static int close_file(struct tm_emitter *e, struct tm_text *t) {
  int result = spill(e, t);
  if (!e->out) {
    fputc('\n', e->stream);
    return result;
  }
  if (e->stream && fclose(e->stream) && !result) result = cannot_write(e);
  e->stream = NULL;
  return result;
}

static int write_header(struct tm_emitter *e) {
  if (e->header_written) return 0;
  e->header_written = true;
  if (e->data_count == TM_NONE) e->data_count = 0; /* then nothing drops data */
  tm_emit_names(e);
  struct tm_text t = {0};
  int result = open_file(e, "module.h");
  if (!result) {
    if (e->out) tm_text_put(&t, "#pragma once\n");
    tm_emit_header(e, &t);
    result = close_file(e, &t);
  }
  tm_text_free(&t);
  return result;
}

static int write_unit(struct tm_emitter *e) {
  if (!e->unit.size) return 0;
  char name[32];
  snprintf(name, sizeof name, "unit-%03zu.c", e->units);
  int result = open_file(e, name);
  if (result) return result;
  if (e->out) fputs("#include \"module.h\"\n", e->stream);
  if (e->unit_simd) fputs("#include \"harness/wasm/guest/simd.h\"\n", e->stream);
  if (e->out || e->unit_simd) fputc('\n', e->stream);
  e->units++;
  e->unit_filled = 0;
  e->unit_simd = false;
  return close_file(e, &e->unit);
}

static int write_module(struct tm_emitter *e) {
  struct tm_text t = {0};
  int result = open_file(e, "module.c");
  if (!result) {
    if (e->out) tm_text_put(&t, "#include \"module.h\"\n");
    tm_emit_tables(e, &t);
    result = tm_emit_data_segments(e, &t, spill);
    if (!result) tm_emit_description(e, &t);
    int closed = close_file(e, &t);
    if (!result) result = closed;
  }
  tm_text_free(&t);
  return result;
}

/* ---- definitions ------------------------------------------------------------------------------*/

static int on_type(void *self, const char *params, uint32_t param_count, const char *results,
                   uint32_t result_count) {
  struct tm_emitter *e = self;
  char *letters = malloc((size_t)param_count + result_count + 1);
  if (!letters) tm_no_memory("a type");
  memcpy(letters, params, param_count);
  memcpy(letters + param_count, results, result_count);
  *tm_vec_add(&e->types) =
      (struct tm_emit_type){letters, letters + param_count, param_count, result_count};
  return 0;
}

static void add_function(struct tm_emitter *e, uint32_t type) {
  *tm_vec_add(&e->functions) = (struct tm_emit_function){.type = type, .reference = TM_NONE};
}

static int on_import(void *self, const struct tm_wasm_import *m) {
  struct tm_emitter *e = self;
  *tm_vec_add(&e->imports) = *m;
  switch (m->kind) {
  case TM_WASM_FUNC:
    add_function(e, m->type);
    e->imported_functions++;
    break;
  case TM_WASM_TABLE:
    *tm_vec_add(&e->tables) = (struct tm_emit_table){m->value_type, m->limits};
    e->imported_tables++;
    break;
  case TM_WASM_MEMORY:
    e->has_memory = e->imports_memory = true;
    e->memory = m->limits;
    break;
  case TM_WASM_GLOBAL:
    *tm_vec_add(&e->globals) = (struct tm_emit_global){m->value_type, m->mutable_};
    e->imported_globals++;
    break;
  }
  return 0;
}

static int on_function(void *self, uint32_t type) {
  add_function(self, type);
  return 0;
}

static int on_table(void *self, char type, const struct tm_wasm_limits *limits) {
  struct tm_emitter *e = self;
  *tm_vec_add(&e->tables) = (struct tm_emit_table){type, *limits};
  return 0;
}

static int on_memory(void *self, const struct tm_wasm_limits *limits) {
  struct tm_emitter *e = self;
  e->has_memory = true;
  e->memory = *limits;
  return 0;
}

static int on_global(void *self, char type, bool mutable_) {
  struct tm_emitter *e = self;
  *tm_vec_add(&e->globals) = (struct tm_emit_global){type, mutable_};
  e->initialising = TM_INIT_GLOBAL;
  tm_body_begin(e, TM_NONE);
  return 0;
}

static int on_export(void *self, enum tm_wasm_kind kind, uint32_t index, struct tm_wasm_name name) {
  struct tm_emitter *e = self;
  *tm_vec_add(&e->exports) = (struct tm_emit_export){kind, index, name};
  if (kind == TM_WASM_FUNC) tm_emit_reference(e, index);
  return 0;
}

static int on_start(void *self, uint32_t function) {
  ((struct tm_emitter *)self)->start = function;
  return 0;
}

static int on_element(void *self, enum tm_wasm_mode mode, uint32_t table) {
  struct tm_emitter *e = self;
  *tm_vec_add(&e->elements) = (struct tm_emit_element){mode, table, e->element_items.count, 0};
  e->initialising = TM_INIT_ELEMENT;
  if (mode == TM_WASM_ACTIVE) tm_body_begin(e, TM_NONE);
  if (mode == TM_WASM_DECLARED)
    tm_text_format(&e->init, "  i->elements_dropped[%u] = true;\n", e->elements.count - 1);
  return 0;
}

/* The segment's offset is on the init text by now. */
static int on_element_count(void *self, char type, uint32_t count) {
  struct tm_emitter *e = self;
  (void)type;
  struct tm_emit_element *s = &e->elements.at[e->elements.count - 1];
  s->count = count;
  if (s->mode == TM_WASM_ACTIVE)
    tm_text_format(&e->init, ");\n  i->elements_dropped[%u] = true;\n", e->elements.count - 1);
  return 0;
}

static int on_element_item(void *self, uint32_t function) {
  struct tm_emitter *e = self;
  *tm_vec_add(&e->element_items) = function;
  if (function != TM_NONE) tm_emit_reference(e, function);
  return 0;
}

static int on_data_count(void *self, uint32_t count) {
  ((struct tm_emitter *)self)->data_count = count;
  return 0;
}

static int on_data(void *self, enum tm_wasm_mode mode) {
  struct tm_emitter *e = self;
  *tm_vec_add(&e->data) = (struct tm_emit_data){.mode = mode};
  e->initialising = TM_INIT_DATA;
  if (mode == TM_WASM_ACTIVE) tm_body_begin(e, TM_NONE);
  return 0;
}

static int on_data_bytes(void *self, const uint8_t *bytes, size_t size) {
  struct tm_emitter *e = self;
  struct tm_emit_data *d = &e->data.at[e->data.count - 1];
  d->bytes = bytes;
  d->size = size;
  if (d->mode != TM_WASM_ACTIVE) return 0;
  tm_text_put(&e->init, ");\n");
  if (e->data_count && e->data_count != TM_NONE)
    tm_text_format(&e->init, "  i->data_dropped[%u] = true;\n", e->data.count - 1);
  return 0;
}

/* An initialiser is complete: its value goes into a statement of desc->init. */
static int on_init_end(void *self) {
  struct tm_emitter *e = self;
  struct tm_text *t = &e->init;
  struct tm_emit_element *s;
  tm_text_bytes(t, e->body.text.data, e->body.text.size);
  switch (e->initialising) {
  case TM_INIT_GLOBAL: {
    uint32_t index = e->globals.count - 1;
    char type = e->globals.at[index].type;
    tm_text_format(t, type == 'v' ? "  v128_to(i->g%u.value.%s, " : "  i->g%u.value.%s = ", index,
                   tm_emit_member(type));
    tm_body_initial(e, t);
    tm_text_put(t, type == 'v' ? ");\n" : ";\n");
    break;
  }
  case TM_INIT_ELEMENT:
    s = &e->elements.at[e->elements.count - 1];
    tm_text_format(t, "  tm_init_elements(i->t%u, TM_ELEMENTS(%u), ", s->table,
                   e->elements.count - 1);
    tm_body_initial(e, t);
    break;
  case TM_INIT_DATA:
    tm_text_format(t, "  tm_init_data(i, tm_data[%u], ", e->data.count - 1);
    tm_body_initial(e, t);
    break;
  }
  return 0;
}

/* ---- code -------------------------------------------------------------------------------------*/

static int on_body(void *self, uint32_t function, size_t offset, size_t bytes) {
  struct tm_emitter *e = self;
  int result = write_header(e);
  if (result) return result;
  const struct tm_emit_type *type = &e->types.at[e->functions.at[function].type];
  tm_text_format(&e->unit, "/* func[%u], ", function);
  tm_text_bytes(&e->unit, type->params, type->param_count);
  tm_text_char(&e->unit, '>');
  tm_text_bytes(&e->unit, type->results, type->result_count);
  tm_text_format(&e->unit, ", %zu bytes at %#zx */\n", bytes, offset);
  e->unit_filled += bytes;
  tm_body_begin(e, function);
  return 0;
}

static int on_locals(void *self, uint32_t count, char type) {
  tm_body_locals(self, count, type);
  return 0;
}

static int check_expansion(struct tm_emitter *e) {
  size_t size = e->written + e->unit.size + e->body.text.size;
  if (size <= EXPANSION_BASE + EXPANSION_MAX * e->size) return 0;
  return tm_fail(e->error, -EFBIG, "the C of %s would be more than %d times as large as the module",
                 e->name, EXPANSION_MAX);
}

static int on_instruction(void *self, const struct tm_wasm_instruction *in) {
  struct tm_emitter *e = self;
  tm_body_instruction(e, in);
  return check_expansion(e);
}

static int on_body_end(void *self) {
  struct tm_emitter *e = self;
  tm_body_end(e, &e->unit);
  return e->unit_filled >= e->unit_bytes ? write_unit(e) : 0;
}

/* ---- the whole --------------------------------------------------------------------------------*/

static void free_all(struct tm_emitter *e) {
  for (uint32_t k = 0; k < e->types.count; k++) free((char *)(uintptr_t)e->types.at[k].params);
  free(e->types.at);
  free(e->imports.at);
  free(e->functions.at);
  free(e->tables.at);
  free(e->globals.at);
  free(e->exports.at);
  free(e->elements.at);
  free(e->element_items.at);
  free(e->data.at);
  free(e->references.at);
  free(e->names);
  tm_text_free(&e->identifiers);
  tm_text_free(&e->init);
  tm_text_free(&e->unit);
  tm_body_free(&e->body);
  if (e->out && e->stream) fclose(e->stream);
}

static int translate(struct tm_emitter *e) {
  const struct tm_wasm_visitor visitor = {
      .self = e,
      .type = on_type,
      .import = on_import,
      .function = on_function,
      .table = on_table,
      .memory = on_memory,
      .global = on_global,
      .export_ = on_export,
      .start = on_start,
      .element = on_element,
      .element_count = on_element_count,
      .element_item = on_element_item,
      .data_count = on_data_count,
      .data = on_data,
      .data_bytes = on_data_bytes,
      .init_end = on_init_end,
      .body = on_body,
      .locals = on_locals,
      .body_end = on_body_end,
      .instruction = on_instruction,
  };
  struct tm_error reason = {""};
  int result = tm_wasm_read(e->wasm, e->size, &visitor, &reason);
  if (result && reason.text[0]) tm_fail(e->error, result, "%s: %s", e->name, reason.text);
  if (!result) result = write_header(e);
  if (!result) result = write_unit(e);
  if (!result) result = write_module(e);
  free_all(e);
  return result;
}

static struct tm_emitter emitter(const char *name, const void *wasm, size_t size,
                                 const struct tm_emit_options *options, struct tm_error *error) {
  enum { UNIT_BYTES = 256 << 10 };
  return (struct tm_emitter){
      .error = error,
      .name = name,
      .strategy = options->strategy,
      .layout = options->layout,
      .wasm = wasm,
      .size = size,
      .unit_bytes = options->unit_bytes ? options->unit_bytes : UNIT_BYTES,
      .start = TM_NONE,
      .data_count = TM_NONE,
  };
}

int tm_emit_files(const char *name, const void *wasm, size_t size,
                  const struct tm_emit_options *options, const char *out, size_t *units,
                  struct tm_error *error) {
  struct tm_emitter e = emitter(name, wasm, size, options, error);
  e.out = out;
  int result = translate(&e);
  *units = e.units;
  return result;
}

int tm_emit_stream(const char *name, const void *wasm, size_t size,
                   const struct tm_emit_options *options, FILE *out, struct tm_error *error) {
  struct tm_emitter e = emitter(name, wasm, size, options, error);
  e.stream = out;
  return translate(&e);
}
