/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/aim.h"

#include <math.h>
#include <string.h>

enum {
  BATCHES = 3, /* a stage of tuning */
  AGAIN = 32,  /* then it is done all over: the machine may have changed */
};
static const int64_t USUAL_WIDEST = 8000, LARGEST_WIDEST = 100000000, NARROWEST = 256;

/* Steps small and large, too early often and seldom. */
#define EDGE(step, calm_) {.kind = TM_AIM_EDGE, .ticks = (step), .calm = (calm_)}
static const struct tm_aim edges[] = {
    EDGE(64, 2),  EDGE(64, 4),   EDGE(64, 16),  EDGE(64, 64),
    EDGE(128, 4), EDGE(128, 16), EDGE(256, 16), EDGE(256, 64),
};
enum { EDGES = sizeof edges / sizeof *edges };

static void sweep(struct tm_tuner *t, int chunks, int64_t first, int64_t step) {
  for (int c = 0; c < chunks; c++)
    t->aim[c] = (struct tm_aim){.kind = TM_AIM_FIXED, .ticks = first + c * step, .spread = step};
}

/* The same in intervals from 0 to `last`, each wider than the one before by the same factor. */
static void sweep_widening(struct tm_tuner *t, int chunks, int64_t last) {
  int64_t from = 0;
  for (int c = 0; c < chunks; c++) {
    double share = (double)c / (chunks - 1);
    int64_t to = (int64_t)(NARROWEST * pow((double)last / NARROWEST, share));
    t->aim[c] = (struct tm_aim){.kind = TM_AIM_FIXED, .ticks = from, .spread = to - from};
    from = to;
  }
}

static void all(struct tm_tuner *t, struct tm_aim aim) {
  for (int c = 0; c < TM_AIM_CHUNKS; c++) t->aim[c] = aim;
}

const char *tm_aim_word(enum tm_aim_kind kind) {
  static const char *const words[] = {"fixed", "edge", "random"};
  return words[kind];
}

int64_t tm_aim_follow(const struct tm_aim *aim, int64_t edge, enum tm_attempt attempt) {
  if (aim->kind != TM_AIM_EDGE || attempt == TM_ATTEMPT_HIT) return edge;
  edge += attempt == TM_ATTEMPT_EARLY ? aim->ticks * 256 : -aim->ticks * 256 / aim->calm;
  return edge < 0 ? 0 : edge;
}

void tm_tuner_start(struct tm_tuner *t, bool both_sides, bool edges_too) {
  *t = (struct tm_tuner){.stage = TM_TUNE_LENGTH,
                         .both_sides = both_sides,
                         .edges = edges_too,
                         .widest = USUAL_WIDEST};
  all(t, (struct tm_aim){.kind = TM_AIM_RANDOM});
}

void tm_tuner_fix(struct tm_tuner *t, int64_t skew) {
  *t = (struct tm_tuner){.stage = TM_TUNE_DONE, .given = true, .widest = USUAL_WIDEST};
  all(t, (struct tm_aim){.kind = TM_AIM_FIXED, .ticks = skew});
}

/* On both sides of the start where that makes sense; else three rounds long, and half of the chunks
 * follow the edge where they can. */
static void survey(struct tm_tuner *t, double ticks_per_round) {
  int64_t widest = (int64_t)(3 * ticks_per_round);
  t->widest = widest < 1000 ? 1000 : widest > LARGEST_WIDEST ? LARGEST_WIDEST : widest;
  if (t->both_sides) {
    sweep(t, TM_AIM_CHUNKS, -USUAL_WIDEST / 2, USUAL_WIDEST / TM_AIM_CHUNKS);
    return;
  }
  int fixed = t->edges ? TM_AIM_CHUNKS - EDGES : TM_AIM_CHUNKS;
  sweep_widening(t, fixed, t->widest);
  for (int c = fixed; c < TM_AIM_CHUNKS; c++) t->aim[c] = edges[c - fixed];
}

/* The chunk with most witnesses in its time, or -1 when there was none at all. */
static int best_chunk(const struct tm_tuner *t) {
  int best = -1;
  double most = 0;
  for (int c = 0; c < TM_AIM_CHUNKS; c++) {
    const struct tm_tally *tally = &t->tally[c];
    double time = (double)(tally->ticks ? tally->ticks : tally->rounds);
    double rate = time > 0 ? (double)tally->witnesses / time : 0;
    if (rate > most) most = rate, best = c;
  }
  return best;
}

/* No aim showed a witness: what is not known to happen anywhere is looked for everywhere. */
static void look_everywhere(struct tm_tuner *t) {
  all(t, (struct tm_aim){.kind = TM_AIM_RANDOM});
  for (int e = 0; t->edges && e < EDGES; e++) t->aim[2 * e] = edges[e];
}

void tm_tuner_step(struct tm_tuner *t, double ticks_per_round) {
  if (t->stage == TM_TUNE_DONE && (t->given || ++t->batches < AGAIN)) return;
  if (t->stage == TM_TUNE_LENGTH || t->stage == TM_TUNE_DONE) {
    survey(t, ticks_per_round);
    t->stage = TM_TUNE_COARSE;
    t->batches = 0;
  } else {
    if (++t->batches < BATCHES) return;
    int best = best_chunk(t);
    struct tm_aim aim = best >= 0 ? t->aim[best] : (struct tm_aim){.kind = TM_AIM_RANDOM};
    if (aim.kind == TM_AIM_FIXED && t->stage == TM_TUNE_COARSE && aim.spread >= 16) {
      int64_t first = aim.ticks - aim.spread / 2; /* the best interval and half of its neighbours */
      sweep(t, TM_AIM_CHUNKS, first < 0 && !t->both_sides ? 0 : first,
            2 * aim.spread / TM_AIM_CHUNKS);
      t->stage = TM_TUNE_FINE;
    } else {
      if (best < 0)
        look_everywhere(t);
      else
        all(t, aim);
      t->stage = TM_TUNE_DONE;
    }
    t->batches = 0;
  }
  memset(t->tally, 0, sizeof t->tally);
}
