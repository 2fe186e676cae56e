/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/wat.h"

#include "harness/litmus/meet.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* ---- places -----------------------------------------------------------------------------------*/

bool tm_litmus_at_edge(const struct tm_litmus *test, uint64_t at) {
  return at + TM_WAT_EDGE_BYTES >= test->initial_pages * TM_LITMUS_PAGE_BYTES;
}

static bool fits(const struct tm_litmus *test, uint64_t at, uint64_t bytes) {
  return tm_litmus_at_edge(test, at) || at + bytes <= TM_WAT_NEAR_BYTES;
}

static uint64_t width(const struct tm_litmus_step *s) { return s->length ? s->length : s->bytes; }

bool tm_litmus_may_trap(const struct tm_litmus_step *s) {
  switch (s->op) {
  case TM_SIZE:
  case TM_GROW:
  case TM_FENCE:
  case TM_INSTANTIATE:
  case TM_IF: return false;
  default: return true;
  }
}

int tm_litmus_wat_check(const struct tm_litmus *test, struct tm_error *error) {
  for (unsigned t = 0; t < test->threads; t++)
    for (unsigned i = 0; i < test->thread[t].steps; i++) {
      const struct tm_litmus_step *s = &test->thread[t].step[i];
      if (!tm_litmus_may_trap(s)) continue;
      if (!fits(test, s->at, width(s)) || (s->op == TM_COPY && !fits(test, s->from, s->length)))
        return tm_fail(
            error, -ENOTSUP,
            "%s: line %u: a place must lie in the first %d bytes of the memory, or within "
            "%d bytes before its initial length, or beyond it",
            test->name, s->line, TM_WAT_NEAR_BYTES, TM_WAT_EDGE_BYTES);
    }
  return 0;
}

unsigned tm_litmus_slot(const struct tm_litmus *test, unsigned thread, int column) {
  unsigned slot = 0;
  for (int c = 0; c <= column; c++)
    if (test->column[c].kind == TM_COLUMN_REGISTER && test->column[c].thread == thread) slot++;
  if (column < 0 || test->column[column].kind != TM_COLUMN_REGISTER ||
      test->column[column].thread != thread)
    return 0;
  return slot;
}

/* ---- instructions -----------------------------------------------------------------------------*/

struct writer {
  const struct tm_litmus *test;
  const struct tm_wat_options *options;
  bool suite;
  size_t number; /* of the test in its suite */
  unsigned thread, depth;
  FILE *out;
};

