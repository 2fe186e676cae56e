/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/guest/guest.h: what translated C is written in. Included by each module.h, which has
 * defined
 *     TM_STRATEGY    its strategy's name
 *     TM_STRATEGY_HEADER  and header
 *     TM_HAS_MEMORY  0 or 1
 *     TM_INDEX       TM_INDEX32 or TM_INDEX64
 *     TM_SHARED      0 or 1: is the memory shared
 *     TM_VIEW(i)     where instance i keeps its view of the memory: the layout (layout.h)
 *     TM_SIZE_CALL   0 or 1: is memory.size a call into the host
 * Instructions keep their wasm names with '_' for '.': i32_load8_u(address, offset).
 *
 *   guest.h     types, how functions are declared
 *   numeric.h   arithmetic that traps or that C leaves undefined
 *   access.h    loads, stores, atomics: one address each
 *   instance.h  what needs the instance: bulk operations, tables, calls
 *   simd.h      vectors, for units that use them
 */
#ifndef TM_HARNESS_WASM_GUEST_GUEST_H
#define TM_HARNESS_WASM_GUEST_GUEST_H

/* A trap is blamed on the wasm function that holds its program counter, so each wasm function is
 * one piece of machine code: helpers are always inlined, nothing is cloned, split or merged. */
#if defined(__clang__)
#define TM_FUNCTION __attribute__((noinline))
#else
#pragma GCC optimize("no-reorder-blocks-and-partition")
#define TM_FUNCTION __attribute__((noipa))
#endif
#define TM_INLINE static inline __attribute__((always_inline, unused))

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define inline inline __attribute__((always_inline))
#include "harness/wasm/guest/abi.h"
#include TM_STRATEGY_HEADER
#undef inline

typedef uint32_t u32;
typedef uint64_t u64;
typedef uint8_t u8;
typedef uint16_t u16;
typedef int32_t s32;
typedef int64_t s64;
typedef float f32;
typedef double f64;
typedef void *ref;
/* The processor's own vector type, so that it passes in a register and SIMDe takes it. */
#if defined(__x86_64__)
typedef long long v128 __attribute__((vector_size(16), may_alias));
#else
typedef int v128 __attribute__((vector_size(16), may_alias));
#endif
typedef void (*tm_code)(void);

/* tm_<strategy>_<verb> */
#define TM_JOIN_(s, verb) tm_##s##_##verb
#define TM_JOIN(s, verb)  TM_JOIN_(s, verb)
#define TM_S(verb)        TM_JOIN(TM_STRATEGY, verb)

#define TM_VISIBLE   __attribute__((visibility("default")))
#define TM_OFFSET(m) offsetof(struct tm_instance, m)

TM_INLINE v128 v128_of(const u8 bytes[16]) {
  v128 v;
  memcpy(&v, bytes, sizeof v);
  return v;
}
TM_INLINE void v128_to(u8 bytes[16], v128 v) { memcpy(bytes, &v, sizeof v); }
TM_INLINE v128 v128_const(u64 low, u64 high) {
  u64 halves[2] = {low, high};
  v128 v;
  memcpy(&v, halves, sizeof v);
  return v;
}

#include "harness/wasm/guest/access.h"
#include "harness/wasm/guest/numeric.h"

#endif
