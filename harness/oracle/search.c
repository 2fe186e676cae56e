/* SPDX-License-Identifier: Apache-2.0 */
/* Find the consistent executions of a program. See search.h for the order of the choices. */
#include "harness/oracle/search.h"

#include <stdlib.h>
#include <string.h>

/* R reads (some byte) from W. For data, `cell` tells which. */
struct pair {
  uint8_t r, w, cell;
  bool length;
};

struct state {
  struct tm_search *search;
  const struct tm_program *program;
  struct tm_execution x;
  unsigned grows, grow[TM_EVENTS];
  unsigned sizes, size[TM_EVENTS];   /* seq-cst reads of the length */
  unsigned checks, check[TM_EVENTS]; /* unordered reads of the length */
  unsigned reads, read[TM_EVENTS];   /* data reads, the seq-cst ones first */
  unsigned queues;
  uint64_t queue_at[TM_EVENTS];
  tm_set queue[TM_EVENTS]; /* events of each queue */
  unsigned pairs;
  struct pair pair[TM_EVENTS * 9];
  tm_set length_writers, writers[TM_CELLS];
  tm_set seqcst_same[TM_EVENTS]; /* seq-cst writers of the same range */
  tm_set observed;               /* reads whose value somebody looks at */
  bool stop;
};

struct saved {
  struct tm_relation hb, tot;
};

static bool leaves_out(const struct state *s, enum tm_axiom axiom) {
  return s->search->without & axiom;
}

static void copy_relation(struct tm_relation *to, const struct tm_relation *from, unsigned n) {
  memcpy(to->after, from->after, n * sizeof *to->after);
  memcpy(to->before, from->before, n * sizeof *to->before);
}

static void save(const struct state *s, struct saved *out) {
  copy_relation(&out->hb, &s->x.hb, s->x.events);
  copy_relation(&out->tot, &s->x.tot, s->x.events);
}

static void restore(struct state *s, const struct saved *in) {
  copy_relation(&s->x.hb, &in->hb, s->x.events);
  copy_relation(&s->x.tot, &in->tot, s->x.events);
}

static bool add_hb(struct state *s, unsigned a, unsigned b) {
  return tm_relation_add(&s->x.hb, a, b) && tm_relation_add(&s->x.tot, a, b);
}

static bool add_tot(struct state *s, unsigned a, unsigned b) {
  return tm_relation_add(&s->x.tot, a, b);
}

/* ---- the axioms, as far as what is chosen allows to tell ---- */

static bool hb_allows_but(const struct state *s, unsigned r, unsigned w, tm_set others,
                          unsigned without) {
  const struct tm_relation *hb = &s->x.hb;
  if (hb->after[r] & TM_BIT(w) && !(without & TM_AXIOM_NO_FUTURE)) return false;
  return !(hb->after[w] & hb->before[r] & others) || without & TM_AXIOM_NOT_HIDDEN;
}

static bool hb_allows(const struct state *s, unsigned r, unsigned w, tm_set others) {
  return hb_allows_but(s, r, w, others, s->search->without);
}

static bool pick_length(struct state *s, unsigned r, unsigned without) {
  const struct tm_event *e = &s->x.event[r];
  for (unsigned i = 0; i < s->x.lengths; i++) {
    unsigned w = s->x.length_write[i];
    uint64_t bytes = s->x.pages_after[w] * TM_LITMUS_PAGE_BYTES;
    if (bytes < e->low || bytes > e->high) continue;
    if (!hb_allows_but(s, r, w, s->length_writers, without)) continue;
    s->x.length_from[r] = (int)w;
    return true;
  }
  return false;
}

/* Is there a length that lets this bounds check end as its path says? If some axioms are left out,
 * one that needs no leave is taken before one that does. */
static bool check_has_length(struct state *s, unsigned r) {
  return pick_length(s, r, 0) || (s->search->without && pick_length(s, r, s->search->without));
}

/* Clauses 2 and 3 of sc-last-visible, as edges of tot: a seq-cst write W' of R's range that W
 * happens before must come after R; one of W's range that happens before R must come before W. */
