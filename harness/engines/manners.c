/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/manners.h"

#include "harness/engines/suite.h"
#include "harness/store/machine.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What tells strategies apart, as litmus tests. Counted are witnesses. */
enum { EARLY, STALE, APART, ZERO, SAME, ACCESS, CHECKED, TESTS };
static const struct {
  const char *test, *title;
} asked_tests[TESTS] = {
    [EARLY] = {"size-after-access", "access before size"},
    [STALE] = {"grow-flag-size-atomic", "stale size after a message"},
    [APART] = {"wrc-size-size", "one instance new, another stale"},
    [ZERO] = {"grow0-after-access", "access before grow 0"},
    [SAME] = {"two-grows-same-old", "two grows, one old length"},
    [ACCESS] = {"grow-flag-access-atomic", "access traps after a message"},
    /* The same with the engine's own variant: no guard pages. */
    [CHECKED] = {"grow-flag-access-atomic", "the same, bounds checked by code"},
};

struct manner {
  const struct tm_engine *engine;
  const struct tm_engine_variant *variant; /* NULL: as it comes */
  struct tm_engine_program program;
  struct tm_suite_verdict verdict[TESTS];
  char failure[TESTS + 1][200];
  struct tm_engine_probe probe;
};

static const char *manner_words(enum tm_engine_manner manner) {
  static const char *const words[] = {
      [TM_MANNER_NONE] = "nothing unusual: one length, or a lock",
      [TM_MANNER_GUARD] = "pages first, then one shared length",
      [TM_MANNER_PUSH] = "copies that the grower refreshes one after the other",
      [TM_MANNER_POLL] = "copies that each instance refreshes when it polls",
      [TM_MANNER_EARLY_OLD] = "grow reads the old length before it takes its lock"};
  return words[manner];
}

static enum tm_engine_manner seen(const struct manner *m) {
  if (m->verdict[SAME].witnesses) return TM_MANNER_EARLY_OLD;
  if (m->verdict[STALE].witnesses) return TM_MANNER_POLL;
  if (m->verdict[APART].witnesses) return TM_MANNER_PUSH;
  if (m->verdict[EARLY].witnesses) return TM_MANNER_GUARD;
  return TM_MANNER_NONE;
}

/* What was not seen proves nothing; what was seen must be possible. */
static const char *agreement(const struct manner *m) {
  enum tm_engine_manner told = m->engine->claim.manner, is = seen(m);
  if (is > told) return "no";
  if (is == told && is != TM_MANNER_NONE) return "yes";
  for (int t = 0; t < ACCESS; t++)
    if (m->verdict[t].rounds == 0) return "unsure: not all tests ran";
  if (is == told) return "yes";
  return "unsure: what would tell was not seen";
}

static void measure(struct manner *m, const struct tm_suite_case cases[TESTS],
                    const struct tm_sweep *asked) {
  for (int t = 0; t < TESTS; t++) {
    struct tm_engine_result r = {.failure = "the engine has no such variant"};
    const struct tm_engine_variant *checked = tm_engine_variant(m->engine, "bounds-checks");
    if (t != CHECKED || (checked && !m->variant))
      tm_engine_run(m->engine, &m->program, t == CHECKED ? checked : m->variant,
                    tm_suite_job(&cases[t], m->engine), (double)asked->seconds, &r);
    tm_suite_judge(&cases[t], &r, &m->verdict[t]);
    m->verdict[t].example = NULL; /* it points into the result */
    snprintf(m->failure[t], sizeof m->failure[t], "%.190s", r.failure);
    tm_engine_result_free(&r);
  }
  struct tm_job job;
  struct tm_error error = {""};
  struct tm_engine_result r;
  if (!m->engine->probes || tm_job_probe(&job, &error) < 0) {
    snprintf(m->failure[TESTS], sizeof m->failure[TESTS], "not measured %.150s", error.text);
    return;
  }
  tm_engine_run(m->engine, &m->program, m->variant, &job, (double)asked->seconds, &r);
  m->probe = r.probe;
  snprintf(m->failure[TESTS], sizeof m->failure[TESTS], "%.190s", r.failure);
  tm_engine_result_free(&r);
  tm_job_free(&job);
}

static void show_grows(const struct manner *m, int first, const char *title, FILE *out) {
  fprintf(out, "  %-34s", title);
  for (int i = first; i < first + TM_PROBE_INSTANCES; i++)
    fprintf(out, "%s%.0f with %u", i > first ? ", " : " ", m->probe.ns[i],
            tm_probe_points[i].instances);
  fputc('\n', out);
}

