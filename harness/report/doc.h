/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/doc.h: a report as a list of blocks, written as HTML, Markdown or LaTeX.
 *
 *     struct tm_doc *doc = tm_doc_new("Tidemark report");
 *     tm_doc_heading(doc, "race", "The race");
 *     tm_doc_text(doc, "Seen under %s.", names);
 *     struct tm_table *t = tm_doc_table(doc, "costs", "Costs of each strategy");
 *     tm_table_column(t, "strategy", false);
 *     tm_table_cell(t, TM_LOOK_GOOD, 1.2, "%.2f", 1.2);
 *     tm_doc_html(doc, file);
 *
 * Text is plain: the writers escape it. Out of memory ends the program (tm_die).
 */
#ifndef TM_HARNESS_REPORT_DOC_H
#define TM_HARNESS_REPORT_DOC_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* How a cell or paragraph looks; each has a sign of its own, so that colour is never alone. */
enum tm_look {
  TM_LOOK_PLAIN,
  TM_LOOK_GOOD,
  TM_LOOK_BAD,
  TM_LOOK_WEAK,
  TM_LOOK_UNSURE,
  TM_LOOK_DIM
};

enum tm_block_kind {
  TM_BLOCK_HEADING,
  TM_BLOCK_TEXT,
  TM_BLOCK_CODE,
  TM_BLOCK_TABLE,
  TM_BLOCK_FIGURE
};

struct tm_cell_text {
  enum tm_look look;
  double sort; /* what the column is sorted by; NAN: by the text */
  char *text;
};

struct tm_table {
  char *id, *caption;
  char **column;
  bool *number; /* set to the right */
  size_t columns;
  struct tm_cell_text *cell; /* row by row */
  size_t cells, room;
  bool compact; /* many narrow columns: headings are set upright */
};

struct tm_block {
  enum tm_block_kind kind;
  enum tm_look look;
  char *id, *text; /* heading: both; text and code: text; figure: id, text is the caption */
  char *svg, *script;
  struct tm_table table;
};

struct tm_doc {
  char *title;
  struct tm_block *block;
  size_t count, room;
};

struct tm_doc *tm_doc_new(const char *title);
void tm_doc_free(struct tm_doc *doc);

void tm_doc_heading(struct tm_doc *doc, const char *id, const char *text);
void tm_doc_text(struct tm_doc *doc, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A paragraph that stands out. */
void tm_doc_note(struct tm_doc *doc, enum tm_look look, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void tm_doc_code(struct tm_doc *doc, const char *text);
/* `svg` and `script` (what gnuplot was told) are taken over; svg NULL: gnuplot was not there. */
void tm_doc_figure(struct tm_doc *doc, const char *id, const char *caption, char *svg,
                   char *script);

/* Valid until the next block is added. */
struct tm_table *tm_doc_table(struct tm_doc *doc, const char *id, const char *caption);
void tm_table_column(struct tm_table *t, const char *name, bool number);
void tm_table_cell(struct tm_table *t, enum tm_look look, double sort, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* -EIO when `out` does not take it all. */
int tm_doc_html(const struct tm_doc *doc, FILE *out);
int tm_doc_markdown(const struct tm_doc *doc, FILE *out);
/* Every table as a tabular, every figure as an \includegraphics of figures/ID.pdf. */
int tm_doc_latex(const struct tm_doc *doc, FILE *out);

#endif
