/* SPDX-License-Identifier: Apache-2.0 */
/* Relations and values of candidate executions. */
#include "harness/oracle/execution.h"

bool tm_relation_add(struct tm_relation *r, unsigned a, unsigned b) {
  if (a == b || r->after[b] & TM_BIT(a)) return false;
  if (r->after[a] & TM_BIT(b)) return true;
  tm_set firsts = r->before[a] | TM_BIT(a), lasts = r->after[b] | TM_BIT(b);
  for (tm_set s = firsts; s; s &= s - 1) r->after[tm_lowest(s)] |= lasts;
  for (tm_set s = lasts; s; s &= s - 1) r->before[tm_lowest(s)] |= firsts;
  return true;
}

static uint64_t mask_of(unsigned bytes) {
  return bytes == 8 ? UINT64_MAX : ((uint64_t)1 << (8 * bytes)) - 1;
}

static uint64_t modified(const struct tm_litmus_step *step, uint64_t old) {
  switch (step->op) {
  case TM_ADD: return old + step->operand;
  case TM_SUB: return old - step->operand;
  case TM_AND: return old & step->operand;
  case TM_OR: return old | step->operand;
  case TM_XOR: return old ^ step->operand;
  default: return step->operand; /* xchg, cmpxchg */
  }
}

/* The value that an event writes, as a number of its width. */
static enum tm_known value_written(struct tm_reading *r, unsigned event, uint64_t *value) {
  const struct tm_event *e = &r->x->event[event];
  enum tm_known known = TM_KNOWN;
  *value = 0;
  switch (e->source) {
  case TM_FROM_NOTHING: break; /* zeros of an allocation or a grow */
  case TM_FROM_OPERAND: *value = e->operand; break;
  case TM_FROM_EVENT: known = tm_reading_value(r, (unsigned)e->from, value); break;
  case TM_FROM_RMW:
    if (e->step->op != TM_XCHG && e->step->op != TM_CMPXCHG)
      known = tm_reading_value(r, event, value);
    *value = modified(e->step, *value) & mask_of(e->bytes);
    break;
  }
  return known;
}

enum tm_known tm_reading_value(struct tm_reading *r, unsigned event, uint64_t *value) {
  const struct tm_event *e = &r->x->event[event];
  if (r->done & TM_BIT(event)) {
    *value = r->value[event];
    return TM_KNOWN;
  }
  if (r->busy & TM_BIT(event)) return TM_CYCLE;
  r->busy |= TM_BIT(event);
  enum tm_known result = TM_KNOWN;
  *value = 0;
  for (unsigned k = 0; k < e->bytes && result == TM_KNOWN; k++) {
    int writer = r->x->from[event][k];
    uint64_t written;
    if (writer < 0) {
      result = TM_UNKNOWN;
    } else if ((result = value_written(r, (unsigned)writer, &written)) == TM_KNOWN) {
      const struct tm_event *w = &r->x->event[writer];
      if (w->bytes) *value |= (written >> (8 * (e->at + k - w->at)) & 0xff) << (8 * k);
    }
  }
  r->busy &= ~TM_BIT(event);
  if (result == TM_KNOWN) {
    r->done |= TM_BIT(event);
    r->value[event] = *value;
  }
  return result;
}

enum tm_known tm_execution_read(const struct tm_execution *x, unsigned event, uint64_t *value) {
  struct tm_reading r; /* `value` needs no start */
  r.x = x;
  r.busy = r.done = 0;
  return tm_reading_value(&r, event, value);
}

uint64_t tm_execution_pages(const struct tm_execution *x, unsigned event) {
  return x->pages_after[x->length_from[event]];
}
