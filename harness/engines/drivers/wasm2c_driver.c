/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/drivers/wasm2c_driver.c: a litmus module that wasm2c has turned into C, one
 * pthread and one instance for each thread of the test. job.inc holds the job
 * (harness/engines/job.h). */
#include "tm.h"

#include "wasm-rt-impl.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct column {
  int final; /* 0: a register, 1: the size, 2: a load */
  unsigned thread, slot;
  bool relative, edge;
  unsigned bytes;
  int64_t offset;
};

struct batch {
  const char *phase, *meeting;
  unsigned rounds;
};

#include "job.inc" /* INITIAL … SKEW, THREADS, COLUMNS, slots, columns, batches, call() */

enum { PAGE = 65536, ROWS = 4096 };

struct w2c_env {
  wasm_rt_shared_memory_t memory;
};

wasm_rt_shared_memory_t *w2c_env_memory(struct w2c_env *env) { return &env->memory; }

/* Called while threads wait for each other: there may be fewer processors than threads. */
struct w2c_host {
  char unused;
};

void w2c_host_relax(struct w2c_host *host) {
  (void)host;
  sched_yield();
}

struct thread {
  struct w2c_env *env;
  w2c_tm module;
  unsigned me, rounds, meeting;
  uint32_t edge, near, out;
};

static struct {
  char text[512];
  unsigned count;
} rows[ROWS];
static unsigned row_count;

static uint8_t *at(struct thread *t, uint64_t address) {
  return (uint8_t *)(uintptr_t)t->env->memory.data + address;
}

static int64_t get(struct thread *t, uint64_t address) {
  int64_t value;
  memcpy(&value, at(t, address), 8);
  return value;
}

static void set(struct thread *t, uint64_t address, int64_t value) {
  memcpy(at(t, address), &value, 8);
}

/* One round; after a trap it goes on behind the step that trapped. */
static void play(struct thread *t, uint32_t target, uint32_t skew) {
  volatile unsigned from = 0, tries = t->me == RETRY_THREAD ? RETRY_TRIES : 0;
  volatile uint32_t to = target, idle = skew;
  wasm_rt_trap_t trap;
again:
  trap = (wasm_rt_trap_t)wasm_rt_impl_try();
  if (trap == WASM_RT_TRAP_NONE) {
    call(&t->module, t->me, from, t->edge, t->near, t->out, to, idle);
    return;
  }
  uint32_t step = (uint32_t)get(t, t->out);
  if (step == 0 && tries > 0) {
    tries--;
    to = idle = 0;
    goto again;
  }
  if (slots[t->me][step]) set(t, t->out + 8 * slots[t->me][step], -270);
  from = step + 1;
  goto again;
}

static int64_t pages(struct thread *t) {
  return (int64_t)wasm_rt_grow_memory_shared(&t->env->memory, 0);
}

static int cell(struct thread *t, const struct column *c, uint32_t outs, char *text, size_t room) {
  static const char *const words[] = {"none", "ok", "trap", "fail", "stuck"};
  int64_t value, before = t->edge / PAGE - 1 + LEAD;
  if (c->final == 1) return snprintf(text, room, "\"%lld\"", (long long)(pages(t) - before));
  if (c->final == 2) {
    uint64_t address = (uint64_t)((c->edge ? t->edge : t->near) + c->offset);
    value = 0;
    if (address + c->bytes > (uint64_t)pages(t) * PAGE) return snprintf(text, room, "\"trap\"");
    memcpy(&value, at(t, address), c->bytes);
    return snprintf(text, room, "\"%lld\"", (long long)value);
  }
  value = get(t, outs + 512 * c->thread + 8 * c->slot);
  if (value >= -272 && value <= -268) return snprintf(text, room, "\"%s\"", words[value + 272]);
  if (c->relative && value != -1) value -= before;
  return snprintf(text, room, "\"%lld\"", (long long)value);
}

