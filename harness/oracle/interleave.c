/* SPDX-License-Identifier: Apache-2.0 */
/* Sequential consistency, by running: see interleave.h. */
#include "harness/oracle/interleave.h"

#include <stdlib.h>
#include <string.h>

enum phase { RUNNING, WAITING, WOKEN };

/* One state of the machine. Only the parts in use are kept and compared: see pack(). */
struct machine {
  uint64_t pages;
  uint8_t memory[TM_BYTES];         /* of the touched bytes */
  uint8_t at[TM_LITMUS_THREADS];    /* next step of each thread */
  uint8_t part[TM_LITMUS_THREADS];  /* fill, copy, init: what it has done of that step */
  uint8_t held[TM_LITMUS_THREADS];  /* copy: the byte that it has loaded */
  uint8_t phase[TM_LITMUS_THREADS]; /* of a wait */
  uint8_t waiting;                  /* threads that wait, longest first */
  uint8_t wait[TM_LITMUS_THREADS];
  struct tm_value row[TM_LITMUS_COLUMNS];
};

enum { STATE_WORDS = TM_BYTES / 8 + TM_LITMUS_THREADS + 2 * TM_LITMUS_COLUMNS + 1 };

/* States already met: rows of `words` words, found by hashing. */
struct states {
  unsigned words;
  size_t count, room, slots;
  uint64_t *state;
  struct state_slot {
    uint64_t hash;
    size_t next; /* index of the state + 1, or 0 */
  } *slot;
};

struct explorer {
  const struct tm_litmus *test;
  const struct tm_cells *cells;
  const struct tm_interleave_goal *goal;
  size_t rows;
  struct states met;
  uint8_t width[TM_LITMUS_COLUMNS]; /* bytes that tell the numbers of a register apart */
  bool full, stop;
};

static void explore(struct explorer *x, const struct machine *m);

/* ---- states ---- */

static uint64_t hash_state(const uint64_t word[], unsigned words) {
  uint64_t h = 0x9e3779b97f4a7c15u;
  for (unsigned i = 0; i < words; i++) {
    h = (h ^ word[i]) * 0xbf58476d1ce4e5b9u;
    h ^= h >> 31;
  }
  return h;
}

static void grow_slots(struct states *s) {
  size_t slots = s->slots ? 2 * s->slots : 256;
  struct state_slot *fresh = calloc(slots, sizeof *fresh);
  if (!fresh) tm_no_memory("what was asked");
  for (size_t i = 0; i < s->slots; i++) {
    if (!s->slot[i].next) continue;
    size_t at = s->slot[i].hash & (slots - 1);
    while (fresh[at].next) at = (at + 1) & (slots - 1);
    fresh[at] = s->slot[i];
  }
  free(s->slot);
  s->slot = fresh;
  s->slots = slots;
}

/* Keep a state; false if it was met before. */
static bool meet(struct states *s, const uint64_t word[]) {
  if (2 * (s->count + 1) > s->slots) grow_slots(s);
  uint64_t hash = hash_state(word, s->words);
  size_t at = hash & (s->slots - 1), bytes = s->words * sizeof *word;
  for (; s->slot[at].next; at = (at + 1) & (s->slots - 1))
    if (s->slot[at].hash == hash &&
        !memcmp(s->state + (s->slot[at].next - 1) * s->words, word, bytes))
      return false;
  if (s->count == s->room) {
    s->room = s->room ? 2 * s->room : 256;
    s->state = realloc(s->state, s->room * bytes);
    if (!s->state) tm_no_memory("what was asked");
  }
  memcpy(s->state + s->count * s->words, word, bytes);
  s->slot[at] = (struct state_slot){hash, ++s->count};
  return true;
}

