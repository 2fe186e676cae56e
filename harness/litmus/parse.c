/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of litmus files: recursive descent, one function per rule of the grammar in litmus.h.
 *
 * Every rule returns false after an error, which is then in the lexer's `error`. All capacities are
 * fixed (litmus.h), so no input can make the parser use more than one `struct tm_litmus`; nesting
 * is limited so that none can exhaust the stack.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/litmus/lex.h"

enum { MAX_DEPTH = 16, MAX_FILE_BYTES = 1 << 16 };

struct parser {
  struct tm_lex lex;
  struct tm_litmus *test;
  bool seen_memory, seen_instances, seen_suspicious;
  unsigned depth;
};

static const struct tm_litmus_var predefined[] = {
    {"x", 64},
    {"y", 128},
    {"f", 192},
    {"g", 256},
    {"n", TM_LITMUS_PAGE_BYTES},
    {"p", TM_LITMUS_PAGE_BYTES + 64},
    {"m", 2 * TM_LITMUS_PAGE_BYTES},
};

static bool at_next(struct parser *p, unsigned *line, unsigned *column) {
  const struct tm_token *token = tm_lex_peek(&p->lex);
  if (!token) return false;
  *line = token->line;
  *column = token->column;
  return true;
}

/* "load", "load8", … : the width in bytes, or 0 if `word` is not `stem` with a width. */
static unsigned width_after(const char *word, const char *stem) {
  static const struct {
    const char *bits;
    unsigned bytes;
  } widths[] = {{"", 4}, {"8", 1}, {"16", 2}, {"32", 4}, {"64", 8}};
  size_t n = strlen(stem);
  if (strncmp(word, stem, n)) return 0;
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
    if (!strcmp(word + n, widths[i].bits)) return widths[i].bytes;
  return 0;
}

static const struct tm_litmus_var *find_var(const struct tm_litmus *test, const char *name) {
  for (unsigned i = 0; i < test->vars; i++)
    if (!strcmp(test->var[i].name, name)) return &test->var[i];
  return NULL;
}

/* ADDR = NAME [("+" | "-") NUMBER]; the mark is joined to the name: `store n -1` stores -1. */
static bool parse_address(struct parser *p, uint64_t *out) {
  char name[TM_LITMUS_NAME];
  unsigned line, column;
  if (!at_next(p, &line, &column)) return false;
  if (!tm_lex_word(&p->lex, "a variable", name)) return false;
  const struct tm_litmus_var *var = find_var(p->test, name);
  if (!var)
    return tm_lex_error(&p->lex, line, column,
                        "expected a variable, found '%s' (declare it: var %s @ page N offset N)",
                        name, name);
  uint64_t plus;
  *out = var->at;
  if (tm_lex_accept_joined(&p->lex, '+')) {
    if (!tm_lex_number(&p->lex, "an offset in bytes", 1u << 20, &plus)) return false;
    *out += plus;
  } else if (tm_lex_accept_joined(&p->lex, '-')) {
    if (!tm_lex_number(&p->lex, "an offset in bytes", var->at, &plus)) return false;
    *out -= plus;
  }
  return true;
}

/* NUMBER, also negative, as `bytes` bytes. */
static bool parse_operand(struct parser *p, const char *what, unsigned bytes, uint64_t *out) {
  uint64_t most = bytes == 8 ? UINT64_MAX : ((uint64_t)1 << (8 * bytes)) - 1;
  if (tm_lex_accept(&p->lex, "-")) {
    if (!tm_lex_number(&p->lex, what, (most >> 1) + 1, out)) return false;
    *out = -*out & most;
    return true;
  }
  return tm_lex_number(&p->lex, what, most, out);
}

