/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void setup(void *context) {
  struct run *p = context;
  p->value = tm_model_allocate(PROGRAM_REGISTERS * sizeof *p->value); /* zero in each execution */
  for (int i = 0; i < PROGRAM_PLACES; i++) tm_model_init(&p->place[i], "place", 0);
  for (int i = 0; i < PROGRAM_PLACES; i++) tm_model_init(&p->lock[i], "lock", 0);
}

static uint64_t run_step(struct run *p, struct step *s, struct tm_site *site) {
  uint32_t *x = &p->place[s->place];
  uint64_t expected = (uint64_t)s->expected;
  switch (s->effect) {
  case TM_EFFECT_LOAD: return tm_model_load(site, x, 0);
  case TM_EFFECT_STORE: tm_model_store(site, x, 0, (uint64_t)s->value); return 0;
  case TM_EFFECT_FENCE: tm_model_fence(site); return 0;
  case TM_EFFECT_BARRIER: tm_model_membarrier(site); return 0;
  case TM_EFFECT_LOCK:
  case TM_EFFECT_LOCK_SHARED:
  case TM_EFFECT_CLOSE:
  case TM_EFFECT_UNLOCK: tm_model_lock(site, &p->lock[s->place]); return 0;
  case TM_EFFECT_CAS: tm_model_cas(site, x, 0, &expected, (uint64_t)s->value); return expected;
  case TM_EFFECT_FUTEX_WAIT: tm_model_futex_wait(site, x, 0, (uint64_t)s->value); return 0;
  case TM_EFFECT_FUTEX_WAKE: return tm_model_futex_wake(site, x, 0, (uint32_t)s->value);
  case STEP_AWAIT:
    tm_model_await(site);
    if (tm_model_load(site, x, 0) != (uint64_t)s->value) tm_model_await_failed();
    return 0;
  default: return tm_model_update(site, x, 0, (uint64_t)s->value, 8);
  }
}

static void run_thread(void *context, unsigned t) {
  struct run *run = context;
  for (int i = 0; i < run->program->steps[t]; i++) {
    struct step *s = &run->program->step[t][i];
    uint64_t v = run_step(run, s, &run->site[t][i]);
    if (s->result >= 0) run->value[s->result] = v;
  }
}

static unsigned row(void *context, unsigned stuck, uint64_t *word) {
  struct run *run = context;
  static struct tm_site peek = {.effect = TM_EFFECT_LOAD};
  unsigned n = 0;
  word[n++] = stuck;
  for (int i = 0; i < run->program->registers; i++) word[n++] = run->value[i];
  for (int i = 0; i < run->program->finals; i++)
    word[n++] = tm_model_load(&peek, &run->place[i], 0);
  return n;
}

struct tm_explore_result *program_explore(struct program *p,
                                          const struct tm_explore_options *options) {
  static struct run run;
  memset(&run, 0, sizeof run);
  run.program = p;
  struct tm_explore_client client = {.context = &run,
                                     .threads = (unsigned)p->threads,
                                     .setup = setup,
                                     .thread = run_thread,
                                     .row = row};
  for (int t = 0; t < p->threads; t++)
    for (int i = 0; i < p->steps[t]; i++)
      run.site[t][i] = (struct tm_site){
          .file = p->name,
          .what = "place",
          .line = (uint32_t)(i + 1),
          .effect =
              (uint8_t)(p->step[t][i].effect == STEP_AWAIT ? TM_EFFECT_LOAD : p->step[t][i].effect),
          .order = (uint8_t)p->step[t][i].order};
  struct tm_explore_result *result;
  struct tm_error error;
  if (tm_explore(&client, options, &result, &error)) {
    fprintf(stderr, "%s: %s\n", p->name, error.text);
    abort();
  }
  return result;
}

const char *program_outcomes(const struct tm_explore_result *result) {
  static char text[8192];
  size_t n = 0;
  text[0] = '\0';
  for (unsigned i = 0; i < result->outcomes; i++) {
    const struct tm_explore_outcome *o = &result->outcome[i];
    if (i) text[n++] = ' ';
    for (unsigned k = 1; k < o->words && n < sizeof text - 32; k++)
      n += (size_t)snprintf(text + n, 24, "%llu", (unsigned long long)o->word[k]);
    if (o->stuck) text[n++] = '!';
    text[n] = '\0';
  }
  return text;
}

void program_print(const struct program *p) {
  for (int t = 0; t < p->threads; t++)
    for (int i = 0; i < p->steps[t]; i++) {
      const struct step *s = &p->step[t][i];
      printf("  thread %d: effect %d order %d place %d value %d expected %d result %d\n", t,
             s->effect, s->order, s->place, s->value, s->expected, s->result);
    }
}
