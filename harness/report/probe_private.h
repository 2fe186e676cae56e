/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/probe_private.h: what the files of the probe share. */
#ifndef TM_HARNESS_REPORT_PROBE_PRIVATE_H
#define TM_HARNESS_REPORT_PROBE_PRIVATE_H

#include "harness/report/counters.h"
#include "harness/report/probe.h"
#include "harness/stats/stats.h"
#include "harness/wasm/module.h"

enum {
  TM_PROBE_MAX_PAGES = 65536,
  TM_PROBE_MIN_PAGES = 16,
  TM_PROBE_LEAF = 15, /* mappings in a leaf of the kernel's tree of them, when it is full */
  TM_PROBE_SPACERS = 64
};

struct tm_probe {
  const struct tm_strategy *strategy;
  struct tm_probe_size size;
  struct tm_module *module;
  double ns_per_tick;
  cJSON *cells;
  struct tm_error *error;
  void *spacer[TM_PROBE_SPACERS];
  size_t spacers;
};

/* The point of the axes of one cell. */
struct tm_probe_point {
  const char *op;
  unsigned instances, readers, pages, rate; /* rate: grows asked for per second; 0: as they come */
  bool touch;
};

/* Nanoseconds in a tick of tm_arch_ticks(); takes 10 ms. */
double tm_probe_ns_per_tick(void);

/* Add a cell; `values` are copied. */
void tm_probe_add(struct tm_probe *p, const struct tm_probe_point *at, const char *metric,
                  const char *unit, const double *values, size_t count);

/* One more mapping in this process, which joins with no other.
 * Linux (6.1 on) keeps a process's mappings in a tree with some fifteen to a leaf. mprotect moves
 * the border between two of a memory's: cheap within a leaf, 2.5 times the time where the border
 * is one of leaves too, and that hangs on how many mappings the process has in all. Whoever
 * measures grows in one place only may measure that: begin with a random number of spacers, and add
 * one between two memories of the same point. */
void tm_probe_shift(struct tm_probe *p);

/* A memory with `instances` views attached, the calling thread running with the first. */
struct tm_probe_bed {
  struct tm_linear *memory;
  uint8_t *views;
  size_t stride, instances;
};
int tm_probe_bed_open(struct tm_probe *p, size_t instances, struct tm_probe_bed *bed);
void tm_probe_bed_close(struct tm_probe_bed *bed);
static inline void *tm_probe_view(const struct tm_probe_bed *bed, size_t i) {
  return bed->views + i * bed->stride;
}

/* Translate (or find in the cache) and load p->module. */
int tm_probe_load(struct tm_probe *p);

/* Ticks as ns, to a tenth: finer than the time base, and files of many samples pack better. */
static inline double tm_probe_ns(const struct tm_probe *p, uint64_t ticks) {
  return (double)(uint64_t)((double)ticks * p->ns_per_tick * 10 + 0.5) / 10;
}

/* An instance of the module on the bed's memory. */
int tm_probe_instance(struct tm_probe *p, struct tm_probe_bed *bed, struct tm_instance **instance);
/* Call export `name` with one i32; its result, or -1 after a trap. */
int64_t tm_probe_call(struct tm_instance *instance, const char *name, uint32_t argument);

/* Keep what the system counted with the cell that was added last, and how many grows that belongs
 * to (< 0: to none). */
void tm_probe_counted_by(struct tm_probe *p, const double counters[TM_COUNTERS], double grows);

int tm_probe_accesses(struct tm_probe *p); /* probe_access.c */
int tm_probe_grows(struct tm_probe *p);    /* probe_grow.c */
int tm_probe_readers(struct tm_probe *p);  /* probe_readers.c */
int tm_probe_grid(struct tm_probe *p);     /* probe_readers.c */
int tm_probe_code(struct tm_probe *p);     /* probe_code.c */

#endif
