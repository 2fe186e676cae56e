/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/session.h: one run of a litmus test, as its coordinator and its threads share it
 * (private to run.c and its parts).
 *
 *   run.c        the coordinator: batch after batch, until there is enough
 *   worker.c     the threads: a guest in each, entered again after a trap
 *   round.c      one round of one thread, and when it starts
 *   barrier.c    rounds before which all threads meet; threads that wait for ever
 *   perpetual.c  rounds without a meeting: a grower and observers, or threads that run freely
 *   count.c      what a batch has shown
 *
 * The coordinator and the workers take turns: what has no atomic type is written by one side only,
 * while the other waits at a barrier of the batch.
 */
#ifndef TM_HARNESS_LITMUS_SESSION_H
#define TM_HARNESS_LITMUS_SESSION_H

#include "harness/litmus/aim.h"
#include "harness/litmus/bed.h"
#include "harness/litmus/crowd.h"
#include "harness/litmus/run.h"
#include "harness/stats/stats.h"

#include <pthread.h>

struct tm_worker {
  struct tm_session *session;
  struct tm_lane *lane;
  pthread_t thread;
  struct tm_rng rng;
  uint32_t round;       /* running, or about to */
  unsigned resume_step; /* after a trap: where to go on in this round; 0: at the next round */
  uint32_t asked;       /* a bit for each of the thread's registers that the condition asks for */
  int64_t edge;         /* perpetual: the skew that following the edge has come to, in 1/256 tick */
  uint64_t traps;
  struct tm_atomic_u64 met; /* meetings reached; read by those who look for stuck threads */
  uint8_t *attempted;       /* perpetual: per round */
};

/* One run: what coordinator and workers share. */
struct tm_session {
  struct tm_bed bed;
  const struct tm_litmus *test;
  const struct tm_run_options *options;
  enum tm_run_mode mode;
  struct tm_worker worker[TM_LITMUS_THREADS];
  unsigned threads;
  uint32_t rounds; /* of a batch, at most bed.plan.rounds */
  pthread_barrier_t batch_begins, batch_ends;
  struct tm_crowd *crowd;
  unsigned interrupts; /* of the grower, a second */
  bool over;           /* written between the two barriers' phases by the coordinator only */
  struct tm_tuner tuner;
  uint64_t chunk_tick[TM_AIM_CHUNKS + 1]; /* perpetual: when the grower came to a chunk; the end */
  uint64_t *finished_at; /* per round, ticks: when worker 0 finished it; until the first witness */
  bool stamp;
  /* In a batch. */
  struct tm_atomic_u64 arrived, opened; /* barrier modes: arrivals in all, rounds opened */
  struct tm_atomic_u64 start_tick;      /* timebase: of the round just opened */
  struct tm_atomic_u64 published;       /* perpetual: rounds the grower has finished */
  struct tm_atomic_u32 kicking;
  struct tm_atomic_u32 finished; /* workers that have ended the batch */
  struct tm_atomic_u64 end;      /* the batch ends before this round; lowered when time is up */
  double deadline;               /* of the batch, on the monotonic clock */
  uint64_t batch_ticks;          /* how long the last batch ran */
  uint8_t *stuck;                /* per round: a bit for each thread that waits for ever */
};

/* Is this round beyond the end of the batch? */
static inline bool tm_session_ended(struct tm_session *s, uint32_t round) {
  /* ORDER: the end before the rounds it closes. PAIRS: tm_session_look_at_the_clock. */
  return round >= tm_load_acq(&s->end);
}

static inline uint32_t tm_session_chunk(const struct tm_session *s, uint32_t round) {
  return (uint32_t)((uint64_t)round * TM_AIM_CHUNKS / s->rounds);
}

static inline const struct tm_aim *tm_session_aim(const struct tm_session *s, uint32_t round) {
  return &s->tuner.aim[tm_session_chunk(s, round)];
}

double tm_seconds_now(void); /* on the monotonic clock */

/* ---- round.c ----------------------------------------------------------------------------------*/

/* Called by the one thread that opens rounds, every now and then: end the batch when time is up. */
void tm_session_look_at_the_clock(struct tm_session *s, uint32_t next_round);
/* Ticks of the time base from the start of a round to this thread's. */
int64_t tm_worker_skew(struct tm_worker *w, uint32_t round);
void tm_worker_follow_edge(struct tm_worker *w, enum tm_attempt attempt);
/* The steps of the thread in its round, from one on. */
void tm_worker_run_round(struct tm_worker *w, unsigned from);
/* After a trap: note it in the register and say where the thread goes on. */
void tm_worker_note_trap(struct tm_worker *w);

/* ---- the loops of a batch (barrier.c, perpetual.c); each ends with it -------------------------*/

void tm_worker_meet_and_run(struct tm_worker *w);
void tm_worker_grow(struct tm_worker *w);
void tm_worker_observe(struct tm_worker *w);
void tm_worker_run_free(struct tm_worker *w); /* without a grower */
/* The grower has finished a round. */
void tm_session_publish(struct tm_session *s, uint32_t rounds);
/* Every thread has reached this meeting or is parked for ever: mark the latter and wake them. */
void tm_session_wake_the_stuck(struct tm_session *s, uint32_t meeting);

/* ---- worker.c, count.c ------------------------------------------------------------------------*/

void tm_session_start(struct tm_session *s);
void tm_session_stop(struct tm_session *s);
/* The rounds of the batch that has ended, which began at a tick and took so long. */
int tm_session_count(struct tm_session *s, struct tm_run *run, uint64_t begun_tick, double seconds,
                     struct tm_error *error);

#endif
