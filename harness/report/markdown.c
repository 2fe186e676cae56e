/* SPDX-License-Identifier: Apache-2.0 */
/* A report as Markdown: tables with pipes, figures as links to figures/ID.svg. */
#include "harness/report/doc.h"

#include <errno.h>
#include <string.h>

/* `|` would end a cell; `<` would start a tag. */
static void put(const char *text, FILE *out) {
  for (; *text; text++) {
    if (*text == '|')
      fputs("\\|", out);
    else if (*text == '<')
      fputs("&lt;", out);
    else if (*text == '\n')
      fputc(' ', out);
    else
      fputc(*text, out);
  }
}

static void put_table(const struct tm_table *t, FILE *out) {
  fprintf(out, "**%s**\n\n", t->caption);
  for (size_t i = 0; i < t->columns; i++) {
    fputs(i ? " | " : "| ", out);
    put(t->column[i], out);
  }
  fputs(" |\n", out);
  for (size_t i = 0; i < t->columns; i++) fputs(t->number[i] ? "|---:" : "|---", out);
  fputs("|\n", out);
  for (size_t i = 0; i < t->cells; i++) {
    bool last = (i + 1) % t->columns == 0;
    fputs(i % t->columns ? " | " : "| ", out);
    if (t->cell[i].look == TM_LOOK_BAD) fputs("**", out);
    put(t->cell[i].text, out);
    if (t->cell[i].look == TM_LOOK_BAD) fputs("**", out);
    if (last) fputs(" |\n", out);
  }
  fputc('\n', out);
}

int tm_doc_markdown(const struct tm_doc *doc, FILE *out) {
  fprintf(out, "# %s\n\n", doc->title);
  for (size_t i = 0; i < doc->count; i++) {
    const struct tm_block *b = &doc->block[i];
    switch (b->kind) {
    case TM_BLOCK_HEADING: fprintf(out, "## %s\n\n", b->text); break;
    case TM_BLOCK_TEXT:
      if (b->look) fputs("> ", out);
      put(b->text, out);
      fputs("\n\n", out);
      break;
    case TM_BLOCK_CODE: fprintf(out, "```\n%s\n```\n\n", b->text); break;
    case TM_BLOCK_TABLE: put_table(&b->table, out); break;
    case TM_BLOCK_FIGURE:
      if (b->svg) fprintf(out, "![%s](figures/%s.svg)\n\n", b->text, b->id);
      break;
    }
  }
  return ferror(out) ? -EIO : 0;
}
