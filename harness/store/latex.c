/* SPDX-License-Identifier: Apache-2.0 */
/* A tabular of medians: one line per metric and point of the axes. */
#include "harness/stats/stats.h"
#include "harness/store/internal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* All processes that measured one metric at one point of the axes. */
struct group {
  char *axes, *metric, *unit;
  struct tm_process *processes;
  size_t count;
};

struct groups {
  struct group *list;
  size_t count;
};

static char *copied(const char *text) {
  char *copy = strdup(text);
  if (!copy) tm_no_memory("what was asked");
  return copy;
}

static struct group *find(struct groups *g, const struct tm_stored *s) {
  for (size_t i = 0; i < g->count; i++) {
    struct group *k = &g->list[i];
    if (!strcmp(k->metric, s->metric) && !strcmp(k->axes, s->axes) && !strcmp(k->unit, s->unit))
      return k;
  }
  g->list = realloc(g->list, (g->count + 1) * sizeof *g->list);
  if (!g->list) tm_no_memory("what was asked");
  g->list[g->count] = (struct group){copied(s->axes), copied(s->metric), copied(s->unit), NULL, 0};
  return &g->list[g->count++];
}

static int collect(void *context, const struct tm_stored *s) {
  if (!s->count) return 0; /* no samples have no median */
  struct group *k = find(context, s);
  double *values = malloc(s->count * sizeof *values);
  k->processes = realloc(k->processes, (k->count + 1) * sizeof *k->processes);
  if (!values || !k->processes) tm_no_memory("%zu samples", s->count);
  memcpy(values, s->values, s->count * sizeof *values);
  k->processes[k->count++] = (struct tm_process){values, s->count};
  return 0;
}

static void release(struct groups *g) {
  for (size_t i = 0; i < g->count; i++) {
    struct group *k = &g->list[i];
    for (size_t p = 0; p < k->count; p++) free((void *)k->processes[p].values);
    free(k->processes);
    free(k->axes);
    free(k->metric);
    free(k->unit);
  }
  free(g->list);
}

static void print_text(FILE *to, const char *text) {
  for (; *text; text++) {
    switch (*text) {
    case '\\': fputs("\\textbackslash{}", to); break;
    case '~': fputs("\\textasciitilde{}", to); break;
    case '^': fputs("\\textasciicircum{}", to); break;
    case '&':
    case '%':
    case '$':
    case '#':
    case '_':
    case '{':
    case '}': fputc('\\', to); /* fall through */
    default: fputc(*text, to);
    }
  }
}

static void print_bound(FILE *to, double value) {
  if (isinf(value))
    fputs(value < 0 ? "$-\\infty$" : "$\\infty$", to);
  else
    fprintf(to, "%.4g", value);
}

static void print_group(FILE *to, const struct group *k, const cJSON *names) {
  struct tm_interval median;
  cJSON *axes = cJSON_Parse(k->axes);
  const cJSON *name;
  tm_quantile_two_level(k->processes, k->count, 0.5, 0.95, &median, NULL);
  cJSON_ArrayForEach(name, names) {
    const char *value =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(axes, name->valuestring));
    print_text(to, value ? value : "");
    fputs(" & ", to);
  }
  print_text(to, k->metric);
  fprintf(to, " & %zu & %.4g & ", k->count, median.point);
  print_bound(to, median.low);
  fputs(" & ", to);
  print_bound(to, median.high);
  fputs(" & ", to);
  print_text(to, k->unit);
  fputs(" \\\\\n", to);
  cJSON_Delete(axes);
}

int tm_store_latex_(struct tm_store *store, FILE *to, struct tm_error *error) {
  struct groups groups = {NULL, 0};
  const cJSON *name;
  cJSON *names = tm_store_axes_(store, error);
  if (!names) return -EIO;
  int rc = tm_store_each(store, NULL, NULL, 0, collect, &groups, error);
  if (rc == 0) {
    fputs("% Medians over all iterations, with 95 % intervals over processes (tidemark export).\n"
          "\\begin{tabular}{",
          to);
    cJSON_ArrayForEach(name, names) fputc('l', to);
    fputs("lrrrrl}\n\\hline\n", to);
    cJSON_ArrayForEach(name, names) {
      print_text(to, name->valuestring);
      fputs(" & ", to);
    }
    fputs("metric & processes & median & low & high & unit \\\\\n\\hline\n", to);
    for (size_t i = 0; i < groups.count; i++) print_group(to, &groups.list[i], names);
    fputs("\\hline\n\\end{tabular}\n", to);
  }
  release(&groups);
  cJSON_Delete(names);
  return rc;
}
