/* SPDX-License-Identifier: Apache-2.0 */
/* The litmus tests on real threads: the race at length, then the catalogue's tests by rank, each
 * under every strategy, in a process of its own: some strategies crash or hang by design. */
#include "harness/litmus/run.h"
#include "harness/report/collect.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GRACE_SECONDS = 20 };

/* By how much they tell about a way to share the length; the axioms give the verdicts. */
static const char *const ranked[] = {"grow-flag-size-atomic",
                                     "size-then-trap",
                                     "grow-flag-access-atomic",
                                     "grow0-after-access",
                                     "monotone",
                                     "two-grows-same-old",
                                     "mp-grow-size",
                                     "lost-old-store",
                                     "size-after-access",
                                     "phantom-page-size",
                                     "sb-grow",
                                     "own-grow-after-access",
                                     "max-both-succeed",
                                     "zero-fill",
                                     "sb-grow0",
                                     "flag-in-new-page-atomic",
                                     "fill-straddle-after-size",
                                     "grow-flag-size-one",
                                     "two-grows-lost",
                                     "phantom-page-access",
                                     "zero-clobber-after-size",
                                     "instantiate-ok-trap",
                                     "instantiate-fail",
                                     "host-grow-flag-size-atomic",
                                     "size-coherence",
                                     "iriw-size",
                                     "unaligned-straddle-after-size",
                                     "lost-wakeup",
                                     "wait-beyond-woken",
                                     "size-then-wait-trap",
                                     "trap-size-trap",
                                     "lb-grow-atomic",
                                     "wrc-size-size",
                                     "corr-access",
                                     "far-ok-near-trap",
                                     "mp-grow-access",
                                     "three-grows",
                                     "size-then-trap-atomic",
                                     "grow0-then-trap",
                                     "grow-flag-grow0-plain",
                                     "copy-straddle-after-size",
                                     "host-monotone",
                                     "classic-mp-atomic",
                                     "classic-sb-atomic"};

static const double LITMUS_SHARE = 0.8; /* of the time aimed at: the tests end there */

struct opened {
  struct tm_litmus *test;
  struct tm_oracle *oracle;
};

enum { BATCH = 12, TESTS = sizeof ranked / sizeof *ranked };

/* A few tests, translated at once for each strategy: much quicker than one by one. */
struct batch {
  struct opened opened[BATCH];
  size_t tests;
  struct tm_module *module[TM_COLLECT_STRATEGIES]; /* NULL: tests are translated one by one */
};

static int open_test(const char *name, struct opened *o, struct tm_error *error) {
  char path[4096];
  snprintf(path, sizeof path, "%s/harness/litmus/tests/%s.litmus", TIDEMARK_SOURCE_DIR, name);
  *o = (struct opened){.test = tm_litmus_read(path, error)};
  if (o->test) o->oracle = tm_oracle_judge(o->test, error);
  return o->oracle ? 0 : -EINVAL;
}

static void close_test(struct opened *o) {
  tm_oracle_free(o->oracle);
  tm_litmus_free(o->test);
}

static const char *grade_of_question(const struct opened *o) {
  return !tm_oracle_allowed(o->oracle) ? "forbidden" : tm_oracle_sc(o->oracle) ? "sc" : "weak";
}

/* The test's program on one line, for titles: "A: g = grow 1 | B: r = load n; s = size". */
static void program_text(const struct tm_litmus *t, char *text, size_t room) {
  size_t used = 0;
  char step[128];
  text[0] = '\0';
  for (unsigned i = 0; i < t->threads && used < room; i++) {
    used += (size_t)snprintf(text + used, room - used, "%s%s:", i ? " | " : "", t->thread[i].name);
    for (unsigned k = 0; k < t->thread[i].steps && used < room; k++)
      used += (size_t)snprintf(text + used, room - used, "%s %s", k ? ";" : "",
                               tm_litmus_step_text(t, &t->thread[i].step[k], step, sizeof step));
  }
}

