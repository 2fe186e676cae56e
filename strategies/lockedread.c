/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/lockedread.h"

int tm_lockedread_init(struct tm_lockedread_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, false);
}

void tm_lockedread_fini(struct tm_lockedread_memory *m) { tm_length_fini(&m->length); }

int tm_lockedread_attach(struct tm_lockedread_memory *m, struct tm_lockedread_view *v) {
  *v = (struct tm_lockedread_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_lockedread_detach(struct tm_lockedread_view *v) { (void)v; }

int64_t tm_lockedread_grow(struct tm_lockedread_view *v, uint64_t delta) {
  return tm_length_grow(&v->memory->length, delta);
}

/* The lock orders the check before the access, so no access faults below a length it has read. */
enum tm_fault tm_lockedread_fault(struct tm_lockedread_memory *m, uintptr_t address) {
  (void)m, (void)address;
  return TM_FAULT_TRAP;
}

bool tm_lockedread_valid(struct tm_lockedread_memory *m) { return tm_length_valid(&m->length); }

TM_STRATEGY_OPS(lockedread);
