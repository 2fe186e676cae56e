/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/guest.h"

#include "core/error.h"
#include "core/strategy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- traps and faults -------------------------------------------------------------------------*/

/* What tm_trap and tm_trap_at are in the model build of the strategies. */
_Noreturn void tm_model_trap(enum tm_trap_code code);
_Noreturn void tm_model_trap_at(enum tm_trap_code code, uintptr_t pc);

void tm_model_trap(enum tm_trap_code code) {
  struct tm_machine *m = tm_machine_self;
  struct tm_guest *g = m->client.context;
  if (m->running < 0) tm_die("trap '%s' outside a guest thread", tm_trap_words(code));
  _longjmp(*g->trap[m->running], 1);
}

void tm_model_trap_at(enum tm_trap_code code, uintptr_t pc) {
  (void)pc;
  tm_model_trap(code);
}

/* How often an access is tried again before it counts as a wait that has failed. */
enum { RETRIES = 2 };

/* One access to cells of one page. A fault asks the strategy, as the signal handler would. */
static uint64_t touch_page(struct tm_guest *g, struct tm_site *site, uint8_t *address,
                           unsigned bytes, uint64_t value, uint64_t expected) {
  struct tm_machine *m = tm_machine_self;
  for (unsigned turn = 0;; turn++) {
    unsigned before = m->ordinal[m->running];
    uint64_t word = value;
    if (tm_machine_access(site, address, bytes, &word, expected)) return word;
    if (g->strategy->ops->fault(g->state->memory, (uintptr_t)address) == TM_FAULT_TRAP)
      tm_model_trap(TM_TRAP_OUT_OF_BOUNDS);
    if (turn == RETRIES) tm_machine_give_up(site, before);
  }
}

static uint64_t low(uint64_t value, unsigned bytes) {
  return bytes >= 8 ? value : value & ((UINT64_C(1) << 8 * bytes) - 1);
}

/* The end of the piece of an access that begins at `at`: one that is aligned is whole, else it may
 * come apart between any two cells. */
static uint64_t piece_end(const struct tm_guest *g, uint64_t at, uint64_t end, bool whole) {
  const struct tm_x_layout *l = &g->layout;
  unsigned cells = whole ? TM_X_CELLS : 1;
  for (unsigned i = 0; i < l->cells; i++)
    if (l->cell_at[i] > at && l->cell_at[i] < end && --cells == 0) return l->cell_at[i];
  return end;
}

/* Access [ea, ea+bytes), which `address` was given for. Before a store that straddles two pages
 * both are looked at, so that a store that faults has written nothing. */
static uint64_t touch(struct tm_guest *g, unsigned thread, unsigned step, uint8_t *address,
                      uint64_t ea, unsigned bytes, uint64_t value, uint64_t expected) {
  struct tm_site *site = &g->site[thread][step];
  uint64_t end = ea + bytes, last_page = (end - 1) / TM_PAGE_BYTES * TM_PAGE_BYTES;
  bool aligned = ea % bytes == 0;
  if (last_page > ea && site->effect != TM_EFFECT_LOAD)
    touch_page(g, &g->probe[thread][step], address + (last_page - ea), 0, 0, 0);
  uint64_t result = 0;
  for (uint64_t at = ea, next; at < end; at = next) {
    next = piece_end(g, at, end, aligned);
    unsigned shift = 8 * (unsigned)(at - ea), width = (unsigned)(next - at);
    uint64_t part = touch_page(g, site, address + (at - ea), width, low(value >> shift, width),
                               low(expected >> shift, width));
    result |= part << shift;
  }
  return result;
}

/* ---- steps ------------------------------------------------------------------------------------*/

static struct tm_value number(uint64_t n) {
  return (struct tm_value){.kind = TM_VALUE_NUMBER, .number = n};
}
static struct tm_value word(enum tm_value_kind kind) { return (struct tm_value){.kind = kind}; }

/* What a translated function begins with. */
static void enter(struct tm_guest *g, unsigned thread) {
  void *view = g->state->view[thread];
  g->strategy->enter(view, g->state->frame[thread]);
  g->strategy->poll(view);
}

