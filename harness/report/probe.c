/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/probe_private.h"

#include "core/arch.h"
#include "harness/report/probe_text.h" /* made by the build from probe.wat: tm_probe_text */
#include "harness/wasm/wat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int load(const struct tm_strategy *strategy, struct tm_layout layout,
                struct tm_module **module, struct tm_error *error) {
  unsigned char *wasm;
  size_t size;
  int result =
      tm_wat_to_wasm("probe.wat", tm_probe_text, strlen(tm_probe_text), &wasm, &size, error);
  if (result) return result;
  struct tm_module_options options = {.strategy = strategy, .layout = layout};
  result = tm_module_load_bytes("probe", wasm, size, &options, module, error);
  free(wasm);
  return result;
}

int tm_probe_load(struct tm_probe *p) {
  return load(p->strategy, p->size.layout, &p->module, p->error);
}

int tm_probe_prepare(const struct tm_strategy *strategy, struct tm_layout layout,
                     struct tm_error *error) {
  struct tm_module *module;
  int result = load(strategy, layout, &module, error);
  if (!result) tm_module_free(module);
  return result;
}

/* Ticks → ns by comparing the time base with the clock for 10 ms. */
double tm_probe_ns_per_tick(void) {
  struct timespec a, b;
  clock_gettime(CLOCK_MONOTONIC, &a);
  uint64_t first = tm_arch_ticks();
  do clock_gettime(CLOCK_MONOTONIC, &b);
  while ((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec < 10000000);
  uint64_t last = tm_arch_ticks();
  return (double)((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec) /
         (double)(last - first);
}

static void add_number(cJSON *o, const char *name, unsigned value) {
  char text[16];
  snprintf(text, sizeof text, "%u", value);
  cJSON_AddStringToObject(o, name, text);
}

void tm_probe_add(struct tm_probe *p, const struct tm_probe_point *at, const char *metric,
                  const char *unit, const double *values, size_t count) {
  if (count == 0) return;
  cJSON *cell = cJSON_CreateObject(), *axes = cJSON_AddObjectToObject(cell, "axes");
  cJSON_AddStringToObject(axes, "op", at->op);
  add_number(axes, "instances", at->instances);
  add_number(axes, "readers", at->readers);
  add_number(axes, "pages", at->pages);
  add_number(axes, "rate", at->rate);
  cJSON_AddStringToObject(axes, "touch", at->touch ? "yes" : "no");
  char layout[TM_LAYOUT_NAME];
  if (p->size.layout.place || p->size.layout.size_call)
    cJSON_AddStringToObject(axes, "layout", tm_layout_name(p->size.layout, layout));
  cJSON_AddStringToObject(cell, "metric", metric);
  cJSON_AddStringToObject(cell, "unit", unit);
  cJSON_AddItemToObject(cell, "values", cJSON_CreateDoubleArray(values, (int)count));
  cJSON_AddItemToArray(p->cells, cell);
}

static void attach(cJSON *to, const char *metric, const char *unit, double value) {
  cJSON *one = cJSON_CreateObject();
  cJSON_AddStringToObject(one, "metric", metric);
  cJSON_AddStringToObject(one, "unit", unit);
  cJSON_AddNumberToObject(one, "value", value);
  cJSON_AddItemToArray(to, one);
}

void tm_probe_counted_by(struct tm_probe *p, const double counters[TM_COUNTERS], double grows) {
  cJSON *cell = cJSON_GetArrayItem(p->cells, cJSON_GetArraySize(p->cells) - 1);
  if (!cell) return;
  cJSON *list = cJSON_AddArrayToObject(cell, "counters");
  if (grows >= 0) attach(list, "grows", "grows", grows);
  for (int i = 0; i < TM_COUNTERS; i++)
    if (counters[i] >= 0) attach(list, tm_counter[i].metric, tm_counter[i].unit, counters[i]);
}

void tm_probe_shift(struct tm_probe *p) {
  if (p->spacers == TM_PROBE_SPACERS) return;
  /* Shared: each has a file of its own behind it, so that neighbours stay apart. */
  void *at =
      mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at != MAP_FAILED) p->spacer[p->spacers++] = at;
}

int tm_probe_bed_open(struct tm_probe *p, size_t instances, struct tm_probe_bed *bed) {
  const struct tm_memory_type type = {.min_pages = TM_PROBE_MIN_PAGES,
                                      .max_pages = TM_PROBE_MAX_PAGES,
                                      .index = TM_INDEX32,
                                      .shared = true};
  *bed = (struct tm_probe_bed){.instances = 0};
  int result = tm_module_new_memory(p->module, &type, &bed->memory, p->error);
  if (result) return result;
  bed->stride = (p->strategy->view_bytes + 127) & ~(size_t)127;
  bed->views = aligned_alloc(128, instances * bed->stride);
  if (!bed->views) {
    tm_linear_drop(bed->memory);
    return tm_fail(p->error, -ENOMEM, "no memory for %zu instances", instances);
  }
  memset(bed->views, 0, instances * bed->stride);
  for (; bed->instances < instances; bed->instances++)
    if ((result = tm_linear_attach(bed->memory, tm_probe_view(bed, bed->instances)))) {
      tm_probe_bed_close(bed);
      return tm_fail(p->error, result, "%s cannot attach %zu instances", p->strategy->name,
                     instances);
    }
  tm_linear_unpark(bed->memory, tm_probe_view(bed, 0));
  return 0;
}

void tm_probe_bed_close(struct tm_probe_bed *bed) {
  if (bed->instances) tm_linear_park(bed->memory, tm_probe_view(bed, 0));
  for (size_t i = 0; i < bed->instances; i++) tm_linear_detach(bed->memory, tm_probe_view(bed, i));
  tm_linear_drop(bed->memory);
  free(bed->views);
}

int tm_probe_instance(struct tm_probe *p, struct tm_probe_bed *bed, struct tm_instance **instance) {
  const struct tm_import import = {.module = "env",
                                   .name = "memory",
                                   .value = {.kind = TM_EXTERN_MEMORY, .memory = bed->memory}};
  return tm_instance_new(p->module, &import, 1, instance, NULL, p->error);
}

int64_t tm_probe_call(struct tm_instance *instance, const char *name, uint32_t argument) {
  struct tm_extern item;
  union tm_wasm_value value = {.i32 = argument}, result = {.i32 = 0};
  struct tm_trap trap;
  if (!tm_instance_export(instance, name, &item)) return -1;
  if (tm_call(instance, &item.func, &value, &result, &trap)) return -1;
  return result.i32;
}

cJSON *tm_probe_strategy(const struct tm_strategy *strategy, const struct tm_probe_size *size,
                         struct tm_error *error) {
  struct tm_probe p = {.strategy = strategy, .size = *size, .error = error};
  if (tm_probe_load(&p)) return NULL;
  double before[TM_COUNTERS], counters[TM_COUNTERS] = {0};
  tm_counters(before);
  p.ns_per_tick = tm_probe_ns_per_tick();
  struct tm_rng rng = tm_rng(size->seed);
  for (uint64_t n = tm_rng_below(&rng, TM_PROBE_LEAF); n; n--) tm_probe_shift(&p);
  double spacers[2] = {(double)p.spacers};
  p.cells = cJSON_CreateArray();
  int (*const all[])(struct tm_probe *) = {tm_probe_accesses, tm_probe_grows, tm_probe_readers,
                                           tm_probe_code};
  int result = size->grid ? tm_probe_grid(&p) : 0;
  for (size_t i = 0; i < sizeof all / sizeof *all && !size->grid && !result; i++)
    result = all[i](&p);
  tm_counters_add(counters, before);
  spacers[1] = (double)p.spacers; /* at the start and at the end */
  tm_probe_add(&p, &(struct tm_probe_point){.op = "process"}, "spacers", "mappings", spacers, 2);
  tm_probe_counted_by(&p, counters, -1);
  while (p.spacers) munmap(p.spacer[--p.spacers], (size_t)sysconf(_SC_PAGESIZE));
  tm_module_free(p.module);
  if (!result) return p.cells;
  cJSON_Delete(p.cells);
  return NULL;
}
