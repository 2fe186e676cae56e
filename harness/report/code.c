/* SPDX-License-Identifier: Apache-2.0 */
/* What an access becomes in machine code, from the disassembly, and what it retires. */
#include "harness/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void count_cell(struct tm_table *t, double value) {
  tm_table_cell(t, isfinite(value) ? TM_LOOK_PLAIN : TM_LOOK_DIM, value, "%s",
                tm_short_number(value));
}

static double value_of(const struct tm_findings *f, const char *strategy, const char *metric) {
  const char *where[] = {"strategy", strategy, NULL};
  const struct tm_sample *s = tm_samples_next(f->samples, NULL, metric, where);
  return s && s->count ? s->values[0] : NAN;
}

static void site_and_module(struct tm_doc *doc, const struct tm_findings *f) {
  struct tm_table *t = tm_doc_table(
      doc, "code", "Code of one load of 32 bits, and of the probe's module. Counts are exact");
  static const char *const columns[] = {"strategy",           "bytes",
                                        "instructions",       "loads",
                                        "branches",           "bytes of the module",
                                        "instructions of it", "loads of it",
                                        "branches of it"};
  static const char *const module[] = {"module_code", "module_instructions", "module_loads",
                                       "module_branches"};
  for (int i = 0; i < 9; i++) tm_table_column(t, columns[i], i > 0);
  for (size_t i = 0; i < f->lines; i++) {
    const struct tm_line *l = &f->line[i];
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", l->name);
    count_cell(t, l->code_bytes);
    count_cell(t, l->instructions);
    count_cell(t, l->loads);
    count_cell(t, l->branches);
    for (int k = 0; k < 4; k++) count_cell(t, value_of(f, l->name, module[k]));
  }
}

/* What a turn of a loop retires, and beside it what of that is the strategy's. */
static void retired(struct tm_doc *doc, const struct tm_findings *f) {
  const struct tm_sample *counted = tm_samples_next(f->samples, NULL, "retired", NULL);
  if (!counted) {
    tm_doc_text(doc, "Retired instructions were not counted in this run: it is too short for that, "
                     "or neither perf events nor valgrind are there.");
    return;
  }
  char caption[256];
  snprintf(caption, sizeof caption,
           "Instructions that one turn of a loop retires, by %s; in brackets, beyond nocheck's",
           tm_sample_note(counted, "source"));
  struct tm_table *t = tm_doc_table(doc, "retired", caption);
  static const char *const columns[TM_PROBE_COUNTED] = {"load", "store", "atomic load",
                                                        "memory.size", "poll of a back-edge"};
  const struct tm_line *base = NULL;
  tm_table_column(t, "strategy", false);
  for (int k = 0; k < TM_PROBE_COUNTED; k++) tm_table_column(t, columns[k], true);
  for (size_t i = 0; i < f->lines; i++)
    if (!strcmp(f->line[i].name, "nocheck")) base = &f->line[i];
  for (size_t i = 0; i < f->lines; i++) {
    const double *value = f->line[i].retired;
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", f->line[i].name);
    for (int k = 0; k < TM_PROBE_COUNTED; k++)
      if (!isfinite(value[k]))
        tm_table_cell(t, TM_LOOK_DIM, NAN, "–");
      else if (base && isfinite(base->retired[k]))
        tm_table_cell(t, TM_LOOK_PLAIN, value[k], "%.2f (%+.2f)", value[k],
                      value[k] - base->retired[k]);
      else
        tm_table_cell(t, TM_LOOK_PLAIN, value[k], "%.2f", value[k]);
  }
}

/* "    1130:\t48 8b 07  \tmov    (%rdi),%rax": the instruction; NULL for what only fills up. */
static const char *instruction(char *line) {
  char *tab = strchr(line, '\t'), *text = tab ? strchr(tab + 1, '\t') : NULL;
  if (!text || strstr(text, "nop") || strstr(text, "data16")) return NULL;
  return text + 1;
}

/* One checked access of each strategy, as it was kept, so that nobody need believe a count. */
static void disassembly(struct tm_doc *doc, const struct tm_findings *f) {
  char *all = NULL;
  size_t size = 0; /* set at each flush */
  FILE *out = open_memstream(&all, &size);
  if (!out) return;
  for (size_t i = 0; i < f->lines; i++) {
    const char *where[] = {"op", "access-site", NULL};
    const struct tm_sample *s = NULL;
    do s = tm_samples_next_of(f->samples, s, f->line[i].name, "code", where);
    while (s && !*tm_sample_note(s, "disassembly"));
    if (!s) continue;
    char *text = strdup(tm_sample_note(s, "disassembly")), *rest;
    if (!text) tm_no_memory("the code of an access");
    fprintf(out, "%s%s (module %.12s)\n", size ? "\n" : "", f->line[i].name,
            tm_sample_note(s, "module"));
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
      const char *shown = instruction(line);
      if (shown) fprintf(out, "    %s\n", shown);
    }
    free(text);
    fflush(out);
  }
  fclose(out);
  if (size) {
    tm_doc_text(doc,
                "One load of 32 bits under each strategy, whole: the function that gets its "
                "address and returns what it reads (and clears the sign). Kept in data.db with "
                "its bytes; in brackets the start of the SHA-256 of the translated module.");
    tm_doc_code(doc, all);
  }
  free(all);
}

void tm_section_code(struct tm_doc *doc, const struct tm_findings *f) {
  tm_doc_heading(doc, "code", "Machine code");
  tm_doc_text(
      doc,
      "Counted in the disassembly of the translated probe: an access is an eighth of a function of "
      "eight loads, so that shares of its entry are in it; its cold part, which traps, is left "
      "out. The module is all of its text, cold parts too.");
  site_and_module(doc, f);
  retired(doc, f);
  disassembly(doc, f);
}
