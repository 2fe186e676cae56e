/* SPDX-License-Identifier: Apache-2.0 */
/* One strategy in every layout, measured in this process. */
#include "harness/report/layouts.h"

#include "core/arch.h"
#include "harness/report/layouts_private.h"
#include "harness/report/layouts_text.h" /* made by the build from layouts.wat: tm_layouts_text */
#include "harness/report/probe_private.h"
#include "harness/wasm/wat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 65536, MAX_SAMPLES = 256, PAGES = 16 };

/* Where a loop happens to lie moves these small loops by more than any layout does. */
#define ALIGNED "-falign-functions=64 -falign-loops=64"

static const char *const loops[] = {"load",      "store",      "size",
                                    "leaf-load", "leaf-store", "leaf-size"};
static const char *const memories[][2] = {{"owned", "(memory 16 16)"},
                                          {"shared", "(import \"env\" \"memory\" (memory 16 16 "
                                                     "shared))"}};
/* A call for memory.size is the same everywhere but for how the view is found. */
static const char *const layouts[] = {"inline", "union",       "table",
                                      "side",   "inline+call", "table+call"};
enum {
  LOOPS = sizeof loops / sizeof *loops,
  MEMORIES = sizeof memories / sizeof *memories,
  LAYOUTS = sizeof layouts / sizeof *layouts,
  VARIANTS = MEMORIES * LAYOUTS,
};

struct variant {
  const char *memory, *layout;
  struct tm_module *module;
  struct tm_linear *imported; /* or NULL */
  struct tm_instance *instance;
  double ns[LOOPS][MAX_SAMPLES];
  double cold_load[MAX_SAMPLES], cold_size[MAX_SAMPLES];
};

struct work {
  const struct tm_strategy *strategy;
  struct variant *variant; /* VARIANTS of them */
  double ns_per_tick;
  struct tm_rng rng;
  struct tm_error *error;
  double made[VARIANTS], timed[VARIANTS]; /* the place of each in the order they were made in, and
                                             in that of the last loop's last turn */
};

static int load(const struct work *w, struct variant *v, const char *memory) {
  unsigned char *wasm;
  size_t size;
  char *text;
  if (asprintf(&text, "(module %s %s)", memory, tm_layouts_text) < 0)
    return tm_fail(w->error, -ENOMEM, "out of memory");
  int result = tm_wat_to_wasm("layouts.wat", text, strlen(text), &wasm, &size, w->error);
  free(text);
  if (result) return result;
  struct tm_module_options options = {.strategy = w->strategy, .flags = ALIGNED};
  result = tm_layout_parse(v->layout, &options.layout, w->error);
  if (!result) result = tm_module_load_bytes("layouts", wasm, size, &options, &v->module, w->error);
  free(wasm);
  return result;
}

static int load_all(struct work *w) {
  size_t order[VARIANTS];
  int result = 0;
  w->variant = calloc(VARIANTS, sizeof *w->variant);
  if (!w->variant) return tm_fail(w->error, -ENOMEM, "out of memory");
  tm_order_block(&w->rng, VARIANTS, order);
  for (int k = 0; k < VARIANTS && !result; k++) {
    size_t i = order[k];
    struct variant *v = &w->variant[i];
    v->memory = memories[i / LAYOUTS][0];
    v->layout = layouts[i % LAYOUTS];
    result = load(w, v, memories[i / LAYOUTS][1]);
  }
  return result;
}

static int instantiate(const struct work *w, struct variant *v) {
  struct tm_import import = {"env", "memory", {.kind = TM_EXTERN_MEMORY}};
  size_t imports;
  const struct tm_item *item = tm_module_imports(v->module, &imports);
  int result =
      imports ? tm_module_new_memory(v->module, &item->memory_type, &v->imported, w->error) : 0;
  import.value.memory = v->imported;
  if (!result) result = tm_instance_new(v->module, &import, imports, &v->instance, NULL, w->error);
  return result;
}

static void free_all(struct work *w) {
  for (int i = 0; w->variant && i < VARIANTS; i++) {
    struct variant *v = &w->variant[i];
    if (v->instance) tm_instance_free(v->instance);
    if (v->imported) tm_linear_drop(v->imported);
    tm_module_free(v->module);
  }
  free(w->variant);
}

int tm_layouts_prepare(const struct tm_strategy *strategy, struct tm_error *error) {
  struct work w = {.strategy = strategy, .error = error};
  int result = load_all(&w);
  free_all(&w);
  return result;
}

/* ---- measuring --------------------------------------------------------------------------------*/

static int time_loop(const struct work *w, struct variant *v, int loop, double *ns) {
  uint64_t begun = tm_arch_ticks();
  if (tm_probe_call(v->instance, loops[loop], TURNS) < 0)
    return tm_fail(w->error, -EIO, "loop %s of layout %s traps under %s", loops[loop], v->layout,
                   w->strategy->name);
  *ns = (double)(tm_arch_ticks() - begun) * w->ns_per_tick / TURNS;
  return 0;
}

