/* SPDX-License-Identifier: Apache-2.0 */
/* What is not code: the instance, prototypes, types, segments, and the description of the module
 * that the host reads (guest/abi.h). */
#include "harness/wasm/emit_state.h"

#include <inttypes.h>

const char *tm_emit_ctype(char type) {
  switch (type) {
  case 'i': return "u32";
  case 'I': return "u64";
  case 'f': return "f32";
  case 'F': return "f64";
  case 'v': return "v128";
  default: return "ref";
  }
}

const char *tm_emit_member(char type) {
  switch (type) {
  case 'i': return "i32";
  case 'I': return "i64";
  case 'f': return "f32";
  case 'F': return "f64";
  case 'v': return "v128";
  default: return "ref";
  }
}

const char *tm_emit_letter(char type) {
  static const char letters[] = "iIfFvne";
  return strchr(letters, type);
}

bool tm_emit_local_import(const struct tm_emitter *e, enum tm_wasm_kind kind, uint32_t index) {
  switch (kind) {
  case TM_WASM_FUNC: return index < e->imported_functions;
  case TM_WASM_TABLE: return index < e->imported_tables;
  case TM_WASM_GLOBAL: return index < e->imported_globals;
  default: return e->imports_memory;
  }
}

uint32_t tm_emit_reference(struct tm_emitter *e, uint32_t function) {
  struct tm_emit_function *f = &e->functions.at[function];
  if (f->reference == TM_NONE) {
    f->reference = e->references.count;
    *tm_vec_add(&e->references) = function;
  }
  return f->reference;
}

/* ---- module.h ---------------------------------------------------------------------------------*/

static void put_result_type(struct tm_text *t, const struct tm_emit_type *type, uint32_t index) {
  if (type->result_count == 0)
    tm_text_put(t, "void");
  else if (type->result_count == 1)
    tm_text_put(t, tm_emit_ctype(type->results[0]));
  else
    tm_text_format(t, "struct tm_results%u", index);
}

static void put_type(struct tm_text *t, const struct tm_emit_type *type, uint32_t index) {
  if (type->result_count > 1) {
    tm_text_format(t, "struct tm_results%u {\n", index);
    for (uint32_t k = 0; k < type->result_count; k++)
      tm_text_format(t, "  %s r%u;\n", tm_emit_ctype(type->results[k]), k);
    tm_text_put(t, "};\n");
  }
  tm_text_put(t, "typedef ");
  put_result_type(t, type, index);
  tm_text_format(t, " (*tm_type%u)(void *", index);
  for (uint32_t k = 0; k < type->param_count; k++)
    tm_text_format(t, ", %s", tm_emit_ctype(type->params[k]));
  tm_text_put(t, ");\n");
}

void tm_emit_prototype(struct tm_emitter *e, struct tm_text *t, uint32_t function, bool names) {
  uint32_t index = e->functions.at[function].type;
  const struct tm_emit_type *type = &e->types.at[index];
  put_result_type(t, type, index);
  tm_text_char(t, ' ');
  tm_emit_identifier(e, t, function);
  tm_text_put(t, "(struct tm_instance *i");
  for (uint32_t k = 0; k < type->param_count; k++) {
    tm_text_bytes(t, ", ", 2);
    tm_text_put(t, tm_emit_ctype(type->params[k]));
    if (!names) continue;
    tm_text_bytes(t, " l", 2);
    tm_text_number(t, k);
  }
  tm_text_char(t, ')');
}

/* An imported function as a function like any other. */
static void put_import_wrapper(struct tm_emitter *e, struct tm_text *t, uint32_t function) {
  uint32_t index = e->functions.at[function].type;
  const struct tm_emit_type *type = &e->types.at[index];
  tm_text_put(t, "static inline ");
  tm_emit_prototype(e, t, function, true);
  tm_text_format(t, " {\n  %s((tm_type%u)i->import%u.code)(i->import%u.env",
                 type->result_count ? "return " : "", index, function, function);
  for (uint32_t k = 0; k < type->param_count; k++) tm_text_format(t, ", l%u", k);
  tm_text_put(t, ");\n}\n");
}

