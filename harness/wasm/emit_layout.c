/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the instance that is the layout's: where the view of the memory is (layout.h). For
 * each layout, three pieces of C: the instance's members, the address of the view of instance `i`,
 * and what the host has to know to put the view there. S stands for the strategy. */
#include "harness/wasm/emit_state.h"

struct pieces {
  const char *side;    /* definitions before the instance */
  const char *members; /* of the instance */
  const char *view;    /* expression for the view's address */
  const char *inside;  /* the member that is the view, or NULL: it lies apart from the instance */
  const char *pointer; /* the member that points to the view, or NULL */
};

/* By layout; first of an owned memory, then of any other. */
static const struct pieces pieces[TM_LAYOUT_PLACES][2] = {
    [TM_LAYOUT_inline] = {{"", "struct tm_S_view view;", "(&(i)->view)", "view", NULL},
                          {"", "struct tm_S_view view;", "(&(i)->view)", "view", NULL}},
    [TM_LAYOUT_union] = {{"",
                          "union {\n    struct tm_S_view owned;\n"
                          "    struct tm_S_view *elsewhere;\n  } view;",
                          "(&(i)->view.owned)", "view.owned", NULL},
                         {"", "union {\n    struct tm_S_view *elsewhere;\n  } view;",
                          "((i)->view.elsewhere)", NULL, "view.elsewhere"}},
    [TM_LAYOUT_table] = {{"", "struct tm_S_view *views[1];\n  struct tm_S_view owned[1];",
                          "((i)->views[0])", "owned[0]", "views[0]"},
                         {"", "struct tm_S_view *views[1];", "((i)->views[0])", NULL, "views[0]"}},
    [TM_LAYOUT_side] = {{"struct tm_side {\n  struct tm_S_view view;\n};\n",
                         "struct tm_side *side;", "(&(i)->side->view)", NULL, "side"},
                        {"struct tm_side {\n  struct tm_S_view view;\n};\n",
                         "struct tm_side *side;", "(&(i)->side->view)", NULL, "side"}},
};

static const struct pieces *pieces_of(const struct tm_emitter *e) {
  bool owned = !e->imports_memory && !e->memory.shared;
  return &pieces[e->layout.place][owned ? 0 : 1];
}

/* `text` with the strategy's name for S in "tm_S_". */
static void put(struct tm_emitter *e, struct tm_text *t, const char *text) {
  for (const char *s; (s = strstr(text, "tm_S_")); text = s + 5) {
    tm_text_bytes(t, text, (size_t)(s - text));
    tm_text_format(t, "tm_%s_", e->strategy);
  }
  tm_text_put(t, text);
}

void tm_emit_layout_choice(struct tm_emitter *e, struct tm_text *t) {
  tm_text_format(t, "#define TM_VIEW(i) %s /* layout %s */\n", pieces_of(e)->view,
                 tm_layout_place_name(e->layout.place));
  tm_text_format(t, "#define TM_SIZE_CALL %d\n", e->layout.size_call);
}

void tm_emit_layout_side(struct tm_emitter *e, struct tm_text *t) { put(e, t, pieces_of(e)->side); }

void tm_emit_layout_members(struct tm_emitter *e, struct tm_text *t) {
  tm_text_put(t, "  ");
  put(e, t, pieces_of(e)->members);
  tm_text_put(t, "\n");
}

void tm_emit_layout_description(struct tm_emitter *e, struct tm_text *t) {
  const struct pieces *p = pieces_of(e);
  if (p->inside)
    tm_text_format(t, "    .view_offset = TM_OFFSET(%s),\n", p->inside);
  else
    tm_text_put(t, "    .view_apart = true,\n");
  if (p->pointer)
    tm_text_format(t, "    .view_pointed = true,\n    .view_pointer_offset = TM_OFFSET(%s),\n",
                   p->pointer);
  tm_text_format(t, "    .view_bytes = sizeof(struct tm_%s_view),\n", e->strategy);
}
