/* SPDX-License-Identifier: Apache-2.0 */
/* The classics give exactly the published outcome sets under sc, tso and c11. */
#include "program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { X, Y, Z };
enum { RLX = TM_ORDER_RLX, ACQ = TM_ORDER_ACQ, REL = TM_ORDER_REL, SC = TM_ORDER_SC };

#define LD(o, x, r)        {TM_EFFECT_LOAD, o, x, 0, 0, r}
#define ST(o, x, v)        {TM_EFFECT_STORE, o, x, v, 0, -1}
#define ADD(o, x, v, r)    {TM_EFFECT_ADD, o, x, v, 0, r}
#define CAS(o, x, e, v, r) {TM_EFFECT_CAS, o, x, v, e, r}
#define FENCE(o)           {TM_EFFECT_FENCE, o, 0, 0, 0, -1}

struct classic {
  struct program program;
  const char *sc, *tso, *c11; /* outcome sets; NULL: as the one before */
};

/* Sources: SB, MP, LB, IRIW, CoRR, 2+2W, WRC, ISA2, R, S as in "Herding cats" (TOPLAS 2014) and,
 * for orders, cppmem and RC11 (PLDI 2017). LB's cycle is excluded from c11 here, and said so. */
static struct classic classics[] = {
    {{"SB rlx", 2, {2, 2}, {{ST(RLX, X, 1), LD(RLX, Y, 0)}, {ST(RLX, Y, 1), LD(RLX, X, 1)}}, 2, 0},
     "01 10 11",
     "00 01 10 11",
     NULL},
    {{"SB rel acq",
      2,
      {2, 2},
      {{ST(REL, X, 1), LD(ACQ, Y, 0)}, {ST(REL, Y, 1), LD(ACQ, X, 1)}},
      2,
      0},
     "01 10 11",
     "00 01 10 11",
     NULL},
    {{"SB sc", 2, {2, 2}, {{ST(SC, X, 1), LD(SC, Y, 0)}, {ST(SC, Y, 1), LD(SC, X, 1)}}, 2, 0},
     "01 10 11",
     NULL,
     NULL},
    {{"SB rlx fence",
      2,
      {3, 3},
      {{ST(RLX, X, 1), FENCE(SC), LD(RLX, Y, 0)}, {ST(RLX, Y, 1), FENCE(SC), LD(RLX, X, 1)}},
      2,
      0},
     "01 10 11",
     NULL,
     NULL},
    {{"SB one fence",
      2,
      {3, 2},
      {{ST(RLX, X, 1), FENCE(SC), LD(RLX, Y, 0)}, {ST(RLX, Y, 1), LD(RLX, X, 1)}},
      2,
      0},
     "01 10 11",
     "00 01 10 11",
     NULL},
    {{"SB sc store, rlx load",
      2,
      {2, 2},
      {{ST(SC, X, 1), LD(RLX, Y, 0)}, {ST(SC, Y, 1), LD(RLX, X, 1)}},
      2,
      0},
     "01 10 11",
     NULL,
     "00 01 10 11"},
    {{"SB rmw acqrel",
      2,
      {2, 2},
      {{ADD(TM_ORDER_ACQREL, X, 1, -1), LD(RLX, Y, 0)},
       {ADD(TM_ORDER_ACQREL, Y, 1, -1), LD(RLX, X, 1)}},
      2,
      0},
     "01 10 11",
     NULL,
     "00 01 10 11"},
    {{"MP rlx", 2, {2, 2}, {{ST(RLX, X, 1), ST(RLX, Y, 1)}, {LD(RLX, Y, 0), LD(RLX, X, 1)}}, 2, 0},
     "00 01 11",
     NULL,
     "00 01 10 11"},
    {{"MP rel acq",
      2,
      {2, 2},
      {{ST(RLX, X, 1), ST(REL, Y, 1)}, {LD(ACQ, Y, 0), LD(RLX, X, 1)}},
      2,
      0},
     "00 01 11",
     NULL,
     NULL},
    {{"MP rel rlx",
      2,
      {2, 2},
      {{ST(RLX, X, 1), ST(REL, Y, 1)}, {LD(RLX, Y, 0), LD(RLX, X, 1)}},
      2,
      0},
     "00 01 11",
     NULL,
     "00 01 10 11"},
    {{"MP fences",
      2,
      {3, 3},
      {{ST(RLX, X, 1), FENCE(REL), ST(RLX, Y, 1)}, {LD(RLX, Y, 0), FENCE(ACQ), LD(RLX, X, 1)}},
      2,
      0},
     "00 01 11",
     NULL,
     NULL},
    {{"MP release sequence",
      3,
      {2, 1, 2},
      {{ST(RLX, X, 1), ST(REL, Y, 1)}, {ADD(RLX, Y, 1, -1)}, {LD(ACQ, Y, 0), LD(RLX, X, 1)}},
      2,
      0},
     "00 01 10 11 21",
     NULL,
     "00 01 10 11 21"},
    {{"LB rlx", 2, {2, 2}, {{LD(RLX, X, 0), ST(RLX, Y, 1)}, {LD(RLX, Y, 1), ST(RLX, X, 1)}}, 2, 0},
     "00 01 10",
     NULL,
     NULL},
    {{"CoRR rlx", 2, {1, 2}, {{ST(RLX, X, 1)}, {LD(RLX, X, 0), LD(RLX, X, 1)}}, 2, 0},
     "00 01 11",
     NULL,
     NULL},
    {{"CoWW", 1, {2}, {{ST(RLX, X, 1), ST(RLX, X, 2)}}, 0, 1}, "2", NULL, NULL},
    {{"2+2W rlx",
      2,
      {2, 2},
      {{ST(RLX, X, 1), ST(RLX, Y, 2)}, {ST(RLX, Y, 1), ST(RLX, X, 2)}},
      0,
      2},
     "12 21 22",
     NULL,
     "11 12 21 22"},
    {{"2+2W sc", 2, {2, 2}, {{ST(SC, X, 1), ST(SC, Y, 2)}, {ST(SC, Y, 1), ST(SC, X, 2)}}, 0, 2},
     "12 21 22",
     NULL,
     NULL},
    {{"WRC rlx",
      3,
      {1, 2, 2},
      {{ST(RLX, X, 1)}, {LD(RLX, X, 0), ST(RLX, Y, 1)}, {LD(RLX, Y, 1), LD(RLX, X, 2)}},
      3,
      0},
     "000 001 010 011 100 101 111",
     NULL,
     "000 001 010 011 100 101 110 111"},
    {{"WRC rel acq",
      3,
      {1, 2, 2},
      {{ST(REL, X, 1)}, {LD(ACQ, X, 0), ST(REL, Y, 1)}, {LD(ACQ, Y, 1), LD(RLX, X, 2)}},
      3,
      0},
     "000 001 010 011 100 101 111",
     NULL,
     NULL},
    {{"ISA2 rel acq",
      3,
      {2, 2, 2},
      {{ST(RLX, X, 1), ST(REL, Y, 1)},
       {LD(ACQ, Y, 0), ST(REL, Z, 1)},
       {LD(ACQ, Z, 1), LD(RLX, X, 2)}},
      3,
      0},
     "000 001 010 011 100 101 111",
     NULL,
     NULL},
    {{"R rlx", 2, {2, 2}, {{ST(RLX, X, 1), ST(RLX, Y, 1)}, {ST(RLX, Y, 2), LD(RLX, X, 0)}}, 1, 2},
     "011 111 112",
     "011 012 111 112",
     NULL},
    {{"R sc", 2, {2, 2}, {{ST(SC, X, 1), ST(SC, Y, 1)}, {ST(SC, Y, 2), LD(SC, X, 0)}}, 1, 2},
     "011 111 112",
     NULL,
     NULL},
    {{"S rlx", 2, {2, 2}, {{ST(RLX, X, 2), ST(RLX, Y, 1)}, {LD(RLX, Y, 0), ST(RLX, X, 1)}}, 1, 2},
     "011 021 111",
     NULL,
     "011 021 111 121"},
    {{"S rel acq",
      2,
      {2, 2},
      {{ST(RLX, X, 2), ST(REL, Y, 1)}, {LD(ACQ, Y, 0), ST(RLX, X, 1)}},
      1,
      2},
     "011 021 111",
     NULL,
     NULL},
    {{"cas once", 2, {1, 1}, {{CAS(RLX, X, 0, 1, 0)}, {CAS(RLX, X, 0, 2, 1)}}, 2, 1},
     "011 202",
     NULL,
     NULL},
    {{"add both", 2, {1, 1}, {{ADD(RLX, X, 1, 0)}, {ADD(RLX, X, 1, 1)}}, 2, 1},
     "012 102",
     NULL,
     NULL},
};

