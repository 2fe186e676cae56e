/* SPDX-License-Identifier: Apache-2.0 */
/* Threads grow, run, come and go at random, under every candidate; the seed is printed and can be
 * given as the argument. A message in an atomic orders each reader behind a grow, so what it then
 * sees is not a matter of luck: a size no smaller than the message says, and pages that are there,
 * zero or stamped. */
#include "tests/strategies/fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t seed;

enum { GROWERS = 2, RUNNERS = 2, VISITORS = 1, GROWS = 3000, VISITS = 3000 };
enum { MAX_PAGES = 1 + GROWERS * GROWS };

/* Of one strategy at a time. */
static struct {
  const struct fixture *f;
  struct tm_atomic_u64 message; /* pages: some grow to this length has returned */
  struct tm_atomic_u32 growers; /* still at it */
  struct tm_atomic_u32 faults;  /* what no candidate may show */
  struct tm_atomic_u32 visits;
} s;

static uint64_t random_next(uint64_t *state) {
  *state ^= *state << 13, *state ^= *state >> 7, *state ^= *state << 17;
  return *state;
}

static void fault(const char *what, uint64_t page) {
  if (tm_fetch_add_rlx(&s.faults, 1) == 0) /* Relaxed: a count. */
    print_message("%s: %s at page %llu\n", s.f->hot->name, what, (unsigned long long)page);
}

/* One message-passing round through `view`: read the message, then look at the memory. */
static void look(void *view, uint64_t *state) {
  /* ORDER: the message before the look at the memory. PAIRS: grow_some. */
  uint64_t told = tm_load_sc(&s.message);
  uint64_t size = s.f->hot->size(view);
  if (size < told) fault("A3: stale size", told);
  uint64_t page = random_next(state) % size;
  int byte = byte_at(s.f, view, page * TM_PAGE_BYTES + random_next(state) % 8);
  if (byte < 0) fault(page < told ? "A2: trap behind a grow" : "A4: trap below a size", page);
  if (byte > 0 && byte != (int)(page % 255 + 1)) fault("A6: another page's stamp", page);
}

static void *grow_some(void *argument) {
  uint64_t state = seed + (uintptr_t)argument;
  void *view = calloc(1, s.f->entry->strategy->view_bytes);
  if (tm_linear_attach(s.f->memory, view)) fault("attach failed", 0);
  tm_linear_unpark(s.f->memory, view);
  for (int i = 0; i < GROWS; i++) {
    uint64_t delta = random_next(&state) % 2;
    int64_t old = tm_linear_grow(s.f->memory, view, delta);
    if (old < 1) fault("a grow failed", (uint64_t)i);
    if (delta) {
      uint64_t page = (uint64_t)old;
      if (byte_at(s.f, view, page * TM_PAGE_BYTES) != 0) fault("A5: not a new page", page);
      for (uint64_t b = 0; b < 8; b++)
        if (access_at(s.f, view, page * TM_PAGE_BYTES + b, (int)(page % 255 + 1)))
          fault("A2: trap behind an own grow", page);
    }
    uint64_t told = (uint64_t)old + delta, seen = tm_load_rlx(&s.message);
    /* ORDER: the grow before the message. PAIRS: look. */
    while (seen < told && !tm_cas_sc(&s.message, &seen, told)) {
    }
    look(view, &state);
  }
  tm_linear_park(s.f->memory, view);
  tm_linear_detach(s.f->memory, view);
  free(view);
  tm_thread_done();
  /* ORDER: everything above before the count. PAIRS: run. */
  tm_fetch_add_acqrel(&s.growers, (uint32_t)-1);
  return NULL;
}

/* Runs until the growers are done, now and then parked as if blocked in the host. All runners share
 * the fixture's second view, as threads that share an instance do. */
static void *run(void *argument) {
  uint64_t state = seed + 100 + (uintptr_t)argument;
  tm_linear_unpark(s.f->memory, s.f->other);
  /* ORDER: as grow_some. */
  while (tm_load_acq(&s.growers)) {
    look(s.f->other, &state);
    if (random_next(&state) % 16) continue;
    tm_linear_park(s.f->memory, s.f->other);
    sched_yield();
    tm_linear_unpark(s.f->memory, s.f->other);
  }
  tm_linear_park(s.f->memory, s.f->other);
  tm_thread_done();
  return NULL;
}