/* A state as words: all that tells it from another, and nothing else. */
static void pack(struct explorer *x, const struct machine *m, uint64_t out[STATE_WORDS]) {
  uint8_t *to = (uint8_t *)out;
  unsigned threads = x->test->threads;
  memset(out, 0, STATE_WORDS * sizeof *out);
  out[0] = m->pages << 8 | m->waiting;
  to += 8;
  for (unsigned c = 0; c < x->test->columns; c++) {
    *to++ = (uint8_t)m->row[c].kind;
    memcpy(to, &m->row[c].number, x->width[c]);
    to += x->width[c];
  }
  const uint8_t *const parts[] = {m->at, m->part, m->held, m->phase, m->wait};
  for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++, to += threads)
    memcpy(to, parts[i], threads);
  memcpy(to, m->memory, x->cells->bytes);
  to += x->cells->bytes;
  x->met.words = (unsigned)((to - (uint8_t *)out + 7) / 8);
}

static bool in_bounds(const struct machine *m, uint64_t end) {
  return end <= m->pages * TM_LITMUS_PAGE_BYTES;
}

static uint64_t read_memory(const struct explorer *x, const struct machine *m, uint64_t at,
                            unsigned bytes) {
  uint64_t value = 0;
  memcpy(&value, m->memory + tm_cells_index(x->cells, at), bytes); /* touched: contiguous */
  return value;
}

static void write_memory(const struct explorer *x, struct machine *m, uint64_t at, unsigned bytes,
                         uint64_t value) {
  memcpy(m->memory + tm_cells_index(x->cells, at), &value, bytes);
}

static void set(struct machine *m, const struct tm_litmus_step *step, enum tm_value_kind kind,
                uint64_t number) {
  if (step->column >= 0) m->row[step->column] = (struct tm_value){kind, number};
}

/* End the instruction of thread t with this result, and explore on. */
static void done(struct explorer *x, struct machine *m, unsigned t, enum tm_value_kind kind,
                 uint64_t number) {
  set(m, &x->test->thread[t].step[m->at[t]], kind, number);
  m->at[t]++;
  m->part[t] = m->held[t] = m->phase[t] = 0;
  explore(x, m);
}

static uint64_t combine(const struct tm_litmus_step *step, uint64_t old) {
  switch (step->op) {
  case TM_ADD: return old + step->operand;
  case TM_SUB: return old - step->operand;
  case TM_AND: return old & step->operand;
  case TM_OR: return old | step->operand;
  case TM_XOR: return old ^ step->operand;
  case TM_CMPXCHG: return old == step->expected ? step->operand : old;
  default: return step->operand;
  }
}

static void run_access(struct explorer *x, struct machine *m, unsigned t,
                       const struct tm_litmus_step *step) {
  bool plain = step->op <= TM_STORE && !step->atomic;
  if (!in_bounds(m, step->at + step->bytes) || (!plain && step->at % step->bytes)) {
    done(x, m, t, TM_VALUE_TRAP, 0);
    return;
  }
  if (step->op == TM_NOTIFY) {
    unsigned woken = 0, left = 0;
    for (unsigned i = 0; i < m->waiting; i++) {
      unsigned w = m->wait[i];
      const struct tm_litmus_step *wait = &x->test->thread[w].step[m->at[w]];
      if (wait->at == step->at && woken < step->operand) {
        m->phase[w] = WOKEN;
        woken++;
      } else {
        m->wait[left++] = (uint8_t)w;
      }
    }
    memset(m->wait + left, 0, m->waiting - left);
    m->waiting = (uint8_t)left;
    done(x, m, t, TM_VALUE_NUMBER, woken);
    return;
  }
  uint64_t old = read_memory(x, m, step->at, step->bytes);
  if (step->op == TM_WAIT) {
    if (old != step->operand) {
      done(x, m, t, TM_VALUE_NUMBER, 1);
      return;
    }
    m->phase[t] = WAITING;
    m->wait[m->waiting++] = (uint8_t)t;
    explore(x, m);
    return;
  }
  if (step->op != TM_LOAD)
    write_memory(x, m, step->at, step->bytes,
                 step->op == TM_STORE ? step->operand : combine(step, old));
  done(x, m, t, step->op == TM_STORE ? TM_VALUE_OK : TM_VALUE_NUMBER,
       step->op == TM_STORE ? 0 : old);
}

