/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/samples.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct loading {
  struct tm_samples *all;
  const char *plan;
};

static const char *text(const cJSON *object, const char *name) {
  const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
  return value ? value : "";
}

static int keep(void *context, const struct tm_stored *s) {
  struct loading *l = context;
  struct tm_samples *all = l->all;
  if (strncmp(s->plan, l->plan, strlen(l->plan))) return 0;
  if (all->count == all->room) {
    size_t room = all->room ? 2 * all->room : 1024;
    struct tm_sample *more = realloc(all->sample, room * sizeof *more);
    if (!more) return -ENOMEM;
    all->sample = more;
    all->room = room;
  }
  struct tm_sample *to = &all->sample[all->count];
  *to = (struct tm_sample){.plan = strdup(s->plan),
                           .metric = strdup(s->metric),
                           .unit = strdup(s->unit),
                           .axes = cJSON_Parse(s->axes),
                           .notes = cJSON_Parse(s->notes),
                           .block = s->block,
                           .values = calloc(s->count + 1, sizeof(double)),
                           .count = s->count};
  all->count++;
  if (!to->plan || !to->metric || !to->unit || !to->axes || !to->notes || !to->values)
    return -ENOMEM;
  memcpy(to->values, s->values, s->count * sizeof *s->values);
  to->strategy = text(to->axes, "strategy");
  to->op = text(to->axes, "op");
  return 0;
}

/* ---- those of one strategy and metric are chained ---------------------------------------------*/

static size_t hash_of(const char *strategy, const char *metric) {
  uint64_t h = 14695981039346656037u; /* FNV-1a */
  for (; *strategy; strategy++) h = (h ^ (unsigned char)*strategy) * 1099511628211u;
  for (h *= 31; *metric; metric++) h = (h ^ (unsigned char)*metric) * 1099511628211u;
  return (size_t)h;
}

/* Where the chain begins, or would. */
static size_t *first_of(const struct tm_samples *all, const char *strategy, const char *metric) {
  size_t at = hash_of(strategy, metric) % all->firsts;
  for (;; at = (at + 1) % all->firsts) {
    const struct tm_sample *s = all->first[at] ? &all->sample[all->first[at] - 1] : NULL;
    if (!s || (!strcmp(s->strategy, strategy) && !strcmp(s->metric, metric)))
      return &all->first[at];
  }
}

static void chain(struct tm_samples *all) {
  all->firsts = 2 * all->count + 1; /* never full */
  all->first = calloc(all->firsts, sizeof *all->first);
  if (!all->first) tm_no_memory("%zu samples", all->count);
  for (size_t i = all->count; i-- > 0;) {
    size_t *first = first_of(all, all->sample[i].strategy, all->sample[i].metric);
    all->sample[i].next = *first;
    *first = i + 1;
  }
}

int tm_samples_load(struct tm_store *store, const char *plan, struct tm_samples *out,
                    struct tm_error *error) {
  *out = (struct tm_samples){.count = 0};
  struct loading l = {out, plan};
  int result = tm_store_each(store, NULL, NULL, 0, keep, &l, error);
  if (result == -ENOMEM) tm_fail(error, -ENOMEM, "no memory for all samples of the file");
  cJSON *runs = result ? NULL : tm_store_runs(store, error);
  if (!result && !runs) result = -EIO;
  out->runs = cJSON_CreateArray();
  while (runs && cJSON_GetArraySize(runs)) {
    cJSON *run = cJSON_DetachItemFromArray(runs, 0);
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(run, "plan"));
    if (name && !strncmp(name, plan, strlen(plan)))
      cJSON_AddItemToArray(out->runs, run);
    else
      cJSON_Delete(run);
  }
  cJSON_Delete(runs);
  if (!result) chain(out);
  if (result) tm_samples_free(out);
  return result;
}

void tm_samples_free(struct tm_samples *all) {
  for (size_t i = 0; i < all->count; i++) {
    struct tm_sample *s = &all->sample[i];
    free(s->plan);
    free(s->metric);
    free(s->unit);
    free(s->values);
    cJSON_Delete(s->axes);
    cJSON_Delete(s->notes);
  }
  free(all->sample);
  free(all->first);
  cJSON_Delete(all->runs);
  *all = (struct tm_samples){.count = 0};
}