static void collect(struct thread *t, uint32_t outs, unsigned round) {
  char text[512];
  size_t n = 0;
  for (unsigned c = 0; c < COLUMNS; c++) {
    n += (size_t)snprintf(text + n, sizeof text - n, c ? "," : "");
    n += (size_t)cell(t, &columns[c], outs, text + n, sizeof text - n);
  }
  unsigned r = 0;
  while (r < row_count && strcmp(rows[r].text, text)) r++;
  if (r == ROWS) {
    puts("{\"error\": \"more kinds of outcomes than there is room for\"}");
    exit(1);
  }
  if (r == row_count) strcpy(rows[row_count++].text, text);
  rows[r].count++;
  int64_t want = 1 + (int64_t)(round + 1) * STRIDE, have = pages(t);
  if (SETTLE && have < want) wasm_rt_grow_memory_shared(&t->env->memory, (uint64_t)(want - have));
}

static void *run(void *argument) {
  struct thread *t = argument;
  wasm_rt_init_thread();
  static struct w2c_host host;
  wasm2c_tm_instantiate(&t->module, t->env, &host);
  uint32_t random = 12345 + t->me;
  for (unsigned round = 0; round < t->rounds; round++) {
    uint32_t outs = 16384 + 4096 * (round & 1);
    t->edge = PAGE * (1 + round * STRIDE);
    t->near = 4096 + 1024 * (round & 1);
    t->out = outs + 512 * t->me;
    for (unsigned slot = 0; slot <= COLUMNS; slot++) set(t, t->out + 8 * slot, -272);
    if (t->me == 0) {
      memset(at(t, t->near), 0, 1024);
      if (STRIDE == 0) memset(at(t, PAGE - 4096), 0, 4096);
    }
    random = (random * 1103515245u + 12345u) & 0x7fffffff;
    uint32_t idle = t->meeting == 0 ? (random >> 8) % SKEW : 0;
    play(t, THREADS * (2 * round + 1), t->meeting << 16 | idle);
    w2c_tm_meet(&t->module, THREADS * (2 * round + 2));
    if (t->me == 0) collect(t, outs, round);
  }
  wasm2c_tm_free(&t->module);
  wasm_rt_free_thread();
  return NULL;
}

static void run_memory(const struct batch *b, unsigned rounds) {
  struct w2c_env env;
  struct thread threads[THREADS];
  pthread_t ids[THREADS];
  wasm_rt_allocate_memory_shared(&env.memory, 1, MAXIMUM, false, PAGE);
  for (unsigned me = 0; me < THREADS; me++) {
    threads[me] = (struct thread){.env = &env, .me = me, .rounds = rounds};
    threads[me].meeting = !strcmp(b->meeting, "spin");
    if (pthread_create(&ids[me], NULL, run, &threads[me]) != 0) {
      puts("{\"error\": \"cannot start a thread\"}");
      exit(1);
    }
  }
  for (unsigned me = 0; me < THREADS; me++) pthread_join(ids[me], NULL);
  wasm_rt_free_memory_shared(&env.memory);
}

int main(void) {
  wasm_rt_init();
  for (unsigned i = 0; i < sizeof batches / sizeof *batches; i++) {
    const struct batch *b = &batches[i];
    row_count = 0;
    memset(rows, 0, sizeof rows);
    for (unsigned m = 0; m < (FRESH ? b->rounds : 1); m++) run_memory(b, FRESH ? 1 : b->rounds);
    printf("{\"phase\": \"%s\", \"meeting\": \"%s\", \"rounds\": %u, \"rows\": [", b->phase,
           b->meeting, b->rounds);
    for (unsigned r = 0; r < row_count; r++)
      printf("%s{\"row\": [%s], \"count\": %u}", r ? ", " : "", rows[r].text, rows[r].count);
    puts("]}");
    fflush(stdout);
  }
  puts("{\"done\": true}");
  return 0;
}
