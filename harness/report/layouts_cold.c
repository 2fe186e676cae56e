/* SPDX-License-Identifier: Apache-2.0 */
/* Calls into thousands of instances: here a pointer to the definition is one more cache line. */
#include "core/arch.h"
#include "harness/report/layouts_private.h"

#include <errno.h>
#include <stdlib.h>

enum { INSTANCES = 4096 };

struct crowd {
  struct tm_instance **instance;
  uint32_t *next; /* a cycle through all of them */
  uint32_t (*leaf)(void *instance, uint32_t argument);
  uint32_t expected, turns;
  uint64_t ticks;
};

static void run(void *argument) {
  struct crowd *c = argument;
  uint32_t at = 0;
  uint64_t begun = tm_arch_ticks();
  for (uint32_t i = 0; i < c->turns; i++)
    at = c->next[at] + c->leaf(c->instance[at], 0) - c->expected;
  c->ticks = tm_arch_ticks() - begun;
}

/* One cycle in random order (Sattolo); the same in every process. */
static void fill_cycle(uint32_t *next) {
  uint32_t x = 12345;
  for (uint32_t i = 0; i < INSTANCES; i++) next[i] = i;
  for (uint32_t i = INSTANCES - 1; i > 0; i--) {
    x = x * 1664525 + 1013904223;
    uint32_t j = (uint32_t)(((uint64_t)x * i) >> 32), t = next[i];
    next[i] = next[j];
    next[j] = t;
  }
}

static int measure(struct crowd *c, double ns_per_tick, double *ns, unsigned samples,
                   struct tm_error *error) {
  struct tm_trap trap;
  for (unsigned s = 0; s <= samples; s++) { /* the first round warms up */
    if (tm_instance_enter(c->instance[0], run, c, &trap))
      return tm_fail(error, -EIO, "a leaf of layouts.wat traps");
    if (s) ns[s - 1] = (double)c->ticks * ns_per_tick / c->turns;
  }
  return 0;
}

static int fill(struct crowd *c, struct tm_module *module, const char *export,
                const struct tm_import *import, size_t imports, struct tm_error *error) {
  int result = 0;
  for (uint32_t i = 0; i < INSTANCES && !result; i++)
    result = tm_instance_new(module, import, imports, &c->instance[i], NULL, error);
  struct tm_extern leaf;
  if (result) return result;
  if (!tm_instance_export(c->instance[0], export, &leaf))
    return tm_fail(error, -ENOENT, "layouts.wat has no '%s'", export);
  c->leaf = (uint32_t (*)(void *, uint32_t))leaf.func.code;
  return 0;
}

int tm_layouts_cold(struct tm_module *module, const char *export, uint32_t expected,
                    double ns_per_tick, double *ns, unsigned samples, struct tm_error *error) {
  struct crowd c = {.instance = calloc(INSTANCES, sizeof *c.instance),
                    .next = calloc(INSTANCES, sizeof *c.next),
                    .expected = expected,
                    .turns = INSTANCES};
  struct tm_import import = {"env", "memory", {.kind = TM_EXTERN_MEMORY}};
  size_t imports;
  const struct tm_item *item = tm_module_imports(module, &imports);
  int result = c.instance && c.next ? 0 : tm_fail(error, -ENOMEM, "out of memory");
  if (!result && imports)
    result = tm_module_new_memory(module, &item->memory_type, &import.value.memory, error);
  if (!result) {
    fill_cycle(c.next);
    result = fill(&c, module, export, &import, imports, error);
  }
  if (!result) result = measure(&c, ns_per_tick, ns, samples, error);
  for (uint32_t i = 0; c.instance && i < INSTANCES && c.instance[i]; i++)
    tm_instance_free(c.instance[i]);
  if (import.value.memory) tm_linear_drop(import.value.memory);
  free(c.instance);
  free(c.next);
  return result;
}
