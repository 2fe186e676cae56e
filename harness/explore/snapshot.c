/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a machine in the middle of an execution, so that the search need not repeat what
 * came before it: threads with the used parts of their stacks, places, messages, and the memory of
 * the strategy. Stacks and memory go back to the addresses that they came from. */
#include "harness/explore/machine.h"

#include <stdlib.h>
#include <string.h>

#ifdef TM_CONTEXT_PORTABLE

/* What a context consists of is not known. */
bool tm_machine_save(struct tm_machine *m, unsigned depth, struct tm_snapshot *to) {
  (void)m, (void)depth, (void)to;
  return false;
}

void tm_machine_restore(struct tm_machine *m, const struct tm_snapshot *from) {
  (void)m, (void)from;
}

#else

/* Where the next piece goes, or comes from; NULL when it is only counted. */
struct cursor {
  unsigned char *at;
  size_t bytes;
  bool restores;
};

static void piece(struct cursor *c, void *state, size_t bytes) {
  if (c->at) {
    memcpy(c->restores ? state : c->at, c->restores ? c->at : state, bytes);
    c->at += bytes;
  }
  c->bytes += bytes;
}

static void thread_pieces(struct cursor *c, struct tm_machine *m, unsigned i) {
  struct tm_thread *t = &m->thread[i];
  piece(c, t, offsetof(struct tm_thread, buffer));
  if (m->model == TM_EXPLORE_TSO)
    piece(c, &t->buffer[t->head], (size_t)(t->tail - t->head) * sizeof *t->buffer);
  if (m->model == TM_EXPLORE_C11) piece(c, &t->view, sizeof *t - offsetof(struct tm_thread, view));
  if (t->state != TM_THREAD_READY) return; /* never continued */
  unsigned char *end = m->stacks + (size_t)(i + 1) * TM_X_STACK, *from = t->context.stack_pointer;
  piece(c, from, (size_t)(end - from));
}

/* Each piece after what says how large it is. */
static void all_pieces(struct cursor *c, struct tm_machine *m) {
  piece(c, &m->now, sizeof m->now);
  piece(c, m->place, m->now.places * sizeof *m->place);
  piece(c, m->arena, m->now.arena_used);
  piece(c, m->ordinal, sizeof m->ordinal);
  piece(c, m->clock, sizeof m->clock);
  if (m->model == TM_EXPLORE_C11) piece(c, m->message, m->now.messages * sizeof *m->message);
  for (unsigned i = 0; i < m->threads; i++) thread_pieces(c, m, i);
}

bool tm_machine_save(struct tm_machine *m, unsigned depth, struct tm_snapshot *to) {
  struct cursor c = {.at = NULL};
  all_pieces(&c, m);
  if (c.bytes > to->room) {
    unsigned char *data = realloc(to->data, 2 * c.bytes);
    if (!data) return false;
    to->data = data;
    to->room = 2 * c.bytes;
  }
  c.at = to->data;
  all_pieces(&c, m);
  to->depth = depth;
  return true;
}

void tm_machine_restore(struct tm_machine *m, const struct tm_snapshot *from) {
  struct cursor c = {.at = from->data, .restores = true};
  all_pieces(&c, m);
}

#endif
