/* SPDX-License-Identifier: Apache-2.0 */
/* The axioms by brute force: see brute.h. */
#include "tests/oracle/brute.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS = 12, TRACES = 4096, BYTES = 24, PAGE = 65536 };
enum order { PLAIN, SC, INIT };
enum queue { NO_QUEUE, WAIT, WOKEN, TIMEOUT, NOTIFY };

/* An event with all its values guessed. */
struct event {
  bool reads_length, writes_length, length_sc;
  uint64_t length_read, length_written; /* pages */
  bool reads, writes, tear_free;
  enum order order;
  uint64_t at, size; /* bytes; of a grow or the allocation: whole pages, all zero */
  uint8_t got[8], put[8];
  enum queue queue;
  uint64_t queue_at, woken, limit;
  int wait; /* of WOKEN, TIMEOUT: how many events before in the thread its WAIT is */
};

struct trace {
  unsigned events;
  struct event event[EVENTS];
  struct tm_value row[TM_LITMUS_COLUMNS];
};

struct traces {
  unsigned count;
  struct trace *trace;
};

/* What each byte of the data may ever hold. */
struct domain {
  unsigned bytes;
  uint64_t address[BYTES];
  bool may[BYTES][256];
};

struct brute {
  const struct tm_litmus *test;
  struct domain domain, wider; /* wider: being found, from domain */
  struct traces thread[TM_LITMUS_THREADS + 1];
  bool full;
  uint64_t left;
  unsigned waits;
  enum brute_grade (*known)(void *user, const struct tm_value row[]);
  void (*row)(void *user, const struct tm_value row[], enum brute_grade grade);
  void *user;
  /* the execution at hand */
  unsigned events, owner[4 * EVENTS];
  struct event event[4 * EVENTS];
  struct tm_value values[TM_LITMUS_COLUMNS];
  unsigned place[4 * EVENTS]; /* of each event in the total order */
  int length_from[4 * EVENTS], from[4 * EVENTS][8];
  bool hb[4 * EVENTS][4 * EVENTS];
  bool consistent, only_sc, sc; /* only_sc: every read sees the last write */
};

/* ---- domains ---- */

static int byte_index(struct domain *d, uint64_t address) {
  for (unsigned i = 0; i < d->bytes; i++)
    if (d->address[i] == address) return (int)i;
  if (d->bytes == BYTES) return -1;
  d->address[d->bytes] = address;
  d->may[d->bytes][0] = true;
  return (int)d->bytes++;
}

static uint64_t rmw(const struct tm_litmus_step *s, uint64_t old) {
  uint64_t mask = s->bytes == 8 ? UINT64_MAX : ((uint64_t)1 << 8 * s->bytes) - 1;
  switch (s->op) {
  case TM_XCHG:
  case TM_CMPXCHG: return s->operand;
  case TM_ADD: return (old + s->operand) & mask;
  case TM_SUB: return (old - s->operand) & mask;
  case TM_AND: return old & s->operand;
  case TM_OR: return old | s->operand;
  default: return old ^ s->operand;
  }
}

static void may_put(struct brute *b, uint64_t at, unsigned bytes, uint64_t value) {
  for (unsigned k = 0; k < bytes; k++) {
    int i = byte_index(&b->wider, at + k);
    if (i < 0)
      b->full = true;
    else
      b->wider.may[i][value >> 8 * k & 0xff] = true;
  }
}

typedef void with_value(struct brute *b, const struct tm_litmus_step *s, uint64_t value,
                        void *more);

/* Call `f` with every value that [at, at + bytes) may hold. */
static void each_value(struct brute *b, const struct tm_litmus_step *s, uint64_t at, unsigned bytes,
                       unsigned k, uint64_t value, with_value *f, void *more) {
  if (b->full) return;
  if (k == bytes) {
    f(b, s, value, more);
    return;
  }
  int i = byte_index(&b->domain, at + k);
  if (i < 0) {
    b->full = true;
    return;
  }
  for (unsigned v = 0; v < 256; v++)
    if (b->domain.may[i][v])
      each_value(b, s, at, bytes, k + 1, value | (uint64_t)v << 8 * k, f, more);
}

