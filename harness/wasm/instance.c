/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/wasm/module_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void *place(struct tm_instance *instance, size_t offset) {
  return (uint8_t *)instance + offset;
}
static struct tm_instance_head *head(struct tm_instance *instance) { return (void *)instance; }

/* ---- tables -----------------------------------------------------------------------------------*/

enum { LARGEST_TABLE = 10000000 }; /* elements; what other engines allow */

struct tm_table_room *tm_table_room_new(uint64_t bytes) {
  struct tm_table_room *room = calloc(1, sizeof *room);
  if (room) *room = (struct tm_table_room){.references = 1, .limit = bytes / sizeof(void *)};
  return room;
}

void tm_table_room_drop(struct tm_table_room *room) {
  if (room && !__atomic_sub_fetch(&room->references, 1, __ATOMIC_ACQ_REL)) free(room);
}

/* Relaxed: a count and nothing else, of which no other memory depends. */
static bool take_room(struct tm_table_room *room, uint32_t elements) {
  if (!room) return true;
  uint64_t used = __atomic_add_fetch(&room->elements, elements, __ATOMIC_RELAXED);
  if (used <= room->limit) return true;
  __atomic_sub_fetch(&room->elements, elements, __ATOMIC_RELAXED);
  return false;
}

static void give_room(struct tm_table_room *room, uint32_t elements) {
  if (room) __atomic_sub_fetch(&room->elements, elements, __ATOMIC_RELAXED);
}

static struct tm_table *table_new(const struct tm_table_desc *d, struct tm_table_room *room) {
  if (d->min > LARGEST_TABLE || !take_room(room, d->min)) return NULL;
  struct tm_table *t = calloc(1, sizeof *t);
  void **elements = calloc(d->min ? d->min : 1, sizeof *elements);
  if (!t || !elements) {
    give_room(room, d->min);
    free(t);
    free(elements);
    return NULL;
  }
  *t = (struct tm_table){.elements = elements,
                         .size = d->min,
                         .declared_min = d->min,
                         .max = d->max,
                         .has_max = d->has_max,
                         .type = d->type,
                         .references = 1,
                         .room = room};
  if (room) __atomic_add_fetch(&room->references, 1, __ATOMIC_RELAXED);
  return t;
}

static void table_drop(struct tm_table *t) {
  if (!t || __atomic_sub_fetch(&t->references, 1, __ATOMIC_ACQ_REL)) return;
  give_room(t->room, t->size);
  tm_table_room_drop(t->room);
  free(t->elements);
  free(t);
}

uint32_t tm_table_grow(struct tm_table *table, uint32_t delta, void *value) {
  uint32_t old = table->size;
  uint32_t limit = table->max < LARGEST_TABLE ? table->max : LARGEST_TABLE;
  if (delta > limit - (old < limit ? old : limit)) return UINT32_MAX;
  if (delta == 0) return old;
  if (!take_room(table->room, delta)) return UINT32_MAX;
  void **elements = realloc(table->elements, ((size_t)old + delta) * sizeof *elements);
  if (!elements) {
    give_room(table->room, delta);
    return UINT32_MAX;
  }
  for (uint32_t i = old; i < old + delta; i++) elements[i] = value;
  table->elements = elements;
  table->size = old + delta;
  return old;
}

/* ---- the view ---------------------------------------------------------------------------------*/

/* Put the view where the layout wants it; not attached yet. */
static int place_view(struct tm_instance *instance, struct tm_error *error) {
  const struct tm_module_desc *desc = head(instance)->module->desc;
  if (!desc->has_memory) return 0;
  void *view = place(instance, desc->view_offset);
  if (desc->view_apart) {
    size_t bytes = (desc->view_bytes + 127) & ~(size_t)127;
    if (!(view = aligned_alloc(128, bytes)))
      return tm_fail(error, -ENOMEM, "out of memory for an instance's view of its memory");
    memset(view, 0, bytes);
  }
  if (desc->view_pointed) *(void **)place(instance, desc->view_pointer_offset) = view;
  head(instance)->view = view;
  return 0;
}

/* ---- linking ----------------------------------------------------------------------------------*/

static const char *kind_word(enum tm_extern_kind kind) {
  static const char *const words[] = {"function", "table", "memory", "global"};
  return words[kind];
}

static int mismatch(const struct tm_import_desc *d, const char *why, struct tm_error *error) {
  return tm_fail(error, -EINVAL, "incompatible import type: %s \"%s\" \"%s\": %s",
                 kind_word(d->kind), d->module, d->name, why);
}

static const struct tm_extern *look_up(const struct tm_import_desc *d,
                                       const struct tm_import *imports, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!strcmp(imports[i].name, d->name) && !strcmp(imports[i].module, d->module))
      return &imports[i].value;
  return NULL;
}

