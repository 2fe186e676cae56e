/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/guest/access.h: loads, stores and atomics.
 *
 * Every access computes its address through the strategy and is then one machine access. Plain ones
 * are volatile: the compiler neither invents, repeats, drops nor moves them across each other, and
 * on the processors we support an access of up to eight bytes is one access, which is what a
 * relaxed atomic would be. (Relaxed atomics proper need aligned addresses, which wasm does not
 * promise.) Under ThreadSanitizer they are relaxed atomics of bytes, since racing guests are no bug
 * of ours.
 */
#ifndef TM_HARNESS_WASM_GUEST_ACCESS_H
#define TM_HARNESS_WASM_GUEST_ACCESS_H

#if defined(__has_feature)
#define TM_FEATURE(f) __has_feature(f)
#else
#define TM_FEATURE(f) 0
#endif
#if defined(__SANITIZE_THREAD__) || TM_FEATURE(thread_sanitizer)
#define TM_TSAN 1
#else
#define TM_TSAN 0
#endif
#if defined(__SANITIZE_ADDRESS__) || TM_FEATURE(address_sanitizer)
#define TM_ASAN 1
#else
#define TM_ASAN 0
#endif

/* ---- the function's frame ---------------------------------------------------------------------*/

/* Fault in guest code when less than a page of stack is left, so that what the guest calls without
 * much ado (a strategy's slow half, memmove, tm_trap itself) does not. Sanitizers want more. */
#if TM_TSAN || TM_ASAN
#define tm_stack_probe() tm_stack_need(64 << 10)
#elif defined(__x86_64__)
#define tm_stack_probe() __asm__ volatile("testb $0, -4096(%%rsp)" ::: "cc")
#else
#define tm_stack_probe() ((void)*((volatile char *)__builtin_frame_address(0) - 4096))
#endif

/* Opens a function's body. `memory`: does it touch memory? `calls`: does it call? Where the
 * instance keeps its view does not change, so it is looked up once. */
#define TM_ENTER(memory, calls)                                                                    \
  if (calls) tm_stack_probe();                                                                     \
  TM_ENTER_MEMORY(memory)
#if TM_HAS_MEMORY
#define TM_ENTER_MEMORY(uses)                                                                      \
  enum { tm_uses_memory = (uses) };                                                                \
  struct TM_S(view) *const view = TM_VIEW(i);                                                      \
  struct TM_S(memory) *const memory = view->memory;                                                \
  struct TM_S(frame) frame;                                                                        \
  if (uses) TM_S(enter)(view, &frame);                                                             \
  TM_S(poll)(view)
#define tm_poll() TM_S(poll)(view)
#define tm_sync() (tm_uses_memory ? TM_S(sync)(view, &frame) : (void)0)
#else
#define TM_ENTER_MEMORY(uses) ((void)i)
#define tm_poll()             ((void)0)
#define tm_sync()             ((void)0)
#endif

/* ---- addresses --------------------------------------------------------------------------------*/

/* With -DTM_COUNT_ACCESSES every access is counted, bulk operations are not; for guests of one
 * thread, since counting is no atomic step. One counter in all files of the module. */
#if defined(TM_COUNT_ACCESSES)
__attribute__((weak)) TM_VISIBLE struct tm_atomic_u64 tm_accesses;
/* Relaxed: a statistic. */
#define TM_COUNT_ACCESS() tm_store_rlx(&tm_accesses, tm_load_rlx(&tm_accesses) + 1)
#else
#define TM_COUNT_ACCESS() ((void)0)
#endif

/* Index plus offset; cannot overflow for 32 bits. */
TM_INLINE u64 tm_ea(u64 address, u64 offset, enum tm_index index) {
  u64 ea;
  TM_COUNT_ACCESS();
  if (__builtin_add_overflow(address, offset, &ea) && index == TM_INDEX64)
    tm_trap(TM_TRAP_OUT_OF_BOUNDS);
  return ea;
}
#define TM_AT(address, offset, n)                                                                  \
  TM_S(at)(view, &frame, tm_ea(address, offset, TM_INDEX), n, TM_INDEX)
