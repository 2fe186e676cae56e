/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/batch.h"

#include "core/hash.h"
#include "harness/wasm/emit.h"
#include "harness/wasm/module_private.h"
#include "strategies/strategies.h"
#include "tests/fuzz/any.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODULES = 512 };

struct batch {
  struct tm_text code;
  char prelude[256]; /* the lines about memory that all its modules share */
  bool simd;
  size_t count;
  void *object;
  struct tm_module *modules[MODULES];
  uintptr_t code_start;
};

struct batch *batch_new(void) {
  struct batch *b = calloc(1, sizeof *b);
  if (!b) tm_no_memory("a batch");
  return b;
}

size_t batch_count(const struct batch *b) { return b->count; }

void batch_free(struct batch *b) {
  for (size_t k = 0; k < b->count; k++) tm_module_free(b->modules[k]);
  if (b->code_start) tm_trap_remove_code(b->code_start);
  if (b->object) dlclose(b->object);
  tm_text_free(&b->code);
  free(b);
}

/* ---- one C file of many modules ---------------------------------------------------------------*/

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool numbered(const char *word, size_t size, const char *prefix) {
  size_t n = strlen(prefix);
  return size > n && !strncmp(word, prefix, n) && word[n] >= '0' && word[n] <= '9';
}

/* Is this name one that every module has its own of? */
static bool is_own(const char *word, size_t size, bool member) {
  static const char *const statics[] = {"types",       "imports",       "tables",  "globals",
                                        "exports",     "functions",     "prepare", "init",
                                        "tm_instance", "tm_module_desc"};
  static const char *const prefixes[] = {"w",          "invoke",   "tm_type",
                                         "tm_results", "elements", "data"};
  if (size == 10 && !strncmp(word, "references", size)) return true; /* a member, and a static */
  if (member) return false;
  for (int k = 0; k < 10; k++)
    if (strlen(statics[k]) == size && !strncmp(word, statics[k], size)) return true;
  for (int k = 0; k < 6; k++)
    if (numbered(word, size, prefixes[k])) return true;
  return false;
}

/* The end of the comment or literal that starts at `p`, or `p`. */
static const char *skip_text(const char *p, const char *end) {
  if (end - p > 2 && p[0] == '/' && p[1] == '*') {
    const char *close = strstr(p + 2, "*/");
    return close ? close + 2 : end;
  }
  if (*p != '"' && *p != '\'') return p;
  char quote = *p;
  for (p++; p < end && *p != quote; p++) p += *p == '\\';
  return p < end ? p + 1 : end;
}

/* Append `c` to the batch, its own names numbered `k`; lines of the preprocessor are left out. */
static void append_renamed(struct tm_text *to, const char *c, size_t size, size_t k) {
  const char *end = c + size;
  for (const char *p = c; p < end;) {
    const char *after = skip_text(p, end);
    if (after > p) {
      tm_text_bytes(to, p, (size_t)(after - p));
    } else if (*p == '#' && (p == c || p[-1] == '\n')) {
      after = memchr(p, '\n', (size_t)(end - p));
      if (!after) after = end;
    } else if (is_word(*p)) {
      while (after < end && is_word(*after)) after++;
      bool member = p > c && (p[-1] == '.' || (p[-1] == '>' && p[-2] == '-'));
      member |= !strncmp(p, "tm_module_desc ", 15) && after[1] != '='; /* the type */
      tm_text_bytes(to, p, (size_t)(after - p));
      if (is_own(p, (size_t)(after - p), member)) tm_text_format(to, "_m%zu", k);
    } else {
      tm_text_char(to, *p);
      after = p + 1;
    }
    p = after;
  }
}

/* The lines that say what memory the module has. */
static void find_prelude(const char *c, char prelude[256]) {
  static const char *const names[] = {"#define TM_HAS_MEMORY ", "#define TM_INDEX ",
                                      "#define TM_SHARED "};
  size_t n = 0;
  for (int k = 0; k < 3; k++) {
    const char *line = strstr(c, names[k]);
    size_t size = line ? strcspn(line, "\n") + 1 : 0;
    if (line && n + size < 256) memcpy(prelude + n, line, size), n += size;
  }
  prelude[n] = '\0';
}

