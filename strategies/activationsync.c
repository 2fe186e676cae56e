/* SPDX-License-Identifier: Apache-2.0 */
#include "strategies/activationsync.h"

int tm_activationsync_init(struct tm_activationsync_memory *m, const struct tm_memory_type *type) {
  return tm_length_init(&m->length, type, false);
}

void tm_activationsync_fini(struct tm_activationsync_memory *m) { tm_length_fini(&m->length); }

int tm_activationsync_attach(struct tm_activationsync_memory *m, struct tm_activationsync_view *v) {
  *v = (struct tm_activationsync_view){.base = m->length.region.base, .memory = m};
  return 0;
}

void tm_activationsync_detach(struct tm_activationsync_view *v) { (void)v; }

int64_t tm_activationsync_grow(struct tm_activationsync_view *v, uint64_t delta) {
  return tm_length_grow(&v->memory->length, delta);
}

enum tm_fault tm_activationsync_fault(struct tm_activationsync_memory *m, uintptr_t address) {
  return tm_length_fault(&m->length, address);
}

bool tm_activationsync_valid(struct tm_activationsync_memory *m) {
  return tm_length_valid(&m->length);
}

TM_STRATEGY_OPS(activationsync);
