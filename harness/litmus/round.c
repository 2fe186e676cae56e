/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/session.h"

#include "core/arch.h"

#include <math.h>
#include <time.h>

double tm_seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void tm_session_look_at_the_clock(struct tm_session *s, uint32_t next_round) {
  if (next_round % 16 || tm_seconds_now() < s->deadline) return;
  /* ORDER: with the release of the round that follows. PAIRS: tm_session_ended. */
  if (next_round < tm_load_rlx(&s->end)) tm_store_rel(&s->end, next_round);
}

int64_t tm_worker_skew(struct tm_worker *w, uint32_t round) {
  const struct tm_session *s = w->session;
  const struct tm_aim *aim = tm_session_aim(s, round);
  if (aim->kind == TM_AIM_FIXED)
    return aim->ticks +
           (aim->spread > 1 ? (int64_t)tm_rng_below(&w->rng, (uint64_t)aim->spread) : 0);
  if (aim->kind == TM_AIM_EDGE) return w->edge / 256;
  /* Every order of magnitude alike: what matters may be short or long after the publish. */
  double share = tm_rng_uniform(&w->rng);
  int64_t ticks = (int64_t)(exp(share * log((double)s->tuner.widest + 1)) - 1);
  return s->mode == TM_RUN_TIMEBASE && tm_rng_u64(&w->rng) % 2 ? -ticks : ticks;
}

void tm_worker_follow_edge(struct tm_worker *w, enum tm_attempt attempt) {
  const struct tm_tuner *t = &w->session->tuner;
  int64_t edge = tm_aim_follow(tm_session_aim(w->session, w->round), w->edge, attempt);
  w->edge = edge < t->widest * 256 ? edge : t->widest * 256;
}

void tm_worker_run_round(struct tm_worker *w, unsigned from) {
  const struct tm_bed *bed = &w->session->bed;
  uint32_t r = w->round;
  tm_bed_here(bed, w->lane->index, r);
  uint32_t near = tm_bed_near(bed, r);
  if (w->session->options->preload)
    (void)*(volatile uint8_t *)tm_linear_at(bed->memory, w->lane->view, near, 1);
  if (w->lane->entry[from])
    w->lane->entry[from](w->lane->instance, (uint32_t)(bed->edge_pages[r] * TM_PAGE_BYTES), near,
                         tm_bed_out(bed, r, w->lane->index));
  if (w->session->stamp && w->lane->index == 0) w->session->finished_at[r] = tm_arch_ticks();
}

void tm_worker_note_trap(struct tm_worker *w) {
  const struct tm_bed *bed = &w->session->bed;
  tm_linear_unpark(bed->memory, w->lane->view);
  uint64_t *results = tm_bed_results(bed, w->round, w->lane->index);
  uint32_t step = (uint32_t)results[0];
  int column = bed->test->thread[w->lane->index].step[step].column;
  if (column >= 0) results[tm_litmus_slot(bed->test, w->lane->index, column)] = TM_OUT_TRAP;
  tm_linear_park(bed->memory, w->lane->view);
  w->resume_step = step + 1;
  w->traps++;
  tm_worker_follow_edge(w, TM_ATTEMPT_EARLY);
}
