/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/guest/numeric.h: arithmetic where C's differs from wasm's: it traps, C leaves it
 * undefined, or compilers do not keep NaNs as the specification asks. */
#ifndef TM_HARNESS_WASM_GUEST_NUMERIC_H
#define TM_HARNESS_WASM_GUEST_NUMERIC_H

/* ---- bits -------------------------------------------------------------------------------------*/

TM_INLINE f32 f32_bits(u32 bits) {
  f32 f;
  memcpy(&f, &bits, sizeof f);
  return f;
}
TM_INLINE f64 f64_bits(u64 bits) {
  f64 f;
  memcpy(&f, &bits, sizeof f);
  return f;
}
TM_INLINE u32 i32_reinterpret_f32(f32 f) {
  u32 bits;
  memcpy(&bits, &f, sizeof bits);
  return bits;
}
TM_INLINE u64 i64_reinterpret_f64(f64 f) {
  u64 bits;
  memcpy(&bits, &f, sizeof bits);
  return bits;
}
TM_INLINE f32 f32_reinterpret_i32(u32 bits) { return f32_bits(bits); }
TM_INLINE f64 f64_reinterpret_i64(u64 bits) { return f64_bits(bits); }

/* A value that the compiler knows nothing about. Compilers fold x * 1 to x, which keeps a
 * signalling NaN that wasm makes quiet; not so with an unknown 1. */
#if defined(__x86_64__)
#define TM_FLOAT_REGISTER "+x"
#else
#define TM_FLOAT_REGISTER "+w"
#endif
TM_INLINE f32 f32_opaque(f32 f) {
  __asm__("" : TM_FLOAT_REGISTER(f));
  return f;
}
TM_INLINE f64 f64_opaque(f64 f) {
  __asm__("" : TM_FLOAT_REGISTER(f));
  return f;
}

/* ---- integers ---------------------------------------------------------------------------------*/

TM_INLINE u32 i32_clz(u32 a) { return a ? (u32)__builtin_clz(a) : 32; }
TM_INLINE u64 i64_clz(u64 a) { return a ? (u64)__builtin_clzll(a) : 64; }
TM_INLINE u32 i32_ctz(u32 a) { return a ? (u32)__builtin_ctz(a) : 32; }
TM_INLINE u64 i64_ctz(u64 a) { return a ? (u64)__builtin_ctzll(a) : 64; }
TM_INLINE u32 i32_popcnt(u32 a) { return (u32)__builtin_popcount(a); }
TM_INLINE u64 i64_popcnt(u64 a) { return (u64)__builtin_popcountll(a); }
TM_INLINE u32 i32_rotl(u32 a, u32 n) { return a << (n & 31) | a >> (-n & 31); }
TM_INLINE u32 i32_rotr(u32 a, u32 n) { return a >> (n & 31) | a << (-n & 31); }
TM_INLINE u64 i64_rotl(u64 a, u64 n) { return a << (n & 63) | a >> (-n & 63); }
TM_INLINE u64 i64_rotr(u64 a, u64 n) { return a >> (n & 63) | a << (-n & 63); }
TM_INLINE u32 i32_extend8_s(u32 a) { return (u32)(int8_t)a; }
TM_INLINE u32 i32_extend16_s(u32 a) { return (u32)(int16_t)a; }
TM_INLINE u64 i64_extend8_s(u64 a) { return (u64)(int8_t)a; }
TM_INLINE u64 i64_extend16_s(u64 a) { return (u64)(int16_t)a; }
TM_INLINE u64 i64_extend32_s(u64 a) { return (u64)(s32)a; }
TM_INLINE u64 i64_extend_i32_s(u32 a) { return (u64)(s32)a; }

