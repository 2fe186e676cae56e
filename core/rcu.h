/* SPDX-License-Identifier: Apache-2.0 */
/* core/rcu.h: what strategies use of liburcu, in its two flavours.
 *
 *   qsbr  a reader is any thread between begin and end; it announces now and then, by quiescent,
 *         that it holds nothing
 *   memb  a reader holds a read-side section from begin to end, and renews it now and then; the
 *         waiting side issues membarrier(2), so the reader's side is free of fences
 *
 * Threads are registered with liburcu when they first need it and unregistered when they end. begin
 * returns true when the thread was a reader already; then whoever came first ends.
 * As with core/port.h, the explorer can put a model in place of this file.
 */
#ifndef TM_CORE_RCU_H
#define TM_CORE_RCU_H

#include <stdbool.h>

#define _LGPL_SOURCE /* inline the readers' functions: none is longer than ten lines */
#include <urcu/urcu-memb.h>
#include <urcu/urcu-qsbr.h>

/* ThreadSanitizer does not see into liburcu, which is not built with it, and takes the freeing of a
 * retired object for a race with its last readers. Proof that it is none: free is called after a
 * grace period, and by liburcu's guarantee everything a reader did before it was quiescent, ended
 * or renewed its section within that period happens before the period's end. These tell it so. */
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
extern char tm_rcu_period; /* stands for all grace periods */
#define TM_RCU_READER_HOLDS_NOTHING() __tsan_release(&tm_rcu_period)
#define TM_RCU_PERIOD_IS_OVER()       __tsan_acquire(&tm_rcu_period)
#else
#define TM_RCU_READER_HOLDS_NOTHING() ((void)0)
#define TM_RCU_PERIOD_IS_OVER()       ((void)0)
#endif

/* Starts an object that readers may still hold when it is retired. */
struct tm_rcu_node {
  struct rcu_head head;
  void (*free)(struct tm_rcu_node *node);
};

bool tm_rcu_qsbr_begin(void);
void tm_rcu_qsbr_end(void);
/* Call free(node) on another thread once every reader of now has been quiescent or ended. */
void tm_rcu_qsbr_retire(struct tm_rcu_node *node, void (*free)(struct tm_rcu_node *node));
/* Wait until everything retired has been freed. The caller is no reader. */
void tm_rcu_qsbr_drain(void);

/* The calling thread holds nothing now. Does nothing on a thread that is no reader. */
static inline void tm_rcu_qsbr_quiescent(void) {
  TM_RCU_READER_HOLDS_NOTHING();
  if (urcu_qsbr_read_ongoing()) urcu_qsbr_quiescent_state();
}

bool tm_rcu_memb_begin(void);
void tm_rcu_memb_end(void);
void tm_rcu_memb_retire(struct tm_rcu_node *node, void (*free)(struct tm_rcu_node *node));
void tm_rcu_memb_drain(void);
/* Wait until every section of now has ended or been renewed. A section of the caller's own is left
 * meanwhile. */
void tm_rcu_memb_wait(void);

/* How many threads are registered with liburcu now, in either flavour. For tests of what is left
 * behind. */
unsigned tm_rcu_registered(void);

static inline void tm_rcu_memb_quiescent(void) {
  TM_RCU_READER_HOLDS_NOTHING();
  if (!urcu_memb_read_ongoing()) return;
  urcu_memb_read_unlock();
  urcu_memb_read_lock();
}

#endif