static void put_modified(struct brute *b, const struct tm_litmus_step *s, uint64_t old,
                         void *more) {
  (void)more;
  may_put(b, s->at, s->bytes, rmw(s, old));
}

static void put_copied(struct brute *b, const struct tm_litmus_step *s, uint64_t byte, void *more) {
  may_put(b, s->at + *(uint64_t *)more, 1, byte);
}

static void widen(struct brute *b, const struct tm_litmus_step *s) {
  if (s->op == TM_STORE) may_put(b, s->at, s->bytes, s->operand);
  if (s->op == TM_LOAD || s->op == TM_WAIT) may_put(b, s->at, s->bytes, 0);
  for (uint64_t k = 0; k < s->length; k++) {
    if (s->op == TM_FILL) may_put(b, s->at + k, 1, s->operand);
    if (s->op == TM_INIT) may_put(b, s->at + k, 1, b->test->data[s->from + k]);
    if (s->op == TM_COPY) each_value(b, s, s->from + k, 1, 0, 0, put_copied, &k);
  }
  if (s->op >= TM_XCHG && s->op <= TM_CMPXCHG)
    each_value(b, s, s->at, s->bytes, 0, 0, put_modified, NULL);
}

/* No step is done twice, so as many rounds as there are steps find everything. */
static void find_domains(struct brute *b) {
  unsigned rounds = 1;
  for (unsigned t = 0; t < b->test->threads; t++) rounds += b->test->thread[t].steps;
  for (; rounds--; b->domain = b->wider)
    for (unsigned t = 0; t < b->test->threads; t++)
      for (unsigned i = 0; i < b->test->thread[t].steps; i++) widen(b, &b->test->thread[t].step[i]);
}

/* ---- traces: a thread guesses ---- */

struct guess {
  struct brute *b;
  unsigned thread;
  struct trace now;
};

static void run(struct guess *g, unsigned at);

static void keep(struct guess *g) {
  struct traces *all = &g->b->thread[g->thread];
  if (all->count == TRACES)
    g->b->full = true;
  else
    all->trace[all->count++] = g->now;
}

/* Add an event and return it, or NULL when there are too many. */
static struct event *emit(struct guess *g, struct event e) {
  if (g->now.events == EVENTS) {
    g->b->full = true;
    return NULL;
  }
  g->now.event[g->now.events] = e;
  return &g->now.event[g->now.events++];
}

static void set(struct guess *g, int column, enum tm_value_kind kind, uint64_t number) {
  if (column >= 0) g->now.row[column] = (struct tm_value){kind, number};
}

static struct event bounds(uint64_t pages) {
  return (struct event){.reads_length = true, .length_read = pages};
}

static void put_bytes(uint8_t out[8], uint64_t value) {
  for (unsigned k = 0; k < 8; k++) out[k] = (uint8_t)(value >> 8 * k);
}

struct access_guess {
  struct guess *g;
  unsigned at;
  uint64_t pages;
};

