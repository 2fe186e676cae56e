/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/guest.h: the threads of a litmus test as clients of a strategy (private). */
#ifndef TM_EXPLORE_GUEST_H
#define TM_EXPLORE_GUEST_H

#include "harness/explore/litmus.h"
#include "harness/explore/machine.h"
#include "harness/explore/model/strategies.h"

#include <setjmp.h>

enum { TM_GUEST_TEXT = 96 };

/* What changes during an execution; lives in the machine's arena. */
struct tm_guest_state {
  void *memory;
  void *view[TM_LITMUS_THREADS], *frame[TM_LITMUS_THREADS];
  struct tm_value column[TM_LITMUS_COLUMNS];
  int waiting[TM_LITMUS_THREADS]; /* column of the wait a thread is in, or -1 */
};

struct tm_guest {
  const struct tm_litmus *test;
  const struct tm_model_strategy *strategy;
  int init; /* what the strategy's init answered */
  struct tm_guest_state *state;
  struct tm_x_layout layout;
  jmp_buf *trap[TM_LITMUS_THREADS]; /* on the threads' stacks */
  struct tm_site probe[TM_LITMUS_THREADS][TM_LITMUS_STEPS];
  struct tm_site site[TM_LITMUS_THREADS][TM_LITMUS_STEPS];
  char text[TM_LITMUS_THREADS][TM_LITMUS_STEPS][TM_GUEST_TEXT];
  char file[TM_LITMUS_NAME + 8];
  char page_name[TM_X_REGION_PAGES][32];
  char cell_name[TM_X_REGION_CELLS][TM_LITMUS_NAME];
};

/* A test as a client of a strategy; free() it. -EINVAL: no such strategy; -E2BIG: too large. */
int tm_guest_new(struct tm_guest **guest, const struct tm_litmus *test, const char *strategy,
                 struct tm_error *error);
struct tm_explore_client tm_guest_client(struct tm_guest *g);

/* Divide the guest memory that a test looks at into cells: no access touches a part of one. */
int tm_guest_layout(struct tm_guest *g, struct tm_error *error);

#endif