static int keep(struct tm_recording *s, uint64_t position, const char *strategy,
                const struct opened *o, const char *pages, const struct tm_run *r,
                const char *failure, bool refused, struct tm_error *error) {
  const double rounds = (double)r->rounds, witnesses = (double)r->witnesses,
               forbidden = (double)r->forbidden, weak = (double)r->weak, sc = (double)r->sc,
               grows = (double)r->grows, seconds = r->seconds, rate = tm_run_witness_rate(r),
               first = r->first_seconds, round = (double)r->first.round,
               edge = (double)r->first.edge_pages, skew = (double)r->skew;
  const struct tm_series series[] = {{"rounds", "rounds", &rounds, 1},
                                     {"witnesses", "rounds", &witnesses, 1},
                                     {"forbidden", "rounds", &forbidden, 1},
                                     {"weak", "rounds", &weak, 1},
                                     {"sc", "rounds", &sc, 1},
                                     {"grows", "grows", &grows, 1},
                                     {"running", "s", &seconds, 1},
                                     {"witness_rate", "1/s", &rate, 1},
                                     {"first_witness", "s", &first, 1},
                                     {"witness_round", "round", &round, 1},
                                     {"witness_edge", "pages", &edge, 1},
                                     {"skew", "ticks", &skew, 1}};
  const struct tm_axis axes[] = {{"strategy", strategy}, {"test", o->test->name}, {"pages", pages}};
  char program[1024];
  program_text(o->test, program, sizeof program);
  const struct tm_note notes[] = {{"failure", refused ? "" : failure},
                                  {"refused", refused ? failure : ""},
                                  {"question", grade_of_question(o)},
                                  {"mode", tm_run_mode_word(r->mode)},
                                  {"doc", o->test->doc},
                                  {"program", program}};
  return tm_store_add(s->store,
                      &(struct tm_cell){.position = position,
                                        .axes = axes,
                                        .axis_count = 3,
                                        .series = series,
                                        .series_count = 12,
                                        .notes = notes,
                                        .note_count = 6},
                      error);
}

/* One try of a run, for tm_collect_believed. */
struct try {
  const struct opened *o;
  const struct tm_run_options *options;
  struct tm_run r;
  struct tm_error why;
  bool tried;
};

static int try_once(void *context) {
  struct try *t = context;
  if (t->tried) tm_run_free(&t->r);
  t->tried = true;
  t->why.text[0] = '\0';
  return tm_litmus_run_apart(t->o->test, t->o->oracle, t->options, GRACE_SECONDS, &t->r, &t->why);
}

static int run(struct tm_recording *s, uint64_t position, const struct tm_strategy *strategy,
               const struct opened *o, const struct tm_run_options *base, const char *pages,
               struct tm_error *error) {
  struct tm_run_options options = *base;
  options.strategy = strategy;
  options.resident = !strcmp(pages, "resident");
  options.interrupts = options.resident ? TM_RUN_INTERRUPTS_RESIDENT : TM_RUN_INTERRUPTS_FRESH;
  struct try t = {.o = o, .options = &options};
  bool refused = tm_collect_believed(try_once, &t) == -ENOTSUP;
  if (!isfinite(t.r.first_seconds)) t.r.first_seconds = -1;
  int result = keep(s, position, strategy->name, o, pages, &t.r, t.why.text, refused, error);
  tm_run_free(&t.r);
  return result;
}

/* The race under one strategy. */
static int run_race(const struct tm_collect *c, struct tm_recording *s, const struct opened *o,
                    size_t i, struct tm_error *error) {
  const struct tm_strategy *strategy = c->strategy[i]->strategy;
  const struct tm_run_options options = {
      .mode = TM_RUN_PERPETUAL, .seconds = c->race_seconds, .seed = c->seed, .affinity = true};
  bool wanted;
  int result = tm_recording_piece(s, strategy->name, &wanted, error);
  if (!wanted) return result;
  tm_recording_progress("the race", strategy->name, i, c->strategies);
  result = run(s, 2 * i, strategy, o, &options, "resident", error);
  if (!result) result = run(s, 2 * i + 1, strategy, o, &options, "fresh", error);
  return tm_recording_piece_end(s, strategy->name, result, error);
}