#define TM_DIVISION(t, u, s, min)                                                                  \
  TM_INLINE u t##_div_s(u a, u b) {                                                                \
    if (__builtin_expect(b == 0, 0)) tm_trap(TM_TRAP_DIVIDE_BY_ZERO);                              \
    if (__builtin_expect(a == (u)(min) && b == (u) - 1, 0)) tm_trap(TM_TRAP_INTEGER_OVERFLOW);     \
    return (u)((s)a / (s)b);                                                                       \
  }                                                                                                \
  TM_INLINE u t##_div_u(u a, u b) {                                                                \
    if (__builtin_expect(b == 0, 0)) tm_trap(TM_TRAP_DIVIDE_BY_ZERO);                              \
    return a / b;                                                                                  \
  }                                                                                                \
  TM_INLINE u t##_rem_s(u a, u b) {                                                                \
    if (__builtin_expect(b == 0, 0)) tm_trap(TM_TRAP_DIVIDE_BY_ZERO);                              \
    return b == (u) - 1 ? 0 : (u)((s)a % (s)b);                                                    \
  }                                                                                                \
  TM_INLINE u t##_rem_u(u a, u b) {                                                                \
    if (__builtin_expect(b == 0, 0)) tm_trap(TM_TRAP_DIVIDE_BY_ZERO);                              \
    return a % b;                                                                                  \
  }
TM_DIVISION(i32, u32, s32, INT32_MIN)
TM_DIVISION(i64, u64, s64, INT64_MIN)
#undef TM_DIVISION

/* ---- floats -----------------------------------------------------------------------------------*/

/* min and max: a NaN if either is, made quiet by the addition; -0 is less than 0. */
#define TM_FLOAT(t, f, u, i)                                                                       \
  TM_INLINE f t##_min(f a, f b) {                                                                  \
    if (__builtin_expect(a != a || b != b, 0)) return a + b;                                       \
    if (a == b) return t##_bits(i##_reinterpret_##t(a) | i##_reinterpret_##t(b));                  \
    return a < b ? a : b;                                                                          \
  }                                                                                                \
  TM_INLINE f t##_max(f a, f b) {                                                                  \
    if (__builtin_expect(a != a || b != b, 0)) return a + b;                                       \
    if (a == b) return t##_bits(i##_reinterpret_##t(a) & i##_reinterpret_##t(b));                  \
    return a > b ? a : b;                                                                          \
  }
TM_FLOAT(f32, f32, u32, i32)
TM_FLOAT(f64, f64, u64, i64)
#undef TM_FLOAT

TM_INLINE f32 f32_abs(f32 a) { return __builtin_fabsf(a); }
TM_INLINE f64 f64_abs(f64 a) { return __builtin_fabs(a); }
TM_INLINE f32 f32_neg(f32 a) { return -a; }
TM_INLINE f64 f64_neg(f64 a) { return -a; }
TM_INLINE f32 f32_copysign(f32 a, f32 b) { return __builtin_copysignf(a, b); }
TM_INLINE f64 f64_copysign(f64 a, f64 b) { return __builtin_copysign(a, b); }
TM_INLINE f32 f32_ceil(f32 a) { return __builtin_ceilf(a); }
TM_INLINE f64 f64_ceil(f64 a) { return __builtin_ceil(a); }
TM_INLINE f32 f32_floor(f32 a) { return __builtin_floorf(a); }
TM_INLINE f64 f64_floor(f64 a) { return __builtin_floor(a); }
TM_INLINE f32 f32_trunc(f32 a) { return __builtin_truncf(a); }
TM_INLINE f64 f64_trunc(f64 a) { return __builtin_trunc(a); }
TM_INLINE f32 f32_nearest(f32 a) { return __builtin_rintf(a); } /* ties to even by default */
TM_INLINE f64 f64_nearest(f64 a) { return __builtin_rint(a); }
TM_INLINE f32 f32_sqrt(f32 a) { return __builtin_sqrtf(a); }
TM_INLINE f64 f64_sqrt(f64 a) { return __builtin_sqrt(a); }

