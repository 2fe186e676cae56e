/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/mutate.h"

#include "harness/explore/machine.h"
#include "harness/explore/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SITES = 256, MAX_WEAKER = 2 };

struct study {
  const struct tm_mutation *mutation;
  struct tm_explore_options options;
  unsigned sites;
  const struct tm_site *site[MAX_SITES]; /* that the strategy uses; copies of one place together */
  unsigned *outcomes;                    /* of each test, with all orders as they are */
};

static int compare_sites(const void *a, const void *b) {
  const struct tm_site *x = *(const struct tm_site *const *)a,
                       *y = *(const struct tm_site *const *)b;
  int c = strcmp(x->file, y->file);
  if (c) return c;
  if (x->line != y->line) return x->line < y->line ? -1 : 1;
  c = strcmp(x->what, y->what);
  return c ? c : (int)x->effect - (int)y->effect;
}

static bool same_place(const struct tm_site *a, const struct tm_site *b) {
  return compare_sites(&a, &b) == 0;
}

static void note_sites(struct study *s, const struct tm_explore_result *result) {
  for (unsigned i = 0; i < result->sites; i++) {
    const struct tm_site *site = result->site[i];
    bool known = site->effect > TM_EFFECT_FENCE || site->order == TM_ORDER_RLX ||
                 strstr(site->file, "explore/model/");
    for (unsigned k = 0; k < s->sites && !known; k++) known = s->site[k] == site;
    if (!known && s->sites < MAX_SITES) s->site[s->sites++] = site;
  }
}

/* How the strategy behaves as it is; fails when it is not sound. */
static int baseline(struct study *s, struct tm_error *error) {
  const struct tm_mutation *x = s->mutation;
  for (size_t i = 0; i < x->tests; i++) {
    struct tm_explore_result *result;
    int code = tm_explore_litmus(x->test[i], x->strategy, &s->options, &result, error);
    if (code) return code;
    enum tm_reach verdict = tm_explore_judge(x->test[i], x->oracle[i], result).verdict;
    s->outcomes[i] = result->outcomes;
    note_sites(s, result);
    tm_explore_free(result);
    if (verdict >= TM_REACH_INVALID)
      return tm_fail(error, -EINVAL,
                     "strategy %s is not sound on test %s as it is: there is no order to weaken",
                     x->strategy, x->test[i]->name);
  }
  qsort(s->site, s->sites, sizeof *s->site, compare_sites);
  return 0;
}

/* The orders one step weaker; how many. */
static unsigned weaker_orders(const struct tm_site *site, uint8_t weaker[MAX_WEAKER]) {
  switch (site->order) {
  case TM_ORDER_SC:
    weaker[0] = site->effect == TM_EFFECT_LOAD    ? TM_ORDER_ACQ
                : site->effect == TM_EFFECT_STORE ? TM_ORDER_REL
                                                  : TM_ORDER_ACQREL;
    return 1;
  case TM_ORDER_ACQREL:
    weaker[0] = TM_ORDER_ACQ;
    weaker[1] = TM_ORDER_REL;
    return 2;
  default: weaker[0] = TM_ORDER_RLX; return 1;
  }
}

/* All tests under one mutant, up to the first that convicts it. */
static void try_mutant(const struct study *s, const struct tm_explore_weakening *weaken,
                       unsigned weakenings, struct tm_mutant *mutant) {
  const struct tm_mutation *x = s->mutation;
  struct tm_explore_options options = s->options;
  options.weaken = weaken;
  options.weakenings = weakenings;
  for (size_t i = 0; i < x->tests && !mutant->test; i++) {
    struct tm_explore_result *result;
    struct tm_error error;
    if (tm_explore_litmus(x->test[i], x->strategy, &options, &result, &error)) {
      mutant->unfinished++;
      continue;
    }
    struct tm_explore_judgement j = tm_explore_judge(x->test[i], x->oracle[i], result);
    if (result->outcomes > s->outcomes[i] && !mutant->more++) mutant->changed = x->test[i];
    mutant->unfinished += !result->complete;
    if (j.verdict >= TM_REACH_INVALID) {
      mutant->test = x->test[i];
      mutant->verdict = j.verdict;
    }
    tm_explore_free(result);
  }
}

/* Weaken the sites [first, end), which are copies of one place in the source. */
static void mutate_place(const struct study *s, unsigned first, unsigned end) {
  const struct tm_site *site = s->site[first];
  uint8_t weaker[MAX_WEAKER];
  unsigned n = weaker_orders(site, weaker);
  for (unsigned w = 0; w < n; w++) {
    struct tm_explore_weakening weaken[TM_X_WEAKENED];
    unsigned count = 0;
    for (unsigned i = first; i < end && count < TM_X_WEAKENED; i++)
      weaken[count++] = (struct tm_explore_weakening){s->site[i], weaker[w]};
    struct tm_mutant mutant = {.strategy = s->mutation->strategy,
                               .file = site->file,
                               .what = site->what,
                               .effect = tm_effect_name(site->effect),
                               .line = site->line,
                               .order = tm_order_name(site->order),
                               .weaker = tm_order_name(weaker[w])};
    try_mutant(s, weaken, count, &mutant);
    s->mutation->each(s->mutation->argument, &mutant);
  }
}

int tm_explore_mutate(const struct tm_mutation *mutation, struct tm_error *error) {
  struct study *s = calloc(1, sizeof *s);
  if (s) s->outcomes = calloc(mutation->tests + 1, sizeof *s->outcomes);
  int code = -ENOMEM;
  if (!s || !s->outcomes) {
    tm_fail(error, code, "no memory for a mutation run");
  } else {
    s->mutation = mutation;
    s->options = mutation->options;
    s->options.workspace = tm_explore_workspace_new();
    code = baseline(s, error);
    for (unsigned i = 0, end; !code && i < s->sites; i = end) {
      for (end = i + 1; end < s->sites && same_place(s->site[i], s->site[end]);) end++;
      mutate_place(s, i, end);
    }
  }
  if (s) {
    tm_explore_workspace_free(s->options.workspace);
    free(s->outcomes);
  }
  free(s);
  return code;
}
