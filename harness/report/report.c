/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/report.h"

#include "harness/report/figure.h"
#include "harness/report/findings.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int tm_report_folder(const char *folder, struct tm_error *error) {
  char part[PATH_MAX];
  for (const char *p = folder; *p; p++) {
    if (p[1] != '/' && p[1] != '\0') continue;
    snprintf(part, sizeof part, "%.*s", (int)(p + 1 - folder), folder);
    if (mkdir(part, 0777) && errno != EEXIST)
      return tm_fail(error, -errno, "cannot make the folder %s: %s; name another with -o", part,
                     strerror(errno));
  }
  return 0;
}

/* A file of the report, written aside and then renamed: what has its name is whole. */
struct part {
  FILE *out;
  char path[PATH_MAX + 300], aside[PATH_MAX + 310];
};

static int part_open(struct part *p, const char *folder, const char *name, const char *ending,
                     struct tm_error *error) {
  snprintf(p->path, sizeof p->path, "%s/%s%s", folder, name, ending);
  snprintf(p->aside, sizeof p->aside, "%s.part", p->path);
  p->out = fopen(p->aside, "w");
  if (p->out) return 0;
  return tm_fail(error, -errno, "cannot write %s: %s; name another folder with -o", p->path,
                 strerror(errno));
}

/* `result`: of what was written; when it is not 0, `error` says why, or is empty. */
static int part_close(struct part *p, int result, struct tm_error *error) {
  errno = 0;
  bool lost = fflush(p->out) || ferror(p->out);
  int why = errno;
  if (fclose(p->out) && !lost) lost = true, why = errno;
  if (!lost && !result && rename(p->aside, p->path)) lost = true, why = errno;
  if (!lost && !result) return 0;
  unlink(p->aside);
  if (result && error->text[0]) return result;
  return tm_fail(error, why ? -why : -EIO,
                 "cannot write all of %s: %s; make room or name another "
                 "folder with -o",
                 p->path, strerror(why ? why : EIO));
}

static int write_text(const struct tm_doc *doc, int (*writer)(const struct tm_doc *, FILE *),
                      const char *folder, const char *name, struct tm_error *error) {
  struct part p;
  int result = part_open(&p, folder, name, "", error);
  return result ? result : part_close(&p, writer(doc, p.out), error);
}

static int write_export(struct tm_store *store, enum tm_export format, const char *folder,
                        const char *name, struct tm_error *error) {
  struct part p;
  int result = part_open(&p, folder, name, "", error);
  return result ? result : part_close(&p, tm_store_export(store, format, p.out, error), error);
}

static int write_string(const char *text, const char *folder, const char *name, const char *ending,
                        struct tm_error *error) {
  struct part p;
  int result = part_open(&p, folder, name, ending, error);
  return result ? result : part_close(&p, fputs(text, p.out) < 0 ? -EIO : 0, error);
}

static int write_figures(const struct tm_doc *doc, const char *folder, struct tm_error *error) {
  char figures[PATH_MAX], path[PATH_MAX + 300];
  snprintf(figures, sizeof figures, "%s/figures", folder);
  int result = tm_report_folder(figures, error);
  for (size_t i = 0; i < doc->count && !result; i++) {
    const struct tm_block *b = &doc->block[i];
    if (b->kind != TM_BLOCK_FIGURE || !b->svg) continue;
    result = write_string(b->svg, figures, b->id, ".svg", error);
    if (!result) result = write_string(b->script, figures, b->id, ".gp", error);
    snprintf(path, sizeof path, "%s/%s.pdf", figures, b->id);
    if (!result && !tm_figure_pdf(path, b->script))
      result =
          tm_fail(error, -EIO, "cannot write %s; make room or name another folder with -o", path);
  }
  return result;
}

/* What it was measured on, by itself. */
static int write_machine(const struct tm_samples *samples, const char *folder,
                         struct tm_error *error) {
  char *text = cJSON_Print(cJSON_GetObjectItem(samples->runs->child, "machine"));
  if (!text) return tm_fail(error, -ENOMEM, "out of memory for machine.json");
  struct part p;
  int result = part_open(&p, folder, "machine.json", "", error);
  if (!result) result = part_close(&p, fprintf(p.out, "%s\n", text) < 0 ? -EIO : 0, error);
  free(text);
  return result;
}

bool tm_report_newest(struct tm_store *store, char *title, size_t room, uint64_t *seed,
                      struct tm_error *error) {
  cJSON *runs = tm_store_runs(store, error);
  bool found = false;
  for (const cJSON *r = runs ? runs->child : NULL; r; r = r->next) {
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(r, "plan"));
    if (!name || strncmp(name, "report ", 7) || !strchr(name, '/')) continue;
    snprintf(title, room, "%.*s", (int)strcspn(name, "/"), name);
    *seed = (uint64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(r, "seed"));
    found = true;
  }
  cJSON_Delete(runs);
  return found;
}

static struct tm_doc *compose(const struct tm_findings *f) {
  struct tm_doc *doc =
      tm_doc_new("Tidemark: how should instances learn the length of a growable shared memory?");
  tm_section_decision(doc, f);
  tm_section_crossover(doc, f);
  tm_section_race(doc, f);
  tm_section_matrix(doc, f);
  tm_section_explored(doc, f);
  tm_section_engines(doc, f);
  tm_section_sweeps(doc, f);
  tm_section_code(doc, f);
  tm_section_workloads(doc, f);
  tm_section_layouts(doc, f);
  tm_section_machine(doc, f);
  tm_section_control(doc, f);
  tm_section_commands(doc, f);
  return doc;
}

int tm_report_write(struct tm_store *store, const char *title, const char *folder,
                    struct tm_error *error) {
  char found[256], plans[260];
  uint64_t seed;
  struct tm_samples samples;
  static struct tm_findings findings;
  bool benches = !title && !tm_report_newest(store, found, sizeof found, &seed, error);
  snprintf(plans, sizeof plans, benches ? "bench " : "%s/", title ? title : found);
  int result = tm_samples_load(store, plans, &samples, error);
  if (result) return result;
  if (!samples.count) {
    tm_samples_free(&samples);
    return tm_fail(
        error, -ENOENT,
        "there is no report and no bench in this results file; 'tidemark report' makes one");
  }
  tm_findings_make(&samples, &findings);
  struct tm_doc *doc = compose(&findings);
  result = tm_report_folder(folder, error);
  if (!result) result = write_text(doc, tm_doc_html, folder, "report.html", error);
  if (!result) result = write_text(doc, tm_doc_markdown, folder, "report.md", error);
  if (!result) result = write_text(doc, tm_doc_latex, folder, "report.tex", error);
  if (!result) result = write_figures(doc, folder, error);
  if (!result) result = write_machine(&samples, folder, error);
  if (!result) result = write_export(store, TM_EXPORT_SERIES, folder, "data.csv", error);
  if (!result) result = write_export(store, TM_EXPORT_JSON, folder, "data.json", error);
  tm_doc_free(doc);
  tm_samples_free(&samples);
  return result;
}