static struct program iriw(int store, int load) {
  struct program p = {"IRIW",
                      4,
                      {1, 1, 2, 2},
                      {{ST(store, X, 1)},
                       {ST(store, Y, 1)},
                       {LD(load, X, 0), LD(load, Y, 1)},
                       {LD(load, Y, 2), LD(load, X, 3)}},
                      4,
                      0};
  return p;
}

static const char *explored(struct program *p, enum tm_explore_model model, bool plain) {
  static char text[4096];
  struct tm_explore_options options = {.model = model, .plain = plain};
  struct tm_explore_result *result = program_explore(p, &options);
  snprintf(text, sizeof text, "%s", program_outcomes(result));
  assert_true(result->complete);
  tm_explore_free(result);
  return text;
}

static void classics_give_their_outcome_sets(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof classics / sizeof *classics; i++) {
    struct classic *c = &classics[i];
    const char *tso = c->tso ? c->tso : c->sc, *c11 = c->c11 ? c->c11 : tso;
    const char *const wanted[] = {c->sc, tso, c11};
    for (int m = 0; m < 3; m++)
      for (int plain = 0; plain < 2; plain++) {
        const char *found = explored(&c->program, (enum tm_explore_model)m, plain);
        if (strcmp(found, wanted[m]))
          fail_msg("%s, %s%s: %s instead of %s", c->program.name,
                   tm_explore_model_name((enum tm_explore_model)m), plain ? ", plain" : "", found,
                   wanted[m]);
      }
  }
}

/* All 16 outcomes but the one where the readers disagree about the order of the writes: 15. */
static void iriw_is_told_apart_by_order(void **state) {
  (void)state;
  static const struct {
    int store, load;
    unsigned outcomes[3];
  } cases[] = {{RLX, RLX, {15, 15, 16}}, {REL, ACQ, {15, 15, 16}}, {SC, SC, {15, 15, 15}}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (int m = 0; m < 3; m++) {
      struct program p = iriw(cases[i].store, cases[i].load);
      struct tm_explore_options options = {.model = (enum tm_explore_model)m};
      struct tm_explore_result *result = program_explore(&p, &options);
      assert_int_equal(result->outcomes, cases[i].outcomes[m]);
      tm_explore_free(result);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(classics_give_their_outcome_sets),
      cmocka_unit_test(iriw_is_told_apart_by_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