/* The access of a step within bounds, having read `value`. */
static void access_value(struct brute *b, const struct tm_litmus_step *s, uint64_t value,
                         void *more) {
  struct access_guess *a = more;
  struct guess *g = a->g;
  struct trace before = g->now;
  struct event e = bounds(a->pages);
  bool hit = s->op != TM_CMPXCHG || value == s->expected;
  (void)b;
  e.reads = s->op != TM_STORE;
  e.writes = s->op != TM_LOAD && s->op != TM_WAIT && hit;
  e.order = s->op == TM_WAIT || s->atomic ? SC : PLAIN;
  e.tear_free = e.order == SC || (s->bytes <= 4 && s->at % s->bytes == 0);
  e.at = s->at;
  e.size = s->bytes;
  put_bytes(e.got, value);
  put_bytes(e.put, s->op == TM_STORE ? s->operand : rmw(s, value));
  set(g, s->column, s->op == TM_STORE ? TM_VALUE_OK : TM_VALUE_NUMBER,
      s->op == TM_STORE ? 0 : value);
  if (s->op == TM_WAIT && value == s->operand) {
    e.queue = WAIT;
    e.queue_at = s->at;
    if (!emit(g, e)) return;
    struct trace waits = g->now;
    if (s->timeout < 0) {
      set(g, s->column, TM_VALUE_STUCK, 0);
      keep(g);
    } else if (emit(g, (struct event){.queue = TIMEOUT, .queue_at = s->at, .wait = 1})) {
      set(g, s->column, TM_VALUE_NUMBER, 2);
      run(g, a->at + 1);
    }
    g->now = waits;
    if (emit(g, (struct event){.queue = WOKEN, .queue_at = s->at, .wait = 1})) {
      set(g, s->column, TM_VALUE_NUMBER, 0);
      run(g, a->at + 1);
    }
  } else {
    if (s->op == TM_WAIT) set(g, s->column, TM_VALUE_NUMBER, 1);
    if (emit(g, e)) run(g, a->at + 1);
  }
  g->now = before;
}

static void run_access(struct guess *g, unsigned at, uint64_t pages) {
  const struct tm_litmus_step *s = &g->b->test->thread[g->thread].step[at];
  bool atomic = s->atomic || s->op == TM_WAIT || s->op == TM_NOTIFY;
  struct access_guess more = {g, at, pages};
  if (s->at + s->bytes > pages * PAGE || (atomic && s->at % s->bytes)) {
    set(g, s->column, TM_VALUE_TRAP, 0);
    if (emit(g, bounds(pages))) run(g, at + 1);
  } else if (s->op == TM_NOTIFY) {
    struct trace before = g->now;
    for (uint64_t n = 0; n <= g->b->waits && n <= s->operand; n++, g->now = before) {
      struct event e = bounds(pages);
      e.queue = NOTIFY;
      e.queue_at = s->at;
      e.woken = n;
      e.limit = s->operand;
      set(g, s->column, TM_VALUE_NUMBER, n);
      if (emit(g, e)) run(g, at + 1);
    }
  } else if (s->op == TM_STORE) {
    access_value(g->b, s, 0, &more);
  } else {
    each_value(g->b, s, s->at, s->bytes, 0, 0, access_value, &more);
  }
}

struct bulk_guess {
  struct guess *g;
  unsigned at;
  uint64_t done, where;
};

static void run_bulk(struct guess *g, unsigned at, uint64_t done, unsigned part);

static void store_byte(struct guess *g, unsigned at, uint64_t done, uint64_t where, uint64_t byte) {
  const struct tm_litmus_step *s = &g->b->test->thread[g->thread].step[at];
  struct trace before = g->now;
  for (uint64_t pages = g->b->test->initial_pages; pages <= g->b->test->max_pages;
       pages++, g->now = before) {
    struct event e = bounds(pages);
    if (s->at + where + 1 > pages * PAGE) {
      set(g, s->column, TM_VALUE_TRAP, 0);
      if (emit(g, e)) run(g, at + 1);
      continue;
    }
    e.writes = e.tear_free = true;
    e.at = s->at + where;
    e.size = 1;
    e.put[0] = (uint8_t)byte;
    if (emit(g, e)) run_bulk(g, at, done + 1, 0);
  }
}

static void copy_byte(struct brute *b, const struct tm_litmus_step *s, uint64_t byte, void *more) {
  struct bulk_guess *u = more;
  struct trace before = u->g->now;
  (void)b;
  struct event *e = &u->g->now.event[u->g->now.events - 1];
  e->reads = e->tear_free = true;
  e->at = s->from + u->where;
  e->size = 1;
  e->got[0] = (uint8_t)byte;
  store_byte(u->g, u->at, u->done, u->where, byte);
  u->g->now = before;
}

