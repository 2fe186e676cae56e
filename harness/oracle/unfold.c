/* SPDX-License-Identifier: Apache-2.0 */
/* Unfold a litmus test: every way in which each thread may go.
 *
 * Each rule of exec/instructions.rst becomes a function that puts the events of one instruction on
 * the current path, once for each way the instruction may end, and goes on with the next one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/oracle/execution.h"

enum { MAX_PATHS = 1 << 16 };
#define ANY_LENGTH UINT64_MAX

struct unfolding {
  struct tm_program *program;
  const struct tm_litmus_thread *thread;
  struct tm_paths *out;
  unsigned number; /* of the thread */
  unsigned waits;  /* waits in the other threads: most that a notify may wake */
  bool full;       /* too many paths, or too many events in one */
  struct tm_path path;
  struct tm_event event[TM_EVENTS];
  struct tm_need need[TM_NEEDS];
};

static void go(struct unfolding *u, unsigned at);

static void keep_path(struct unfolding *u) {
  struct tm_paths *out = u->out;
  if (out->count == MAX_PATHS) {
    u->full = true;
    return;
  }
  if (out->count == out->room) {
    out->room = out->room ? 2 * out->room : 16;
    out->path = realloc(out->path, out->room * sizeof *out->path);
    if (!out->path) tm_no_memory("what was asked");
  }
  struct tm_path *path = &out->path[out->count++];
  *path = u->path;
  path->event = malloc((path->events + 1) * sizeof *path->event);
  path->need = malloc((path->needs + 1) * sizeof *path->need);
  if (!path->event || !path->need) tm_no_memory("what was asked");
  memcpy(path->event, u->event, path->events * sizeof *path->event);
  memcpy(path->need, u->need, path->needs * sizeof *path->need);
}

/* Put an event on the path; its index, or -1 if there is no room. */
static int add_event(struct unfolding *u, const struct tm_litmus_step *step, struct tm_event e) {
  if (u->path.events >= TM_EVENTS - 2) {
    u->full = true;
    return -1;
  }
  unsigned part = 0;
  if (step && u->path.events && u->event[u->path.events - 1].step == step)
    part = u->event[u->path.events - 1].part + 1;
  e.thread = (int)u->number;
  e.step = step;
  e.part = part;
  if (e.data != TM_DATA_NONE) {
    e.first = tm_cells_index(&u->program->cells, e.at);
    e.cells = tm_cells_between(&u->program->cells, e.at, e.at + e.bytes);
  }
  u->event[u->path.events] = e;
  return (int)u->path.events++;
}

static void add_need(struct unfolding *u, struct tm_need need) {
  if (u->path.needs == TM_NEEDS)
    u->full = true;
  else
    u->need[u->path.needs++] = need;
}

/* Set the register of a step. */
static void result(struct unfolding *u, const struct tm_litmus_step *step, struct tm_result r) {
  if (step->column >= 0) u->path.result[step->column] = r;
}

static void constant(struct unfolding *u, const struct tm_litmus_step *step,
                     enum tm_value_kind kind, uint64_t number) {
  result(u, step, (struct tm_result){TM_RESULT_CONSTANT, {kind, number}, 0});
}

/* Where the path stood, to come back to after one of several ways was followed. */
struct mark {
  unsigned events, needs;
};

static struct mark mark(const struct unfolding *u) {
  return (struct mark){u->path.events, u->path.needs};
}

static void back(struct unfolding *u, struct mark m) {
  u->path.events = m.events;
  u->path.needs = m.needs;
}

/* ---- bounds checks ---- */

static uint64_t initial_bytes(const struct unfolding *u) {
  return u->program->test->initial_pages * TM_LITMUS_PAGE_BYTES;
}

static bool may_reach(const struct unfolding *u, uint64_t end) {
  return end <= u->program->most_pages * TM_LITMUS_PAGE_BYTES;
}

static bool may_miss(const struct unfolding *u, uint64_t end) { return end > initial_bytes(u); }

/* An event that passes the bounds check for [.., end). */
static struct tm_event inside(uint64_t end) {
  return (struct tm_event){.length = TM_LENGTH_READ, .low = end, .high = ANY_LENGTH};
}

