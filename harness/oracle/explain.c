/* SPDX-License-Identifier: Apache-2.0 */
/* Say why: a witness of what is allowed, the axiom that forbids what is not. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/oracle/oracle.h"
#include "harness/oracle/search.h"

enum { EXPLAIN_WORK = 100000000 };

struct goal {
  const struct tm_litmus *test;
  const struct tm_value *row; /* this row, or (NULL) any that satisfies `exists` */
  bool found;
  struct tm_execution x;
  struct tm_value values[TM_LITMUS_COLUMNS];
};

static bool goal_may(void *user, const struct tm_value row[], uint32_t known) {
  const struct goal *goal = user;
  if (!goal->row) return tm_litmus_may_hold(goal->test, row, known);
  for (unsigned c = 0; c < goal->test->columns; c++)
    if (known >> c & 1 && !tm_value_equal(row[c], goal->row[c])) return false;
  return true;
}

static bool goal_wanted(void *user, const struct tm_value row[]) {
  const struct goal *goal = user;
  return goal->row ? goal_may(user, row, UINT32_MAX) : tm_litmus_holds(goal->test, row);
}

static bool goal_found(void *user, const struct tm_execution *x, const struct tm_value row[]) {
  struct goal *goal = user;
  goal->found = true;
  goal->x = *x;
  memcpy(goal->values, row, goal->test->columns * sizeof *row);
  tm_execution_totalise(&goal->x);
  return true;
}

/* ---- texts ---- */

char *tm_event_text(const struct tm_litmus *test, const struct tm_event *e, char *out,
                    size_t room) {
  char step[96];
  if (!e->step) {
    snprintf(out, room, e->thread < 0 ? "the allocation" : "the final read");
    return out;
  }
  tm_litmus_step_text(test, e->step, step, sizeof step);
  const char *name = test->thread[e->thread].name;
  if (e->step->op == TM_FILL || e->step->op == TM_COPY || e->step->op == TM_INIT)
    snprintf(out, room, "%s: %s (its event %u)", name, step, e->part + 1);
  else if (e->queue == TM_QUEUE_WOKEN || e->queue == TM_QUEUE_TIMEOUT)
    snprintf(out, room, "%s: %s (its end)", name, step);
  else
    snprintf(out, room, "%s: %s", name, step);
  return out;
}

static void print_row(const struct tm_litmus *test, const struct tm_value row[], FILE *out) {
  char text[32];
  for (unsigned c = 0; c < test->columns; c++)
    fprintf(out, "%s%s=%s", c ? " " : "", test->column[c].name,
            tm_value_text(row[c], text, sizeof text));
}

static void print_length(const struct goal *goal, unsigned i, FILE *out) {
  const struct tm_event *e = &goal->x.event[i];
  char name[128];
  if (e->length == TM_LENGTH_NONE || e->length == TM_LENGTH_WRITE) return;
  uint64_t pages = tm_execution_pages(&goal->x, i);
  const struct tm_event *from = &goal->x.event[goal->x.length_from[i]];
  fprintf(out, "; %s length %" PRIu64 " of '%s'",
          e->length == TM_LENGTH_READ ? "checks against" : "reads", pages,
          tm_event_text(goal->test, from, name, sizeof name));
  if (e->length == TM_LENGTH_RMW) fprintf(out, ", writes %" PRIu64, goal->x.pages_after[i]);
}

/* "; reads 0 of 'the allocation'", or each byte's writer if they differ */
static void print_data(const struct goal *goal, unsigned i, FILE *out) {
  const struct tm_event *e = &goal->x.event[i];
  const int *from = goal->x.from[i];
  char name[128], text[32];
  struct tm_value value = {TM_VALUE_NUMBER, 0};
  if (!tm_reads(e)) return;
  tm_execution_read(&goal->x, i, &value.number);
  fprintf(out, "; reads %s of", tm_value_text(value, text, sizeof text));
  for (unsigned k = 0; k < e->bytes; k++) {
    if (k && from[k] == from[k - 1]) continue;
    unsigned end = k + 1;
    while (end < e->bytes && from[end] == from[k]) end++;
    fprintf(out, " '%s'", tm_event_text(goal->test, &goal->x.event[from[k]], name, sizeof name));
    if (end - k < e->bytes) fprintf(out, " (bytes %u to %u)", k, end - 1);
  }
}

/* Events in total order, each with what it reads. */
static void print_events(const struct goal *goal, FILE *out) {
  unsigned order[TM_EVENTS];
  char name[128];
  for (unsigned i = 0; i < goal->x.events; i++)
    order[__builtin_popcountll(goal->x.tot.before[i])] = i;
  fprintf(out, "  total order, and what each event reads:\n");
  for (unsigned i = 0; i < goal->x.events; i++) {
    fprintf(out, "    %s", tm_event_text(goal->test, &goal->x.event[order[i]], name, sizeof name));
    print_length(goal, order[i], out);
    print_data(goal, order[i], out);
    fputc('\n', out);
  }
}

/* Happens-before between threads, without what follows from the rest. */
static void print_hb(const struct goal *goal, FILE *out) {
  char from[128], to[128];
  bool any = false;
  int finals = (int)goal->test->threads;
  fprintf(out, "  happens-before between the threads:");
  for (unsigned a = 0; a < goal->x.events; a++)
    for (tm_set set = goal->x.hb.after[a]; set; set &= set - 1) {
      unsigned b = tm_lowest(set);
      const struct tm_event *A = &goal->x.event[a], *B = &goal->x.event[b];
      if (A->thread == B->thread || A->thread < 0 || B->thread == finals) continue;
      if (goal->x.hb.after[a] & goal->x.hb.before[b]) continue;
      fprintf(out, "\n    '%s' before '%s'", tm_event_text(goal->test, A, from, sizeof from),
              tm_event_text(goal->test, B, to, sizeof to));
      any = true;
    }
  fprintf(out, "%s\n", any ? "" : " none");
}