/* value = NUMBER | "trap" | "ok" | "fail" | "stuck" | "none" */
static bool parse_value(struct parser *p, struct tm_value *out) {
  static const struct {
    const char *word;
    enum tm_value_kind kind;
  } words[] = {{"trap", TM_VALUE_TRAP},
               {"ok", TM_VALUE_OK},
               {"fail", TM_VALUE_FAIL},
               {"stuck", TM_VALUE_STUCK},
               {"none", TM_VALUE_NONE}};
  *out = (struct tm_value){0};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (tm_lex_accept(&p->lex, words[i].word)) {
      out->kind = words[i].kind;
      return true;
    }
  out->kind = TM_VALUE_NUMBER;
  return parse_operand(p, "a number, trap, ok, fail, stuck or none", 8, &out->number);
}

static int find_register(const struct tm_litmus *test, const char *name) {
  for (unsigned i = 0; i < test->columns; i++)
    if (test->column[i].kind == TM_COLUMN_REGISTER && !strcmp(test->column[i].name, name))
      return (int)i;
  return -1;
}

static bool new_column(struct parser *p, unsigned line, unsigned column,
                       struct tm_litmus_column fresh, int *out) {
  struct tm_litmus *test = p->test;
  if (test->columns == TM_LITMUS_COLUMNS)
    return tm_lex_error(&p->lex, line, column, "expected at most %d registers and finals",
                        TM_LITMUS_COLUMNS);
  *out = (int)test->columns;
  test->column[test->columns++] = fresh;
  return true;
}

/* The words after `load`, `store`, a read-modify-write: ["@"] ADDR [numbers]. */
static bool parse_access(struct parser *p, struct tm_litmus_step *step, const char *word) {
  step->atomic = tm_lex_accept(&p->lex, "@");
  if (!step->atomic && step->op >= TM_XCHG && step->op <= TM_CMPXCHG) {
    char what[TM_LITMUS_NAME + 64];
    snprintf(what, sizeof what, "'@' after '%s' (every read-modify-write is atomic)", word);
    return tm_lex_wrong(&p->lex, what);
  }
  if (!parse_address(p, &step->at)) return false;
  if (step->op == TM_LOAD) return true;
  if (step->op == TM_CMPXCHG &&
      !parse_operand(p, "the value to be found", step->bytes, &step->expected))
    return false;
  return parse_operand(p, "a value that fits the width", step->bytes, &step->operand);
}

static bool parse_bulk(struct parser *p, struct tm_litmus_step *step) {
  if (!parse_address(p, &step->at)) return false;
  bool fine = step->op == TM_FILL ? parse_operand(p, "a byte", 1, &step->operand)
              : step->op == TM_COPY
                  ? parse_address(p, &step->from)
                  : tm_lex_number(&p->lex, "an offset into the data", TM_LITMUS_DATA, &step->from);
  return fine && tm_lex_number(&p->lex, "a length in bytes", TM_LITMUS_BULK, &step->length);
}

static bool parse_wait(struct parser *p, struct tm_litmus_step *step) {
  uint64_t timeout;
  step->timeout = -1;
  if (!parse_address(p, &step->at)) return false;
  if (!parse_operand(p, "the value to wait on", step->bytes, &step->operand)) return false;
  if (!tm_lex_accept(&p->lex, "timeout")) return true;
  if (!tm_lex_number(&p->lex, "a timeout in nanoseconds", INT64_MAX, &timeout)) return false;
  step->timeout = (int64_t)timeout;
  return true;
}

static bool parse_notify(struct parser *p, struct tm_litmus_step *step) {
  step->bytes = 4;
  step->operand = UINT32_MAX;
  if (!parse_address(p, &step->at)) return false;
  const struct tm_token *token = tm_lex_peek(&p->lex);
  if (!token) return false;
  return token->kind != TM_TOKEN_NUMBER ||
         tm_lex_number(&p->lex, "a count", UINT32_MAX, &step->operand);
}

static const struct {
  const char *word;
  enum tm_litmus_op op;
} accesses[] = {{"load", TM_LOAD}, {"store", TM_STORE}, {"xchg", TM_XCHG},
                {"add", TM_ADD},   {"sub", TM_SUB},     {"and", TM_AND},
                {"or", TM_OR},     {"xor", TM_XOR},     {"cmpxchg", TM_CMPXCHG}},
  others[] = {{"size", TM_SIZE},      {"grow", TM_GROW},
              {"fill", TM_FILL},      {"copy", TM_COPY},
              {"init", TM_INIT},      {"notify", TM_NOTIFY},
              {"fence", TM_FENCE},    {"host.size", TM_SIZE},
              {"host.grow", TM_GROW}, {"instantiate", TM_INSTANTIATE}};

