/* SPDX-License-Identifier: Apache-2.0 */
/* How soon the race of the call is found, and what the reduction saves. */
#include "harness/cli/cli.h"
#include "harness/cli/explore.h"
#include "harness/explore/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double milliseconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

int tm_explore_print_race(void) {
  struct tm_error error;
  double begun = milliseconds_now();
  struct tm_litmus *test =
      tm_litmus_read(TIDEMARK_LITMUS_FOLDER "/size-after-access.litmus", &error);
  struct tm_oracle *oracle = test ? tm_oracle_judge(test, &error) : NULL;
  struct tm_explore_options options = {.model = TM_EXPLORE_SC, .shortest = true};
  struct tm_explore_result *result = NULL;
  int status = TM_EXIT_OK;
  if (!oracle || tm_explore_litmus(test, "guard", &options, &result, &error)) {
    status = tm_cli_wrong("explore", "%s", error.text);
  } else {
    struct tm_explore_judgement j = tm_explore_judge(test, oracle, result);
    double found = milliseconds_now() - begun;
    const struct tm_explore_outcome *o = &result->outcome[j.exists ? j.exists_outcome : 0];
    status = j.exists ? TM_EXIT_OK : TM_EXIT_NO;
    printf("size-after-access under guard, sc: %s %.2f ms after the command to read the test,\n"
           "judge it and explore it; its shortest witness has %u context switches\n",
           j.exists ? "reached" : "NOT REACHED,", found, o->switches);
    if (tm_explore_draw(test, "guard", TM_EXPLORE_SC, o->step, o->steps, stdout, &error))
      status = tm_cli_wrong("explore", "%s", error.text);
  }
  tm_explore_free(result);
  tm_oracle_free(oracle);
  tm_litmus_free(test);
  return status;
}

/* ---- reduction --------------------------------------------------------------------------------*/

enum { MOST_PLAIN = 50000 };

struct saving {
  unsigned tests, finished, differing;
  uint64_t reduced, plain; /* executions, where plain enumeration came to its end */
  uint64_t unfinished;     /* reduced, where it did not */
};

static bool same_outcomes(const struct tm_explore_result *a, const struct tm_explore_result *b) {
  bool same = a->outcomes == b->outcomes;
  for (unsigned i = 0; same && i < a->outcomes; i++)
    same = a->outcome[i].words == b->outcome[i].words &&
           !memcmp(a->outcome[i].word, b->outcome[i].word,
                   a->outcome[i].words * sizeof *a->outcome[i].word);
  return same;
}

static int both_ways(const struct tm_litmus *test, enum tm_explore_model model,
                     struct tm_explore_workspace *workspace, struct saving *saving,
                     struct tm_error *error) {
  struct tm_explore_result *reduced = NULL, *plain = NULL;
  struct tm_explore_options options = {.model = model, .workspace = workspace};
  int code = tm_explore_litmus(test, "guard", &options, &reduced, error);
  options.plain = true;
  options.most_executions = MOST_PLAIN;
  if (!code) code = tm_explore_litmus(test, "guard", &options, &plain, error);
  if (!code) {
    uint64_t n = reduced->executions + reduced->redundant;
    saving->tests++;
    if (plain->complete) {
      saving->finished++;
      saving->reduced += n;
      saving->plain += plain->executions + plain->redundant;
      saving->differing += !same_outcomes(reduced, plain);
    } else {
      saving->unfinished += n;
    }
  }
  tm_explore_free(reduced);
  tm_explore_free(plain);
  return code;
}

static void put_saving(enum tm_explore_model model, const struct saving *s) {
  printf("%-4s %u tests: %llu executions, %llu without the reduction, %.1f times as many",
         tm_explore_model_name(model), s->finished, (unsigned long long)s->reduced,
         (unsigned long long)s->plain, s->reduced ? (double)s->plain / (double)s->reduced : 0.0);
  printf(s->differing ? "; OTHER OUTCOMES in %u\n" : "; the same outcomes\n", s->differing);
  if (s->tests > s->finished)
    printf("     %u tests: %llu executions, more than %d each without it\n", s->tests - s->finished,
           (unsigned long long)s->unfinished, MOST_PLAIN);
}

int tm_explore_print_reduction(const struct tm_asked *w) {
  struct tm_explore_workspace *workspace = tm_explore_workspace_new();
  int status = TM_EXIT_OK;
  for (int m = TM_EXPLORE_SC; m <= TM_EXPLORE_C11 && status != TM_EXIT_WRONG; m++) {
    struct saving saving = {0};
    struct tm_error error;
    for (size_t i = 0; i < w->test_count && status != TM_EXIT_WRONG; i++)
      if (w->tests[i]->threads == 3 &&
          both_ways(w->tests[i], (enum tm_explore_model)m, workspace, &saving, &error))
        status = tm_cli_wrong("explore", "%s", error.text);
    if (status == TM_EXIT_WRONG) break;
    put_saving((enum tm_explore_model)m, &saving);
    if (saving.differing) status = TM_EXIT_NO;
  }
  tm_explore_workspace_free(workspace);
  return status;
}