static void line(const struct writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void line(const struct writer *w, const char *format, ...) {
  va_list args;
  fprintf(w->out, "%*s", (int)(4 + 2 * w->depth), "");
  va_start(args, format);
  vfprintf(w->out, format, args);
  va_end(args);
  fputc('\n', w->out);
}

/* The address operand on the stack; returns the offset immediate. */
static uint64_t push_address(const struct writer *w, uint64_t at) {
  uint64_t initial = w->test->initial_pages * TM_LITMUS_PAGE_BYTES;
  if (!tm_litmus_at_edge(w->test, at)) {
    line(w, "local.get $near");
    return at;
  }
  line(w, "local.get $edge");
  if (at >= initial) return at - initial;
  line(w, "i32.const %" PRIu64, initial - at);
  line(w, "i32.sub");
  return 0;
}

/* "i32" or "i64": what an access of so many bytes works on. */
static const char *type_of(const struct tm_litmus_step *s) { return s->bytes == 8 ? "i64" : "i32"; }

/* "8", "16" for narrow accesses, else "". */
static const char *narrow(const struct tm_litmus_step *s) {
  return s->bytes == 1 ? "8" : s->bytes == 2 ? "16" : "";
}

static void push_operand(const struct writer *w, const struct tm_litmus_step *s, uint64_t value) {
  line(w, "%s.const %" PRId64, type_of(s),
       s->bytes == 8 ? (int64_t)value : (int64_t)(int32_t)(uint32_t)value);
}

/* The value on the stack becomes the step's register, as 64 bits; or is dropped. */
static void keep(const struct writer *w, const struct tm_litmus_step *s, const char *extend) {
  if (s->column < 0) {
    line(w, "drop");
    return;
  }
  if (extend) line(w, "%s", extend);
  line(w, "local.set $%s", w->test->column[s->column].name);
  line(w, "(i64.store offset=%u (local.get $out) (local.get $%s))",
       8 * tm_litmus_slot(w->test, w->thread, s->column), w->test->column[s->column].name);
}

static void keep_ok(const struct writer *w, const struct tm_litmus_step *s) {
  if (s->column < 0) return;
  line(w, "i64.const %" PRId64, (int64_t)TM_OUT_OK);
  keep(w, s, NULL);
}

static void write_load(const struct writer *w, const struct tm_litmus_step *s) {
  uint64_t offset = push_address(w, s->at);
  const char *unsigned_ = narrow(s)[0] ? "_u" : "";
  line(w, "%s.%sload%s%s offset=%" PRIu64 "%s", type_of(s), s->atomic ? "atomic." : "", narrow(s),
       unsigned_, offset, s->atomic ? "" : " align=1");
  keep(w, s, s->bytes == 8 ? NULL : "i64.extend_i32_u");
}

static void write_store(const struct writer *w, const struct tm_litmus_step *s) {
  uint64_t offset = push_address(w, s->at);
  push_operand(w, s, s->operand);
  line(w, "%s.%sstore%s offset=%" PRIu64 "%s", type_of(s), s->atomic ? "atomic." : "", narrow(s),
       offset, s->atomic ? "" : " align=1");
  keep_ok(w, s);
}

static void write_rmw(const struct writer *w, const struct tm_litmus_step *s) {
  static const char *const names[] = {
      [TM_XCHG] = "xchg", [TM_ADD] = "add", [TM_SUB] = "sub",        [TM_AND] = "and",
      [TM_OR] = "or",     [TM_XOR] = "xor", [TM_CMPXCHG] = "cmpxchg"};
  uint64_t offset = push_address(w, s->at);
  if (s->op == TM_CMPXCHG) push_operand(w, s, s->expected);
  push_operand(w, s, s->operand);
  line(w, "%s.atomic.rmw%s.%s%s offset=%" PRIu64, type_of(s), narrow(s), names[s->op],
       narrow(s)[0] ? "_u" : "", offset);
  keep(w, s, s->bytes == 8 ? NULL : "i64.extend_i32_u");
}

static void add_offset(const struct writer *w, uint64_t offset) {
  if (!offset) return;
  line(w, "i32.const %" PRIu64, offset);
  line(w, "i32.add");
}

static void write_bulk(const struct writer *w, const struct tm_litmus_step *s) {
  add_offset(w, push_address(w, s->at));
  if (s->op == TM_FILL)
    line(w, "i32.const %" PRIu64, s->operand & 255);
  else if (s->op == TM_COPY)
    add_offset(w, push_address(w, s->from));
  else
    line(w, "i32.const %" PRIu64, s->from);
  line(w, "i32.const %" PRIu64, s->length);
  if (s->op == TM_INIT)
    line(w, "memory.init $data%zu", w->number);
  else
    line(w, s->op == TM_FILL ? "memory.fill" : "memory.copy");
  keep_ok(w, s);
}

static void write_wait(const struct writer *w, const struct tm_litmus_step *s) {
  uint64_t offset = push_address(w, s->at);
  push_operand(w, s, s->operand);
  bool bounded = s->timeout < 0 && w->options->forever_ns >= 0;
  line(w, "i64.const %" PRId64, bounded ? w->options->forever_ns : s->timeout);
  line(w, "memory.atomic.wait%s offset=%" PRIu64, s->bytes == 8 ? "64" : "32", offset);
  if (!bounded) {
    keep(w, s, "i64.extend_i32_u");
    return;
  }
  line(w, "local.tee $woken");
  keep(w, s, "i64.extend_i32_u");
  line(w, "(if (i32.eq (local.get $woken) (i32.const 2)) (then ;; nobody wakes it: the thread is "
          "stuck");
  if (s->column >= 0)
    line(w, "  (i64.store offset=%u (local.get $out) (i64.const %" PRId64 "))",
         8 * tm_litmus_slot(w->test, w->thread, s->column), (int64_t)TM_OUT_STUCK);
  line(w, "  return))");
}

static void write_notify(const struct writer *w, const struct tm_litmus_step *s) {
  uint64_t offset = push_address(w, s->at);
  line(w, "i32.const %d", (int)(int32_t)(uint32_t)s->operand);
  line(w, "memory.atomic.notify offset=%" PRIu64, offset);
  keep(w, s, "i64.extend_i32_u");
}

static void write_grow(const struct writer *w, const struct tm_litmus_step *s) {
  line(w, "i32.const %" PRIu64, s->operand);
  line(w, s->host ? "call $host.grow" : "memory.grow");
  keep(w, s, "i64.extend_i32_s");
}

static void write_instantiate(const struct writer *w, const struct tm_litmus_step *s) {
  line(w,
       "(select (i64.const %" PRId64 ") (i64.const %" PRId64
       ") (call $host.instantiate (i32.const %" PRIu64 ")))",
       (int64_t)TM_OUT_OK, (int64_t)TM_OUT_FAIL, s->operand);
  keep(w, s, NULL);
}

static void write_plain_step(const struct writer *w, const struct tm_litmus_step *s) {
  switch (s->op) {
  case TM_LOAD: write_load(w, s); break;
  case TM_STORE: write_store(w, s); break;
  case TM_XCHG:
  case TM_ADD:
  case TM_SUB:
  case TM_AND:
  case TM_OR:
  case TM_XOR:
  case TM_CMPXCHG: write_rmw(w, s); break;
  case TM_SIZE:
    line(w, s->host ? "call $host.size" : "memory.size");
    keep(w, s, "i64.extend_i32_u");
    break;
  case TM_GROW: write_grow(w, s); break;
  case TM_FILL:
  case TM_COPY:
  case TM_INIT: write_bulk(w, s); break;
  case TM_WAIT: write_wait(w, s); break;
  case TM_NOTIFY: write_notify(w, s); break;
  case TM_FENCE:
    line(w, "atomic.fence");
    keep_ok(w, s);
    break;
  case TM_INSTANTIATE: write_instantiate(w, s); break;
  case TM_IF: break;
  }
}

/* ---- threads ----------------------------------------------------------------------------------*/

static uint64_t code_of(struct tm_value value) {
  switch (value.kind) {
  case TM_VALUE_NUMBER: return value.number;
  case TM_VALUE_TRAP: return TM_OUT_TRAP;
  case TM_VALUE_OK: return TM_OUT_OK;
  case TM_VALUE_FAIL: return TM_OUT_FAIL;
  case TM_VALUE_STUCK: return TM_OUT_STUCK;
  case TM_VALUE_NONE: break;
  }
  return TM_OUT_NONE;
}

/* Does this register of the thread hold a length? The module's lengths are not the test's: so many
 * pages as lie before the edge are to be taken off, and the test's initial pages added. */
static bool is_length(const struct writer *w, int column) {
  const struct tm_litmus_thread *thread = &w->test->thread[w->thread];
  for (unsigned i = 0; i < thread->steps; i++)
    if (thread->step[i].column == column && thread->step[i].op != TM_IF)
      return thread->step[i].op == TM_SIZE || thread->step[i].op == TM_GROW;
  return false;
}

static void write_condition(const struct writer *w, const struct tm_litmus_step *s) {
  const char *name = w->test->column[s->column].name;
  int64_t than = (int64_t)code_of(s->than);
  if (s->than.kind == TM_VALUE_NUMBER && than >= 0 && is_length(w, s->column))
    line(w,
         "(if (i64.%s (local.get $%s) (i64.add (i64.const %" PRId64
         ") (i64.extend_i32_u (i32.shr_u (local.get $edge) (i32.const 16))))) (then",
         s->equal ? "eq" : "ne", name, than - (int64_t)w->test->initial_pages);
  else
    line(w, "(if (i64.%s (local.get $%s) (i64.const %" PRId64 ")) (then", s->equal ? "eq" : "ne",
         name, than);
}

/* Steps [first, end) without those before `from`; the body of an `if` that is entered in its
 * middle was taken. */
static void write_steps(struct writer *w, unsigned first, unsigned end, unsigned from) {
  const struct tm_litmus_thread *thread = &w->test->thread[w->thread];
  char text[256];
  for (unsigned i = first; i < end; i++) {
    const struct tm_litmus_step *s = &thread->step[i];
    unsigned body_end = i + 1 + s->skip;
    if (s->op == TM_IF && i < from && from < body_end) {
      write_steps(w, i + 1, body_end, from);
    } else if (i >= from) {
      line(w, ";; %u: %s", i, tm_litmus_step_text(w->test, s, text, sizeof text));
      if (s->op == TM_IF) {
        write_condition(w, s);
        w->depth++;
        write_steps(w, i + 1, body_end, from);
        w->depth--;
        line(w, "))");
      } else {
        if (tm_litmus_may_trap(s)) line(w, "(i32.store (local.get $out) (i32.const %u))", i);
        write_plain_step(w, s);
        if (w->options->meet && s->op >= TM_STORE && s->op <= TM_CMPXCHG)
          tm_meet_write_wake(w->test, w->options, w->thread, s, w->out);
      }
    }
    if (s->op == TM_IF) i = body_end - 1;
  }
}

static void write_entry(struct writer *w, unsigned from) {
  const struct tm_litmus *test = w->test;
  bool meets = w->options->meet && from == 0;
  char name[2 * TM_LITMUS_NAME + 16];
  tm_litmus_export_name(test, w->suite, w->thread, from, name, sizeof name);
  fprintf(w->out,
          "\n  (func (export \"%s\") (param $edge i32) (param $near i32) (param $out i32)\n", name);
  if (meets) line(w, "(param $target i32) (param $skew i32) (local $seen i32) (local $turns i32)");
  line(w, "(local $woken i32)");
  for (unsigned c = 0; c < test->columns; c++)
    if (test->column[c].kind == TM_COLUMN_REGISTER && test->column[c].thread == w->thread)
      line(w, "(local $%s i64)", test->column[c].name);
  for (unsigned c = 0; c < test->columns; c++) {
    unsigned slot = tm_litmus_slot(test, w->thread, (int)c);
    if (slot && from)
      line(w, "(local.set $%s (i64.load offset=%u (local.get $out)))", test->column[c].name,
           8 * slot);
    else if (slot)
      line(w, "(local.set $%s (i64.const %" PRId64 "))", test->column[c].name,
           (int64_t)TM_OUT_NONE);
  }
  if (meets) tm_meet_write_start(test, w->options, w->thread, w->out);
  write_steps(w, 0, test->thread[w->thread].steps, from);
  fputs("  )\n", w->out);
}

static bool uses(const struct tm_litmus *test, enum tm_litmus_op op, bool host) {
  for (unsigned t = 0; t < test->threads; t++)
    for (unsigned i = 0; i < test->thread[t].steps; i++)
      if (test->thread[t].step[i].op == op && (!host || test->thread[t].step[i].host)) return true;
  return false;
}

void tm_litmus_export_name(const struct tm_litmus *test, bool suite, unsigned thread, unsigned step,
                           char *name, size_t room) {
  snprintf(name, room, "%s%s%s_from_%u", suite ? test->name : "", suite ? "/" : "",
           test->thread[thread].name, step);
}

static void write_imports(const struct tm_litmus *const tests[], size_t count,
                          const struct tm_wat_options *options, FILE *out) {
  bool size = false, grow = false, instantiate = false;
  for (size_t i = 0; i < count; i++) {
    size = size || uses(tests[i], TM_SIZE, true);
    grow = grow || uses(tests[i], TM_GROW, true);
    instantiate = instantiate || uses(tests[i], TM_INSTANTIATE, false);
  }
  fputs("  (import \"env\" \"memory\" (memory 1 65536 shared))\n", out);
  if (options->meet && !options->sleep)
    fputs("  (import \"host\" \"relax\" (func $host.relax))\n", out);
  if (size) fputs("  (import \"host\" \"size\" (func $host.size (result i32)))\n", out);
  if (grow) fputs("  (import \"host\" \"grow\" (func $host.grow (param i32) (result i32)))\n", out);
  if (instantiate)
    fputs("  (import \"host\" \"instantiate\" (func $host.instantiate (param i32) (result i32)))\n",
          out);
}

static void write_test(struct writer *w) {
  const struct tm_litmus *test = w->test;
  fprintf(w->out, "\n  ;; %s\n  ;; \"%s\"\n", test->name, test->doc);
  if (uses(test, TM_INIT, false)) {
    fprintf(w->out, "  (data $data%zu \"", w->number);
    for (unsigned i = 0; i < test->data_bytes; i++) fprintf(w->out, "\\%02x", test->data[i]);
    fputs("\")\n", w->out);
  }
  for (w->thread = 0; w->thread < test->threads; w->thread++) {
    const struct tm_litmus_thread *thread = &test->thread[w->thread];
    write_entry(w, 0);
    for (unsigned i = 0; i + 1 < thread->steps; i++)
      if (tm_litmus_may_trap(&thread->step[i])) write_entry(w, i + 1);
  }
}

void tm_litmus_wat(const struct tm_litmus *test, const struct tm_wat_options *options, FILE *out) {
  struct writer w = {.test = test, .options = options, .out = out};
  fputs("(module\n", out);
  write_imports(&test, 1, options, out);
  write_test(&w);
  if (options->meet) tm_meet_write_export(options, out);
  fputs(")\n", out);
}

void tm_litmus_wat_suite(const struct tm_litmus *const tests[], size_t count,
                         const struct tm_wat_options *options, FILE *out) {
  fputs("(module\n", out);
  write_imports(tests, count, options, out);
  for (size_t i = 0; i < count; i++) {
    struct writer w = {
        .test = tests[i], .options = options, .suite = true, .number = i, .out = out};
    write_test(&w);
  }
  fputs(")\n", out);
}