static void run_grow(struct explorer *x, struct machine *m, unsigned t,
                     const struct tm_litmus_step *step) {
  uint64_t old = m->pages;
  bool fits = old + step->operand <= x->test->max_pages;
  if (!fits || !x->test->strict) {
    struct machine failed = *m;
    done(x, &failed, t, TM_VALUE_NUMBER, UINT64_MAX);
  }
  if (!fits) return;
  m->pages = old + step->operand; /* what is beyond the length was never written: it is zero */
  done(x, m, t, TM_VALUE_NUMBER, old);
}

/* One event of a fill, copy or init. Its parts go: check, [load8,] store8, check, … */
static void run_bulk(struct explorer *x, struct machine *m, unsigned t,
                     const struct tm_litmus_step *step) {
  bool copy = step->op == TM_COPY, forward = !copy || step->at <= step->from;
  unsigned kinds = copy ? 3 : 2, kind = m->part[t] % kinds;
  uint64_t finished = m->part[t] / kinds, left = step->length - finished;
  uint64_t begin = forward ? finished : 0, which = forward ? finished : left - 1;
  uint64_t end = step->at + which + 1; /* the store's */
  if (kind == 0) {
    end = step->at + begin + left;
    if (copy && step->from + begin + left > end) end = step->from + begin + left;
  } else if (copy && kind == 1) {
    end = step->from + which + 1;
  }
  if (!in_bounds(m, end)) {
    done(x, m, t, TM_VALUE_TRAP, 0);
    return;
  }
  if (kind == 0 && !left) {
    done(x, m, t, TM_VALUE_OK, 0);
    return;
  }
  if (copy && kind == 1) {
    m->held[t] = (uint8_t)read_memory(x, m, step->from + which, 1);
  } else if (kind) {
    uint64_t byte = step->op == TM_FILL ? step->operand
                    : copy              ? m->held[t]
                                        : x->test->data[step->from + which];
    write_memory(x, m, step->at + which, 1, byte);
    m->held[t] = 0;
  }
  m->part[t]++;
  explore(x, m);
}

/* An `if` reads and writes nothing: it is no event, and is decided at once. */
static void pass_ifs(const struct explorer *x, struct machine *m, unsigned t) {
  const struct tm_litmus_thread *thread = &x->test->thread[t];
  while (m->at[t] < thread->steps && thread->step[m->at[t]].op == TM_IF) {
    const struct tm_litmus_step *step = &thread->step[m->at[t]];
    bool same = tm_value_equal(m->row[step->column], step->than);
    m->at[t] = (uint8_t)(m->at[t] + 1 + (same == step->equal ? 0 : step->skip));
  }
}

static void leave_queue(struct machine *m, unsigned t) {
  unsigned i = 0;
  while (m->wait[i] != t) i++;
  memmove(m->wait + i, m->wait + i + 1, --m->waiting - i);
  m->wait[m->waiting] = 0;
}

/* One event of thread t, on a copy of the state. */
static void run(struct explorer *x, const struct machine *before, unsigned t) {
  struct machine m = *before;
  const struct tm_litmus_step *step = &x->test->thread[t].step[m.at[t]];
  uint64_t least = step->operand;
  if (m.phase[t] == WOKEN) {
    done(x, &m, t, TM_VALUE_NUMBER, 0);
    return;
  }
  if (m.phase[t] == WAITING) {
    leave_queue(&m, t);
    done(x, &m, t, TM_VALUE_NUMBER, 2);
    return;
  }
  switch (step->op) {
  case TM_SIZE: done(x, &m, t, TM_VALUE_NUMBER, m.pages); break;
  case TM_GROW: run_grow(x, &m, t, step); break;
  case TM_INSTANTIATE: done(x, &m, t, m.pages >= least ? TM_VALUE_OK : TM_VALUE_FAIL, 0); break;
  case TM_FENCE: done(x, &m, t, TM_VALUE_OK, 0); break;
  case TM_FILL:
  case TM_COPY:
  case TM_INIT: run_bulk(x, &m, t, step); break;
  default: run_access(x, &m, t, step);
  }
}

