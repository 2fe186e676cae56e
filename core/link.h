/* SPDX-License-Identifier: Apache-2.0 */
/* core/link.h: an intrusive ring of views, for strategies that must reach every instance.
 *
 *     struct tm_S_memory { ...; struct tm_link views; };      // tm_link_init(&m->views)
 *     struct tm_S_view   { ...; struct tm_link link; };       // tm_link_add(&m->views, &v->link)
 *     TM_LINK_EACH(each, &m->views, struct tm_S_view, link) each->...;
 *
 * Not synchronised: the strategy holds its lock around each of these.
 */
#ifndef TM_CORE_LINK_H
#define TM_CORE_LINK_H

#include <stddef.h>

struct tm_link {
  struct tm_link *next, *previous;
};

static inline void tm_link_init(struct tm_link *ring) { ring->next = ring->previous = ring; }

static inline void tm_link_add(struct tm_link *ring, struct tm_link *link) {
  link->next = ring->next;
  link->previous = ring;
  ring->next->previous = link;
  ring->next = link;
}

static inline void tm_link_remove(struct tm_link *link) {
  link->next->previous = link->previous;
  link->previous->next = link->next;
}

/* How many links the ring has. */
static inline unsigned tm_link_count(const struct tm_link *ring) {
  unsigned count = 0;
  for (const struct tm_link *l = ring->next; l != ring; l = l->next) count++;
  return count;
}

#define TM_LINK_OWNER(link, type, member) ((type *)((char *)(link) - offsetof(type, member)))

#define TM_LINK_EACH(each, ring, type, member)                                                     \
  for (type *each = TM_LINK_OWNER((ring)->next, type, member); &each->member != (ring);            \
       each = TM_LINK_OWNER(each->member.next, type, member))

#endif