/* part 0: the check of what is left; part 1: the byte. */
static void run_bulk(struct guess *g, unsigned at, uint64_t done, unsigned part) {
  const struct tm_litmus_step *s = &g->b->test->thread[g->thread].step[at];
  uint64_t left = s->length - done, to = s->at, from = s->from;
  bool back = s->op == TM_COPY && s->at > s->from;
  uint64_t where = back ? left - 1 : done;
  if (!back) to += done, from += done;
  if (part && s->op != TM_COPY) {
    store_byte(g, at, done, where,
               s->op == TM_FILL ? s->operand : g->b->test->data[s->from + where]);
    return;
  }
  struct trace before = g->now;
  for (uint64_t pages = g->b->test->initial_pages; pages <= g->b->test->max_pages;
       pages++, g->now = before) {
    bool beyond =
        part ? s->from + where + 1 > pages * PAGE
             : to + left > pages * PAGE || (s->op == TM_COPY && from + left > pages * PAGE);
    if (!emit(g, bounds(pages))) return;
    if (beyond || (!part && !left)) {
      set(g, s->column, beyond ? TM_VALUE_TRAP : TM_VALUE_OK, 0);
      run(g, at + 1);
    } else if (!part) {
      run_bulk(g, at, done, 1);
    } else {
      struct bulk_guess more = {g, at, done, where};
      each_value(g->b, s, s->from + where, 1, 0, 0, copy_byte, &more);
    }
  }
}

static void run_length(struct guess *g, unsigned at, uint64_t pages) {
  const struct tm_litmus *test = g->b->test;
  const struct tm_litmus_step *s = &test->thread[g->thread].step[at];
  struct event e = {.reads_length = true, .length_sc = true, .length_read = pages};
  struct trace before = g->now;
  if (s->op == TM_GROW) {
    bool fits = pages + s->operand <= test->max_pages;
    if (!fits || !test->strict) {
      set(g, s->column, TM_VALUE_NUMBER, UINT64_MAX);
      if (emit(g, e)) run(g, at + 1);
      g->now = before;
    }
    if (!fits) return;
    e.writes_length = e.writes = true;
    e.length_written = pages + s->operand;
    e.at = pages * PAGE;
    e.size = s->operand * PAGE;
  }
  if (s->op == TM_INSTANTIATE)
    set(g, s->column, pages >= s->operand ? TM_VALUE_OK : TM_VALUE_FAIL, 0);
  else
    set(g, s->column, TM_VALUE_NUMBER, pages);
  if (emit(g, e)) run(g, at + 1);
}

static void run(struct guess *g, unsigned at) {
  const struct tm_litmus *test = g->b->test;
  if (g->b->full) return;
  if (at == test->thread[g->thread].steps) {
    keep(g);
    return;
  }
  const struct tm_litmus_step *s = &test->thread[g->thread].step[at];
  struct trace before = g->now;
  if (s->op == TM_IF) {
    bool same = tm_value_equal(g->now.row[s->column], s->than);
    run(g, same == s->equal ? at + 1 : at + 1 + s->skip);
  } else if (s->op == TM_FENCE) {
    set(g, s->column, TM_VALUE_OK, 0);
    if (emit(g, (struct event){0})) run(g, at + 1);
  } else if (s->op == TM_FILL || s->op == TM_COPY || s->op == TM_INIT) {
    run_bulk(g, at, 0, 0);
  } else {
    for (uint64_t pages = test->initial_pages; pages <= test->max_pages; pages++) {
      if (s->op == TM_SIZE || s->op == TM_GROW || s->op == TM_INSTANTIATE)
        run_length(g, at, pages);
      else
        run_access(g, at, pages);
      g->now = before;
    }
  }
  g->now = before;
}

/* The finals, as one more thread. */
static void run_final(struct guess *g, unsigned column);

struct final_guess {
  struct guess *g;
  unsigned column;
};