const char *tm_sample_axis(const struct tm_sample *s, const char *name) {
  if (s->strategy && !strcmp(name, "strategy")) return s->strategy;
  if (s->op && !strcmp(name, "op")) return s->op;
  return text(s->axes, name);
}
const char *tm_sample_note(const struct tm_sample *s, const char *name) {
  return text(s->notes, name);
}

bool tm_sample_matches(const struct tm_sample *s, const char *metric, const char *const *where) {
  if (metric && strcmp(s->metric, metric)) return false;
  for (; where && where[0]; where += 2)
    if (strcmp(tm_sample_axis(s, where[0]), where[1])) return false;
  return true;
}

const struct tm_sample *tm_samples_next(const struct tm_samples *all, const struct tm_sample *from,
                                        const char *metric, const char *const *where) {
  const struct tm_sample *end = all->sample + all->count;
  for (const struct tm_sample *s = from ? from + 1 : all->sample; s < end; s++)
    if (tm_sample_matches(s, metric, where)) return s;
  return NULL;
}

const struct tm_sample *tm_samples_next_of(const struct tm_samples *all,
                                           const struct tm_sample *from, const char *strategy,
                                           const char *metric, const char *const *where) {
  if (!all->first) {
    while ((from = tm_samples_next(all, from, metric, where)) &&
           strcmp(tm_sample_axis(from, "strategy"), strategy) != 0) {
    }
    return from;
  }
  size_t next = from ? from->next : *first_of(all, strategy, metric);
  for (; next; next = all->sample[next - 1].next)
    if (tm_sample_matches(&all->sample[next - 1], metric, where)) return &all->sample[next - 1];
  return NULL;
}

static double *sorted_copy(const double *values, size_t n) {
  double *copy = calloc(n + 1, sizeof *copy);
  if (!copy) tm_no_memory("what was asked");
  memcpy(copy, values, n * sizeof *copy);
  tm_sort(copy, n);
  return copy;
}

double tm_mean_of_lower(const double *values, size_t n) {
  double *sorted = sorted_copy(values, n), sum = 0;
  size_t used = (n + 1) / 2;
  for (size_t i = 0; i < used; i++) sum += sorted[i];
  free(sorted);
  return used ? sum / (double)used : NAN;
}

size_t tm_samples_tests(const struct tm_samples *all, const char *step,
                        const struct tm_sample *tests[], size_t room) {
  size_t n = 0;
  for (const struct tm_sample *s = NULL; (s = tm_samples_next(all, s, "rounds", NULL));) {
    if (!strstr(s->plan, step) || n == room) continue;
    size_t i = 0;
    while (i < n && strcmp(tm_sample_axis(tests[i], "test"), tm_sample_axis(s, "test"))) i++;
    if (i == n) tests[n++] = s;
  }
  return n;
}

size_t tm_samples_blocks(const struct tm_samples *all, const char *strategy, const char *role,
                         const char *metric, const char *const *where,
                         double out[TM_SAMPLE_BLOCKS]) {
  static const struct tm_sample *of[TM_SAMPLE_BLOCKS];
  size_t n = 0;
  for (const struct tm_sample *s = NULL;
       (s = tm_samples_next_of(all, s, strategy, metric, where));) {
    if (strcmp(tm_sample_axis(s, "role"), role)) continue;
    size_t k = 0;
    while (k < n && (of[k]->block != s->block || strcmp(of[k]->plan, s->plan))) k++;
    if (k == TM_SAMPLE_BLOCKS) continue;
    of[k] = s; /* again: the block was broken off and measured anew */
    out[k] = tm_mean_of_lower(s->values, s->count);
    if (k == n) n++;
  }
  return n;
}

double *tm_samples_pool(const struct tm_samples *all, const char *strategy, const char *metric,
                        const char *const *where, size_t *count) {
  double *pool = NULL;
  *count = 0;
  for (const struct tm_sample *s = NULL;
       (s = tm_samples_next_of(all, s, strategy, metric, where));) {
    double *more = realloc(pool, (*count + s->count + 1) * sizeof *more);
    if (!more) tm_no_memory("what was asked");
    pool = more;
    memcpy(pool + *count, s->values, s->count * sizeof *pool);
    *count += s->count;
  }
  if (pool) tm_sort(pool, *count);
  return pool;
}