/* The way on which the bounds check for [.., end) fails (any length if `always`). */
static void trap_way(struct unfolding *u, unsigned at, uint64_t end, bool always) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  struct mark m = mark(u);
  if (!always && !may_miss(u, end)) return;
  struct tm_event e = {.length = TM_LENGTH_READ, .high = always ? ANY_LENGTH : end - 1};
  if (add_event(u, step, e) < 0) return;
  constant(u, step, TM_VALUE_TRAP, 0);
  go(u, at + 1);
  back(u, m);
}

/* ---- loads, stores, read-modify-writes ---- */

/* The data action of an access: what `tearing` and the ordering say about it. */
static struct tm_event access_event(const struct tm_litmus_step *step, enum tm_data_action data) {
  struct tm_event e = inside(step->at + step->bytes);
  e.data = data;
  e.order = step->atomic ? TM_SEQCST : TM_UNORDERED;
  e.at = step->at;
  e.bytes = step->bytes;
  e.tear_free = step->atomic || (step->bytes <= 4 && step->at % step->bytes == 0);
  return e;
}

static void load_ways(struct unfolding *u, unsigned at) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  int event = add_event(u, step, access_event(step, TM_DATA_READ));
  if (event < 0) return;
  result(u, step, (struct tm_result){TM_RESULT_DATA, {0}, (unsigned)event});
  go(u, at + 1);
}

static void store_ways(struct unfolding *u, unsigned at) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  struct tm_event e = access_event(step, TM_DATA_WRITE);
  e.source = TM_FROM_OPERAND;
  e.operand = step->operand;
  if (add_event(u, step, e) < 0) return;
  constant(u, step, TM_VALUE_OK, 0);
  go(u, at + 1);
}

static void rmw_ways(struct unfolding *u, unsigned at) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  struct mark m = mark(u);
  struct tm_event e = access_event(step, TM_DATA_RMW);
  e.source = TM_FROM_RMW;
  int event = add_event(u, step, e);
  if (event < 0) return;
  result(u, step, (struct tm_result){TM_RESULT_DATA, {0}, (unsigned)event});
  if (step->op == TM_CMPXCHG)
    add_need(u, (struct tm_need){(unsigned)event, false, true, step->expected});
  go(u, at + 1);
  back(u, m);
  if (step->op != TM_CMPXCHG) return;
  event = add_event(u, step, access_event(step, TM_DATA_READ));
  if (event < 0) return;
  add_need(u, (struct tm_need){(unsigned)event, false, false, step->expected});
  go(u, at + 1);
}

/* ---- wait and notify ---- */

/* After the wait has joined the queue: woken, timed out, or stuck. */
static void wait_ends(struct unfolding *u, unsigned at, int event) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  struct mark m = mark(u);
  struct tm_event end = {.queue = TM_QUEUE_WOKEN, .at = step->at, .from = event};
  if (add_event(u, step, end) < 0) return;
  constant(u, step, TM_VALUE_NUMBER, 0);
  go(u, at + 1);
  back(u, m);
  if (step->timeout < 0) {
    constant(u, step, TM_VALUE_STUCK, 0);
    keep_path(u);
    return;
  }
  end.queue = TM_QUEUE_TIMEOUT;
  if (add_event(u, step, end) < 0) return;
  constant(u, step, TM_VALUE_NUMBER, 2);
  go(u, at + 1);
}

static void wait_ways(struct unfolding *u, unsigned at) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  struct mark m = mark(u);
  struct tm_event e = access_event(step, TM_DATA_READ);
  e.order = TM_SEQCST;
  e.tear_free = true;
  int event = add_event(u, step, e);
  if (event < 0) return;
  add_need(u, (struct tm_need){(unsigned)event, false, false, step->operand});
  constant(u, step, TM_VALUE_NUMBER, 1);
  go(u, at + 1);
  back(u, m);
  e.queue = TM_QUEUE_WAIT;
  event = add_event(u, step, e);
  if (event < 0) return;
  add_need(u, (struct tm_need){(unsigned)event, false, true, step->operand});
  wait_ends(u, at, event);
}