static int link_memory(struct tm_instance *instance, const struct tm_import_desc *d,
                       struct tm_linear *memory, struct tm_error *error) {
  struct tm_module *m = head(instance)->module;
  const struct tm_memory_type *has = &memory->type, *wants = &d->memory;
  if (memory->strategy != m->strategy)
    return mismatch(d, "the memory is of another strategy than the module", error);
  if (has->index != wants->index) return mismatch(d, "the index type differs", error);
  if (has->shared != wants->shared)
    return mismatch(d, wants->shared ? "a shared memory is wanted" : "it is shared", error);
  if (has->max_pages > wants->max_pages) return mismatch(d, "its maximum is too large", error);
  void *view = head(instance)->view;
  int result = tm_linear_attach(memory, view);
  if (result) return tm_fail(error, result, "cannot attach to memory: %s", strerror(-result));
  head(instance)->memory = memory;
  /* A seq-cst read of the length, as the threads proposal has it for import matching. */
  if (memory->strategy->pages(view) < wants->min_pages)
    return mismatch(d, "it is smaller than wanted", error);
  return 0;
}

static int link_table(struct tm_instance *instance, const struct tm_import_desc *d,
                      struct tm_table *t, struct tm_error *error) {
  if (t->type != d->value_type) return mismatch(d, "the element type differs", error);
  if (t->size < d->min) return mismatch(d, "it is smaller than wanted", error);
  if (d->max != UINT64_MAX && (!t->has_max || t->max > d->max))
    return mismatch(d, "its maximum is too large", error);
  __atomic_add_fetch(&t->references, 1, __ATOMIC_RELAXED);
  *(struct tm_table **)place(instance, d->offset) = t;
  return 0;
}

static int link_one(struct tm_instance *instance, const struct tm_import_desc *d,
                    const struct tm_extern *value, struct tm_error *error) {
  const struct tm_module_desc *desc = head(instance)->module->desc;
  if (value->kind != d->kind) return mismatch(d, "it is of another kind", error);
  switch (d->kind) {
  case TM_EXTERN_FUNC: {
    struct tm_func func = value->func;
    if (strcmp(func.signature, desc->types[d->type].signature))
      return mismatch(d, "the signature differs", error);
    func.signature = desc->interned[d->type];
    *(struct tm_func *)place(instance, d->offset) = func;
    return 0;
  }
  case TM_EXTERN_TABLE: return link_table(instance, d, value->table, error);
  case TM_EXTERN_MEMORY: return link_memory(instance, d, value->memory, error);
  case TM_EXTERN_GLOBAL:
    if (value->global->type != d->value_type || value->global->mutable != d->mutable)
      return mismatch(d, "the type or mutability differs", error);
    *(struct tm_global **)place(instance, d->offset) = value->global;
    return 0;
  }
  return -EINVAL;
}

static int link_all(struct tm_instance *instance, const struct tm_import *imports, size_t count,
                    struct tm_error *error) {
  const struct tm_module_desc *desc = head(instance)->module->desc;
  for (size_t i = 0; i < desc->import_count; i++) {
    const struct tm_import_desc *d = &desc->imports[i];
    const struct tm_extern *value = look_up(d, imports, count);
    if (!value)
      return tm_fail(error, -ENOENT, "unknown import: %s \"%s\" \"%s\" is not provided",
                     kind_word(d->kind), d->module, d->name);
    int result = link_one(instance, d, value, error);
    if (result) return result;
  }
  return 0;
}

/* ---- making and freeing -----------------------------------------------------------------------*/

int tm_module_new_memory(const struct tm_module *module, const struct tm_memory_type *declared,
                         struct tm_linear **memory, struct tm_error *error) {
  struct tm_memory_type type = *declared;
  uint64_t limit = module->max_pages ? module->max_pages : UINT64_MAX;
  if (type.min_pages > limit)
    return tm_fail(error, -ENOMEM,
                   "the module needs a memory of %llu pages to start, and may have %llu; allow it "
                   "more memory",
                   (unsigned long long)type.min_pages, (unsigned long long)limit);
  if (type.max_pages > limit) type.max_pages = limit;
  int result = tm_linear_new(module->strategy, &type, memory);
  if (!result) return 0;
  const char *needs = module->strategy->needs;
  return tm_fail(error, result, "cannot make a memory of %llu pages under %s: %s%s%s",
                 (unsigned long long)type.min_pages, module->strategy->name, strerror(-result),
                 needs ? "; it needs " : "", needs ? needs : "");
}

