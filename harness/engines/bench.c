/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/bench.h"

#include "harness/stats/stats.h"
#include "strategies/strategies.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TREATMENTS = 96, BLOCKS = 50, METRICS = TM_PROBE_POINTS };

/* An engine, or one of our strategies. */
struct treatment {
  const char *name;
  const struct tm_engine *engine;
  struct tm_engine_program program;
  const struct tm_strategy *strategy;
  double ns[METRICS][BLOCKS]; /* NAN where there is no sample */
  char failure[200];          /* the last one */
};

struct bench {
  const struct tm_engines_bench *asked;
  struct tm_job job;
  uint64_t seed;
  struct treatment *treatment;
  size_t count, base; /* base: the treatment that ratios are to */
};

static bool in_list(const char *list, const char *wanted) {
  size_t length = strlen(wanted);
  for (const char *p = list; p && *p; p += strcspn(p, ","), p += *p == ',')
    if (strcspn(p, ",") == length && !strncmp(p, wanted, length)) return true;
  return false;
}

static int choose(struct bench *b, struct tm_error *error) {
  size_t engines, strategies;
  const struct tm_engine *const *engine = tm_engines(&engines);
  const struct tm_strategy_entry *entry = tm_strategies(&strategies);
  const char *list = b->asked->strategies;
  if (engines + strategies + 1 > TREATMENTS)
    tm_die("more than %d engines and strategies", TREATMENTS);
  b->base = TREATMENTS;
  for (size_t i = 0; i < strategies; i++) {
    bool ours = entry[i].kind == TM_KIND_floor || entry[i].kind == TM_KIND_candidate;
    const char *name = entry[i].strategy->name;
    if (strcmp(name, "guard") && !(list ? in_list(list, name) : ours)) continue;
    if (!strcmp(name, "guard")) b->base = b->count;
    b->treatment[b->count++] = (struct treatment){.name = name, .strategy = entry[i].strategy};
  }
  if (b->base == TREATMENTS) tm_die("there is no strategy 'guard'");
  b->treatment[b->count++] = (struct treatment){
      .name = "guard, again", .strategy = b->treatment[b->base].strategy}; /* the control */
  for (size_t i = 0; i < engines; i++) {
    struct treatment *t = &b->treatment[b->count];
    *t = (struct treatment){.name = engine[i]->name, .engine = engine[i]};
    if (engine[i]->probes && tm_sweep_wants(b->asked->sweep, engine[i]) &&
        tm_engine_locate(engine[i], &t->program))
      b->count++;
  }
  for (const char *p = list; p && *p; p += strcspn(p, ","), p += *p == ',') {
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(p, ","), p);
    if (!tm_strategy_find(name))
      return tm_fail(error, -EINVAL, "unknown strategy '%s'; 'tidemark strategies' lists them",
                     name);
  }
  return 0;
}