static void notify_ways(struct unfolding *u, unsigned at) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  struct tm_event e = inside(step->at + step->bytes);
  e.queue = TM_QUEUE_NOTIFY;
  e.at = step->at;
  e.limit = step->operand;
  for (e.woken = 0; e.woken <= u->waits && e.woken <= e.limit; e.woken++) {
    struct mark m = mark(u);
    if (add_event(u, step, e) < 0) return;
    constant(u, step, TM_VALUE_NUMBER, e.woken);
    go(u, at + 1);
    back(u, m);
  }
}

/* ---- length ---- */

static void length_read(struct unfolding *u, unsigned at, uint64_t low, uint64_t high,
                        struct tm_result r) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  struct mark m = mark(u);
  struct tm_event e = {.length = TM_LENGTH_READ_SC, .low = low, .high = high};
  int event = add_event(u, step, e);
  if (event < 0) return;
  r.event = (unsigned)event;
  result(u, step, r);
  go(u, at + 1);
  back(u, m);
}

static void grow_ways(struct unfolding *u, unsigned at) {
  const struct tm_litmus *test = u->program->test;
  const struct tm_litmus_step *step = &u->thread->step[at];
  uint64_t pages = step->operand, low = 0;
  bool fits = test->initial_pages + pages <= test->max_pages;
  if (fits) {
    struct mark m = mark(u);
    struct tm_event e = {.length = TM_LENGTH_RMW,
                         .high = (test->max_pages - pages) * TM_LITMUS_PAGE_BYTES,
                         .data = TM_DATA_WRITE,
                         .operand = pages};
    int event = add_event(u, step, e);
    if (event < 0) return;
    result(u, step, (struct tm_result){TM_RESULT_LENGTH, {0}, (unsigned)event});
    go(u, at + 1);
    back(u, m);
  }
  if (test->strict && fits) { /* it fails only from a length that leaves no room */
    low = (test->max_pages - pages + 1) * TM_LITMUS_PAGE_BYTES;
    if (!may_reach(u, low)) return;
  }
  length_read(u, at, low, ANY_LENGTH,
              (struct tm_result){TM_RESULT_CONSTANT, {TM_VALUE_NUMBER, UINT64_MAX}, 0});
}

static void instantiate_ways(struct unfolding *u, unsigned at) {
  uint64_t least = u->thread->step[at].operand * TM_LITMUS_PAGE_BYTES;
  if (may_reach(u, least))
    length_read(u, at, least, ANY_LENGTH,
                (struct tm_result){TM_RESULT_CONSTANT, {TM_VALUE_OK, 0}, 0});
  if (may_miss(u, least))
    length_read(u, at, 0, least - 1, (struct tm_result){TM_RESULT_CONSTANT, {TM_VALUE_FAIL, 0}, 0});
}

/* ---- fill, copy, init: one byte after the other, each step with its own bounds check ---- */

/* The end of the range that is checked when `left` bytes are left to do from `done` on. */
static uint64_t bulk_end(const struct tm_litmus_step *step, uint64_t done, uint64_t left) {
  bool forward = step->op != TM_COPY || step->at <= step->from;
  uint64_t skip = forward ? done : 0;
  uint64_t end = step->at + skip + left, source = step->from + skip + left;
  return step->op == TM_COPY && source > end ? source : end;
}

static bool bulk_byte(struct unfolding *u, unsigned at, uint64_t which);

static void bulk_ways(struct unfolding *u, unsigned at, uint64_t done) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  uint64_t left = step->length - done, end = bulk_end(step, done, left);
  struct mark m = mark(u);
  trap_way(u, at, end, false);
  if (!may_reach(u, end) || add_event(u, step, inside(end)) < 0) return;
  if (!left) {
    constant(u, step, TM_VALUE_OK, 0);
    go(u, at + 1);
  } else {
    bool forward = step->op != TM_COPY || step->at <= step->from;
    if (bulk_byte(u, at, forward ? done : left - 1)) bulk_ways(u, at, done + 1);
  }
  back(u, m);
}

/* The store8 of one byte, for copy after its load8: the traps they may meet, then the way on which
 * they meet none, which stays on the path (the caller takes it back). */
