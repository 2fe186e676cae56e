/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/bed.h"

#include "harness/wasm/wat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 8192, LARGEST_PAGES = 65535 };

/* ---- the plan ---------------------------------------------------------------------------------*/

static uint32_t round_up(uint64_t n, uint32_t to) { return (uint32_t)((n + to - 1) / to * to); }

/* How far the test's low places reach. */
static uint64_t near_bytes(const struct tm_litmus *test) {
  uint64_t most = 8;
  for (unsigned t = 0; t < test->threads; t++)
    for (unsigned i = 0; i < test->thread[t].steps; i++) {
      const struct tm_litmus_step *s = &test->thread[t].step[i];
      uint64_t width = s->length ? s->length : s->bytes;
      if (!tm_litmus_may_trap(s)) continue;
      if (!tm_litmus_at_edge(test, s->at) && s->at + width > most) most = s->at + width;
      if (s->op == TM_COPY && !tm_litmus_at_edge(test, s->from) && s->from + width > most)
        most = s->from + width;
    }
  for (unsigned c = 0; c < test->columns; c++)
    if (test->column[c].kind == TM_COLUMN_FINAL_LOAD &&
        !tm_litmus_at_edge(test, test->column[c].at) && test->column[c].at + 8 > most)
      most = test->column[c].at + 8;
  return most;
}

static void count_grows(const struct tm_litmus *test, struct tm_bed_plan *plan) {
  unsigned growers = 0, grows = 0;
  bool conditional = false;
  for (unsigned t = 0; t < test->threads; t++) {
    unsigned mine = 0, body_end = 0;
    for (unsigned i = 0; i < test->thread[t].steps; i++) {
      const struct tm_litmus_step *s = &test->thread[t].step[i];
      if (s->op == TM_IF && i + 1 + s->skip > body_end) body_end = i + 1 + s->skip;
      if (s->op == TM_WAIT && s->timeout < 0) plan->waits_for_ever = true;
      if (s->op != TM_GROW || s->operand == 0) continue;
      plan->grown += s->operand;
      conditional = conditional || i < body_end;
      mine++;
    }
    if (mine) plan->grower = (int)t;
    growers += mine != 0;
    grows += mine;
  }
  if (growers != 1 || grows != 1 || conditional) plan->grower = -1;
}

/* Is this register a length in pages? */
static bool is_length(const struct tm_litmus *test, unsigned c) {
  if (test->column[c].kind != TM_COLUMN_REGISTER) return false;
  const struct tm_litmus_thread *thread = &test->thread[test->column[c].thread];
  for (unsigned i = 0; i < thread->steps; i++)
    if (thread->step[i].column == (int)c && thread->step[i].op != TM_IF)
      return thread->step[i].op == TM_SIZE || thread->step[i].op == TM_GROW;
  return false;
}

void tm_bed_plan(const struct tm_litmus *test, const struct tm_run_options *options,
                 struct tm_bed_plan *plan) {
  *plan = (struct tm_bed_plan){.grower = -1};
  count_grows(test, plan);
  plan->fresh = plan->grown > test->max_pages - test->initial_pages;
  for (unsigned c = 0; c < test->columns; c++)
    plan->final_size = plan->final_size || test->column[c].kind == TM_COLUMN_FINAL_SIZE;
  for (unsigned c = 0; c < test->columns; c++) plan->length[c] = is_length(test, c);
  unsigned slots = 1;
  for (unsigned t = 0; t < test->threads; t++) {
    unsigned mine = 1;
    for (unsigned c = 0; c < test->columns; c++)
      mine += test->column[c].kind == TM_COLUMN_REGISTER && test->column[c].thread == t;
    if (mine > slots) slots = mine;
  }
  plan->out_stride = round_up(8 * slots, 64);
  plan->near_stride = round_up(near_bytes(test), 64);
  if (options->stride > plan->near_stride) plan->near_stride = round_up(options->stride, 64);
  plan->rounds = plan->fresh ? 1 : ROUNDS;
  for (;;) {
    uint64_t bytes =
        (uint64_t)plan->rounds * (plan->near_stride + (uint64_t)plan->out_stride * test->threads);
    plan->low_pages = bytes / TM_PAGE_BYTES + 2;
    if (plan->low_pages + plan->rounds * plan->grown <= LARGEST_PAGES) break;
    plan->rounds /= 2;
  }
}

/* ---- what the embedder does for a guest -------------------------------------------------------*/