static bool add_last_visible_edges(struct state *s, unsigned r, unsigned w) {
  const struct tm_event *R = &s->x.event[r], *W = &s->x.event[w];
  if (!(s->x.hb.after[w] & TM_BIT(r))) return true;
  if (R->order == TM_SEQCST) {
    tm_set late = s->seqcst_same[r] & s->x.hb.after[w] & ~TM_BIT(r) & ~s->x.tot.after[r];
    for (; late; late &= late - 1)
      if (!add_tot(s, r, tm_lowest(late))) return false;
  }
  if (W->order == TM_SEQCST) {
    tm_set early = s->seqcst_same[w] & s->x.hb.before[r] & ~TM_BIT(w) & ~s->x.tot.before[w];
    for (; early; early &= early - 1)
      if (!add_tot(s, tm_lowest(early), w)) return false;
  }
  return true;
}

/* Clause 1: every other seq-cst write of the range comes before W or after R. Adds the edges that
 * are forced; `open` collects the writes that may still go either way. */
static bool add_between_edges(struct state *s, unsigned r, unsigned w, tm_set *open) {
  tm_set others = s->seqcst_same[r] & ~TM_BIT(w) & ~TM_BIT(r);
  tm_set late = others & s->x.tot.after[w] & ~s->x.tot.after[r];
  for (; late; late &= late - 1)
    if (!add_tot(s, r, tm_lowest(late))) return false;
  tm_set early = others & s->x.tot.before[r] & ~s->x.tot.before[w];
  for (; early; early &= early - 1)
    if (!add_tot(s, tm_lowest(early), w)) return false;
  *open = others & ~s->x.tot.before[w] & ~s->x.tot.after[r];
  return true;
}

/* Close tot under the last-visible condition. `undecided` is a pair with an open choice, or -1. */
static bool propagate(struct state *s, int *undecided, unsigned *between) {
  *undecided = -1;
  if (leaves_out(s, TM_AXIOM_LAST_VISIBLE)) return true;
  for (unsigned i = 0; i < s->pairs; i++)
    if (!s->pair[i].length && !add_last_visible_edges(s, s->pair[i].r, s->pair[i].w)) return false;
  for (bool again = true; again;) {
    again = false;
    *undecided = -1;
    for (unsigned i = 0; i < s->pairs; i++) {
      const struct pair *p = &s->pair[i];
      if (p->length || !tm_synchronises(&s->x.event[p->w], &s->x.event[p->r])) continue;
      if (!(s->x.hb.after[p->w] & TM_BIT(p->r))) continue;
      tm_set open, was = s->x.tot.after[p->r], had = s->x.tot.before[p->w];
      if (!add_between_edges(s, p->r, p->w, &open)) return false;
      again |= was != s->x.tot.after[p->r] || had != s->x.tot.before[p->w];
      if (!open) continue;
      *undecided = (int)i;
      *between = tm_lowest(open);
    }
  }
  return true;
}

/* After happens-before has grown: is everything chosen so far still fine? */
static bool settle(struct state *s) {
  int undecided;
  unsigned between;
  for (unsigned i = 0; i < s->pairs; i++) {
    const struct pair *p = &s->pair[i];
    if (!hb_allows(s, p->r, p->w, p->length ? s->length_writers : s->writers[p->cell]))
      return false;
  }
  for (unsigned i = 0; i < s->checks; i++)
    if (!check_has_length(s, s->check[i])) return false;
  return propagate(s, &undecided, &between);
}

/* Find a total order: decide what propagation left open. */
static bool order_exists(struct state *s) {
  int undecided;
  unsigned between;
  if (!propagate(s, &undecided, &between)) return false;
  if (undecided < 0) return true;
  struct saved saved;
  unsigned r = s->pair[undecided].r, w = s->pair[undecided].w;
  save(s, &saved);
  if (add_tot(s, between, w) && order_exists(s)) return true;
  restore(s, &saved);
  return add_tot(s, r, between) && order_exists(s);
}

/* ---- values ---- */

static bool number_fits(const struct tm_need *need, uint64_t number) {
  return (number == need->number) == need->equal;
}

/* Do the conditions on this event hold, as far as its value is known? */
static bool needs_hold(struct state *s, unsigned event, bool length) {
  for (unsigned i = 0; i < s->x.needs; i++) {
    const struct tm_need *need = &s->x.need[i];
    uint64_t value;
    if (need->event != event || need->length != length) continue;
    if (length)
      value = tm_execution_pages(&s->x, event);
    else if (tm_execution_read(&s->x, event, &value) != TM_KNOWN)
      continue;
    if (!number_fits(need, value)) return false;
  }
  return true;
}

