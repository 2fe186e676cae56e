/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/strategies/fixture.h"

#include <stdlib.h>
#include <string.h>

#define TM_STRATEGY(S, kind, summary, source) extern const struct hot hot_##S;
#include "strategies/strategies.def"
#undef TM_STRATEGY

static const struct hot *const hots[] = {
#define TM_STRATEGY(S, kind, summary, source) &hot_##S,
#include "strategies/strategies.def"
#undef TM_STRATEGY
};

static const char *current; /* the strategy under test, for messages */

size_t fixture_count(void) { return sizeof hots / sizeof *hots; }

bool fixture_open(struct fixture *f, size_t i, const struct tm_memory_type *type) {
  tm_trap_install(); /* cmocka has put its own handler over it */
  size_t count;
  f->entry = &tm_strategies(&count)[i];
  f->hot = hots[i];
  const struct tm_strategy *s = f->entry->strategy;
  int result = tm_linear_new(s, type, &f->memory);
  if (result && s->needs) {
    print_message("%s left out: needs %s (%s)\n", s->name, s->needs, strerror(-result));
    return false;
  }
  current = s->name;
  assert_int_equal(result, 0);
  f->view = calloc(1, s->view_bytes);
  f->other = calloc(1, s->view_bytes);
  assert_int_equal(tm_linear_attach(f->memory, f->view), 0);
  assert_int_equal(tm_linear_attach(f->memory, f->other), 0);
  tm_linear_unpark(f->memory, f->view);
  return true;
}

bool fixture_open_named(struct fixture *f, const char *name, const struct tm_memory_type *type) {
  size_t i = 0;
  while (i < fixture_count() && strcmp(hots[i]->name, name)) i++;
  if (i == fixture_count()) fail_msg("no strategy %s", name);
  return fixture_open(f, i, type);
}

void fixture_close(struct fixture *f) {
  tm_linear_park(f->memory, f->view);
  assert_true(f->entry->strategy->valid(f->memory->memory));
  tm_linear_detach(f->memory, f->view);
  tm_linear_detach(f->memory, f->other);
  tm_linear_drop(f->memory);
  free(f->view);
  free(f->other);
  current = NULL;
}

struct access {
  const struct fixture *f;
  void *view;
  uint64_t ea;
  uint8_t byte;
  bool write;
};

/* Not instrumented by ThreadSanitizer: racing plain accesses are the guest's own affair, and a
 * fault must be raised by an instruction here and not by one in the sanitizer's library. */
__attribute__((no_sanitize("thread"))) static void access_body(void *argument) {
  struct access *a = argument;
  volatile uint8_t *p = a->f->hot->at(a->view, a->ea, 1);
  if (a->write)
    *p = a->byte;
  else
    a->byte = *p;
}

enum tm_trap_code access_at(const struct fixture *f, void *view, uint64_t ea, int write) {
  struct tm_trap trap;
  struct access a = {.f = f, .view = view, .ea = ea, .write = write >= 0, .byte = (uint8_t)write};
  return tm_guest_call(access_body, &a, &trap);
}

int byte_at(const struct fixture *f, void *view, uint64_t ea) {
  struct tm_trap trap;
  struct access a = {.f = f, .view = view, .ea = ea};
  return tm_guest_call(access_body, &a, &trap) ? -1 : a.byte;
}

extern char __executable_start[], etext[];
int fixture_register_code(void **state) {
  (void)state;
  return tm_trap_add_code((uintptr_t)__executable_start, (uintptr_t)etext);
}

int fixture_name_the_strategy(void **state) {
  (void)state;
  if (current) print_message("stopped at %s\n", current);
  current = NULL;
  return 0;
}