static void final_value(struct brute *b, const struct tm_litmus_step *s, uint64_t value,
                        void *more) {
  struct final_guess *f = more;
  struct trace before = f->g->now;
  (void)b;
  (void)s;
  put_bytes(f->g->now.event[f->g->now.events - 1].got, value);
  set(f->g, (int)f->column, TM_VALUE_NUMBER, value);
  run_final(f->g, f->column + 1);
  f->g->now = before;
}

static void run_final(struct guess *g, unsigned column) {
  const struct tm_litmus *test = g->b->test;
  if (g->b->full) return;
  while (column < test->columns && test->column[column].kind == TM_COLUMN_REGISTER) column++;
  if (column == test->columns) {
    keep(g);
    return;
  }
  const struct tm_litmus_column *c = &test->column[column];
  struct trace before = g->now;
  for (uint64_t pages = test->initial_pages; pages <= test->max_pages; pages++, g->now = before) {
    struct event *e = emit(g, bounds(pages));
    if (!e) return;
    if (c->kind == TM_COLUMN_FINAL_SIZE) {
      e->length_sc = true;
      set(g, (int)column, TM_VALUE_NUMBER, pages);
      run_final(g, column + 1);
    } else if (c->at + c->bytes > pages * PAGE) {
      set(g, (int)column, TM_VALUE_TRAP, 0);
      run_final(g, column + 1);
    } else {
      struct final_guess more = {g, column};
      e->reads = true;
      e->tear_free = c->bytes <= 4 && c->at % c->bytes == 0;
      e->at = c->at;
      e->size = c->bytes;
      each_value(g->b, NULL, c->at, c->bytes, 0, 0, final_value, &more);
    }
  }
}

/* ---- one execution: the definitions ---- */

static bool tot(const struct brute *b, unsigned i, unsigned k) { return b->place[i] < b->place[k]; }

static bool overlap(const struct event *a, const struct event *c) {
  return a->at < c->at + c->size && c->at < a->at + a->size;
}

static bool same_range(const struct event *a, const struct event *c) {
  return a->at == c->at && a->size == c->size;
}

static bool sync_data(const struct brute *b, unsigned i, unsigned k) {
  const struct event *a = &b->event[i], *c = &b->event[k];
  return same_range(a, c) && a->order == SC && c->order == SC;
}

static bool sync_length(const struct brute *b, unsigned i, unsigned k) {
  return b->event[i].length_sc && b->event[k].length_sc;
}

/* hb-consistent and sc-last-visible, for data byte `at` or (length) the length. */
static bool read_is_fine(const struct brute *b, unsigned r, unsigned w, bool length, uint64_t at) {
  bool (*sync)(const struct brute *, unsigned, unsigned) = length ? sync_length : sync_data;
  if (b->hb[r][w] || (sync(b, w, r) && !b->hb[w][r])) return false;
  for (unsigned v = 0; v < b->events; v++) {
    const struct event *e = &b->event[v];
    if (length ? !e->writes_length : !e->writes) continue;
    bool there = length || (at >= e->at && at < e->at + e->size);
    if (there && b->hb[w][v] && b->hb[v][r]) return false;
    if (!b->hb[w][r]) continue;
    if (tot(b, w, v) && tot(b, v, r) && sync(b, w, r) && sync(b, v, r)) return false;
    if (b->hb[w][v] && tot(b, v, r) && sync(b, v, r)) return false;
    if (tot(b, w, v) && b->hb[v][r] && sync(b, w, v)) return false;
  }
  return true;
}

static bool tears(const struct brute *b, unsigned r) {
  const struct event *e = &b->event[r];
  int one = -1;
  for (uint64_t k = 0; k < e->size && e->tear_free; k++) {
    int w = b->from[r][k];
    if (!b->event[w].tear_free || !same_range(&b->event[w], e)) continue;
    if (one >= 0 && one != w) return true;
    one = w;
  }
  return false;
}

