/* SPDX-License-Identifier: Apache-2.0 */
/* What another thread can see while a grow stands at each of its named points (TM_POINT), for every
 * strategy: which anomaly occurs where, without luck. So this file establishes the claims in the
 * strategies' headers: where A1 occurs, that no candidate shows A2, A3, A4 or A10, and that each
 * planted fault and each unsound strategy does what it is listed for.
 *
 * Weak memory is not tested here, see the explorer; each outcome is one of an interleaving. */
#include "tests/strategies/fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct tm_memory_type small = {
    .min_pages = 1, .max_pages = 3, .index = TM_INDEX32, .shared = true};
static const uint64_t n = TM_PAGE_BYTES; /* an address in the second page */

/* ---- stopping a grow at a point ---------------------------------------------------------------*/

static _Thread_local void (*on_point)(const char *name); /* on the growing thread only */

void tm_point_reached(const char *name);
void tm_point_reached(const char *name) {
  if (on_point) on_point(name);
}

static int64_t grow_with(const struct fixture *f, uint64_t delta, void (*hook)(const char *)) {
  on_point = hook;
  int64_t old = f->entry->strategy->grow(f->view, delta);
  on_point = NULL;
  return old;
}

/* ---- an observer in another thread ------------------------------------------------------------*/

enum look { SIZE_AFTER_ACCESS, GROW0_AFTER_ACCESS, ACCESS_AFTER_SIZE };

static struct {
  const struct fixture *f;
  enum look look;
  int point, wanted; /* points passed in this grow; where to look */
  bool patient;      /* wait for the observer however long it takes */
  pthread_mutex_t mutex;
  pthread_cond_t done_changed;
  bool done, started;
  pthread_t thread;
  bool accessed;  /* what it saw: the access succeeded, */
  int64_t length; /* and memory.size, or what grow(0) returned */
} o = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static int64_t length_seen(void) {
  if (o.look == GROW0_AFTER_ACCESS) return o.f->entry->strategy->grow(o.f->other, 0);
  return (int64_t)o.f->hot->size(o.f->other);
}

static void *observe(void *unused) {
  (void)unused;
  tm_linear_unpark(o.f->memory, o.f->other);
  if (o.look == ACCESS_AFTER_SIZE) o.length = length_seen();
  o.accessed = access_at(o.f, o.f->other, n, -1) == TM_TRAP_NONE;
  if (o.look != ACCESS_AFTER_SIZE) o.length = length_seen();
  tm_linear_park(o.f->memory, o.f->other);
  tm_thread_done();
  pthread_mutex_lock(&o.mutex);
  o.done = true;
  pthread_cond_broadcast(&o.done_changed);
  pthread_mutex_unlock(&o.mutex);
  return NULL;
}

/* Let the observer look, and the grow wait for it: for ever, or, when the observer may be waiting
 * for the grow in turn, for a while. What is asserted afterwards holds however long that is. */
static void look_here(const char *name) {
  (void)name;
  if (o.point++ != o.wanted) return;
  o.started = true;
  pthread_create(&o.thread, NULL, observe, NULL);
  struct timespec limit;
  clock_gettime(CLOCK_MONOTONIC, &limit);
  limit.tv_nsec += 30 * 1000 * 1000;
  if (limit.tv_nsec >= 1000000000) limit.tv_sec++, limit.tv_nsec -= 1000000000;
  pthread_mutex_lock(&o.mutex);
  int result = 0;
  while (!o.done && result == 0)
    result = o.patient ? pthread_cond_wait(&o.done_changed, &o.mutex)
                       : pthread_cond_timedwait(&o.done_changed, &o.mutex, &limit);
  pthread_mutex_unlock(&o.mutex);
}

/* Grow by one page, looking at point number `wanted`. False when there is no such point. */
static bool look_at(const struct fixture *f, enum look look, int wanted, bool patient,
                    int64_t *grown) {
  o.f = f;
  o.look = look;
  o.point = 0;
  o.wanted = wanted;
  o.patient = patient;
  o.done = o.started = false;
  *grown = grow_with(f, 1, look_here);
  tm_linear_park(f->memory, f->view); /* the observer may wait for the threads that run */
  if (o.started) pthread_join(o.thread, NULL);
  tm_linear_unpark(f->memory, f->view);
  return o.started;
}

