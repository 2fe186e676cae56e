/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/crowd.h"

#include "core/arch.h"
#include "core/trap.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { ACCESSES = 64 }; /* between two rests */

struct member {
  struct tm_crowd *crowd;
  pthread_t thread;
  void *view;
  uint64_t seen; /* keeps the reads from being dropped */
};

struct tm_crowd {
  struct tm_linear *memory;
  struct tm_atomic_u32 over;
  unsigned count; /* started */
  struct member member[];
};

static void *live(void *argument) {
  struct member *m = argument;
  struct tm_linear *memory = m->crowd->memory;
  /* Relaxed: a stop is seen some time; joining orders the rest. */
  for (unsigned turn = 0; !tm_load_rlx(&m->crowd->over); turn++) {
    for (int i = 0; i < ACCESSES; i++) {
      tm_linear_unpark(memory, m->view);
      const uint8_t *first = tm_linear_at(memory, m->view, 0, 1);
      m->seen += memory->strategy->pages(m->view) + (first ? *(const volatile uint8_t *)first : 0);
      tm_linear_park(memory, m->view);
    }
    tm_port_relax(turn);
  }
  tm_thread_done();
  return NULL;
}

static void *new_view(struct tm_linear *memory) {
  size_t bytes = (memory->strategy->view_bytes + 127) / 128 * 128;
  void *view = aligned_alloc(128, bytes);
  if (view && tm_linear_attach(memory, view)) {
    free(view);
    return NULL;
  }
  return view;
}

int tm_crowd_start(struct tm_linear *memory, unsigned threads, struct tm_crowd **crowd,
                   struct tm_error *error) {
  *crowd = NULL;
  if (!threads) return 0;
  struct tm_crowd *c = calloc(1, sizeof *c + threads * sizeof *c->member);
  if (!c) return tm_fail(error, -ENOMEM, "out of memory for %u more threads", threads);
  c->memory = memory;
  for (; c->count < threads; c->count++) {
    struct member *m = &c->member[c->count];
    *m = (struct member){.crowd = c, .view = new_view(memory)};
    int e = m->view ? pthread_create(&m->thread, NULL, live, m) : ENOMEM;
    if (!e) continue;
    if (m->view) tm_linear_detach(memory, m->view);
    free(m->view);
    unsigned started = c->count;
    tm_crowd_stop(c);
    return tm_fail(error, -e, "cannot start thread %u of %u more: %s", started + 1, threads,
                   strerror(e));
  }
  *crowd = c;
  return 0;
}

void tm_crowd_stop(struct tm_crowd *c) {
  if (!c) return;
  tm_store_rlx(&c->over, 1); /* Relaxed: see live. */
  for (unsigned i = 0; i < c->count; i++) {
    pthread_join(c->member[i].thread, NULL);
    tm_linear_detach(c->memory, c->member[i].view);
    free(c->member[i].view);
  }
  free(c);
}
