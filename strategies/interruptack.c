/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/interruptack.h"

/* Take over the target, which request number `asked` was for, if not 0. The request is struck off
 * only if it is still that one: of two threads that answer for one view, the slower may be
 * answering an older one. */
static void interruptack_take_over(struct tm_interruptack_view *v, uint32_t asked) {
  if (!asked) return;
  /* ORDER (kept): the pages before the length that covers them. The caller has acquired the
   * request, which comes after them; kept for a target that is newer than that request, where an
   * access that overtakes the pages would fault and be tried again. PAIRS: tm_interruptack_grow. */
  tm_copy_raise(&v->bytes, tm_load_acq(&v->memory->target));
  TM_POINT("taken over");
  /* ORDER: the copy before the acknowledgement: release. PAIRS: interruptack_ask.
   * ORDER (kept): acquire, since core/atomics.h has no swap without it. */
  tm_cas_acqrel(&v->asked, &asked, 0);
}

static bool interruptack_unpark(void *view) {
  struct tm_interruptack_view *v = view;
  if (tm_running_begin(&v->memory->running, v)) return true;
  /* ORDER: seq-cst: the runner before the look at the request. PAIRS: interruptack_ask, which
   * stores the request and then looks for runners: one of the two sees the other. */
  tm_fetch_add_sc(&v->runners, 1);
  interruptack_take_over(v, tm_load_sc(&v->asked));
  return false;
}

/* The calling thread does not run any more; with which view it did, or NULL. */
static struct tm_interruptack_view *interruptack_leave(struct tm_interruptack_memory *m) {
  struct tm_interruptack_view *was = tm_running_end(&m->running);
  /* ORDER (kept): this thread's accesses before it counts as gone. Acquire-release would do;
   * seq-cst is kept to match the count in interruptack_unpark. PAIRS: interruptack_ask. */
  if (was) tm_fetch_add_sc(&was->runners, (uint32_t)-1);
  return was;
}

static void interruptack_park(void *view) {
  interruptack_leave(((struct tm_interruptack_view *)view)->memory);
}

/* Take the lock as a thread that does not run: its holder may be waiting for all that do. */
static struct tm_interruptack_view *interruptack_lock(struct tm_interruptack_memory *m) {
  struct tm_interruptack_view *was = interruptack_leave(m);
  tm_lock_take(&m->length.lock);
  return was;
}

static void interruptack_unlock(struct tm_interruptack_memory *m,
                                struct tm_interruptack_view *was) {
  tm_lock_drop(&m->length.lock);
  if (was) interruptack_unpark(was);
}

/* Ask every view to take over m->target, and wait until all have. */
static void interruptack_ask(struct tm_interruptack_memory *m) {
  if (++m->request == 0) m->request = 1;
  TM_LINK_EACH (each, &m->views, struct tm_interruptack_view, link)
    /* ORDER (kept): seq-cst: the target before the request, the request before the look for
     * runners. In the model the seq-cst load of the request below does the second; kept for x86-64,
     * where that load may be forwarded from the store buffer. PAIRS: interruptack_take_over,
     * interruptack_unpark. */
    tm_store_sc(&each->asked, m->request);
  TM_POINT("asked");
  TM_LINK_EACH (each, &m->views, struct tm_interruptack_view, link) {
    /* ORDER: the request before the look for runners: seq-cst; the departure of the last runner
     * before the length. PAIRS: interruptack_unpark, interruptack_leave.
     * ORDER (kept): the acknowledgement before the length. Acquire would do; seq-cst is kept for
     * the reason given at the store of the request. PAIRS: interruptack_take_over. */
    uint32_t asked;
    tm_await((asked = tm_load_sc(&each->asked)) == 0 || tm_load_sc(&each->runners) == 0);
    interruptack_take_over(each, asked); /* for those who do not run */
  }
}

int tm_interruptack_init(struct tm_interruptack_memory *m, const struct tm_memory_type *type) {
  tm_link_init(&m->views);
  tm_atomic_init(&m->target, 0);
  m->request = 0;
  int result = tm_length_init(&m->length, type, false);
  if (result == 0) tm_running_init(&m->running);
  return result;
}

void tm_interruptack_fini(struct tm_interruptack_memory *m) {
  tm_running_fini(&m->running);
  tm_length_fini(&m->length);
}

int tm_interruptack_attach(struct tm_interruptack_memory *m, struct tm_interruptack_view *v) {
  *v = (struct tm_interruptack_view){.base = m->length.region.base, .memory = m};
  struct tm_interruptack_view *was = interruptack_lock(m);
  tm_store_rlx(&v->bytes, tm_load_rlx(&m->length.bytes)); /* Relaxed: stored under the lock. */
  tm_link_add(&m->views, &v->link);
  interruptack_unlock(m, was);
  return 0;
}

void tm_interruptack_detach(struct tm_interruptack_view *v) {
  struct tm_interruptack_memory *m = v->memory;
  struct tm_interruptack_view *was = interruptack_lock(m);
  tm_link_remove(&v->link);
  interruptack_unlock(m, was);
}

int64_t tm_interruptack_grow(struct tm_interruptack_view *v, uint64_t delta) {
  struct tm_interruptack_memory *m = v->memory;
  struct tm_interruptack_view *was = interruptack_lock(m);
  TM_POINT("locked");
  uint64_t old = tm_load_rlx(&m->length.bytes); /* Relaxed: stored only under the lock. */
  int64_t result = -1;
  if (tm_region_fits(&m->length.region, old, delta) &&
      tm_port_commit(m->length.region.base + old, delta * TM_PAGE_BYTES) == 0) {
    TM_POINT("committed");
    /* ORDER (kept): the pages before the target, for whoever loads it by an older request, whose
     * access would fault and be tried again. PAIRS: interruptack_take_over. */
    tm_store_rel(&m->target, old + delta * TM_PAGE_BYTES);
    interruptack_ask(m);
    TM_POINT("acknowledged");
    tm_length_publish(&m->length, old, delta);
    result = (int64_t)(old / TM_PAGE_BYTES);
  }
  interruptack_unlock(m, was);
  return result;
}

enum tm_fault tm_interruptack_fault(struct tm_interruptack_memory *m, uintptr_t address) {
  /* Below the target, not below the length: an instance that has acknowledged may go there. */
  return tm_region_fault(&m->length.region, &m->target, address);
}

bool tm_interruptack_valid(struct tm_interruptack_memory *m) {
  uint64_t bytes = tm_load_rlx(&m->length.bytes); /* Relaxed: at rest. */
  TM_LINK_EACH (each, &m->views, struct tm_interruptack_view, link)
    if (tm_load_rlx(&each->bytes) != bytes) return false; /* Relaxed: at rest. */
  return tm_length_valid(&m->length);
}

void tm_interruptack_answer(struct tm_interruptack_view *v) {
  struct tm_interruptack_view *own = tm_running_view(&v->memory->running);
  /* ORDER: the request before the target. PAIRS: interruptack_ask. */
  interruptack_take_over(v, tm_load_acq(&v->asked));
  /* ORDER (kept): the same for the view that the thread was unparked with. No outcome of a test
   * depends on it; kept because nothing says that none could. PAIRS: interruptack_ask. */
  if (own && own != v) interruptack_take_over(own, tm_load_acq(&own->asked));
}

static unsigned interruptack_listed(void *memory) {
  struct tm_interruptack_memory *m = memory;
  return tm_link_count(&m->views) + tm_running_count(&m->running);
}

TM_STRATEGY_OPS_WITH(interruptack, .unpark = interruptack_unpark, .park = interruptack_park,
                     .listed = interruptack_listed);