static struct tm_value plain_access(struct tm_guest *g, unsigned thread, unsigned step) {
  const struct tm_litmus_step *s = &g->test->thread[thread].step[step];
  void *view = g->state->view[thread], *frame = g->state->frame[thread];
  bool atomic = s->atomic || (s->op != TM_LOAD && s->op != TM_STORE);
  if (atomic && s->at % s->bytes) tm_model_trap(TM_TRAP_UNALIGNED_ATOMIC);
  uint8_t *address = g->strategy->at(view, frame, s->at, s->bytes);
  uint64_t old = touch(g, thread, step, address, s->at, s->bytes, s->operand, s->expected);
  if (atomic) g->strategy->sync(view, frame);
  return s->op == TM_STORE ? word(TM_VALUE_OK) : number(old);
}

/* fill, copy and init, byte by byte; copy from the end when the ranges may overlap that way. */
static struct tm_value bulk(struct tm_guest *g, unsigned thread, unsigned step) {
  const struct tm_litmus_step *s = &g->test->thread[thread].step[step];
  void *view = g->state->view[thread], *frame = g->state->frame[thread];
  uint8_t *to = g->strategy->span(view, frame, s->at, s->length), *from = NULL;
  if (s->op == TM_COPY) from = g->strategy->span(view, frame, s->from, s->length);
  bool down = s->op == TM_COPY && s->at > s->from;
  for (uint64_t k = 0; k < s->length; k++) {
    uint64_t i = down ? s->length - 1 - k : k, byte = s->operand & 0xff;
    if (s->op == TM_COPY) byte = touch_page(g, &g->probe[thread][step], from + i, 1, 0, 0);
    if (s->op == TM_INIT) byte = g->test->data[s->from + i];
    touch_page(g, &g->site[thread][step], to + i, 1, byte, 0);
  }
  return word(TM_VALUE_OK);
}

static struct tm_value wait_step(struct tm_guest *g, unsigned thread, unsigned step) {
  const struct tm_litmus_step *s = &g->test->thread[thread].step[step];
  const struct tm_strategy *ops = g->strategy->ops;
  void *view = g->state->view[thread], *frame = g->state->frame[thread];
  if (s->at % s->bytes) tm_model_trap(TM_TRAP_UNALIGNED_ATOMIC);
  uint8_t *address = g->strategy->at(view, frame, s->at, s->bytes);
  touch_page(g, &g->probe[thread][step], address, 0, 0, 0);
  if (s->timeout < 0) g->state->waiting[thread] = s->column;
  if (ops->park) ops->park(view);
  unsigned result =
      tm_machine_wait(&g->site[thread][step], address, low(s->operand, s->bytes), s->timeout >= 0);
  if (ops->unpark) ops->unpark(view);
  g->state->waiting[thread] = -1;
  g->strategy->sync(view, frame);
  return number(result);
}

static struct tm_value notify_step(struct tm_guest *g, unsigned thread, unsigned step) {
  const struct tm_litmus_step *s = &g->test->thread[thread].step[step];
  void *view = g->state->view[thread], *frame = g->state->frame[thread];
  if (s->at % 4) tm_model_trap(TM_TRAP_UNALIGNED_ATOMIC);
  uint8_t *address = g->strategy->span(view, frame, s->at, 4);
  unsigned woken = tm_machine_notify(&g->site[thread][step], address, s->operand);
  g->strategy->sync(view, frame);
  return number(woken);
}

/* Link a new instance against the memory, as the runs on hardware do; the thread goes on inside it
 * when it matches. */
static struct tm_value instantiate(struct tm_guest *g, unsigned thread, uint64_t min_pages) {
  const struct tm_strategy *ops = g->strategy->ops;
  void *view = tm_machine_allocate(tm_machine_self, ops->view_bytes);
  if (ops->attach(g->state->memory, view)) return word(TM_VALUE_FAIL);
  if (ops->pages(view) < min_pages) {
    ops->detach(view);
    return word(TM_VALUE_FAIL);
  }
  g->state->view[thread] = view;
  if (ops->unpark) ops->unpark(view);
  enter(g, thread);
  return word(TM_VALUE_OK);
}

