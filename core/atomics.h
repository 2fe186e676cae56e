/* SPDX-License-Identifier: Apache-2.0 */
/* core/atomics.h: the only atomics in the project; the order is in the name.
 *
 *   struct tm_atomic_u64 length;
 *   tm_store_rel(&length, 3);        // ORDER: … PAIRS: …
 *   uint64_t n = tm_load_acq(&length);
 *
 * Orders: rlx (relaxed), acq (acquire), rel (release), acqrel, sc (seq-cst), as in C11. Values are
 * wrapped, so that a plain read of an atomic does not compile. Every macro takes the address of a
 * wrapped value and works on every width. The explorer puts its own header of this name in front
 * of this one and sees each access with its order, file and line.
 *
 * Every site that is not relaxed carries `ORDER: a before b. PAIRS: function, file.`; every relaxed
 * site says why relaxed is enough. `ORDER (kept): …` says that the order one step weaker would do
 * for all that the explorer models, and what the stronger one is kept for. `tidemark explore
 * --mutate` and its test hold both against what weakening shows; a comment with both is about
 * several orders.
 */
#ifndef TM_CORE_ATOMICS_H
#define TM_CORE_ATOMICS_H

#include <stdbool.h>
#include <stdint.h>

struct tm_atomic_u32 {
  uint32_t value_;
};
struct tm_atomic_u64 {
  uint64_t value_;
};
struct tm_atomic_ptr {
  void *value_;
};

/* Before anyone else can see the object; not an atomic access. */
#define tm_atomic_init(p, v) ((void)((p)->value_ = (v)))

#define tm_load_rlx(p) __atomic_load_n(&(p)->value_, __ATOMIC_RELAXED)
#define tm_load_acq(p) __atomic_load_n(&(p)->value_, __ATOMIC_ACQUIRE)
#define tm_load_sc(p)  __atomic_load_n(&(p)->value_, __ATOMIC_SEQ_CST)

#define tm_store_rlx(p, v) __atomic_store_n(&(p)->value_, (v), __ATOMIC_RELAXED)
#define tm_store_rel(p, v) __atomic_store_n(&(p)->value_, (v), __ATOMIC_RELEASE)
#define tm_store_sc(p, v)  __atomic_store_n(&(p)->value_, (v), __ATOMIC_SEQ_CST)

/* Each returns the value before. */
#define tm_swap_acqrel(p, v)      __atomic_exchange_n(&(p)->value_, (v), __ATOMIC_ACQ_REL)
#define tm_swap_sc(p, v)          __atomic_exchange_n(&(p)->value_, (v), __ATOMIC_SEQ_CST)
#define tm_fetch_add_rlx(p, v)    __atomic_fetch_add(&(p)->value_, (v), __ATOMIC_RELAXED)
#define tm_fetch_add_acqrel(p, v) __atomic_fetch_add(&(p)->value_, (v), __ATOMIC_ACQ_REL)
#define tm_fetch_add_sc(p, v)     __atomic_fetch_add(&(p)->value_, (v), __ATOMIC_SEQ_CST)

/* Compare-and-swap: true when *expected was there and v now is; else *expected is what was found.
 * `expected` points to a plain variable of the value's type. */
#define tm_cas_acqrel(p, expected, v)                                                              \
  __atomic_compare_exchange_n(&(p)->value_, (expected), (v), false, __ATOMIC_ACQ_REL,              \
                              __ATOMIC_ACQUIRE)
#define tm_cas_sc(p, expected, v)                                                                  \
  __atomic_compare_exchange_n(&(p)->value_, (expected), (v), false, __ATOMIC_SEQ_CST,              \
                              __ATOMIC_SEQ_CST)

#define tm_fence_acq() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define tm_fence_rel() __atomic_thread_fence(__ATOMIC_RELEASE)
#define tm_fence_sc()  __atomic_thread_fence(__ATOMIC_SEQ_CST)
/* Keeps the compiler, not the processor, from moving accesses; pairs with tm_port_membarrier(). */
#define tm_fence_compiler() __atomic_signal_fence(__ATOMIC_SEQ_CST)

#endif
