/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/subjects.h"

#include "strategies/strategies.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 128 };

static bool in_list(const char *list, const char *wanted) {
  size_t length = strlen(wanted);
  for (const char *p = list; p && *p; p += strcspn(p, ","), p += *p == ',')
    if (strcspn(p, ",") == length && !strncmp(p, wanted, length)) return true;
  return false;
}

static struct tm_subject *add(struct tm_subjects *s, const char *name) {
  if (s->count == MOST) tm_die("more than %d engines and strategies", MOST);
  struct tm_subject *one = &s->list[s->count++];
  *one = (struct tm_subject){0};
  snprintf(one->name, sizeof one->name, "%s", name);
  return one;
}

static void add_strategies(const struct tm_engines_bench *asked, struct tm_subjects *s) {
  size_t count;
  const struct tm_strategy_entry *entry = tm_strategies(&count);
  s->base = MOST;
  for (size_t i = 0; i < count; i++) {
    bool ours = entry[i].kind == TM_KIND_floor || entry[i].kind == TM_KIND_candidate;
    const struct tm_strategy *strategy = entry[i].strategy;
    bool guard = !strcmp(strategy->name, "guard");
    if (!guard && !(asked->strategies ? in_list(asked->strategies, strategy->name) : ours))
      continue;
    if (guard) s->base = s->count;
    add(s, strategy->name)->strategy = strategy;
  }
  if (s->base == MOST) tm_die("there is no strategy 'guard'");
  add(s, "guard, again")->strategy = s->list[s->base].strategy;
}

/* The engine as it comes, and its variants if they are asked for. */
static void add_engine(const struct tm_sweep *asked, const struct tm_engine *engine,
                       struct tm_subjects *s) {
  struct tm_engine_program program;
  bool found = tm_engine_locate(engine, &program);
  bool all = asked->variant && !strcmp(asked->variant, "all");
  if (!asked->variant || all) {
    struct tm_subject *one = add(s, engine->name);
    one->engine = engine;
    one->program = program;
    if (!found)
      snprintf(one->reason, sizeof one->reason, "absent; install it with: %.150s", engine->install);
  }
  for (const struct tm_engine_variant *v = engine->variants; asked->variant && v && v->name; v++) {
    if (!found || (!all && strcmp(asked->variant, v->name))) continue;
    char name[64];
    snprintf(name, sizeof name, "%s/%s", engine->name, v->name);
    struct tm_subject *one = add(s, name);
    one->engine = engine;
    one->variant = v;
    one->program = program;
  }
}

int tm_subjects_choose(const struct tm_engines_bench *asked, struct tm_subjects *out,
                       struct tm_error *error) {
  *out = (struct tm_subjects){.list = calloc(MOST, sizeof *out->list)};
  if (!out->list) return tm_fail(error, -ENOMEM, "out of memory");
  for (const char *p = asked->strategies; p && *p; p += strcspn(p, ","), p += *p == ',') {
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(p, ","), p);
    if (tm_strategy_find(name)) continue;
    tm_subjects_free(out);
    return tm_fail(error, -EINVAL, "unknown strategy '%s'; 'tidemark strategies' lists them", name);
  }
  add_strategies(asked, out);
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  for (size_t i = 0; i < count; i++)
    if (tm_sweep_wants(asked->sweep, engine[i])) add_engine(asked->sweep, engine[i], out);
  return 0;
}

void tm_subjects_free(struct tm_subjects *subjects) {
  free(subjects->list);
  *subjects = (struct tm_subjects){0};
}

double tm_subjects_median(const double samples[], size_t n) {
  double known[TM_SUBJECT_BLOCKS];
  size_t k = 0;
  for (size_t i = 0; i < n; i++)
    if (!isnan(samples[i])) known[k++] = samples[i];
  return tm_median(known, k);
}

double tm_subjects_largest(const double samples[], size_t n) {
  double largest = NAN;
  for (size_t i = 0; i < n; i++)
    if (!isnan(samples[i]) && !(samples[i] <= largest)) largest = samples[i];
  return largest;
}

char *tm_subjects_ratio(const double samples[], const double base[], size_t n, char *out,
                        size_t room) {
  double x[TM_SUBJECT_BLOCKS], y[TM_SUBJECT_BLOCKS];
  struct tm_ratio r;
  size_t k = 0;
  for (size_t i = 0; i < n; i++)
    if (samples[i] > 0 && base[i] > 0) {
      x[k] = samples[i];
      y[k++] = base[i];
    }
  *out = '\0';
  if (k < 2 || tm_ratio_paired(x, y, k, 0.95, &r, NULL) < 0) return out;
  bool noisy = r.high > TM_SUBJECT_NOISE * r.low;
  if (noisy)
    snprintf(out, room, "too noisy: %.2g to %.2g", r.low, r.high);
  else
    snprintf(out, room, "%.3f (%.3f to %.3f)", r.ratio, r.low, r.high);
  return out;
}

cJSON *tm_subjects_json(const double values[], size_t n) {
  cJSON *list = cJSON_CreateArray();
  for (size_t k = 0; k < n; k++)
    cJSON_AddItemToArray(list,
                         isnan(values[k]) ? cJSON_CreateNull() : cJSON_CreateNumber(values[k]));
  return list;
}