int batch_add(struct batch *b, const char *name, const void *wasm, size_t size,
              struct tm_error *error) {
  static const struct tm_emit_options options = {.strategy = "any"};
  char *c = NULL, prelude[256];
  size_t c_size;
  FILE *stream = open_memstream(&c, &c_size);
  if (!stream) tm_no_memory("C");
  int result = tm_emit_stream(name, wasm, size, &options, stream, error);
  fclose(stream);
  if (!result) {
    find_prelude(c, prelude);
    if (b->count == MODULES || (b->count && strcmp(prelude, b->prelude) != 0)) result = -EAGAIN;
  }
  if (!result) {
    size_t k = b->count++;
    memcpy(b->prelude, prelude, sizeof prelude);
    b->simd |= strstr(c, "guest/simd.h") != NULL;
    tm_text_format(&b->code,
                   "\n#undef tm_data\n#undef tm_elements\n#undef tm_interned\n"
                   "#undef TM_OFFSET\n#undef TM_REFERENCES\n"
                   "#define tm_data tm_data_m%zu\n#define tm_elements tm_elements_m%zu\n"
                   "#define tm_interned tm_interned_m%zu\n"
                   "#define TM_OFFSET(m) offsetof(struct tm_instance_m%zu, m)\n"
                   "#define TM_REFERENCES ",
                   k, k, k, k);
    if (strstr(c, "TM_REFERENCES NULL"))
      tm_text_put(&b->code, "NULL\n");
    else
      tm_text_format(&b->code, "i->references_m%zu\n", k);
    tm_text_put(&b->code, "extern const struct tm_data_segment tm_data[];\n"
                          "extern const struct tm_element_segment tm_elements[];\n"
                          "extern const char *tm_interned[];\n");
    append_renamed(&b->code, c, c_size, k);
  }
  free(c);
  return result;
}

/* ---- compiling and loading --------------------------------------------------------------------*/

static const char prelude_before[] = "#define TM_STRATEGY any\n"
                                     "#define TM_STRATEGY_HEADER \"tests/fuzz/any.h\"\n"
                                     "#define TM_VIEW(i) (&(i)->view)\n"
                                     "#define TM_SIZE_CALL 0\n";
/* The instance as the helpers know it; every module's begins so. */
static const char prelude_after[] =
    "#include \"harness/wasm/guest/guest.h\"\n"
    "struct tm_instance {\n  struct tm_instance_head head;\n  struct tm_any_view view;\n};\n"
    "#define TM_REFERENCES NULL\n"
    "#include \"harness/wasm/guest/instance.h\"\n"
    "#undef TM_ENTER\n"
    "#define TM_ENTER(memory, calls) tm_stack_probe(); TM_ENTER_MEMORY(memory)\n"
    "#define tm_prepare(i, to, from, count) \\\n"
    "  for (u32 k_ = 0; k_ < (count); k_++) \\\n"
    "    if ((from)[k_].code) \\\n"
    "      (to)[k_] = (struct tm_func){(from)[k_].code, (i), tm_interned[(from)[k_].type]}\n";

static int write_c(const struct batch *b, const char *path, const char *plant,
                   struct tm_error *error) {
  FILE *f = fopen(path, "we");
  if (!f) return tm_fail(error, -errno, "cannot write %s: %s", path, strerror(errno));
  fprintf(f, "%s%s%s%s", prelude_before, b->prelude, prelude_after,
          b->simd ? "#include \"harness/wasm/guest/simd.h\"\n" : "");
  if (plant) fprintf(f, "#undef %.*s\n#define %s\n", (int)strcspn(plant, "( "), plant, plant);
  fwrite(b->code.data, 1, b->code.size, f);
  if (fclose(f)) return tm_fail(error, -errno, "cannot write %s: %s", path, strerror(errno));
  return 0;
}

static int note_code(struct dl_phdr_info *info, size_t size, void *argument) {
  struct batch *b = argument;
  struct link_map *map;
  (void)size;
  if (dlinfo(b->object, RTLD_DI_LINKMAP, &map) || info->dlpi_addr != map->l_addr) return 0;
  for (int k = 0; k < info->dlpi_phnum; k++) {
    const ElfW(Phdr) *p = &info->dlpi_phdr[k];
    if (p->p_type != PT_LOAD || !(p->p_flags & PF_X)) continue;
    b->code_start = info->dlpi_addr + p->p_vaddr;
    if (tm_trap_add_code(b->code_start, b->code_start + p->p_memsz)) tm_die("no place for code");
  }
  return 1;
}

