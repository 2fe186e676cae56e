/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/session.h"

#include "core/error.h"
#include "harness/litmus/delay.h"
#include "harness/litmus/disturb.h"

#include <sched.h>
#include <string.h>

/* Under tm_instance_enter; entered again after each trap. */
static void guest_body(void *argument) {
  struct tm_worker *w = argument;
  struct tm_session *s = w->session;
  if (w->resume_step) {
    unsigned step = w->resume_step;
    tm_worker_run_round(w, step);
    w->resume_step = 0;
    bool published = s->mode == TM_RUN_PERPETUAL && s->bed.plan.grower >= 0;
    bool grower = published && s->bed.plan.grower == (int)w->lane->index;
    if (grower) tm_session_publish(s, w->round + 1);
    if (grower || !published) w->round++; /* an observer goes on with what is published then */
  }
  if (s->mode != TM_RUN_PERPETUAL)
    tm_worker_meet_and_run(w);
  else if (s->bed.plan.grower < 0)
    tm_worker_run_free(w);
  else if (s->bed.plan.grower == (int)w->lane->index)
    tm_worker_grow(w);
  else
    tm_worker_observe(w);
}

static void run_batch(struct tm_worker *w) {
  struct tm_trap trap;
  w->round = 0;
  w->resume_step = 0;
  while (tm_instance_enter(w->lane->instance, guest_body, w, &trap) != TM_TRAP_NONE)
    tm_worker_note_trap(w);
}

/* To the i-th of the processors this process may use, round robin. */
static void pin(unsigned i) {
  cpu_set_t all, one;
  if (sched_getaffinity(0, sizeof all, &all)) return;
  unsigned left = i % (unsigned)CPU_COUNT(&all);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &all) || left--) continue;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    return;
  }
}

static void *work(void *argument) {
  struct tm_worker *w = argument;
  struct tm_session *s = w->session;
  if (s->options->affinity) pin(w->lane->index);
  if (s->options->delayed) tm_delay_this_thread(s->options->delay_ns, tm_rng_u64(&w->rng));
  struct tm_disturb disturb;
  bool disturbed = s->interrupts && (int)w->lane->index == s->bed.plan.grower;
  for (;;) {
    pthread_barrier_wait(&s->batch_begins);
    if (s->over) break;
    if (disturbed && tm_disturb_begin(&disturb, s->interrupts)) disturbed = false;
    run_batch(w);
    if (disturbed) tm_disturb_end(&disturb);
    /* ORDER: the batch before its end. PAIRS: await_batch. */
    tm_fetch_add_acqrel(&s->finished, 1);
    pthread_barrier_wait(&s->batch_ends);
  }
  tm_thread_done();
  return NULL;
}

void tm_session_start(struct tm_session *s) {
  pthread_barrier_init(&s->batch_begins, NULL, s->threads + 1);
  pthread_barrier_init(&s->batch_ends, NULL, s->threads + 1);
  for (unsigned t = 0; t < s->threads; t++) {
    int e = pthread_create(&s->worker[t].thread, NULL, work, &s->worker[t]);
    /* Those already there wait at a barrier that will never open: nothing can be undone. */
    if (e) tm_die("cannot start thread %u of a litmus test: %s", t, strerror(e));
  }
}

void tm_session_stop(struct tm_session *s) {
  s->over = true;
  pthread_barrier_wait(&s->batch_begins);
  for (unsigned t = 0; t < s->threads; t++) pthread_join(s->worker[t].thread, NULL);
  pthread_barrier_destroy(&s->batch_begins);
  pthread_barrier_destroy(&s->batch_ends);
}
