/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/orders.h"

#include <stdio.h>
#include <string.h>

enum { REACH = 8 }; /* lines from the beginning of a comment to the order that it speaks of */

struct tm_order_comment tm_order_comment(const char *folder, const char *file, unsigned line) {
  struct tm_order_comment found = {0}, open = {0};
  char path[4096], text[512];
  snprintf(path, sizeof path, "%s/%s", folder, file);
  FILE *source = fopen(path, "r");
  if (!source) return found;
  for (unsigned at = 1; at <= line && fgets(text, sizeof text, source); at++) {
    if (strstr(text, "/*")) open = (struct tm_order_comment){.line = at};
    open.claimed |= strstr(text, "ORDER:") != NULL;
    open.kept |= strstr(text, "ORDER (kept):") != NULL;
    if (open.claimed || open.kept) found = open;
  }
  fclose(source);
  return found.line + REACH < line ? (struct tm_order_comment){0} : found;
}

const struct tm_order_trial *tm_orders_note(struct tm_orders *orders,
                                            const struct tm_mutant *mutant) {
  unsigned i = 0;
  for (; i < orders->count; i++) {
    const struct tm_order_trial *t = &orders->trial[i];
    if (t->line == mutant->line && !strcmp(t->file, mutant->file) &&
        !strcmp(t->what, mutant->what) && !strcmp(t->weaker, mutant->weaker))
      break;
  }
  if (i == TM_ORDERS_MOST) return NULL;
  struct tm_order_trial *t = &orders->trial[i];
  if (i == orders->count) {
    orders->count++;
    *t = (struct tm_order_trial){.file = mutant->file,
                                 .what = mutant->what,
                                 .order = mutant->order,
                                 .weaker = mutant->weaker,
                                 .line = mutant->line,
                                 .comment =
                                     tm_order_comment(orders->folder, mutant->file, mutant->line)};
  }
  if (!t->finder && (mutant->test || mutant->more)) t->finder = mutant->strategy;
  return t;
}

const char *tm_orders_wrong(const struct tm_orders *orders, unsigned i) {
  const struct tm_order_trial *t = &orders->trial[i];
  if (!t->comment.line) return "has no comment that says ORDER";
  bool found = false, idle = false;
  for (unsigned k = 0; k < orders->count; k++) {
    const struct tm_order_trial *other = &orders->trial[k];
    if (other->comment.line != t->comment.line || strcmp(other->file, t->file)) continue;
    found |= other->finder != NULL;
    idle |= !other->finder;
  }
  if (t->comment.claimed && !t->comment.kept && !t->finder)
    return "is claimed to be needed, but nothing shows it";
  if (t->comment.kept && !t->comment.claimed && t->finder)
    return "is said to be kept only, but a test shows something new without it";
  if (t->comment.claimed && t->comment.kept && !(found && idle))
    return "shares a comment that says both, but weakening the orders there gives only one answer";
  return NULL;
}