/* instr: `word` was read already and stands at line:column. */
static bool parse_instr(struct parser *p, struct tm_litmus_step *step, const char *word,
                        unsigned column) {
  for (size_t i = 0; i < sizeof accesses / sizeof *accesses; i++) {
    step->op = accesses[i].op;
    if ((step->bytes = (uint8_t)width_after(word, accesses[i].word)))
      return parse_access(p, step, word);
  }
  step->bytes = (uint8_t)width_after(word, "wait");
  if (step->bytes >= 4) {
    step->op = TM_WAIT;
    return parse_wait(p, step);
  }
  size_t i = 0, n = sizeof others / sizeof *others;
  while (i < n && strcmp(word, others[i].word)) i++;
  if (i == n)
    return tm_lex_error(&p->lex, step->line, column, "expected an instruction, found '%s'", word);
  step->op = others[i].op;
  step->host = !strncmp(word, "host.", 5);
  switch (step->op) {
  case TM_GROW: return tm_lex_number(&p->lex, "pages", TM_LITMUS_MAX_PAGES, &step->operand);
  case TM_FILL:
  case TM_COPY:
  case TM_INIT: return parse_bulk(p, step);
  case TM_NOTIFY: return parse_notify(p, step);
  case TM_INSTANTIATE:
    return tm_lex_expect(&p->lex, "min") &&
           tm_lex_number(&p->lex, "pages", TM_LITMUS_MAX_PAGES, &step->operand);
  default: return true;
  }
}

static bool parse_steps(struct parser *p, struct tm_litmus_thread *thread);

static bool parse_if(struct parser *p, struct tm_litmus_thread *thread, unsigned mine) {
  char name[TM_LITMUS_NAME];
  struct tm_litmus_step *step = &thread->step[mine];
  unsigned line, column;
  if (!at_next(p, &line, &column) || !tm_lex_word(&p->lex, "a register", name)) return false;
  step->op = TM_IF;
  step->column = find_register(p->test, name);
  if (step->column < 0 || p->test->column[step->column].thread != p->test->threads)
    return tm_lex_error(&p->lex, line, column,
                        "expected a register that this thread has written, found '%s'", name);
  step->equal = tm_lex_accept(&p->lex, "=");
  if (!step->equal && !tm_lex_accept(&p->lex, "!=")) return tm_lex_wrong(&p->lex, "'=' or '!='");
  if (!parse_value(p, &step->than) || !tm_lex_expect(&p->lex, "{")) return false;
  if (++p->depth > MAX_DEPTH)
    return tm_lex_error(&p->lex, line, column, "expected at most %d nested ifs", MAX_DEPTH);
  if (!parse_steps(p, thread)) return false;
  p->depth--;
  step->skip = thread->steps - mine - 1;
  return true;
}

static bool parse_step(struct parser *p, struct tm_litmus_thread *thread) {
  char word[TM_LITMUS_NAME];
  unsigned line, column;
  if (!at_next(p, &line, &column)) return false;
  if (thread->steps == TM_LITMUS_STEPS)
    return tm_lex_error(&p->lex, line, column, "expected at most %d instructions in a thread",
                        TM_LITMUS_STEPS);
  unsigned mine = thread->steps++;
  struct tm_litmus_step *step = &thread->step[mine];
  *step = (struct tm_litmus_step){.column = -1, .line = line};
  if (!tm_lex_word(&p->lex, "an instruction, 'REGISTER =', 'if' or '}'", word)) return false;
  if (!strcmp(word, "if")) return parse_if(p, thread, mine);
  if (tm_lex_accept(&p->lex, "=")) {
    if (find_register(p->test, word) >= 0)
      return tm_lex_error(&p->lex, line, column,
                          "expected a new register, found '%s' which is written already", word);
    struct tm_litmus_column fresh = {.kind = TM_COLUMN_REGISTER, .thread = p->test->threads};
    memcpy(fresh.name, word, sizeof fresh.name);
    if (!new_column(p, line, column, fresh, &step->column)) return false;
    if (!at_next(p, &line, &column) || !tm_lex_word(&p->lex, "an instruction", word)) return false;
  }
  if (!parse_instr(p, step, word, column)) return false;
  tm_lex_accept(&p->lex, ";");
  return true;
}

