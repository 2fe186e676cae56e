/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/findings.h: what the samples of a report say about each strategy.
 *
 * Ratios are paired by block: one process of the strategy against one of the base in the same
 * block. The base of accesses is nocheck, that of grows is guard.
 */
#ifndef TM_HARNESS_REPORT_FINDINGS_H
#define TM_HARNESS_REPORT_FINDINGS_H

#include "harness/report/doc.h"
#include "harness/report/probe.h"
#include "harness/report/samples.h"

enum {
  TM_FINDING_LINES = 64,
  TM_DECADES = 6 /* 1, 10, … 100,000 instances */,
  TM_ACCESS_LOOPS = 4
};

/* A figure with an interval and a verdict; n is 0 when it was not measured. */
struct tm_measure {
  size_t n;     /* blocks */
  double value; /* in its unit: the median of the blocks */
  double block[TM_SAMPLE_BLOCKS];
  struct tm_ratio ratio; /* to the base */
  struct tm_judgement judged;
};

struct tm_line {
  const char *name, *kind, *summary, *source, *failure;
  struct tm_measure access;           /* ns per access, geometric mean over four loops */
  struct tm_measure size;             /* ns per memory.size */
  struct tm_measure grow[TM_DECADES]; /* ns per grow by a page, with 10^i instances */
  struct tm_measure touch;            /* ns to write into all of a new page, the first time */
  struct tm_measure per_instance; /* ns per grow with the most instances; base: its own with 1 */
  double instance_bytes;
  double code_bytes, instructions, loads, branches; /* of an access; NAN: not known */
  double retired[TM_PROBE_COUNTED]; /* instructions a turn of each counted loop retires */
  double rounds, forbidden;         /* of all litmus runs */
  size_t tests, failures;           /* litmus tests run; and those that crashed or hung */
  double a1, a1_grows;              /* witnesses of the race, and grows */
  size_t reachable;                 /* tests on which exploration reaches what is forbidden */
  bool sound;                       /* a candidate, and no test says otherwise */
};

struct tm_findings {
  const struct tm_samples *samples;
  struct tm_line line[TM_FINDING_LINES];
  size_t lines;
  struct tm_control control;
  bool controlled; /* control was measured, with two blocks or more */
  struct tm_ratio control_ratio[64];
  const char *control_name[64];
  size_t controls;
  double margin; /* of equivalence */
};

void tm_findings_make(const struct tm_samples *samples, struct tm_findings *out);

/* Sections; each adds blocks to the report. */
void tm_section_decision(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_crossover(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_race(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_matrix(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_explored(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_engines(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_sweeps(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_workloads(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_code(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_layouts(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_control(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_machine(struct tm_doc *doc, const struct tm_findings *f);
void tm_section_commands(struct tm_doc *doc, const struct tm_findings *f);

/* The parts of the sweeps: grows beside readers, readers that follow them, what the system counts.
 */
void tm_section_load(struct tm_doc *doc, const struct tm_findings *f);

/* The q-quantile of all values of a series, the median for 0.5; NAN: not measured. */
double tm_pooled(const struct tm_findings *f, const char *strategy, const char *metric,
                 const char *const *where, double q);
/* A short number; "–" for NAN. */
void tm_value_cell(struct tm_table *t, double value);
/* A cell "≠ 1.23 [1.20, 1.27]"; "–" when not measured. */
void tm_ratio_cell(struct tm_table *t, const struct tm_measure *m);
/* "≠" different, "≈" equivalent, "?" unsure; what the captions call them. */
const char *tm_verdict_sign(enum tm_verdict verdict);
#define TM_SIGNS "≠ different, ≈ equivalent within 3 %, ? unsure"
/* "612", "1.23 k", "4.5 M": three digits. The buffer is one of eight, used in turn. */
const char *tm_short_number(double value);

#endif
