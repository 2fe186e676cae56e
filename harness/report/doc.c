/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/doc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void *need(void *memory) {
  if (!memory) tm_no_memory("what was asked");
  return memory;
}
static char *copy(const char *text) { return need(strdup(text)); }

static char *format_text(const char *format, va_list arguments) {
  char *text;
  if (vasprintf(&text, format, arguments) < 0) tm_no_memory("what was asked");
  return text;
}

struct tm_doc *tm_doc_new(const char *title) {
  struct tm_doc *doc = need(calloc(1, sizeof *doc));
  doc->title = copy(title);
  return doc;
}

static void free_table(struct tm_table *t) {
  for (size_t i = 0; i < t->columns; i++) free(t->column[i]);
  for (size_t i = 0; i < t->cells; i++) free(t->cell[i].text);
  free(t->id);
  free(t->caption);
  free(t->column);
  free(t->number);
  free(t->cell);
}

void tm_doc_free(struct tm_doc *doc) {
  if (!doc) return;
  for (size_t i = 0; i < doc->count; i++) {
    free(doc->block[i].id);
    free(doc->block[i].text);
    free(doc->block[i].svg);
    free(doc->block[i].script);
    free_table(&doc->block[i].table);
  }
  free(doc->block);
  free(doc->title);
  free(doc);
}

static struct tm_block *add(struct tm_doc *doc, enum tm_block_kind kind) {
  if (doc->count == doc->room) {
    doc->room = doc->room ? 2 * doc->room : 64;
    doc->block = need(realloc(doc->block, doc->room * sizeof *doc->block));
  }
  struct tm_block *b = &doc->block[doc->count++];
  *b = (struct tm_block){.kind = kind};
  return b;
}

void tm_doc_heading(struct tm_doc *doc, const char *id, const char *text) {
  struct tm_block *b = add(doc, TM_BLOCK_HEADING);
  b->id = copy(id);
  b->text = copy(text);
}

void tm_doc_text(struct tm_doc *doc, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  add(doc, TM_BLOCK_TEXT)->text = format_text(format, arguments);
  va_end(arguments);
}

void tm_doc_note(struct tm_doc *doc, enum tm_look look, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  struct tm_block *b = add(doc, TM_BLOCK_TEXT);
  b->text = format_text(format, arguments);
  b->look = look;
  va_end(arguments);
}

void tm_doc_code(struct tm_doc *doc, const char *text) {
  add(doc, TM_BLOCK_CODE)->text = copy(text);
}

void tm_doc_figure(struct tm_doc *doc, const char *id, const char *caption, char *svg,
                   char *script) {
  struct tm_block *b = add(doc, TM_BLOCK_FIGURE);
  b->id = copy(id);
  b->text = copy(caption);
  b->svg = svg;
  b->script = script;
}

struct tm_table *tm_doc_table(struct tm_doc *doc, const char *id, const char *caption) {
  struct tm_table *t = &add(doc, TM_BLOCK_TABLE)->table;
  t->id = copy(id);
  t->caption = copy(caption);
  return t;
}

void tm_table_column(struct tm_table *t, const char *name, bool number) {
  t->column = need(realloc(t->column, (t->columns + 1) * sizeof *t->column));
  t->number = need(realloc(t->number, (t->columns + 1) * sizeof *t->number));
  t->column[t->columns] = copy(name);
  t->number[t->columns++] = number;
}

void tm_table_cell(struct tm_table *t, enum tm_look look, double sort, const char *format, ...) {
  if (t->cells == t->room) {
    t->room = t->room ? 2 * t->room : 64;
    t->cell = need(realloc(t->cell, t->room * sizeof *t->cell));
  }
  va_list arguments;
  va_start(arguments, format);
  t->cell[t->cells++] =
      (struct tm_cell_text){.look = look, .sort = sort, .text = format_text(format, arguments)};
  va_end(arguments);
}