/* step… "}" */
static bool parse_steps(struct parser *p, struct tm_litmus_thread *thread) {
  while (!tm_lex_accept(&p->lex, "}"))
    if (!parse_step(p, thread)) return false;
  tm_lex_accept(&p->lex, ";");
  return true;
}

static bool parse_thread(struct parser *p) {
  struct tm_litmus *test = p->test;
  unsigned line, column;
  if (!at_next(p, &line, &column)) return false;
  if (test->threads == TM_LITMUS_THREADS)
    return tm_lex_error(&p->lex, line, column, "expected at most %d threads", TM_LITMUS_THREADS);
  struct tm_litmus_thread *thread = &test->thread[test->threads];
  if (!tm_lex_word(&p->lex, "the name of the thread", thread->name)) return false;
  for (unsigned i = 0; i < test->threads; i++)
    if (!strcmp(test->thread[i].name, thread->name))
      return tm_lex_error(&p->lex, line, column, "expected a new thread, found '%s' again",
                          thread->name);
  if (!tm_lex_expect(&p->lex, "{") || !parse_steps(p, thread)) return false;
  test->threads++;
  return true;
}

static bool parse_var(struct parser *p) {
  struct tm_litmus *test = p->test;
  unsigned line, column;
  uint64_t page, offset;
  char name[TM_LITMUS_NAME];
  if (!at_next(p, &line, &column) || !tm_lex_word(&p->lex, "the name of the variable", name))
    return false;
  if (find_var(test, name))
    return tm_lex_error(&p->lex, line, column, "expected a new variable, found '%s' again", name);
  if (test->vars == TM_LITMUS_VARS)
    return tm_lex_error(&p->lex, line, column, "expected at most %d variables", TM_LITMUS_VARS);
  if (!tm_lex_expect(&p->lex, "@") || !tm_lex_expect(&p->lex, "page") ||
      !tm_lex_number(&p->lex, "a page", TM_LITMUS_MAX_PAGES - 1, &page) ||
      !tm_lex_expect(&p->lex, "offset") ||
      !tm_lex_number(&p->lex, "an offset in bytes", TM_LITMUS_PAGE_BYTES - 1, &offset))
    return false;
  struct tm_litmus_var *var = &test->var[test->vars++];
  memcpy(var->name, name, sizeof var->name);
  var->at = page * TM_LITMUS_PAGE_BYTES + offset;
  return true;
}

static bool once(struct parser *p, bool *seen, const char *clause) {
  const struct tm_token *token = tm_lex_peek(&p->lex);
  if (!token) return false;
  if (*seen)
    return tm_lex_error(&p->lex, token->line, token->column, "expected '%s' only once", clause);
  return *seen = true;
}

static bool parse_memory(struct parser *p) {
  struct tm_litmus *test = p->test;
  if (!once(p, &p->seen_memory, "memory")) return false;
  if (!tm_lex_number(&p->lex, "the initial length in pages", TM_LITMUS_MAX_PAGES,
                     &test->initial_pages))
    return false;
  unsigned line, column;
  if (!at_next(p, &line, &column)) return false;
  if (!tm_lex_number(&p->lex, "the maximum in pages", TM_LITMUS_MAX_PAGES, &test->max_pages))
    return false;
  if (test->max_pages < test->initial_pages)
    return tm_lex_error(&p->lex, line, column, "expected a maximum of at least the initial length");
  return true;
}

