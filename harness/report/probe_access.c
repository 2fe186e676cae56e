/* SPDX-License-Identifier: Apache-2.0 */
/* Loops of translated code, timed: what an access, a memory.size and a stale copy cost. */
#include "core/arch.h"
#include "harness/report/probe_private.h"

#include <errno.h>
#include <string.h>

enum { TURNS = 65536, MAX_SAMPLES = 256, SPAN_WORDS = 32 * 1024 / 4, STALE = 64 };

static const char *const loops[] = {
    "load-sequential", "load-random", "load-dependent", "store-sequential",
    "load-bytes",      "load-atomic", "size",           "poll"};
enum { LOOPS = sizeof loops / sizeof *loops };

/* A random cycle through the first 32 KiB (Sattolo), for the dependent loads. */
static void fill_cycle(uint8_t *bytes) {
  static uint32_t order[SPAN_WORDS];
  uint32_t x = 12345, address;
  for (uint32_t i = 0; i < SPAN_WORDS; i++) order[i] = i;
  for (uint32_t i = SPAN_WORDS - 1; i > 0; i--) {
    x = x * 1664525 + 1013904223;
    uint32_t j = (uint32_t)(((uint64_t)x * i) >> 32), t = order[i];
    order[i] = order[j];
    order[j] = t;
  }
  for (uint32_t i = 0; i < SPAN_WORDS; i++) {
    address = order[(i + 1) % SPAN_WORDS] * 4;
    memcpy(bytes + order[i] * 4, &address, sizeof address);
  }
}

static int time_loops(struct tm_probe *p, struct tm_instance *instance) {
  double ns[LOOPS][MAX_SAMPLES];
  unsigned samples = p->size.samples < MAX_SAMPLES ? p->size.samples : MAX_SAMPLES;
  for (unsigned s = 0; s <= samples; s++) /* turn by turn; the first round warms up */
    for (unsigned i = 0; i < LOOPS; i++) {
      uint64_t begun = tm_arch_ticks();
      if (tm_probe_call(instance, loops[i], TURNS) < 0)
        return tm_fail(p->error, -EIO, "%s of the probe traps under %s", loops[i],
                       p->strategy->name);
      uint64_t ended = tm_arch_ticks();
      if (s) ns[i][s - 1] = (double)(ended - begun) * p->ns_per_tick / TURNS;
    }
  for (unsigned i = 0; i < LOOPS; i++)
    tm_probe_add(p, &(struct tm_probe_point){.op = loops[i], .instances = 1}, "time", "ns", ns[i],
                 samples);
  return 0;
}

/* After a grow by one instance, which also touches the page, the first access to the new page by
 * another: a spurious trap, a slow path, or nothing. Then the same access again, for comparison. */
static int time_stale(struct tm_probe *p, struct tm_probe_bed *bed, struct tm_instance *grower,
                      struct tm_instance *other) {
  double first[STALE], again[STALE];
  for (int i = 0; i < STALE; i++) {
    int64_t old = tm_linear_grow(bed->memory, tm_instance_view(grower), 1);
    if (old < 0) return tm_fail(p->error, -ENOMEM, "a grow of the probe failed");
    uint32_t at = (uint32_t)old * (uint32_t)TM_PAGE_BYTES;
    if (tm_probe_call(grower, "read", at) < 0)
      return tm_fail(p->error, -EIO, "the grower's own page traps under %s", p->strategy->name);
    uint64_t a = tm_arch_ticks();
    tm_probe_call(other, "read", at); /* an unsound strategy may trap here */
    uint64_t b = tm_arch_ticks();
    tm_probe_call(other, "read", at);
    uint64_t c = tm_arch_ticks();
    first[i] = (double)(b - a) * p->ns_per_tick;
    again[i] = (double)(c - b) * p->ns_per_tick;
  }
  const struct tm_probe_point stale = {.op = "stale-access",
                                       .instances = 3,
                                       .pages = 1,
                                       .touch = true},
                              fresh = {
                                  .op = "known-access", .instances = 3, .pages = 1, .touch = true};
  tm_probe_add(p, &stale, "time", "ns", first, STALE);
  tm_probe_add(p, &fresh, "time", "ns", again, STALE);
  return 0;
}

int tm_probe_accesses(struct tm_probe *p) {
  struct tm_probe_bed bed;
  struct tm_instance *one = NULL, *two = NULL;
  int result = tm_probe_bed_open(p, 1, &bed);
  if (result) return result;
  fill_cycle(tm_linear_at(bed.memory, tm_probe_view(&bed, 0), 0, SPAN_WORDS * 4));
  /* The instances run on this thread, one at a time: the bed's own view must not be running. */
  tm_linear_park(bed.memory, tm_probe_view(&bed, 0));
  result = tm_probe_instance(p, &bed, &one);
  if (!result) result = time_loops(p, one);
  if (!result) result = tm_probe_instance(p, &bed, &two);
  if (!result) result = time_stale(p, &bed, one, two);
  if (two) tm_instance_free(two);
  if (one) tm_instance_free(one);
  tm_linear_unpark(bed.memory, tm_probe_view(&bed, 0));
  tm_probe_bed_close(&bed);
  return result;
}
