/* SPDX-License-Identifier: Apache-2.0 */
/* One strategy's hot half as functions. Compiled once for each strategy, with
 *     OUTLINE         its name
 *     OUTLINE_HEADER  its header */
#include OUTLINE_HEADER
#include "tests/fuzz/any.h"

#define JOIN_(a, b, c) a##b##c
#define JOIN(a, b, c)  JOIN_(a, b, c)
#define S(verb)        JOIN(tm_, OUTLINE, _##verb)
#define TEXT_(s)       #s
#define TEXT(s)        TEXT_(s)

static void enter_(void *view, void *frame) { S(enter)(view, frame); }
static uint8_t *at_(void *view, void *frame, uint64_t ea, uint64_t n, enum tm_index index) {
  return index == TM_INDEX32 ? S(at)(view, frame, ea, n, TM_INDEX32)
                             : S(at)(view, frame, ea, n, TM_INDEX64);
}
static uint8_t *span_(void *view, void *frame, uint64_t ea, uint64_t n, enum tm_index index) {
  return index == TM_INDEX32 ? S(span)(view, frame, ea, n, TM_INDEX32)
                             : S(span)(view, frame, ea, n, TM_INDEX64);
}
static uint64_t pages_(void *view) { return S(pages)(view); }
static void poll_(void *view) { S(poll)(view); }
static void sync_(void *view, void *frame) { S(sync)(view, frame); }

extern const struct tm_outline JOIN(tm_outline_, OUTLINE, );
const struct tm_outline JOIN(tm_outline_, OUTLINE, ) = {
    .name = TEXT(OUTLINE),
    .view_bytes = sizeof(struct S(view)),
    .frame_bytes = sizeof(struct S(frame)),
    .enter = enter_,
    .at = at_,
    .span = span_,
    .pages = pages_,
    .poll = poll_,
    .sync = sync_,
};
