/* SPDX-License-Identifier: Apache-2.0 */
/* The consistency condition, word for word, over one complete execution.
 *
 * Each function is one rule of relaxed.rst and bears its name. Nothing here is clever: the search
 * is, and every witness it finds can be put before these rules. The first rule that fails is told
 * as a sentence.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "harness/oracle/execution.h"

enum region { LENGTH, DATA };

struct check {
  const struct tm_litmus *test;
  const struct tm_execution *x;
  enum region region;
  char *why;
  size_t room;
};

/* ---- preliminary definitions, by region ---- */

static const struct tm_event *event_of(const struct check *c, unsigned i) {
  return &c->x->event[i];
}

static bool hb(const struct check *c, unsigned a, unsigned b) {
  return c->x->hb.after[a] & TM_BIT(b);
}

static bool tot(const struct check *c, unsigned a, unsigned b) {
  return c->x->tot.after[a] & TM_BIT(b);
}

static bool reading(const struct check *c, unsigned i) {
  const struct tm_event *e = event_of(c, i);
  if (c->region == DATA) return tm_reads(e);
  return e->length == TM_LENGTH_READ || e->length == TM_LENGTH_READ_SC ||
         e->length == TM_LENGTH_RMW;
}

static bool writing(const struct check *c, unsigned i) {
  const struct tm_event *e = event_of(c, i);
  return c->region == DATA ? tm_writes(e) : e->length >= TM_LENGTH_RMW;
}

static bool seqcst(const struct check *c, unsigned i) {
  const struct tm_event *e = event_of(c, i);
  if (c->region == LENGTH) return e->length > TM_LENGTH_READ;
  return e->order == TM_SEQCST;
}

/* [first, first + size) in the region; the length is one place. */
static uint64_t range(const struct check *c, unsigned i, uint64_t *first) {
  const struct tm_event *e = event_of(c, i);
  *first = c->region == LENGTH ? 0 : e->at;
  if (c->region == LENGTH) return 1;
  if (e->length == TM_LENGTH_WRITE) return c->x->pages_after[i] * TM_LITMUS_PAGE_BYTES;
  if (e->length == TM_LENGTH_RMW) return e->operand * TM_LITMUS_PAGE_BYTES;
  return e->bytes;
}

static bool in_range(const struct check *c, unsigned i, uint64_t k) {
  uint64_t first, size = range(c, i, &first);
  return k >= first && k - first < size;
}

static bool same(const struct check *c, unsigned a, unsigned b) {
  uint64_t x, y;
  return range(c, a, &x) == range(c, b, &y) && x == y;
}

static bool sync(const struct check *c, unsigned a, unsigned b) {
  return same(c, a, b) && seqcst(c, a) && seqcst(c, b);
}

/* ---- sentences ---- */

/* Write a sentence in which each %u is an event given by its number. */
__attribute__((format(printf, 2, 3))) static bool wrong(struct check *c, const char *format, ...) {
  char name[3][128];
  const char *text[3] = {"", "", ""};
  unsigned n = 0;
  va_list args;
  va_start(args, format);
  for (const char *at = format; (at = strstr(at, "%u")) && n < 3; at += 2, n++)
    text[n] = tm_event_text(c->test, event_of(c, va_arg(args, unsigned)), name[n], sizeof *name);
  va_end(args);
  size_t used = 0;
  n = 0;
  for (const char *at = format; *at && used + 1 < c->room; at++)
    if (at[0] == '%' && at[1] == 'u') {
      int added = snprintf(c->why + used, c->room - used, "%s", text[n++]);
      used += added < 0 ? 0 : (size_t)added;
      at++;
    } else {
      c->why[used++] = *at;
    }
  c->why[used < c->room ? used : c->room - 1] = 0;
  return false;
}

/* ---- the rules ---- */

/* hb-consistent, for the byte (or the length) k */
static bool hb_consistent(struct check *c, unsigned r, unsigned w, uint64_t k) {
  if (hb(c, r, w)) return wrong(c, "'%u' reads from '%u', which happens after it", r, w);
  if (sync(c, w, r) && !hb(c, w, r))
    return wrong(c, "'%u' reads from '%u' without synchronising with it", r, w);
  for (unsigned v = 0; v < c->x->events; v++)
    if (writing(c, v) && hb(c, w, v) && hb(c, v, r) && in_range(c, v, k))
      return wrong(
          c, "'%u' reads from '%u', though '%u' has overwritten that before, in happens-before", r,
          w, v);
  return true;
}