static int load(struct batch *b, const char *object, struct tm_error *error) {
  b->object = dlopen(object, RTLD_NOW | RTLD_LOCAL);
  if (!b->object) return tm_fail(error, -ENOEXEC, "cannot load %s: %s", object, dlerror());
  dl_iterate_phdr(note_code, b);
  for (size_t k = 0; k < b->count; k++) {
    char name[64];
    snprintf(name, sizeof name, "tm_module_desc_m%zu", k);
    const struct tm_module_desc *desc = dlsym(b->object, name);
    if (!desc) return tm_fail(error, -ENOEXEC, "%s has no %s", object, name);
    int result = tm_module_of(desc, NULL, &b->modules[k], error);
    if (result) return result;
  }
  return 0;
}

int batch_build(struct batch *b, const struct batch_options *o, struct tm_error *error) {
  char source[PATH_MAX], object[PATH_MAX], command[3 * PATH_MAX];
  snprintf(source, sizeof source, "%s/batch.c", o->folder);
  snprintf(object, sizeof object, "%s/batch.so", o->folder);
  int result = write_c(b, source, o->plant, error);
  if (result) return result;
  snprintf(command, sizeof command,
           "%s %s %s -Wno-incompatible-function-pointer-types -I%s -shared -Wl,-z,now "
           "'%s' -lm -o '%s' 2>'%s/batch.log'",
           o->compiler, TM_EMIT_CFLAGS, o->flags, TIDEMARK_SOURCE_DIR, source, object, o->folder);
  if (system(command))
    return tm_fail(error, -EIO, "%s cannot compile %s; see %s/batch.log", o->compiler, source,
                   o->folder);
  return load(b, object, error);
}

/* ---- running ----------------------------------------------------------------------------------*/

static struct tm_text *transcript; /* of the module that runs */

/* What all engines can tell apart. */
static const char *trap_kind(enum tm_trap_code code) {
  switch (code) {
  case TM_TRAP_UNREACHABLE: return "unreachable";
  case TM_TRAP_OUT_OF_BOUNDS: return "memory";
  case TM_TRAP_UNALIGNED_ATOMIC: return "unaligned";
  case TM_TRAP_DIVIDE_BY_ZERO: return "zero";
  case TM_TRAP_INTEGER_OVERFLOW:
  case TM_TRAP_INVALID_CONVERSION: return "number";
  case TM_TRAP_TABLE_OUT_OF_BOUNDS:
  case TM_TRAP_UNDEFINED_ELEMENT: return "table";
  case TM_TRAP_UNINITIALIZED_ELEMENT:
  case TM_TRAP_INDIRECT_CALL_TYPE: return "signature";
  case TM_TRAP_STACK_EXHAUSTED: return "stack";
  default: return tm_trap_words(code);
  }
}

static void put_value(char type, const union tm_wasm_value *v) {
  switch (type) {
  case 'i': tm_text_format(transcript, " i32:%x", v->i32); break;
  case 'I': tm_text_format(transcript, " i64:%llx", (unsigned long long)v->i64); break;
  case 'f': tm_text_format(transcript, isnan(v->f32) ? " f32:nan" : " f32:%x", v->i32); break;
  case 'F':
    tm_text_format(transcript, isnan(v->f64) ? " f64:nan" : " f64:%llx",
                   (unsigned long long)v->i64);
    break;
  default: tm_text_put(transcript, " ?"); break;
  }
}

static void log_value(const char *name, char type, union tm_wasm_value v) {
  tm_text_format(transcript, "%s", name);
  put_value(type, &v);
  tm_text_char(transcript, '\n');
}
static void log_i32(void *env, uint32_t v) {
  (void)env;
  log_value("log", 'i', (union tm_wasm_value){.i32 = v});
}
static void log_i64(void *env, uint64_t v) {
  (void)env;
  log_value("log", 'I', (union tm_wasm_value){.i64 = v});
}
static void log_f32(void *env, float v) {
  (void)env;
  log_value("log", 'f', (union tm_wasm_value){.f32 = v});
}
static void log_f64(void *env, double v) {
  (void)env;
  log_value("log", 'F', (union tm_wasm_value){.f64 = v});
}
typedef long long vector __attribute__((vector_size(16), may_alias));
static void log_v128(void *env, vector v) {
  log_i64(env, (uint64_t)v[0]);
  log_i64(env, (uint64_t)v[1]);
}

#define HOST(name, code, signature)                                                                \
  {                                                                                                \
    "fuzzing-support", name, {                                                                     \
      .kind = TM_EXTERN_FUNC, .func = {(void (*)(void))code, NULL, signature }                     \
    }                                                                                              \
  }