/* Does anomalies.def say that an interleaving shows `code`, to instances of their own? */
static bool admits(const char *strategy, const char *code) {
  const struct tm_admission *a = tm_admission_find(strategy, code);
  return a && a->when == TM_ADMITTED_interleaving &&
         strcmp(a->test, "size-after-access-shared-one");
}

static void set_clock(void) {
  pthread_condattr_t attr;
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_cond_init(&o.done_changed, &attr);
  pthread_condattr_destroy(&attr);
}

/* Does any point of a grow let the observer see `outcome`? One memory per point. */
static bool seen_at_any_point(size_t strategy, enum look look, bool patient,
                              bool (*outcome)(int64_t grown)) {
  bool seen = false;
  for (int wanted = 0; !seen; wanted++) {
    struct fixture f;
    int64_t grown;
    if (!fixture_open(&f, strategy, &small)) return false;
    bool looked = look_at(&f, look, wanted, patient, &grown);
    if (looked) seen = outcome(grown);
    fixture_close(&f);
    if (!looked) break;
  }
  return seen;
}

static bool is_a1(int64_t grown) { return grown == 1 && o.accessed && o.length == 1; }
static bool is_a4(int64_t grown) { return grown == 1 && !o.accessed && o.length == 2; }

static const struct tm_strategy_entry *entry_of(size_t i) {
  size_t count;
  return &tm_strategies(&count)[i];
}

static void size_after_access_is_old_where_the_headers_say_so(void **state) {
  (void)state;
  for (size_t i = 0; i < fixture_count(); i++) {
    const struct tm_strategy_entry *e = entry_of(i);
    if (e->kind == TM_KIND_floor || e->kind == TM_KIND_planted) continue;
    bool expected = admits(e->strategy->name, "A1");
    bool seen = seen_at_any_point(i, SIZE_AFTER_ACCESS, expected, is_a1);
    if (seen != expected) print_message("%s: A1 seen %d\n", e->strategy->name, seen);
    assert_int_equal(seen, expected);
  }
}

static void grow0_after_access_is_never_old(void **state) {
  (void)state;
  for (size_t i = 0; i < fixture_count(); i++) {
    const struct tm_strategy_entry *e = entry_of(i);
    /* One that grows without a lock from the start would wait for the grow that waits for it. */
    bool planted = admits(e->strategy->name, "GROW0") && !admits(e->strategy->name, "A5");
    if (e->kind != TM_KIND_candidate && !planted) continue;
    bool seen = seen_at_any_point(i, GROW0_AFTER_ACCESS, planted, is_a1);
    if (seen != planted) print_message("%s: %d\n", e->strategy->name, seen);
    assert_int_equal(seen, planted);
  }
}

static void access_below_a_size_never_traps(void **state) {
  (void)state;
  for (size_t i = 0; i < fixture_count(); i++) {
    const struct tm_strategy_entry *e = entry_of(i);
    bool planted = admits(e->strategy->name, "A4") && !admits(e->strategy->name, "A9");
    if (e->kind != TM_KIND_candidate && !planted) continue;
    bool seen = seen_at_any_point(i, ACCESS_AFTER_SIZE, planted, is_a4);
    if (seen != planted) print_message("%s: %d\n", e->strategy->name, seen);
    assert_int_equal(seen, planted);
  }
}

/* ---- grows that fail --------------------------------------------------------------------------*/

static bool is_a10(int64_t grown) { return grown == -1 && (o.accessed || o.length == 2); }

static void a_grow_that_fails_is_never_seen(void **state) {
  (void)state;
  for (size_t i = 0; i < fixture_count(); i++) {
    const struct tm_strategy_entry *e = entry_of(i);
    if (e->kind != TM_KIND_candidate) continue;
    for (unsigned call = 1; call <= 4; call++)
      for (int wanted = 0; wanted < 4; wanted++) {
        struct fixture f;
        int64_t grown;
        if (!fixture_open(&f, i, &small)) continue;
        tm_port_fail_after(call);
        bool looked = look_at(&f, SIZE_AFTER_ACCESS, wanted, false, &grown);
        tm_port_fail_after(0);
        if (looked && is_a10(grown)) fail_msg("%s, call %u: A10", e->strategy->name, call);
        fixture_close(&f);
        if (!looked) break;
      }
  }
}