/* May what is chosen so far still end in a row that somebody looks for? */
static bool of_interest(const struct state *s) {
  const struct tm_litmus *test = s->program->test;
  struct tm_value row[TM_LITMUS_COLUMNS];
  uint32_t known = 0;
  if (!s->search->may) return true;
  for (unsigned c = 0; c < test->columns; c++) {
    const struct tm_result *result = &s->x.result[c];
    uint64_t number = 0;
    if (result->source == TM_RESULT_CONSTANT) {
      row[c] = result->value;
    } else if (result->source == TM_RESULT_LENGTH) {
      if (s->x.length_from[result->event] < 0) continue;
      row[c] = (struct tm_value){TM_VALUE_NUMBER, tm_execution_pages(&s->x, result->event)};
    } else {
      if (tm_execution_read(&s->x, result->event, &number) != TM_KNOWN) continue;
      row[c] = (struct tm_value){TM_VALUE_NUMBER, number};
    }
    known |= (uint32_t)1 << c;
  }
  return s->search->may(s->search->user, row, known);
}

static bool all_needs_hold(const struct state *s, const struct tm_reading *values) {
  for (unsigned i = 0; i < s->x.needs; i++) {
    const struct tm_need *need = &s->x.need[i];
    if (!need->length && !number_fits(need, values->value[need->event])) return false;
  }
  return true;
}

/* All values of a complete candidate: false if a condition fails or a value is out of thin air. */
static bool row_of(struct state *s, struct tm_value row[]) {
  const struct tm_litmus *test = s->program->test;
  struct tm_reading values; /* its `value` needs no start */
  values.x = &s->x;
  values.busy = values.done = 0;
  for (unsigned i = 0; i < s->reads; i++) {
    uint64_t value;
    if (tm_reading_value(&values, s->read[i], &value) == TM_CYCLE) {
      s->search->thin_air = true;
      return false;
    }
  }
  if (!all_needs_hold(s, &values)) return false;
  for (unsigned c = 0; c < test->columns; c++) {
    const struct tm_result *result = &s->x.result[c];
    row[c] = (struct tm_value){.kind = TM_VALUE_NUMBER};
    if (result->source == TM_RESULT_CONSTANT)
      row[c] = result->value;
    else if (result->source == TM_RESULT_LENGTH)
      row[c].number = tm_execution_pages(&s->x, result->event);
    else
      row[c].number = values.value[result->event];
  }
  return true;
}

static void leaf(struct state *s) {
  struct tm_value row[TM_LITMUS_COLUMNS];
  struct saved saved;
  if (!row_of(s, row) || !s->search->wanted(s->search->user, row)) return;
  save(s, &saved);
  if (order_exists(s)) s->stop = s->search->found(s->search->user, &s->x, row);
  restore(s, &saved);
}

/* ---- what each data access reads ---- */

static void choose_byte(struct state *s, unsigned index, unsigned byte);

/* No tearing: at most one of the writers is a tear-free one of the same range. */
static bool tears(const struct state *s, unsigned r) {
  const struct tm_event *R = &s->x.event[r];
  int one = -1;
  if (!R->tear_free || leaves_out(s, TM_AXIOM_NO_TEAR)) return false;
  for (unsigned k = 0; k < R->bytes; k++) {
    int w = s->x.from[r][k];
    if (!s->x.event[w].tear_free || !tm_same_range(&s->x.event[w], R)) continue;
    if (one >= 0 && one != w) return true;
    one = w;
  }
  return false;
}

static void next_read(struct state *s, unsigned index) {
  unsigned r = s->read[index];
  if (!tears(s, r) && needs_hold(s, r, false) && of_interest(s)) choose_byte(s, index + 1, 0);
}

/* Would reading from W make tot grow? A plain read that does not can be exchanged for another one
 * of the same value. */
static bool makes_edges(const struct state *s, unsigned r, unsigned w) {
  return s->x.event[r].order == TM_SEQCST ||
         (s->x.event[w].order == TM_SEQCST && s->x.hb.after[w] & TM_BIT(r) &&
          s->seqcst_same[w] & s->x.hb.before[r] & ~TM_BIT(w));
}

/* Values that a one-cell read got without making edges: a second way to them is no news. */
struct seen {
  unsigned values;
  uint64_t value[16];
};

