/* SPDX-License-Identifier: Apache-2.0 */
/* The reduction loses nothing: random programs have the same outcomes with it and without. */
#include "program.h"
#include "tests/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

static unsigned below(unsigned n) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (unsigned)(seed >> 20) % n;
}

static int load_order(void) {
  static const int orders[] = {TM_ORDER_RLX, TM_ORDER_RLX, TM_ORDER_ACQ, TM_ORDER_SC};
  return orders[below(4)];
}
static int store_order(void) {
  static const int orders[] = {TM_ORDER_RLX, TM_ORDER_RLX, TM_ORDER_REL, TM_ORDER_SC};
  return orders[below(4)];
}
static int any_order(void) { return (int)below(5); }

static void add_step(struct program *p, int t, int *value, bool locks) {
  struct step *s = &p->step[t][p->steps[t]++];
  *s = (struct step){.place = (int)below(2), .result = -1, .value = ++*value};
  unsigned kind = below(locks ? 14 : 12);
  bool reads = true;
  if (kind < 5) {
    s->effect = TM_EFFECT_STORE, s->order = store_order(), reads = false;
  } else if (kind < 8) {
    s->effect = TM_EFFECT_LOAD, s->order = load_order();
  } else if (kind == 8) {
    s->effect = TM_EFFECT_FENCE, s->order = 1 + any_order() % 4, reads = false;
  } else if (kind == 9) {
    s->effect = TM_EFFECT_SWAP, s->order = any_order();
  } else if (kind == 10) {
    s->effect = TM_EFFECT_CAS, s->order = any_order(), s->expected = (int)below(3);
  } else if (kind == 11) {
    s->effect = STEP_AWAIT, s->order = load_order(), s->value = 1 + (int)below(5), reads = false;
  } else {
    s->effect = kind == 12 ? TM_EFFECT_LOCK : TM_EFFECT_LOCK_SHARED, reads = false;
  }
  if (reads && p->registers < PROGRAM_REGISTERS) s->result = p->registers++;
}

/* As a grower that stops the others: close a lock to newcomers, tell the holders, and wait. */
static void add_stop(struct program *p, int t, int *value) {
  struct step *s = &p->step[t][p->steps[t]];
  int place = (int)below(2);
  s[0] = (struct step){TM_EFFECT_CLOSE, 0, place, 0, 0, -1};
  s[1] = (struct step){TM_EFFECT_STORE, store_order(), (int)below(2), ++*value, 0, -1};
  s[2] = (struct step){TM_EFFECT_LOCK, 0, place, 0, 0, -1};
  p->steps[t] += 3;
}

/* Drop every lock that a thread still holds; drop what cannot be right. */
static void repair_locks(struct program *p, int t) {
  bool held = false;
  int place = 0;
  for (int i = 0; i < p->steps[t]; i++) {
    struct step *s = &p->step[t][i];
    bool takes = s->effect == TM_EFFECT_LOCK || s->effect == TM_EFFECT_LOCK_SHARED;
    if (s->effect == TM_EFFECT_CLOSE && held) {
      *s = (struct step){TM_EFFECT_UNLOCK, 0, place, 0, 0, -1};
      held = false;
      if (i + 2 < p->steps[t]) p->step[t][i + 2].effect = TM_EFFECT_LOCK_SHARED;
    } else if (takes && held) {
      s->effect = TM_EFFECT_UNLOCK, s->place = place;
      held = false;
    } else if (takes) {
      place = s->place;
      held = true;
    }
  }
  if (held) p->step[t][p->steps[t]++] = (struct step){TM_EFFECT_UNLOCK, 0, place, 0, 0, -1};
}

static struct program random_program(int threads, int steps, bool locks) {
  struct program p = {.name = "random", .threads = threads, .finals = 2};
  int value = 0;
  bool stops = locks && below(2);
  for (int t = 0; t < threads; t++) {
    int n = 1 + (int)below((unsigned)steps);
    for (int i = 0; i < n; i++)
      if (stops && t == 0 && below(2))
        add_stop(&p, t, &value);
      else
        add_step(&p, t, &value, locks);
    for (int i = 0; stops && i < p.steps[t]; i++) /* one thread stops the others */
      if (p.step[t][i].effect == TM_EFFECT_LOCK &&
          (t > 0 || i < 2 || p.step[t][i - 2].effect != TM_EFFECT_CLOSE))
        p.step[t][i].effect = TM_EFFECT_LOCK_SHARED;
    repair_locks(&p, t);
  }
  return p;
}

/* Explore both ways; returns how many executions each took. */
static void compare(struct program *p, enum tm_explore_model model, uint64_t executions[2]) {
  char text[2][8192];
  for (int plain = 0; plain < 2; plain++) {
    struct tm_explore_options options = {.model = model, .plain = plain, .most_executions = 400000};
    struct tm_explore_result *result = program_explore(p, &options);
    snprintf(text[plain], sizeof text[plain], "%s", program_outcomes(result));
    executions[plain] = result->executions + result->redundant;
    bool complete = result->complete;
    tm_explore_free(result);
    if (!complete) {
      executions[0] = executions[1] = 0;
      return; /* too large to be enumerated; another one will do */
    }
  }
  if (!strcmp(text[0], text[1])) return;
  program_print(p);
  fail_msg("%s: reduced %s, plain %s", tm_explore_model_name(model), text[0], text[1]);
}

static void sample(int programs, int threads, int steps, bool locks) {
  for (int i = 0; i < programs; i++) {
    struct program p = random_program(threads, steps, locks);
    for (int m = 0; m < 3; m++) {
      uint64_t executions[2];
      compare(&p, (enum tm_explore_model)m, executions);
    }
  }
}

static void two_threads(void **state) {
  (void)state;
  sample(300, 2, 3, false);
}
static void two_threads_with_locks(void **state) {
  (void)state;
  sample(300, 2, 3, true);
}
static void three_threads(void **state) {
  (void)state;
  sample(60, 3, 2, false);
}
static void three_threads_with_locks(void **state) {
  (void)state;
  sample(60, 3, 2, true);
}

int main(void) {
  seed = tm_test_seed(UINT64_C(0x2545f4914f6cdd1d));
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_threads),
      cmocka_unit_test(two_threads_with_locks),
      cmocka_unit_test(three_threads),
      cmocka_unit_test(three_threads_with_locks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