static bool parse_data(struct parser *p) {
  struct tm_litmus *test = p->test;
  for (;;) {
    const struct tm_token *token = tm_lex_peek(&p->lex);
    if (!token) return false;
    if (token->kind != TM_TOKEN_NUMBER) return test->data_bytes || tm_lex_wrong(&p->lex, "a byte");
    uint64_t byte;
    if (test->data_bytes == TM_LITMUS_DATA)
      return tm_lex_error(&p->lex, token->line, token->column, "expected at most %d bytes of data",
                          TM_LITMUS_DATA);
    if (!tm_lex_number(&p->lex, "a byte", 255, &byte)) return false;
    test->data[test->data_bytes++] = (uint8_t)byte;
  }
}

static bool parse_suspicious(struct parser *p) {
  char name[TM_LITMUS_NAME];
  unsigned line, column;
  if (!once(p, &p->seen_suspicious, "suspicious") || !at_next(p, &line, &column)) return false;
  if (!tm_lex_name(&p->lex, "the name of a suspicious shape", name)) return false;
  for (unsigned i = 1; i <= TM_SUSPICIOUS_FILL_TRAPS_MIDWAY; i++)
    if (!strcmp(name, tm_suspicious_name((enum tm_suspicious)i))) {
      p->test->suspicious = (enum tm_suspicious)i;
      return true;
    }
  return tm_lex_error(&p->lex, line, column,
                      "expected corr-access, far-ok-near-trap, wrc-through-access, zero-clobber or "
                      "fill-traps-midway, found '%s'",
                      name);
}

static bool parse_instances(struct parser *p) {
  if (!once(p, &p->seen_instances, "instances")) return false;
  p->test->one_instance = tm_lex_accept(&p->lex, "one");
  return p->test->one_instance || tm_lex_accept(&p->lex, "each") ||
         tm_lex_wrong(&p->lex, "'one' or 'each'");
}

static bool parse_clause(struct parser *p) {
  uint64_t number;
  if (tm_lex_accept(&p->lex, "catalogue")) {
    if (!tm_lex_number(&p->lex, "an entry of the catalogue", 999, &number)) return false;
    p->test->catalogue = (unsigned)number;
    return true;
  }
  if (tm_lex_accept(&p->lex, "memory")) return parse_memory(p);
  if (tm_lex_accept(&p->lex, "instances")) return parse_instances(p);
  if (tm_lex_accept(&p->lex, "var")) return parse_var(p);
  if (tm_lex_accept(&p->lex, "data")) return parse_data(p);
  if (tm_lex_accept(&p->lex, "thread")) return parse_thread(p);
  if (tm_lex_accept(&p->lex, "suspicious")) return parse_suspicious(p);
  return tm_lex_wrong(&p->lex,
                      "catalogue, memory, instances, var, data, thread, suspicious or exists");
}

/* ---- the condition ---- */

static bool new_node(struct parser *p, struct tm_litmus_node node, unsigned *out) {
  const struct tm_token *token = tm_lex_peek(&p->lex);
  if (!token) return false;
  if (p->test->nodes == TM_LITMUS_NODES)
    return tm_lex_error(&p->lex, token->line, token->column,
                        "expected a condition of at most %d parts", TM_LITMUS_NODES);
  *out = p->test->nodes;
  p->test->node[p->test->nodes++] = node;
  return true;
}

static bool new_value(struct parser *p) {
  const struct tm_token *token = tm_lex_peek(&p->lex);
  if (!token) return false;
  if (p->test->values == TM_LITMUS_VALUES)
    return tm_lex_error(&p->lex, token->line, token->column,
                        "expected at most %d values in the condition", TM_LITMUS_VALUES);
  return parse_value(p, &p->test->value[p->test->values++]);
}

static bool same_final(const struct tm_litmus_column *a, const struct tm_litmus_column *b) {
  return a->kind == b->kind && a->at == b->at && a->bytes == b->bytes;
}

