/* SPDX-License-Identifier: Apache-2.0 */
/* bench/micro/operations.h: what is measured, for one strategy; included once per strategy.
 *
 * The includer defines TM_STRATEGY and includes "strategies/S.h" first, so that every access below
 * is the strategy's inlined hot half, as in translated wasm. Each file that includes this gets
 * `void tm_register_S(void)`.
 */
#include "bench/micro/fixture.h"

#define TM_PASTE_(a, b, c) a##b##c
#define TM_PASTE(a, b, c)  TM_PASTE_(a, b, c)
#define TM_S(verb)         TM_PASTE(tm_, TM_STRATEGY, _##verb)
#define TM_TEXT_(s)        #s
#define TM_TEXT(s)         TM_TEXT_(s)
#define TM_NAME            TM_TEXT(TM_STRATEGY)

typedef struct TM_S(view) view_type;
typedef struct TM_S(frame) frame_type;

/* ---- access -----------------------------------------------------------------------------------*/

enum { SPAN_BYTES = 32 * 1024 /* fits the first-level cache: the check is measured, not memory */ };

/* As translated code does it: enter, then a loop with a poll at the back-edge. */
static uint64_t sum_sequential(view_type *v, uint64_t n) {
  frame_type f;
  uint64_t sum = 0;
  TM_S(enter)(v, &f);
  for (uint64_t i = 0; i < n; i++) {
    sum += __atomic_load_n((uint32_t *)TM_S(at)(v, &f, i * 4, 4, TM_INDEX32), __ATOMIC_RELAXED);
    TM_S(poll)(v);
  }
  return sum;
}

static uint64_t sum_random(view_type *v, uint64_t n) {
  frame_type f;
  uint64_t sum = 0;
  uint32_t x = 1;
  TM_S(enter)(v, &f);
  for (uint64_t i = 0; i < n; i++) {
    x = x * 1664525 + 1013904223;
    uint64_t ea = (x >> 17) & ~3u; /* below 32 KiB */
    sum += __atomic_load_n((uint32_t *)TM_S(at)(v, &f, ea, 4, TM_INDEX32), __ATOMIC_RELAXED);
    TM_S(poll)(v);
  }
  return sum;
}

/* Each address is the value just loaded: the check's latency, if it has any, is on the path. */
static uint64_t chase(view_type *v, uint64_t n) {
  frame_type f;
  uint32_t ea = 0;
  TM_S(enter)(v, &f);
  for (uint64_t i = 0; i < n; i++) {
    ea = __atomic_load_n((uint32_t *)TM_S(at)(v, &f, ea, 4, TM_INDEX32), __ATOMIC_RELAXED);
    TM_S(poll)(v);
  }
  return ea;
}

static uint64_t store_sequential(view_type *v, uint64_t n) {
  frame_type f;
  TM_S(enter)(v, &f);
  for (uint64_t i = 0; i < n; i++) {
    uint8_t *p = TM_S(at)(v, &f, SPAN_BYTES + i * 4, 4, TM_INDEX32);
    __atomic_store_n((uint32_t *)p, (uint32_t)i, __ATOMIC_RELAXED);
    TM_S(poll)(v);
  }
  return n;
}

/* Loads of one width each, plain or atomic: the end of the access is part of the check. */
#define TM_LOADS(name, type, order)                                                                \
  static uint64_t name(view_type *v, uint64_t n) {                                                 \
    frame_type f;                                                                                  \
    uint64_t sum = 0;                                                                              \
    TM_S(enter)(v, &f);                                                                            \
    for (uint64_t i = 0; i < n; i++) {                                                             \
      uint64_t ea = i * sizeof(type) % SPAN_BYTES;                                                 \
      sum += __atomic_load_n((type *)TM_S(at)(v, &f, ea, sizeof(type), TM_INDEX32), order);        \
      TM_S(poll)(v);                                                                               \
    }                                                                                              \
    return sum;                                                                                    \
  }
