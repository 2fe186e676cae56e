/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/session.h"

#include "core/arch.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long the first batch may take, which tells how long a round is, and how long the others
 * should take, so that a second has many: what a grow costs may depend on the length, and aims are
 * compared from batch to batch. */
static const double FIRST_BATCH_SECONDS = 0.02, BATCH_SECONDS = 0.05;
enum { FEWEST_ROUNDS = 4 * TM_AIM_CHUNKS };

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

static int prepare(struct tm_session *s, struct tm_error *error) {
  uint32_t rounds = s->bed.plan.rounds;
  s->finished_at = calloc(rounds + 1, sizeof *s->finished_at);
  s->stuck = calloc(rounds + 1, 1);
  bool whole = s->finished_at && s->stuck;
  struct tm_rng rng = tm_rng(s->options->seed);
  for (unsigned t = 0; t < s->threads; t++) {
    struct tm_worker *w = &s->worker[t];
    w->session = s;
    w->lane = &s->bed.lane[t];
    w->rng = tm_rng(tm_rng_u64(&rng));
    w->attempted = calloc(rounds + 1, 1);
    w->asked = registers_asked(s->test, t);
    whole = whole && w->attempted;
  }
  return whole ? 0 : tm_fail(error, -ENOMEM, "out of memory");
}

/* Until every worker has ended the batch. When all of them are parked, nobody else is left to see
 * that they are stuck: look every half millisecond. */
static void await_batch(struct tm_session *s) {
  while (s->bed.plan.waits_for_ever && tm_load_acq(&s->finished) < s->threads) {
    nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    uint64_t opened = tm_load_acq(&s->opened);
    if (opened > 0) tm_session_wake_the_stuck(s, (uint32_t)opened);
  }
  pthread_barrier_wait(&s->batch_ends);
}

static int one_batch(struct tm_session *s, struct tm_run *run, double deadline,
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
  double begun = tm_seconds_now();
  pthread_barrier_wait(&s->batch_begins);
  await_batch(s);
  double seconds = tm_seconds_now() - begun;
  s->batch_ticks = tm_arch_ticks() - tick;
  int result = tm_session_count(s, run, tick, seconds, error);
  run->seconds += seconds;
  run->grows += tm_load_rlx(&s->bed.memory->grows); /* Relaxed: the threads have stopped. */
  return result;
}

/* As many rounds as fit into a batch of the usual length, by how long the last one took. */
static void fit_rounds(struct tm_session *s, double seconds) {
  double fit = BATCH_SECONDS * (double)tm_load_rlx(&s->end) / seconds; /* Relaxed: at rest. */
  uint32_t most = s->bed.plan.rounds, fewest = most < FEWEST_ROUNDS ? most : FEWEST_ROUNDS;
  s->rounds = fit >= most ? most : fit < fewest ? fewest : (uint32_t)fit;
}

static bool enough(const struct tm_run *run, const struct tm_run_options *o, double begun) {
  if (o->first_witnesses && run->witnesses >= o->first_witnesses) return true;
  if (o->first_forbidden && run->forbidden >= o->first_forbidden) return true;
  if (o->rounds && run->rounds >= o->rounds) return true;
  if (o->seconds > 0) return tm_seconds_now() - begun >= o->seconds;
  return o->rounds == 0 && o->first_witnesses == 0;
}

/* The skew in use at the end: of the first observer. */
static int64_t last_skew(const struct tm_session *s) {
  const struct tm_aim *aim = &s->tuner.aim[TM_AIM_CHUNKS - 1];
  return aim->kind == TM_AIM_EDGE    ? s->worker[s->bed.plan.grower == 0].edge / 256
         : aim->kind == TM_AIM_FIXED ? aim->ticks
                                     : 0;
}

static int run_all(struct tm_session *s, struct tm_run *run, struct tm_error *error) {
  bool tunable =
      s->mode == TM_RUN_TIMEBASE || (s->mode == TM_RUN_PERPETUAL && s->bed.plan.grower >= 0);
  if (tunable && !s->options->skew_given)
    tm_tuner_start(&s->tuner, s->mode == TM_RUN_TIMEBASE, s->mode == TM_RUN_PERPETUAL);
  else
    tm_tuner_fix(&s->tuner, s->options->skew_given ? s->options->skew : 0);
  double begun = tm_seconds_now();
  double deadline = s->options->seconds > 0 ? begun + s->options->seconds : INFINITY;
  int result = 0;
  for (bool first = true; !result; first = false) {
    bool tuning = s->tuner.stage != TM_TUNE_DONE;
    struct tm_run before = *run;
    double first_end = tm_seconds_now() + FIRST_BATCH_SECONDS;
    result = one_batch(s, run, first && first_end < deadline ? first_end : deadline, error);
    fit_rounds(s, run->seconds - before.seconds);
    tm_tuner_step(&s->tuner,
                  (double)(s->batch_ticks) / (double)tm_load_rlx(&s->end)); /* Relaxed: at rest. */
    if (tuning && s->tuner.stage == TM_TUNE_DONE && run->tuning_seconds == 0)
      run->tuning_seconds = tm_seconds_now() - begun;
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
  run->total_seconds = tm_seconds_now() - begun;
  return result;
}

int tm_litmus_run(const struct tm_litmus *test, const struct tm_oracle *oracle,
                  const struct tm_run_options *options, struct tm_run *result,
                  struct tm_error *error) {
  *result = (struct tm_run){.first_seconds = -1};
  struct tm_session *s = calloc(1, sizeof *s);
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
    tm_session_start(s);
    code = run_all(s, result, error);
    tm_session_stop(s);
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
