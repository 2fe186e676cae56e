/* SPDX-License-Identifier: Apache-2.0 */
/* Names of functions. The name section stands at the end of a module, behind the code that is
 * written first, so it is looked up here before. It is custom: whatever is wrong with it only costs
 * the names. */
#include "harness/wasm/emit_state.h"

#include <stdlib.h>

enum { IDENTIFIER_MAX = 48, DISPLAY_MAX = 200 };

struct cursor {
  const uint8_t *at, *end;
  bool ok;
};

static uint32_t number(struct cursor *c) {
  uint32_t n = 0;
  for (unsigned shift = 0; shift < 35 && c->at < c->end; shift += 7) {
    uint8_t b = *c->at++;
    n |= (uint32_t)((uint64_t)(b & 0x7f) << shift);
    if (!(b & 0x80)) return n;
  }
  c->ok = false;
  return 0;
}

/* The next `size` bytes as a cursor of their own. */
static struct cursor part(struct cursor *c, uint32_t size) {
  struct cursor p = {c->at, c->end, c->ok && size <= (size_t)(c->end - c->at)};
  if (!p.ok) {
    c->ok = false;
    p.end = p.at;
    return p;
  }
  p.end = c->at += size;
  return p;
}

static void function_names(struct tm_emitter *e, struct cursor c) {
  uint32_t count = number(&c);
  while (c.ok && count--) {
    uint32_t function = number(&c);
    struct cursor name = part(&c, number(&c));
    if (c.ok && function < e->functions.count)
      e->names[function] =
          (struct tm_wasm_name){(const char *)name.at, (size_t)(name.end - name.at)};
  }
}

static void find_name_section(struct tm_emitter *e) {
  struct cursor c = {e->wasm + 8, e->wasm + e->size, e->size >= 8};
  while (c.ok && c.at < c.end) {
    uint8_t id = *c.at++;
    struct cursor section = part(&c, number(&c));
    if (!c.ok || id != 0) continue;
    struct cursor name = part(&section, number(&section));
    if (!section.ok || name.end - name.at != 4 || memcmp(name.at, "name", 4) != 0) continue;
    while (section.ok && section.at < section.end) {
      uint8_t kind = *section.at++;
      struct cursor sub = part(&section, number(&section));
      if (section.ok && kind == 1) function_names(e, sub);
    }
  }
}

static void identifier(struct tm_emitter *e, uint32_t index, struct tm_wasm_name name) {
  struct tm_text *t = &e->identifiers;
  struct tm_emit_function *f = &e->functions.at[index];
  f->name = (uint32_t)t->size;
  tm_text_char(t, 'w'); /* f32 is a type, f32_load an instruction */
  tm_text_number(t, index);
  if (name.size) tm_text_char(t, '_');
  for (size_t i = 0; i < name.size && i < IDENTIFIER_MAX; i++) {
    char c = name.bytes[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    tm_text_char(t, plain ? c : '_');
  }
  f->name_size = (uint32_t)t->size - f->name;
}

void tm_emit_names(struct tm_emitter *e) {
  e->names = calloc(e->functions.count + 1, sizeof *e->names);
  if (!e->names) tm_no_memory("the names of %u functions", e->functions.count);
  uint32_t imported = 0;
  for (uint32_t i = 0; i < e->imports.count; i++)
    if (e->imports.at[i].kind == TM_WASM_FUNC) e->names[imported++] = e->imports.at[i].name;
  for (uint32_t i = 0; i < e->exports.count; i++) {
    const struct tm_emit_export *x = &e->exports.at[i];
    if (x->kind == TM_WASM_FUNC && !e->names[x->index].bytes) e->names[x->index] = x->name;
  }
  find_name_section(e);
  for (uint32_t i = 0; i < e->functions.count; i++) identifier(e, i, e->names[i]);
}

void tm_emit_identifier(struct tm_emitter *e, struct tm_text *t, uint32_t function) {
  const struct tm_emit_function *f = &e->functions.at[function];
  tm_text_bytes(t, e->identifiers.data + f->name, f->name_size);
}

void tm_emit_display_name(struct tm_emitter *e, struct tm_text *t, uint32_t function) {
  struct tm_wasm_name name = e->names[function];
  if (!name.size) {
    tm_text_format(t, "func[%u]", function);
    return;
  }
  size_t size = name.size < DISPLAY_MAX ? name.size : DISPLAY_MAX;
  while (size < name.size && size && ((uint8_t)name.bytes[size] & 0xc0) == 0x80) size--;
  tm_text_escaped(t, (const uint8_t *)name.bytes, size);
}