static void phantom_shows_a_page_of_a_grow_that_fails(void **state) {
  (void)state;
  struct tm_memory_type full = small;
  full.max_pages = 1;
  struct fixture f;
  int64_t grown;
  if (!fixture_open_named(&f, "phantom", &full)) skip();
  assert_true(look_at(&f, SIZE_AFTER_ACCESS, 1, true, &grown));
  assert_true(is_a10(grown));
  fixture_close(&f);
}

/* ---- a second operation in the middle of a grow, on the same thread ---------------------------*/

static const struct fixture *g;
static int64_t nested;
static const char *where; /* the point to act at, once */

static void grow_inside(const char *name) {
  if (!where || strcmp(name, where)) return;
  where = NULL;
  nested = g->entry->strategy->grow(g->other, 1);
}

static void write_inside(const char *name) {
  if (strcmp(name, where)) return;
  access_at(g, g->other, (uint64_t)nested, 9);
}

static void two_grows_return_one_length(void **state) {
  (void)state;
  static const char *const faulty[] = {"earlyold", "outsideold", "mapfixed", "unlocked"};
  for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++) {
    struct fixture f;
    if (!fixture_open_named(&f, faulty[i], &small)) continue;
    g = &f;
    where = "computed";
    assert_int_equal(grow_with(&f, 1, grow_inside), 1);
    assert_int_equal(nested, 1); /* A5 */
    fixture_close(&f);
  }
}

/* Grows by compare-and-swap start over when another was faster. */
static void two_grows_return_two_lengths(void **state) {
  (void)state;
  static const char *const lockless[] = {"precommit", "faultcommit", "uffd"};
  for (size_t i = 0; i < sizeof lockless / sizeof *lockless; i++) {
    struct fixture f;
    if (!fixture_open_named(&f, lockless[i], &small)) continue;
    g = &f;
    where = "computed";
    assert_int_equal(grow_with(&f, 1, grow_inside), 2);
    assert_int_equal(nested, 1);
    assert_int_equal(f.hot->size(f.other), 3);
    fixture_close(&f);
  }
}

/* V8's way of growing: the loser of the swap leaves its pages accessible. */
static void casgrow_leaves_a_phantom_page(void **state) {
  (void)state;
  struct fixture f;
  if (!fixture_open_named(&f, "casgrow", &small)) skip();
  g = &f;
  where = "committed";
  assert_int_equal(grow_with(&f, 2, grow_inside), -1);
  assert_int_equal(nested, 1);
  assert_int_equal(f.hot->size(f.view), 2);
  assert_int_equal(byte_at(&f, f.other, 2 * n), 0); /* A10: no grow has made that page */
  fixture_close(&f);
}

static void grow_and_write_inside(const char *name) {
  if (!where || strcmp(name, where)) return;
  grow_inside(name);
  access_at(g, g->other, n, 9);
}

static void mapfixed_wipes_a_page_after_its_grow(void **state) {
  (void)state;
  struct fixture f;
  if (!fixture_open_named(&f, "mapfixed", &small)) skip();
  g = &f;
  where = "computed";
  nested = -1;
  assert_int_equal(grow_with(&f, 1, grow_and_write_inside), 1);
  assert_int_equal(nested, 1);
  assert_int_equal(byte_at(&f, f.other, n), 0); /* A6: it was 9 when the inner grow returned */
  fixture_close(&f);
}

static void a_store_is_lost(void **state) {
  (void)state;
  static const struct {
    const char *name, *where;
    uint64_t ea;
  } faulty[] = {{"latezero", "published", TM_PAGE_BYTES}, {"movebase", "copied", 8}};
  for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++) {
    struct fixture f;
    if (!fixture_open_named(&f, faulty[i].name, &small)) continue;
    g = &f;
    where = faulty[i].where;
    nested = (int64_t)faulty[i].ea;
    assert_int_equal(grow_with(&f, 1, write_inside), 1);
    assert_int_equal(byte_at(&f, f.other, faulty[i].ea), 0); /* A6, A7 */
    fixture_close(&f);
  }
}

/* ---- pushrcu: instances that come and go while a grower walks
 * ----------------------------------*/

static void *late;

static void attach_inside(const char *name) {
  if (!where || strcmp(name, where)) return;
  where = NULL;
  assert_int_equal(tm_linear_attach(g->memory, late), 0);
}