TM_INLINE f32 f32_convert_i32_s(u32 a) { return (f32)(s32)a; }
TM_INLINE f32 f32_convert_i32_u(u32 a) { return (f32)a; }
TM_INLINE f32 f32_convert_i64_s(u64 a) { return (f32)(s64)a; }
TM_INLINE f32 f32_convert_i64_u(u64 a) { return (f32)a; }
TM_INLINE f64 f64_convert_i32_s(u32 a) { return (f64)(s32)a; }
TM_INLINE f64 f64_convert_i32_u(u32 a) { return (f64)a; }
TM_INLINE f64 f64_convert_i64_s(u64 a) { return (f64)(s64)a; }
TM_INLINE f64 f64_convert_i64_u(u64 a) { return (f64)a; }
/* Hidden, so that a demotion of it is computed and not folded away: it makes NaNs quiet. */
TM_INLINE f64 f64_promote_f32(f32 a) { return f64_opaque((f64)a); }
TM_INLINE f32 f32_demote_f64(f64 a) { return (f32)a; }

/* Truncation: in range when low < a < high, which fails for NaNs. The bounds are the nearest
 * values of the float type outside the range. */
TM_INLINE _Noreturn void tm_trap_truncation(bool nan) {
  if (nan) tm_trap(TM_TRAP_INVALID_CONVERSION);
  tm_trap(TM_TRAP_INTEGER_OVERFLOW);
}
#define TM_TRUNCATION(name, u, to, f, low, high, min, max)                                         \
  TM_INLINE u name(f a) {                                                                          \
    if (__builtin_expect(!(a low && a < high), 0)) tm_trap_truncation(a != a);                     \
    return (u)(to)a;                                                                               \
  }                                                                                                \
  TM_INLINE u TM_SATURATING_##name(f a) {                                                          \
    if (__builtin_expect(!(a low && a < high), 0)) return a != a ? 0 : a < 0 ? min : max;          \
    return (u)(to)a;                                                                               \
  }
#define TM_SATURATING_i32_trunc_f32_s i32_trunc_sat_f32_s
#define TM_SATURATING_i32_trunc_f32_u i32_trunc_sat_f32_u
#define TM_SATURATING_i32_trunc_f64_s i32_trunc_sat_f64_s
#define TM_SATURATING_i32_trunc_f64_u i32_trunc_sat_f64_u
#define TM_SATURATING_i64_trunc_f32_s i64_trunc_sat_f32_s
#define TM_SATURATING_i64_trunc_f32_u i64_trunc_sat_f32_u
#define TM_SATURATING_i64_trunc_f64_s i64_trunc_sat_f64_s
#define TM_SATURATING_i64_trunc_f64_u i64_trunc_sat_f64_u
TM_TRUNCATION(i32_trunc_f32_s, u32, s32, f32, >= -0x1p31f, 0x1p31f, (u32)INT32_MIN, INT32_MAX)
TM_TRUNCATION(i32_trunc_f32_u, u32, u32, f32, > -1.0f, 0x1p32f, 0, UINT32_MAX)
TM_TRUNCATION(i32_trunc_f64_s, u32, s32, f64, > -0x1.00000002p31, 0x1p31, (u32)INT32_MIN, INT32_MAX)
TM_TRUNCATION(i32_trunc_f64_u, u32, u32, f64, > -1.0, 0x1p32, 0, UINT32_MAX)
TM_TRUNCATION(i64_trunc_f32_s, u64, s64, f32, >= -0x1p63f, 0x1p63f, (u64)INT64_MIN, INT64_MAX)
TM_TRUNCATION(i64_trunc_f32_u, u64, u64, f32, > -1.0f, 0x1p64f, 0, UINT64_MAX)
TM_TRUNCATION(i64_trunc_f64_s, u64, s64, f64, >= -0x1p63, 0x1p63, (u64)INT64_MIN, INT64_MAX)
TM_TRUNCATION(i64_trunc_f64_u, u64, u64, f64, > -1.0, 0x1p64, 0, UINT64_MAX)
#undef TM_TRUNCATION

#endif