/* ---- why not ---- */

static const struct {
  enum tm_axiom axiom;
  const char *name;
} axioms[] = {
    {TM_AXIOM_NOT_HIDDEN, "a read does not see past a write that happens between (hb-consistent)"},
    {TM_AXIOM_NO_FUTURE, "a read does not see a write that happens after it (hb-consistent)"},
    {TM_AXIOM_LAST_VISIBLE,
     "a seq-cst read sees the last write in the total order (sc-last-visible)"},
    {TM_AXIOM_ATOMIC_GROW, "a grow reads the length that the grow just before it wrote "
                           "(sc-last-visible, of a read-modify-write)"},
    {TM_AXIOM_NO_TEAR, "a tear-free read takes its bytes from one write of its range (no-tear)"},
    {TM_AXIOM_QUEUE, "the events of a wait queue happen one after the other "
                     "(suspensions-consistent)"},
    {TM_AXIOM_SYNCHRONISE, "a seq-cst read happens after the seq-cst write it reads from "
                           "(hb-consistent)"},
};

enum { AXIOMS = sizeof axioms / sizeof *axioms };

static bool seek(struct goal *goal, const struct tm_program *program, unsigned without) {
  struct tm_search search = {.program = program,
                             .without = without,
                             .may = goal_may,
                             .wanted = goal_wanted,
                             .found = goal_found,
                             .user = goal,
                             .work = EXPLAIN_WORK};
  goal->found = false;
  tm_search_run(&search);
  return goal->found;
}

/* Find a smallest set of axioms without which the goal is reached; 0 if there is none. */
static unsigned seek_reason(struct goal *goal, const struct tm_program *program) {
  for (unsigned i = 0; i < AXIOMS; i++)
    if (seek(goal, program, axioms[i].axiom)) return axioms[i].axiom;
  for (unsigned i = 0; i < AXIOMS; i++)
    for (unsigned k = 0; k < i; k++)
      if (seek(goal, program, axioms[i].axiom | axioms[k].axiom))
        return axioms[i].axiom | axioms[k].axiom;
  unsigned all = 0;
  for (unsigned i = 0; i < AXIOMS; i++) all |= axioms[i].axiom;
  return seek(goal, program, all) ? all : 0;
}

static void explain_forbidden(struct goal *goal, const struct tm_program *program, FILE *out) {
  char why[512];
  unsigned reason = seek_reason(goal, program);
  if (!reason) {
    fprintf(out, "  no execution of the program gives these values, consistent or not\n");
    return;
  }
  fprintf(out, "  forbidden by: ");
  bool first = true;
  for (unsigned i = 0; i < AXIOMS; i++)
    if (reason & axioms[i].axiom) {
      fprintf(out, "%s%s", first ? "" : "\n            and: ", axioms[i].name);
      first = false;
    }
  fprintf(out, "\n  without that there would be this execution: ");
  print_row(goal->test, goal->values, out);
  if (!tm_axioms_hold(goal->test, &goal->x, why, sizeof why)) fprintf(out, "\n  in which %s", why);
  fputc('\n', out);
  print_events(goal, out);
  print_hb(goal, out);
}

static void explain(struct goal *goal, FILE *out) {
  struct tm_program *program = calloc(1, sizeof *program);
  if (!program) tm_no_memory("what was asked");
  if (tm_program_unfold(program, goal->test, NULL) == 0) {
    if (seek(goal, program, 0)) {
      fprintf(out, "  witness: ");
      print_row(goal->test, goal->values, out);
      fputc('\n', out);
      print_events(goal, out);
      print_hb(goal, out);
    } else {
      explain_forbidden(goal, program, out);
    }
  }
  tm_program_free(program);
  free(program);
}

void tm_oracle_explain(const struct tm_litmus *test, const struct tm_oracle *oracle, FILE *out) {
  struct goal *goal = calloc(1, sizeof *goal);
  if (!goal) tm_no_memory("what was asked");
  goal->test = test;
  const char *sc = !tm_oracle_allowed(oracle) ? ""
                   : tm_oracle_sc(oracle)     ? ", and an interleaving explains it"
                                              : ", though no interleaving explains it";
  fprintf(out, "%s: %s%s\n", test->name, tm_oracle_allowed(oracle) ? "allowed" : "forbidden", sc);
  if (test->suspicious != TM_NOT_SUSPICIOUS)
    fprintf(out, "  suspicious in practice: %s\n", tm_suspicious_name(test->suspicious));
  explain(goal, out);
  free(goal);
}

void tm_oracle_explain_row(const struct tm_litmus *test, const struct tm_oracle *oracle,
                           const struct tm_value row[], FILE *out) {
  struct goal *goal = calloc(1, sizeof *goal);
  if (!goal) tm_no_memory("what was asked");
  goal->test = test;
  goal->row = row;
  fprintf(out, "%s: ", test->name);
  print_row(test, row, out);
  fprintf(out, " is %s\n", tm_grade_name(tm_oracle_grade(oracle, row)));
  explain(goal, out);
  free(goal);
}