int tm_collect_race(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  struct opened o;
  int result = open_test("size-after-access", &o, error);
  for (size_t i = 0; i < c->strategies && !result; i++)
    if (c->strategy[i]->kind != TM_KIND_floor) /* floors enforce nothing */
      result = run_race(c, s, &o, i, error);
  close_test(&o);
  return result;
}

static int open_batch(const struct tm_collect *c, size_t first, struct batch *b,
                      struct tm_error *error) {
  const struct tm_litmus *usable[BATCH];
  struct tm_error ignored;
  size_t n = 0;
  int result = 0;
  *b = (struct batch){.tests = TESTS - first < BATCH ? TESTS - first : BATCH};
  for (size_t t = 0; t < b->tests && !result; t++) {
    result = open_test(ranked[first + t], &b->opened[t], error);
    if (!result && !tm_litmus_can_run(b->opened[t].test, TM_RUN_AUTO, &ignored))
      usable[n++] = b->opened[t].test;
  }
  for (size_t i = 0; i < c->strategies && !result; i++) {
    const struct tm_strategy *strategy = c->strategy[i]->strategy;
    if (c->strategy[i]->kind == TM_KIND_floor) continue;
    tm_recording_progress((void *)"translating litmus tests", strategy->name, i, c->strategies);
    if (tm_litmus_load_suite(usable, n, strategy, &b->module[i], &ignored)) b->module[i] = NULL;
  }
  return result;
}

static void close_batch(struct batch *b) {
  for (size_t t = 0; t < b->tests; t++) close_test(&b->opened[t]);
  for (size_t i = 0; i < TM_COLLECT_STRATEGIES; i++)
    if (b->module[i]) tm_module_free(b->module[i]);
}

/* One test under every strategy. */
static int run_test(const struct tm_collect *c, struct tm_recording *s, const struct batch *b,
                    size_t t, size_t rank, struct tm_error *error) {
  struct tm_run_options options = {
      .mode = TM_RUN_AUTO, .seconds = c->litmus_run_seconds, .seed = c->seed, .affinity = true};
  bool wanted;
  int result = tm_recording_piece(s, ranked[rank], &wanted, error);
  for (size_t i = 0; i < c->strategies && wanted && !result; i++) {
    if (c->strategy[i]->kind == TM_KIND_floor) continue;
    tm_recording_progress("litmus", ranked[rank], rank * c->strategies + i, TESTS * c->strategies);
    options.suite = b->module[i];
    result = run(s, rank * TM_COLLECT_STRATEGIES + i, c->strategy[i]->strategy, &b->opened[t],
                 &options, "fresh", error);
  }
  return wanted ? tm_recording_piece_end(s, ranked[rank], result, error) : result;
}

/* Nothing of these tests is left to do: they need not even be translated. */
static bool all_finished(struct tm_recording *s, size_t first) {
  struct tm_error ignored;
  for (size_t t = first; t < TESTS && t < first + BATCH; t++)
    if (tm_recording_finished(s, s->plan, ranked[t], &ignored) != 1) return false;
  return true;
}

int tm_collect_litmus(const struct tm_collect *c, struct tm_recording *s, struct tm_error *error) {
  double longest = 0;
  int result = 0;
  static struct batch b;
  for (size_t first = 0; first < TESTS && !result; first += BATCH) {
    if (first && tm_collect_late(c, LITMUS_SHARE, 2 * longest)) break;
    if (all_finished(s, first)) continue;
    result = open_batch(c, first, &b, error);
    for (size_t t = 0; t < b.tests && !result; t++) {
      double at = tm_recording_seconds();
      if (first + t && tm_collect_late(c, LITMUS_SHARE, longest)) break;
      result = run_test(c, s, &b, t, first + t, error);
      if (tm_recording_seconds() - at > longest) longest = tm_recording_seconds() - at;
    }
    close_batch(&b);
  }
  return result;
}