static bool is_news(struct state *s, unsigned r, unsigned w, struct seen *seen) {
  uint64_t value = 0;
  if (makes_edges(s, r, w)) return true;
  if (s->observed & TM_BIT(r) && tm_execution_read(&s->x, r, &value) != TM_KNOWN) return true;
  for (unsigned i = 0; i < seen->values; i++)
    if (seen->value[i] == value) return false;
  if (seen->values < sizeof seen->value / sizeof *seen->value) seen->value[seen->values++] = value;
  return true;
}

static bool one_cell(const struct tm_event *e) { return !(e->cells & (e->cells - 1)); }

/* Read the bytes of one cell, `byte` being the first of them, from W. */
static void read_from(struct state *s, unsigned index, unsigned byte, unsigned w,
                      struct seen *seen) {
  unsigned r = s->read[index];
  const struct tm_event *R = &s->x.event[r], *W = &s->x.event[w];
  const uint8_t *cell = s->program->cells.cell + R->first;
  for (unsigned k = byte; k < R->bytes; k++)
    if (cell[k] == cell[byte]) s->x.from[r][k] = (int)w;
  if (one_cell(R) && !is_news(s, r, w, seen)) return;
  struct saved saved;
  save(s, &saved);
  s->pair[s->pairs++] = (struct pair){(uint8_t)r, (uint8_t)w, cell[byte], false};
  bool fine = true;
  if (tm_synchronises(W, R) && !leaves_out(s, TM_AXIOM_SYNCHRONISE)) {
    fine = add_hb(s, w, r) && settle(s);
  } else if (makes_edges(s, r, w)) {
    int undecided;
    unsigned between;
    fine = propagate(s, &undecided, &between);
  }
  if (fine) choose_byte(s, index, byte + 1);
  s->pairs--;
  restore(s, &saved);
}

static void choose_byte(struct state *s, unsigned index, unsigned byte) {
  if (s->stop) return;
  if (index == s->reads) {
    leaf(s);
    return;
  }
  unsigned r = s->read[index];
  const struct tm_event *R = &s->x.event[r];
  const uint8_t *cell = s->program->cells.cell + R->first;
  while (byte < R->bytes && s->x.from[r][byte] >= 0) byte++;
  if (byte == R->bytes) {
    next_read(s, index);
    return;
  }
  tm_set writers = s->writers[cell[byte]], candidates = writers & ~TM_BIT(r);
  struct seen seen = {0};
  for (; candidates && !s->stop; candidates &= candidates - 1) {
    unsigned w = tm_lowest(candidates);
    if (!s->search->work || !--s->search->work) s->stop = true;
    if (hb_allows(s, r, w, writers)) read_from(s, index, byte, w, &seen);
  }
  for (unsigned k = byte; k < R->bytes; k++)
    if (cell[k] == cell[byte]) s->x.from[r][k] = -1;
}

/* ---- chains of read-modify-writes ---- */

/* The seq-cst writers of this event's range, if all of them are read-modify-writes and everything
 * else that writes there happens before all of them. Each can then read only from the one before it
 * in the total order (last visible), and synchronises with it: happens-before puts them in a chain,
 * like the grows, and to choose the chain is better than to choose each one's writer. */
static tm_set chain_of(const struct state *s, unsigned event) {
  tm_set chain = s->seqcst_same[event], others = 0;
  for (tm_set set = s->x.event[event].cells; set; set &= set - 1)
    others |= s->writers[tm_lowest(set)];
  others &= ~chain;
  for (tm_set set = chain; set; set &= set - 1) {
    unsigned e = tm_lowest(set);
    if (s->x.event[e].data != TM_DATA_RMW || others & ~s->x.hb.before[e]) return 0;
  }
  return chain & (chain - 1) ? chain : 0;
}

static void choose_chain(struct state *s, unsigned event);

/* Put what is left of a chain in every order, then go on with the chains of later events. */
static void order_chain(struct state *s, unsigned event, tm_set left, int last) {
  if (!left) {
    choose_chain(s, event + 1);
    return;
  }
  for (tm_set rest = left; rest && !s->stop; rest &= rest - 1) {
    unsigned next = tm_lowest(rest);
    struct saved saved;
    if (s->x.hb.before[next] & left) continue;
    save(s, &saved);
    if (last < 0 || (add_hb(s, (unsigned)last, next) && settle(s)))
      order_chain(s, event, left & ~TM_BIT(next), (int)next);
    restore(s, &saved);
  }
}

