/* SPDX-License-Identifier: Apache-2.0 */
/* What the figures stand on: the A/A control, the machine, the exact commands. */
#include "harness/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tm_section_control(struct tm_doc *doc, const struct tm_findings *f) {
  tm_doc_heading(doc, "control", "The A/A control");
  if (!f->controlled) {
    tm_doc_text(doc, "It needs two blocks or more; all verdicts are unsure.");
    return;
  }
  tm_doc_text(doc,
              "The same strategy under two labels in every block. %zu of %zu intervals miss 1 "
              "(%.0f %%, 95 %% "
              "interval %.0f to %.0f %%; 5 %% are expected); the pooled ratio is %.3f [%.3f, "
              "%.3f]; the control is %s "
              "(p = %.3g).",
              f->control.false_positives, f->control.n, f->control.rate.point * 100,
              f->control.rate.low * 100, f->control.rate.high * 100, f->control.pooled.ratio,
              f->control.pooled.low, f->control.pooled.high,
              f->control.biased ? "biased" : "unbiased", f->control.p);
  struct tm_table *t = tm_doc_table(doc, "control", "Ratios of a thing with itself");
  static const char *const columns[] = {"what", "ratio", "95 % interval", "blocks",
                                        "blocks to find a true 2 %"};
  for (int i = 0; i < 5; i++) tm_table_column(t, columns[i], i > 0);
  for (size_t i = 0; i < f->controls; i++) {
    const struct tm_ratio *r = &f->control_ratio[i];
    bool misses = r->low > 1 || r->high < 1;
    double sd = r->log_se * sqrt((double)r->blocks);
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", f->control_name[i]);
    tm_table_cell(t, TM_LOOK_PLAIN, r->ratio, "%.3f", r->ratio);
    tm_table_cell(t, misses ? TM_LOOK_WEAK : TM_LOOK_GOOD, r->high - r->low, "%.3f to %.3f%s",
                  r->low, r->high, misses ? ", misses 1" : "");
    tm_table_cell(t, TM_LOOK_PLAIN, (double)r->blocks, "%zu", r->blocks);
    size_t needed = sd > 0 ? tm_blocks_needed(0.02, sd, 0.8, 0.05) : 2;
    tm_table_cell(t, TM_LOOK_PLAIN, (double)needed, "%zu", needed);
  }
}

/* The fields of a JSON object as rows; nested ones with a dot. */
static void rows(struct tm_table *t, const cJSON *object, const char *prefix) {
  for (const cJSON *o = object ? object->child : NULL; o; o = o->next) {
    char name[256];
    snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", o->string ? o->string : "");
    if (cJSON_IsObject(o)) {
      rows(t, o, name);
      continue;
    }
    char *text = cJSON_IsString(o) ? strdup(o->valuestring) : cJSON_PrintUnformatted(o);
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", name);
    tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s", text ? text : "");
    free(text);
  }
}

void tm_section_machine(struct tm_doc *doc, const struct tm_findings *f) {
  tm_doc_heading(doc, "machine", "The machine");
  const cJSON *run = f->samples->runs->child, *machine = cJSON_GetObjectItem(run, "machine"), *w;
  cJSON_ArrayForEach(w, cJSON_GetObjectItem(machine, "warnings")) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(w, "text"));
    if (text) tm_doc_note(doc, TM_LOOK_WEAK, "! %s", text);
  }
  struct tm_table *t = tm_doc_table(doc, "machine", "What the numbers were measured on");
  tm_table_column(t, "what", false);
  tm_table_column(t, "value", false);
  rows(t, cJSON_GetObjectItem(machine, "class"), "");
  rows(t, cJSON_GetObjectItem(machine, "detail"), "");
  const cJSON *binaries = cJSON_GetObjectItem(run, "binaries");
  rows(t, binaries, "sha256");
}

void tm_section_commands(struct tm_doc *doc, const struct tm_findings *f) {
  tm_doc_heading(doc, "commands", "The exact commands");
  char text[4096];
  const cJSON *run = f->samples->runs->child;
  const char *command = cJSON_GetStringValue(cJSON_GetObjectItem(run, "command"));
  snprintf(
      text, sizeof text,
      "%s                # this report\n"
      "tidemark report --from data.db          # draw it again from its samples, without a rerun\n"
      "tidemark export --csv data.db           # every raw sample\n"
      "tidemark race                           # the race, longer\n"
      "tidemark bench -o more.db --blocks 30   # more blocks; then: tidemark report --from "
      "more.db\n"
      "tidemark compare                        # all workloads at full size\n"
      "tidemark engines --litmus               # the engines, more rounds",
      command ? command : "tidemark report");
  tm_doc_code(doc, text);
  struct tm_table *t = tm_doc_table(doc, "steps-run", "The runs in data.db");
  static const char *const columns[] = {"plan", "started", "seed", "version", "command"};
  for (int i = 0; i < 5; i++) tm_table_column(t, columns[i], false);
  for (; run; run = run->next)
    for (int i = 0; i < 5; i++) {
      const cJSON *value = cJSON_GetObjectItem(run, columns[i]);
      if (cJSON_IsNumber(value))
        tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%.0f", value->valuedouble);
      else
        tm_table_cell(t, TM_LOOK_PLAIN, NAN, "%s",
                      cJSON_GetStringValue(value) ? cJSON_GetStringValue(value) : "");
    }
}
