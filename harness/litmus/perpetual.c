/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/session.h"

#include "core/arch.h"

enum { FREE_WINDOW = 32 }; /* rounds of a free run between two meetings */
/* A round longer than this has had a fault: the kernel let it wait for the commit. */
static const uint64_t FAULT_TICKS = 4000;

void tm_session_publish(struct tm_session *s, uint32_t rounds) {
  tm_session_look_at_the_clock(s, rounds);
  /* ORDER: the end, if it was lowered, before the round that it closes; the guest needs no order:
   * observers start their skew when they see it. PAIRS: next_publish. */
  tm_store_rel(&s->published, rounds);
}

void tm_worker_grow(struct tm_worker *w) {
  struct tm_session *s = w->session;
  for (; !tm_session_ended(s, w->round); w->round++) {
    uint32_t chunk = tm_session_chunk(s, w->round);
    if (!s->chunk_tick[chunk]) s->chunk_tick[chunk] = tm_arch_ticks();
    tm_worker_run_round(w, 0);
    tm_session_publish(s, w->round + 1);
  }
  s->chunk_tick[tm_session_chunk(s, w->round - 1) + 1] = tm_arch_ticks();
}

/* Wait for a publish and see it happen: one that is found, because this thread was late, says
 * nothing about when the round began, and whoever starts from it is late again. Where the skew is
 * random, it does not matter. */
static uint64_t next_publish(struct tm_worker *w) {
  struct tm_session *s = w->session;
  /* ORDER: see tm_session_publish. PAIRS: tm_session_publish. */
  uint64_t now = tm_load_acq(&s->published), before = now;
  if (!tm_session_ended(s, (uint32_t)now) &&
      tm_session_aim(s, (uint32_t)now)->kind == TM_AIM_RANDOM)
    before = w->round;
  for (unsigned turn = 0; now == before && !tm_session_ended(s, (uint32_t)now); turn++) {
    tm_port_relax(turn);
    now = tm_load_acq(&s->published);
  }
  return now;
}

/* Does what this observer saw satisfy the condition, as far as that asks for it? */
static bool hit(const struct tm_worker *w) {
  const struct tm_litmus *test = w->session->test;
  struct tm_value row[TM_LITMUS_COLUMNS];
  if (!w->asked) return false;
  for (unsigned c = 0; c < test->columns; c++)
    if (w->asked >> c & 1) row[c] = tm_code_value(tm_bed_register(&w->session->bed, w->round, c));
  return tm_litmus_may_hold(test, row, w->asked);
}

void tm_worker_observe(struct tm_worker *w) {
  struct tm_session *s = w->session;
  for (;;) {
    tm_linear_park(s->bed.memory, w->lane->view);
    uint64_t now = next_publish(w);
    tm_linear_unpark(s->bed.memory, w->lane->view);
    if (tm_session_ended(s, (uint32_t)now)) return;
    w->round = (uint32_t)now;
    int64_t until = (int64_t)tm_arch_ticks() + tm_worker_skew(w, w->round);
    while ((int64_t)tm_arch_ticks() < until) tm_arch_pause();
    w->attempted[now] = 1;
    uint64_t begun = tm_arch_ticks();
    tm_worker_run_round(w, 0);
    bool slow = tm_arch_ticks() - begun > FAULT_TICKS;
    tm_worker_follow_edge(w, slow ? TM_ATTEMPT_EARLY : hit(w) ? TM_ATTEMPT_HIT : TM_ATTEMPT_LATE);
  }
}

/* Every round has its own places; meet only now and then. */
void tm_worker_run_free(struct tm_worker *w) {
  struct tm_session *s = w->session;
  for (; !tm_session_ended(s, w->round); w->round++) {
    if (w->round % FREE_WINDOW == 0) {
      if (w->lane->index == 0) tm_session_look_at_the_clock(s, w->round + FREE_WINDOW);
      uint64_t window = w->round / FREE_WINDOW;
      /* ORDER: none needed; it keeps the threads near each other. PAIRS: itself. */
      tm_fetch_add_acqrel(&s->arrived, 1);
      tm_linear_park(s->bed.memory, w->lane->view);
      tm_await(tm_load_acq(&s->arrived) >= (window + 1) * s->threads);
      tm_linear_unpark(s->bed.memory, w->lane->view);
    }
    tm_worker_run_round(w, 0);
  }
}
