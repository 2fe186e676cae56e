/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/guest/instance.h: operations that need the instance: sizes, bulk memory, tables,
 * indirect calls. Included after struct tm_instance is complete. */
#ifndef TM_HARNESS_WASM_GUEST_INSTANCE_H
#define TM_HARNESS_WASM_GUEST_INSTANCE_H

extern const char *tm_interned[];

/* ---- memory -----------------------------------------------------------------------------------*/

struct tm_data_segment {
  const u8 *bytes;
  u64 size;
};
extern const struct tm_data_segment tm_data[];

/* What the host's functions may need of the stack. */
enum { TM_HOST_STACK = 32 << 10 };

/* Checked ranges only. Under ThreadSanitizer byte by byte: racing guests are no bug of ours. */
TM_INLINE void tm_move(u8 *to, const u8 *from, u64 n) {
  if (!TM_TSAN) {
    memmove(to, from, n);
    return;
  }
  for (u64 k = 0; k < n; k++) {
    u64 at = to <= from ? k : n - 1 - k;
    tm_write_u8(to + at, tm_read_u8(from + at));
  }
}
TM_INLINE void tm_set(u8 *to, u8 value, u64 n) {
  if (!TM_TSAN) {
    memset(to, value, n);
    return;
  }
  for (u64 k = 0; k < n; k++) tm_write_u8(to + k, value);
}

#if TM_HAS_MEMORY

/* The length as the host reads it. */
TM_INLINE u64 tm_memory_size_call(struct tm_instance *i) {
  return tm_linear_pages(i->head.memory, TM_VIEW(i));
}
/* The view, with what the compiler cannot know: its memory is the one that it had on entry. Without
 * that, a loop over memory.size loads the pointer anew after each atomic access. */
TM_INLINE struct TM_S(view) * tm_steady(struct TM_S(view) * view, struct TM_S(memory) * memory) {
  if (view->memory != memory) __builtin_unreachable();
  return view;
}
TM_INLINE u64 tm_memory_grow(struct tm_instance *i, u64 delta) {
  tm_stack_need(TM_HOST_STACK);
  return (u64)tm_linear_grow(i->head.memory, TM_VIEW(i), delta);
}
TM_INLINE u32 tm_guest_wait32(struct tm_instance *i, u8 *p, u32 expected, u64 timeout) {
  tm_expect_shared(TM_SHARED);
  tm_stack_need(TM_HOST_STACK);
  return (u32)tm_linear_wait32(i->head.memory, TM_VIEW(i), p, expected, (s64)timeout);
}
TM_INLINE u32 tm_guest_wait64(struct tm_instance *i, u8 *p, u64 expected, u64 timeout) {
  tm_expect_shared(TM_SHARED);
  tm_stack_need(TM_HOST_STACK);
  return (u32)tm_linear_wait64(i->head.memory, TM_VIEW(i), p, expected, (s64)timeout);
}
TM_INLINE u32 tm_guest_notify(struct tm_instance *i, u8 *p, u32 count) {
  tm_stack_need(TM_HOST_STACK);
  return TM_SHARED ? tm_linear_notify(i->head.memory, TM_VIEW(i), p, count) : 0;
}
TM_INLINE void tm_memory_copy(struct TM_S(view) * view, struct TM_S(frame) * frame, u64 to,
                              u64 from, u64 n) {
  u8 *t = TM_S(span)(view, frame, to, n, TM_INDEX);
  u8 *f = TM_S(span)(view, frame, from, n, TM_INDEX);
  tm_move(t, f, n);
}
TM_INLINE void tm_memory_fill(struct TM_S(view) * view, struct TM_S(frame) * frame, u64 to,
                              u32 value, u64 n) {
  tm_set(TM_S(span)(view, frame, to, n, TM_INDEX), (u8)value, n);
}
TM_INLINE void tm_memory_init(struct TM_S(view) * view, struct TM_S(frame) * frame,
                              struct tm_data_segment data, u64 to, u32 from, u32 n) {
  u8 *t = TM_S(span)(view, frame, to, n, TM_INDEX);
  if ((u64)from + n > data.size) tm_trap(TM_TRAP_OUT_OF_BOUNDS);
  if (n) tm_move(t, data.bytes + from, n);
}

