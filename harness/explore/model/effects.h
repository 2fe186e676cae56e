/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/model/effects.h: every effect of a strategy, as a call into the explorer.
 *
 * The headers in model/core stand in front of core's on the include path of the strategies' model
 * build. Each atomic access, lock, commit, fence or wait there becomes one of these calls, with a
 * `struct tm_site` that says where in the source it stands. Outside an exploration's threads (init,
 * attach before the threads start, valid) the calls act at once on the newest values.
 */
#ifndef TM_EXPLORE_MODEL_EFFECTS_H
#define TM_EXPLORE_MODEL_EFFECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory orders, weakest first; ACQ and REL are not comparable. */
enum tm_order { TM_ORDER_RLX, TM_ORDER_ACQ, TM_ORDER_REL, TM_ORDER_ACQREL, TM_ORDER_SC };

enum tm_effect {
  TM_EFFECT_LOAD,
  TM_EFFECT_STORE,
  TM_EFFECT_SWAP,
  TM_EFFECT_ADD,
  TM_EFFECT_SUB,
  TM_EFFECT_AND,
  TM_EFFECT_OR,
  TM_EFFECT_XOR,
  TM_EFFECT_CAS,
  TM_EFFECT_FENCE,
  TM_EFFECT_LOCK,
  TM_EFFECT_LOCK_SHARED,
  TM_EFFECT_CLOSE, /* no shared holder may come until the next exclusive one has gone */
  TM_EFFECT_UNLOCK,
  TM_EFFECT_COMMIT,     /* a page becomes accessible: seen by whoever is ordered after it */
  TM_EFFECT_PROTECT,    /* inaccessible: for everybody, before the call returns; so the next two */
  TM_EFFECT_BAR,        /* tm_port_bar */
  TM_EFFECT_ABSENT,     /* tm_port_uffd_open */
  TM_EFFECT_UNBAR,      /* as commit */
  TM_EFFECT_FILL,       /* tm_port_uffd_fill; as commit */
  TM_EFFECT_AWAIT,      /* marks where a tm_await begins; not an event */
  TM_EFFECT_FUTEX_WAIT, /* compare and go to sleep */
  TM_EFFECT_FUTEX_WAKE,
  TM_EFFECT_WOKEN,   /* a sleeper goes on: woken, or its time is over */
  TM_EFFECT_BARRIER, /* membarrier reaches one thread */
  TM_EFFECT_FLUSH    /* tso: the oldest store of a buffer reaches memory */
};

/* A place in the source with an effect; lives in section tm_sites, so that all can be listed. */
struct tm_site {
  const char *file;
  const char *what; /* the object, as written in the source */
  uint32_t line;
  uint8_t effect; /* enum tm_effect */
  uint8_t order;  /* enum tm_order */
  uint8_t padding_[2];
} __attribute__((aligned(64)));

#define TM_SITE(name_, effect_, order_, what_)                                                     \
  static struct tm_site name_ __attribute__((section("tm_sites"))) = {                             \
      .file = __FILE__, .what = (what_), .line = __LINE__, .effect = (effect_), .order = (order_)}

/* `place` is the number the machine has given to an atomic object, 0 before the first access;
 * `initial` is the value it has then. */
uint64_t tm_model_load(struct tm_site *site, uint32_t *place, uint64_t initial);
void tm_model_store(struct tm_site *site, uint32_t *place, uint64_t initial, uint64_t value);
/* Swap and the fetch-and-modify family: the value before. */
uint64_t tm_model_update(struct tm_site *site, uint32_t *place, uint64_t initial, uint64_t value,
                         unsigned bytes);
/* True when *expected was found and replaced; else *expected is what was found. */
bool tm_model_cas(struct tm_site *site, uint32_t *place, uint64_t initial, uint64_t *expected,
                  uint64_t value);
void tm_model_init(uint32_t *place, const char *what, uint64_t value);
void tm_model_fence(struct tm_site *site);

/* Take, take shared or drop, as the site says. */
void tm_model_lock(struct tm_site *site, uint32_t *place);

void tm_model_await(struct tm_site *site);
_Noreturn void tm_model_await_failed(void);
void tm_model_futex_wait(struct tm_site *site, uint32_t *place, uint64_t initial,
                         uint64_t expected);
uint32_t tm_model_futex_wake(struct tm_site *site, uint32_t *place, uint64_t initial,
                             uint32_t count);
void tm_model_membarrier(struct tm_site *site);

int tm_model_reserve(uint64_t bytes, uint8_t **base);
void tm_model_release(uint8_t *base, uint64_t bytes);
/* What the site says, to each page of the range. */
int tm_model_permit(struct tm_site *site, uint8_t *start, uint64_t bytes);
/* Stores into guest memory, by the host; `from` NULL: zeros. */
void tm_model_move(struct tm_site *site, uint8_t *to, const uint8_t *from, uint64_t bytes);

int tm_model_file_new(uint64_t bytes, int *file);
int tm_model_file_map(int file, uint64_t bytes, uint8_t **base);

uint32_t tm_model_thread(void);

/* Read-side sections of a flavour of RCU; begin: true when the thread was a reader already. */
bool tm_model_rcu_begin(struct tm_site *site, unsigned flavour);
void tm_model_rcu_end(struct tm_site *site, unsigned flavour);
void tm_model_rcu_wait(struct tm_site *take, struct tm_site *drop, unsigned flavour);

void *tm_model_allocate(size_t bytes); /* zeroed; gone when the execution ends */
void *tm_model_reallocate(void *old, size_t bytes);

#endif