/* sc-last-visible */
static bool sc_last_visible(struct check *c, unsigned r, unsigned w) {
  if (!hb(c, w, r)) return true;
  for (unsigned v = 0; v < c->x->events; v++) {
    if (!writing(c, v)) continue;
    if (tot(c, w, v) && tot(c, v, r) && sync(c, w, r) && sync(c, v, r))
      return wrong(c, "'%u' reads from '%u', though '%u' stands between them in the total order", r,
                   w, v);
    if (hb(c, w, v) && tot(c, v, r) && sync(c, v, r))
      return wrong(c,
                   "'%u' reads from '%u', though '%u' happens after that and is before the read in "
                   "the total order",
                   r, w, v);
    if (tot(c, w, v) && hb(c, v, r) && sync(c, w, v))
      return wrong(c,
                   "'%u' reads from '%u', though '%u' is after that in the total order and happens "
                   "before the read",
                   r, w, v);
  }
  return true;
}

/* reads-from, for the byte (or the length) k */
static bool reads_from(struct check *c, unsigned r, int from, uint64_t k) {
  unsigned w = (unsigned)from;
  if (from < 0 || r == w || !writing(c, w) || !in_range(c, w, k))
    return wrong(c, "'%u' reads from no write of that place", r);
  return hb_consistent(c, r, w, k) && sc_last_visible(c, r, w);
}

static bool tear_free(const struct tm_event *e) { return e->tear_free || e->order == TM_SEQCST; }

/* no-tear (the length cannot tear: it is one place) */
static bool no_tear(struct check *c, unsigned r) {
  const struct tm_event *e = event_of(c, r);
  if (!tear_free(e)) return true;
  for (unsigned i = 0; i < e->bytes; i++)
    for (unsigned k = 0; k < i; k++) {
      unsigned v = (unsigned)c->x->from[r][i], w = (unsigned)c->x->from[r][k];
      if (v != w && same(c, v, r) && same(c, w, r) && tear_free(event_of(c, v)) &&
          tear_free(event_of(c, w)))
        return wrong(c, "'%u' is free of tearing, yet mixes '%u' and '%u'", r, v, w);
    }
  return true;
}

/* reads-each-from */
static bool reads_each_from(struct check *c, unsigned r) {
  const struct tm_event *e = event_of(c, r);
  if (c->region == LENGTH) {
    if (!reads_from(c, r, c->x->length_from[r], 0)) return false;
    uint64_t bytes = tm_execution_pages(c->x, r) * TM_LITMUS_PAGE_BYTES;
    if (bytes < e->low || bytes > e->high)
      return wrong(c, "'%u' reads a length with which it would end otherwise", r);
    if (e->length == TM_LENGTH_RMW &&
        c->x->pages_after[r] != tm_execution_pages(c->x, r) + e->operand)
      return wrong(c, "'%u' does not add to the length it has read", r);
    return true;
  }
  for (unsigned k = 0; k < e->bytes; k++)
    if (!reads_from(c, r, c->x->from[r][k], e->at + k)) return false;
  return no_tear(c, r);
}

/* An init write happens before everything that overlaps with it. */
static bool init_first(struct check *c) {
  for (unsigned i = 0; i < c->x->events; i++) {
    if (event_of(c, i)->order != TM_INITIAL) continue;
    uint64_t first, size = range(c, i, &first);
    for (unsigned k = 0; k < c->x->events; k++) {
      uint64_t at, bytes = range(c, k, &at);
      bool acts = reading(c, k) || writing(c, k);
      if (k != i && acts && at < first + size && first < at + bytes && !hb(c, i, k))
        return wrong(c, "'%u' does not happen after the allocation", k);
    }
  }
  return true;
}

static bool consistent_region(struct check *c, enum region region) {
  c->region = region;
  for (unsigned r = 0; r < c->x->events; r++)
    if (reading(c, r) && !reads_each_from(c, r)) return false;
  return region == LENGTH || init_first(c);
}

/* ---- suspensions ---- */

/* The waits of one queue, newest first, as in the rules. */
struct times {
  unsigned count;
  unsigned time[TM_EVENTS];
};

static bool timeout_rule(struct times *q, unsigned wait) {
  unsigned i = 0;
  while (i < q->count && q->time[i] != wait) i++;
  if (i == q->count) return false;
  memmove(q->time + i, q->time + i + 1, (q->count - i - 1) * sizeof *q->time);
  q->count--;
  return true;
}

