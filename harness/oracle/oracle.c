/* SPDX-License-Identifier: Apache-2.0 */
/* The judgement of a test: all its allowed outcomes and all its sequentially consistent ones. */
#include "harness/oracle/oracle.h"

#include <errno.h>
#include <stdlib.h>

#include "harness/oracle/interleave.h"
#include "harness/oracle/search.h"

/* Bounds that only absurd tests meet. */
enum { MOST_WORK = 400000000, MOST_STATES = 20000000 };

struct tm_oracle {
  const struct tm_litmus *test;
  struct tm_outcomes allowed, sc;
  bool verdict, verdict_sc, thin_air;
};

static bool wanted(void *user, const struct tm_value row[]) {
  return !tm_outcomes_has(&((struct tm_oracle *)user)->allowed, row);
}

static bool found(void *user, const struct tm_execution *x, const struct tm_value row[]) {
  (void)x;
  tm_outcomes_add(&((struct tm_oracle *)user)->allowed, row);
  return false;
}

static void decide(struct tm_oracle *o) {
  for (size_t i = 0; i < o->allowed.count; i++) {
    const struct tm_value *row = tm_outcomes_row(&o->allowed, i);
    if (!tm_litmus_holds(o->test, row)) continue;
    o->verdict = true;
    o->verdict_sc |= tm_outcomes_has(&o->sc, row);
  }
}

struct tm_oracle *tm_oracle_judge(const struct tm_litmus *test, struct tm_error *error) {
  struct tm_program *program = calloc(1, sizeof *program);
  struct tm_oracle *o = calloc(1, sizeof *o);
  if (!program || !o) tm_die("out of memory");
  o->test = test;
  tm_outcomes_start(&o->allowed, test->columns);
  tm_outcomes_start(&o->sc, test->columns);
  struct tm_search search = {
      .program = program, .wanted = wanted, .found = found, .user = o, .work = MOST_WORK};
  bool fine = tm_program_unfold(program, test, error) == 0;
  if (fine) {
    tm_search_run(&search);
    fine = search.work && tm_interleave(test, &program->cells, MOST_STATES, &o->sc);
    if (!fine)
      tm_fail(error, -E2BIG, "%s: has too many executions to decide; shorten its threads",
              test->name);
  }
  tm_program_free(program);
  free(program);
  if (!fine) {
    tm_oracle_free(o);
    return NULL;
  }
  o->thin_air = search.thin_air;
  tm_outcomes_sort(&o->allowed);
  decide(o);
  return o;
}

void tm_oracle_free(struct tm_oracle *o) {
  if (!o) return;
  tm_outcomes_free(&o->allowed);
  tm_outcomes_free(&o->sc);
  free(o);
}

size_t tm_oracle_outcomes(const struct tm_oracle *o) { return o->allowed.count; }

size_t tm_oracle_sc_outcomes(const struct tm_oracle *o) { return o->sc.count; }

const struct tm_value *tm_oracle_row(const struct tm_oracle *o, size_t index) {
  return tm_outcomes_row(&o->allowed, index);
}

enum tm_grade tm_oracle_grade(const struct tm_oracle *o, const struct tm_value row[]) {
  if (tm_outcomes_has(&o->sc, row)) return TM_SC;
  return tm_outcomes_has(&o->allowed, row) ? TM_WEAK : TM_FORBIDDEN;
}

enum tm_grade tm_oracle_row_grade(const struct tm_oracle *o, size_t index) {
  return tm_oracle_grade(o, tm_oracle_row(o, index));
}

bool tm_oracle_allowed(const struct tm_oracle *o) { return o->verdict; }
bool tm_oracle_sc(const struct tm_oracle *o) { return o->verdict_sc; }
bool tm_oracle_thin_air(const struct tm_oracle *o) { return o->thin_air; }

const char *tm_grade_name(enum tm_grade grade) {
  static const char *const names[] = {"forbidden", "weak", "sc"};
  return names[grade];
}