/* Sizes have the width of an address. */
#define TM_ADDRESS(v) (TM_INDEX == TM_INDEX32 ? (u32)(v) : (v))
#if TM_SIZE_CALL
#define memory_size() TM_ADDRESS(tm_memory_size_call(i))
#else
#define memory_size() TM_ADDRESS(TM_S(pages)(tm_steady(view, memory)))
#endif
#define memory_grow(delta)   TM_ADDRESS(tm_memory_grow(i, delta))
#define memory_copy(d, s, n) tm_memory_copy(view, &frame, d, s, n)
#define memory_fill(d, v, n) tm_memory_fill(view, &frame, d, v, n)
#define memory_init(k, d, s, n)                                                                    \
  tm_memory_init(view, &frame, i->data_dropped[k] ? (struct tm_data_segment){0} : tm_data[k], d,   \
                 s, n)

/* At instantiation: an active segment, all of it. Not inlined: there may be thousands. */
static __attribute__((noinline, unused)) void tm_init_data(struct tm_instance *i,
                                                           struct tm_data_segment data, u64 to) {
  struct TM_S(view) *const view = TM_VIEW(i);
  struct TM_S(frame) frame;
  TM_S(enter)(view, &frame);
  tm_memory_init(view, &frame, data, to, 0, (u32)data.size);
}
#endif

/* ---- tables -----------------------------------------------------------------------------------*/

#define TM_NULL_REFERENCE UINT32_MAX
/* Items are indices into the instance's references. */
struct tm_element_segment {
  const u32 *items;
  u32 count;
};
extern const struct tm_element_segment tm_elements[];

/* A segment and what its items refer to. */
struct tm_element_list {
  struct tm_element_segment segment;
  struct tm_func *references;
};
#define TM_ELEMENTS(k)                                                                             \
  ((struct tm_element_list){                                                                       \
      i->elements_dropped[k] ? (struct tm_element_segment){0} : tm_elements[k], TM_REFERENCES})

TM_INLINE void tm_table_check(const struct tm_table *t, u32 at, u32 n) {
  if ((u64)at + n > t->size) tm_trap(TM_TRAP_TABLE_OUT_OF_BOUNDS);
}
TM_INLINE ref tm_table_get(const struct tm_table *t, u32 at) {
  tm_table_check(t, at, 1);
  return t->elements[at];
}
TM_INLINE void tm_table_set(struct tm_table *t, u32 at, ref value) {
  tm_table_check(t, at, 1);
  t->elements[at] = value;
}
TM_INLINE u32 table_grow(struct tm_table *t, ref value, u32 delta) {
  tm_stack_need(TM_HOST_STACK);
  return tm_table_grow(t, delta, value);
}
TM_INLINE void tm_table_fill(struct tm_table *t, u32 at, ref value, u32 n) {
  tm_table_check(t, at, n);
  for (u32 k = 0; k < n; k++) t->elements[at + k] = value;
}
TM_INLINE void tm_table_copy(struct tm_table *to, struct tm_table *from, u32 d, u32 s, u32 n) {
  tm_table_check(from, s, n);
  tm_table_check(to, d, n);
  if (n) memmove(to->elements + d, from->elements + s, n * sizeof(ref));
}
TM_INLINE void tm_table_init(struct tm_table *t, struct tm_element_list list, u32 d, u32 s, u32 n) {
  if ((u64)s + n > list.segment.count) tm_trap(TM_TRAP_TABLE_OUT_OF_BOUNDS);
  tm_table_check(t, d, n);
  for (u32 k = 0; k < n; k++) {
    u32 item = list.segment.items[s + k];
    t->elements[d + k] = item == TM_NULL_REFERENCE ? NULL : &list.references[item];
  }
}

/* At instantiation, as above. */
static __attribute__((noinline, unused)) void tm_init_elements(struct tm_table *t,
                                                               struct tm_element_list list, u32 d) {
  tm_table_init(t, list, d, 0, list.segment.count);
}

/* What desc->prepare makes references of: functions of the module; NULL for imported ones. */
struct tm_reference {
  tm_code code;
  u32 type;
};
TM_INLINE void tm_prepare(struct tm_instance *i, struct tm_func *references,
                          const struct tm_reference *from, u32 count) {
  for (u32 k = 0; k < count; k++)
    if (from[k].code) references[k] = (struct tm_func){from[k].code, i, tm_interned[from[k].type]};
}

/* call_indirect: the function at `at`, which must have this (interned) signature. */
TM_INLINE const struct tm_func *tm_callee(const struct tm_table *t, u32 at, const char *signature) {
  if (__builtin_expect(at >= t->size, 0)) tm_trap(TM_TRAP_UNDEFINED_ELEMENT);
  const struct tm_func *f = t->elements[at];
  if (__builtin_expect(!f, 0)) tm_trap(TM_TRAP_UNINITIALIZED_ELEMENT);
  if (__builtin_expect(f->signature != signature, 0)) tm_trap(TM_TRAP_INDIRECT_CALL_TYPE);
  return f;
}

#endif