/* No thread can go on: those that still wait are stuck. */
static void finish(struct explorer *x, struct machine *m) {
  for (unsigned t = 0; t < x->test->threads; t++)
    if (m->phase[t] == WAITING) set(m, &x->test->thread[t].step[m->at[t]], TM_VALUE_STUCK, 0);
  for (unsigned c = 0; c < x->test->columns; c++) {
    const struct tm_litmus_column *column = &x->test->column[c];
    struct tm_value *value = &m->row[c];
    if (column->kind == TM_COLUMN_FINAL_SIZE)
      *value = (struct tm_value){TM_VALUE_NUMBER, m->pages};
    else if (column->kind == TM_COLUMN_FINAL_LOAD && !in_bounds(m, column->at + column->bytes))
      *value = (struct tm_value){TM_VALUE_TRAP, 0};
    else if (column->kind == TM_COLUMN_FINAL_LOAD)
      *value = (struct tm_value){TM_VALUE_NUMBER, read_memory(x, m, column->at, column->bytes)};
  }
  x->stop = x->goal->found(x->goal->user, m->row);
  x->full |= ++x->rows > x->goal->most_rows;
}

/* A register that holds something keeps it: what was never written may still come. */
static bool of_interest(const struct explorer *x, const struct machine *m) {
  uint32_t known = 0;
  if (!x->goal->may) return true;
  for (unsigned c = 0; c < x->test->columns; c++)
    if (m->row[c].kind != TM_VALUE_NONE) known |= (uint32_t)1 << c;
  return x->goal->may(x->goal->user, m->row, known);
}

static void explore(struct explorer *x, const struct machine *before) {
  uint64_t packed[STATE_WORDS];
  struct machine m = *before;
  bool ended = true;
  for (unsigned t = 0; t < x->test->threads; t++)
    if (m.phase[t] == RUNNING) pass_ifs(x, &m, t);
  pack(x, &m, packed);
  if (x->full || x->stop || !of_interest(x, &m) || !meet(&x->met, packed)) return;
  if (x->met.count > x->goal->most_states) {
    x->full = true;
    return;
  }
  for (unsigned t = 0; t < x->test->threads; t++) {
    if (m.at[t] == x->test->thread[t].steps) continue;
    if (m.phase[t] == WAITING && x->test->thread[t].step[m.at[t]].timeout < 0) continue;
    ended = false;
    run(x, &m, t);
  }
  if (ended) finish(x, &m);
}

/* Registers of loads and read-modify-writes are as wide as these; counts and pages take 4 bytes. */
static void find_widths(struct explorer *x) {
  for (unsigned t = 0; t < x->test->threads; t++)
    for (unsigned i = 0; i < x->test->thread[t].steps; i++) {
      const struct tm_litmus_step *step = &x->test->thread[t].step[i];
      if (step->column < 0 || step->op == TM_IF) continue;
      bool access = step->op == TM_LOAD || (step->op >= TM_XCHG && step->op <= TM_CMPXCHG);
      x->width[step->column] = access ? step->bytes : 4;
    }
}

bool tm_interleave(const struct tm_litmus *test, const struct tm_cells *cells,
                   const struct tm_interleave_goal *goal) {
  struct explorer *x = calloc(1, sizeof *x);
  if (!x) tm_no_memory("what was asked");
  x->test = test;
  x->cells = cells;
  x->goal = goal;
  find_widths(x);
  struct machine m = {.pages = test->initial_pages};
  explore(x, &m);
  bool complete = !x->full;
  free(x->met.state);
  free(x->met.slot);
  free(x);
  return complete;
}
