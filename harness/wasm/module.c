/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/wasm/module_private.h"

#include "harness/wasm/compile.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* One mutex for what all modules share: interned signatures and the list of modules. */
static pthread_mutex_t shared_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct tm_module *modules;

/* ---- signatures -------------------------------------------------------------------------------*/

/* A signature known to the process, with a thunk from some loaded module to call it. Records are
 * never freed: other modules hold their text. */
struct interned {
  struct interned *next;
  struct tm_module *provider; /* whose thunk `invoke` is; NULL when that module is gone */
  void (*invoke)(const struct tm_func *, const union tm_wasm_value *, union tm_wasm_value *);
  char signature[];
};
static struct interned *signatures;

static const char *intern(struct tm_module *provider, const struct tm_type *type) {
  struct interned *each;
  for (each = signatures; each; each = each->next)
    if (strcmp(each->signature, type->signature) == 0) break;
  if (!each) {
    size_t length = strlen(type->signature) + 1;
    each = malloc(sizeof *each + length);
    if (!each) return NULL;
    memcpy(each->signature, type->signature, length);
    each->provider = NULL;
    each->next = signatures;
    signatures = each;
  }
  if (!each->provider) each->provider = provider, each->invoke = type->invoke;
  return each->signature;
}

/* A thunk that leaves with its module is replaced by another module's, if there is one. */
static void withdraw_thunks(struct tm_module *leaving) {
  for (struct interned *each = signatures; each; each = each->next) {
    if (each->provider != leaving) continue;
    each->provider = NULL;
    for (struct tm_module *m = modules; m && !each->provider; m = m->next)
      for (size_t i = 0; m != leaving && i < m->desc->type_count; i++)
        if (m->desc->interned[i] == each->signature)
          each->provider = m, each->invoke = m->desc->types[i].invoke;
  }
}

struct boxed_call {
  void (*invoke)(const struct tm_func *, const union tm_wasm_value *, union tm_wasm_value *);
  const struct tm_func *func;
  const union tm_wasm_value *arguments;
  union tm_wasm_value *results;
};
static void call_boxed(void *argument) {
  struct boxed_call *c = argument;
  c->invoke(c->func, c->arguments, c->results);
}

enum tm_trap_code tm_call(struct tm_instance *instance, const struct tm_func *func,
                          const union tm_wasm_value *arguments, union tm_wasm_value *results,
                          struct tm_trap *trap) {
  struct boxed_call call = {.func = func, .arguments = arguments, .results = results};
  pthread_mutex_lock(&shared_mutex);
  for (struct interned *each = signatures; each && !call.invoke; each = each->next)
    if (each->provider &&
        (each->signature == func->signature || !strcmp(each->signature, func->signature)))
      call.invoke = each->invoke;
  pthread_mutex_unlock(&shared_mutex);
  if (!call.invoke) tm_die("no loaded module has a function type '%s'", func->signature);
  return instance ? tm_instance_enter(instance, call_boxed, &call, trap)
                  : tm_guest_call(call_boxed, &call, trap);
}

/* ---- the loaded object ------------------------------------------------------------------------*/

static int by_address(const void *a, const void *b) {
  const struct tm_function_range *x = a, *y = b;
  return x->start < y->start ? -1 : x->start > y->start;
}

static int sort_functions(struct tm_module *m) {
  m->functions = calloc(m->desc->function_count + 1, sizeof *m->functions);
  if (!m->functions) return -ENOMEM;
  for (size_t i = 0; i < m->desc->function_count; i++)
    m->functions[i] = (struct tm_function_range){(uintptr_t)m->desc->functions[i].code,
                                                 m->desc->functions[i].name};
  qsort(m->functions, m->desc->function_count, sizeof *m->functions, by_address);
  return 0;
}

/* Note where the object's code lies and how large it is. */
static int find_code(struct dl_phdr_info *info, size_t size, void *argument) {
  (void)size;
  struct tm_module *m = argument;
  if (info->dlpi_addr != m->load_address) return 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *p = &info->dlpi_phdr[i];
    if (p->p_type != PT_LOAD || !(p->p_flags & PF_X)) continue;
    m->code_start = info->dlpi_addr + p->p_vaddr;
    m->code_end = m->code_start + p->p_memsz;
  }
  return 1;
}