TM_LOADS(load_8, uint8_t, __ATOMIC_RELAXED)
TM_LOADS(load_16, uint16_t, __ATOMIC_RELAXED)
TM_LOADS(load_64, uint64_t, __ATOMIC_RELAXED)
TM_LOADS(load_8_atomic, uint8_t, __ATOMIC_SEQ_CST)
TM_LOADS(load_16_atomic, uint16_t, __ATOMIC_SEQ_CST)
TM_LOADS(load_32_atomic, uint32_t, __ATOMIC_SEQ_CST)
TM_LOADS(load_64_atomic, uint64_t, __ATOMIC_SEQ_CST)
#undef TM_LOADS

/* 16 bytes, as wasm's v128. */
static uint64_t load_128(view_type *v, uint64_t n) {
  frame_type f;
  uint64_t sum = 0, word[2];
  TM_S(enter)(v, &f);
  for (uint64_t i = 0; i < n; i++) {
    __builtin_memcpy(word, TM_S(at)(v, &f, i * 16 % SPAN_BYTES, 16, TM_INDEX32), 16);
    __asm__ volatile("" : : "r"(word) : "memory");
    sum += word[0] + word[1];
    TM_S(poll)(v);
  }
  return sum;
}

/* A read-modify-write, and the sync that follows every atomic. */
static uint64_t add_atomic(view_type *v, uint64_t n) {
  frame_type f;
  TM_S(enter)(v, &f);
  for (uint64_t i = 0; i < n; i++) {
    uint8_t *p = TM_S(at)(v, &f, SPAN_BYTES + i * 4 % SPAN_BYTES, 4, TM_INDEX32);
    __atomic_fetch_add((uint32_t *)p, 1, __ATOMIC_SEQ_CST);
    TM_S(sync)(v, &f);
    TM_S(poll)(v);
  }
  return n;
}

static uint64_t read_size(view_type *v, uint64_t n) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < n; i++) sum += TM_S(pages)(v);
  return sum;
}

static uint64_t call_poll(view_type *v, uint64_t n) {
  frame_type f;
  TM_S(enter)(v, &f);
  for (uint64_t i = 0; i < n; i++) {
    TM_S(poll)(v);
    __asm__ volatile("" ::: "memory");
  }
  return n;
}

/* One access: where a copy of the length is refreshed, if it is stale. */
static uint64_t load_at(view_type *v, uint64_t ea) {
  frame_type f;
  TM_S(enter)(v, &f);
  return __atomic_load_n((uint32_t *)TM_S(at)(v, &f, ea, 4, TM_INDEX32), __ATOMIC_RELAXED);
}

static const struct tm_hot_loop loops[] = {
    {"access/load-sequential", (tm_hot_body)sum_sequential, SPAN_BYTES / 4},
    {"access/load-random", (tm_hot_body)sum_random, SPAN_BYTES / 4},
    {"access/load-dependent", (tm_hot_body)chase, SPAN_BYTES / 4},
    {"access/store-sequential", (tm_hot_body)store_sequential, SPAN_BYTES / 4},
    {"access/load-8", (tm_hot_body)load_8, SPAN_BYTES / 4},
    {"access/load-16", (tm_hot_body)load_16, SPAN_BYTES / 4},
    {"access/load-64", (tm_hot_body)load_64, SPAN_BYTES / 4},
    {"access/load-128", (tm_hot_body)load_128, SPAN_BYTES / 4},
    {"access/load-8-atomic", (tm_hot_body)load_8_atomic, SPAN_BYTES / 4},
    {"access/load-16-atomic", (tm_hot_body)load_16_atomic, SPAN_BYTES / 4},
    {"access/load-32-atomic", (tm_hot_body)load_32_atomic, SPAN_BYTES / 4},
    {"access/load-64-atomic", (tm_hot_body)load_64_atomic, SPAN_BYTES / 4},
    {"access/add-32-atomic", (tm_hot_body)add_atomic, SPAN_BYTES / 4},
    {"size", (tm_hot_body)read_size, 4096},
    {"poll", (tm_hot_body)call_poll, 4096},
};

void TM_S(register)(void);
void TM_S(register)(void) {
  extern const struct tm_strategy TM_S(strategy);
  tm_register_strategy(&TM_S(strategy), loops, sizeof loops / sizeof *loops, (tm_hot_body)load_at);
}