static void put_instance(struct tm_emitter *e, struct tm_text *t) {
  tm_text_char(t, '\n');
  if (e->has_memory) tm_emit_layout_side(e, t);
  tm_text_put(t, "struct tm_instance {\n  struct tm_instance_head head;\n");
  if (e->has_memory) tm_emit_layout_members(e, t);
  for (uint32_t k = 0; k < e->imported_functions; k++)
    tm_text_format(t, "  struct tm_func import%u;\n", k);
  for (uint32_t k = 0; k < e->tables.count; k++) tm_text_format(t, "  struct tm_table *t%u;\n", k);
  for (uint32_t k = 0; k < e->globals.count; k++)
    tm_text_format(t, "  struct tm_global %sg%u;\n", k < e->imported_globals ? "*" : "", k);
  if (e->references.count)
    tm_text_format(t, "  struct tm_func references[%u];\n", e->references.count);
  if (e->elements.count) tm_text_format(t, "  bool elements_dropped[%u];\n", e->elements.count);
  if (e->data_count) tm_text_format(t, "  bool data_dropped[%u];\n", e->data_count);
  tm_text_put(t, "};\n\n");
}

void tm_emit_header(struct tm_emitter *e, struct tm_text *t) {
  tm_text_put(t, "/* What the module's units share: its instance, types and functions. */\n");
  tm_text_format(t, "#define TM_STRATEGY %s\n", e->strategy);
  tm_text_format(t, "#define TM_HAS_MEMORY %d\n", e->has_memory);
  tm_text_format(t, "#define TM_INDEX TM_INDEX%d\n", e->memory.is64 ? 64 : 32);
  tm_text_format(t, "#define TM_SHARED %d\n", e->memory.shared);
  if (e->has_memory) tm_emit_layout_choice(e, t);
  tm_text_format(t, "#define TM_STRATEGY_HEADER \"strategies/%s.h\"\n", e->strategy);
  tm_text_put(t, "#include \"harness/wasm/guest/guest.h\"\n");
  put_instance(e, t);
  tm_text_format(t, "#define TM_REFERENCES %s\n", e->references.count ? "i->references" : "NULL");
  tm_text_put(t, "#include \"harness/wasm/guest/instance.h\"\n\n");
  for (uint32_t k = 0; k < e->types.count; k++) put_type(t, &e->types.at[k], k);
  tm_text_put(t, "\n");
  for (uint32_t k = 0; k < e->functions.count; k++) {
    if (k < e->imported_functions) {
      put_import_wrapper(e, t, k);
      continue;
    }
    tm_text_put(t, "TM_FUNCTION ");
    tm_emit_prototype(e, t, k, false);
    tm_text_put(t, ";\n");
  }
}

/* ---- module.c ---------------------------------------------------------------------------------*/

/* A name as a C string. Zero bytes become the two bytes that some encoders use for them (C0 80),
 * which no valid name contains. */
static void put_name(struct tm_text *t, struct tm_wasm_name name) {
  tm_text_char(t, '"');
  size_t from = 0;
  for (size_t k = 0; k <= name.size; k++) {
    if (k < name.size && name.bytes[k]) continue;
    tm_text_escaped(t, (const uint8_t *)name.bytes + from, k - from);
    if (k < name.size) tm_text_put(t, "\\300\\200");
    from = k + 1;
  }
  tm_text_char(t, '"');
}

static void put_signature(struct tm_text *t, const struct tm_emit_type *type) {
  tm_text_char(t, '"');
  tm_text_bytes(t, type->params, type->param_count);
  tm_text_char(t, '>');
  tm_text_bytes(t, type->results, type->result_count);
  tm_text_char(t, '"');
}

/* static void invoke3(…): call with boxed values. */
static void put_invoke(struct tm_text *t, const struct tm_emit_type *type, uint32_t index) {
  tm_text_format(
      t,
      "static void invoke%u(const struct tm_func *f, const union tm_wasm_value *a, union "
      "tm_wasm_value *r) {\n  (void)a, (void)r;\n  ",
      index);
  if (type->result_count) {
    put_result_type(t, type, index);
    tm_text_put(t, " v = ");
  }
  tm_text_format(t, "((tm_type%u)f->code)(f->env", index);
  for (uint32_t k = 0; k < type->param_count; k++)
    tm_text_format(t, type->params[k] == 'v' ? ", v128_of(a[%u].%s)" : ", a[%u].%s", k,
                   tm_emit_member(type->params[k]));
  tm_text_put(t, ");\n");
  for (uint32_t k = 0; k < type->result_count; k++) {
    char part[16] = "";
    if (type->result_count > 1) snprintf(part, sizeof part, ".r%u", k);
    tm_text_format(t,
                   type->results[k] == 'v' ? "  v128_to(r[%u].%s, v%s);\n" : "  r[%u].%s = v%s;\n",
                   k, tm_emit_member(type->results[k]), part);
  }
  tm_text_put(t, "}\n");
}