/* The size of .text, from the file's section headers; 0 when there are none. */
static size_t text_bytes(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat st;
  size_t result = 0;
  if (fd < 0) return 0;
  if (fstat(fd, &st) == 0 && (size_t)st.st_size > sizeof(ElfW(Ehdr))) {
    const uint8_t *file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (file != MAP_FAILED) {
      const ElfW(Ehdr) *header = (const void *)file;
      const ElfW(Shdr) *sections = (const void *)(file + header->e_shoff);
      const char *names = (const char *)file + sections[header->e_shstrndx].sh_offset;
      for (int i = 0; i < header->e_shnum; i++)
        if (strcmp(names + sections[i].sh_name, ".text") == 0) result = sections[i].sh_size;
      munmap((void *)file, (size_t)st.st_size);
    }
  }
  close(fd);
  return result;
}

static int open_object(struct tm_module *m, const char *path, struct tm_error *error) {
  m->object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!m->object)
    return tm_fail(error, -ENOEXEC, "cannot load %s: %s; remove that file", path, dlerror());
  m->desc = dlsym(m->object, "tm_module_desc");
  if (!m->desc || m->desc->abi_version != TM_ABI_VERSION)
    return tm_fail(error, -ENOEXEC, "%s is no module of this version; remove that file", path);
  struct link_map *map;
  if (dlinfo(m->object, RTLD_DI_LINKMAP, &map)) tm_die("dlinfo: %s", dlerror());
  m->load_address = map->l_addr;
  dl_iterate_phdr(find_code, m);
  m->code_bytes = text_bytes(path);
  if (sort_functions(m)) return tm_fail(error, -ENOMEM, "out of memory");
  if (tm_trap_add_code(m->code_start, m->code_end))
    return tm_fail(error, -ENOMEM, "more modules than the trap handler knows places for");
  m->code_known = true;
  return 0;
}

static struct tm_item item(const struct tm_module_desc *d, enum tm_extern_kind kind,
                           const char *module, const char *name, uint32_t type) {
  return (struct tm_item){.module = module,
                          .name = name,
                          .kind = kind,
                          .signature = kind == TM_EXTERN_FUNC ? d->interned[type] : NULL,
                          .memory_type = d->memory};
}

/* Enter the module's types into the process, and list its imports and exports for the host. */
static int publish(struct tm_module *m, struct tm_error *error) {
  const struct tm_module_desc *d = m->desc;
  m->imports = calloc(d->import_count + 1, sizeof *m->imports);
  m->exports = calloc(d->export_count + 1, sizeof *m->exports);
  bool complete = m->imports && m->exports;
  pthread_mutex_lock(&shared_mutex);
  m->next = modules;
  modules = m;
  for (size_t i = 0; i < d->type_count; i++)
    complete = (d->interned[i] = intern(m, &d->types[i])) && complete;
  pthread_mutex_unlock(&shared_mutex);
  if (!complete) return tm_fail(error, -ENOMEM, "out of memory");
  for (size_t i = 0; i < d->import_count; i++) {
    const struct tm_import_desc *e = &d->imports[i];
    m->imports[i] = item(d, e->kind, e->module, e->name, e->type);
    m->imports[i].memory_type = e->memory;
  }
  for (size_t i = 0; i < d->export_count; i++)
    m->exports[i] = item(d, d->exports[i].kind, NULL, d->exports[i].name, d->exports[i].type);
  return 0;
}

int tm_module_load_bytes(const char *name, const void *bytes, size_t size,
                         const struct tm_module_options *options, struct tm_module **module,
                         struct tm_error *error) {
  char path[PATH_MAX];
  int result = tm_compile(name, bytes, size, options, path, error);
  if (result) return result;
  struct tm_module *m = calloc(1, sizeof *m);
  if (!m) return tm_fail(error, -ENOMEM, "out of memory");
  m->strategy = options->strategy;
  m->max_pages = options->max_pages;
  if (m->max_pages && !(m->table_room = tm_table_room_new(m->max_pages * TM_PAGE_BYTES)))
    result = tm_fail(error, -ENOMEM, "out of memory");
  if (!result && !(result = open_object(m, path, error))) result = publish(m, error);
  if (result) {
    tm_module_free(m);
    return result;
  }
  *module = m;
  return 0;
}

