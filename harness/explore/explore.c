/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/explore.h"

#include "harness/explore/search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const model_names[] = {"sc", "tso", "c11"};

const char *tm_explore_model_name(enum tm_explore_model model) { return model_names[model]; }

bool tm_explore_model_find(const char *name, enum tm_explore_model *model) {
  for (unsigned i = 0; i < 3; i++)
    if (!strcmp(name, model_names[i])) {
      *model = (enum tm_explore_model)i;
      return true;
    }
  return false;
}

/* Processor time of this system thread: how fast a search is must not depend on its neighbours. */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- outcomes ---------------------------------------------------------------------------------*/

/* An open-addressing table from rows to outcomes. */
struct table {
  struct tm_explore_outcome *outcome;
  unsigned outcomes, room;
  unsigned *slot; /* index + 1, 0 empty; `slots` a power of two */
  unsigned slots;
};

static uint64_t hash_of(const uint64_t *word, unsigned words) {
  uint64_t h = words;
  for (unsigned i = 0; i < words; i++) {
    h = (h ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
    h ^= h >> 29;
  }
  return h;
}

static bool grow_table(struct table *t) {
  unsigned room = t->room ? 2 * t->room : 4;
  struct tm_explore_outcome *outcome = realloc(t->outcome, room * sizeof *outcome);
  if (!outcome) return false;
  t->outcome = outcome;
  unsigned *slot = calloc(4u * room, sizeof *slot);
  if (!slot) return false;
  free(t->slot);
  t->slot = slot;
  t->room = room;
  t->slots = 4 * room;
  for (unsigned i = 0; i < t->outcomes; i++) {
    uint64_t h = hash_of(t->outcome[i].word, t->outcome[i].words);
    while (t->slot[h & (t->slots - 1)]) h++;
    t->slot[h & (t->slots - 1)] = i + 1;
  }
  return true;
}

/* The outcome with this row, made if it is new. NULL: no memory. */
static struct tm_explore_outcome *find_outcome(struct table *t, const uint64_t *word,
                                               unsigned words) {
  uint64_t h = hash_of(word, words);
  for (; t->slots; h++) {
    unsigned i = t->slot[h & (t->slots - 1)];
    if (!i) break;
    struct tm_explore_outcome *o = &t->outcome[i - 1];
    if (o->words == words && !memcmp(o->word, word, words * sizeof *word)) return o;
  }
  if (t->outcomes == t->room) {
    if (!grow_table(t)) return NULL;
    return find_outcome(t, word, words);
  }
  struct tm_explore_outcome *o = &t->outcome[t->outcomes++];
  memcpy(o->word, word, words * sizeof *word);
  o->words = words;
  o->executions = 0;
  o->steps = 0;
  o->switches = UINT32_MAX;
  t->slot[h & (t->slots - 1)] = t->outcomes;
  return o;
}

static int compare_rows(const void *a, const void *b) {
  const struct tm_explore_outcome *x = a, *y = b;
  if (x->words != y->words) return x->words < y->words ? -1 : 1;
  for (unsigned i = 0; i < x->words; i++)
    if (x->word[i] != y->word[i]) return x->word[i] < y->word[i] ? -1 : 1;
  return 0;
}

/* ---- one execution's result -------------------------------------------------------------------*/

struct exploration {
  const struct tm_explore_options *options;
  struct tm_explore_result *result;
  struct tm_machine *m;
  struct tm_dpor *s;
  struct table table;
};

/* Threads that wait for ever; false when the execution is to be dropped, because a condition that
 * somebody waits for did hold later. */
static bool find_stuck(const struct exploration *x, unsigned *stuck) {
  *stuck = 0;
  for (unsigned i = 0; i < x->m->threads; i++) {
    if (x->m->thread[i].state == TM_THREAD_DONE) continue;
    *stuck |= 1u << i;
    if (x->m->thread[i].state == TM_THREAD_FAILED &&
        !tm_machine_await_is_final(x->m, i, x->s->event, x->s->depth))
      return false;
  }
  return true;
}

static unsigned count_switches(const struct tm_dpor *s) {
  unsigned switches = 0;
  for (unsigned i = 1; i < s->depth; i++)
    switches += (s->event[i].process ^ s->event[i - 1].process) & (TM_X_THREADS - 1) ? 1 : 0;
  return switches;
}

static bool wants_shortest(const struct tm_explore_options *options,
                           const struct tm_explore_outcome *o) {
  const struct tm_explore_outcome *only = options->shortest_for;
  return only ? o->words == only->words && !memcmp(o->word, only->word, o->words * sizeof *o->word)
              : options->shortest;
}

static void keep_witness(const struct exploration *x, struct tm_explore_outcome *o) {
  uint16_t order[TM_X_EVENTS];
  unsigned switches = count_switches(x->s);
  bool better = switches < o->switches;
  for (unsigned i = 0; i < x->s->depth; i++) order[i] = (uint16_t)i;
  if (wants_shortest(x->options, o)) {
    unsigned below = better ? switches : o->switches;
    unsigned shortest = tm_dpor_shortest(x->s, below, order);
    if (shortest < below) {
      switches = shortest;
      better = true;
    } else {
      for (unsigned i = 0; i < x->s->depth; i++) order[i] = (uint16_t)i;
    }
  }
  if (!better) return;
  o->switches = switches;
  o->steps = x->s->depth;
  for (unsigned i = 0; i < x->s->depth; i++) {
    const struct tm_event *e = &x->s->event[order[i]];
    o->step[i] = (struct tm_explore_decision){.process = e->process, .choice = e->label};
  }
}

static int record(struct exploration *x) {
  unsigned stuck;
  if (!find_stuck(x, &stuck)) {
    x->result->redundant++;
    return 0;
  }
  uint64_t word[TM_EXPLORE_WORDS];
  unsigned words = x->m->client.row(x->m->client.context, stuck, word);
  struct tm_explore_outcome *o = find_outcome(&x->table, word, words);
  if (!o) return -ENOMEM;
  o->stuck = stuck;
  o->executions++;
  x->result->executions++;
  if (o->switches >= x->m->threads || !o->steps) keep_witness(x, o);
  return 0;
}

/* The places of the source that were executed. */
static int list_sites(struct exploration *x) {
  size_t all = (size_t)(__stop_tm_sites - __start_tm_sites);
  x->result->site = malloc((all + 1) * sizeof *x->result->site);
  if (!x->result->site) return -ENOMEM;
  for (size_t i = 0; i < all && i < TM_X_SITES; i++)
    if (x->m->used[i / 64] >> i % 64 & 1)
      x->result->site[x->result->sites++] = &__start_tm_sites[i];
  return 0;
}

/* ---- the two ways through ---------------------------------------------------------------------*/

static bool out_of_budget(const struct exploration *x, double start) {
  const struct tm_explore_options *o = x->options;
  uint64_t runs = x->result->executions + x->result->redundant;
  if (o->most_executions && runs >= o->most_executions) return true;
  return o->most_seconds > 0 && runs % 256 == 0 && now() - start > o->most_seconds;
}

/* What one execution ended with. */
static int note_run(struct exploration *x, enum tm_run run, struct tm_error *error) {
  if (x->m->overflow)
    return tm_fail(error, -E2BIG, "the explorer has too little room for %s", x->m->overflow);
  if (run == TM_RUN_TOO_LONG)
    return tm_fail(error, -E2BIG,
                   "an execution has more than %u steps: is there a loop that waits without "
                   "tm_await?",
                   TM_X_EVENTS);
  if (run == TM_RUN_REDUNDANT)
    x->result->redundant++;
  else if (record(x))
    return tm_fail(error, -ENOMEM, "no memory for the outcomes of an exploration");
  return 0;
}

static int search_all(struct exploration *x, double start, struct tm_error *error) {
  do {
    int code = note_run(x, tm_dpor_run(x->s), error);
    if (code || out_of_budget(x, start)) return code;
  } while (tm_dpor_next(x->s));
  x->result->complete = true;
  return 0;
}

static int run_at_random(struct exploration *x, uint64_t runs, struct tm_error *error) {
  uint64_t seed = x->options->seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
  x->s->plain = true;
  x->m->ordered_writes = false;
  for (uint64_t i = 0; i < runs; i++) {
    int code = note_run(x, tm_dpor_random(x->s, &seed), error);
    if (code) return code;
    x->result->random++;
  }
  return 0;
}

/* The search, or random executions, or these when that has given up. */
static int explore(struct exploration *x, double start, struct tm_error *error) {
  const struct tm_explore_options *o = x->options;
  tm_machine_setup(x->m);
  int code = o->random_runs ? 0 : search_all(x, start, error);
  uint64_t runs = o->random_runs ? o->random_runs : o->random_after;
  if (!code && !x->result->complete) code = run_at_random(x, runs, error);
  if (!code && list_sites(x))
    code = tm_fail(error, -ENOMEM, "no memory for the sites of an exploration");
  x->result->seconds = now() - start;
  x->result->steps = x->s->steps;
  return code;
}

/* ---- workspaces -------------------------------------------------------------------------------*/

struct tm_explore_workspace {
  struct tm_machine *m;
  struct tm_dpor *s;
};

struct tm_explore_workspace *tm_explore_workspace_new(void) {
  struct tm_explore_workspace *w = calloc(1, sizeof *w);
  const struct tm_explore_client nobody = {.threads = 0};
  if (!w) return NULL;
  w->m = tm_machine_new(TM_EXPLORE_SC, &nobody);
  w->s = calloc(1, sizeof *w->s);
  if (w->m && w->s) {
    w->s->m = w->m;
    w->m->event = w->s->event;
    return w;
  }
  tm_explore_workspace_free(w);
  return NULL;
}

void tm_explore_workspace_free(struct tm_explore_workspace *w) {
  if (!w) return;
  if (w->m) tm_machine_free(w->m);
  for (unsigned i = 0; w->s && i < TM_X_SNAPSHOTS; i++) free(w->s->snapshot[i].data);
  free(w->s);
  free(w);
}

/* Both for this exploration. */
static void prepare(struct exploration *x, const struct tm_explore_client *client,
                    struct tm_explore_workspace *w) {
  const struct tm_explore_options *o = x->options;
  x->m = w->m;
  x->s = w->s;
  tm_machine_reset(x->m, o->model, client);
  tm_dpor_reset(x->s);
  x->s->plain = o->plain;
  x->m->ordered_writes = !o->plain;
  x->m->failures = o->failures;
  for (unsigned i = 0; i < o->weakenings && i < TM_X_WEAKENED; i++)
    x->m->weak[x->m->weakened++] = o->weaken[i];
}

int tm_explore(const struct tm_explore_client *client, const struct tm_explore_options *options,
               struct tm_explore_result **result, struct tm_error *error) {
  struct exploration x = {.options = options, .result = calloc(1, sizeof **result)};
  struct tm_explore_workspace *own = options->workspace ? NULL : tm_explore_workspace_new();
  if (!x.result || (!own && !options->workspace)) {
    tm_explore_workspace_free(own);
    free(x.result);
    return tm_fail(error, -ENOMEM, "no memory for an exploration");
  }
  double start = now();
  prepare(&x, client, own ? own : options->workspace);
  int code = explore(&x, start, error);
  tm_explore_workspace_free(own);
  free(x.table.slot);
  if (code) {
    free(x.table.outcome);
    tm_explore_free(x.result);
    return code;
  }
  if (x.table.outcomes)
    qsort(x.table.outcome, x.table.outcomes, sizeof *x.table.outcome, compare_rows);
  x.result->outcome = x.table.outcome;
  x.result->outcomes = x.table.outcomes;
  *result = x.result;
  return 0;
}

void tm_explore_free(struct tm_explore_result *result) {
  if (!result) return;
  free(result->outcome);
  free(result->site);
  free(result);
}
