/* SPDX-License-Identifier: Apache-2.0 */
/* Litmus tests back as text, and their conditions evaluated. */
#include <inttypes.h>
#include <string.h>

#include "harness/litmus/litmus.h"

bool tm_value_equal(struct tm_value a, struct tm_value b) {
  return a.kind == b.kind && a.number == b.number;
}

/* Three-valued: a part that looks at an unknown column may be anything. */
enum truth { FALSE, TRUE, MAYBE };

static enum truth truth_at(const struct tm_litmus *test, const struct tm_value row[],
                           uint32_t known, unsigned index) {
  const struct tm_litmus_node *node = &test->node[index];
  enum truth left, right;
  bool in = false;
  switch (node->op) {
  case TM_COND_AND:
    left = truth_at(test, row, known, node->left);
    if (left == FALSE) return FALSE;
    right = truth_at(test, row, known, node->right);
    return left == TRUE || right == FALSE ? right : MAYBE;
  case TM_COND_OR:
    left = truth_at(test, row, known, node->left);
    if (left == TRUE) return TRUE;
    right = truth_at(test, row, known, node->right);
    return left == FALSE || right == TRUE ? right : MAYBE;
  case TM_COND_NOT:
    left = truth_at(test, row, known, node->left);
    return left == MAYBE ? MAYBE : left == TRUE ? FALSE : TRUE;
  case TM_COND_IN: break;
  }
  if (!(known >> node->column & 1)) return MAYBE;
  for (unsigned i = 0; i < node->count; i++)
    in |= tm_value_equal(row[node->column], test->value[node->first + i]);
  return in != node->negated ? TRUE : FALSE;
}

bool tm_litmus_may_hold(const struct tm_litmus *test, const struct tm_value row[], uint32_t known) {
  return truth_at(test, row, known, test->nodes - 1) != FALSE;
}

bool tm_litmus_holds(const struct tm_litmus *test, const struct tm_value row[]) {
  return truth_at(test, row, UINT32_MAX, test->nodes - 1) == TRUE;
}

char *tm_value_text(struct tm_value value, char *out, size_t room) {
  static const char *const words[] = {"none", "", "trap", "ok", "fail", "stuck"};
  if (value.kind != TM_VALUE_NUMBER)
    snprintf(out, room, "%s", words[value.kind]);
  else if (value.number == UINT64_MAX)
    snprintf(out, room, "-1");
  else if (value.number < 65536)
    snprintf(out, room, "%" PRIu64, value.number);
  else
    snprintf(out, room, "0x%" PRIx64, value.number);
  return out;
}

/* The nearest variable at or below the address; else one just above it (`n-4`). */
char *tm_litmus_address_text(const struct tm_litmus *test, uint64_t at, char *out, size_t room) {
  const struct tm_litmus_var *below = NULL, *above = NULL;
  for (unsigned i = 0; i < test->vars; i++) {
    const struct tm_litmus_var *var = &test->var[i];
    if (var->at <= at && (!below || var->at > below->at)) below = var;
    if (var->at > at && (!above || var->at < above->at)) above = var;
  }
  if (above && above->at - at <= 16 && (!below || at - below->at > above->at - at))
    snprintf(out, room, "%s-%" PRIu64, above->name, above->at - at);
  else if (!below)
    snprintf(out, room, "%s-%" PRIu64, above->name, above->at - at);
  else if (below->at == at)
    snprintf(out, room, "%s", below->name);
  else
    snprintf(out, room, "%s+%" PRIu64, below->name, at - below->at);
  return out;
}

static const char *const op_names[] = {
    [TM_LOAD] = "load",     [TM_STORE] = "store", [TM_XCHG] = "xchg",
    [TM_ADD] = "add",       [TM_SUB] = "sub",     [TM_AND] = "and",
    [TM_OR] = "or",         [TM_XOR] = "xor",     [TM_CMPXCHG] = "cmpxchg",
    [TM_SIZE] = "size",     [TM_GROW] = "grow",   [TM_FILL] = "fill",
    [TM_COPY] = "copy",     [TM_INIT] = "init",   [TM_WAIT] = "wait",
    [TM_NOTIFY] = "notify", [TM_FENCE] = "fence", [TM_INSTANTIATE] = "instantiate min",
    [TM_IF] = "if"};

