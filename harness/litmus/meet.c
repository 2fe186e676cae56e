/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/meet.h"

#include <inttypes.h>

/* Does the condition, a conjunction, say that `column` holds one number? Then which. */
static const struct tm_value *wanted(const struct tm_litmus *test, unsigned node, int column) {
  const struct tm_litmus_node *n = &test->node[node];
  if (n->op == TM_COND_AND) {
    const struct tm_value *left = wanted(test, n->left, column);
    return left ? left : wanted(test, n->right, column);
  }
  if (n->op != TM_COND_IN || n->negated || n->count != 1 || (int)n->column != column) return NULL;
  return test->value[n->first].kind == TM_VALUE_NUMBER ? &test->value[n->first] : NULL;
}

/* Does the condition, a conjunction, say that `column` holds no trap? */
static bool wants_no_trap(const struct tm_litmus *test, unsigned node, int column) {
  const struct tm_litmus_node *n = &test->node[node];
  if (n->op == TM_COND_AND)
    return wants_no_trap(test, n->left, column) || wants_no_trap(test, n->right, column);
  if (n->op != TM_COND_IN || (int)n->column != column) return false;
  bool trap = false;
  for (unsigned i = 0; i < n->count; i++)
    if (test->value[n->first + i].kind == TM_VALUE_TRAP) trap = true;
  return n->negated == trap;
}

static bool inside(const struct tm_litmus *test, const struct tm_litmus_step *s) {
  return s->at + s->bytes <= test->initial_pages * TM_LITMUS_PAGE_BYTES;
}

int tm_litmus_awaits(const struct tm_litmus *test, bool *blocks) {
  for (unsigned t = 0; t < test->threads; t++) {
    const struct tm_litmus_step *s = &test->thread[t].step[0];
    if (!test->thread[t].steps || s->op != TM_LOAD || s->column < 0 || !inside(test, s)) continue;
    const struct tm_value *value = wanted(test, test->nodes - 1, s->column);
    if (!value || value->number == 0) continue;
    *blocks = s->bytes == 4 && s->at % 4 == 0;
    return (int)t;
  }
  *blocks = false;
  return -1;
}

int tm_litmus_retries(const struct tm_litmus *test) {
  for (unsigned t = 0; t < test->threads; t++) {
    const struct tm_litmus_step *s = &test->thread[t].step[0];
    if (!test->thread[t].steps || s->column < 0 || !tm_litmus_may_trap(s) || inside(test, s))
      continue;
    if (wants_no_trap(test, test->nodes - 1, s->column)) return (int)t;
  }
  return -1;
}

/* An address in the initial length, as an expression. */
static void write_place(const struct tm_litmus *test, uint64_t at, FILE *out) {
  uint64_t initial = test->initial_pages * TM_LITMUS_PAGE_BYTES;
  if (tm_litmus_at_edge(test, at))
    fprintf(out, "(i32.sub (local.get $edge) (i32.const %" PRIu64 "))", initial - at);
  else
    fprintf(out, "(i32.add (local.get $near) (i32.const %" PRIu64 "))", at);
}

/* Arrive at the counter, and wait for the others. After some turns threads make room for others:
 * there may be fewer processors than threads. */
static void write_meeting(const struct tm_wat_options *options, FILE *out) {
  fprintf(out,
          "    (if (local.get $target) (then\n"
          "      (drop (i32.atomic.rmw.add (i32.const %u) (i32.const 1)))\n"
          "      (block $met (loop $more\n"
          "        (local.set $seen (i32.atomic.load (i32.const %u)))\n"
          "        (br_if $met (i32.ge_s (local.get $seen) (local.get $target)))\n",
          options->counter, options->counter);
  fputs("        (local.set $turns (i32.add (local.get $turns) (i32.const 1)))\n"
        "        (br_if $more (i32.lt_u (local.get $turns) (i32.const 1000)))\n",
        out);
  if (options->sleep)
    fprintf(out,
            "        (drop (memory.atomic.wait32 (i32.const %u) (local.get $seen)\n"
            "                                    (i64.const 20000)))\n",
            options->counter);
  else
    fputs("        (call $host.relax)\n", out);
  fputs("        (br $more)))))\n", out);
}

static void write_await(const struct tm_litmus *test, const struct tm_wat_options *options,
                        const struct tm_litmus_step *s, bool blocks, FILE *out) {
  const struct tm_value *value = wanted(test, test->nodes - 1, s->column);
  const char *type = s->bytes == 8 ? "i64" : "i32";
  const char *width = s->bytes == 1 ? "8_u" : s->bytes == 2 ? "16_u" : "";
  fprintf(out,
          "    (local.set $turns (i32.const 0))\n"
          "    (if (i32.eq (i32.shr_u (local.get $skew) (i32.const 16)) (i32.const %d)) (then\n"
          "      (block $there (loop $again\n"
          "        (br_if $there (%s.eq (%s.const %" PRId64 ") (%s.%sload%s ",
          TM_MEET_SPIN, type, type, (int64_t)value->number, type, s->atomic ? "atomic." : "",
          width);
  write_place(test, s->at, out);
  fputs(")))\n"
        "        (local.set $turns (i32.add (local.get $turns) (i32.const 1)))\n"
        "        (br_if $again (i32.lt_u (local.get $turns) (i32.const 20000)))))))\n",
        out);
  if (!blocks || !options->sleep) return;
  fprintf(out,
          "    (if (i32.eq (i32.shr_u (local.get $skew) (i32.const 16)) (i32.const %d)) (then\n"
          "      (drop (memory.atomic.wait32 ",
          TM_MEET_BLOCK);
  write_place(test, s->at, out);
  fputs("\n                                  (i32.const 0) (i64.const 2000000)))))\n", out);
}

void tm_meet_write_start(const struct tm_litmus *test, const struct tm_wat_options *options,
                         unsigned thread, FILE *out) {
  bool blocks;
  write_meeting(options, out);
  fputs("    (local.set $turns (i32.and (local.get $skew) (i32.const 65535)))\n"
        "    (block $ready (loop $idle\n"
        "      (br_if $ready (i32.eqz (local.get $turns)))\n"
        "      (local.set $turns (i32.sub (local.get $turns) (i32.const 1)))\n"
        "      (br $idle)))\n",
        out);
  if (tm_litmus_awaits(test, &blocks) == (int)thread)
    write_await(test, options, &test->thread[thread].step[0], blocks, out);
}

void tm_meet_write_wake(const struct tm_litmus *test, const struct tm_wat_options *options,
                        unsigned thread, const struct tm_litmus_step *step, FILE *out) {
  bool blocks;
  int awaits = tm_litmus_awaits(test, &blocks);
  if (!options->sleep || !blocks || awaits == (int)thread) return;
  if (step->at != test->thread[awaits].step[0].at) return;
  fputs("    (drop (memory.atomic.notify ", out);
  write_place(test, step->at, out);
  fputs(" (i32.const -1)))\n", out);
}

void tm_meet_write_export(const struct tm_wat_options *options, FILE *out) {
  fputs("\n  (func (export \"meet\") (param $target i32)\n"
        "    (local $seen i32) (local $turns i32)\n",
        out);
  write_meeting(options, out);
  fputs("  )\n", out);
}