static _Thread_local struct {
  const struct tm_bed *bed;
  unsigned thread;
  uint32_t round;
} here;

void tm_bed_here(const struct tm_bed *bed, unsigned thread, uint32_t round) {
  here.bed = bed;
  here.thread = thread;
  here.round = round;
}

static uint32_t host_size(void *unused) {
  (void)unused;
  return (uint32_t)here.bed->memory->strategy->pages(here.bed->lane[here.thread].view);
}

static uint32_t host_grow(void *unused, uint32_t delta) {
  (void)unused;
  return (uint32_t)tm_linear_grow(here.bed->memory, here.bed->lane[here.thread].view, delta);
}

/* What linking does: attach a view and compare the length with the minimum asked for. */
static uint32_t host_instantiate(void *unused, uint32_t min) {
  (void)unused;
  const struct tm_bed *bed = here.bed;
  void *view = aligned_alloc(128, round_up(bed->memory->strategy->view_bytes, 128));
  if (!view || tm_linear_attach(bed->memory, view)) tm_die("cannot attach an instance");
  uint64_t length = bed->memory->strategy->pages(view);
  tm_linear_detach(bed->memory, view);
  free(view);
  return length >= min + bed->edge_pages[here.round] - bed->test->initial_pages;
}

/* ---- opening ----------------------------------------------------------------------------------*/

int tm_litmus_load_suite(const struct tm_litmus *const tests[], size_t count,
                         const struct tm_strategy *strategy, struct tm_module **suite,
                         struct tm_error *error) {
  char *text = NULL;
  size_t size, wasm_size;
  unsigned char *wasm;
  FILE *out = open_memstream(&text, &size);
  if (!out) return tm_fail(error, -ENOMEM, "out of memory");
  tm_litmus_wat_suite(tests, count, &(struct tm_wat_options){.forever_ns = -1}, out);
  fclose(out);
  const char *name = count == 1 ? tests[0]->name : "litmus";
  int result = tm_wat_to_wasm(name, text, size, &wasm, &wasm_size, error);
  free(text);
  if (result) return result;
  struct tm_module_options options = {.strategy = strategy, .progress = count > 1};
  result = tm_module_load_bytes(name, wasm, wasm_size, &options, suite, error);
  free(wasm);
  return result;
}

int tm_bed_open(struct tm_bed *bed, const struct tm_litmus *test,
                const struct tm_run_options *options, struct tm_error *error) {
  *bed = (struct tm_bed){.test = test, .options = options};
  for (unsigned t = 0; t < test->threads; t++) bed->lane[t].index = t;
  int result = tm_litmus_wat_check(test, error);
  if (result) return result;
  tm_bed_plan(test, options, &bed->plan);
  bed->edge_pages = calloc(bed->plan.rounds + 1, sizeof *bed->edge_pages);
  bed->end_pages = calloc(bed->plan.rounds + 1, sizeof *bed->end_pages);
  bed->idle = calloc(options->instances + 1, sizeof *bed->idle);
  if (!bed->edge_pages || !bed->end_pages || !bed->idle)
    return tm_fail(error, -ENOMEM, "out of memory");
  bed->module = options->suite;
  return bed->module ? 0 : tm_litmus_load_suite(&test, 1, options->strategy, &bed->module, error);
}

static void discard(struct tm_bed *bed) {
  if (!bed->memory) return;
  for (unsigned i = 0; i < bed->options->instances; i++) {
    if (bed->idle[i]) tm_linear_detach(bed->memory, bed->idle[i]);
    free(bed->idle[i]);
    bed->idle[i] = NULL;
  }
  for (unsigned t = 0; t < bed->test->threads; t++) {
    if (bed->lane[t].instance && bed->lane[t].own_instance) tm_instance_free(bed->lane[t].instance);
    bed->lane[t].instance = NULL;
  }
  tm_linear_drop(bed->memory);
  bed->memory = NULL;
}

void tm_bed_close(struct tm_bed *bed) {
  discard(bed);
  if (bed->module != bed->options->suite) tm_module_free(bed->module);
  free(bed->edge_pages);
  free(bed->end_pages);
  free(bed->idle);
}

/* ---- a batch ----------------------------------------------------------------------------------*/