/* "load64@": the instruction with its width and its atomic mark. */
static void opcode_text(const struct tm_litmus_step *step, char *out, size_t room) {
  char width[8] = "";
  bool wide = step->op <= TM_CMPXCHG || step->op == TM_WAIT;
  if (wide && step->bytes != 4) snprintf(width, sizeof width, "%u", 8u * step->bytes);
  snprintf(out, room, "%s%s%s%s", step->host ? "host." : "", op_names[step->op], width,
           step->atomic ? "@" : "");
}

static void operands_text(const struct tm_litmus *test, const struct tm_litmus_step *step,
                          char *out, size_t room) {
  char at[TM_LITMUS_NAME + 24], from[TM_LITMUS_NAME + 24], value[24], found[24];
  tm_litmus_address_text(test, step->at, at, sizeof at);
  tm_litmus_address_text(test, step->from, from, sizeof from);
  tm_value_text((struct tm_value){TM_VALUE_NUMBER, step->operand}, value, sizeof value);
  tm_value_text((struct tm_value){TM_VALUE_NUMBER, step->expected}, found, sizeof found);
  *out = 0;
  switch (step->op) {
  case TM_LOAD: snprintf(out, room, " %s", at); break;
  case TM_CMPXCHG: snprintf(out, room, " %s %s %s", at, found, value); break;
  case TM_GROW:
  case TM_INSTANTIATE: snprintf(out, room, " %s", value); break;
  case TM_FILL: snprintf(out, room, " %s %s %" PRIu64, at, value, step->length); break;
  case TM_COPY: snprintf(out, room, " %s %s %" PRIu64, at, from, step->length); break;
  case TM_INIT:
    snprintf(out, room, " %s %" PRIu64 " %" PRIu64, at, step->from, step->length);
    break;
  case TM_WAIT:
    if (step->timeout < 0)
      snprintf(out, room, " %s %s", at, value);
    else
      snprintf(out, room, " %s %s timeout %" PRId64, at, value, step->timeout);
    break;
  case TM_NOTIFY:
    if (step->operand == UINT32_MAX)
      snprintf(out, room, " %s", at);
    else
      snprintf(out, room, " %s %s", at, value);
    break;
  case TM_SIZE:
  case TM_FENCE:
  case TM_IF: break;
  default: snprintf(out, room, " %s %s", at, value);
  }
}

char *tm_litmus_step_text(const struct tm_litmus *test, const struct tm_litmus_step *step,
                          char *out, size_t room) {
  char opcode[32], operands[256], value[24];
  const char *name = step->column < 0 ? "" : test->column[step->column].name;
  if (step->op == TM_IF) {
    snprintf(out, room, "if %s %s %s", name,
             step->equal ? "=" : "!=", tm_value_text(step->than, value, sizeof value));
    return out;
  }
  opcode_text(step, opcode, sizeof opcode);
  operands_text(test, step, operands, sizeof operands);
  snprintf(out, room, "%s%s%s%s", name, *name ? " = " : "", opcode, operands);
  return out;
}

const char *tm_suspicious_name(enum tm_suspicious label) {
  static const char *const names[] = {[TM_NOT_SUSPICIOUS] = "",
                                      [TM_SUSPICIOUS_CORR_ACCESS] = "corr-access",
                                      [TM_SUSPICIOUS_FAR_OK_NEAR_TRAP] = "far-ok-near-trap",
                                      [TM_SUSPICIOUS_WRC_THROUGH_ACCESS] = "wrc-through-access",
                                      [TM_SUSPICIOUS_ZERO_CLOBBER] = "zero-clobber",
                                      [TM_SUSPICIOUS_FILL_TRAPS_MIDWAY] = "fill-traps-midway"};
  return names[label];
}
