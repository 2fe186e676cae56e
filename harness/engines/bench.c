/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/bench.h"

#include "harness/engines/subjects.h"
#include "harness/store/machine.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The samples of one subject; NAN where there is none. */
struct samples {
  double ns[TM_PROBE_POINTS][TM_SUBJECT_BLOCKS];
  double single[TM_PROBE_POINTS][TM_LATENCIES][TM_SUBJECT_BLOCKS];
  double step[TM_PROBE_POINTS][TM_SUBJECT_BLOCKS];
  char none[TM_PROBE_POINTS][96];
  char failure[200]; /* the last one */
};

struct bench {
  const struct tm_engines_bench *asked;
  struct tm_job job;
  struct tm_subjects subjects;
  struct samples *samples; /* one for each subject */
};

static void sample(struct bench *b, size_t i, size_t block) {
  const struct tm_subject *subject = &b->subjects.list[i];
  struct samples *s = &b->samples[i];
  struct tm_engine_result r = {0};
  double seconds = (double)b->asked->sweep->seconds;
  if (*subject->reason)
    snprintf(r.failure, sizeof r.failure, "%s", subject->reason);
  else if (subject->strategy)
    tm_engines_probe_strategy(subject->strategy, &b->job, seconds, &r);
  else
    tm_engine_run(subject->engine, &subject->program, subject->variant, &b->job, seconds, &r);
  for (unsigned m = 0; m < TM_PROBE_POINTS; m++) {
    bool there = m < r.probe.points, single = there && tm_probe_singles(m);
    s->ns[m][block] = there ? r.probe.ns[m] : NAN;
    for (int k = 0; k < TM_LATENCIES; k++)
      s->single[m][k][block] = single ? r.probe.single[m].ns[k] : NAN;
    s->step[m][block] = single ? r.probe.single[m].step : NAN;
    if (there) memcpy(s->none[m], r.probe.none[m], sizeof s->none[m]);
  }
  if (*r.failure) snprintf(s->failure, sizeof s->failure, "%.190s", r.failure);
  tm_engine_result_free(&r);
}

static const char *const latency_names[TM_LATENCIES] = {"p50", "p90", "p99", "max"};

/* Percentiles of single grows: the median process's, and the longest of all. */
static void show_single(const struct bench *b, unsigned m) {
  char name[64];
  size_t blocks = (size_t)b->asked->blocks;
  tm_probe_words(m, name, sizeof name);
  printf("\nsingle %-23s", name);
  for (int k = 0; k < TM_LATENCIES; k++) printf(" %9s", latency_names[k]);
  printf("   clock's step, ns\n");
  for (size_t i = 0; i < b->subjects.count; i++) {
    const struct samples *s = &b->samples[i];
    double step = tm_subjects_median(s->step[m], blocks);
    printf("  %-28s", b->subjects.list[i].name);
    for (int k = 0; k < TM_LATENCIES && !isnan(step); k++) {
      char text[32];
      double ns = k == TM_LATENCY_MAX ? tm_subjects_largest(s->single[m][k], blocks)
                                      : tm_subjects_median(s->single[m][k], blocks);
      snprintf(text, sizeof text, ns < step ? "<%.0f" : "%.0f", ns < step ? step : ns);
      printf(" %9s", text);
    }
    if (isnan(step))
      printf(" %9s   %s\n", "-", s->failure);
    else
      printf("   %.0f\n", step);
  }
}

