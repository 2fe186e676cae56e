/* SPDX-License-Identifier: Apache-2.0 */
/* core/running.h itself: while the threads are stopped none runs, and nobody waits for ever. */
#include "running_real.h"

#include "harness/explore/explore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { RUNNERS = 2 };

/* In the explorer's memory, so that each execution starts anew. */
struct world {
  struct tm_running running;
  struct tm_atomic_u32 stopped; /* 1 while the grower has stopped the threads */
  struct tm_atomic_u32 data;    /* changes only while they are */
  uint64_t seen[RUNNERS][3];    /* by each runner: data, stopped, data */
};

static void setup(void *context) {
  struct world **world = context, *w = *world = tm_model_allocate(sizeof *w);
  tm_running_init(&w->running);
  tm_atomic_init(&w->stopped, 0);
  tm_atomic_init(&w->data, 0);
}

static void grow(struct world *w) {
  tm_running_stop(&w->running);
  tm_store_rlx(&w->stopped, 1);
  tm_store_rlx(&w->data, 1);
  tm_store_rlx(&w->stopped, 0);
  tm_running_go(&w->running);
}

static void run_thread(void *context, unsigned thread) {
  struct world *w = *(struct world **)context;
  if (thread == RUNNERS) {
    grow(w);
    return;
  }
  tm_running_begin(&w->running, w);
  w->seen[thread][0] = tm_load_rlx(&w->data);
  w->seen[thread][1] = tm_load_rlx(&w->stopped);
  w->seen[thread][2] = tm_load_rlx(&w->data);
  tm_running_end(&w->running);
}

static unsigned row(void *context, unsigned stuck, uint64_t *word) {
  struct world *w = *(struct world **)context;
  unsigned n = 0;
  word[n++] = stuck;
  for (unsigned t = 0; t < RUNNERS; t++)
    for (unsigned i = 0; i < 3; i++) word[n++] = w->seen[t][i];
  return n;
}

static void nobody_runs_while_stopped(void **state) {
  (void)state;
  for (int m = 0; m < 3; m++) {
    struct world *world;
    struct tm_explore_client client = {.context = &world,
                                       .threads = RUNNERS + 1,
                                       .setup = setup,
                                       .thread = run_thread,
                                       .row = row};
    struct tm_explore_options options = {.model = (enum tm_explore_model)m};
    struct tm_explore_result *result;
    struct tm_error error = {""};
    if (tm_explore(&client, &options, &result, &error)) fail_msg("%s", error.text);
    assert_true(result->complete);
    assert_int_equal(result->outcomes, 4); /* each runner before or after the grower */
    for (unsigned i = 0; i < result->outcomes; i++) {
      const uint64_t *word = result->outcome[i].word;
      assert_int_equal(result->outcome[i].stuck, 0);
      for (unsigned t = 0; t < RUNNERS; t++) {
        assert_int_equal(word[1 + 3 * t + 1], 0);
        assert_int_equal(word[1 + 3 * t], word[1 + 3 * t + 2]);
      }
    }
    tm_explore_free(result);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nobody_runs_while_stopped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