static void show_costs(const struct manner *m, FILE *out) {
  if (m->probe.points < TM_PROBE_POINTS) {
    fprintf(out, "  costs                              %s\n", m->failure[TESTS]);
    return;
  }
  const double *ns = m->probe.ns;
  show_grows(m, TM_PROBE_GROW, "grow, ns, with instances", out);
  show_grows(m, TM_PROBE_READER, "the same beside a reader", out);
  fprintf(out, "  size, load, atomic load, ns       ");
  for (int i = TM_PROBE_SIZE; i < TM_PROBE_POINTS; i++)
    if (isnan(ns[i]))
      fprintf(out, " none (%s)%s", m->probe.none[i], i + 1 < TM_PROBE_POINTS ? "," : "\n");
    else
      fprintf(out, " %.2f%s", ns[i], i + 1 < TM_PROBE_POINTS ? "," : "\n");
}

static void show(const struct manner *m, FILE *out) {
  const struct tm_engine_claim *claim = &m->engine->claim;
  fprintf(out, "%s%s%s, %s %s\n", m->engine->name, m->variant ? "/" : "",
          m->variant ? m->variant->name : "", m->engine->runtime, m->program.version);
  fprintf(out, "  source says   %s: %s\n                (%s)\n", claim->strategy, claim->how,
          claim->where ? claim->where : "not looked up");
  for (int t = 0; t < TESTS; t++) {
    const struct tm_suite_verdict *v = &m->verdict[t];
    fprintf(out, "  %-34s ", asked_tests[t].title);
    if (v->rounds)
      fprintf(out, "%" PRIu64 " of %" PRIu64 ", cold %" PRIu64 " of %" PRIu64 "%s", v->witnesses,
              v->rounds, v->cold_witnesses, v->cold_rounds, *m->failure[t] ? "; " : "");
    fprintf(out, "%s\n", m->failure[t]);
  }
  show_costs(m, out);
  fprintf(out, "  tests say     %s\n  agree         %s\n\n", manner_words(seen(m)), agreement(m));
}

static cJSON *to_json(const struct manner *m) {
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "engine", m->engine->name);
  cJSON_AddStringToObject(o, "runtime", m->engine->runtime);
  cJSON_AddStringToObject(o, "variant", m->variant ? m->variant->name : "");
  cJSON_AddStringToObject(o, "version", m->program.version);
  cJSON_AddStringToObject(o, "strategy", m->engine->claim.strategy);
  cJSON_AddStringToObject(o, "how", m->engine->claim.how);
  cJSON_AddStringToObject(o, "where", m->engine->claim.where ? m->engine->claim.where : "");
  cJSON_AddStringToObject(o, "seen", manner_words(seen(m)));
  cJSON_AddStringToObject(o, "agree", agreement(m));
  cJSON *tests = cJSON_AddObjectToObject(o, "tests");
  for (int t = 0; t < TESTS; t++) {
    cJSON *test = cJSON_AddObjectToObject(tests, asked_tests[t].title);
    cJSON_AddStringToObject(test, "test", asked_tests[t].test);
    cJSON_AddNumberToObject(test, "witnesses", (double)m->verdict[t].witnesses);
    cJSON_AddNumberToObject(test, "rounds", (double)m->verdict[t].rounds);
    cJSON_AddNumberToObject(test, "cold_witnesses", (double)m->verdict[t].cold_witnesses);
    cJSON_AddNumberToObject(test, "cold_rounds", (double)m->verdict[t].cold_rounds);
    cJSON_AddStringToObject(test, "failure", m->failure[t]);
  }
  cJSON *cost = cJSON_AddObjectToObject(o, "ns");
  for (unsigned i = 0; i < m->probe.points; i++) {
    char words[64];
    cJSON_AddNumberToObject(cost, tm_probe_words(i, words, sizeof words), m->probe.ns[i]);
  }
  return o;
}

/* ---- the two questions that the project call left open ----------------------------------------*/

static double share(const struct tm_suite_verdict *v) {
  return v->rounds ? 100 * (double)v->witnesses / (double)v->rounds : 0;
}

/* Guard pages, not the instance's copy of the length, decide about accesses: with a stale copy they
 * succeed, unless code is made to check them. */
static const char *uses_paging(const struct manner *m) {
  const struct tm_suite_verdict *v = m->verdict;
  if (!v[ACCESS].rounds || !v[CHECKED].rounds) return "unsure: not all tests ran";
  if (v[ACCESS].witnesses) return "no: an access traps though the grow came before it";
  if (v[EARLY].witnesses && v[CHECKED].witnesses)
    return "yes: accesses see new pages before the instance knows of them, and stop doing so when "
           "code checks them";
  if (v[EARLY].witnesses)
    return "yes, as far as seen: accesses see new pages before memory.size does";
  return "unsure: nothing that would tell was seen";
}