static int make_own(struct tm_instance *instance, struct tm_error *error) {
  struct tm_module *m = head(instance)->module;
  const struct tm_module_desc *desc = m->desc;
  for (size_t i = 0; i < desc->table_count; i++) {
    struct tm_table *t = table_new(&desc->tables[i], m->table_room);
    if (!t)
      return tm_fail(error, -ENOMEM, "cannot make a table of %u elements; allow it more memory",
                     desc->tables[i].min);
    *(struct tm_table **)place(instance, desc->tables[i].offset) = t;
  }
  for (size_t i = 0; i < desc->global_count; i++) {
    struct tm_global *g = place(instance, desc->globals[i].offset);
    g->type = desc->globals[i].type;
    g->mutable = desc->globals[i].mutable;
  }
  if (!desc->has_memory || desc->imports_memory) return 0;
  struct tm_linear *memory;
  int result = tm_module_new_memory(m, &desc->memory, &memory, error);
  if (result) return result;
  result = tm_linear_attach(memory, head(instance)->view);
  tm_linear_drop(memory); /* the view holds it now */
  if (result)
    return tm_fail(error, result, "cannot attach to a memory under %s: %s", m->strategy->name,
                   strerror(-result));
  head(instance)->memory = memory;
  return 0;
}

enum tm_trap_code tm_instance_enter(struct tm_instance *instance, void (*body)(void *),
                                    void *argument, struct tm_trap *trap) {
  struct tm_linear *memory = head(instance)->memory;
  void *view = head(instance)->view;
  bool running = tm_linear_unpark(memory, view);
  enum tm_trap_code code = tm_guest_call(body, argument, trap);
  if (!running) tm_linear_park(memory, view);
  return code;
}

static void run_init(void *argument) {
  struct tm_instance *instance = argument;
  head(instance)->module->desc->init(instance);
}

int tm_instance_new(struct tm_module *module, const struct tm_import *imports, size_t count,
                    struct tm_instance **instance, struct tm_trap *trap, struct tm_error *error) {
  size_t bytes = (module->desc->instance_bytes + 127) & ~(size_t)127;
  struct tm_instance *made = aligned_alloc(128, bytes);
  if (!made) return tm_fail(error, -ENOMEM, "out of memory for an instance");
  memset(made, 0, bytes);
  head(made)->module = module;
  int result = place_view(made, error);
  if (!result) result = link_all(made, imports, count, error);
  if (!result) result = make_own(made, error);
  if (result) {
    tm_instance_free(made);
    return result;
  }
  module->desc->prepare(made);
  *instance = made;
  struct tm_trap own;
  if (!trap) trap = &own;
  if (tm_instance_enter(made, run_init, made, trap) == TM_TRAP_NONE) return 0;
  const char *name = tm_function_at(trap->pc);
  return tm_fail(error, -EFAULT, "trap during instantiation: %s%s%s", tm_trap_words(trap->code),
                 name ? " in function " : "", name ? name : "");
}

void tm_instance_free(struct tm_instance *instance) {
  const struct tm_module_desc *desc = head(instance)->module->desc;
  for (size_t i = 0; i < desc->import_count; i++)
    if (desc->imports[i].kind == TM_EXTERN_TABLE)
      table_drop(*(struct tm_table **)place(instance, desc->imports[i].offset));
  for (size_t i = 0; i < desc->table_count; i++)
    table_drop(*(struct tm_table **)place(instance, desc->tables[i].offset));
  if (head(instance)->memory) tm_linear_detach(head(instance)->memory, head(instance)->view);
  if (desc->view_apart) free(head(instance)->view);
  free(instance);
}

/* ---- questions --------------------------------------------------------------------------------*/

bool tm_instance_export(struct tm_instance *instance, const char *name, struct tm_extern *out) {
  const struct tm_module_desc *desc = head(instance)->module->desc;
  for (size_t i = 0; i < desc->export_count; i++) {
    const struct tm_export_desc *e = &desc->exports[i];
    if (strcmp(e->name, name)) continue;
    void *at = place(instance, e->offset);
    *out = (struct tm_extern){.kind = e->kind};
    switch (e->kind) {
    case TM_EXTERN_FUNC: out->func = *(struct tm_func *)at; break;
    case TM_EXTERN_TABLE: out->table = *(struct tm_table **)at; break;
    case TM_EXTERN_MEMORY: out->memory = head(instance)->memory; break;
    case TM_EXTERN_GLOBAL: out->global = e->by_pointer ? *(struct tm_global **)at : at; break;
    }
    return true;
  }
  return false;
}

struct tm_linear *tm_instance_memory(struct tm_instance *instance) {
  return head(instance)->memory;
}
void *tm_instance_view(struct tm_instance *instance) { return head(instance)->view; }
