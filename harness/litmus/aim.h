/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/aim.h: when, after a round begins, an observer makes its attempt; found by trying.
 *
 * A window of some hundred ticks is hit only by who knows when it opens. That moment differs from
 * machine to machine, and on one machine from one second to the next. The tuner divides a batch
 * into chunks, gives each chunk its own aim, counts witnesses, and keeps the best for some batches;
 * then it tries again. Aims:
 *
 *   fixed    so many ticks after the start, or up to `spread` more
 *   edge     follows the window: later after an attempt that was too early (it trapped, or the
 *            kernel made it wait for the commit), a little earlier after one that came too late,
 *            not at all after one that saw what the question asks for (in the manner of
 *            Robbins and Monro's stochastic approximation, 1951)
 *   random   every order of magnitude alike
 *
 * One thread at a time may call these; observers only read the aims while a batch runs.
 */
#ifndef TM_HARNESS_LITMUS_AIM_H
#define TM_HARNESS_LITMUS_AIM_H

#include <stdbool.h>
#include <stdint.h>

enum { TM_AIM_CHUNKS = 16 };

enum tm_aim_kind { TM_AIM_FIXED, TM_AIM_EDGE, TM_AIM_RANDOM };

struct tm_aim {
  enum tm_aim_kind kind;
  int64_t ticks;  /* fixed: the skew; edge: the step after one too early */
  int64_t spread; /* fixed: how much later it may be */
  int64_t calm;   /* edge: how many too late take that step back */
};

/* What a chunk brought. */
struct tm_tally {
  uint64_t rounds, witnesses;
  uint64_t ticks; /* how long it ran; 0: not known */
};

struct tm_tuner {
  enum { TM_TUNE_LENGTH, TM_TUNE_COARSE, TM_TUNE_FINE, TM_TUNE_DONE } stage;
  bool given;      /* there is nothing to find */
  bool both_sides; /* skews before the start make sense (time base) */
  bool edges;      /* observers can follow the edge (perpetual) */
  int64_t widest;  /* ticks: skews beyond cannot matter; from how long a round takes */
  unsigned batches;
  struct tm_aim aim[TM_AIM_CHUNKS];
  struct tm_tally tally[TM_AIM_CHUNKS]; /* added to by the caller after each batch */
};

/* What an observer knows of its own attempt. */
enum tm_attempt { TM_ATTEMPT_EARLY, TM_ATTEMPT_HIT, TM_ATTEMPT_LATE };

/* Where an observer that follows the edge attempts next: after an attempt at `edge`, both in 1/256
 * tick, never below 0. Other aims leave it alone. */
int64_t tm_aim_follow(const struct tm_aim *aim, int64_t edge, enum tm_attempt attempt);

/* fixed, edge or random. */
const char *tm_aim_word(enum tm_aim_kind kind);

/* Begin with random aims; there is something to find. */
void tm_tuner_start(struct tm_tuner *tuner, bool both_sides, bool edges);
/* Nothing to find: this skew (ticks), always. */
void tm_tuner_fix(struct tm_tuner *tuner, int64_t skew);
/* After a batch: the aims of the next. `ticks_per_round`: of the batch. */
void tm_tuner_step(struct tm_tuner *tuner, double ticks_per_round);

#endif
