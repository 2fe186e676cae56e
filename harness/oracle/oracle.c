/* SPDX-License-Identifier: Apache-2.0 */
/* The judgement of a test: all its allowed outcomes and all its sequentially consistent ones, or,
 * where those are too many, answers to single questions. */
#include "harness/oracle/oracle.h"

#include <errno.h>
#include <stdlib.h>

#include "harness/oracle/interleave.h"
#include "harness/oracle/search.h"

/* How far all outcomes are listed: about half a second. */
enum { LIST_ROWS = 120000, LIST_WORK = 3000000, LIST_STATES = 600000 };

/* How far a single question is followed: bounds that only absurd tests meet. */
enum { MOST_WORK = 400000000, MOST_STATES = 20000000 };

/* Rows whose grade was asked for when the list is not complete. */
struct memo {
  struct tm_outcomes asked, allowed, sc;
};

struct tm_oracle {
  const struct tm_litmus *test;
  struct tm_program *program;
  struct tm_outcomes allowed, sc;
  struct memo *memo;
  size_t most_rows; /* how many are listed at most */
  bool complete, verdict, verdict_sc, thin_air;
};

/* ---- all outcomes ---- */

static bool list_wanted(void *user, const struct tm_value row[]) {
  return !tm_outcomes_has(&((struct tm_oracle *)user)->allowed, row);
}

static bool list_found(void *user, const struct tm_execution *x, const struct tm_value row[]) {
  struct tm_oracle *o = user;
  (void)x;
  tm_outcomes_add(&o->allowed, row);
  return o->allowed.count > o->most_rows;
}

static bool list_sc(void *user, const struct tm_value row[]) {
  tm_outcomes_add(&((struct tm_oracle *)user)->sc, row);
  return false;
}

/* List everything, within the limits: false if there is more. */
static bool list_outcomes(struct tm_oracle *o) {
  struct tm_search search = {.program = o->program,
                             .wanted = list_wanted,
                             .found = list_found,
                             .user = o,
                             .work = LIST_WORK};
  struct tm_interleave_goal goal = {
      .found = list_sc, .user = o, .most_states = LIST_STATES, .most_rows = SIZE_MAX};
  tm_search_run(&search);
  o->thin_air = search.thin_air;
  return search.work && o->allowed.count <= o->most_rows &&
         tm_interleave(o->test, &o->program->cells, &goal);
}

/* ---- one question: `exists`, or one row ---- */

struct question {
  const struct tm_litmus *test;
  const struct tm_value *row; /* NULL: the condition */
  bool yes;
};

static bool question_may(void *user, const struct tm_value row[], uint32_t known) {
  const struct question *q = user;
  if (!q->row) return tm_litmus_may_hold(q->test, row, known);
  for (unsigned c = 0; c < q->test->columns; c++)
    if (known >> c & 1 && !tm_value_equal(row[c], q->row[c])) return false;
  return true;
}

static bool question_wanted(void *user, const struct tm_value row[]) {
  const struct question *q = user;
  if (!q->row) return tm_litmus_holds(q->test, row);
  return question_may(user, row, UINT32_MAX);
}

static bool question_found(void *user, const struct tm_execution *x, const struct tm_value row[]) {
  (void)x;
  (void)row;
  return ((struct question *)user)->yes = true;
}

static bool question_sc(void *user, const struct tm_value row[]) {
  return ((struct question *)user)->yes = question_wanted(user, row);
}

/* Answer whether some consistent execution, and some interleaving, is as asked. False: too long. */
static bool ask(const struct tm_oracle *o, const struct tm_value row[], bool *allowed, bool *sc) {
  struct question q = {.test = o->test, .row = row};
  struct tm_search search = {.program = o->program,
                             .may = question_may,
                             .wanted = question_wanted,
                             .found = question_found,
                             .user = &q,
                             .work = MOST_WORK};
  struct tm_interleave_goal goal = {.may = question_may,
                                    .found = question_sc,
                                    .user = &q,
                                    .most_states = MOST_STATES,
                                    .most_rows = SIZE_MAX};
  tm_search_run(&search);
  *allowed = q.yes;
  *sc = q.yes = false;
  if (!search.work && !*allowed) return false;
  if (*allowed && !tm_interleave(o->test, &o->program->cells, &goal) && !q.yes) return false;
  *sc = q.yes;
  return true;
}

