/* SPDX-License-Identifier: Apache-2.0 */
/* Grows, one by one: with 1 to 100,000 instances attached, by 1 to 1,024 pages, with and without
 * touching the new pages; attaching one more instance. */
#include "core/arch.h"
#include "harness/report/probe_private.h"

#include <errno.h>
#include <stdlib.h>

enum { MAX_GROWS = 4096, ATTACHES = 64, MEMORIES = 3 /* of a point, see tm_probe_shift */ };

/* How many grows of `pages` with `instances`: walks over many copies and many pages cost more. */
static unsigned grows_of(const struct tm_probe *p, unsigned instances, unsigned pages) {
  unsigned n = p->size.grows < MAX_GROWS ? p->size.grows : MAX_GROWS;
  if (instances >= 10000) n /= instances >= 100000 ? 8 : 3;
  unsigned room = (TM_PROBE_MAX_PAGES - TM_PROBE_MIN_PAGES) / 2 / pages;
  if (n > room) n = room;
  return n < 2 * MEMORIES ? 2 * MEMORIES : n;
}

/* n grows of one memory. */
static int time_grows(struct tm_probe *p, struct tm_probe_bed *bed, const struct tm_probe_point *at,
                      unsigned n, double *ns, double *touch) {
  int result = 0;
  void *view = tm_probe_view(bed, 0);
  for (unsigned i = 0; i < n && !result; i++) {
    uint64_t a = tm_arch_ticks();
    int64_t old = p->strategy->grow(view, at->pages);
    uint64_t b = tm_arch_ticks();
    if (old < 0) result = tm_fail(p->error, -ENOMEM, "a grow under %s failed", p->strategy->name);
    ns[i] = tm_probe_ns(p, b - a);
    if (result || !at->touch) continue;
    /* Nothing is read before it is written: that would be a second fault of each page. */
    a = tm_arch_ticks();
    uint8_t *page = tm_linear_at(bed->memory, view, (uint64_t)old * TM_PAGE_BYTES, 0);
    for (size_t k = 0; page && k < TM_PAGE_BYTES; k += 4096) page[k] = 1;
    touch[i] = tm_probe_ns(p, tm_arch_ticks() - a);
  }
  return result;
}

static int time_attach(struct tm_probe *p, struct tm_probe_bed *bed, unsigned instances) {
  double in[ATTACHES], out[ATTACHES];
  void *mine = aligned_alloc(128, bed->stride);
  if (!mine) return tm_fail(p->error, -ENOMEM, "out of memory");
  int result = 0;
  for (int i = 0; i < ATTACHES && !result; i++) {
    uint64_t a = tm_arch_ticks();
    result = tm_linear_attach(bed->memory, mine);
    uint64_t b = tm_arch_ticks();
    if (result) break;
    tm_linear_detach(bed->memory, mine);
    uint64_t c = tm_arch_ticks();
    in[i] = (double)(b - a) * p->ns_per_tick;
    out[i] = (double)(c - b) * p->ns_per_tick;
  }
  free(mine);
  if (result) return tm_fail(p->error, result, "%s cannot attach", p->strategy->name);
  tm_probe_add(p, &(struct tm_probe_point){.op = "attach", .instances = instances}, "time", "ns",
               in, ATTACHES);
  tm_probe_add(p, &(struct tm_probe_point){.op = "detach", .instances = instances}, "time", "ns",
               out, ATTACHES);
  return 0;
}

static int one_point(struct tm_probe *p, unsigned instances, unsigned pages, bool touch) {
  const struct tm_probe_point at = {
      .op = "grow", .instances = instances, .pages = pages, .touch = touch};
  unsigned each = grows_of(p, instances, pages) / MEMORIES;
  double ns[MAX_GROWS], first_touch[MAX_GROWS], before[TM_COUNTERS], counters[TM_COUNTERS] = {0};
  int result = 0;
  for (unsigned m = 0; m < MEMORIES && !result; m++) {
    struct tm_probe_bed bed;
    if ((result = tm_probe_bed_open(p, instances, &bed))) break;
    tm_counters(before);
    result = time_grows(p, &bed, &at, each, ns + m * each, first_touch + m * each);
    tm_counters_add(counters, before);
    if (!result && !m && pages == 1 && !touch && instances <= 1000)
      result = time_attach(p, &bed, instances);
    tm_probe_bed_close(&bed);
    tm_probe_shift(p);
  }
  if (result) return result;
  tm_probe_add(p, &at, "latency", "ns", ns, (size_t)MEMORIES * each);
  tm_probe_counted_by(p, counters, (double)MEMORIES * each);
  if (touch) tm_probe_add(p, &at, "first_touch", "ns", first_touch, (size_t)MEMORIES * each);
  return 0;
}

int tm_probe_grows(struct tm_probe *p) {
  int result = 0;
  for (unsigned n = 1; n <= p->size.max_instances && !result; n *= 10)
    result = one_point(p, n, 1, false);
  for (unsigned pages = 8; pages <= 1024 && !result; pages *= 8) /* 8, 64, 512 */
    result = one_point(p, 1, pages, false);
  if (!result) result = one_point(p, 1, 1024, false);
  if (!result) result = one_point(p, 1, 1, true);
  double bookkeeping = (double)p->strategy->bookkeeping_bytes_per_instance;
  tm_probe_add(p, &(struct tm_probe_point){.op = "instance", .instances = 1}, "bookkeeping",
               "bytes", &bookkeeping, 1);
  return result;
}