static struct tm_value run_step(struct tm_guest *g, unsigned thread, unsigned step) {
  const struct tm_litmus_step *s = &g->test->thread[thread].step[step];
  const struct tm_model_strategy *strategy = g->strategy;
  void *view = g->state->view[thread], *frame = g->state->frame[thread];
  struct tm_value result = word(TM_VALUE_OK);
  switch (s->op) {
  case TM_SIZE:
    result = number(s->host ? strategy->ops->pages(view) : strategy->pages(view));
    strategy->sync(view, frame);
    return result;
  case TM_GROW:
    result = number((uint64_t)strategy->ops->grow(view, s->operand));
    strategy->sync(view, frame);
    return result;
  case TM_FILL:
  case TM_COPY:
  case TM_INIT: return bulk(g, thread, step);
  case TM_WAIT: return wait_step(g, thread, step);
  case TM_NOTIFY: return notify_step(g, thread, step);
  case TM_INSTANTIATE:
    result = instantiate(g, thread, s->operand);
    strategy->sync(g->state->view[thread], frame);
    return result;
  case TM_FENCE:
    tm_model_fence(&g->site[thread][step]);
    strategy->sync(view, frame);
    return result;
  default: return plain_access(g, thread, step);
  }
}

static void run_thread(void *context, unsigned thread) {
  struct tm_guest *g = context;
  const struct tm_litmus_thread *t = &g->test->thread[thread];
  const struct tm_strategy *ops = g->strategy->ops;
  jmp_buf trap;
  g->trap[thread] = &trap;
  /* Unparked, the poll on entry would find nothing to do. */
  if (ops->unpark) {
    ops->unpark(g->state->view[thread]);
    g->strategy->enter(g->state->view[thread], g->state->frame[thread]);
  } else {
    enter(g, thread);
  }
  for (volatile unsigned i = 0; i < t->steps; i++) {
    const struct tm_litmus_step *s = &t->step[i];
    if (s->op == TM_IF) {
      if (tm_value_equal(g->state->column[s->column], s->than) != s->equal) i += s->skip;
      continue;
    }
    struct tm_value result = word(TM_VALUE_TRAP);
    if (_setjmp(trap) == 0)
      result = run_step(g, thread, i);
    else
      enter(g, thread); /* a trap ends the call; what is left is another one */
    if (s->column >= 0) g->state->column[s->column] = result;
  }
  if (ops->park) ops->park(g->state->view[thread]);
}

/* ---- before and after -------------------------------------------------------------------------*/

static void setup(void *context) {
  struct tm_guest *g = context;
  struct tm_machine *m = tm_machine_self;
  const struct tm_litmus *test = g->test;
  const struct tm_strategy *ops = g->strategy->ops;
  m->layout = g->layout;
  struct tm_guest_state *s = g->state = tm_machine_allocate(m, sizeof *g->state);
  s->memory = tm_machine_allocate(m, ops->memory_bytes);
  struct tm_memory_type type = {.min_pages = test->initial_pages,
                                .max_pages = test->max_pages,
                                .index = TM_INDEX32,
                                .shared = true};
  g->init = ops->init(s->memory, &type);
  for (unsigned t = 0; t < test->threads && !g->init; t++) {
    s->waiting[t] = -1;
    s->frame[t] = tm_machine_allocate(m, g->strategy->frame_bytes);
    s->view[t] = s->view[0];
    if (t > 0 && test->one_instance) continue;
    s->view[t] = tm_machine_allocate(m, ops->view_bytes);
    g->init = ops->attach(s->memory, s->view[t]);
  }
}

/* A load after all threads have ended. */
static struct tm_value final_load(struct tm_guest *g, uint64_t at, unsigned bytes) {
  const struct tm_strategy *ops = g->strategy->ops;
  void *view = g->state->view[0];
  if (at + bytes > ops->pages(view) * TM_PAGE_BYTES) return word(TM_VALUE_TRAP);
  uint8_t *address = ops->host_at ? ops->host_at(view, at, bytes) : *(uint8_t **)view + at;
  return number(tm_machine_peek(tm_machine_self, address, bytes));
}

enum { INVALID = 1 << 8 }; /* in the first word, beside the stuck threads */