/* ---- the judgement ---- */

static void decide_from_list(struct tm_oracle *o) {
  for (size_t i = 0; i < o->allowed.count; i++) {
    const struct tm_value *row = tm_outcomes_row(&o->allowed, i);
    if (!tm_litmus_holds(o->test, row)) continue;
    o->verdict = true;
    o->verdict_sc |= tm_outcomes_has(&o->sc, row);
  }
}

static int judge(struct tm_oracle *o, struct tm_error *error) {
  int bad = tm_program_unfold(o->program, o->test, error);
  if (bad) return bad;
  o->complete = list_outcomes(o);
  if (o->complete)
    decide_from_list(o);
  else if (!ask(o, NULL, &o->verdict, &o->verdict_sc))
    return tm_fail(error, -E2BIG, "%s: has too many executions to decide; shorten its threads",
                   o->test->name);
  tm_outcomes_sort(&o->allowed);
  return 0;
}

struct tm_oracle *tm_oracle_judge_listing(const struct tm_litmus *test, size_t most,
                                          struct tm_error *error) {
  struct tm_oracle *o = calloc(1, sizeof *o);
  if (!o) tm_no_memory("what was asked");
  o->test = test;
  o->most_rows = most;
  o->program = calloc(1, sizeof *o->program);
  o->memo = calloc(1, sizeof *o->memo);
  if (!o->program || !o->memo) tm_no_memory("what was asked");
  struct tm_outcomes *sets[] = {&o->allowed, &o->sc, &o->memo->asked, &o->memo->allowed,
                                &o->memo->sc};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) tm_outcomes_start(sets[i], test->columns);
  if (judge(o, error) == 0) return o;
  tm_oracle_free(o);
  return NULL;
}

struct tm_oracle *tm_oracle_judge(const struct tm_litmus *test, struct tm_error *error) {
  return tm_oracle_judge_listing(test, LIST_ROWS, error);
}

void tm_oracle_free(struct tm_oracle *o) {
  if (!o) return;
  tm_outcomes_free(&o->allowed);
  tm_outcomes_free(&o->sc);
  tm_outcomes_free(&o->memo->asked);
  tm_outcomes_free(&o->memo->allowed);
  tm_outcomes_free(&o->memo->sc);
  free(o->memo);
  tm_program_free(o->program);
  free(o->program);
  free(o);
}

enum tm_grade tm_oracle_grade(const struct tm_oracle *o, const struct tm_value row[]) {
  const struct tm_outcomes *allowed = &o->allowed, *sc = &o->sc;
  if (!o->complete) {
    bool is_allowed, is_sc;
    allowed = &o->memo->allowed;
    sc = &o->memo->sc;
    if (tm_outcomes_add(&o->memo->asked, row)) {
      if (!ask(o, row, &is_allowed, &is_sc))
        tm_die("%s: one row has too many executions", o->test->name);
      if (is_allowed) tm_outcomes_add(&o->memo->allowed, row);
      if (is_sc) tm_outcomes_add(&o->memo->sc, row);
    }
  }
  if (tm_outcomes_has(sc, row)) return TM_SC;
  return tm_outcomes_has(allowed, row) ? TM_WEAK : TM_FORBIDDEN;
}

size_t tm_oracle_outcomes(const struct tm_oracle *o) { return o->allowed.count; }
size_t tm_oracle_sc_outcomes(const struct tm_oracle *o) { return o->sc.count; }

const struct tm_value *tm_oracle_row(const struct tm_oracle *o, size_t index) {
  return tm_outcomes_row(&o->allowed, index);
}

enum tm_grade tm_oracle_row_grade(const struct tm_oracle *o, size_t index) {
  return tm_oracle_grade(o, tm_oracle_row(o, index));
}

bool tm_oracle_complete(const struct tm_oracle *o) { return o->complete; }
bool tm_oracle_allowed(const struct tm_oracle *o) { return o->verdict; }
bool tm_oracle_sc(const struct tm_oracle *o) { return o->verdict_sc; }
bool tm_oracle_thin_air(const struct tm_oracle *o) { return o->thin_air; }

const char *tm_grade_name(enum tm_grade grade) {
  static const char *const names[] = {"forbidden", "weak", "sc"};
  return names[grade];
}
