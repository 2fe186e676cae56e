/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/guest/simd.h: vectors, through SIMDe. Included by the units that use them. */
#ifndef TM_HARNESS_WASM_GUEST_SIMD_H
#define TM_HARNESS_WASM_GUEST_SIMD_H

#include <simde/wasm/simd128.h>

/* ---- memory -----------------------------------------------------------------------------------*/

/* The low half, zero above. */
#define TM_LOW(x) v128_const(x, 0)

#define v128_load8x8_s(a, o)    i16x8_extend_low_i8x16_s(TM_LOW(i64_load(a, o)))
#define v128_load8x8_u(a, o)    i16x8_extend_low_i8x16_u(TM_LOW(i64_load(a, o)))
#define v128_load16x4_s(a, o)   i32x4_extend_low_i16x8_s(TM_LOW(i64_load(a, o)))
#define v128_load16x4_u(a, o)   i32x4_extend_low_i16x8_u(TM_LOW(i64_load(a, o)))
#define v128_load32x2_s(a, o)   i64x2_extend_low_i32x4_s(TM_LOW(i64_load(a, o)))
#define v128_load32x2_u(a, o)   i64x2_extend_low_i32x4_u(TM_LOW(i64_load(a, o)))
#define v128_load8_splat(a, o)  i8x16_splat(i32_load8_u(a, o))
#define v128_load16_splat(a, o) i16x8_splat(i32_load16_u(a, o))
#define v128_load32_splat(a, o) i32x4_splat(i32_load(a, o))
#define v128_load64_splat(a, o) i64x2_splat(i64_load(a, o))
#define v128_load32_zero(a, o)  TM_LOW(i32_load(a, o))
#define v128_load64_zero(a, o)  TM_LOW(i64_load(a, o))

#define v128_load8_lane(a, o, v, lane)   i8x16_replace_lane(v, i32_load8_u(a, o), lane)
#define v128_load16_lane(a, o, v, lane)  i16x8_replace_lane(v, i32_load16_u(a, o), lane)
#define v128_load32_lane(a, o, v, lane)  i32x4_replace_lane(v, i32_load(a, o), lane)
#define v128_load64_lane(a, o, v, lane)  i64x2_replace_lane(v, i64_load(a, o), lane)
#define v128_store8_lane(a, o, v, lane)  i32_store8(a, o, i8x16_extract_lane_u(v, lane))
#define v128_store16_lane(a, o, v, lane) i32_store16(a, o, i16x8_extract_lane_u(v, lane))
#define v128_store32_lane(a, o, v, lane) i32_store(a, o, i32x4_extract_lane(v, lane))
#define v128_store64_lane(a, o, v, lane) i64_store(a, o, i64x2_extract_lane(v, lane))

/* ---- values -----------------------------------------------------------------------------------*/

/* What SIMDe 0.7.4 gets wrong. min and max: it loses the sign of zero; here as in numeric.h. */
#define TM_LANES(name, f)                                                                          \
  typedef f tm_##name __attribute__((vector_size(16), may_alias));                                 \
  TM_INLINE v128 tm_##name##_pick(v128 x, v128 y, v128 first, v128 equal) {                        \
    tm_##name a = (tm_##name)x, b = (tm_##name)y;                                                  \
    v128 nan = (v128)(a != a) | (v128)(b != b), same = (v128)(a == b);                             \
    v128 r = (same & equal) | (~same & ((first & x) | (~first & y)));                              \
    return (nan & (v128)(a + b)) | (~nan & r);                                                     \
  }                                                                                                \
  TM_INLINE v128 name##_min(v128 x, v128 y) {                                                      \
    return tm_##name##_pick(x, y, (v128)((tm_##name)x < (tm_##name)y), x | y);                     \
  }                                                                                                \
  TM_INLINE v128 name##_max(v128 x, v128 y) {                                                      \
    return tm_##name##_pick(x, y, (v128)((tm_##name)x > (tm_##name)y), x & y);                     \
  }
TM_LANES(f32x4, float)
TM_LANES(f64x2, double)
#undef TM_LANES