static int add_instance(struct tm_bed *bed, unsigned t, struct tm_error *error) {
  struct tm_lane *lane = &bed->lane[t];
  if (bed->test->one_instance && t > 0) {
    lane->instance = bed->lane[0].instance;
  } else {
#define HOST(function, text)                                                                       \
  {                                                                                                \
    .kind = TM_EXTERN_FUNC, .func = {.code = (void (*)(void))(function), .signature = (text) }     \
  }
    const struct tm_import imports[] = {
        {"env", "memory", {.kind = TM_EXTERN_MEMORY, .memory = bed->memory}},
        {"host", "size", HOST(host_size, ">i")},
        {"host", "grow", HOST(host_grow, "i>i")},
        {"host", "instantiate", HOST(host_instantiate, "i>i")},
    };
#undef HOST
    int result = tm_instance_new(bed->module, imports, sizeof imports / sizeof *imports,
                                 &lane->instance, NULL, error);
    if (result) return result;
    lane->own_instance = true;
  }
  lane->view = tm_instance_view(lane->instance);
  return 0;
}

/* Entries are C functions, the same for every instance: look them up once. */
static void find_entries(struct tm_bed *bed) {
  for (unsigned t = 0; t < bed->test->threads; t++)
    for (unsigned step = 0; step < bed->test->thread[t].steps; step++) {
      char name[2 * TM_LITMUS_NAME + 16];
      struct tm_extern item;
      tm_litmus_export_name(bed->test, true, t, step, name, sizeof name);
      if (tm_instance_export(bed->lane[t].instance, name, &item))
        bed->lane[t].entry[step] = (tm_entry)item.func.code;
    }
}