static const struct tm_import host[] = {
    HOST("log-i32", log_i32, "i>"),   HOST("log-i64", log_i64, "I>"),
    HOST("log-f32", log_f32, "f>"),   HOST("log-f64", log_f64, "F>"),
    HOST("log-v128", log_v128, "v>"),
};

/* Argument `p` of the call of export `f`: what reference.js calls argument(). */
static union tm_wasm_value argument(char type, uint32_t f, uint32_t p) {
  uint32_t n = (f + 1) * (p + 3) * UINT32_C(2654435761);
  switch (type) {
  case 'i': return (union tm_wasm_value){.i32 = n};
  case 'I': return (union tm_wasm_value){.i64 = n * UINT64_C(0x100000001)};
  case 'f': return (union tm_wasm_value){.f32 = (float)(n % 1000) / 8};
  default: return (union tm_wasm_value){.f64 = (double)(n % 1000) / 16};
  }
}

static void call_export(struct tm_instance *instance, const struct tm_item *e, uint32_t number) {
  enum { VALUES = 64 };
  union tm_wasm_value arguments[VALUES], results[VALUES];
  struct tm_extern x;
  struct tm_trap trap;
  const char *results_of = strchr(e->signature, '>') + 1;
  if (strpbrk(e->signature, "vne") || strlen(e->signature) > VALUES) return;
  if (tm_instance_export(instance, "hangLimitInitializer", &x))
    tm_call(instance, &x.func, arguments, results, &trap);
  for (uint32_t p = 0; e->signature[p] != '>'; p++)
    arguments[p] = argument(e->signature[p], number, p);
  tm_instance_export(instance, e->name, &x);
  tm_text_format(transcript, "call %u\n", number);
  if (tm_call(instance, &x.func, arguments, results, &trap)) {
    tm_text_format(transcript, "trap %s\n", trap_kind(trap.code));
    return;
  }
  tm_text_put(transcript, "returned");
  for (uint32_t k = 0; results_of[k]; k++) put_value(results_of[k], &results[k]);
  tm_text_char(transcript, '\n');
}

/* The hash of the bytes; that of the last ones again if they are the same. */
static const char *hash_of(const uint8_t *bytes, size_t size) {
  static uint8_t *last;
  static size_t last_size;
  static char hex[TM_SHA256_HEX];
  if (last && size == last_size && !memcmp(bytes, last, size)) return hex;
  tm_sha256_bytes(bytes, size, hex);
  free(last);
  last = malloc(size ? size : 1);
  last_size = size;
  if (last && size) memcpy(last, bytes, size);
  return hex;
}

static void put_memory(struct tm_instance *instance) {
  struct tm_linear *memory = tm_instance_memory(instance);
  void *view = tm_instance_view(instance);
  if (!memory) return;
  uint64_t pages = memory->strategy->pages(view), size = pages * TM_PAGE_BYTES;
  bool running = tm_linear_unpark(memory, view); /* a base that moves stays until it is parked */
  const uint8_t *bytes = pages ? tm_linear_at(memory, view, 0, size) : NULL;
  tm_text_format(transcript, "memory %llu %s\n", (unsigned long long)pages, hash_of(bytes, size));
  if (!running) tm_linear_park(memory, view);
}

int batch_run(struct batch *b, size_t k, const char *name, struct tm_text *to,
              struct tm_error *error) {
  struct tm_module *m = b->modules[k];
  const struct tm_strategy_entry *entry = tm_strategy_find(name);
  struct tm_instance *instance = NULL;
  struct tm_trap trap = {0};
  m->strategy = entry->strategy;
  tm_outline = tm_outline_find(name);
  if (!tm_outline) return tm_fail(error, -ENOTSUP, "%s has a larger view than any.h", name);
  transcript = to;
  int result = tm_instance_new(m, host, sizeof host / sizeof *host, &instance, &trap, error);
  if (result && result != -EFAULT) return result;
  if (result) {
    tm_text_format(to, "trap %s\n", trap_kind(trap.code));
  } else {
    size_t count;
    uint32_t number = 0;
    bool exported = false;
    const struct tm_item *exports = tm_module_exports(m, &count);
    for (size_t e = 0; e < count; e++) {
      exported |= exports[e].kind == TM_EXTERN_MEMORY;
      if (exports[e].kind == TM_EXTERN_FUNC) call_export(instance, &exports[e], number++);
    }
    if (exported) put_memory(instance);
  }
  tm_instance_free(instance);
  return 0;
}
