/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/model/core/atomics.h: core/atomics.h as the explorer sees it.
 *
 * The same names and types; every access is a call into the explorer with its order, file and
 * line. See core/atomics.h for what each means.
 */
#ifndef TM_CORE_ATOMICS_H
#define TM_CORE_ATOMICS_H

#include "harness/explore/model/effects.h"

#include <stdbool.h>
#include <stdint.h>

/* `place_` is the explorer's number for the object. */
struct tm_atomic_u32 {
  uint32_t value_;
  uint32_t place_;
};
struct tm_atomic_u64 {
  uint64_t value_;
  uint32_t place_;
};
struct tm_atomic_ptr {
  void *value_;
  uint32_t place_;
};

#define TM_WORD_(v)    ((uint64_t)(uintptr_t)(v))
#define TM_TYPE_(p)    __typeof__((p)->value_)
#define TM_INITIAL_(p) TM_WORD_((p)->value_)
/* Loads take pointers to const. */
#define TM_PLACE_(p) ((uint32_t *)(uintptr_t)&(p)->place_)

#define tm_atomic_init(p, v)                                                                       \
  __extension__({                                                                                  \
    __typeof__(p) tm_p_ = (p);                                                                     \
    TM_TYPE_(tm_p_) tm_v_ = (v);                                                                   \
    tm_p_->value_ = tm_v_;                                                                         \
    tm_model_init(TM_PLACE_(tm_p_), #p, TM_WORD_(tm_v_));                                          \
  })

#define TM_LOAD_(p, order_)                                                                        \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, TM_EFFECT_LOAD, order_, #p);                                                 \
    __typeof__(p) tm_p_ = (p);                                                                     \
    (TM_TYPE_(tm_p_))(uintptr_t) tm_model_load(&tm_site_, TM_PLACE_(tm_p_), TM_INITIAL_(tm_p_));   \
  })
#define tm_load_rlx(p) TM_LOAD_(p, TM_ORDER_RLX)
#define tm_load_acq(p) TM_LOAD_(p, TM_ORDER_ACQ)
#define tm_load_sc(p)  TM_LOAD_(p, TM_ORDER_SC)

#define TM_STORE_(p, v, order_)                                                                    \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, TM_EFFECT_STORE, order_, #p);                                                \
    __typeof__(p) tm_p_ = (p);                                                                     \
    TM_TYPE_(tm_p_) tm_v_ = (v);                                                                   \
    tm_model_store(&tm_site_, TM_PLACE_(tm_p_), TM_INITIAL_(tm_p_), TM_WORD_(tm_v_));              \
  })
#define tm_store_rlx(p, v) TM_STORE_(p, v, TM_ORDER_RLX)
#define tm_store_rel(p, v) TM_STORE_(p, v, TM_ORDER_REL)
#define tm_store_sc(p, v)  TM_STORE_(p, v, TM_ORDER_SC)

#define TM_UPDATE_(p, v, effect_, order_)                                                          \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, effect_, order_, #p);                                                        \
    __typeof__(p) tm_p_ = (p);                                                                     \
    TM_TYPE_(tm_p_) tm_v_ = (v);                                                                   \
    (TM_TYPE_(tm_p_))(uintptr_t) tm_model_update(&tm_site_, TM_PLACE_(tm_p_), TM_INITIAL_(tm_p_),  \
                                                 TM_WORD_(tm_v_), sizeof tm_p_->value_);           \
  })
#define tm_swap_acqrel(p, v)      TM_UPDATE_(p, v, TM_EFFECT_SWAP, TM_ORDER_ACQREL)
#define tm_swap_sc(p, v)          TM_UPDATE_(p, v, TM_EFFECT_SWAP, TM_ORDER_SC)
#define tm_fetch_add_rlx(p, v)    TM_UPDATE_(p, v, TM_EFFECT_ADD, TM_ORDER_RLX)
#define tm_fetch_add_acqrel(p, v) TM_UPDATE_(p, v, TM_EFFECT_ADD, TM_ORDER_ACQREL)
#define tm_fetch_add_sc(p, v)     TM_UPDATE_(p, v, TM_EFFECT_ADD, TM_ORDER_SC)

#define TM_CAS_(p, expected, v, order_)                                                            \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, TM_EFFECT_CAS, order_, #p);                                                  \
    __typeof__(p) tm_p_ = (p);                                                                     \
    TM_TYPE_(tm_p_) *tm_e_ = (expected);                                                           \
    TM_TYPE_(tm_p_) tm_v_ = (v);                                                                   \
    uint64_t tm_word_ = TM_WORD_(*tm_e_);                                                          \
    bool tm_done_ =                                                                                \
        tm_model_cas(&tm_site_, TM_PLACE_(tm_p_), TM_INITIAL_(tm_p_), &tm_word_, TM_WORD_(tm_v_)); \
    *tm_e_ = (TM_TYPE_(tm_p_))(uintptr_t)tm_word_;                                                 \
    tm_done_;                                                                                      \
  })
#define tm_cas_acqrel(p, expected, v) TM_CAS_(p, expected, v, TM_ORDER_ACQREL)
#define tm_cas_sc(p, expected, v)     TM_CAS_(p, expected, v, TM_ORDER_SC)

#define TM_FENCE_(order_)                                                                          \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, TM_EFFECT_FENCE, order_, "fence");                                           \
    tm_model_fence(&tm_site_);                                                                     \
  })
#define tm_fence_acq() TM_FENCE_(TM_ORDER_ACQ)
#define tm_fence_rel() TM_FENCE_(TM_ORDER_REL)
#define tm_fence_sc()  TM_FENCE_(TM_ORDER_SC)
/* The machine keeps program order by itself; what a processor may reorder, the model may too. */
#define tm_fence_compiler() ((void)0)

#endif
