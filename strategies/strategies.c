/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/strategies.h"

#include "core/linear.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TM_STRATEGY(name, kind, summary, source)                                                   \
  extern const struct tm_strategy tm_##name##_strategy;
#include "strategies/strategies.def"
#undef TM_STRATEGY

static const struct tm_strategy_entry entries[] = {
#define TM_STRATEGY(name, kind, summary, source)                                                   \
  {&tm_##name##_strategy, TM_KIND_##kind, summary, source},
#include "strategies/strategies.def"
#undef TM_STRATEGY
};

const struct tm_strategy_entry *tm_strategies(size_t *count) {
  *count = sizeof entries / sizeof *entries;
  return entries;
}

const struct tm_strategy_entry *tm_strategy_find(const char *name) {
  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
    if (strcmp(entries[i].strategy->name, name) == 0) return &entries[i];
  return NULL;
}

int tm_strategies_parse(const char *list, const struct tm_strategy_entry **out, size_t *count,
                        struct tm_error *error) {
  size_t room = *count, n = 0;
  char name[64];
  for (const char *p = list; *p;) {
    size_t length = strcspn(p, ",");
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), p);
    const struct tm_strategy_entry *found = tm_strategy_find(name);
    if (!found)
      return tm_fail(error, -EINVAL, "unknown strategy '%s'; 'tidemark strategies' lists them",
                     name);
    if (n == room) return tm_fail(error, -EINVAL, "more than %zu strategies", room);
    out[n++] = found;
    p += length;
    if (*p == ',') p++;
  }
  if (n == 0) return tm_fail(error, -EINVAL, "the list of strategies is empty");
  *count = n;
  return 0;
}

int tm_strategy_try(const struct tm_strategy *strategy) {
  const struct tm_memory_type small = {.min_pages = 1, .max_pages = 2, .index = TM_INDEX32};
  struct tm_linear *memory;
  int result = tm_linear_new(strategy, &small, &memory);
  if (result == 0) tm_linear_drop(memory);
  return result;
}

const char *tm_kind_word(enum tm_kind kind) {
  static const char *const words[] = {"floor", "candidate", "unsound", "planted"};
  return words[kind];
}

enum { TM_VERDICT_allowed = true, TM_VERDICT_forbidden = false };

static const struct tm_anomaly anomalies[] = {
#define TM_ANOMALY(code, verdict, seen) {#code, TM_VERDICT_##verdict, seen},
#include "strategies/anomalies.def"
};

static const struct tm_admission admissions[] = {
#define TM_ADMITS(strategy, code, when, test, how)                                                 \
  {#strategy, #code, TM_ADMITTED_##when, test, how},
#include "strategies/anomalies.def"
};

static const struct tm_showing showings[] = {
#define TM_SHOWS(code, test) {#code, test},
#include "strategies/anomalies.def"
};

const struct tm_anomaly *tm_anomalies(size_t *count) {
  *count = sizeof anomalies / sizeof *anomalies;
  return anomalies;
}

const struct tm_admission *tm_admissions(size_t *count) {
  *count = sizeof admissions / sizeof *admissions;
  return admissions;
}

const struct tm_showing *tm_showings(size_t *count) {
  *count = sizeof showings / sizeof *showings;
  return showings;
}

const struct tm_admission *tm_admission_find(const char *strategy, const char *code) {
  for (size_t i = 0; i < sizeof admissions / sizeof *admissions; i++)
    if (!strcmp(admissions[i].strategy, strategy) && !strcmp(admissions[i].code, code))
      return &admissions[i];
  return NULL;
}
