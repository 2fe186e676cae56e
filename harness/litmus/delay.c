/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/delay.h"

#include "harness/stats/stats.h"

#include "strategies/strategies.h"

#include <dlfcn.h>
#include <errno.h>
#include <time.h>

const struct tm_strategy *tm_delayed_strategy(const char *name, struct tm_error *error) {
  static const struct tm_strategy_entry *(*find)(const char *);
  if (!find) {
    void *object = dlopen(TIDEMARK_DELAYED, RTLD_NOW | RTLD_LOCAL);
    void *symbol = object ? dlsym(object, "tm_strategy_find") : NULL;
    if (!symbol) {
      tm_fail(error, -ENOENT, "cannot load the delayed strategies: %s; build them again",
              dlerror());
      return NULL;
    }
    __builtin_memcpy(&find, &symbol, sizeof find);
  }
  const struct tm_strategy_entry *entry = find(name);
  if (entry) return entry->strategy;
  tm_fail(error, -ENOENT, "the delayed build has no strategy '%s'", name);
  return NULL;
}

static _Thread_local struct {
  uint64_t most_ns;
  struct tm_rng rng;
} delay;

void tm_delay_this_thread(uint64_t most_ns, uint64_t seed) {
  delay.most_ns = most_ns;
  delay.rng = tm_rng(seed);
}

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Called by TM_POINT in the delayed build. */
void tm_point_reached(const char *name);
void tm_point_reached(const char *name) {
  (void)name;
  if (!delay.most_ns) return;
  uint64_t until = now_ns() + tm_rng_below(&delay.rng, delay.most_ns);
  while (now_ns() < until) {
  }
}