static void choose_chain(struct state *s, unsigned event) {
  for (; event < s->x.events; event++) {
    if (s->x.event[event].data != TM_DATA_RMW) continue;
    tm_set chain = chain_of(s, event);
    if (!chain || tm_lowest(chain) != event) continue;
    order_chain(s, event, chain, -1);
    return;
  }
  choose_byte(s, 0, 0);
}

/* ---- wait queues ---- */

static void choose_queues(struct state *s, unsigned which);

/* The state of one queue while its events are put in order. */
struct queue {
  unsigned which;
  tm_set left;      /* events to come */
  int last;         /* the event before, or -1 */
  unsigned waiting; /* waits in the queue, oldest first */
  uint8_t wait[TM_EVENTS];
  unsigned waking; /* woken events that must come next, newest wait first: `woken` */
  uint8_t woken[TM_EVENTS];
};

static bool apply_queue(const struct state *s, struct queue *q, unsigned event) {
  const struct tm_event *e = &s->x.event[event];
  if (q->waking) {
    if (e->queue != TM_QUEUE_WOKEN || e->from != q->woken[q->waking - 1]) return false;
    q->waking--;
    return true;
  }
  unsigned i = 0;
  switch (e->queue) {
  case TM_QUEUE_WAIT: q->wait[q->waiting++] = (uint8_t)event; return true;
  case TM_QUEUE_TIMEOUT:
    while (i < q->waiting && q->wait[i] != e->from) i++;
    if (i == q->waiting) return false;
    memmove(q->wait + i, q->wait + i + 1, --q->waiting - i);
    return true;
  case TM_QUEUE_NOTIFY:
    if (e->woken > q->waiting || (e->woken < e->limit && e->woken != q->waiting)) return false;
    /* The n oldest leave. Their woken events follow at once, the newest of them first. */
    for (; i < e->woken; i++) q->woken[i] = q->wait[i];
    q->waking = (unsigned)e->woken;
    memmove(q->wait, q->wait + e->woken, q->waiting - e->woken);
    q->waiting -= (unsigned)e->woken;
    return true;
  default: return false;
  }
}

static void order_queue(struct state *s, const struct queue *q) {
  if (s->stop) return;
  if (!q->left) {
    if (!q->waking) choose_queues(s, q->which + 1);
    return;
  }
  for (tm_set rest = q->left; rest && !s->stop; rest &= rest - 1) {
    unsigned event = tm_lowest(rest);
    struct queue next = *q;
    struct saved saved;
    if (s->x.hb.before[event] & q->left || !apply_queue(s, &next, event)) continue;
    next.left &= ~TM_BIT(event);
    next.last = (int)event;
    save(s, &saved);
    bool fine = q->last < 0 || leaves_out(s, TM_AXIOM_QUEUE) ||
                (add_hb(s, (unsigned)q->last, event) && settle(s));
    if (fine) order_queue(s, &next);
    restore(s, &saved);
  }
}

static void choose_queues(struct state *s, unsigned which) {
  if (which == s->queues) {
    if (s->search->without)
      choose_byte(s, 0, 0); /* chains rest on axioms that may be left out */
    else
      choose_chain(s, 0);
    return;
  }
  struct queue q = {.which = which, .left = s->queue[which], .last = -1};
  order_queue(s, &q);
}

/* ---- the length ---- */

static void choose_sizes(struct state *s, unsigned index) {
  if (s->stop) return;
  if (index == s->sizes) {
    choose_queues(s, 0);
    return;
  }
  unsigned r = s->size[index];
  const struct tm_event *R = &s->x.event[r];
  for (unsigned i = 0; i < s->x.lengths && !s->stop; i++) {
    unsigned w = s->x.length_write[i];
    uint64_t bytes = s->x.pages_after[w] * TM_LITMUS_PAGE_BYTES;
    struct saved saved;
    if (bytes < R->low || bytes > R->high) continue;
    s->x.length_from[r] = (int)w;
    if (!needs_hold(s, r, true)) continue;
    save(s, &saved);
    s->pair[s->pairs++] = (struct pair){(uint8_t)r, (uint8_t)w, 0, true};
    bool fine = leaves_out(s, TM_AXIOM_SYNCHRONISE) || add_hb(s, w, r);
    if (fine && i + 1 < s->x.lengths && s->x.hb.after[w] & TM_BIT(r) &&
        !leaves_out(s, TM_AXIOM_LAST_VISIBLE))
      fine = add_tot(s, r, s->x.length_write[i + 1]);
    if (fine && of_interest(s) && settle(s)) choose_sizes(s, index + 1);
    s->pairs--;
    restore(s, &saved);
  }
  s->x.length_from[r] = -1;
}