static void put_types(struct tm_emitter *e, struct tm_text *t) {
  tm_text_format(t, "\nconst char *tm_interned[%u];\n", e->types.count + 1);
  for (uint32_t k = 0; k < e->types.count; k++) put_invoke(t, &e->types.at[k], k);
  if (!e->types.count) return;
  tm_text_put(t, "static const struct tm_type types[] = {\n");
  for (uint32_t k = 0; k < e->types.count; k++) {
    tm_text_put(t, "    {");
    put_signature(t, &e->types.at[k]);
    tm_text_format(t, ", invoke%u},\n", k);
  }
  tm_text_put(t, "};\n");
}

static void put_memory_type(struct tm_emitter *e, struct tm_text *t) {
  const struct tm_wasm_limits *m = &e->memory;
  tm_text_format(t, "{%" PRIu64 "u, ", m->min);
  if (m->has_max)
    tm_text_format(t, "%" PRIu64 "u, ", m->max);
  else
    tm_text_put(t, "UINT64_MAX, ");
  tm_text_format(t, "TM_INDEX%d, %s}", m->is64 ? 64 : 32, m->shared ? "true" : "false");
}

static void put_imports(struct tm_emitter *e, struct tm_text *t) {
  if (!e->imports.count) return;
  uint32_t functions = 0, tables = 0, globals = 0;
  tm_text_put(t, "static const struct tm_import_desc imports[] = {\n");
  for (uint32_t k = 0; k < e->imports.count; k++) {
    const struct tm_wasm_import *m = &e->imports.at[k];
    tm_text_put(t, "    {.module = ");
    put_name(t, m->module);
    tm_text_put(t, ", .name = ");
    put_name(t, m->name);
    switch (m->kind) {
    case TM_WASM_FUNC:
      tm_text_format(t, ", .kind = TM_EXTERN_FUNC, .offset = TM_OFFSET(import%u), .type = %u",
                     functions++, m->type);
      break;
    case TM_WASM_TABLE:
      tm_text_format(t,
                     ", .kind = TM_EXTERN_TABLE, .offset = TM_OFFSET(t%u), .value_type = '%c', "
                     ".min = %" PRIu64 "u, .max = ",
                     tables++, m->value_type, m->limits.min);
      if (m->limits.has_max)
        tm_text_format(t, "%" PRIu64 "u", m->limits.max);
      else
        tm_text_put(t, "UINT64_MAX");
      break;
    case TM_WASM_MEMORY:
      tm_text_put(t, ", .kind = TM_EXTERN_MEMORY, .memory = ");
      put_memory_type(e, t);
      break;
    case TM_WASM_GLOBAL:
      tm_text_format(t,
                     ", .kind = TM_EXTERN_GLOBAL, .offset = TM_OFFSET(g%u), .value_type = '%c', "
                     ".mutable = %s",
                     globals++, m->value_type, m->mutable_ ? "true" : "false");
      break;
    }
    tm_text_put(t, "},\n");
  }
  tm_text_put(t, "};\n");
}

static void put_own_tables(struct tm_emitter *e, struct tm_text *t) {
  if (e->tables.count == e->imported_tables) return;
  tm_text_put(t, "static const struct tm_table_desc tables[] = {\n");
  for (uint32_t k = e->imported_tables; k < e->tables.count; k++) {
    const struct tm_emit_table *table = &e->tables.at[k];
    tm_text_format(t, "    {TM_OFFSET(t%u), '%c', %" PRIu64 "u, %" PRIu64 "u, %s},\n", k,
                   table->type, table->limits.min,
                   table->limits.has_max ? table->limits.max : UINT32_MAX,
                   table->limits.has_max ? "true" : "false");
  }
  tm_text_put(t, "};\n");
}