/* Turn by turn, in a random order each time: a loop of some microseconds feels which one ran before
 * it, by up to half a per cent, and always behind the same one that is a bias. The first round
 * warms up. */
static int time_all(struct work *w, unsigned samples) {
  size_t order[VARIANTS];
  int result = 0;
  for (unsigned s = 0; s <= samples; s++)
    for (int loop = 0; loop < LOOPS; loop++) {
      tm_order_block(&w->rng, VARIANTS, order);
      for (unsigned i = 0; i < VARIANTS && !result; i++) {
        struct variant *v = &w->variant[order[i]];
        w->timed[order[i]] = i;
        result = time_loop(w, v, loop, &v->ns[loop][s ? s - 1 : 0]);
      }
    }
  return result;
}

/* Calls into many instances. Not where threads have to say with which view they run. */
static int time_cold(struct work *w, unsigned samples) {
  size_t order[VARIANTS];
  int result = 0;
  tm_order_block(&w->rng, VARIANTS, order);
  for (int i = 0; i < VARIANTS && !result && !w->strategy->unpark; i++) {
    struct variant *v = &w->variant[order[i]];
    result = tm_layouts_cold(v->module, "read", 0, w->ns_per_tick, v->cold_load, samples, w->error);
    if (!result)
      result = tm_layouts_cold(v->module, "length", PAGES, w->ns_per_tick, v->cold_size, samples,
                               w->error);
  }
  return result;
}

static void add(cJSON *cells, const struct variant *v, const char *op, const char *metric,
                const char *unit, const double *values, unsigned count) {
  char name[32];
  cJSON *cell = cJSON_CreateObject(), *axes = cJSON_AddObjectToObject(cell, "axes");
  snprintf(name, sizeof name, "layout-%s", op);
  cJSON_AddStringToObject(axes, "op", name);
  cJSON_AddStringToObject(axes, "layout", v->layout);
  cJSON_AddStringToObject(axes, "memory", v->memory);
  cJSON_AddStringToObject(cell, "metric", metric);
  cJSON_AddStringToObject(cell, "unit", unit);
  cJSON_AddItemToObject(cell, "values", cJSON_CreateDoubleArray(values, (int)count));
  cJSON_AddItemToArray(cells, cell);
}

/* In which order it was done, for the record: the places of all, memory by memory. */
static void add_order(cJSON *cells, const char *metric, const double places[VARIANTS]) {
  cJSON *cell = cJSON_CreateObject(), *axes = cJSON_AddObjectToObject(cell, "axes");
  cJSON_AddStringToObject(axes, "op", "order-of-layouts");
  cJSON_AddStringToObject(cell, "metric", metric);
  cJSON_AddStringToObject(cell, "unit", "place");
  cJSON_AddItemToObject(cell, "values", cJSON_CreateDoubleArray(places, VARIANTS));
  cJSON_AddItemToArray(cells, cell);
}

static cJSON *cells_of(const struct work *w, unsigned samples) {
  cJSON *cells = cJSON_CreateArray();
  add_order(cells, "made", w->made);
  add_order(cells, "timed", w->timed);
  for (int i = 0; i < VARIANTS; i++) {
    const struct variant *v = &w->variant[i];
    const double code = (double)tm_module_code_bytes(v->module);
    for (int loop = 0; loop < LOOPS; loop++)
      add(cells, v, loops[loop], "time", "ns", v->ns[loop], samples);
    if (!w->strategy->unpark) {
      add(cells, v, "cold-load", "time", "ns", v->cold_load, samples);
      add(cells, v, "cold-size", "time", "ns", v->cold_size, samples);
    }
    add(cells, v, "module", "module_code", "bytes", &code, 1);
  }
  return cells;
}

cJSON *tm_layouts_measure(const struct tm_strategy *strategy, unsigned samples, uint64_t seed,
                          struct tm_error *error) {
  struct work w = {.strategy = strategy, .rng = tm_rng(seed), .error = error};
  size_t order[VARIANTS];
  if (samples > MAX_SAMPLES) samples = MAX_SAMPLES;
  int result = load_all(&w);
  tm_order_block(&w.rng, VARIANTS, order);
  for (int i = 0; i < VARIANTS && !result; i++) {
    w.made[order[i]] = i;
    result = instantiate(&w, &w.variant[order[i]]);
  }
  if (!result) {
    w.ns_per_tick = tm_probe_ns_per_tick();
    result = time_all(&w, samples);
    if (!result) result = time_cold(&w, samples);
  }
  cJSON *cells = result ? NULL : cells_of(&w, samples);
  free_all(&w);
  return cells;
}
