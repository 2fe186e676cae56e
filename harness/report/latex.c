/* SPDX-License-Identifier: Apache-2.0 */
/* A report's tables and figures as LaTeX, to be \input into a paper (booktabs, graphicx,
 * longtable). */
#include "harness/report/doc.h"

#include <errno.h>
#include <string.h>

static void put(const char *text, FILE *out) {
  static const struct {
    const char *from, *to;
  } signs[] = {{"×", "$\\times$"}, {"µ", "$\\mu$"},      {"–", "--"},         {"…", "\\ldots{}"},
               {"≤", "$\\le$"},    {"≥", "$\\ge$"},      {"→", "$\\to$"},     {"∥", "$\\parallel$"},
               {"✓", "+"},         {"✗", "\\textbf{x}"}, {"≈", "$\\approx$"}, {"−", "$-$"},
               {"≠", "$\\ne$"},    {"“", "``"},          {"”", "''"},         {"²", "$^2$"},
               {"⁴", "$^4$"}};
  while (*text) {
    size_t i = 0, n = sizeof signs / sizeof *signs;
    while (i < n && strncmp(text, signs[i].from, strlen(signs[i].from))) i++;
    if (i < n) {
      fputs(signs[i].to, out);
      text += strlen(signs[i].from);
      continue;
    }
    if (strchr("&%$#_{}", *text)) fputc('\\', out);
    if (*text == '\\')
      fputs("\\textbackslash{}", out);
    else if (*text == '~' || *text == '^')
      fprintf(out, "\\%c{}", *text);
    else if (*text == '<' || *text == '>')
      fprintf(out, "$%c$", *text);
    else
      fputc(*text, out);
    text++;
  }
}

enum { PAGE_ROWS = 40, WIDE_COLUMNS = 6 };

static void put_columns(const struct tm_table *t, FILE *out) {
  for (size_t i = 0; i < t->columns; i++) fputc(t->number[i] ? 'r' : 'l', out);
  fputs("}\n", out);
}

static void put_rows(const struct tm_table *t, FILE *out) {
  for (size_t i = 0; i < t->cells; i++) {
    put(t->cell[i].text, out);
    fputs((i + 1) % t->columns ? " & " : " \\\\\n", out);
  }
  fputs("\\bottomrule\n", out);
}

static void put_heads(const struct tm_table *t, FILE *out) {
  fputs("\\toprule\n", out);
  for (size_t i = 0; i < t->columns; i++) {
    if (t->compact && i) fputs("\\rotatebox{90}{", out);
    put(t->column[i], out);
    if (t->compact && i) fputc('}', out);
    fputs(i + 1 < t->columns ? " & " : " \\\\\n\\midrule\n", out);
  }
}

/* One page, made smaller if it is too wide for the line. */
static void put_table(const struct tm_table *t, FILE *out) {
  fputs("\\begin{table}\n\\centering\\small\n\\caption{", out);
  put(t->caption, out);
  fprintf(out,
          "}\n\\label{tab:%s}\n"
          "\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%%\n"
          "\\begin{tabular}{",
          t->id);
  put_columns(t, out);
  put_heads(t, out);
  put_rows(t, out);
  fputs("\\end{tabular}}\n\\end{table}\n\n", out);
}

/* As many pages as it takes. */
static void put_long_table(const struct tm_table *t, FILE *out) {
  fprintf(out, "{\\%s\n\\begin{longtable}{", t->columns > WIDE_COLUMNS ? "tiny" : "scriptsize");
  put_columns(t, out);
  fputs("\\caption{", out);
  put(t->caption, out);
  fprintf(out, "}\\label{tab:%s}\\\\\n", t->id);
  put_heads(t, out);
  fputs("\\endhead\n", out);
  put_rows(t, out);
  fputs("\\end{longtable}}\n\n", out);
}

int tm_doc_latex(const struct tm_doc *doc, FILE *out) {
  fputs("% Tables and figures of a Tidemark report; needs booktabs, graphicx and "
        "longtable.\n\n",
        out);
  for (size_t i = 0; i < doc->count; i++) {
    const struct tm_block *b = &doc->block[i];
    if (b->kind == TM_BLOCK_TABLE && b->table.cells > PAGE_ROWS * b->table.columns)
      put_long_table(&b->table, out);
    else if (b->kind == TM_BLOCK_TABLE)
      put_table(&b->table, out);
    if (b->kind != TM_BLOCK_FIGURE || !b->svg) continue;
    fprintf(out,
            "\\begin{figure}\n\\centering\n\\includegraphics[width=\\linewidth]{figures/%s.pdf}\n"
            "\\caption{",
            b->id);
    put(b->text, out);
    fprintf(out, "}\n\\label{fig:%s}\n\\end{figure}\n\n", b->id);
  }
  return ferror(out) ? -EIO : 0;
}
