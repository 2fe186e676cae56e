/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/seqlock.h"

int tm_seqlock_init(struct tm_seqlock_memory *m, const struct tm_memory_type *type) {
  tm_atomic_init(&m->version, 0);
  return tm_length_init(&m->length, type, true);
}

void tm_seqlock_fini(struct tm_seqlock_memory *m) { tm_length_fini(&m->length); }

int tm_seqlock_attach(struct tm_seqlock_memory *m, struct tm_seqlock_view *v) {
  *v = (struct tm_seqlock_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_seqlock_detach(struct tm_seqlock_view *v) { (void)v; }

int64_t tm_seqlock_grow(struct tm_seqlock_view *v, uint64_t delta) {
  struct tm_seqlock_memory *m = v->memory;
  int64_t result = -1;
  tm_lock_take(&m->length.lock);
  TM_POINT("locked");
  uint64_t old = tm_load_rlx(&m->length.bytes); /* Relaxed: stored only under the lock. */
  uint64_t version = tm_load_rlx(&m->version);  /* Relaxed: stored only under the lock. */
  if (tm_region_fits(&m->length.region, old, delta)) {
    /* ORDER: the odd version before the pages are accessible; seq-cst, since a store may not be
     * delayed beyond the system call. PAIRS: the fence in tm_seqlock_pages, seqlock.h. */
    tm_store_sc(&m->version, version + 1);
    if (tm_port_commit(m->length.region.base + old, delta * TM_PAGE_BYTES) == 0) {
      TM_POINT("committed");
      /* ORDER (kept): the pages before the length that covers them; seq-cst, as memory.grow.
       * Release would do: the versions around it and the fence order sizes; kept for clarity.
       * PAIRS: tm_seqlock_pages and tm_seqlock_span, seqlock.h. */
      tm_store_sc(&m->length.bytes, old + delta * TM_PAGE_BYTES);
      TM_POINT("published");
      result = (int64_t)(old / TM_PAGE_BYTES);
    }
    /* ORDER: the length before the even version. PAIRS: tm_seqlock_pages, seqlock.h. */
    tm_store_rel(&m->version, version + 2);
  }
  tm_lock_drop(&m->length.lock);
  return result;
}

enum tm_fault tm_seqlock_fault(struct tm_seqlock_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_seqlock_valid(struct tm_seqlock_memory *m) {
  return tm_load_rlx(&m->version) % 2 == 0 && tm_length_valid(&m->length); /* Relaxed: at rest. */
}

TM_STRATEGY_OPS(seqlock);