/* "size" | ["load" W] ADDR, after "final" */
static bool parse_final(struct parser *p, unsigned line, unsigned column, int *out) {
  struct tm_litmus_column fresh = {.kind = TM_COLUMN_FINAL_LOAD, .bytes = 4};
  if (tm_lex_accept(&p->lex, "size")) {
    fresh = (struct tm_litmus_column){.kind = TM_COLUMN_FINAL_SIZE};
    snprintf(fresh.name, sizeof fresh.name, "final size");
  } else {
    static const char *const loads[] = {"load", "load8", "load16", "load32", "load64"};
    char address[TM_LITMUS_NAME - 16];
    unsigned bytes = 0;
    for (size_t i = 0; i < sizeof loads / sizeof *loads && !bytes; i++)
      if (tm_lex_accept(&p->lex, loads[i])) bytes = width_after(loads[i], "load");
    if (bytes) fresh.bytes = (uint8_t)bytes;
    if (!parse_address(p, &fresh.at)) return false;
    tm_litmus_address_text(p->test, fresh.at, address, sizeof address);
    if (fresh.bytes == 4)
      snprintf(fresh.name, sizeof fresh.name, "final %s", address);
    else
      snprintf(fresh.name, sizeof fresh.name, "final load%u %s", 8u * fresh.bytes, address);
  }
  fresh.thread = p->test->threads;
  for (unsigned i = 0; i < p->test->columns; i++)
    if (same_final(&p->test->column[i], &fresh)) {
      *out = (int)i;
      return true;
    }
  return new_column(p, line, column, fresh, out);
}

/* place ("=" | "!=") value | place ["not"] "in" "{" value… "}" */
static bool parse_atom(struct parser *p, unsigned *out) {
  struct tm_litmus_node node = {.op = TM_COND_IN, .first = p->test->values};
  char name[TM_LITMUS_NAME];
  unsigned line, column;
  int place = -1;
  if (!at_next(p, &line, &column)) return false;
  if (!tm_lex_word(&p->lex, "a register, 'final', '!' or '('", name)) return false;
  if (!strcmp(name, "final")) {
    if (!parse_final(p, line, column, &place)) return false;
  } else if ((place = find_register(p->test, name)) < 0) {
    return tm_lex_error(&p->lex, line, column, "expected a register of a thread, found '%s'", name);
  }
  node.column = (unsigned)place;
  if (tm_lex_accept(&p->lex, "=") || (node.negated = tm_lex_accept(&p->lex, "!="))) {
    if (!new_value(p)) return false;
  } else {
    node.negated = tm_lex_accept(&p->lex, "not");
    if (!tm_lex_accept(&p->lex, "in")) return tm_lex_wrong(&p->lex, "'=', '!=', 'in' or 'not in'");
    if (!tm_lex_expect(&p->lex, "{")) return false;
    do
      if (!new_value(p)) return false;
    while (tm_lex_accept(&p->lex, ","));
    if (!tm_lex_expect(&p->lex, "}")) return false;
  }
  node.count = p->test->values - node.first;
  return new_node(p, node, out);
}

static bool parse_or(struct parser *p, unsigned *out);

static bool parse_unary(struct parser *p, unsigned *out) {
  const struct tm_token *token = tm_lex_peek(&p->lex);
  if (!token) return false;
  unsigned line = token->line, column = token->column;
  bool not = tm_lex_accept(&p->lex, "!"), open = !not && tm_lex_accept(&p->lex, "(");
  if (!not&&!open) return parse_atom(p, out);
  if (++p->depth > MAX_DEPTH)
    return tm_lex_error(&p->lex, line, column, "expected at most %d nested parts", MAX_DEPTH);
  if (not) {
    struct tm_litmus_node node = {.op = TM_COND_NOT};
    if (!parse_unary(p, &node.left) || !new_node(p, node, out)) return false;
  } else if (!parse_or(p, out) || !tm_lex_expect(&p->lex, ")")) {
    return false;
  }
  p->depth--;
  return true;
}

static bool parse_and(struct parser *p, unsigned *out) {
  if (!parse_unary(p, out)) return false;
  while (tm_lex_accept(&p->lex, "&&")) {
    struct tm_litmus_node node = {.op = TM_COND_AND, .left = *out};
    if (!parse_unary(p, &node.right) || !new_node(p, node, out)) return false;
  }
  return true;
}