static void find_hb(struct brute *b, unsigned final_owner) {
  memset(b->hb, 0, sizeof b->hb);
  for (unsigned i = 0; i < b->events; i++)
    for (unsigned k = 0; k < b->events; k++) {
      const struct event *a = &b->event[i], *c = &b->event[k];
      if (i == k) continue;
      b->hb[i][k] |= i == 0 || (b->owner[k] == final_owner && b->owner[i] != final_owner) ||
                     (b->owner[i] == b->owner[k] && i < k);
      b->hb[i][k] |= a->queue && c->queue && a->queue_at == c->queue_at && tot(b, i, k);
      b->hb[i][k] |= c->reads_length && b->length_from[k] == (int)i && sync_length(b, i, k);
      for (uint64_t n = 0; c->reads && n < c->size; n++)
        b->hb[i][k] |= b->from[k][n] == (int)i && sync_data(b, i, k);
      b->hb[i][k] |= a->order == INIT && (c->reads || c->writes) && overlap(a, c);
    }
  for (unsigned j = 0; j < b->events; j++)
    for (unsigned i = 0; i < b->events; i++)
      for (unsigned k = 0; k < b->events; k++) b->hb[i][k] |= b->hb[i][j] && b->hb[j][k];
}

/* A first-in first-out queue per address, run along the total order. */
static bool queues_are_fine(const struct brute *b) {
  unsigned order[4 * EVENTS], queue[4 * EVENTS], waiting = 0, due[4 * EVENTS], dues = 0;
  uint64_t due_at = 0;
  for (unsigned i = 0; i < b->events; i++) order[b->place[i]] = i;
  for (unsigned p = 0; p < b->events; p++) {
    unsigned i = order[p], n = 0;
    const struct event *e = &b->event[i];
    unsigned wait = i - (unsigned)e->wait, same = 0;
    if (!e->queue) continue;
    if (dues && e->queue_at == due_at) { /* the woken come next: the newest wait first */
      if (e->queue != WOKEN || wait != due[--dues]) return false;
      continue;
    }
    if (dues && e->queue == NOTIFY) return false; /* the woken could as well come at once */
    if (e->queue == WOKEN) return false;
    if (e->queue == WAIT) queue[waiting++] = i;
    for (unsigned k = 0; k < waiting; k++) same += b->event[queue[k]].queue_at == e->queue_at;
    if (e->queue == NOTIFY &&
        (e->woken > e->limit || e->woken != (same < e->limit ? same : e->limit)))
      return false;
    unsigned left = 0, removed = 0;
    for (; n < waiting; n++) {
      bool oldest =
          e->queue == NOTIFY && b->event[queue[n]].queue_at == e->queue_at && dues < e->woken;
      bool out = e->queue == TIMEOUT && queue[n] == wait;
      if (oldest) due[dues++] = queue[n];
      removed += out;
      if (!oldest && !out) queue[left++] = queue[n];
    }
    if (e->queue == TIMEOUT && !removed) return false;
    due_at = e->queue == NOTIFY ? e->queue_at : due_at;
    waiting = left;
  }
  return !dues;
}

static bool consistent(struct brute *b) {
  find_hb(b, b->test->threads + 1);
  for (unsigned i = 0; i < b->events; i++)
    for (unsigned k = 0; k < b->events; k++)
      if (b->hb[i][k] && !tot(b, i, k)) return false;
  for (unsigned r = 0; r < b->events; r++) {
    const struct event *e = &b->event[r];
    if (e->reads_length && !read_is_fine(b, r, (unsigned)b->length_from[r], true, 0)) return false;
    for (uint64_t k = 0; e->reads && k < e->size; k++)
      if (!read_is_fine(b, r, (unsigned)b->from[r][k], false, e->at + k)) return false;
    if (e->reads && tears(b, r)) return false;
  }
  return queues_are_fine(b);
}

/* ---- all writers, all orders ---- */

static void choose_writer(struct brute *b, unsigned r, unsigned byte);

