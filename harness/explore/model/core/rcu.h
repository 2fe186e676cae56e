/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/model/core/rcu.h: core/rcu.h as the explorer sees it.
 *
 * A read-side section is a shared hold of a lock, tm_rcu_*_wait() an exclusive one. Retired objects
 * are freed after the execution: liburcu may always be that late, and freeing earlier than it
 * allows is not modelled. Quiescence therefore has no effect.
 */
#ifndef TM_CORE_RCU_H
#define TM_CORE_RCU_H

#include "harness/explore/model/effects.h"

#include <stdbool.h>
#include <stddef.h>

struct tm_rcu_node {
  void (*free)(struct tm_rcu_node *node);
};

#define caa_container_of(pointer, type, member)                                                    \
  ((type *)((char *)(pointer) - offsetof(type, member)))

enum { TM_RCU_QSBR_, TM_RCU_MEMB_ };

#define TM_RCU_BEGIN_(flavour, name)                                                               \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, TM_EFFECT_LOCK_SHARED, TM_ORDER_ACQ, name);                                  \
    tm_model_rcu_begin(&tm_site_, flavour);                                                        \
  })
#define TM_RCU_END_(flavour, name)                                                                 \
  __extension__({                                                                                  \
    TM_SITE(tm_site_, TM_EFFECT_UNLOCK, TM_ORDER_REL, name);                                       \
    tm_model_rcu_end(&tm_site_, flavour);                                                          \
  })

#define tm_rcu_qsbr_begin()            TM_RCU_BEGIN_(TM_RCU_QSBR_, "qsbr reader")
#define tm_rcu_qsbr_end()              TM_RCU_END_(TM_RCU_QSBR_, "qsbr reader")
#define tm_rcu_qsbr_retire(node, done) ((node)->free = (done))
#define tm_rcu_qsbr_drain()            ((void)0)
#define tm_rcu_qsbr_quiescent()        ((void)0)

#define tm_rcu_memb_begin()            TM_RCU_BEGIN_(TM_RCU_MEMB_, "memb reader")
#define tm_rcu_memb_end()              TM_RCU_END_(TM_RCU_MEMB_, "memb reader")
#define tm_rcu_memb_retire(node, done) ((node)->free = (done))
#define tm_rcu_memb_drain()            ((void)0)
#define tm_rcu_memb_quiescent()        ((void)0)
#define tm_rcu_memb_wait()                                                                         \
  __extension__({                                                                                  \
    TM_SITE(tm_take_, TM_EFFECT_LOCK, TM_ORDER_ACQ, "memb grace period");                          \
    TM_SITE(tm_drop_, TM_EFFECT_UNLOCK, TM_ORDER_REL, "memb grace period");                        \
    tm_model_rcu_wait(&tm_take_, &tm_drop_, TM_RCU_MEMB_);                                         \
  })

#endif