static bool bulk_byte(struct unfolding *u, unsigned at, uint64_t which) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  struct tm_event store = inside(step->at + which + 1);
  store.data = TM_DATA_WRITE;
  store.at = step->at + which;
  store.bytes = 1;
  store.tear_free = true;
  store.source = TM_FROM_OPERAND;
  store.operand = step->op == TM_FILL ? step->operand : 0;
  if (step->op == TM_INIT) store.operand = u->program->test->data[step->from + which];
  if (step->op == TM_COPY) {
    struct tm_event load = inside(step->from + which + 1);
    load.data = TM_DATA_READ;
    load.at = step->from + which;
    load.bytes = 1;
    load.tear_free = true;
    trap_way(u, at, load.low, false);
    store.source = TM_FROM_EVENT;
    if ((store.from = add_event(u, step, load)) < 0) return false;
  }
  trap_way(u, at, store.low, false);
  return add_event(u, step, store) >= 0;
}

/* ---- control ---- */

static void if_ways(struct unfolding *u, unsigned at) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  const struct tm_result *r = &u->path.result[step->column];
  unsigned inside_body = at + 1, beyond = at + 1 + step->skip;
  if (r->source == TM_RESULT_CONSTANT || step->than.kind != TM_VALUE_NUMBER) {
    bool same = r->source == TM_RESULT_CONSTANT && tm_value_equal(r->value, step->than);
    go(u, same == step->equal ? inside_body : beyond);
    return;
  }
  struct mark m = mark(u);
  struct tm_need need = {r->event, r->source == TM_RESULT_LENGTH, true, step->than.number};
  add_need(u, need);
  go(u, step->equal ? inside_body : beyond);
  back(u, m);
  need.equal = false;
  add_need(u, need);
  go(u, step->equal ? beyond : inside_body);
  back(u, m);
}

static void fence_ways(struct unfolding *u, unsigned at) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  if (add_event(u, step, (struct tm_event){0}) < 0) return;
  constant(u, step, TM_VALUE_OK, 0);
  go(u, at + 1);
}

/* An access of one range: it traps, or one of the `ways` of its kind. */
static void access_ways(struct unfolding *u, unsigned at,
                        void (*ways)(struct unfolding *u, unsigned at)) {
  const struct tm_litmus_step *step = &u->thread->step[at];
  uint64_t end = step->at + step->bytes;
  bool aligned = step->at % step->bytes == 0, plain = step->op <= TM_STORE && !step->atomic;
  trap_way(u, at, end, !aligned && !plain);
  if ((aligned || plain) && may_reach(u, end)) ways(u, at);
}

static void go(struct unfolding *u, unsigned at) {
  if (u->full) return;
  if (at == u->thread->steps) {
    keep_path(u);
    return;
  }
  const struct tm_litmus_step *step = &u->thread->step[at];
  struct mark m = mark(u);
  struct tm_result before = {0};
  if (step->column >= 0) before = u->path.result[step->column];
  switch (step->op) {
  case TM_LOAD: access_ways(u, at, load_ways); break;
  case TM_STORE: access_ways(u, at, store_ways); break;
  case TM_WAIT: access_ways(u, at, wait_ways); break;
  case TM_NOTIFY: access_ways(u, at, notify_ways); break;
  case TM_SIZE:
    length_read(u, at, 0, ANY_LENGTH, (struct tm_result){.source = TM_RESULT_LENGTH});
    break;
  case TM_GROW: grow_ways(u, at); break;
  case TM_INSTANTIATE: instantiate_ways(u, at); break;
  case TM_FILL:
  case TM_COPY:
  case TM_INIT: bulk_ways(u, at, 0); break;
  case TM_FENCE: fence_ways(u, at); break;
  case TM_IF: if_ways(u, at); break;
  default: access_ways(u, at, rmw_ways);
  }
  back(u, m);
  if (step->column >= 0) u->path.result[step->column] = before;
}

/* ---- the program ---- */

static uint64_t most_pages(const struct tm_litmus *test) {
  uint64_t most = test->initial_pages;
  for (unsigned t = 0; t < test->threads; t++)
    for (unsigned i = 0; i < test->thread[t].steps; i++)
      if (test->thread[t].step[i].op == TM_GROW) most += test->thread[t].step[i].operand;
  return most < test->max_pages ? most : test->max_pages;
}