static void choose_length(struct brute *b, unsigned r) {
  const struct event *e = &b->event[r];
  for (unsigned w = 0; w < b->events && !b->consistent && b->left; w++) {
    if (w == r || !b->event[w].writes_length || b->event[w].length_written != e->length_read)
      continue;
    b->length_from[r] = (int)w;
    choose_writer(b, r, 0);
  }
}

static void next_reader(struct brute *b, unsigned r) {
  if (r == b->events) {
    if (b->left) b->left--;
    b->consistent = consistent(b);
  } else if (b->event[r].reads_length) {
    choose_length(b, r);
  } else {
    choose_writer(b, r, 0);
  }
}

static void choose_writer(struct brute *b, unsigned r, unsigned byte) {
  const struct event *e = &b->event[r];
  if (!e->reads || byte == e->size) {
    next_reader(b, r + 1);
    return;
  }
  for (unsigned w = 0; w < b->events && !b->consistent && b->left; w++) {
    const struct event *v = &b->event[w];
    uint64_t k = e->at + byte;
    if (w == r || !v->writes || k < v->at || k >= v->at + v->size) continue;
    if ((v->size <= 8 ? v->put[k - v->at] : 0) != e->got[byte]) continue;
    b->from[r][byte] = (int)w;
    choose_writer(b, r, byte + 1);
  }
}

/* The last writer before event r in the total order, of the length or of one byte; -1: none. */
static int last_writer(const struct brute *b, unsigned r, bool length, uint64_t at) {
  int last = -1;
  for (unsigned w = 0; w < b->events; w++) {
    const struct event *v = &b->event[w];
    bool there = length ? v->writes_length : v->writes && at >= v->at && at < v->at + v->size;
    if (there && tot(b, w, r) && (last < 0 || tot(b, (unsigned)last, w))) last = (int)w;
  }
  return last;
}

/* Does every read see the last write, in this order? Sets the writers. */
static bool interleaves(struct brute *b) {
  for (unsigned r = 0; r < b->events; r++) {
    const struct event *e = &b->event[r];
    if (e->reads_length) {
      int w = last_writer(b, r, true, 0);
      if (w < 0 || b->event[w].length_written != e->length_read) return false;
      b->length_from[r] = w;
    }
    for (uint64_t k = 0; e->reads && k < e->size; k++) {
      int w = last_writer(b, r, false, e->at + k);
      if (w < 0) return false;
      const struct event *v = &b->event[w];
      if ((v->size <= 8 ? v->put[e->at + k - v->at] : 0) != e->got[k]) return false;
      b->from[r][k] = w;
    }
  }
  return queues_are_fine(b);
}

/* Put the events in every order that agrees with the threads. */
static void choose_order(struct brute *b, unsigned next[], const unsigned end[], unsigned placed) {
  if (b->consistent || !b->left) return;
  if (placed == b->events) {
    b->left--;
    if (!b->only_sc)
      next_reader(b, 0);
    else if (interleaves(b))
      b->sc = b->consistent = true;
    return;
  }
  unsigned threads = b->test->threads, inner = 0;
  for (unsigned t = 0; t < threads; t++) inner += next[t] < end[t];
  for (unsigned t = 0; t <= threads; t++) {
    if (next[t] == end[t] || (t == threads && inner)) continue;
    b->place[next[t]++] = placed;
    choose_order(b, next, end, placed + 1);
    next[t]--;
  }
}

/* A quick look before all orders: has every read some writer of its value at all? */
static bool writers_exist(const struct brute *b) {
  for (unsigned r = 0; r < b->events; r++) {
    const struct event *e = &b->event[r];
    bool any = !e->reads_length;
    for (unsigned w = 0; w < b->events && !any; w++)
      any = w != r && b->event[w].writes_length && b->event[w].length_written == e->length_read;
    if (!any) return false;
    for (uint64_t k = e->at; e->reads && k < e->at + e->size; k++) {
      any = false;
      for (unsigned w = 0; w < b->events && !any; w++) {
        const struct event *v = &b->event[w];
        any = w != r && v->writes && k >= v->at && k < v->at + v->size &&
              (v->size <= 8 ? v->put[k - v->at] : 0) == e->got[k - e->at];
      }
      if (!any) return false;
    }
  }
  return true;
}

