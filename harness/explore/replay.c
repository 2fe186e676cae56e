/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/replay.h"

#include "harness/explore/machine.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- following a schedule ---------------------------------------------------------------------*/

static const char *const effect_names[] = {
    [TM_EFFECT_LOAD] = "load",       [TM_EFFECT_STORE] = "store",
    [TM_EFFECT_SWAP] = "swap",       [TM_EFFECT_ADD] = "add",
    [TM_EFFECT_SUB] = "sub",         [TM_EFFECT_AND] = "and",
    [TM_EFFECT_OR] = "or",           [TM_EFFECT_XOR] = "xor",
    [TM_EFFECT_CAS] = "cas",         [TM_EFFECT_FENCE] = "fence",
    [TM_EFFECT_LOCK] = "take",       [TM_EFFECT_LOCK_SHARED] = "take shared",
    [TM_EFFECT_CLOSE] = "close",     [TM_EFFECT_UNLOCK] = "drop",
    [TM_EFFECT_COMMIT] = "commit",   [TM_EFFECT_PROTECT] = "protect",
    [TM_EFFECT_BAR] = "bar",         [TM_EFFECT_ABSENT] = "absent",
    [TM_EFFECT_UNBAR] = "unbar",     [TM_EFFECT_FILL] = "fill",
    [TM_EFFECT_AWAIT] = "await",     [TM_EFFECT_FUTEX_WAIT] = "wait",
    [TM_EFFECT_FUTEX_WAKE] = "wake", [TM_EFFECT_WOKEN] = "go on",
    [TM_EFFECT_BARRIER] = "barrier", [TM_EFFECT_FLUSH] = "reaches memory"};

static const char *const order_names[] = {"rlx", "acq", "rel", "acqrel", "sc"};

const char *tm_effect_name(unsigned effect) { return effect_names[effect]; }
const char *tm_order_name(unsigned order) { return order_names[order]; }

static bool is_update(unsigned effect) {
  return effect >= TM_EFFECT_SWAP && effect <= TM_EFFECT_CAS;
}

/* What a thread's operation was, from before it is carried out. */
static struct tm_explore_step describe(const struct tm_machine *m, unsigned thread) {
  const struct tm_op *op = &m->thread[thread].op;
  bool ordered = op->effect <= TM_EFFECT_FENCE;
  return (struct tm_explore_step){
      .thread = thread,
      .file = op->site->file,
      .what = tm_is_page(op->effect) && op->place[0] ? m->place[op->place[0]].what : op->site->what,
      .line = op->site->line,
      .effect = effect_names[op->effect],
      .order = ordered ? order_names[op->order] : "",
      .reads = op->effect == TM_EFFECT_LOAD || is_update(op->effect) ||
               op->effect == TM_EFFECT_FUTEX_WAIT,
      .writes = op->effect == TM_EFFECT_STORE || is_update(op->effect)};
}

/* Did the access read, of any of its places, a message that is not the newest? */
static bool is_stale(const struct tm_machine *m, const struct tm_op *op, tm_label label) {
  if (m->model != TM_EXPLORE_C11 || (op->effect != TM_EFFECT_LOAD && !is_update(op->effect)))
    return false;
  for (unsigned s = 0; s <= op->cells; s++) {
    const struct tm_place *p = &m->place[op->place[s]];
    if (!op->place[s] || (!op->guest && s > 0)) continue;
    if (tm_slot(label, s) != m->message[p->message[p->count - 1]].name) return true;
    if (s == 0 && op->guest && m->message[p->message[p->count - 1]].value != TM_PAGE_OPEN)
      return false;
  }
  return false;
}

static bool available(struct tm_machine *m, const struct tm_explore_decision *d) {
  tm_label label[TM_X_LABELS];
  if ((d->process & (TM_X_THREADS - 1)) >= m->threads || d->process >= TM_X_PROCESSES) return false;
  unsigned n = tm_machine_choices(m, d->process, label);
  for (unsigned i = 0; i < n; i++)
    if (label[i] == d->choice) return true;
  return false;
}

static void one_step(struct tm_machine *m, const struct tm_explore_decision *d,
                     struct tm_explore_step *step) {
  struct tm_event event;
  unsigned thread = d->process & (TM_X_THREADS - 1);
  if (d->process >= TM_X_THREADS) {
    const struct tm_store *s = &m->thread[thread].buffer[m->thread[thread].head];
    *step = (struct tm_explore_step){.thread = thread,
                                     .buffer = true,
                                     .file = "",
                                     .what = m->place[s->place].what,
                                     .effect = effect_names[TM_EFFECT_FLUSH],
                                     .order = "",
                                     .writes = true};
  } else {
    *step = describe(m, thread);
    step->stale = is_stale(m, &m->thread[thread].op, d->choice);
  }
  struct tm_op before = m->thread[thread].op;
  step->refused = !step->buffer && before.fallible && d->choice == TM_X_FAILS;
  m->last_faulted = false;
  tm_machine_apply(m, d->process, d->choice, &event);
  step->read = m->last_read;
  step->written = m->last_written;
  step->faulted = !step->buffer && before.guest && m->last_faulted;
  step->failed = before.effect == TM_EFFECT_CAS && step->read != before.expected;
  if (step->faulted) step->reads = step->writes = false;
  if (step->failed) step->writes = false;
}

static bool all_at_rest(struct tm_machine *m) {
  tm_label label[TM_X_LABELS];
  for (unsigned p = 0; p < TM_X_PROCESSES; p++)
    if ((p & (TM_X_THREADS - 1)) < m->threads && tm_machine_choices(m, p, label)) return false;
  return true;
}