/* Is this byte accessible? The kernel says so without a signal. */
static bool accessible(const uint8_t *address) {
  int ends[2];
  if (pipe(ends)) return true;
  bool yes = write(ends[1], address, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return yes;
}

/* Touch what rounds will access beyond the length, and take the access away again: pages as a
 * pooling allocator leaves them. Where pages are accessible anyway, only touch them. Refused where
 * the strategy needs them absent: their faults are its own, and not for the host to cause. */
static int make_resident(struct tm_bed *bed, struct tm_error *error) {
  uint64_t pages = (uint64_t)bed->plan.rounds * bed->plan.grown;
  uint8_t *start = bed->base + bed->plan.low_pages * TM_PAGE_BYTES;
  bool open = accessible(start);
  bed->resident = !open;
  if (!open && tm_port_commit(start, pages * TM_PAGE_BYTES))
    return tm_fail(error, -ENOMEM, "cannot make %llu pages resident", (unsigned long long)pages);
  if (!open && !accessible(start))
    return tm_fail(error, -ENOTSUP,
                   "%s cannot run with resident pages: it keeps a page absent until the length is "
                   "beyond it; run it without",
                   bed->options->strategy->name);
  for (uint64_t i = 0; i < pages; i++) {
    *(volatile uint8_t *)(start + i * TM_PAGE_BYTES) = 0;
    *(volatile uint8_t *)(start + i * TM_PAGE_BYTES + TM_PAGE_BYTES - 1) = 0;
  }
  if (!open && tm_port_protect(start, pages * TM_PAGE_BYTES)) tm_die("mprotect failed");
  return 0;
}

static int attach_idle(struct tm_bed *bed, struct tm_error *error) {
  for (unsigned i = 0; i < bed->options->instances; i++) {
    void *view = aligned_alloc(128, round_up(bed->memory->strategy->view_bytes, 128));
    if (!view || tm_linear_attach(bed->memory, view)) {
      free(view);
      return tm_fail(error, -ENOMEM, "cannot attach %u idle instances", bed->options->instances);
    }
    bed->idle[i] = view;
  }
  return 0;
}

/* The base of now: a strategy that moves it may have done so since the batch began. */
static uint8_t *base_of(const struct tm_bed *bed) {
  if (!bed->memory->strategy->host_at) return bed->base;
  return tm_linear_at(bed->memory, bed->lane[0].view, 0, 1);
}

int tm_bed_renew(struct tm_bed *bed, struct tm_error *error) {
  const struct tm_bed_plan *plan = &bed->plan;
  discard(bed);
  uint64_t room = plan->fresh ? bed->test->max_pages - bed->test->initial_pages
                              : (uint64_t)plan->rounds * plan->grown;
  const struct tm_memory_type type = {.min_pages = plan->low_pages,
                                      .max_pages = plan->low_pages + room,
                                      .index = TM_INDEX32,
                                      .shared = true};
  int result = tm_linear_new(bed->options->strategy, &type, &bed->memory);
  if (result)
    return tm_fail(error, result, "%s: cannot make a memory: %s", bed->options->strategy->name,
                   strerror(-result));
  for (unsigned t = 0; t < bed->test->threads && !result; t++) result = add_instance(bed, t, error);
  if (!result) result = attach_idle(bed, error);
  if (result) return result;
  if (!bed->lane[0].entry[0]) find_entries(bed);
  bed->base = *(uint8_t **)bed->lane[0].view;
  if (bed->options->resident && !plan->fresh && !bed->memory->strategy->host_at &&
      (result = make_resident(bed, error)))
    return result;
  for (uint32_t r = 0; r <= plan->rounds; r++)
    bed->edge_pages[r] = plan->low_pages + (plan->grower >= 0 ? r * plan->grown : 0);
  tm_bed_reset(bed);
  return 0;
}

void tm_bed_reset(struct tm_bed *bed) {
  const struct tm_bed_plan *plan = &bed->plan;
  memset(base_of(bed), 0, (size_t)plan->rounds * plan->near_stride);
  for (uint32_t r = 0; r < plan->rounds; r++)
    for (unsigned t = 0; t < bed->test->threads; t++) {
      uint64_t *out = tm_bed_results(bed, r, t);
      for (unsigned i = 0; i < plan->out_stride / 8; i++) out[i] = TM_OUT_NONE;
    }
}

/* ---- addresses and results --------------------------------------------------------------------*/

uint32_t tm_bed_near(const struct tm_bed *bed, uint32_t round) {
  return round * bed->plan.near_stride;
}
uint32_t tm_bed_out(const struct tm_bed *bed, uint32_t round, unsigned thread) {
  return bed->plan.rounds * bed->plan.near_stride +
         (round * bed->test->threads + thread) * bed->plan.out_stride;
}
uint64_t *tm_bed_results(const struct tm_bed *bed, uint32_t round, unsigned thread) {
  return (uint64_t *)(base_of(bed) + tm_bed_out(bed, round, thread));
}

/* A length as the test counts it. */
static uint64_t counted(const struct tm_bed *bed, uint32_t round, uint64_t pages) {
  uint64_t initial = bed->test->initial_pages, edge = bed->edge_pages[round];
  uint64_t most = initial + bed->plan.grown;
  if (pages < edge && edge - pages > initial) return 0;
  uint64_t length = initial + pages - edge;
  return length > most ? most : length;
}

static uint64_t place_ea(const struct tm_bed *bed, uint32_t round, uint64_t at) {
  if (!tm_litmus_at_edge(bed->test, at)) return tm_bed_near(bed, round) + at;
  return (bed->edge_pages[round] - bed->test->initial_pages) * TM_PAGE_BYTES + at;
}

uint8_t *tm_bed_place(const struct tm_bed *bed, uint32_t round, uint64_t at) {
  return base_of(bed) + place_ea(bed, round, at);
}

static uint64_t final_load(const struct tm_bed *bed, uint32_t round, uint64_t at, uint8_t bytes) {
  uint64_t value = 0;
  const uint8_t *p = tm_linear_at(bed->memory, bed->lane[0].view, place_ea(bed, round, at), bytes);
  if (!p) return TM_OUT_TRAP;
  memcpy(&value, p, bytes);
  return value;
}

uint64_t tm_bed_register(const struct tm_bed *bed, uint32_t round, unsigned c) {
  unsigned thread = bed->test->column[c].thread;
  uint64_t code = tm_bed_results(bed, round, thread)[tm_litmus_slot(bed->test, thread, (int)c)];
  bool number = code < TM_OUT_NONE; /* of pages: not -1 and no TM_OUT code */
  return number && bed->plan.length[c] ? counted(bed, round, code) : code;
}

void tm_bed_codes(const struct tm_bed *bed, uint32_t round, uint64_t codes[]) {
  const struct tm_litmus *test = bed->test;
  for (unsigned c = 0; c < test->columns; c++) {
    const struct tm_litmus_column *column = &test->column[c];
    switch (column->kind) {
    case TM_COLUMN_REGISTER: codes[c] = tm_bed_register(bed, round, c); break;
    case TM_COLUMN_FINAL_SIZE: codes[c] = counted(bed, round, bed->end_pages[round]); break;
    case TM_COLUMN_FINAL_LOAD: codes[c] = final_load(bed, round, column->at, column->bytes); break;
    }
  }
}