/* The n last of the queue are woken, by the n events that follow, in the order of the queue. */
static bool notify_rule(const struct check *c, struct times *q, const struct tm_event *notify,
                        const unsigned next[], unsigned left) {
  uint64_t n = notify->woken;
  if (n > q->count || n > left || n > notify->limit) return false;
  uint64_t m = q->count - n;
  if (n < notify->limit && m) return false;
  for (uint64_t i = 0; i < n; i++) {
    const struct tm_event *woken = event_of(c, next[i]);
    if (woken->queue != TM_QUEUE_WOKEN || woken->from != (int)q->time[m + i]) return false;
  }
  q->count = (unsigned)m;
  return true;
}

/* suspensions-consistent, for the queue at one address */
static bool suspensions_consistent(struct check *c, uint64_t at) {
  unsigned events = 0, event[TM_EVENTS];
  struct times q = {0};
  for (unsigned i = 0; i < c->x->events; i++) { /* in total order */
    const struct tm_event *e = event_of(c, i);
    if (e->queue == TM_QUEUE_NONE || e->at != at) continue;
    unsigned k = events++;
    for (; k && tot(c, i, event[k - 1]); k--) event[k] = event[k - 1];
    event[k] = i;
  }
  for (unsigned i = 1; i < events; i++)
    if (!hb(c, event[i - 1], event[i]))
      return wrong(c, "'%u' and '%u' meet in a wait queue, but neither happens before the other",
                   event[i - 1], event[i]);
  for (unsigned i = 0; i < events; i++) {
    const struct tm_event *e = event_of(c, event[i]);
    bool fine = false;
    if (e->queue == TM_QUEUE_WAIT) {
      memmove(q.time + 1, q.time, q.count++ * sizeof *q.time);
      q.time[0] = event[i];
      fine = true;
    } else if (e->queue == TM_QUEUE_TIMEOUT) {
      fine = timeout_rule(&q, (unsigned)e->from);
    } else if (e->queue == TM_QUEUE_NOTIFY) {
      fine = notify_rule(c, &q, e, event + i + 1, events - i - 1);
      if (fine) i += (unsigned)e->woken;
    }
    if (!fine) return wrong(c, "'%u' does not agree with who waits in the queue then", event[i]);
  }
  return true;
}

/* ---- orders ---- */

static bool orders_fine(struct check *c) {
  for (unsigned a = 0; a < c->x->events; a++)
    for (unsigned b = 0; b < c->x->events; b++) {
      const struct tm_event *A = event_of(c, a), *B = event_of(c, b);
      if (a == b && (hb(c, a, a) || tot(c, a, a))) return wrong(c, "'%u' comes before itself", a);
      if (a != b && tot(c, a, b) == tot(c, b, a))
        return wrong(c, "'%u' and '%u' are not in one total order", a, b);
      if (hb(c, a, b) && !tot(c, a, b))
        return wrong(c, "'%u' happens before '%u', against the total order", a, b);
      if (a < b && A->thread == B->thread && !hb(c, a, b))
        return wrong(c, "'%u' and '%u' are not in program order", a, b);
      for (unsigned d = 0; d < c->x->events; d++)
        if ((hb(c, a, b) && hb(c, b, d) && !hb(c, a, d)) ||
            (tot(c, a, b) && tot(c, b, d) && !tot(c, a, d)))
          return wrong(c, "'%u', '%u' and '%u' are not in transitive order", a, b, d);
    }
  return true;
}

static bool needs_met(struct check *c) {
  for (unsigned i = 0; i < c->x->needs; i++) {
    const struct tm_need *need = &c->x->need[i];
    uint64_t value = 0;
    if (need->length)
      value = tm_execution_pages(c->x, need->event);
    else if (tm_execution_read(c->x, need->event, &value) != TM_KNOWN)
      return wrong(c, "'%u' reads a value out of thin air", need->event);
    if ((value == need->number) != need->equal)
      return wrong(c, "'%u' reads a value with which the thread would go another way", need->event);
  }
  return true;
}

bool tm_axioms_hold(const struct tm_litmus *test, const struct tm_execution *x, char *why,
                    size_t room) {
  struct check c = {.test = test, .x = x, .why = why, .room = room};
  *why = 0;
  if (!orders_fine(&c) || !needs_met(&c)) return false;
  if (!consistent_region(&c, LENGTH) || !consistent_region(&c, DATA)) return false;
  for (unsigned i = 0; i < x->events; i++)
    if (x->event[i].queue != TM_QUEUE_NONE && !suspensions_consistent(&c, x->event[i].at))
      return false;
  return true;
}