int tm_explore_replay(const struct tm_explore_client *client, enum tm_explore_model model,
                      const struct tm_explore_decision *decision, unsigned decisions,
                      void (*each)(void *argument, const struct tm_explore_step *step),
                      void *argument, struct tm_explore_outcome *outcome, struct tm_error *error) {
  struct tm_machine *m = tm_machine_new(model, client);
  if (!m) return tm_fail(error, -ENOMEM, "no memory for a replay");
  m->ordered_writes = false;
  m->failures = true;
  tm_machine_setup(m);
  tm_machine_begin(m);
  int result = 0;
  for (unsigned i = 0; i < decisions && !result; i++) {
    struct tm_explore_step step;
    if (!available(m, &decision[i])) {
      result = tm_fail(error, -EINVAL,
                       "step %u of the schedule cannot be made: the program has changed; explore "
                       "it again",
                       i + 1);
      break;
    }
    one_step(m, &decision[i], &step);
    each(argument, &step);
  }
  outcome->words = 0;
  if (!result && all_at_rest(m)) {
    outcome->stuck = 0;
    for (unsigned t = 0; t < m->threads; t++)
      outcome->stuck |= (m->thread[t].state != TM_THREAD_DONE) << t;
    outcome->words = client->row(client->context, outcome->stuck, outcome->word);
  }
  tm_machine_free(m);
  return result;
}

/* ---- schedules as text ------------------------------------------------------------------------*/

static void put_choice(FILE *out, const char *const *names, uint64_t choice) {
  unsigned slots = 1;
  if (choice == TM_X_FAILS) {
    fputc('!', out);
    return;
  }
  while (slots < 5 && choice >> 12 * slots) slots++;
  for (unsigned s = 0; s < slots; s++) {
    unsigned name = tm_slot(choice, s);
    fputc(s ? '.' : '<', out);
    if (name)
      fprintf(out, "%s%u", names[name & 15], name >> 4);
    else
      fputc('0', out);
  }
}

char *tm_explore_schedule_text(const char *const *names, const struct tm_explore_decision *decision,
                               unsigned decisions) {
  char *text = NULL;
  size_t bytes;
  FILE *out = open_memstream(&text, &bytes);
  if (!out) return NULL;
  for (unsigned i = 0; i < decisions;) {
    const struct tm_explore_decision *d = &decision[i];
    unsigned n = 1;
    while (i + n < decisions && decision[i + n].process == d->process &&
           decision[i + n].choice == d->choice)
      n++;
    if (i) fputc(' ', out);
    fputs(names[d->process & (TM_X_THREADS - 1)], out);
    if (d->process >= TM_X_THREADS) fputc('\'', out);
    if (d->choice) put_choice(out, names, d->choice);
    if (n > 1) fprintf(out, "*%u", n);
    i += n;
  }
  fclose(out);
  return text;
}

/* The thread whose name stands at *text, longest first; -1 if none. *text is moved behind it. */
static int read_thread(const char **text, const char *const *names, unsigned threads) {
  int best = -1;
  size_t length = 0;
  for (unsigned t = 0; t < threads; t++) {
    size_t n = strlen(names[t]);
    if (n > length && !strncmp(*text, names[t], n)) {
      best = (int)t;
      length = n;
    }
  }
  *text += length;
  return best;
}

static bool read_number(const char **text, unsigned *number) {
  if (!isdigit((unsigned char)**text)) return false;
  char *end;
  unsigned long n = strtoul(*text, &end, 10);
  *text = end;
  *number = (unsigned)n;
  return n < 1u << 16;
}

static bool read_choice(const char **text, const char *const *names, unsigned threads,
                        uint64_t *choice) {
  *choice = 0;
  if (**text == '!') {
    (*text)++;
    *choice = TM_X_FAILS;
    return true;
  }
  if (**text != '<') return true;
  for (unsigned slot = 0; slot < 5 && (**text == '<' || **text == '.'); slot++) {
    (*text)++;
    unsigned number = 0;
    if (**text == '0') {
      (*text)++;
      continue;
    }
    int thread = read_thread(text, names, threads);
    if (thread < 0 || !read_number(text, &number) || number > TM_X_ORDINAL) return false;
    *choice |= ((uint64_t)number << 4 | (unsigned)thread) << 12 * slot;
  }
  return true;
}

int tm_explore_schedule_parse(const char *text, const char *const *names, unsigned threads,
                              struct tm_explore_decision *decision, unsigned *decisions,
                              struct tm_error *error) {
  unsigned n = 0;
  for (const char *at = text;;) {
    while (isspace((unsigned char)*at)) at++;
    if (!*at) break;
    const char *token = at;
    struct tm_explore_decision d = {0};
    unsigned count = 1;
    int thread = read_thread(&at, names, threads);
    bool good = thread >= 0;
    d.process = (uint8_t)thread;
    if (good && *at == '\'') {
      d.process += TM_X_THREADS;
      at++;
    }
    good = good && read_choice(&at, names, threads, &d.choice);
    if (good && *at == '*') {
      at++;
      good = read_number(&at, &count);
    }
    if (!good || (*at && !isspace((unsigned char)*at)))
      return tm_fail(error, -EINVAL, "no schedule: character %u ('%.12s') is not a thread's move",
                     (unsigned)(token - text) + 1, token);
    if (n + count > TM_EXPLORE_STEPS)
      return tm_fail(error, -EINVAL, "the schedule has more than %u steps", TM_EXPLORE_STEPS);
    while (count--) decision[n++] = d;
  }
  *decisions = n;
  return 0;
}