static void put_own_globals(struct tm_emitter *e, struct tm_text *t) {
  if (e->globals.count == e->imported_globals) return;
  tm_text_put(t, "static const struct tm_global_desc globals[] = {\n");
  for (uint32_t k = e->imported_globals; k < e->globals.count; k++)
    tm_text_format(t, "    {TM_OFFSET(g%u), '%c', %s},\n", k, e->globals.at[k].type,
                   e->globals.at[k].mutable_ ? "true" : "false");
  tm_text_put(t, "};\n");
}

static void put_exports(struct tm_emitter *e, struct tm_text *t) {
  if (!e->exports.count) return;
  tm_text_put(t, "static const struct tm_export_desc exports[] = {\n");
  for (uint32_t k = 0; k < e->exports.count; k++) {
    const struct tm_emit_export *x = &e->exports.at[k];
    bool imported = tm_emit_local_import(e, x->kind, x->index);
    tm_text_put(t, "    {.name = ");
    put_name(t, x->name);
    switch (x->kind) {
    case TM_WASM_FUNC:
      tm_text_put(t, ", .kind = TM_EXTERN_FUNC, .offset = ");
      if (imported)
        tm_text_format(t, "TM_OFFSET(import%u)", x->index);
      else
        tm_text_format(t, "TM_OFFSET(references[%u])", tm_emit_reference(e, x->index));
      tm_text_format(t, ", .type = %u", e->functions.at[x->index].type);
      break;
    case TM_WASM_TABLE:
      tm_text_format(t, ", .kind = TM_EXTERN_TABLE, .offset = TM_OFFSET(t%u)", x->index);
      break;
    case TM_WASM_MEMORY: tm_text_put(t, ", .kind = TM_EXTERN_MEMORY"); break;
    case TM_WASM_GLOBAL:
      tm_text_format(t, ", .kind = TM_EXTERN_GLOBAL, .offset = TM_OFFSET(g%u)", x->index);
      if (imported) tm_text_put(t, ", .by_pointer = true");
      break;
    }
    tm_text_put(t, "},\n");
  }
  tm_text_put(t, "};\n");
}

static void put_functions(struct tm_emitter *e, struct tm_text *t) {
  if (e->functions.count == e->imported_functions) return;
  tm_text_put(t, "static const struct tm_function_desc functions[] = {\n");
  for (uint32_t k = e->imported_functions; k < e->functions.count; k++) {
    tm_text_put(t, "    {(tm_code)");
    tm_emit_identifier(e, t, k);
    tm_text_put(t, ", \"");
    tm_emit_display_name(e, t, k);
    tm_text_put(t, "\"},\n");
  }
  tm_text_put(t, "};\n");
}

static void put_elements(struct tm_emitter *e, struct tm_text *t) {
  if (!e->elements.count) return;
  for (uint32_t k = 0; k < e->elements.count; k++) {
    const struct tm_emit_element *s = &e->elements.at[k];
    if (!s->count) continue;
    tm_text_format(t, "static const u32 elements%u[] = {", k);
    for (uint32_t n = 0; n < s->count; n++) {
      uint32_t function = e->element_items.at[s->first + n];
      if (n % 12 == 0) tm_text_put(t, "\n    ");
      if (function == TM_NONE)
        tm_text_put(t, "TM_NULL_REFERENCE, ");
      else
        tm_text_format(t, "%u, ", tm_emit_reference(e, function));
    }
    tm_text_put(t, "\n};\n");
  }
  tm_text_put(t, "const struct tm_element_segment tm_elements[] = {\n");
  for (uint32_t k = 0; k < e->elements.count; k++) {
    if (e->elements.at[k].count)
      tm_text_format(t, "    {elements%u, %u},\n", k, e->elements.at[k].count);
    else
      tm_text_put(t, "    {NULL, 0},\n");
  }
  tm_text_put(t, "};\n");
}

void tm_emit_tables(struct tm_emitter *e, struct tm_text *t) {
  put_types(e, t);
  put_imports(e, t);
  put_own_tables(e, t);
  put_own_globals(e, t);
  put_exports(e, t);
  put_functions(e, t);
  put_elements(e, t);
}