/* The grows are in order: now the writers of every cell are known. */
static void grows_are_ordered(struct state *s) {
  memset(s->writers, 0, s->program->cells.cells * sizeof *s->writers);
  for (unsigned i = 0; i < s->x.events; i++)
    if (tm_writes(&s->x.event[i]))
      for (tm_set set = s->x.event[i].cells; set; set &= set - 1)
        s->writers[tm_lowest(set)] |= TM_BIT(i);
  if (settle(s)) choose_sizes(s, 0);
}

static void choose_grows(struct state *s, tm_set left);

/* Let `event` be the next grow, reading the length that `from` left. */
static void place_grow(struct state *s, tm_set left, unsigned event, unsigned from) {
  struct tm_execution *x = &s->x;
  struct tm_event *e = &x->event[event];
  uint64_t pages = x->pages_after[from], bytes = pages * TM_LITMUS_PAGE_BYTES;
  struct saved saved;
  if (bytes > e->high) return;
  x->length_from[event] = (int)from;
  if (!needs_hold(s, event, true) || !of_interest(s)) {
    x->length_from[event] = -1;
    return;
  }
  save(s, &saved);
  x->pages_after[event] = pages + e->operand;
  e->at = bytes;
  e->cells = tm_cells_between(&s->program->cells, bytes, bytes + e->operand * TM_LITMUS_PAGE_BYTES);
  bool fine = leaves_out(s, TM_AXIOM_SYNCHRONISE) || add_hb(s, from, event);
  fine = fine && add_tot(s, x->length_write[x->lengths - 1], event);
  x->length_write[x->lengths++] = event;
  if (fine) choose_grows(s, left & ~TM_BIT(event));
  x->lengths--;
  x->length_from[event] = -1;
  restore(s, &saved);
}

static void choose_grows(struct state *s, tm_set left) {
  if (!left) {
    grows_are_ordered(s);
    return;
  }
  for (tm_set rest = left; rest && !s->stop; rest &= rest - 1) {
    unsigned event = tm_lowest(rest);
    if (s->x.hb.before[event] & left) continue;
    unsigned first = leaves_out(s, TM_AXIOM_ATOMIC_GROW) ? 0 : s->x.lengths - 1;
    for (unsigned i = first, n = s->x.lengths; i < n && !s->stop; i++)
      place_grow(s, left, event, s->x.length_write[i]);
  }
}

/* ---- candidates ---- */

static void add_events(struct state *s, const struct tm_path *path, unsigned thread) {
  struct tm_execution *x = &s->x;
  unsigned base = x->events;
  for (unsigned i = 0; i < path->events; i++) {
    struct tm_event *e = &x->event[x->events++];
    *e = path->event[i];
    e->from += (int)base;
  }
  for (unsigned i = 0; i < path->needs; i++) {
    x->need[x->needs] = path->need[i];
    x->need[x->needs++].event += base;
  }
  const struct tm_litmus *test = s->program->test;
  for (unsigned c = 0; c < test->columns; c++)
    if (test->column[c].thread == thread) {
      x->result[c] = path->result[c];
      x->result[c].event += base;
    }
}

/* Program order, and the host's: allocation, then the threads, then the finals. */
static void order_program(struct state *s, const unsigned start[], unsigned threads) {
  struct tm_execution *x = &s->x;
  tm_set all = x->events == TM_EVENTS ? ~(tm_set)0 : TM_BIT(x->events) - 1;
  unsigned finals = start[threads];
  tm_set last = all & ~(TM_BIT(finals) - 1);
  x->hb.after[0] = all & ~(tm_set)1;
  x->hb.before[0] = 0;
  for (unsigned t = 0; t < threads; t++)
    for (unsigned i = start[t]; i < start[t + 1]; i++) {
      x->hb.after[i] = (TM_BIT(start[t + 1]) - TM_BIT(i) - TM_BIT(i)) | last;
      x->hb.before[i] = (TM_BIT(i) - TM_BIT(start[t])) | 1;
    }
  for (unsigned i = finals; i < x->events; i++) {
    x->hb.before[i] = TM_BIT(i) - 1;
    x->hb.after[i] = all & ~(TM_BIT(i) | (TM_BIT(i) - 1));
  }
  copy_relation(&x->tot, &x->hb, x->events);
}

