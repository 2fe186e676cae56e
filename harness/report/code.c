/* SPDX-License-Identifier: Apache-2.0 */
/* What an access becomes in machine code, from the disassembly, and what it retires. */
#include "harness/report/findings.h"

#include <math.h>
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

void tm_section_code(struct tm_doc *doc, const struct tm_findings *f) {
  const struct tm_sample *counted = tm_samples_next(f->samples, NULL, "retired", NULL);
  tm_doc_heading(doc, "code", "Machine code");
  tm_doc_text(
      doc,
      "Counted in the disassembly of the translated probe: an eighth of a function of eight "
      "loads, so that shares of its entry are in it; the cold part that traps is left out. "
      "Retired: instructions of one turn of a loop with one load, %s.",
      counted ? tm_sample_note(counted, "source")
              : "not counted in this run (perf events or valgrind are needed)");
  struct tm_table *t = tm_doc_table(doc, "code", "Code of one load of 32 bits. Counts are exact");
  static const char *const columns[] = {"strategy",       "bytes",
                                        "instructions",   "loads",
                                        "branches",       "bytes of the probe module",
                                        "retired a turn", "retired − nocheck"};
  for (int i = 0; i < 8; i++) tm_table_column(t, columns[i], i > 0);
  double base = NAN;
  for (size_t i = 0; i < f->lines; i++)
    if (!strcmp(f->line[i].name, "nocheck")) base = f->line[i].retired;
  for (size_t i = 0; i < f->lines; i++) {
    const struct tm_line *l = &f->line[i];
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", l->name);
    count_cell(t, l->code_bytes);
    count_cell(t, l->instructions);
    count_cell(t, l->loads);
    count_cell(t, l->branches);
    count_cell(t, value_of(f, l->name, "module_code"));
    count_cell(t, l->retired);
    count_cell(t, l->retired - base);
  }
}