int tm_emit_data_segments(struct tm_emitter *e, struct tm_text *t,
                          int (*spill)(struct tm_emitter *e, struct tm_text *t)) {
  enum { LINE = 96 };
  for (uint32_t k = 0; k < e->data.count; k++) {
    const struct tm_emit_data *d = &e->data.at[k];
    if (!d->size) continue;
    tm_text_format(t, "static const u8 data%u[%zu] =", k, d->size);
    for (size_t from = 0; from < d->size; from += LINE) {
      tm_text_put(t, "\n    \"");
      tm_text_escaped(t, d->bytes + from, d->size - from < LINE ? d->size - from : LINE);
      tm_text_char(t, '"');
      int result = t->size > 1 << 20 ? spill(e, t) : 0;
      if (result) return result;
    }
    tm_text_put(t, ";\n");
  }
  if (!e->data.count) return 0;
  tm_text_put(t, "const struct tm_data_segment tm_data[] = {\n");
  for (uint32_t k = 0; k < e->data.count; k++) {
    if (e->data.at[k].size)
      tm_text_format(t, "    {data%u, sizeof data%u},\n", k, k);
    else
      tm_text_put(t, "    {NULL, 0},\n");
  }
  tm_text_put(t, "};\n");
  return 0;
}

/* References to own functions; those to imported ones are made in init: imports are there only
 * then. */
static void put_prepare(struct tm_emitter *e, struct tm_text *t) {
  if (e->references.count) {
    tm_text_put(t, "\nstatic const struct tm_reference references[] = {\n");
    for (uint32_t k = 0; k < e->references.count; k++) {
      uint32_t function = e->references.at[k];
      tm_text_put(t, "    {");
      if (function < e->imported_functions) {
        tm_text_put(t, "NULL");
      } else {
        tm_text_put(t, "(tm_code)");
        tm_emit_identifier(e, t, function);
      }
      tm_text_format(t, ", %u},\n", e->functions.at[function].type);
    }
    tm_text_put(t, "};\n");
  }
  tm_text_put(t, "\nstatic void prepare(struct tm_instance *i) {\n");
  if (e->references.count)
    tm_text_format(t, "  tm_prepare(i, i->references, references, %u);\n", e->references.count);
  tm_text_put(t, "}\n");
}

static void put_init(struct tm_emitter *e, struct tm_text *t) {
  tm_text_put(t, "\nstatic void init(struct tm_instance *i) {\n  TM_ENTER(1, 1);\n");
  for (uint32_t k = 0; k < e->references.count; k++) {
    uint32_t function = e->references.at[k];
    if (function >= e->imported_functions) continue;
    tm_text_format(t, "  i->references[%u] = i->import%u;\n", k, function);
    tm_text_format(t, "  i->references[%u].signature = tm_interned[%u];\n", k,
                   e->functions.at[function].type);
  }
  tm_text_bytes(t, e->init.data, e->init.size);
  if (e->start != TM_NONE) {
    tm_text_put(t, "  ");
    tm_emit_identifier(e, t, e->start);
    tm_text_put(t, "(i);\n");
  }
  tm_text_put(t, "}\n");
}

static void put_list(struct tm_text *t, const char *name, const char *count, uint32_t n) {
  if (n) tm_text_format(t, "    .%s = %s,\n    .%s = %u,\n", name, name, count, n);
}

void tm_emit_description(struct tm_emitter *e, struct tm_text *t) {
  put_prepare(e, t);
  put_init(e, t);
  tm_text_put(t, "\nTM_VISIBLE const struct tm_module_desc tm_module_desc = {\n"
                 "    .abi_version = TM_ABI_VERSION,\n");
  tm_text_format(t, "    .strategy = \"%s\",\n", e->strategy);
  tm_text_put(t, "    .instance_bytes = sizeof(struct tm_instance),\n"
                 "    .interned = tm_interned,\n");
  put_list(t, "types", "type_count", e->types.count);
  put_list(t, "imports", "import_count", e->imports.count);
  put_list(t, "tables", "table_count", e->tables.count - e->imported_tables);
  put_list(t, "globals", "global_count", e->globals.count - e->imported_globals);
  put_list(t, "exports", "export_count", e->exports.count);
  put_list(t, "functions", "function_count", e->functions.count - e->imported_functions);
  if (e->has_memory) {
    tm_text_format(t, "    .has_memory = true,\n    .imports_memory = %s,\n    .memory = ",
                   e->imports_memory ? "true" : "false");
    put_memory_type(e, t);
    tm_text_put(t, ",\n");
    tm_emit_layout_description(e, t);
  }
  tm_text_put(t, "    .prepare = prepare,\n    .init = init,\n};\n");
}
