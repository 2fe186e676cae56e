/* SPDX-License-Identifier: Apache-2.0 */
/* A timeline of an execution: a column per thread, time goes down. */
#include "harness/explore/guest.h"
#include "harness/explore/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 160 };

struct drawing {
  const struct tm_litmus *test;
  FILE *out;
  unsigned steps;
  unsigned width[TM_LITMUS_THREADS];
  struct {
    unsigned thread;
    char text[CELL];
  } row[TM_EXPLORE_STEPS];
};

/* Small numbers as they are, lengths in pages, the rest in hexadecimal. */
static void put_value(FILE *out, uint64_t v) {
  if (v && v % TM_LITMUS_PAGE_BYTES == 0 && v / TM_LITMUS_PAGE_BYTES <= TM_LITMUS_MAX_PAGES)
    fprintf(out, "%llu page%s", (unsigned long long)(v / TM_LITMUS_PAGE_BYTES),
            v == TM_LITMUS_PAGE_BYTES ? "" : "s");
  else if (v < 1000000)
    fprintf(out, "%llu", (unsigned long long)v);
  else
    fprintf(out, "0x%llx", (unsigned long long)v);
}

static void step_text(const struct tm_explore_step *s, char text[CELL]) {
  FILE *out = fmemopen(text, CELL, "w");
  if (!out) return;
  bool guest = strstr(s->file, ".litmus") != NULL;
  if (s->line) fprintf(out, "%s:%u  ", s->file, s->line);
  if (s->buffer)
    fprintf(out, "(buffer) %s = ", s->what), put_value(out, s->written);
  else if (guest)
    fputs(s->what, out);
  else
    fprintf(out, "%s%s%s %s", s->effect, *s->order ? " " : "", s->order, s->what);
  if (s->buffer) fprintf(out, " %s", s->effect);
  if (s->faulted) fputs(" faults", out);
  if (s->refused) fputs(" fails", out);
  if (s->reads) fputs(" -> ", out), put_value(out, s->read);
  if (s->stale) fputs(" (not the newest)", out);
  if (s->failed) fputs(" (another value)", out);
  if (s->writes && !s->buffer && !guest) fputs(" := ", out), put_value(out, s->written);
  fclose(out);
  text[CELL - 1] = '\0';
}

static void add_row(void *argument, const struct tm_explore_step *step) {
  struct drawing *d = argument;
  if (d->steps == TM_EXPLORE_STEPS) return;
  d->row[d->steps].thread = step->thread;
  step_text(step, d->row[d->steps].text);
  unsigned n = (unsigned)strlen(d->row[d->steps].text);
  if (n > d->width[step->thread]) d->width[step->thread] = n;
  d->steps++;
}

static void put_row(const struct drawing *d, const char *number, const char *const *cell) {
  unsigned last = 0;
  for (unsigned t = 0; t < d->test->threads; t++)
    if (*cell[t]) last = t;
  fprintf(d->out, "%4s ", number);
  for (unsigned t = 0; t < d->test->threads; t++) {
    if (t) fputs(" | ", d->out);
    fprintf(d->out, "%-*s", t >= last && t + 1 == d->test->threads ? 0 : (int)d->width[t], cell[t]);
  }
  fputc('\n', d->out);
}

static void put_drawing(struct drawing *d) {
  const char *cell[TM_LITMUS_THREADS];
  char number[16];
  for (unsigned t = 0; t < d->test->threads; t++) {
    unsigned n = (unsigned)strlen(d->test->thread[t].name);
    if (n > d->width[t]) d->width[t] = n;
    cell[t] = d->test->thread[t].name;
  }
  put_row(d, "", cell);
  for (unsigned i = 0; i < d->steps; i++) {
    for (unsigned t = 0; t < d->test->threads; t++) cell[t] = "";
    cell[d->row[i].thread] = d->row[i].text;
    snprintf(number, sizeof number, "%u", i + 1);
    put_row(d, number, cell);
  }
}

static void put_outcome(const struct drawing *d, const struct tm_explore_outcome *o) {
  if (!o->words) {
    fputs("     the schedule ends here; the threads do not\n", d->out);
    return;
  }
  struct tm_value row[TM_LITMUS_COLUMNS];
  struct tm_explore_flaws flaws = tm_explore_row(d->test, o, row);
  fputs("  => ", d->out);
  for (unsigned c = 0; c < d->test->columns; c++) {
    char text[64];
    fprintf(d->out, " %s=%s", d->test->column[c].name, tm_value_text(row[c], text, sizeof text));
  }
  if (flaws.stuck) fputs("   DEADLOCK", d->out);
  if (flaws.invalid) fputs("   the strategy's invariant does not hold", d->out);
  fputc('\n', d->out);
}

int tm_explore_draw(const struct tm_litmus *test, const char *strategy, enum tm_explore_model model,
                    const struct tm_explore_decision *decision, unsigned decisions, FILE *out,
                    struct tm_error *error) {
  struct drawing *d = calloc(1, sizeof *d);
  struct tm_explore_outcome *outcome = calloc(1, sizeof *outcome);
  struct tm_guest *g = NULL;
  int result = tm_guest_new(&g, test, strategy, error);
  if (!d || !outcome) result = tm_fail(error, -ENOMEM, "no memory for a drawing");
  if (!result) {
    struct tm_explore_client client = tm_guest_client(g);
    d->test = test;
    d->out = out;
    result = tm_explore_replay(&client, model, decision, decisions, add_row, d, outcome, error);
    put_drawing(d);
    if (!result) put_outcome(d, outcome);
  }
  free(g);
  free(outcome);
  free(d);
  return result;
}