#define TM_SPAN(address, offset, n)                                                                \
  TM_S(span)(view, &frame, tm_ea(address, offset, TM_INDEX), n, TM_INDEX)

/* ---- plain ------------------------------------------------------------------------------------*/

#if TM_TSAN && defined(__x86_64__)
#define TM_READ(v, p, mov, reg)  __asm__ volatile(mov " %1, %0" : "=" reg(v) : "m"(*(p)))
#define TM_WRITE(p, v, mov, reg) __asm__ volatile(mov " %1, %0" : "=m"(*(p)) : reg(v))
#else
#define TM_READ(v, p, mov, reg)  v = *(p)
#define TM_WRITE(p, v, mov, reg) *(p) = (v)
#endif
#define TM_PLAIN(name, type, mov, reg)                                                             \
  typedef type tm_unaligned_##name __attribute__((aligned(1), may_alias));                         \
  TM_INLINE type tm_read_##name(const u8 *p) {                                                     \
    type v;                                                                                        \
    TM_READ(v, (const volatile tm_unaligned_##name *)p, mov, reg);                                 \
    return v;                                                                                      \
  }                                                                                                \
  TM_INLINE void tm_write_##name(u8 *p, type v) {                                                  \
    TM_WRITE((volatile tm_unaligned_##name *)p, v, mov, reg);                                      \
  }
TM_PLAIN(u8, uint8_t, "movb", "q")
TM_PLAIN(u16, uint16_t, "movw", "r")
TM_PLAIN(u32, uint32_t, "movl", "r")
TM_PLAIN(u64, uint64_t, "movq", "r")
TM_PLAIN(f32, float, "movss", "x")
TM_PLAIN(f64, double, "movsd", "x")
TM_PLAIN(v128, v128, "movdqu", "x")
#undef TM_PLAIN

#define i32_load(a, o)     tm_read_u32(TM_AT(a, o, 4))
#define i64_load(a, o)     tm_read_u64(TM_AT(a, o, 8))
#define f32_load(a, o)     tm_read_f32(TM_AT(a, o, 4))
#define f64_load(a, o)     tm_read_f64(TM_AT(a, o, 8))
#define i32_load8_s(a, o)  ((u32)(int8_t)tm_read_u8(TM_AT(a, o, 1)))
#define i32_load8_u(a, o)  ((u32)tm_read_u8(TM_AT(a, o, 1)))
#define i32_load16_s(a, o) ((u32)(int16_t)tm_read_u16(TM_AT(a, o, 2)))
#define i32_load16_u(a, o) ((u32)tm_read_u16(TM_AT(a, o, 2)))
#define i64_load8_s(a, o)  ((u64)(int8_t)tm_read_u8(TM_AT(a, o, 1)))
#define i64_load8_u(a, o)  ((u64)tm_read_u8(TM_AT(a, o, 1)))
#define i64_load16_s(a, o) ((u64)(int16_t)tm_read_u16(TM_AT(a, o, 2)))
#define i64_load16_u(a, o) ((u64)tm_read_u16(TM_AT(a, o, 2)))
#define i64_load32_s(a, o) ((u64)(s32)tm_read_u32(TM_AT(a, o, 4)))
#define i64_load32_u(a, o) ((u64)tm_read_u32(TM_AT(a, o, 4)))
#define v128_load(a, o)    tm_read_v128(TM_AT(a, o, 16))

#define i32_store(a, o, v)   tm_write_u32(TM_AT(a, o, 4), v)
#define i64_store(a, o, v)   tm_write_u64(TM_AT(a, o, 8), v)
#define f32_store(a, o, v)   tm_write_f32(TM_AT(a, o, 4), v)
#define f64_store(a, o, v)   tm_write_f64(TM_AT(a, o, 8), v)
#define i32_store8(a, o, v)  tm_write_u8(TM_AT(a, o, 1), (u8)(v))
#define i32_store16(a, o, v) tm_write_u16(TM_AT(a, o, 2), (u16)(v))
#define i64_store8(a, o, v)  tm_write_u8(TM_AT(a, o, 1), (u8)(v))
#define i64_store16(a, o, v) tm_write_u16(TM_AT(a, o, 2), (u16)(v))
#define i64_store32(a, o, v) tm_write_u32(TM_AT(a, o, 4), (u32)(v))
#define v128_store(a, o, v)  tm_write_v128(TM_AT(a, o, 16), v)

/* ---- atomic -----------------------------------------------------------------------------------*/

/* Alignment is checked before bounds, as in the specification. */
TM_INLINE u64 tm_aligned(u64 ea, u64 n) {
  if (__builtin_expect(ea & (n - 1), 0)) tm_trap(TM_TRAP_UNALIGNED_ATOMIC);
  return ea;
}
/* The first byte of an aligned access is as accessible as the others. */
TM_INLINE void *tm_touched(u8 *p) {
  if (TM_TSAN) (void)tm_read_u8(p);
  return p;
}
#define TM_ATOMIC_AT(a, o, type)                                                                   \
  ((type *)tm_touched(TM_S(at)(view, &frame, tm_aligned(tm_ea(a, o, TM_INDEX), sizeof(type)),      \
                               sizeof(type), TM_INDEX)))
#define TM_ALOAD(a, o, type) __atomic_load_n(TM_ATOMIC_AT(a, o, type), __ATOMIC_SEQ_CST)
#define TM_ASTORE(a, o, type, v)                                                                   \
  __atomic_store_n(TM_ATOMIC_AT(a, o, type), (type)(v), __ATOMIC_SEQ_CST)
#define TM_RMW(op, a, o, type, v) op(TM_ATOMIC_AT(a, o, type), (type)(v), __ATOMIC_SEQ_CST)

#define i32_atomic_load(a, o)       ((u32)TM_ALOAD(a, o, u32))
#define i64_atomic_load(a, o)       ((u64)TM_ALOAD(a, o, u64))
#define i32_atomic_load8_u(a, o)    ((u32)TM_ALOAD(a, o, u8))
#define i32_atomic_load16_u(a, o)   ((u32)TM_ALOAD(a, o, u16))
#define i64_atomic_load8_u(a, o)    ((u64)TM_ALOAD(a, o, u8))
#define i64_atomic_load16_u(a, o)   ((u64)TM_ALOAD(a, o, u16))
#define i64_atomic_load32_u(a, o)   ((u64)TM_ALOAD(a, o, u32))
#define i32_atomic_store(a, o, v)   TM_ASTORE(a, o, u32, v)
#define i64_atomic_store(a, o, v)   TM_ASTORE(a, o, u64, v)
#define i32_atomic_store8(a, o, v)  TM_ASTORE(a, o, u8, v)
#define i32_atomic_store16(a, o, v) TM_ASTORE(a, o, u16, v)
#define i64_atomic_store8(a, o, v)  TM_ASTORE(a, o, u8, v)
#define i64_atomic_store16(a, o, v) TM_ASTORE(a, o, u16, v)
#define i64_atomic_store32(a, o, v) TM_ASTORE(a, o, u32, v)

#define i32_atomic_rmw_add(a, o, v)      ((u32)TM_RMW(__atomic_fetch_add, a, o, u32, v))
#define i64_atomic_rmw_add(a, o, v)      ((u64)TM_RMW(__atomic_fetch_add, a, o, u64, v))
#define i32_atomic_rmw8_add_u(a, o, v)   ((u32)TM_RMW(__atomic_fetch_add, a, o, u8, v))
#define i32_atomic_rmw16_add_u(a, o, v)  ((u32)TM_RMW(__atomic_fetch_add, a, o, u16, v))
#define i64_atomic_rmw8_add_u(a, o, v)   ((u64)TM_RMW(__atomic_fetch_add, a, o, u8, v))
#define i64_atomic_rmw16_add_u(a, o, v)  ((u64)TM_RMW(__atomic_fetch_add, a, o, u16, v))
#define i64_atomic_rmw32_add_u(a, o, v)  ((u64)TM_RMW(__atomic_fetch_add, a, o, u32, v))
#define i32_atomic_rmw_sub(a, o, v)      ((u32)TM_RMW(__atomic_fetch_sub, a, o, u32, v))
#define i64_atomic_rmw_sub(a, o, v)      ((u64)TM_RMW(__atomic_fetch_sub, a, o, u64, v))
#define i32_atomic_rmw8_sub_u(a, o, v)   ((u32)TM_RMW(__atomic_fetch_sub, a, o, u8, v))
#define i32_atomic_rmw16_sub_u(a, o, v)  ((u32)TM_RMW(__atomic_fetch_sub, a, o, u16, v))
#define i64_atomic_rmw8_sub_u(a, o, v)   ((u64)TM_RMW(__atomic_fetch_sub, a, o, u8, v))
#define i64_atomic_rmw16_sub_u(a, o, v)  ((u64)TM_RMW(__atomic_fetch_sub, a, o, u16, v))
#define i64_atomic_rmw32_sub_u(a, o, v)  ((u64)TM_RMW(__atomic_fetch_sub, a, o, u32, v))
#define i32_atomic_rmw_and(a, o, v)      ((u32)TM_RMW(__atomic_fetch_and, a, o, u32, v))
#define i64_atomic_rmw_and(a, o, v)      ((u64)TM_RMW(__atomic_fetch_and, a, o, u64, v))
#define i32_atomic_rmw8_and_u(a, o, v)   ((u32)TM_RMW(__atomic_fetch_and, a, o, u8, v))
#define i32_atomic_rmw16_and_u(a, o, v)  ((u32)TM_RMW(__atomic_fetch_and, a, o, u16, v))
#define i64_atomic_rmw8_and_u(a, o, v)   ((u64)TM_RMW(__atomic_fetch_and, a, o, u8, v))
#define i64_atomic_rmw16_and_u(a, o, v)  ((u64)TM_RMW(__atomic_fetch_and, a, o, u16, v))
#define i64_atomic_rmw32_and_u(a, o, v)  ((u64)TM_RMW(__atomic_fetch_and, a, o, u32, v))
#define i32_atomic_rmw_or(a, o, v)       ((u32)TM_RMW(__atomic_fetch_or, a, o, u32, v))
#define i64_atomic_rmw_or(a, o, v)       ((u64)TM_RMW(__atomic_fetch_or, a, o, u64, v))
#define i32_atomic_rmw8_or_u(a, o, v)    ((u32)TM_RMW(__atomic_fetch_or, a, o, u8, v))
#define i32_atomic_rmw16_or_u(a, o, v)   ((u32)TM_RMW(__atomic_fetch_or, a, o, u16, v))
#define i64_atomic_rmw8_or_u(a, o, v)    ((u64)TM_RMW(__atomic_fetch_or, a, o, u8, v))
#define i64_atomic_rmw16_or_u(a, o, v)   ((u64)TM_RMW(__atomic_fetch_or, a, o, u16, v))
#define i64_atomic_rmw32_or_u(a, o, v)   ((u64)TM_RMW(__atomic_fetch_or, a, o, u32, v))
#define i32_atomic_rmw_xor(a, o, v)      ((u32)TM_RMW(__atomic_fetch_xor, a, o, u32, v))
#define i64_atomic_rmw_xor(a, o, v)      ((u64)TM_RMW(__atomic_fetch_xor, a, o, u64, v))
#define i32_atomic_rmw8_xor_u(a, o, v)   ((u32)TM_RMW(__atomic_fetch_xor, a, o, u8, v))
#define i32_atomic_rmw16_xor_u(a, o, v)  ((u32)TM_RMW(__atomic_fetch_xor, a, o, u16, v))
#define i64_atomic_rmw8_xor_u(a, o, v)   ((u64)TM_RMW(__atomic_fetch_xor, a, o, u8, v))
#define i64_atomic_rmw16_xor_u(a, o, v)  ((u64)TM_RMW(__atomic_fetch_xor, a, o, u16, v))
#define i64_atomic_rmw32_xor_u(a, o, v)  ((u64)TM_RMW(__atomic_fetch_xor, a, o, u32, v))
#define i32_atomic_rmw_xchg(a, o, v)     ((u32)TM_RMW(__atomic_exchange_n, a, o, u32, v))
#define i64_atomic_rmw_xchg(a, o, v)     ((u64)TM_RMW(__atomic_exchange_n, a, o, u64, v))
#define i32_atomic_rmw8_xchg_u(a, o, v)  ((u32)TM_RMW(__atomic_exchange_n, a, o, u8, v))
#define i32_atomic_rmw16_xchg_u(a, o, v) ((u32)TM_RMW(__atomic_exchange_n, a, o, u16, v))
#define i64_atomic_rmw8_xchg_u(a, o, v)  ((u64)TM_RMW(__atomic_exchange_n, a, o, u8, v))
#define i64_atomic_rmw16_xchg_u(a, o, v) ((u64)TM_RMW(__atomic_exchange_n, a, o, u16, v))
#define i64_atomic_rmw32_xchg_u(a, o, v) ((u64)TM_RMW(__atomic_exchange_n, a, o, u32, v))

/* The value found. Narrow ones compare the low bits of what is expected, as in the scripts of the
 * threads proposal. */
#define TM_CMPXCHG(name, type, value)                                                              \
  TM_INLINE value tm_cmpxchg_##name(type *p, value expected, value replacement) {                  \
    type found = (type)expected;                                                                   \
    __atomic_compare_exchange_n(p, &found, (type)replacement, false, __ATOMIC_SEQ_CST,             \
                                __ATOMIC_SEQ_CST);                                                 \
    return (value)found;                                                                           \
  }
TM_CMPXCHG(u8_i32, u8, u32)
TM_CMPXCHG(u16_i32, u16, u32)
TM_CMPXCHG(u32_i32, u32, u32)
TM_CMPXCHG(u8_i64, u8, u64)
TM_CMPXCHG(u16_i64, u16, u64)
TM_CMPXCHG(u32_i64, u32, u64)
TM_CMPXCHG(u64_i64, u64, u64)
#undef TM_CMPXCHG
#define i32_atomic_rmw_cmpxchg(a, o, e, v)     tm_cmpxchg_u32_i32(TM_ATOMIC_AT(a, o, u32), e, v)
#define i64_atomic_rmw_cmpxchg(a, o, e, v)     tm_cmpxchg_u64_i64(TM_ATOMIC_AT(a, o, u64), e, v)
#define i32_atomic_rmw8_cmpxchg_u(a, o, e, v)  tm_cmpxchg_u8_i32(TM_ATOMIC_AT(a, o, u8), e, v)
#define i32_atomic_rmw16_cmpxchg_u(a, o, e, v) tm_cmpxchg_u16_i32(TM_ATOMIC_AT(a, o, u16), e, v)
#define i64_atomic_rmw8_cmpxchg_u(a, o, e, v)  tm_cmpxchg_u8_i64(TM_ATOMIC_AT(a, o, u8), e, v)
#define i64_atomic_rmw16_cmpxchg_u(a, o, e, v) tm_cmpxchg_u16_i64(TM_ATOMIC_AT(a, o, u16), e, v)
#define i64_atomic_rmw32_cmpxchg_u(a, o, e, v) tm_cmpxchg_u32_i64(TM_ATOMIC_AT(a, o, u32), e, v)

#define atomic_fence() __atomic_thread_fence(__ATOMIC_SEQ_CST)

/* Waiting and waking work on checked addresses under every strategy, touched or not. On a memory
 * that is not shared nobody waits: waiting traps, waking wakes nobody. */
#define TM_WAIT_AT(a, o, n)                                                                        \
  TM_S(span)(view, &frame, tm_aligned(tm_ea(a, o, TM_INDEX), n), n, TM_INDEX)
TM_INLINE void tm_expect_shared(bool shared) {
  if (!shared) tm_trap(TM_TRAP_EXPECTED_SHARED);
}
#define memory_atomic_wait32(a, o, e, t) tm_guest_wait32(i, TM_WAIT_AT(a, o, 4), e, t)
#define memory_atomic_wait64(a, o, e, t) tm_guest_wait64(i, TM_WAIT_AT(a, o, 8), e, t)
#define memory_atomic_notify(a, o, n)    tm_guest_notify(i, TM_WAIT_AT(a, o, 4), n)

#endif
