/* SPDX-License-Identifier: Apache-2.0 */
/* tests/strategies/fixture.h: any strategy behind one table, for the tests of this room.
 *
 *     FOR_EACH_STRATEGY(f, &type) { ... f.hot->size(f.view) ... }
 */
#ifndef TM_TESTS_STRATEGIES_FIXTURE_H
#define TM_TESTS_STRATEGIES_FIXTURE_H

#include "core/linear.h"
#include "strategies/strategies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A strategy's hot half behind function pointers; each call but the last two is a function
 * activation of its own: enter, poll, then the operation. */
struct hot {
  const char *name;
  size_t frame_bytes;
  uint8_t *(*at)(void *view, uint64_t ea, uint64_t n);
  uint8_t *(*span)(void *view, uint64_t ea, uint64_t n);
  uint64_t (*size)(void *view);
  void (*enter)(void *view, void *frame);
  uint8_t *(*at_in)(void *view, void *frame, uint64_t ea, uint64_t n);
};

struct fixture {
  const struct tm_strategy_entry *entry;
  const struct hot *hot;
  struct tm_linear *memory;
  void *view, *other; /* `view` is unparked on the thread that opened the fixture */
};

size_t fixture_count(void);
/* False, with a note, when the system does not offer what the strategy needs. */
bool fixture_open(struct fixture *f, size_t i, const struct tm_memory_type *type);
void fixture_close(struct fixture *f);
/* The same by name; fails the test when there is no such strategy. */
bool fixture_open_named(struct fixture *f, const char *name, const struct tm_memory_type *type);

#define FOR_EACH_STRATEGY(f, type)                                                                 \
  for (size_t i_ = 0; i_ < fixture_count(); i_++)                                                  \
    for (struct fixture f, *once_ = fixture_open(&f, i_, (type)) ? &f : NULL; once_;               \
         fixture_close(&f), once_ = NULL)

/* One byte read (write < 0) or written at `ea` through `view`, as a guest: what came of it. */
enum tm_trap_code access_at(const struct fixture *f, void *view, uint64_t ea, int write);
/* The byte read at `ea`, or -1 when the access traps. */
int byte_at(const struct fixture *f, void *view, uint64_t ea);

/* Group setup: accesses of the tests count as a guest's. */
int fixture_register_code(void **state);
/* Teardown of each test: name the strategy at which it stopped. */
int fixture_name_the_strategy(void **state);

#define strategy_test(function) cmocka_unit_test_teardown(function, fixture_name_the_strategy)

#endif