static bool parse_or(struct parser *p, unsigned *out) {
  if (!parse_and(p, out)) return false;
  while (tm_lex_accept(&p->lex, "||")) {
    struct tm_litmus_node node = {.op = TM_COND_OR, .left = *out};
    if (!parse_and(p, &node.right) || !new_node(p, node, out)) return false;
  }
  return true;
}

/* ---- the file ---- */

static bool check_data(struct parser *p) {
  for (unsigned t = 0; t < p->test->threads; t++)
    for (unsigned i = 0; i < p->test->thread[t].steps; i++) {
      const struct tm_litmus_step *step = &p->test->thread[t].step[i];
      if (step->op == TM_INIT && step->from + step->length > p->test->data_bytes)
        return tm_lex_error(&p->lex, step->line, 1,
                            "expected a data clause of at least %llu bytes for this init",
                            (unsigned long long)(step->from + step->length));
    }
  return true;
}

static bool parse_file(struct parser *p) {
  struct tm_litmus *test = p->test;
  unsigned root;
  if (!tm_lex_expect(&p->lex, "test") ||
      !tm_lex_name(&p->lex, "the name of the test", test->name) ||
      !tm_lex_string(&p->lex, "a string that says what the test asks", test->doc, sizeof test->doc))
    return false;
  while (!tm_lex_accept(&p->lex, "exists"))
    if (!parse_clause(p)) return false;
  if (!p->seen_memory) return tm_lex_wrong(&p->lex, "a 'memory' clause before 'exists'");
  if (!test->threads) return tm_lex_wrong(&p->lex, "a thread before 'exists'");
  if (!check_data(p)) return false;
  if (!parse_or(p, &root)) return false;
  if (!tm_lex_accept(&p->lex, "expect")) return tm_lex_wrong(&p->lex, "'&&', '||' or 'expect'");
  test->expect_allowed = tm_lex_accept(&p->lex, "allowed");
  if (!test->expect_allowed && !tm_lex_accept(&p->lex, "forbidden"))
    return tm_lex_wrong(&p->lex, "'allowed' or 'forbidden'");
  test->strict = tm_lex_accept(&p->lex, "strict");
  const struct tm_token *token = tm_lex_peek(&p->lex);
  return token && (token->kind == TM_TOKEN_END || tm_lex_wrong(&p->lex, "the end of the file"));
}

struct tm_litmus *tm_litmus_parse(const char *file, const char *text, size_t bytes,
                                  struct tm_error *error) {
  struct parser p = {.test = calloc(1, sizeof *p.test)};
  if (!p.test) tm_no_memory("what was asked");
  memcpy(p.test->var, predefined, sizeof predefined);
  p.test->vars = sizeof predefined / sizeof *predefined;
  tm_lex_start(&p.lex, file, text, bytes, error);
  if (parse_file(&p)) return p.test;
  free(p.test);
  return NULL;
}

struct tm_litmus *tm_litmus_read(const char *file, struct tm_error *error) {
  FILE *in = fopen(file, "rb");
  if (!in) {
    tm_fail(error, -errno, "%s: cannot be opened: %s; check the path", file, strerror(errno));
    return NULL;
  }
  char *text = malloc(MAX_FILE_BYTES + 1);
  if (!text) tm_no_memory("what was asked");
  size_t bytes = fread(text, 1, MAX_FILE_BYTES + 1, in);
  bool broken = ferror(in);
  fclose(in);
  struct tm_litmus *test = NULL;
  if (broken)
    tm_fail(error, -EIO, "%s: cannot be read; it must be a text file", file);
  else if (bytes > MAX_FILE_BYTES)
    tm_fail(error, -EFBIG, "%s: is longer than %d bytes; split the test", file, MAX_FILE_BYTES);
  else
    test = tm_litmus_parse(file, text, bytes, error);
  free(text);
  return test;
}

void tm_litmus_free(struct tm_litmus *test) { free(test); }