int tm_module_of(const struct tm_module_desc *desc, const struct tm_strategy *strategy,
                 struct tm_module **module, struct tm_error *error) {
  struct tm_module *m = calloc(1, sizeof *m);
  if (!m) return tm_fail(error, -ENOMEM, "out of memory");
  m->strategy = strategy;
  m->desc = desc;
  int result = sort_functions(m);
  if (!result) result = publish(m, error);
  if (result)
    tm_module_free(m);
  else
    *module = m;
  return result;
}

enum { LARGEST_MODULE_BYTES = 1 << 30 };

int tm_module_load(const char *path, const struct tm_module_options *options,
                   struct tm_module **module, struct tm_error *error) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is refused, not waited for */
  struct stat st;
  if (fd < 0 || fstat(fd, &st)) {
    int e = errno;
    if (fd >= 0) close(fd);
    return tm_fail(error, -e, "cannot read %s: %s", path, strerror(e));
  }
  int result = -EINVAL;
  if (!S_ISREG(st.st_mode)) {
    tm_fail(error, result, "%s is not a file", path);
  } else if (st.st_size < 8) {
    tm_fail(error, result, "%s is too short for a wasm module (%lld bytes)", path,
            (long long)st.st_size);
  } else if (st.st_size > LARGEST_MODULE_BYTES) {
    tm_fail(error, result, "%s is larger than 1 GiB, the largest module this program takes", path);
  } else {
    void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) {
      result = tm_fail(error, -errno, "cannot read %s: %s", path, strerror(errno));
    } else {
      result = tm_module_load_bytes(path, bytes, (size_t)st.st_size, options, module, error);
      munmap(bytes, (size_t)st.st_size);
    }
  }
  close(fd);
  return result;
}

void tm_module_free(struct tm_module *module) {
  if (!module) return;
  pthread_mutex_lock(&shared_mutex);
  struct tm_module **link = &modules;
  while (*link && *link != module) link = &(*link)->next;
  if (*link) {
    *link = module->next;
    withdraw_thunks(module);
  }
  pthread_mutex_unlock(&shared_mutex);
  if (module->code_known) tm_trap_remove_code(module->code_start);
  if (module->object) dlclose(module->object);
  tm_table_room_drop(module->table_room);
  free(module->functions);
  free(module->imports);
  free(module->exports);
  free(module);
}

/* ---- questions --------------------------------------------------------------------------------*/

const struct tm_item *tm_module_imports(const struct tm_module *module, size_t *count) {
  *count = module->desc->import_count;
  return module->imports;
}
const struct tm_item *tm_module_exports(const struct tm_module *module, size_t *count) {
  *count = module->desc->export_count;
  return module->exports;
}
const struct tm_strategy *tm_module_strategy(const struct tm_module *module) {
  return module->strategy;
}
size_t tm_module_code_bytes(const struct tm_module *module) { return module->code_bytes; }
uint64_t tm_module_accesses(const struct tm_module *module) {
  const struct tm_atomic_u64 *count = dlsym(module->object, "tm_accesses");
  return count ? tm_load_rlx(count) : 0; /* Relaxed: a statistic. */
}

static const char *function_in(const struct tm_module *m, uintptr_t pc) {
  size_t low = 0, high = m->desc->function_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (m->functions[middle].start <= pc)
      low = middle + 1;
    else
      high = middle;
  }
  return low ? m->functions[low - 1].name : NULL;
}

const char *tm_function_at(uintptr_t pc) {
  const char *name = NULL;
  pthread_mutex_lock(&shared_mutex);
  for (struct tm_module *m = modules; m && !name; m = m->next)
    if (pc >= m->code_start && pc < m->code_end) name = function_in(m, pc);
  pthread_mutex_unlock(&shared_mutex);
  return name;
}
