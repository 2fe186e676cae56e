/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rcu.h"

#include "core/atomics.h"
#include "core/error.h"

#include <pthread.h>

#if defined(__SANITIZE_THREAD__)
char tm_rcu_period;
#endif

/* liburcu's headers declare these only for the flavour that a file includes first. */
extern void urcu_qsbr_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
extern void urcu_qsbr_barrier(void);

/* Each flavour registers a thread once; the destructor of its key unregisters it. */
static pthread_key_t qsbr_key, memb_key;
static _Thread_local bool qsbr_registered, memb_registered;

static struct tm_atomic_u32 registered; /* threads, in both flavours */
unsigned tm_rcu_registered(void) { return tm_load_rlx(&registered); } /* Relaxed: at rest. */
/* Relaxed: a count. */
static void count_registered(uint32_t change) { tm_fetch_add_rlx(&registered, change); }

static void leave_qsbr(void *unused) {
  (void)unused;
  urcu_qsbr_unregister_thread();
  count_registered((uint32_t)-1);
  qsbr_registered = false;
}

static void leave_memb(void *unused) {
  (void)unused;
  while (urcu_memb_read_ongoing()) urcu_memb_read_unlock();
  urcu_memb_unregister_thread();
  count_registered((uint32_t)-1);
  memb_registered = false;
}

static void make_keys(void) {
  if (pthread_key_create(&qsbr_key, leave_qsbr) || pthread_key_create(&memb_key, leave_memb))
    tm_die("pthread_key_create failed");
}

static void make_keys_once(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_keys);
}

static void register_qsbr(void) {
  if (qsbr_registered) return;
  make_keys_once();
  urcu_qsbr_register_thread();
  urcu_qsbr_thread_offline();
  pthread_setspecific(qsbr_key, &qsbr_registered);
  qsbr_registered = true;
  count_registered(1);
}

static void register_memb(void) {
  if (memb_registered) return;
  make_keys_once();
  urcu_memb_register_thread();
  pthread_setspecific(memb_key, &memb_registered);
  memb_registered = true;
  count_registered(1);
}

bool tm_rcu_qsbr_begin(void) {
  register_qsbr();
  if (urcu_qsbr_read_ongoing()) return true;
  urcu_qsbr_thread_online();
  return false;
}

void tm_rcu_qsbr_end(void) {
  TM_RCU_READER_HOLDS_NOTHING();
  if (qsbr_registered) urcu_qsbr_thread_offline();
}

static void free_node(struct rcu_head *head) {
  TM_RCU_PERIOD_IS_OVER();
  struct tm_rcu_node *node = caa_container_of(head, struct tm_rcu_node, head);
  node->free(node);
}

void tm_rcu_qsbr_retire(struct tm_rcu_node *node, void (*free)(struct tm_rcu_node *node)) {
  node->free = free;
  TM_RCU_READER_HOLDS_NOTHING();     /* nor does the grower that retires it */
  bool nested = tm_rcu_qsbr_begin(); /* liburcu asks it of the caller of call_rcu */
  urcu_qsbr_call_rcu(&node->head, free_node);
  if (!nested) tm_rcu_qsbr_end();
}

void tm_rcu_qsbr_drain(void) { urcu_qsbr_barrier(); }

bool tm_rcu_memb_begin(void) {
  register_memb();
  if (urcu_memb_read_ongoing()) return true;
  urcu_memb_read_lock();
  return false;
}

void tm_rcu_memb_end(void) {
  TM_RCU_READER_HOLDS_NOTHING();
  if (urcu_memb_read_ongoing()) urcu_memb_read_unlock();
}

void tm_rcu_memb_retire(struct tm_rcu_node *node, void (*free)(struct tm_rcu_node *node)) {
  node->free = free;
  TM_RCU_READER_HOLDS_NOTHING(); /* nor does the grower that retires it */
  register_memb();
  urcu_memb_call_rcu(&node->head, free_node);
}

void tm_rcu_memb_drain(void) { urcu_memb_barrier(); }

void tm_rcu_memb_wait(void) {
  register_memb();
  bool reading = urcu_memb_read_ongoing();
  if (reading) urcu_memb_read_unlock();
  urcu_memb_synchronize_rcu();
  TM_RCU_PERIOD_IS_OVER();
  if (reading) urcu_memb_read_lock();
}