/* Instances that come and go, some used and some not, and are freed at once. */
static void *visit(void *argument) {
  uint64_t state = seed + 200 + (uintptr_t)argument;
  void *held[8] = {NULL};
  /* ORDER: as grow_some. */
  for (unsigned i = 0; i < VISITS && tm_load_acq(&s.growers); i++) {
    void **slot = &held[random_next(&state) % 8];
    if (*slot) {
      tm_linear_unpark(s.f->memory, *slot);
      look(*slot, &state);
      tm_linear_park(s.f->memory, *slot);
      tm_linear_detach(s.f->memory, *slot);
      memset(*slot, 0xff, s.f->entry->strategy->view_bytes);
      free(*slot);
      *slot = NULL;
    } else {
      *slot = calloc(1, s.f->entry->strategy->view_bytes);
      if (tm_linear_attach(s.f->memory, *slot)) fault("attach failed", i);
    }
    tm_fetch_add_rlx(&s.visits, 1); /* Relaxed: a count. */
  }
  for (int i = 0; i < 8; i++)
    if (held[i]) {
      tm_linear_detach(s.f->memory, held[i]);
      free(held[i]);
    }
  tm_thread_done();
  return NULL;
}

static void stress(const struct fixture *f) {
  s.f = f;
  tm_store_sc(&s.message, 1);
  tm_store_sc(&s.growers, GROWERS);
  tm_store_sc(&s.faults, 0);
  tm_store_sc(&s.visits, 0);
  pthread_t threads[GROWERS + RUNNERS + VISITORS];
  int n = 0;
  for (uintptr_t i = 0; i < RUNNERS; i++) pthread_create(&threads[n++], NULL, run, (void *)i);
  for (uintptr_t i = 0; i < VISITORS; i++) pthread_create(&threads[n++], NULL, visit, (void *)i);
  for (uintptr_t i = 0; i < GROWERS; i++) pthread_create(&threads[n++], NULL, grow_some, (void *)i);
  tm_linear_park(f->memory, f->view);
  while (n) pthread_join(threads[--n], NULL);
  tm_linear_unpark(f->memory, f->view);
  assert_int_equal(tm_load_sc(&s.faults), 0);
  if (getenv("TIDEMARK_TEST_VERBOSE"))
    print_message("%-14s %u visits\n", f->hot->name, tm_load_sc(&s.visits));
  assert_int_equal(f->hot->size(f->view), tm_load_sc(&s.message));
}

static void candidates_withstand_threads(void **state) {
  (void)state;
  print_message("seed %llu\n", (unsigned long long)seed);
  struct tm_memory_type type = {
      .min_pages = 1, .max_pages = MAX_PAGES, .index = TM_INDEX32, .shared = true};
  FOR_EACH_STRATEGY(f, &type)
  if (f.entry->kind == TM_KIND_candidate) stress(&f);
}

/* A thousand instances of one memory: each sees a grow, and leaves nothing behind. */
static void a_thousand_instances_come_and_go(void **state) {
  (void)state;
  enum { INSTANCES = 1000 };
  struct tm_memory_type type = {
      .min_pages = 1, .max_pages = 3, .index = TM_INDEX32, .shared = true};
  FOR_EACH_STRATEGY(f, &type) {
    if (f.entry->kind != TM_KIND_candidate) continue;
    size_t bytes = (f.entry->strategy->view_bytes + 63) & ~(size_t)63;
    uint8_t *views = calloc(INSTANCES, bytes);
    for (size_t i = 0; i < INSTANCES; i++)
      assert_int_equal(tm_linear_attach(f.memory, views + i * bytes), 0);
    assert_int_equal(tm_linear_grow(f.memory, f.view, 1), 1);
    for (size_t i = 0; i < INSTANCES; i++) {
      assert_int_equal(f.hot->size(views + i * bytes), 2);
      assert_int_equal(byte_at(&f, views + i * bytes, TM_PAGE_BYTES), 0);
    }
    for (size_t i = 0; i < INSTANCES; i += 2) tm_linear_detach(f.memory, views + i * bytes);
    assert_int_equal(tm_linear_grow(f.memory, f.view, 1), 2);
    for (size_t i = 1; i < INSTANCES; i += 2) {
      assert_int_equal(byte_at(&f, views + i * bytes, 2 * TM_PAGE_BYTES), 0);
      tm_linear_detach(f.memory, views + i * bytes);
    }
    free(views);
  }
}

int main(int argc, char **argv) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t)now.tv_nsec * 2 + 1;
  const struct CMUnitTest tests[] = {
      strategy_test(candidates_withstand_threads),
      strategy_test(a_thousand_instances_come_and_go),
  };
  return cmocka_run_group_tests(tests, fixture_register_code, NULL);
}
