/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/aim.h"

#include <string.h>

enum { BATCHES = 3 }; /* a stage of tuning */
static const int64_t USUAL_WIDEST = 8000;

/* Steps small and large, traps often and seldom. */
#define EDGE(step, calm_) {.kind = TM_AIM_EDGE, .ticks = (step), .calm = (calm_)}
static const struct tm_aim edges[] = {
    EDGE(32, 4),   EDGE(64, 8),   EDGE(64, 32),  EDGE(128, 16),
    EDGE(128, 64), EDGE(256, 64), EDGE(512, 64), EDGE(512, 256),
};
enum { EDGES = sizeof edges / sizeof *edges };

static void sweep(struct tm_tuner *t, int chunks, int64_t first, int64_t step) {
  for (int c = 0; c < chunks; c++)
    t->aim[c] = (struct tm_aim){.kind = TM_AIM_FIXED, .ticks = first + c * step, .spread = step};
}

static void all(struct tm_tuner *t, struct tm_aim aim) {
  for (int c = 0; c < TM_AIM_CHUNKS; c++) t->aim[c] = aim;
}

const char *tm_aim_word(enum tm_aim_kind kind) {
  static const char *const words[] = {"fixed", "edge", "random"};
  return words[kind];
}

int64_t tm_aim_follow(const struct tm_aim *aim, int64_t edge, bool trapped) {
  if (aim->kind != TM_AIM_EDGE) return edge;
  edge += trapped ? aim->ticks * 256 : -aim->ticks * 256 / aim->calm;
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
  *t = (struct tm_tuner){.stage = TM_TUNE_DONE, .widest = USUAL_WIDEST};
  all(t, (struct tm_aim){.kind = TM_AIM_FIXED, .ticks = skew});
}

/* The widest sweep: three rounds long, on both sides of the start where that makes sense; half of
 * the chunks follow the edge where they can. */
static void survey(struct tm_tuner *t, double ticks_per_round) {
  int64_t widest = (int64_t)(3 * ticks_per_round);
  t->widest = widest < 1000 ? 1000 : widest > 1000000 ? 1000000 : widest;
  if (t->both_sides) {
    sweep(t, TM_AIM_CHUNKS, -USUAL_WIDEST / 2, USUAL_WIDEST / TM_AIM_CHUNKS);
    return;
  }
  int fixed = t->edges ? TM_AIM_CHUNKS - EDGES : TM_AIM_CHUNKS;
  sweep(t, fixed, 0, t->widest / fixed);
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
  if (t->stage == TM_TUNE_DONE) return;
  if (t->stage == TM_TUNE_LENGTH) {
    survey(t, ticks_per_round);
    t->stage = TM_TUNE_COARSE;
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