/* A view attached after the walk and before the length is published gets the new length. */
static void a_view_attached_during_a_grow_is_not_left_behind(void **state) {
  (void)state;
  struct fixture f;
  if (!fixture_open_named(&f, "pushrcu", &small)) skip();
  g = &f;
  late = calloc(1, f.entry->strategy->view_bytes);
  where = "pushed";
  assert_int_equal(grow_with(&f, 1, attach_inside), 1);
  assert_int_equal(byte_at(&f, late, n), 0);
  tm_linear_detach(f.memory, late);
  free(late);
  fixture_close(&f);
}

static struct tm_atomic_u32 detached;
static pthread_t detacher;

static void *detach_late(void *unused) {
  (void)unused;
  tm_linear_detach(g->memory, late);
  tm_store_sc(&detached, 1);
  return NULL;
}

static void detach_meanwhile(const char *name) {
  if (!where || strcmp(name, where)) return;
  where = NULL;
  pthread_create(&detacher, NULL, detach_late, NULL);
  for (int i = 0; i < 1000; i++) sched_yield(); /* a chance for it to be wrong, not a proof */
  assert_int_equal(tm_load_sc(&detached), 0);
}

/* A view may be freed once it is detached, so detach waits for a grower that may hold it. */
static void a_detach_waits_for_the_walk(void **state) {
  (void)state;
  struct fixture f;
  if (!fixture_open_named(&f, "pushrcu", &small)) skip();
  g = &f;
  late = calloc(1, f.entry->strategy->view_bytes);
  assert_int_equal(tm_linear_attach(f.memory, late), 0);
  tm_store_sc(&detached, 0);
  where = "walking";
  assert_int_equal(grow_with(&f, 1, detach_meanwhile), 1);
  pthread_join(detacher, NULL);
  assert_int_equal(tm_load_sc(&detached), 1);
  free(late);
  fixture_close(&f);
}

/* ---- one activation over a grow of a peer -----------------------------------------------------*/

struct activation {
  const struct fixture *f;
  void *frame;
  bool again;
};
__attribute__((no_sanitize("thread"))) static void access_in_activation(void *argument) {
  struct activation *a = argument;
  (void)*(volatile uint8_t *)a->f->hot->at_in(a->f->other, a->frame, n, 1);
}

/* A peer grows and signals through an atomic; an activation that has not polled since, but has done
 * its sync, looks: the access must not trap (A2), the size must not be stale (A3). */
static void an_ordered_grow_is_seen_in_the_same_activation(void **state) {
  (void)state;
  FOR_EACH_STRATEGY(f, &small) {
    if (f.entry->kind == TM_KIND_floor) continue;
    struct activation a = {.f = &f, .frame = calloc(1, f.hot->frame_bytes)};
    struct tm_trap trap;
    f.hot->enter(f.other, a.frame);
    assert_int_equal(f.entry->strategy->grow(f.view, 1), 1);
    uint64_t size = f.entry->strategy->pages(f.other);
    enum tm_trap_code code = tm_guest_call(access_in_activation, &a, &trap);
    assert_int_equal(size, admits(f.hot->name, "A3") ? 1 : 2);
    assert_int_equal(code != TM_TRAP_NONE, admits(f.hot->name, "A2"));
    free(a.frame);
  }
}

int main(void) {
  set_clock();
  const struct CMUnitTest tests[] = {
      strategy_test(size_after_access_is_old_where_the_headers_say_so),
      strategy_test(grow0_after_access_is_never_old),
      strategy_test(access_below_a_size_never_traps),
      strategy_test(a_grow_that_fails_is_never_seen),
      strategy_test(phantom_shows_a_page_of_a_grow_that_fails),
      strategy_test(two_grows_return_one_length),
      strategy_test(two_grows_return_two_lengths),
      strategy_test(casgrow_leaves_a_phantom_page),
      strategy_test(mapfixed_wipes_a_page_after_its_grow),
      strategy_test(a_store_is_lost),
      strategy_test(a_view_attached_during_a_grow_is_not_left_behind),
      strategy_test(a_detach_waits_for_the_walk),
      strategy_test(an_ordered_grow_is_seen_in_the_same_activation),
  };
  return cmocka_run_group_tests(tests, fixture_register_code, NULL);
}