static void sample(struct bench *b, struct treatment *t, size_t block) {
  struct tm_engine_result r;
  double seconds = (double)b->asked->sweep->seconds;
  if (t->engine)
    tm_engine_run(t->engine, &t->program, NULL, &b->job, seconds, &r);
  else
    tm_engines_probe_strategy(t->strategy, &b->job, seconds, &r);
  for (unsigned m = 0; m < METRICS; m++) t->ns[m][block] = m < r.probe.points ? r.probe.ns[m] : NAN;
  if (*r.failure) snprintf(t->failure, sizeof t->failure, "%.190s", r.failure);
  tm_engine_result_free(&r);
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(const double ns[], size_t n) {
  double sorted[BLOCKS];
  size_t k = 0;
  for (size_t i = 0; i < n; i++)
    if (!isnan(ns[i])) sorted[k++] = ns[i];
  if (k == 0) return NAN;
  qsort(sorted, k, sizeof *sorted, by_size);
  return k % 2 ? sorted[k / 2] : (sorted[k / 2 - 1] + sorted[k / 2]) / 2;
}

/* Paired by block with the base, where both have a sample. False when there is none. */
static bool ratio(const struct bench *b, const struct treatment *t, int m, struct tm_ratio *out) {
  double x[BLOCKS], y[BLOCKS];
  size_t n = 0;
  const struct treatment *base = &b->treatment[b->base];
  for (size_t i = 0; i < (size_t)b->asked->blocks; i++)
    if (t->ns[m][i] > 0 && base->ns[m][i] > 0) {
      x[n] = t->ns[m][i];
      y[n++] = base->ns[m][i];
    }
  return n > 0 && tm_ratio_paired(x, y, n, 0.95, out, NULL) == 0;
}

static void show_metric(const struct bench *b, int m, cJSON *list) {
  char room[64];
  const char *name = tm_probe_words((unsigned)m, room, sizeof room);
  printf("\n%-30s %4s   ratio to guard (95 %% interval)\n", name, "ns");
  for (size_t i = 0; i < b->count; i++) {
    const struct treatment *t = &b->treatment[i];
    struct tm_ratio r;
    double middle = median(t->ns[m], (size_t)b->asked->blocks);
    if (isnan(middle)) {
      printf("  %-20s %12s   %.100s\n", t->name, "-", t->failure);
      continue;
    }
    bool paired = ratio(b, t, m, &r);
    if (paired && b->asked->blocks > 1)
      printf("  %-20s %12.2f   %.3f (%.3f to %.3f)\n", t->name, middle, r.ratio, r.low, r.high);
    else
      printf("  %-20s %12.2f\n", t->name, middle);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "metric", name);
    cJSON_AddStringToObject(o, "treatment", t->name);
    cJSON_AddStringToObject(o, "kind", t->engine ? "engine" : "strategy");
    cJSON_AddStringToObject(o, "version", t->engine ? t->program.version : "");
    cJSON *samples = cJSON_AddArrayToObject(o, "ns");
    for (long k = 0; k < b->asked->blocks; k++)
      cJSON_AddItemToArray(samples, isnan(t->ns[m][k]) ? cJSON_CreateNull()
                                                       : cJSON_CreateNumber(t->ns[m][k]));
    cJSON_AddItemToArray(list, o);
  }
}

static int report(const struct bench *b, struct tm_error *error) {
  cJSON *list = cJSON_CreateArray();
  printf("seed %" PRIu64 ", %ld blocks\n", b->seed, b->asked->blocks);
  for (int m = 0; m < METRICS; m++) show_metric(b, m, list);
  int code = tm_sweep_write_json(list, b->asked->sweep->json, error);
  cJSON_Delete(list);
  return code;
}

int tm_engines_bench(const struct tm_engines_bench *asked, struct tm_error *error) {
  struct bench b = {.asked = asked, .seed = tm_rng_fresh_seed()};
  struct tm_rng rng = tm_rng(b.seed);
  time_t start = time(NULL);
  if (asked->blocks < 1 || asked->blocks > BLOCKS)
    return tm_fail(error, -EINVAL, "from 1 to %d blocks, not %ld", BLOCKS, asked->blocks);
  int code = tm_sweep_check(asked->sweep, error);
  if (code == 0) code = tm_job_probe(&b.job, error);
  if (code < 0) return code;
  b.treatment = calloc(TREATMENTS, sizeof *b.treatment);
  code = b.treatment ? choose(&b, error) : tm_fail(error, -ENOMEM, "out of memory");
  for (long block = 0; code == 0 && block < asked->blocks; block++) {
    size_t order[TREATMENTS];
    tm_order_block(&rng, b.count, order);
    for (size_t i = 0; i < b.count; i++) sample(&b, &b.treatment[order[i]], (size_t)block);
    tm_sweep_progress("blocks", (size_t)block + 1, (size_t)asked->blocks, start);
  }
  if (code == 0) code = report(&b, error);
  free(b.treatment);
  tm_job_free(&b.job);
  return code;
}
