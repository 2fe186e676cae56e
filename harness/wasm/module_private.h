/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/module_private.h: a loaded module, shared by module.c, instance.c and tests. */
#ifndef TM_HARNESS_WASM_MODULE_PRIVATE_H
#define TM_HARNESS_WASM_MODULE_PRIVATE_H

#include "harness/wasm/guest/abi.h"

struct tm_function_range {
  uintptr_t start; /* to the next one's start */
  const char *name;
};

/* How much all tables of a module's instances may hold together. Kept until the module and the last
 * of those tables are gone. */
struct tm_table_room {
  uint64_t references; /* atomic: the module's and one per table */
  uint64_t elements;   /* atomic: in use */
  uint64_t limit;      /* in elements */
};

/* Room for as many elements as fit `bytes`, or NULL when memory is out. */
struct tm_table_room *tm_table_room_new(uint64_t bytes);
void tm_table_room_drop(struct tm_table_room *room); /* NULL: nothing */

struct tm_module {
  struct tm_module *next; /* in the list of loaded modules */
  const struct tm_strategy *strategy;
  uint64_t max_pages;               /* 0: no limit but the declared one */
  struct tm_table_room *table_room; /* NULL: no limit; as large as max_pages */
  void *object;                     /* dlopen's */
  const struct tm_module_desc *desc;
  uintptr_t load_address, code_start, code_end;
  bool code_known; /* to the trap handler */
  size_t code_bytes;
  struct tm_function_range *functions; /* by address */
  struct tm_item *imports, *exports;
};

/* A module from a description that the caller keeps, in code that the trap handler knows already:
 * for tests that load many modules as one object. Free as usual. 0, or -errno and a sentence. */
int tm_module_of(const struct tm_module_desc *desc, const struct tm_strategy *strategy,
                 struct tm_module **module, struct tm_error *error);

#endif