/* Written there with signed numbers, whose overflow C leaves undefined. */
typedef u64 tm_u64x2 __attribute__((vector_size(16), may_alias));
typedef s64 tm_s64x2 __attribute__((vector_size(16), may_alias));
TM_INLINE v128 i64x2_mul(v128 x, v128 y) { return (v128)((tm_u64x2)x * (tm_u64x2)y); }
TM_INLINE v128 i64x2_abs(v128 x) {
  tm_u64x2 negative = (tm_u64x2)((tm_s64x2)x < 0);
  return (v128)(((tm_u64x2)x ^ negative) - negative);
}

/* From 2^31 on SIMDe gives 2^31: here the top bit is taken off before and put back. */
TM_INLINE v128 i32x4_trunc_sat_f32x4_u(v128 x) {
  tm_f32x4 a = (tm_f32x4)x;
  v128 high = (v128)(a >= 2147483648.0f), top = simde_wasm_i32x4_splat(INT32_MIN);
  tm_f32x4 low = a - (tm_f32x4)(high & simde_wasm_f32x4_splat(2147483648.0f));
  return (simde_wasm_i32x4_trunc_sat_f32x4((v128)low) ^ (high & top)) & (v128)(a > 0.0f);
}

/* No saturated product is INT16_MIN; where SIMDe gives that, INT16_MAX is right. */
TM_INLINE v128 i16x8_q15mulr_sat_s(v128 x, v128 y) {
  v128 r = simde_wasm_i16x8_q15mulr_sat(x, y);
  return r ^ simde_wasm_i16x8_eq(r, simde_wasm_i16x8_splat(INT16_MIN));
}

#define i8x16_shuffle(a, b, ...) simde_wasm_i8x16_shuffle(a, b, __VA_ARGS__)