static void show_point(const struct bench *b, unsigned m, cJSON *list) {
  char name[64], ratio[64];
  size_t blocks = (size_t)b->asked->blocks;
  tm_probe_words(m, name, sizeof name);
  printf("\n%-30s %10s   ratio to guard (95 %% interval)\n", name, "ns");
  for (size_t i = 0; i < b->subjects.count; i++) {
    const struct tm_subject *subject = &b->subjects.list[i];
    const double *ns = b->samples[i].ns[m];
    double middle = tm_subjects_median(ns, blocks);
    tm_subjects_ratio(ns, b->samples[b->subjects.base].ns[m], blocks, ratio, sizeof ratio);
    if (isnan(middle))
      printf("  %-28s %10s   %s\n", subject->name, "-",
             *b->samples[i].none[m] ? b->samples[i].none[m] : b->samples[i].failure);
    else
      printf("  %-28s %10.2f   %s\n", subject->name, middle, ratio);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "metric", name);
    cJSON_AddStringToObject(o, "subject", subject->name);
    cJSON_AddStringToObject(o, "kind", subject->engine ? "engine" : "strategy");
    cJSON_AddStringToObject(o, "version", subject->engine ? subject->program.version : "");
    cJSON_AddStringToObject(o, "failure", b->samples[i].failure);
    cJSON_AddStringToObject(o, "none", b->samples[i].none[m]);
    cJSON_AddItemToObject(o, "ns", tm_subjects_json(ns, blocks));
    cJSON *single = tm_probe_singles(m) ? cJSON_AddObjectToObject(o, "single") : NULL;
    for (int k = 0; single && k < TM_LATENCIES; k++)
      cJSON_AddItemToObject(single, latency_names[k],
                            tm_subjects_json(b->samples[i].single[m][k], blocks));
    if (single)
      cJSON_AddItemToObject(single, "step", tm_subjects_json(b->samples[i].step[m], blocks));
    cJSON_AddItemToArray(list, o);
  }
  if (tm_probe_singles(m)) show_single(b, m);
}

static int measure_operations(struct bench *b, struct tm_rng *rng, cJSON *list,
                              struct tm_error *error) {
  time_t start = time(NULL);
  size_t *order = calloc(b->subjects.count, sizeof *order);
  b->samples = calloc(b->subjects.count, sizeof *b->samples);
  int code = order && b->samples ? tm_job_probe(&b->job, error)
                                 : tm_fail(error, -ENOMEM, "out of memory for the samples");
  for (long block = 0; code == 0 && block < b->asked->blocks; block++) {
    tm_order_block(rng, b->subjects.count, order);
    for (size_t i = 0; i < b->subjects.count; i++) sample(b, order[i], (size_t)block);
    tm_sweep_progress("blocks", (size_t)block + 1, (size_t)b->asked->blocks, start);
  }
  for (unsigned m = 0; code == 0 && m < TM_PROBE_POINTS; m++) show_point(b, m, list);
  tm_job_free(&b->job);
  free(order);
  free(b->samples);
  return code;
}

int tm_engines_bench(const struct tm_engines_bench *asked, struct tm_error *error) {
  struct bench b = {.asked = asked};
  uint64_t seed = tm_rng_fresh_seed();
  struct tm_rng rng = tm_rng(seed);
  if (asked->blocks < 1 || asked->blocks > TM_SUBJECT_BLOCKS)
    return tm_fail(error, -EINVAL, "from 1 to %d blocks, not %ld", TM_SUBJECT_BLOCKS,
                   asked->blocks);
  int code = tm_sweep_check(asked->sweep, error);
  if (code == 0) code = tm_subjects_choose(asked, &b.subjects, error);
  if (code < 0) return code;
  cJSON *all = cJSON_CreateObject();
  cJSON_AddItemToObject(all, "machine", tm_machine_record(""));
  cJSON_AddNumberToObject(all, "seed", (double)seed);
  cJSON_AddNumberToObject(all, "blocks", (double)asked->blocks);
  cJSON *operations = cJSON_AddArrayToObject(all, "operations");
  cJSON *workloads = cJSON_AddArrayToObject(all, "workloads");
  printf("seed %" PRIu64 ", %ld block%s; too noisy: the ends of the interval differ by more than a "
         "factor of %g\n",
         seed, asked->blocks, asked->blocks == 1 ? "" : "s", TM_SUBJECT_NOISE);
  if (!asked->no_operations) code = measure_operations(&b, &rng, operations, error);
  if (code == 0) code = tm_engines_programs(asked, &b.subjects, &rng, workloads, error);
  if (code == 0) code = tm_sweep_write_json(all, asked->sweep->json, error);
  cJSON_Delete(all);
  tm_subjects_free(&b.subjects);
  return code;
}
