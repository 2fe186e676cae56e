/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/orders.h: what the comments say of memory orders, against what a mutation run
 * shows.
 *
 *     struct tm_orders orders = {.folder = "/where/the/sources/are"};
 *     … for each mutant: tm_orders_note(&orders, mutant);
 *     … for each i < orders.count: tm_orders_wrong(&orders, i)
 *
 * A comment at an order says `ORDER:` when weakening it by one step must be found, that is, some
 * test shows a new outcome under some strategy that shares the line; `ORDER (kept):` when nothing
 * is found and the order is kept for another reason; both, when it is about several orders. A place
 * is one such comment; one in core/ may be that of several strategies.
 */
#ifndef TM_HARNESS_EXPLORE_ORDERS_H
#define TM_HARNESS_EXPLORE_ORDERS_H

#include "harness/explore/mutate.h"

enum { TM_ORDERS_MOST = 512 };

struct tm_order_comment {
  unsigned line; /* where it begins; 0: there is none */
  bool claimed;  /* `ORDER:` */
  bool kept;     /* `ORDER (kept):` */
};

/* A line and one weaker order for it; of all strategies together. */
struct tm_order_trial {
  const char *file, *what, *order, *weaker;
  const char *finder; /* the first strategy that shows something new; NULL: none does */
  struct tm_order_comment comment;
  unsigned line;
};

struct tm_orders {
  const char *folder; /* root of the sources */
  struct tm_order_trial trial[TM_ORDERS_MOST];
  unsigned count;
};

/* The comment that speaks of an order at `line`: the last that begins at most a few lines above. */
struct tm_order_comment tm_order_comment(const char *folder, const char *file, unsigned line);

/* Note a mutant. Its trial, as known so far; NULL when there is no room. */
const struct tm_order_trial *tm_orders_note(struct tm_orders *orders,
                                            const struct tm_mutant *mutant);

/* What is wrong with the comment of trial `i`, or NULL; wants all strategies noted. */
const char *tm_orders_wrong(const struct tm_orders *orders, unsigned i);

#endif