static unsigned waits_outside(const struct tm_litmus *test, unsigned thread) {
  unsigned waits = 0;
  for (unsigned t = 0; t < test->threads; t++)
    for (unsigned i = 0; i < test->thread[t].steps; i++)
      waits += t != thread && test->thread[t].step[i].op == TM_WAIT;
  return waits;
}

/* The longest path of a thread, in events. */
static unsigned longest(const struct tm_paths *paths) {
  unsigned most = 0;
  for (size_t i = 0; i < paths->count; i++)
    if (paths->path[i].events > most) most = paths->path[i].events;
  return most;
}

/* The finals: reads by the host after all threads, as a thread of their own. Their length is
 * settled by then, but which one it is the search finds out: so both ways here too. */
static void finals_ways(struct unfolding *u, unsigned column) {
  const struct tm_litmus *test = u->program->test;
  while (column < test->columns && test->column[column].kind == TM_COLUMN_REGISTER) column++;
  if (column == test->columns) {
    keep_path(u);
    return;
  }
  const struct tm_litmus_column *final = &test->column[column];
  struct tm_result *r = &u->path.result[column];
  struct mark m = mark(u);
  r->event = u->path.events;
  if (final->kind == TM_COLUMN_FINAL_SIZE) {
    r->source = TM_RESULT_LENGTH;
    struct tm_event e = {.length = TM_LENGTH_READ_SC, .high = ANY_LENGTH};
    if (add_event(u, NULL, e) >= 0) finals_ways(u, column + 1);
    back(u, m);
    return;
  }
  uint64_t end = final->at + final->bytes;
  if (may_miss(u, end)) {
    *r = (struct tm_result){TM_RESULT_CONSTANT, {TM_VALUE_TRAP, 0}, 0};
    struct tm_event e = {.length = TM_LENGTH_READ, .high = end - 1};
    if (add_event(u, NULL, e) >= 0) finals_ways(u, column + 1);
    back(u, m);
  }
  if (!may_reach(u, end)) return;
  struct tm_event e = inside(end);
  e.data = TM_DATA_READ;
  e.at = final->at;
  e.bytes = final->bytes;
  e.tear_free = final->bytes <= 4 && final->at % final->bytes == 0;
  *r = (struct tm_result){TM_RESULT_DATA, {0}, u->path.events};
  if (add_event(u, NULL, e) >= 0) finals_ways(u, column + 1);
  back(u, m);
}

static int unfold_thread(struct tm_program *program, unsigned number) {
  struct unfolding *u = calloc(1, sizeof *u);
  if (!u) tm_no_memory("what was asked");
  u->program = program;
  u->out = &program->thread[number];
  u->number = number;
  if (number < program->test->threads) {
    u->thread = &program->test->thread[number];
    u->waits = waits_outside(program->test, number);
    go(u, 0);
  } else {
    finals_ways(u, 0);
  }
  bool full = u->full;
  free(u);
  return full ? -E2BIG : 0;
}

int tm_program_unfold(struct tm_program *program, const struct tm_litmus *test,
                      struct tm_error *error) {
  *program = (struct tm_program){.test = test, .most_pages = most_pages(test)};
  int bad = tm_cells_find(&program->cells, test, error);
  unsigned events = 1; /* the allocation */
  for (unsigned t = 0; t <= test->threads && !bad; t++) {
    bad = unfold_thread(program, t);
    events += longest(&program->thread[t]);
    if (bad || events >= TM_EVENTS)
      return tm_fail(error, -E2BIG,
                     "%s: has more events or more ways to go than the oracle can decide; "
                     "shorten its threads",
                     test->name);
  }
  return bad;
}

void tm_program_free(struct tm_program *program) {
  for (unsigned t = 0; t <= TM_LITMUS_THREADS; t++) {
    for (size_t i = 0; i < program->thread[t].count; i++) {
      free(program->thread[t].path[i].event);
      free(program->thread[t].path[i].need);
    }
    free(program->thread[t].path);
  }
}
