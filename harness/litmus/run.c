/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/run.h"

#include "core/arch.h"
#include "harness/litmus/aim.h"
#include "harness/litmus/bed.h"
#include "harness/litmus/crowd.h"
#include "harness/litmus/delay.h"
#include "harness/litmus/disturb.h"
#include "harness/stats/stats.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FREE_WINDOW = 32 };
/* A round longer than this has had a fault: the kernel let it wait for the commit. */
static const uint64_t FAULT_TICKS = 4000;
/* How long the first batch may take, which tells how long a round is, and how long the others
 * should take, so that a second has many: what a grow costs may depend on the length, and aims are
 * compared from batch to batch. */
static const double FIRST_BATCH_SECONDS = 0.02, BATCH_SECONDS = 0.05;
enum { FEWEST_ROUNDS = 4 * TM_AIM_CHUNKS };
static const int64_t START_DELAY_TICKS = 1000; /* timebase: from the meeting to the common start */

struct worker {
  struct session *session;
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
struct session {
  struct tm_bed bed;
  const struct tm_litmus *test;
  const struct tm_run_options *options;
  enum tm_run_mode mode;
  struct worker worker[TM_LITMUS_THREADS];
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

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Called by the one thread that opens rounds, every now and then: end the batch when time is up. */
static void look_at_the_clock(struct session *s, uint32_t next_round) {
  if (next_round % 16 || seconds_now() < s->deadline) return;
  /* ORDER: with the release of the round that follows. PAIRS: ended. */
  if (next_round < tm_load_rlx(&s->end)) tm_store_rel(&s->end, next_round);
}

/* Is this round beyond the end of the batch? */
static bool ended(struct session *s, uint32_t round) {
  /* ORDER: the end before the rounds it closes. PAIRS: look_at_the_clock. */
  return round >= tm_load_acq(&s->end);
}

static uint32_t chunk_of(const struct session *s, uint32_t round) {
  return (uint32_t)((uint64_t)round * TM_AIM_CHUNKS / s->rounds);
}

static const struct tm_aim *aim_of(const struct session *s, uint32_t round) {
  return &s->tuner.aim[chunk_of(s, round)];
}

static int64_t skew_of(struct worker *w, uint32_t round) {
  const struct session *s = w->session;
  const struct tm_aim *aim = aim_of(s, round);
  if (aim->kind == TM_AIM_FIXED)
    return aim->ticks +
           (aim->spread > 1 ? (int64_t)tm_rng_below(&w->rng, (uint64_t)aim->spread) : 0);
  if (aim->kind == TM_AIM_EDGE) return w->edge / 256;
  /* Every order of magnitude alike: what matters may be short or long after the publish. */
  double share = tm_rng_uniform(&w->rng);
  int64_t ticks = (int64_t)(exp(share * log((double)s->tuner.widest + 1)) - 1);
  return s->mode == TM_RUN_TIMEBASE && tm_rng_u64(&w->rng) % 2 ? -ticks : ticks;
}

static void follow_edge(struct worker *w, enum tm_attempt attempt) {
  const struct tm_tuner *t = &w->session->tuner;
  int64_t edge = tm_aim_follow(aim_of(w->session, w->round), w->edge, attempt);
  w->edge = edge < t->widest * 256 ? edge : t->widest * 256;
}

/* ---- one round of one thread ------------------------------------------------------------------*/

static void run_round(struct worker *w, unsigned from) {
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

/* After a trap: note it in the register and say where the thread goes on. */
static void note_trap(struct worker *w) {
  const struct tm_bed *bed = &w->session->bed;
  tm_linear_unpark(bed->memory, w->lane->view);
  uint64_t *results = tm_bed_results(bed, w->round, w->lane->index);
  uint32_t step = (uint32_t)results[0];
  int column = bed->test->thread[w->lane->index].step[step].column;
  if (column >= 0) results[tm_litmus_slot(bed->test, w->lane->index, column)] = TM_OUT_TRAP;
  tm_linear_park(bed->memory, w->lane->view);
  w->resume_step = step + 1;
  w->traps++;
  follow_edge(w, TM_ATTEMPT_EARLY);
}

/* ---- meeting before every round ---------------------------------------------------------------*/

/* How many threads are parked in waits of this round. */
static uint32_t parked(struct session *s, uint32_t round, bool wake) {
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

/* Every thread has reached this meeting or is parked for ever: mark the latter and wake them. */
static void wake_the_stuck(struct session *s, uint32_t meeting) {
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
static void open_round(struct session *s, uint32_t round) {
  struct tm_bed *bed = &s->bed;
  look_at_the_clock(s, round);
  uint64_t pages = bed->memory->strategy->pages(bed->lane[0].view);
  if (round > 0) bed->end_pages[round - 1] = pages;
  bed->edge_pages[round] = pages;
  if (s->mode == TM_RUN_TIMEBASE)
    tm_store_rlx(&s->start_tick,
                 tm_arch_ticks() + (uint64_t)START_DELAY_TICKS); /* Relaxed: published by opened. */
  /* ORDER: the round's edge before the round. PAIRS: meet. */
  tm_store_rel(&s->opened, (uint64_t)round + 1);
}

static void meet(struct worker *w, uint32_t round) {
  struct session *s = w->session;
  struct tm_linear *memory = s->bed.memory;
  tm_linear_park(memory, w->lane->view);
  /* ORDER: my last round before my arrival. PAIRS: wake_the_stuck. */
  tm_store_rel(&w->met, (uint64_t)round + 1);
  /* ORDER: everyone's last round before the next one is opened. PAIRS: itself. */
  uint64_t arrived = tm_fetch_add_acqrel(&s->arrived, 1) + 1;
  if (arrived == (uint64_t)s->threads * (round + 1)) {
    open_round(s, round);
  } else {
    /* ORDER: the round's edge before the round. PAIRS: open_round. */
    for (unsigned turn = 0; tm_load_acq(&s->opened) <= round; turn++) {
      tm_port_relax(turn);
      if (s->bed.plan.waits_for_ever && round > 0 && turn % 256 == 255) wake_the_stuck(s, round);
    }
  }
  tm_linear_unpark(memory, w->lane->view);
}

static void wait_for_tick(struct worker *w) {
  struct session *s = w->session;
  if (s->mode != TM_RUN_TIMEBASE) return;
  int64_t skew = w->lane->index ? skew_of(w, w->round) : 0;
  int64_t start = (int64_t)tm_load_rlx(&s->start_tick) + skew; /* Relaxed: ordered by meet. */
  while ((int64_t)tm_arch_ticks() < start) tm_arch_pause();
}

static void meeting_loop(struct worker *w) {
  for (;; w->round++) {
    meet(w, w->round);
    if (ended(w->session, w->round)) return;
    wait_for_tick(w);
    run_round(w, 0);
  }
}

/* ---- perpetual --------------------------------------------------------------------------------*/

/* The grower has finished a round. */
static void publish(struct session *s, uint32_t rounds) {
  look_at_the_clock(s, rounds);
  /* ORDER: the end, if it was lowered, before the round that it closes; the guest needs no order:
   * observers start their skew when they see it. PAIRS: next_publish. */
  tm_store_rel(&s->published, rounds);
}

static void grower_loop(struct worker *w) {
  struct session *s = w->session;
  for (; !ended(s, w->round); w->round++) {
    uint32_t chunk = chunk_of(s, w->round);
    if (!s->chunk_tick[chunk]) s->chunk_tick[chunk] = tm_arch_ticks();
    run_round(w, 0);
    publish(s, w->round + 1);
  }
  s->chunk_tick[chunk_of(s, w->round - 1) + 1] = tm_arch_ticks();
}

/* Wait for a publish and see it happen: one that is found, because this thread was late, says
 * nothing about when the round began, and whoever starts from it is late again. Where the skew is
 * random, it does not matter. */
static uint64_t next_publish(struct worker *w) {
  struct session *s = w->session;
  /* ORDER: see publish. PAIRS: publish. */
  uint64_t now = tm_load_acq(&s->published), before = now;
  if (!ended(s, (uint32_t)now) && aim_of(s, (uint32_t)now)->kind == TM_AIM_RANDOM)
    before = w->round;
  for (unsigned turn = 0; now == before && !ended(s, (uint32_t)now); turn++) {
    tm_port_relax(turn);
    now = tm_load_acq(&s->published);
  }
  return now;
}

/* Does what this observer saw satisfy the condition, as far as that asks for it? */
static bool hit(const struct worker *w) {
  const struct tm_litmus *test = w->session->test;
  struct tm_value row[TM_LITMUS_COLUMNS];
  if (!w->asked) return false;
  for (unsigned c = 0; c < test->columns; c++)
    if (w->asked >> c & 1) row[c] = tm_code_value(tm_bed_register(&w->session->bed, w->round, c));
  return tm_litmus_may_hold(test, row, w->asked);
}

static void observer_loop(struct worker *w) {
  struct session *s = w->session;
  for (;;) {
    tm_linear_park(s->bed.memory, w->lane->view);
    uint64_t now = next_publish(w);
    tm_linear_unpark(s->bed.memory, w->lane->view);
    if (ended(s, (uint32_t)now)) return;
    w->round = (uint32_t)now;
    int64_t until = (int64_t)tm_arch_ticks() + skew_of(w, w->round);
    while ((int64_t)tm_arch_ticks() < until) tm_arch_pause();
    w->attempted[now] = 1;
    uint64_t begun = tm_arch_ticks();
    run_round(w, 0);
    bool slow = tm_arch_ticks() - begun > FAULT_TICKS;
    follow_edge(w, slow ? TM_ATTEMPT_EARLY : hit(w) ? TM_ATTEMPT_HIT : TM_ATTEMPT_LATE);
  }
}

/* Without a grower: every round has its own places; meet only now and then. */
static void free_loop(struct worker *w) {
  struct session *s = w->session;
  for (; !ended(s, w->round); w->round++) {
    if (w->round % FREE_WINDOW == 0) {
      if (w->lane->index == 0) look_at_the_clock(s, w->round + FREE_WINDOW);
      uint64_t window = w->round / FREE_WINDOW;
      /* ORDER: none needed; it keeps the threads near each other. PAIRS: itself. */
      tm_fetch_add_acqrel(&s->arrived, 1);
      tm_linear_park(s->bed.memory, w->lane->view);
      tm_await(tm_load_acq(&s->arrived) >= (window + 1) * s->threads);
      tm_linear_unpark(s->bed.memory, w->lane->view);
    }
    run_round(w, 0);
  }
}

/* ---- threads ----------------------------------------------------------------------------------*/

/* Under tm_instance_enter; entered again after each trap. */
static void guest_body(void *argument) {
  struct worker *w = argument;
  struct session *s = w->session;
  if (w->resume_step) {
    unsigned step = w->resume_step;
    run_round(w, step);
    w->resume_step = 0;
    bool observer = s->mode == TM_RUN_PERPETUAL && s->bed.plan.grower >= 0 &&
                    (int)w->lane->index != s->bed.plan.grower;
    bool grower = s->mode == TM_RUN_PERPETUAL && s->bed.plan.grower >= 0 && !observer;
    if (grower) publish(s, w->round + 1);
    if (!observer) w->round++;
  }
  if (s->mode != TM_RUN_PERPETUAL)
    meeting_loop(w);
  else if (s->bed.plan.grower < 0)
    free_loop(w);
  else if (s->bed.plan.grower == (int)w->lane->index)
    grower_loop(w);
  else
    observer_loop(w);
}

static void run_batch(struct worker *w) {
  struct tm_trap trap;
  w->round = 0;
  w->resume_step = 0;
  while (tm_instance_enter(w->lane->instance, guest_body, w, &trap) != TM_TRAP_NONE) note_trap(w);
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
  struct worker *w = argument;
  struct session *s = w->session;
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

/* ---- counting ---------------------------------------------------------------------------------*/

/* A thread that was woken only because nobody else was left to do it: its wait never returned. */
static void mark_stuck(const struct session *s, unsigned thread, uint64_t codes[]) {
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

static bool complete(const struct session *s, uint32_t round) {
  if (s->mode != TM_RUN_PERPETUAL || s->bed.plan.grower < 0) return true;
  for (unsigned t = 0; t < s->threads; t++)
    if ((int)t != s->bed.plan.grower && !s->worker[t].attempted[round]) return false;
  return true;
}

static int count_batch(struct session *s, struct tm_run *run, uint64_t begun_tick, double seconds,
                       struct tm_error *error) {
  uint64_t codes[TM_LITMUS_COLUMNS];
  struct tm_tally *chunks = s->tuner.tally;
  for (int c = 0; c < TM_AIM_CHUNKS; c++)
    if (s->chunk_tick[c + 1]) chunks[c].ticks += s->chunk_tick[c + 1] - s->chunk_tick[c];
  for (uint32_t r = 0; !ended(s, r); r++) {
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
    chunks[chunk_of(s, r)].rounds++;
    if (!row->witness) continue;
    chunks[chunk_of(s, r)].witnesses++;
    if (run->witnesses++) continue;
    double ticks = (double)(s->finished_at[r] - begun_tick),
           all = (double)(tm_arch_ticks() - begun_tick);
    run->first_seconds = run->seconds + (s->finished_at[r] ? seconds * ticks / all : seconds);
    run->first = (struct tm_run_witness){.round = run->rounds, .edge_pages = s->bed.edge_pages[r]};
    memcpy(run->first.code, codes, s->test->columns * sizeof *codes);
  }
  return 0;
}

/* ---- the coordinator --------------------------------------------------------------------------*/

static bool perpetual(const struct tm_bed_plan *plan) {
  bool one_way = plan->grown == 0 || plan->grower >= 0;
  return one_way && !plan->fresh && !plan->waits_for_ever && !plan->final_size;
}

static bool waited_for_ever(const struct tm_litmus *test, uint64_t at) {
  for (unsigned t = 0; t < test->threads; t++)
    for (unsigned i = 0; i < test->thread[t].steps; i++)
      if (test->thread[t].step[i].op == TM_WAIT && test->thread[t].step[i].timeout < 0 &&
          test->thread[t].step[i].at == at)
        return true;
  return false;
}

int tm_litmus_can_run(const struct tm_litmus *test, enum tm_run_mode mode, struct tm_error *error) {
  struct tm_bed_plan plan;
  tm_bed_plan(test, &(struct tm_run_options){0}, &plan);
  if (mode == TM_RUN_PERPETUAL && !perpetual(&plan))
    return tm_fail(
        error, -ENOTSUP,
        "%s cannot run in perpetual mode: that takes one thread that grows once, no wait "
        "for ever and no question about the final size",
        test->name);
  for (unsigned t = 0; t < test->threads; t++)
    for (unsigned i = 0; i < test->thread[t].steps; i++)
      if (test->thread[t].step[i].op == TM_WAIT && test->thread[t].step[i].timeout >= 0 &&
          waited_for_ever(test, test->thread[t].step[i].at))
        return tm_fail(
            error, -ENOTSUP,
            "%s: one place is awaited both with and without a timeout; a run could not tell "
            "who is stuck",
            test->name);
  return tm_litmus_wat_check(test, error);
}

static uint32_t registers_asked(const struct tm_litmus *test, unsigned thread) {
  uint32_t asked = 0;
  for (unsigned n = 0; n < test->nodes; n++) {
    unsigned c = test->node[n].column;
    if (test->node[n].op == TM_COND_IN && test->column[c].kind == TM_COLUMN_REGISTER &&
        test->column[c].thread == thread)
      asked |= 1u << c;
  }
  return asked;
}

static int prepare(struct session *s, struct tm_error *error) {
  uint32_t rounds = s->bed.plan.rounds;
  s->finished_at = calloc(rounds + 1, sizeof *s->finished_at);
  s->stuck = calloc(rounds + 1, 1);
  bool whole = s->finished_at && s->stuck;
  struct tm_rng rng = tm_rng(s->options->seed);
  for (unsigned t = 0; t < s->threads; t++) {
    struct worker *w = &s->worker[t];
    w->session = s;
    w->lane = &s->bed.lane[t];
    w->rng = tm_rng(tm_rng_u64(&rng));
    w->attempted = calloc(rounds + 1, 1);
    w->asked = registers_asked(s->test, t);
    whole = whole && w->attempted;
  }
  return whole ? 0 : tm_fail(error, -ENOMEM, "out of memory");
}

static void start_threads(struct session *s) {
  pthread_barrier_init(&s->batch_begins, NULL, s->threads + 1);
  pthread_barrier_init(&s->batch_ends, NULL, s->threads + 1);
  for (unsigned t = 0; t < s->threads; t++) {
    int e = pthread_create(&s->worker[t].thread, NULL, work, &s->worker[t]);
    /* Those already there wait at a barrier that will never open: nothing can be undone. */
    if (e) tm_die("cannot start thread %u of a litmus test: %s", t, strerror(e));
  }
}

static void stop_threads(struct session *s) {
  s->over = true;
  pthread_barrier_wait(&s->batch_begins);
  for (unsigned t = 0; t < s->threads; t++) pthread_join(s->worker[t].thread, NULL);
  pthread_barrier_destroy(&s->batch_begins);
  pthread_barrier_destroy(&s->batch_ends);
}

/* Until every worker has ended the batch. When all of them are parked, nobody else is left to see
 * that they are stuck: look every half millisecond. */
static void await_batch(struct session *s) {
  while (s->bed.plan.waits_for_ever && tm_load_acq(&s->finished) < s->threads) {
    nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    uint64_t opened = tm_load_acq(&s->opened);
    if (opened > 0) wake_the_stuck(s, (uint32_t)opened);
  }
  pthread_barrier_wait(&s->batch_ends);
}

static int one_batch(struct session *s, struct tm_run *run, double deadline,
                     struct tm_error *error) {
  uint32_t rounds = s->rounds;
  if (s->bed.memory && s->bed.plan.grown == 0) {
    tm_bed_reset(&s->bed);
  } else {
    tm_crowd_stop(s->crowd);
    s->crowd = NULL;
    int result = tm_bed_renew(&s->bed, error);
    if (!result) result = tm_crowd_start(s->bed.memory, s->options->threads, &s->crowd, error);
    if (result) return result;
  }
  tm_atomic_init(&s->arrived, 0);
  tm_atomic_init(&s->opened, 0);
  tm_atomic_init(&s->published, 0);
  tm_atomic_init(&s->finished, 0);
  tm_atomic_init(&s->end, rounds);
  s->deadline = deadline;
  memset(s->stuck, 0, rounds);
  memset(s->chunk_tick, 0, sizeof s->chunk_tick);
  memset(s->finished_at, 0, rounds * sizeof *s->finished_at);
  s->stamp = run->witnesses == 0;
  for (unsigned t = 0; t < s->threads; t++) {
    tm_atomic_init(&s->worker[t].met, 0);
    memset(s->worker[t].attempted, 0, rounds);
  }
  uint64_t tick = tm_arch_ticks();
  double begun = seconds_now();
  pthread_barrier_wait(&s->batch_begins);
  await_batch(s);
  double seconds = seconds_now() - begun;
  s->batch_ticks = tm_arch_ticks() - tick;
  int result = count_batch(s, run, tick, seconds, error);
  run->seconds += seconds;
  run->grows += tm_load_rlx(&s->bed.memory->grows); /* Relaxed: the threads have stopped. */
  return result;
}

/* As many rounds as fit into a batch of the usual length, by how long the last one took. */
static void fit_rounds(struct session *s, double seconds) {
  double fit = BATCH_SECONDS * (double)tm_load_rlx(&s->end) / seconds; /* Relaxed: at rest. */
  uint32_t most = s->bed.plan.rounds, fewest = most < FEWEST_ROUNDS ? most : FEWEST_ROUNDS;
  s->rounds = fit >= most ? most : fit < fewest ? fewest : (uint32_t)fit;
}

static bool enough(const struct tm_run *run, const struct tm_run_options *o, double begun) {
  if (o->first_witnesses && run->witnesses >= o->first_witnesses) return true;
  if (o->first_forbidden && run->forbidden >= o->first_forbidden) return true;
  if (o->rounds && run->rounds >= o->rounds) return true;
  if (o->seconds > 0) return seconds_now() - begun >= o->seconds;
  return o->rounds == 0 && o->first_witnesses == 0;
}

/* The skew in use at the end: of the first observer. */
static int64_t last_skew(const struct session *s) {
  const struct tm_aim *aim = &s->tuner.aim[TM_AIM_CHUNKS - 1];
  return aim->kind == TM_AIM_EDGE    ? s->worker[s->bed.plan.grower == 0].edge / 256
         : aim->kind == TM_AIM_FIXED ? aim->ticks
                                     : 0;
}

static int run_all(struct session *s, struct tm_run *run, struct tm_error *error) {
  bool tunable =
      s->mode == TM_RUN_TIMEBASE || (s->mode == TM_RUN_PERPETUAL && s->bed.plan.grower >= 0);
  if (tunable && !s->options->skew_given)
    tm_tuner_start(&s->tuner, s->mode == TM_RUN_TIMEBASE, s->mode == TM_RUN_PERPETUAL);
  else
    tm_tuner_fix(&s->tuner, s->options->skew_given ? s->options->skew : 0);
  double begun = seconds_now();
  double deadline = s->options->seconds > 0 ? begun + s->options->seconds : INFINITY;
  int result = 0;
  for (bool first = true; !result; first = false) {
    bool tuning = s->tuner.stage != TM_TUNE_DONE;
    struct tm_run before = *run;
    double first_end = seconds_now() + FIRST_BATCH_SECONDS;
    result = one_batch(s, run, first && first_end < deadline ? first_end : deadline, error);
    fit_rounds(s, run->seconds - before.seconds);
    tm_tuner_step(&s->tuner,
                  (double)(s->batch_ticks) / (double)tm_load_rlx(&s->end)); /* Relaxed: at rest. */
    if (tuning && s->tuner.stage == TM_TUNE_DONE && run->tuning_seconds == 0)
      run->tuning_seconds = seconds_now() - begun;
    if (!tuning) {
      run->tuned_rounds += run->rounds - before.rounds;
      run->tuned_witnesses += run->witnesses - before.witnesses;
      run->tuned_seconds += run->seconds - before.seconds;
    }
    if (!result && enough(run, s->options, begun)) break;
  }
  run->aim = s->tuner.aim[TM_AIM_CHUNKS - 1];
  run->skew = last_skew(s);
  run->resident = s->bed.resident;
  for (unsigned t = 0; t < s->threads; t++) run->traps += s->worker[t].traps;
  run->total_seconds = seconds_now() - begun;
  return result;
}

int tm_litmus_run(const struct tm_litmus *test, const struct tm_oracle *oracle,
                  const struct tm_run_options *options, struct tm_run *result,
                  struct tm_error *error) {
  *result = (struct tm_run){.first_seconds = -1};
  struct session *s = calloc(1, sizeof *s);
  result->histogram = s ? tm_histogram_new(test, oracle) : NULL;
  if (!result->histogram) {
    free(s);
    return tm_fail(error, -ENOMEM, "out of memory");
  }
  s->test = test;
  s->options = options;
  s->threads = test->threads;
  int code = tm_litmus_can_run(test, options->mode, error);
  if (!code) code = tm_bed_open(&s->bed, test, options, error);
  if (!code) code = prepare(s, error);
  if (!code) {
    s->mode = options->mode != TM_RUN_AUTO ? options->mode
              : perpetual(&s->bed.plan)    ? TM_RUN_PERPETUAL
                                           : TM_RUN_BARRIER;
    result->mode = s->mode;
    if (s->mode == TM_RUN_PERPETUAL && s->bed.plan.grower >= 0)
      s->interrupts = result->interrupts = options->interrupts;
    s->rounds = s->bed.plan.rounds;
    if (s->mode != TM_RUN_PERPETUAL)
      s->bed.plan.grower = -1; /* rounds find their edge themselves */
    start_threads(s);
    code = run_all(s, result, error);
    stop_threads(s);
    tm_crowd_stop(s->crowd);
    tm_histogram_sort(result->histogram);
  }
  tm_bed_close(&s->bed);
  for (unsigned t = 0; t < s->threads; t++) free(s->worker[t].attempted);
  free(s->finished_at);
  free(s->stuck);
  free(s);
  return code;
}

void tm_run_free(struct tm_run *result) {
  tm_histogram_free(result->histogram);
  result->histogram = NULL;
}
