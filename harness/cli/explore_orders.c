/* SPDX-License-Identifier: Apache-2.0 */
/* Which memory orders does anything need? And do the comments at them say so? */
#include "harness/cli/cli.h"
#include "harness/cli/explore.h"
#include "harness/explore/orders.h"

#include <stdio.h>
#include <stdlib.h>

enum { MUTANT_EXECUTIONS = 50000 };

struct ledger {
  struct tm_orders orders; /* against their comments */
  unsigned needed, changing, kept, elsewhere, idle;
  unsigned unfinished; /* that count as not needed, but not all tests were searched to the end */
};

/* An order that no test misses under this strategy. */
static void put_idle(struct ledger *l, const struct tm_order_trial *trial) {
  if (trial && trial->comment.kept) {
    l->kept++;
    fputs("kept, nothing here needs it", stdout);
  } else if (trial && trial->finder) {
    l->elsewhere++;
    printf("nothing needs it here, but with %s", trial->finder);
  } else {
    l->idle++;
    fputs("NOTHING NEEDS IT", stdout);
  }
}

static void put_mutant(void *argument, const struct tm_mutant *m) {
  struct ledger *l = argument;
  const struct tm_order_trial *trial = tm_orders_note(&l->orders, m);
  printf("%-14s %s:%u %s %s: %s for %s: ", m->strategy, m->file, m->line, m->effect, m->what,
         m->weaker, m->order);
  if (m->test) {
    l->needed++;
    printf("needed: %s is %s\n", m->test->name, tm_reach_name(m->verdict));
  } else if (m->more) {
    l->changing++;
    printf("shows more on %u test%s, all of it allowed, first %s", m->more, m->more == 1 ? "" : "s",
           m->changed->name);
  } else {
    put_idle(l, trial);
  }
  l->unfinished += !m->test && m->unfinished;
  if (!m->test && m->unfinished) printf(" (%u tests not searched to the end)", m->unfinished);
  if (!m->test) putchar('\n');
  fflush(stdout);
}

static void put_counts(const struct ledger *l) {
  printf("%u orders are needed, %u only keep out what is allowed, %u are kept and nothing needs "
         "them,\n%u are needed by another candidate that shares the line, %u nothing needs\n",
         l->needed, l->changing, l->kept, l->elsewhere, l->idle);
  if (l->unfinished)
    printf("of those that are not needed, %u on some tests that were not searched to the end\n",
           l->unfinished);
}

/* Every comment that the run contradicts; an exit status. */
static int put_contradictions(const struct ledger *l) {
  int status = TM_EXIT_OK;
  for (unsigned i = 0; i < l->orders.count; i++) {
    const struct tm_order_trial *t = &l->orders.trial[i];
    const char *wrong = tm_orders_wrong(&l->orders, i);
    if (!wrong) continue;
    printf("%s:%u %s: %s for %s: %s\n", t->file, t->line, t->what, t->weaker, t->order, wrong);
    status = TM_EXIT_NO;
  }
  return status;
}

int tm_explore_print_orders(const struct tm_asked *w) {
  static struct ledger ledger = {.orders = {.folder = TIDEMARK_SOURCE_DIR}};
  struct tm_error error;
  const struct tm_oracle **oracle = calloc(w->test_count, sizeof *oracle);
  int code = oracle ? TM_EXIT_OK : tm_cli_wrong("explore", "out of memory");
  for (size_t i = 0; i < w->test_count && code == TM_EXIT_OK; i++)
    if (!(oracle[i] = tm_oracle_judge(w->tests[i], &error)))
      code = tm_cli_wrong("explore", "%s", error.text);
  struct tm_mutation mutation = {.test = (const struct tm_litmus *const *)w->tests,
                                 .oracle = oracle,
                                 .tests = w->test_count,
                                 .options = tm_asked_options(w),
                                 .each = put_mutant,
                                 .argument = &ledger};
  mutation.options.model = w->model[0];
  mutation.options.random_after = 0;
  if (!w->executions) mutation.options.most_executions = MUTANT_EXECUTIONS;
  for (size_t i = 0; i < w->strategy_count && code == TM_EXIT_OK; i++) {
    mutation.strategy = w->strategy[i];
    if ((w->full || !w->strategies) && !tm_is_candidate(w->strategy[i])) continue;
    if (tm_explore_mutate(&mutation, &error)) code = tm_cli_wrong("explore", "%s", error.text);
  }
  for (size_t i = 0; i < w->test_count && oracle; i++)
    tm_oracle_free((struct tm_oracle *)oracle[i]);
  free(oracle);
  if (code != TM_EXIT_OK) return code;
  put_counts(&ledger);
  return tm_asked_for_all(w) ? put_contradictions(&ledger) : TM_EXIT_OK;
}