static unsigned row(void *context, unsigned stuck, uint64_t *words) {
  struct tm_guest *g = context;
  const struct tm_litmus *test = g->test;
  struct tm_guest_state *s = g->state;
  for (unsigned t = 0; t < test->threads; t++)
    if ((stuck >> t & 1) && s->waiting[t] >= 0) {
      s->column[s->waiting[t]] = word(TM_VALUE_STUCK);
      stuck &= ~(1u << t);
    }
  words[0] = stuck;
  if (!stuck && !g->strategy->ops->valid(s->memory)) words[0] |= INVALID;
  for (unsigned c = 0; c < test->columns; c++) {
    const struct tm_litmus_column *column = &test->column[c];
    struct tm_value v = s->column[c];
    if (!stuck && column->kind == TM_COLUMN_FINAL_SIZE)
      v = number(g->strategy->ops->pages(s->view[0]));
    if (!stuck && column->kind == TM_COLUMN_FINAL_LOAD)
      v = final_load(g, column->at, column->bytes);
    words[1 + 2 * c] = v.kind;
    words[2 + 2 * c] = v.number;
  }
  return 1 + 2 * test->columns;
}

struct tm_explore_flaws tm_explore_row(const struct tm_litmus *test,
                                       const struct tm_explore_outcome *outcome,
                                       struct tm_value out[]) {
  for (unsigned c = 0; c < test->columns; c++)
    out[c] = (struct tm_value){.kind = (enum tm_value_kind)outcome->word[1 + 2 * c],
                               .number = outcome->word[2 + 2 * c]};
  return (struct tm_explore_flaws){.stuck = outcome->word[0] & (INVALID - 1),
                                   .invalid = outcome->word[0] & INVALID};
}

static enum tm_effect effect_of(enum tm_litmus_op op) {
  switch (op) {
  case TM_LOAD: return TM_EFFECT_LOAD;
  case TM_XCHG: return TM_EFFECT_SWAP;
  case TM_ADD: return TM_EFFECT_ADD;
  case TM_SUB: return TM_EFFECT_SUB;
  case TM_AND: return TM_EFFECT_AND;
  case TM_OR: return TM_EFFECT_OR;
  case TM_XOR: return TM_EFFECT_XOR;
  case TM_CMPXCHG: return TM_EFFECT_CAS;
  case TM_FENCE: return TM_EFFECT_FENCE;
  case TM_WAIT: return TM_EFFECT_FUTEX_WAIT;
  case TM_NOTIFY: return TM_EFFECT_FUTEX_WAKE;
  default: return TM_EFFECT_STORE;
  }
}

static void make_sites(struct tm_guest *g, unsigned t, unsigned i) {
  const struct tm_litmus_step *s = &g->test->thread[t].step[i];
  bool plain = s->op == TM_FILL || s->op == TM_COPY || s->op == TM_INIT ||
               ((s->op == TM_LOAD || s->op == TM_STORE) && !s->atomic);
  tm_litmus_step_text(g->test, s, g->text[t][i], sizeof g->text[t][i]);
  g->site[t][i] = (struct tm_site){.file = g->file,
                                   .what = g->text[t][i],
                                   .line = s->line,
                                   .effect = (uint8_t)effect_of(s->op),
                                   .order = plain ? TM_ORDER_RLX : TM_ORDER_SC};
  g->probe[t][i] = g->site[t][i];
  g->probe[t][i].effect = TM_EFFECT_LOAD;
  g->probe[t][i].order = TM_ORDER_RLX;
}

int tm_guest_new(struct tm_guest **guest, const struct tm_litmus *test, const char *strategy,
                 struct tm_error *error) {
  const struct tm_model_strategy *model = tm_model_strategy_find(strategy);
  if (!model)
    return tm_fail(error, -EINVAL, "unknown strategy '%s'; 'tidemark strategies' lists them",
                   strategy);
  struct tm_guest *g = aligned_alloc(64, (sizeof *g + 63) & ~(size_t)63);
  if (!g) return tm_fail(error, -ENOMEM, "no memory for an exploration");
  memset(g, 0, sizeof *g);
  g->test = test;
  g->strategy = model;
  snprintf(g->file, sizeof g->file, "%s.litmus", test->name);
  for (unsigned t = 0; t < test->threads; t++)
    for (unsigned i = 0; i < test->thread[t].steps; i++) make_sites(g, t, i);
  int result = tm_guest_layout(g, error);
  if (result)
    free(g);
  else
    *guest = g;
  return result;
}

struct tm_explore_client tm_guest_client(struct tm_guest *g) {
  return (struct tm_explore_client){
      .context = g, .threads = g->test->threads, .setup = setup, .thread = run_thread, .row = row};
}