static void try_traces(struct brute *b, const unsigned choice[]) {
  unsigned threads = b->test->threads, next[TM_LITMUS_THREADS + 1], end[TM_LITMUS_THREADS + 1];
  b->events = 1;
  b->owner[0] = 0;
  b->event[0] = (struct event){.writes_length = true,
                               .length_sc = true,
                               .length_written = b->test->initial_pages,
                               .writes = true,
                               .order = INIT,
                               .size = b->test->initial_pages * PAGE};
  b->place[0] = 0;
  for (unsigned t = 0; t <= threads; t++) {
    const struct trace *trace = &b->thread[t].trace[choice[t]];
    next[t] = b->events;
    for (unsigned i = 0; i < trace->events; i++) {
      b->owner[b->events] = t + 1;
      b->event[b->events++] = trace->event[i];
    }
    end[t] = b->events;
    for (unsigned c = 0; c < b->test->columns; c++)
      if (b->test->column[c].thread == t) b->values[c] = trace->row[c];
  }
  enum brute_grade known = b->known(b->user, b->values);
  if (known == BRUTE_SC || !writers_exist(b)) return;
  b->sc = b->consistent = false;
  b->only_sc = true;
  choose_order(b, next, end, 1);
  b->consistent = b->only_sc = false;
  if (known == BRUTE_UNKNOWN)
    choose_order(b, next, end, 1); /* what interleaves must be found too */
  if (b->consistent) b->row(b->user, b->values, BRUTE_ALLOWED);
  if (b->sc) b->row(b->user, b->values, BRUTE_SC);
}

/* Upper bound of the work: combinations of traces, as far as they are known now. */
static bool too_many(const struct brute *b, uint64_t most) {
  uint64_t product = 1;
  unsigned events = 1;
  for (unsigned t = 0; t <= b->test->threads; t++) {
    unsigned longest = 0;
    for (unsigned i = 0; i < b->thread[t].count; i++)
      if (b->thread[t].trace[i].events > longest) longest = b->thread[t].trace[i].events;
    events += longest;
    product *= b->thread[t].count;
    if (product > most) return true;
  }
  return events > 4 * EVENTS;
}

enum brute_answer brute_outcomes(const struct tm_litmus *test, uint64_t most,
                                 enum brute_grade (*known)(void *user, const struct tm_value row[]),
                                 void (*row)(void *user, const struct tm_value row[],
                                             enum brute_grade grade),
                                 void *user) {
  struct brute *b = calloc(1, sizeof *b);
  struct guess *g = calloc(1, sizeof *g);
  unsigned choice[TM_LITMUS_THREADS + 1] = {0}, t = 0;
  b->test = test;
  b->left = most;
  b->known = known;
  b->row = row;
  b->user = user;
  for (unsigned i = 0; i < test->threads; i++)
    for (unsigned k = 0; k < test->thread[i].steps; k++)
      b->waits += test->thread[i].step[k].op == TM_WAIT;
  find_domains(b);
  for (unsigned i = 0; i <= test->threads; i++) {
    b->thread[i].trace = calloc(TRACES, sizeof(struct trace));
    *g = (struct guess){.b = b, .thread = i};
    if (i < test->threads)
      run(g, 0);
    else
      run_final(g, 0);
  }
  bool full = b->full || too_many(b, most);
  while (!full && t <= test->threads && b->left) {
    try_traces(b, choice);
    for (t = 0; t <= test->threads; t++) {
      if (++choice[t] < b->thread[t].count) break;
      choice[t] = 0;
    }
  }
  full |= !b->left;
  for (unsigned i = 0; i <= test->threads; i++) free(b->thread[i].trace);
  free(g);
  free(b);
  return full ? BRUTE_TOO_LARGE : BRUTE_DONE;
}
