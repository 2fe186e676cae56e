/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a machine in the middle of an execution, so that the search need not repeat what
 * came before it: threads with the used parts of their stacks, places, messages, and the memory of
 * the strategy. Stacks and memory go back to the addresses that they came from. */
#include "harness/explore/machine.h"

#include <stdlib.h>
#include <string.h>

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

static void stack_piece(struct cursor *c, const struct tm_context *context, const void *end) {
  size_t bytes = tm_context_kept_bytes(context, end);
  if (c->at) {
    if (c->restores)
      tm_context_put_back(context, end, c->at);
    else
      tm_context_keep(context, end, c->at);
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
  if (t->state == TM_THREAD_READY) /* else it is never continued */
    stack_piece(c, &t->context, m->stacks + (size_t)(i + 1) * TM_X_STACK);
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
  for (unsigned i = 0; i < m->threads; i++)
    if (!tm_context_can_be_kept(&m->thread[i].context)) return false;
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
