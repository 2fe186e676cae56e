/* SPDX-License-Identifier: Apache-2.0 */
/* A report as one self-contained page: style and script inside, figures as SVG, no network. */
#include "harness/report/doc.h"
#include "harness/report/page_script.h" /* made by the build from page.js: tm_page_script */
#include "harness/report/page_style.h"  /* made by the build from page.css: tm_page_style */

#include <errno.h>
#include <math.h>
#include <string.h>

/* A table with more rows gets a filter, one with still more a box to scroll in. */
enum { FILTER_ROWS = 8, LONG_ROWS = 45 };

static const char *look_class(enum tm_look look) {
  static const char *const names[] = {"", "good", "bad", "weak", "unsure", "dim"};
  return names[look];
}

static void put(const char *text, FILE *out) {
  for (; *text; text++) {
    if (*text == '<')
      fputs("&lt;", out);
    else if (*text == '>')
      fputs("&gt;", out);
    else if (*text == '&')
      fputs("&amp;", out);
    else if (*text == '"')
      fputs("&quot;", out);
    else
      fputc(*text, out);
  }
}

static void put_cell(const struct tm_table *t, size_t i, FILE *out) {
  const struct tm_cell_text *c = &t->cell[i];
  bool number = t->number[i % t->columns];
  const char *tag = i % t->columns ? "td" : "th scope=\"row\"";
  fprintf(out, "<%s", tag);
  if (number || c->look) {
    fprintf(out, " class=\"%s%s%s\"", number ? "n" : "", number && c->look ? " " : "",
            look_class(c->look));
  }
  if (isfinite(c->sort)) fprintf(out, " data-s=\"%.9g\"", c->sort);
  fputc('>', out);
  put(c->text, out);
  fprintf(out, "</%.2s>", tag);
}

static void put_table(const struct tm_table *t, FILE *out) {
  if (t->cells > FILTER_ROWS * t->columns)
    fprintf(out,
            "<label class=\"filter\">filter <input type=\"search\" data-table=\"t-%s\"></label>\n",
            t->id);
  fprintf(out, "<div class=\"scroll%s\" tabindex=\"0\"><table id=\"t-%s\"%s><caption><span>",
          t->cells > LONG_ROWS * t->columns ? " long" : "", t->id,
          t->compact ? " class=\"compact\"" : "");
  put(t->caption, out);
  fputs("</span></caption><thead><tr>", out);
  for (size_t i = 0; i < t->columns; i++) {
    fprintf(out, "<th scope=\"col\"%s><button type=\"button\">",
            t->number[i] ? " class=\"n\"" : "");
    put(t->column[i], out);
    fputs("</button></th>", out);
  }
  fputs("</tr></thead><tbody>\n", out);
  for (size_t i = 0; i < t->cells; i++) {
    if (i % t->columns == 0) fputs("<tr>", out);
    put_cell(t, i, out);
    if ((i + 1) % t->columns == 0) fputs("</tr>\n", out);
  }
  fputs("</tbody></table></div>\n", out);
}

static void put_block(const struct tm_block *b, FILE *out) {
  switch (b->kind) {
  case TM_BLOCK_HEADING:
    fprintf(out, "<h2 id=\"%s\">", b->id);
    put(b->text, out);
    fputs("</h2>\n", out);
    break;
  case TM_BLOCK_TEXT:
    if (b->look)
      fprintf(out, "<p class=\"note %s\">", look_class(b->look));
    else
      fputs("<p>", out);
    put(b->text, out);
    fputs("</p>\n", out);
    break;
  case TM_BLOCK_CODE:
    fputs("<pre tabindex=\"0\">", out);
    put(b->text, out);
    fputs("</pre>\n", out);
    break;
  case TM_BLOCK_TABLE: put_table(&b->table, out); break;
  case TM_BLOCK_FIGURE:
    fprintf(out, "<figure id=\"f-%s\" tabindex=\"0\">", b->id);
    fputs(b->svg ? b->svg : "<p>(no figure: gnuplot is not installed, or failed)</p>", out);
    fputs("<figcaption>", out);
    put(b->text, out);
    fputs("</figcaption></figure>\n", out);
    break;
  }
}

int tm_doc_html(const struct tm_doc *doc, FILE *out) {
  fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n<title>",
        out);
  put(doc->title, out);
  fprintf(out, "</title>\n<style>\n%s</style></head><body>\n<h1>", tm_page_style);
  put(doc->title, out);
  fputs("</h1>\n<nav>", out);
  for (size_t i = 0; i < doc->count; i++) {
    if (doc->block[i].kind != TM_BLOCK_HEADING) continue;
    fprintf(out, "<a href=\"#%s\">", doc->block[i].id);
    put(doc->block[i].text, out);
    fputs("</a> ", out);
  }
  fputs("</nav>\n<main>\n", out);
  for (size_t i = 0; i < doc->count; i++) put_block(&doc->block[i], out);
  fprintf(out, "</main>\n<script>\n%s</script></body></html>\n", tm_page_script);
  return ferror(out) ? -EIO : 0;
}
