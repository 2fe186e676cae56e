/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/any.h: every strategy through one table of functions.
 *
 * Stands in a strategy header's place when modules are translated for the strategy "any": the hot
 * half is then called, not inlined, so one compilation of a module runs under every strategy. The
 * functions called are the strategies' own (outline.c). Who runs a module sets tm_outline first.
 */
#ifndef TM_TESTS_FUZZ_ANY_H
#define TM_TESTS_FUZZ_ANY_H

#include "core/strategy.h"

/* A strategy's hot half, out of line. */
struct tm_outline {
  const char *name;
  size_t view_bytes, frame_bytes;
  void (*enter)(void *view, void *frame);
  uint8_t *(*at)(void *view, void *frame, uint64_t ea, uint64_t n, enum tm_index index);
  uint8_t *(*span)(void *view, void *frame, uint64_t ea, uint64_t n, enum tm_index index);
  uint64_t (*pages)(void *view);
  void (*poll)(void *view);
  void (*sync)(void *view, void *frame);
};

/* What translated code calls now. */
extern const struct tm_outline *tm_outline;
/* NULL when there is no such strategy, or its view or frame is larger than those below. */
const struct tm_outline *tm_outline_find(const char *name);

enum { TM_ANY_VIEW_BYTES = 1024, TM_ANY_FRAME_BYTES = 128 };
struct tm_any_memory;
struct tm_any_view {
  _Alignas(128) uint8_t *base;
  uint8_t rest[TM_ANY_VIEW_BYTES - sizeof(uint8_t *)]; /* the strategy's */
  struct tm_any_memory *memory;                        /* read by translated code; always NULL */
};
struct tm_any_frame {
  _Alignas(16) uint8_t bytes[TM_ANY_FRAME_BYTES];
};

static inline void tm_any_enter(struct tm_any_view *v, struct tm_any_frame *f) {
  tm_outline->enter(v, f);
}
static inline uint8_t *tm_any_at(struct tm_any_view *v, struct tm_any_frame *f, uint64_t ea,
                                 uint64_t n, enum tm_index index) {
  return tm_outline->at(v, f, ea, n, index);
}
static inline uint8_t *tm_any_span(struct tm_any_view *v, struct tm_any_frame *f, uint64_t ea,
                                   uint64_t n, enum tm_index index) {
  return tm_outline->span(v, f, ea, n, index);
}
static inline uint64_t tm_any_pages(struct tm_any_view *v) { return tm_outline->pages(v); }
static inline void tm_any_poll(struct tm_any_view *v) { tm_outline->poll(v); }
static inline void tm_any_sync(struct tm_any_view *v, struct tm_any_frame *f) {
  tm_outline->sync(v, f);
}

#endif