#define i8x16_swizzle(a, b)              simde_wasm_i8x16_swizzle(a, b)
#define i8x16_splat(a)                   simde_wasm_i8x16_splat(a)
#define i16x8_splat(a)                   simde_wasm_i16x8_splat(a)
#define i32x4_splat(a)                   simde_wasm_i32x4_splat(a)
#define i64x2_splat(a)                   simde_wasm_i64x2_splat(a)
#define f32x4_splat(a)                   simde_wasm_f32x4_splat(a)
#define f64x2_splat(a)                   simde_wasm_f64x2_splat(a)
#define i8x16_extract_lane_s(a, lane)    ((u32)simde_wasm_i8x16_extract_lane(a, lane))
#define i8x16_extract_lane_u(a, lane)    ((u32)simde_wasm_u8x16_extract_lane(a, lane))
#define i8x16_replace_lane(a, b, lane)   simde_wasm_i8x16_replace_lane(a, lane, b)
#define i16x8_extract_lane_s(a, lane)    ((u32)simde_wasm_i16x8_extract_lane(a, lane))
#define i16x8_extract_lane_u(a, lane)    ((u32)simde_wasm_u16x8_extract_lane(a, lane))
#define i16x8_replace_lane(a, b, lane)   simde_wasm_i16x8_replace_lane(a, lane, b)
#define i32x4_extract_lane(a, lane)      ((u32)simde_wasm_i32x4_extract_lane(a, lane))
#define i32x4_replace_lane(a, b, lane)   simde_wasm_i32x4_replace_lane(a, lane, b)
#define i64x2_extract_lane(a, lane)      ((u64)simde_wasm_i64x2_extract_lane(a, lane))
#define i64x2_replace_lane(a, b, lane)   simde_wasm_i64x2_replace_lane(a, lane, b)
#define f32x4_extract_lane(a, lane)      simde_wasm_f32x4_extract_lane(a, lane)
#define f32x4_replace_lane(a, b, lane)   simde_wasm_f32x4_replace_lane(a, lane, b)
#define f64x2_extract_lane(a, lane)      simde_wasm_f64x2_extract_lane(a, lane)
#define f64x2_replace_lane(a, b, lane)   simde_wasm_f64x2_replace_lane(a, lane, b)
#define i8x16_eq(a, b)                   simde_wasm_i8x16_eq(a, b)
#define i8x16_ne(a, b)                   simde_wasm_i8x16_ne(a, b)
#define i8x16_lt_s(a, b)                 simde_wasm_i8x16_lt(a, b)
#define i8x16_lt_u(a, b)                 simde_wasm_u8x16_lt(a, b)
#define i8x16_gt_s(a, b)                 simde_wasm_i8x16_gt(a, b)
#define i8x16_gt_u(a, b)                 simde_wasm_u8x16_gt(a, b)
#define i8x16_le_s(a, b)                 simde_wasm_i8x16_le(a, b)
#define i8x16_le_u(a, b)                 simde_wasm_u8x16_le(a, b)
#define i8x16_ge_s(a, b)                 simde_wasm_i8x16_ge(a, b)
#define i8x16_ge_u(a, b)                 simde_wasm_u8x16_ge(a, b)
#define i16x8_eq(a, b)                   simde_wasm_i16x8_eq(a, b)
#define i16x8_ne(a, b)                   simde_wasm_i16x8_ne(a, b)
#define i16x8_lt_s(a, b)                 simde_wasm_i16x8_lt(a, b)
#define i16x8_lt_u(a, b)                 simde_wasm_u16x8_lt(a, b)
#define i16x8_gt_s(a, b)                 simde_wasm_i16x8_gt(a, b)
#define i16x8_gt_u(a, b)                 simde_wasm_u16x8_gt(a, b)
#define i16x8_le_s(a, b)                 simde_wasm_i16x8_le(a, b)
#define i16x8_le_u(a, b)                 simde_wasm_u16x8_le(a, b)
#define i16x8_ge_s(a, b)                 simde_wasm_i16x8_ge(a, b)
#define i16x8_ge_u(a, b)                 simde_wasm_u16x8_ge(a, b)
#define i32x4_eq(a, b)                   simde_wasm_i32x4_eq(a, b)
#define i32x4_ne(a, b)                   simde_wasm_i32x4_ne(a, b)
#define i32x4_lt_s(a, b)                 simde_wasm_i32x4_lt(a, b)
#define i32x4_lt_u(a, b)                 simde_wasm_u32x4_lt(a, b)
#define i32x4_gt_s(a, b)                 simde_wasm_i32x4_gt(a, b)
#define i32x4_gt_u(a, b)                 simde_wasm_u32x4_gt(a, b)
#define i32x4_le_s(a, b)                 simde_wasm_i32x4_le(a, b)
#define i32x4_le_u(a, b)                 simde_wasm_u32x4_le(a, b)
#define i32x4_ge_s(a, b)                 simde_wasm_i32x4_ge(a, b)
#define i32x4_ge_u(a, b)                 simde_wasm_u32x4_ge(a, b)
#define f32x4_eq(a, b)                   simde_wasm_f32x4_eq(a, b)
#define f32x4_ne(a, b)                   simde_wasm_f32x4_ne(a, b)
#define f32x4_lt(a, b)                   simde_wasm_f32x4_lt(a, b)
#define f32x4_gt(a, b)                   simde_wasm_f32x4_gt(a, b)
#define f32x4_le(a, b)                   simde_wasm_f32x4_le(a, b)
#define f32x4_ge(a, b)                   simde_wasm_f32x4_ge(a, b)
#define f64x2_eq(a, b)                   simde_wasm_f64x2_eq(a, b)
#define f64x2_ne(a, b)                   simde_wasm_f64x2_ne(a, b)
#define f64x2_lt(a, b)                   simde_wasm_f64x2_lt(a, b)
#define f64x2_gt(a, b)                   simde_wasm_f64x2_gt(a, b)
#define f64x2_le(a, b)                   simde_wasm_f64x2_le(a, b)
#define f64x2_ge(a, b)                   simde_wasm_f64x2_ge(a, b)
#define v128_not(a)                      simde_wasm_v128_not(a)
#define v128_and(a, b)                   simde_wasm_v128_and(a, b)
#define v128_andnot(a, b)                simde_wasm_v128_andnot(a, b)
#define v128_or(a, b)                    simde_wasm_v128_or(a, b)
#define v128_xor(a, b)                   simde_wasm_v128_xor(a, b)
#define v128_bitselect(a, b, c)          simde_wasm_v128_bitselect(a, b, c)
#define v128_any_true(a)                 ((u32)simde_wasm_v128_any_true(a))
#define f32x4_demote_f64x2_zero(a)       simde_wasm_f32x4_demote_f64x2_zero(a)
#define f64x2_promote_low_f32x4(a)       simde_wasm_f64x2_promote_low_f32x4(a)
#define i8x16_abs(a)                     simde_wasm_i8x16_abs(a)
#define i8x16_neg(a)                     simde_wasm_i8x16_neg(a)
#define i8x16_popcnt(a)                  simde_wasm_i8x16_popcnt(a)
#define i8x16_all_true(a)                ((u32)simde_wasm_i8x16_all_true(a))
#define i8x16_bitmask(a)                 ((u32)simde_wasm_i8x16_bitmask(a))
#define i8x16_narrow_i16x8_s(a, b)       simde_wasm_i8x16_narrow_i16x8(a, b)
#define i8x16_narrow_i16x8_u(a, b)       simde_wasm_u8x16_narrow_i16x8(a, b)
#define i8x16_shl(a, b)                  simde_wasm_i8x16_shl(a, b)
#define i8x16_shr_s(a, b)                simde_wasm_i8x16_shr(a, b)
#define i8x16_shr_u(a, b)                simde_wasm_u8x16_shr(a, b)
#define i8x16_add(a, b)                  simde_wasm_i8x16_add(a, b)
#define i8x16_add_sat_s(a, b)            simde_wasm_i8x16_add_sat(a, b)
#define i8x16_add_sat_u(a, b)            simde_wasm_u8x16_add_sat(a, b)
#define i8x16_sub(a, b)                  simde_wasm_i8x16_sub(a, b)
#define i8x16_sub_sat_s(a, b)            simde_wasm_i8x16_sub_sat(a, b)
#define i8x16_sub_sat_u(a, b)            simde_wasm_u8x16_sub_sat(a, b)
#define i8x16_min_s(a, b)                simde_wasm_i8x16_min(a, b)
#define i8x16_min_u(a, b)                simde_wasm_u8x16_min(a, b)
#define i8x16_max_s(a, b)                simde_wasm_i8x16_max(a, b)
#define i8x16_max_u(a, b)                simde_wasm_u8x16_max(a, b)
#define i8x16_avgr_u(a, b)               simde_wasm_u8x16_avgr(a, b)
#define i16x8_extadd_pairwise_i8x16_s(a) simde_wasm_i16x8_extadd_pairwise_i8x16(a)
#define i16x8_extadd_pairwise_i8x16_u(a) simde_wasm_u16x8_extadd_pairwise_u8x16(a)
#define i32x4_extadd_pairwise_i16x8_s(a) simde_wasm_i32x4_extadd_pairwise_i16x8(a)
#define i32x4_extadd_pairwise_i16x8_u(a) simde_wasm_u32x4_extadd_pairwise_u16x8(a)
#define i16x8_abs(a)                     simde_wasm_i16x8_abs(a)
#define i16x8_neg(a)                     simde_wasm_i16x8_neg(a)
#define i16x8_all_true(a)                ((u32)simde_wasm_i16x8_all_true(a))
#define i16x8_bitmask(a)                 ((u32)simde_wasm_i16x8_bitmask(a))
#define i16x8_narrow_i32x4_s(a, b)       simde_wasm_i16x8_narrow_i32x4(a, b)
#define i16x8_narrow_i32x4_u(a, b)       simde_wasm_u16x8_narrow_i32x4(a, b)
#define i16x8_extend_low_i8x16_s(a)      simde_wasm_i16x8_extend_low_i8x16(a)
#define i16x8_extend_high_i8x16_s(a)     simde_wasm_i16x8_extend_high_i8x16(a)
#define i16x8_extend_low_i8x16_u(a)      simde_wasm_u16x8_extend_low_u8x16(a)
#define i16x8_extend_high_i8x16_u(a)     simde_wasm_u16x8_extend_high_u8x16(a)
#define i16x8_shl(a, b)                  simde_wasm_i16x8_shl(a, b)
#define i16x8_shr_s(a, b)                simde_wasm_i16x8_shr(a, b)
#define i16x8_shr_u(a, b)                simde_wasm_u16x8_shr(a, b)
#define i16x8_add(a, b)                  simde_wasm_i16x8_add(a, b)
#define i16x8_add_sat_s(a, b)            simde_wasm_i16x8_add_sat(a, b)
#define i16x8_add_sat_u(a, b)            simde_wasm_u16x8_add_sat(a, b)
#define i16x8_sub(a, b)                  simde_wasm_i16x8_sub(a, b)
#define i16x8_sub_sat_s(a, b)            simde_wasm_i16x8_sub_sat(a, b)
#define i16x8_sub_sat_u(a, b)            simde_wasm_u16x8_sub_sat(a, b)
#define i16x8_mul(a, b)                  simde_wasm_i16x8_mul(a, b)
#define i16x8_min_s(a, b)                simde_wasm_i16x8_min(a, b)
#define i16x8_min_u(a, b)                simde_wasm_u16x8_min(a, b)
#define i16x8_max_s(a, b)                simde_wasm_i16x8_max(a, b)
#define i16x8_max_u(a, b)                simde_wasm_u16x8_max(a, b)
#define i16x8_avgr_u(a, b)               simde_wasm_u16x8_avgr(a, b)
#define i16x8_extmul_low_i8x16_s(a, b)   simde_wasm_i16x8_extmul_low_i8x16(a, b)
#define i16x8_extmul_high_i8x16_s(a, b)  simde_wasm_i16x8_extmul_high_i8x16(a, b)
#define i16x8_extmul_low_i8x16_u(a, b)   simde_wasm_u16x8_extmul_low_u8x16(a, b)
#define i16x8_extmul_high_i8x16_u(a, b)  simde_wasm_u16x8_extmul_high_u8x16(a, b)
#define i32x4_abs(a)                     simde_wasm_i32x4_abs(a)
#define i32x4_neg(a)                     simde_wasm_i32x4_neg(a)
#define i32x4_all_true(a)                ((u32)simde_wasm_i32x4_all_true(a))
#define i32x4_bitmask(a)                 ((u32)simde_wasm_i32x4_bitmask(a))
#define i32x4_extend_low_i16x8_s(a)      simde_wasm_i32x4_extend_low_i16x8(a)
#define i32x4_extend_high_i16x8_s(a)     simde_wasm_i32x4_extend_high_i16x8(a)
#define i32x4_extend_low_i16x8_u(a)      simde_wasm_u32x4_extend_low_u16x8(a)
#define i32x4_extend_high_i16x8_u(a)     simde_wasm_u32x4_extend_high_u16x8(a)
#define i32x4_shl(a, b)                  simde_wasm_i32x4_shl(a, b)
#define i32x4_shr_s(a, b)                simde_wasm_i32x4_shr(a, b)
#define i32x4_shr_u(a, b)                simde_wasm_u32x4_shr(a, b)
#define i32x4_add(a, b)                  simde_wasm_i32x4_add(a, b)
#define i32x4_sub(a, b)                  simde_wasm_i32x4_sub(a, b)
#define i32x4_mul(a, b)                  simde_wasm_i32x4_mul(a, b)
#define i32x4_min_s(a, b)                simde_wasm_i32x4_min(a, b)
#define i32x4_min_u(a, b)                simde_wasm_u32x4_min(a, b)
#define i32x4_max_s(a, b)                simde_wasm_i32x4_max(a, b)
#define i32x4_max_u(a, b)                simde_wasm_u32x4_max(a, b)
#define i32x4_dot_i16x8_s(a, b)          simde_wasm_i32x4_dot_i16x8(a, b)
#define i32x4_extmul_low_i16x8_s(a, b)   simde_wasm_i32x4_extmul_low_i16x8(a, b)
#define i32x4_extmul_high_i16x8_s(a, b)  simde_wasm_i32x4_extmul_high_i16x8(a, b)
#define i32x4_extmul_low_i16x8_u(a, b)   simde_wasm_u32x4_extmul_low_u16x8(a, b)
#define i32x4_extmul_high_i16x8_u(a, b)  simde_wasm_u32x4_extmul_high_u16x8(a, b)
#define i64x2_neg(a)                     simde_wasm_i64x2_neg(a)
#define i64x2_all_true(a)                ((u32)simde_wasm_i64x2_all_true(a))
#define i64x2_bitmask(a)                 ((u32)simde_wasm_i64x2_bitmask(a))
#define i64x2_extend_low_i32x4_s(a)      simde_wasm_i64x2_extend_low_i32x4(a)
#define i64x2_extend_high_i32x4_s(a)     simde_wasm_i64x2_extend_high_i32x4(a)
#define i64x2_extend_low_i32x4_u(a)      simde_wasm_u64x2_extend_low_u32x4(a)
#define i64x2_extend_high_i32x4_u(a)     simde_wasm_u64x2_extend_high_u32x4(a)
#define i64x2_shl(a, b)                  simde_wasm_i64x2_shl(a, b)
#define i64x2_shr_s(a, b)                simde_wasm_i64x2_shr(a, b)
#define i64x2_shr_u(a, b)                simde_wasm_u64x2_shr(a, b)
#define i64x2_add(a, b)                  simde_wasm_i64x2_add(a, b)
#define i64x2_sub(a, b)                  simde_wasm_i64x2_sub(a, b)
#define i64x2_eq(a, b)                   simde_wasm_i64x2_eq(a, b)
#define i64x2_ne(a, b)                   simde_wasm_i64x2_ne(a, b)
#define i64x2_lt_s(a, b)                 simde_wasm_i64x2_lt(a, b)
#define i64x2_gt_s(a, b)                 simde_wasm_i64x2_gt(a, b)
#define i64x2_le_s(a, b)                 simde_wasm_i64x2_le(a, b)
#define i64x2_ge_s(a, b)                 simde_wasm_i64x2_ge(a, b)
#define i64x2_extmul_low_i32x4_s(a, b)   simde_wasm_i64x2_extmul_low_i32x4(a, b)
#define i64x2_extmul_high_i32x4_s(a, b)  simde_wasm_i64x2_extmul_high_i32x4(a, b)
#define i64x2_extmul_low_i32x4_u(a, b)   simde_wasm_u64x2_extmul_low_u32x4(a, b)
#define i64x2_extmul_high_i32x4_u(a, b)  simde_wasm_u64x2_extmul_high_u32x4(a, b)
#define f32x4_ceil(a)                    simde_wasm_f32x4_ceil(a)
#define f32x4_floor(a)                   simde_wasm_f32x4_floor(a)
#define f32x4_trunc(a)                   simde_wasm_f32x4_trunc(a)
#define f32x4_nearest(a)                 simde_wasm_f32x4_nearest(a)
#define f64x2_ceil(a)                    simde_wasm_f64x2_ceil(a)
#define f64x2_floor(a)                   simde_wasm_f64x2_floor(a)
#define f64x2_trunc(a)                   simde_wasm_f64x2_trunc(a)
#define f64x2_nearest(a)                 simde_wasm_f64x2_nearest(a)
#define f32x4_abs(a)                     simde_wasm_f32x4_abs(a)
#define f32x4_neg(a)                     simde_wasm_f32x4_neg(a)
#define f32x4_sqrt(a)                    simde_wasm_f32x4_sqrt(a)
#define f32x4_add(a, b)                  simde_wasm_f32x4_add(a, b)
#define f32x4_sub(a, b)                  simde_wasm_f32x4_sub(a, b)
#define f32x4_mul(a, b)                  simde_wasm_f32x4_mul(a, b)
#define f32x4_div(a, b)                  simde_wasm_f32x4_div(a, b)
#define f32x4_pmin(a, b)                 simde_wasm_f32x4_pmin(a, b)
#define f32x4_pmax(a, b)                 simde_wasm_f32x4_pmax(a, b)
#define f64x2_abs(a)                     simde_wasm_f64x2_abs(a)
#define f64x2_neg(a)                     simde_wasm_f64x2_neg(a)
#define f64x2_sqrt(a)                    simde_wasm_f64x2_sqrt(a)
#define f64x2_add(a, b)                  simde_wasm_f64x2_add(a, b)
#define f64x2_sub(a, b)                  simde_wasm_f64x2_sub(a, b)
#define f64x2_mul(a, b)                  simde_wasm_f64x2_mul(a, b)
#define f64x2_div(a, b)                  simde_wasm_f64x2_div(a, b)
#define f64x2_pmin(a, b)                 simde_wasm_f64x2_pmin(a, b)
#define f64x2_pmax(a, b)                 simde_wasm_f64x2_pmax(a, b)
#define i32x4_trunc_sat_f32x4_s(a)       simde_wasm_i32x4_trunc_sat_f32x4(a)
#define f32x4_convert_i32x4_s(a)         simde_wasm_f32x4_convert_i32x4(a)
#define f32x4_convert_i32x4_u(a)         simde_wasm_f32x4_convert_u32x4(a)
#define i32x4_trunc_sat_f64x2_s_zero(a)  simde_wasm_i32x4_trunc_sat_f64x2_zero(a)
#define i32x4_trunc_sat_f64x2_u_zero(a)  simde_wasm_u32x4_trunc_sat_f64x2_zero(a)
#define f64x2_convert_low_i32x4_s(a)     simde_wasm_f64x2_convert_low_i32x4(a)
#define f64x2_convert_low_i32x4_u(a)     simde_wasm_f64x2_convert_low_u32x4(a)

#endif
