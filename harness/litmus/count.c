/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/session.h"

#include "core/arch.h"

#include <errno.h>
#include <string.h>

/* A thread that was woken only because nobody else was left to do it: its wait never returned. */
static void mark_stuck(const struct tm_session *s, unsigned thread, uint64_t codes[]) {
  const struct tm_litmus_thread *steps = &s->test->thread[thread];
  bool after = false;
  for (unsigned i = 0; i < steps->steps; i++) {
    const struct tm_litmus_step *step = &steps->step[i];
    if (after && step->op != TM_IF && step->column >= 0) codes[step->column] = TM_OUT_NONE;
    if (after || step->op != TM_WAIT || step->column < 0 || codes[step->column] != 0) continue;
    codes[step->column] = TM_OUT_STUCK;
    after = true;
  }
}

static bool complete(const struct tm_session *s, uint32_t round) {
  if (s->mode != TM_RUN_PERPETUAL || s->bed.plan.grower < 0) return true;
  for (unsigned t = 0; t < s->threads; t++)
    if ((int)t != s->bed.plan.grower && !s->worker[t].attempted[round]) return false;
  return true;
}

int tm_session_count(struct tm_session *s, struct tm_run *run, uint64_t begun_tick, double seconds,
                     struct tm_error *error) {
  uint64_t codes[TM_LITMUS_COLUMNS];
  struct tm_tally *chunks = s->tuner.tally;
  for (int c = 0; c < TM_AIM_CHUNKS; c++)
    if (s->chunk_tick[c + 1]) chunks[c].ticks += s->chunk_tick[c + 1] - s->chunk_tick[c];
  for (uint32_t r = 0; !tm_session_ended(s, r); r++) {
    if (!complete(s, r)) continue;
    tm_bed_codes(&s->bed, r, codes);
    for (unsigned t = 0; s->stuck[r] >> t; t++)
      if (s->stuck[r] >> t & 1) mark_stuck(s, t, codes);
    const struct tm_histogram_row *row = tm_histogram_add(run->histogram, codes);
    if (!row) return tm_fail(error, -ENOMEM, "%s: too many different outcomes", s->test->name);
    run->rounds++;
    *(row->grade == TM_FORBIDDEN ? &run->forbidden
      : row->grade == TM_WEAK    ? &run->weak
                                 : &run->sc) += 1;
    chunks[tm_session_chunk(s, r)].rounds++;
    if (!row->witness) continue;
    chunks[tm_session_chunk(s, r)].witnesses++;
    if (run->witnesses++) continue;
    double ticks = (double)(s->finished_at[r] - begun_tick),
           all = (double)(tm_arch_ticks() - begun_tick);
    run->first_seconds = run->seconds + (s->finished_at[r] ? seconds * ticks / all : seconds);
    run->first = (struct tm_run_witness){.round = run->rounds, .edge_pages = s->bed.edge_pages[r]};
    memcpy(run->first.code, codes, s->test->columns * sizeof *codes);
  }
  return 0;
}