static void classify_queue(struct state *s, unsigned event) {
  unsigned q = 0;
  while (q < s->queues && s->queue_at[q] != s->x.event[event].at) q++;
  if (q == s->queues) {
    s->queue_at[s->queues] = s->x.event[event].at;
    s->queue[s->queues++] = 0;
  }
  s->queue[q] |= TM_BIT(event);
}

static void classify(struct state *s) {
  struct tm_execution *x = &s->x;
  s->grows = s->sizes = s->checks = s->reads = s->queues = s->pairs = 0;
  s->length_writers = s->observed = 0;
  for (unsigned i = 0; i < x->events; i++) {
    const struct tm_event *e = &x->event[i];
    for (unsigned k = 0; k < 8; k++) x->from[i][k] = -1;
    x->length_from[i] = -1;
    if (e->length == TM_LENGTH_RMW) s->grow[s->grows++] = i;
    if (e->length == TM_LENGTH_READ_SC) s->size[s->sizes++] = i;
    if (e->length == TM_LENGTH_READ) s->check[s->checks++] = i;
    if (e->length >= TM_LENGTH_RMW) s->length_writers |= TM_BIT(i);
    if (e->queue != TM_QUEUE_NONE) classify_queue(s, i);
    if (tm_reads(e) && e->order == TM_SEQCST) s->read[s->reads++] = i;
    if (e->source == TM_FROM_EVENT) s->observed |= TM_BIT(e->from);
    s->seqcst_same[i] = 0;
    for (unsigned k = 0; k < x->events && e->bytes; k++)
      if (tm_writes(&x->event[k]) && x->event[k].order == TM_SEQCST &&
          tm_same_range(&x->event[k], e))
        s->seqcst_same[i] |= TM_BIT(k);
  }
  for (unsigned i = 0; i < x->events; i++)
    if (tm_reads(&x->event[i]) && x->event[i].order != TM_SEQCST) s->read[s->reads++] = i;
  for (unsigned i = 0; i < x->needs; i++) s->observed |= TM_BIT(x->need[i].event);
  for (unsigned c = 0; c < s->program->test->columns; c++)
    if (x->result[c].source == TM_RESULT_DATA) s->observed |= TM_BIT(x->result[c].event);
}

static void try_candidate(struct state *s, const size_t choice[]) {
  const struct tm_litmus *test = s->program->test;
  const struct tm_cells *cells = &s->program->cells;
  struct tm_execution *x = &s->x;
  unsigned start[TM_LITMUS_THREADS + 1];
  uint64_t bytes = test->initial_pages * TM_LITMUS_PAGE_BYTES;
  x->events = 1;
  x->needs = 0;
  x->event[0] = (struct tm_event){.thread = -1,
                                  .length = TM_LENGTH_WRITE,
                                  .data = TM_DATA_WRITE,
                                  .order = TM_INITIAL,
                                  .cells = tm_cells_between(cells, 0, bytes)};
  x->lengths = 1;
  x->length_write[0] = 0;
  x->pages_after[0] = test->initial_pages;
  for (unsigned t = 0; t <= test->threads; t++) {
    start[t] = x->events;
    add_events(s, &s->program->thread[t].path[choice[t]], t);
  }
  order_program(s, start, test->threads);
  classify(s);
  if (!of_interest(s)) return;
  tm_set grows = 0;
  for (unsigned i = 0; i < s->grows; i++) grows |= TM_BIT(s->grow[i]);
  choose_grows(s, grows);
}

void tm_search_run(struct tm_search *search) {
  const struct tm_program *program = search->program;
  struct state *s = calloc(1, sizeof *s);
  if (!s) tm_no_memory("what was asked");
  s->search = search;
  s->program = program;
  size_t choice[TM_LITMUS_THREADS + 1] = {0};
  unsigned t = 0, threads = program->test->threads + 1;
  while (t < threads && !s->stop) {
    if (!search->work || !--search->work) break;
    try_candidate(s, choice);
    for (t = 0; t < threads; t++) {
      if (++choice[t] < program->thread[t].count) break;
      choice[t] = 0;
    }
  }
  free(s);
}

void tm_execution_totalise(struct tm_execution *x) {
  for (unsigned a = 0; a < x->events; a++)
    for (unsigned b = 0; b < x->events; b++)
      if (a != b && !(x->tot.before[a] & TM_BIT(b))) tm_relation_add(&x->tot, a, b);
}
