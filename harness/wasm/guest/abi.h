/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/guest/abi.h: the boundary between translated C and the host that loads it.
 *
 * A translated module is a shared object with one visible symbol, `tm_module_desc`. The emitter
 * writes it; module.c and instance.c read it. Both include this file, and TM_ABI_VERSION goes into
 * the cache key, so a stale object is never loaded.
 *
 * Instantiation, in order: the host allocates desc->instance_bytes of zeroed memory (64-byte
 * aligned), fills the head, places the view as the layout wants it, writes each import at its
 * offset, makes own tables and the own memory, attaches the view, sets the type of own globals,
 * then calls desc->init under tm_guest_call(): global initialisers, element segments, data
 * segments, start function, in the specification's order.
 */
#ifndef TM_HARNESS_WASM_GUEST_ABI_H
#define TM_HARNESS_WASM_GUEST_ABI_H

#include "core/linear.h"
#include "harness/wasm/module.h"

#define TM_ABI_VERSION 2

/* Starts every instance. The generated struct tm_instance has the rest: views, imports, globals. */
struct tm_instance_head {
  struct tm_module *module;
  struct tm_linear *memory; /* imported or own; NULL when there is none */
  void *view;               /* of that memory; where it lies is the layout's choice */
};

/* A global, own or imported. Own ones lie in the instance; imported ones are reached by pointer. */
struct tm_global {
  union tm_wasm_value value;
  char type; /* letter as in signatures */
  bool mutable;
};

/* A table. Elements of funcref tables are `const struct tm_func *`, NULL for null. */
struct tm_table {
  void **elements;
  uint32_t size, max; /* in elements; max is UINT32_MAX when none was declared */
  uint32_t declared_min;
  bool has_max;
  char type;                  /* 'n' funcref, 'e' externref */
  uint32_t references;        /* the maker's and one per importing instance */
  struct tm_table_room *room; /* the host's: what is left for tables; NULL: no limit */
};

/* A function type of the module. `interned` is filled by the host at load: equal signatures are
 * equal pointers across modules. call_indirect compares tm_func.signature with it, and every
 * tm_func that the module makes carries an interned signature. */
struct tm_type {
  const char *signature;
  /* Call func with boxed arguments and results. */
  void (*invoke)(const struct tm_func *func, const union tm_wasm_value *arguments,
                 union tm_wasm_value *results);
};

struct tm_import_desc {
  const char *module, *name;
  enum tm_extern_kind kind;
  /* Where in the instance: a struct tm_func, a struct tm_table *, a struct tm_global *.
   * A memory has no offset of its own: it goes into the head and the view. */
  size_t offset;
  uint32_t type;     /* functions: index into types */
  char value_type;   /* tables and globals: letter */
  bool mutable;      /* globals */
  uint64_t min, max; /* tables: limits in elements; max UINT64_MAX when none */
  struct tm_memory_type memory;
};

struct tm_table_desc { /* own tables */
  size_t offset;       /* of a struct tm_table * in the instance; the host makes the table */
  char type;
  uint32_t min, max; /* max UINT32_MAX when none */
  bool has_max;
};

struct tm_global_desc { /* own globals */
  size_t offset;        /* of a struct tm_global in the instance */
  char type;
  bool mutable;
};

struct tm_export_desc {
  const char *name;
  enum tm_extern_kind kind;
  /* Where in the instance. Functions: a struct tm_func (the emitter keeps one for every exported
   * or referenced function, filled in desc->prepare). Tables: a struct tm_table *. Globals: own, a
   * struct tm_global; imported (by_pointer), a struct tm_global *. Memories: unused. */
  size_t offset;
  bool by_pointer;
  uint32_t type; /* functions: index into types */
};

struct tm_function_desc {
  void (*code)(void);
  const char *name; /* from the name section or an export, else "func[N]" */
};

struct tm_module_desc {
  uint32_t abi_version; /* TM_ABI_VERSION */
  const char *strategy; /* what it was translated for */
  size_t instance_bytes;
  const struct tm_type *types;
  const char **interned; /* one per type, written by the host at load */
  size_t type_count;
  const struct tm_import_desc *imports;
  size_t import_count;
  const struct tm_table_desc *tables;
  size_t table_count;
  const struct tm_global_desc *globals;
  size_t global_count;
  const struct tm_export_desc *exports;
  size_t export_count;
  const struct tm_function_desc *functions; /* every defined function, for names of traps */
  size_t function_count;
  bool has_memory, imports_memory;
  struct tm_memory_type memory; /* of the one memory, own or imported */
  /* Where the memory's view is (layout.h): at view_offset in the instance or, if view_apart, in
   * memory of its own, which the host makes. If view_pointed, the host puts its address at
   * view_pointer_offset. */
  bool view_apart, view_pointed;
  size_t view_offset, view_pointer_offset, view_bytes;
  /* Fill the instance's own struct tm_func values. Cannot trap; runs before anything else. */
  void (*prepare)(struct tm_instance *instance);
  /* Initialisers, segments, start. May trap. */
  void (*init)(struct tm_instance *instance);
};

/* ---- what translated code may call in the host, beside strategies' cold halves and tm_trap
 * ------*/

/* memory.grow: tm_linear_grow(instance->head.memory, view, delta), core/linear.h. memory.size, in
 * layouts with +call: tm_linear_pages.
 * memory.atomic.wait and notify: tm_linear_wait32/64 and tm_linear_notify, core/linear.h. */

/* table.grow: old size, or UINT32_MAX when it cannot grow. */
uint32_t tm_table_grow(struct tm_table *table, uint32_t delta, void *value);

#endif