static const char *shares_length(const struct manner *m) {
  const struct tm_suite_verdict *v = m->verdict;
  if (!v[STALE].rounds || !v[ACCESS].rounds) return "unsure: not all tests ran";
  if (v[STALE].witnesses || v[CHECKED].witnesses)
    return "instances have copies of the length: a stale one was seen";
  if (v[EARLY].witnesses)
    return "pages first, then one shared length that memory.size and checks read: never stale "
           "after a message, though an access can be ahead of it";
  return "one shared length, as far as seen: never stale after a message";
}

static void answer(const struct manner *m, const char *text, cJSON *list, FILE *out) {
  const double *ns = m->probe.ns;
  fprintf(out,
          "  %s %s: %s\n    after a message: size stale %.1f %%, access traps %.1f %% (checked by "
          "code %.1f %%); access ahead of size %.2f %%",
          m->engine->name, m->program.version, text, share(&m->verdict[STALE]),
          share(&m->verdict[ACCESS]), share(&m->verdict[CHECKED]), share(&m->verdict[EARLY]));
  if (m->probe.points == TM_PROBE_POINTS)
    fprintf(out, "; a grow %.0f ns with 1 instance, %.0f ns with 64", ns[TM_PROBE_GROW],
            ns[TM_PROBE_READER - 1]);
  fputc('\n', out);
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "engine", m->engine->name);
  cJSON_AddStringToObject(o, "answer", text);
  cJSON_AddItemToArray(list, o);
}

static void answer_questions(const struct manner *all, size_t count, cJSON *o, FILE *out) {
  static const struct {
    const char *question, *runtime;
    const char *(*judge)(const struct manner *m);
  } questions[] = {
      {"Does V8 use paging tricks for shared memories?", "V8", uses_paging},
      {"What does SpiderMonkey do?", "SpiderMonkey", shares_length},
  };
  for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) {
    cJSON *list = cJSON_AddArrayToObject(o, questions[q].question);
    bool any = false;
    fprintf(out, "%s\n", questions[q].question);
    for (size_t i = 0; i < count; i++) {
      if (all[i].variant || strcmp(all[i].engine->runtime, questions[q].runtime)) continue;
      answer(&all[i], questions[q].judge(&all[i]), list, out);
      any = true;
    }
    if (!any) fprintf(out, "  no engine to ask was run\n");
  }
}

/* ---- all of them ------------------------------------------------------------------------------*/

enum { MOST = 64 };

/* The engine as it comes, or as `variant` says; "all": that and each variant. */
static size_t choose(const struct tm_sweep *asked, struct manner all[MOST]) {
  size_t count, n = 0;
  const struct tm_engine *const *engine = tm_engines(&count);
  bool every = asked->variant && !strcmp(asked->variant, "all");
  for (size_t i = 0; i < count; i++) {
    struct manner m = {.engine = engine[i]};
    if (!tm_sweep_wants(asked, engine[i])) continue;
    if (!tm_engine_locate(engine[i], &m.program)) {
      printf("%s: absent; install it with: %s\n\n", engine[i]->name, engine[i]->install);
      continue;
    }
    if ((!asked->variant || every) && n < MOST) all[n++] = m;
    for (m.variant = engine[i]->variants; asked->variant && m.variant && m.variant->name;
         m.variant++)
      if ((every || !strcmp(m.variant->name, asked->variant)) && n < MOST) all[n++] = m;
  }
  return n;
}

int tm_manners_run(const struct tm_sweep *asked, struct tm_error *error) {
  struct tm_suite_case cases[TESTS] = {0};
  struct manner *all = calloc(MOST, sizeof *all);
  time_t start = time(NULL);
  int code = all ? tm_sweep_check(asked, error) : tm_fail(error, -ENOMEM, "out of memory");
  for (int t = 0; code == 0 && t < TESTS; t++) {
    char file[PATH_MAX];
    snprintf(file, sizeof file, "%s/%s.litmus", TIDEMARK_TESTS, asked_tests[t].test);
    code = tm_suite_open(file, (unsigned)asked->rounds, &cases[t], error);
  }
  size_t count = code == 0 ? choose(asked, all) : 0;
  cJSON *whole = cJSON_CreateObject();
  cJSON_AddItemToObject(whole, "machine", tm_machine_record(""));
  cJSON *list = cJSON_AddArrayToObject(whole, "engines");
  for (size_t i = 0; i < count; i++) {
    measure(&all[i], cases, asked);
    show(&all[i], stdout);
    fflush(stdout);
    cJSON_AddItemToArray(list, to_json(&all[i]));
    tm_sweep_progress("engines", i + 1, count, start);
  }
  if (code == 0) answer_questions(all, count, cJSON_AddObjectToObject(whole, "questions"), stdout);
  if (code == 0) code = tm_sweep_write_json(whole, asked->json, error);
  cJSON_Delete(whole);
  for (int t = 0; t < TESTS; t++)
    if (cases[t].test) tm_suite_close(&cases[t]);
  free(all);
  return code;
}
