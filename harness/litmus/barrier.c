/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/session.h"

#include "core/arch.h"

static const int64_t START_DELAY_TICKS = 1000; /* timebase: from the meeting to the common start */

/* How many threads are parked in waits of this round. */
static uint32_t parked(struct tm_session *s, uint32_t round, bool wake) {
  uint32_t count = 0;
  uint64_t seen[TM_LITMUS_THREADS * TM_LITMUS_STEPS];
  unsigned places = 0;
  for (unsigned t = 0; t < s->threads; t++)
    for (unsigned i = 0; i < s->test->thread[t].steps; i++) {
      const struct tm_litmus_step *step = &s->test->thread[t].step[i];
      if (step->op != TM_WAIT || step->timeout >= 0) continue; /* a timeout ends by itself */
      bool known = false;
      for (unsigned k = 0; k < places; k++) known = known || seen[k] == step->at;
      if (known) continue;
      seen[places++] = step->at;
      uint8_t *p = tm_bed_place(&s->bed, round, step->at);
      struct tm_linear *memory = s->bed.memory;
      void *view = s->bed.lane[t].view;
      count +=
          wake ? tm_linear_notify(memory, view, p, UINT32_MAX) : tm_linear_waiting(memory, view, p);
    }
  return count;
}

void tm_session_wake_the_stuck(struct tm_session *s, uint32_t meeting) {
  uint32_t nobody = 0;
  /* ORDER: one at a time. PAIRS: the store below. */
  if (!tm_cas_acqrel(&s->kicking, &nobody, 1)) return;
  uint32_t missing = 0, round = meeting - 1;
  for (unsigned t = 0; t < s->threads; t++)
    /* ORDER: a thread's last round before its arrival. PAIRS: meet. */
    missing += tm_load_acq(&s->worker[t].met) <= meeting;
  if (missing && parked(s, round, false) == missing) {
    for (unsigned t = 0; t < s->threads; t++)
      if (tm_load_acq(&s->worker[t].met) <= meeting) s->stuck[round] |= (uint8_t)(1u << t);
    parked(s, round, true);
  }
  /* ORDER: the marks before the next one. PAIRS: the compare-and-swap above. */
  tm_store_rel(&s->kicking, 0);
}

/* The last to arrive looks at the length, once every thread has ended the round before. */
static void open_round(struct tm_session *s, uint32_t round) {
  struct tm_bed *bed = &s->bed;
  tm_session_look_at_the_clock(s, round);
  uint64_t pages = bed->memory->strategy->pages(bed->lane[0].view);
  if (round > 0) bed->end_pages[round - 1] = pages;
  bed->edge_pages[round] = pages;
  if (s->mode == TM_RUN_TIMEBASE)
    tm_store_rlx(&s->start_tick,
                 tm_arch_ticks() + (uint64_t)START_DELAY_TICKS); /* Relaxed: published by opened. */
  /* ORDER: the round's edge before the round. PAIRS: meet. */
  tm_store_rel(&s->opened, (uint64_t)round + 1);
}

static void meet(struct tm_worker *w, uint32_t round) {
  struct tm_session *s = w->session;
  struct tm_linear *memory = s->bed.memory;
  tm_linear_park(memory, w->lane->view);
  /* ORDER: my last round before my arrival. PAIRS: tm_session_wake_the_stuck. */
  tm_store_rel(&w->met, (uint64_t)round + 1);
  /* ORDER: everyone's last round before the next one is opened. PAIRS: itself. */
  uint64_t arrived = tm_fetch_add_acqrel(&s->arrived, 1) + 1;
  if (arrived == (uint64_t)s->threads * (round + 1)) {
    open_round(s, round);
  } else {
    /* ORDER: the round's edge before the round. PAIRS: open_round. */
    for (unsigned turn = 0; tm_load_acq(&s->opened) <= round; turn++) {
      tm_port_relax(turn);
      if (s->bed.plan.waits_for_ever && round > 0 && turn % 256 == 255)
        tm_session_wake_the_stuck(s, round);
    }
  }
  tm_linear_unpark(memory, w->lane->view);
}

static void wait_for_tick(struct tm_worker *w) {
  struct tm_session *s = w->session;
  if (s->mode != TM_RUN_TIMEBASE) return;
  int64_t skew = w->lane->index ? tm_worker_skew(w, w->round) : 0;
  int64_t start = (int64_t)tm_load_rlx(&s->start_tick) + skew; /* Relaxed: ordered by meet. */
  while ((int64_t)tm_arch_ticks() < start) tm_arch_pause();
}

void tm_worker_meet_and_run(struct tm_worker *w) {
  for (;; w->round++) {
    meet(w, w->round);
    if (tm_session_ended(w->session, w->round)) return;
    wait_for_tick(w);
    tm_worker_run_round(w, 0);
  }
}
