/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/wasm/batch.h"

#include "harness/wasm/compile.h"
#include "harness/wasm/emit.h"
#include "harness/wasm/emit_text.h"
#include "harness/wasm/module_private.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODULES = 512 };

struct batch {
  struct batch_kind kind;
  struct tm_text prelude; /* what its modules have in common, terminated by a zero */
  struct tm_text code;
  bool simd;
  size_t count;
};

struct batch *batch_new(const struct batch_kind *kind) {
  struct batch *b = calloc(1, sizeof *b);
  if (!b) tm_no_memory("a batch");
  b->kind = *kind;
  return b;
}

size_t batch_count(const struct batch *b) { return b->count; }

void batch_free(struct batch *b) {
  tm_text_free(&b->prelude);
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
  static const char *const statics[] = {"types",       "imports",        "tables",  "globals",
                                        "exports",     "functions",      "prepare", "init",
                                        "tm_instance", "tm_module_desc", "tm_side"};
  static const char *const prefixes[] = {"w",          "invoke",   "tm_type",
                                         "tm_results", "elements", "data"};
  if (size == 10 && !strncmp(word, "references", size)) return true; /* a member, and a static */
  if (member) return false;
  for (int k = 0; k < 11; k++)
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
static void put_renamed(struct tm_text *to, const char *c, size_t size, size_t k) {
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

/* ---- what modules have in common
 * ---------------------------------------------------------------*/

/* Does this line of struct tm_instance belong to the one module? */
static bool is_own_member(const char *line) {
  static const char *const starts[] = {"  struct tm_func ", "  struct tm_table ",
                                       "  struct tm_global ", "  bool ", "};"};
  for (int k = 0; k < 5; k++)
    if (!strncmp(line, starts[k], strlen(starts[k]))) return true;
  return false;
}

/* The choices at the head of emitted C, the helpers, and struct tm_instance as the helpers know it:
 * how every module's begins. */
static void put_prelude(struct tm_text *t, const char *c, const char *header) {
  const char *choices = strstr(c, "#define TM_STRATEGY ");
  const char *include = strstr(choices, "#include ");
  const char *named = strstr(choices, "#define TM_STRATEGY_HEADER ");
  tm_text_bytes(t, choices, (size_t)((header ? named : include) - choices));
  if (header) tm_text_format(t, "#define TM_STRATEGY_HEADER \"%s\"\n", header);
  const char *end = strchr(strstr(include, "\nstruct tm_instance {") + 1, '\n') + 1;
  while (!is_own_member(end)) end = strchr(end, '\n') + 1;
  tm_text_bytes(t, include, (size_t)(end - include));
  tm_text_put(t, "};\n#define TM_REFERENCES NULL\n"
                 "#include \"harness/wasm/guest/instance.h\"\n"
                 "#define tm_prepare(i, to, from, count) \\\n"
                 "  for (u32 k_ = 0; k_ < (count); k_++) \\\n"
                 "    if ((from)[k_].code) \\\n"
                 "      (to)[k_] = (struct tm_func){(from)[k_].code, (i), "
                 "tm_interned[(from)[k_].type]}\n");
  tm_text_char(t, '\0');
}

static void put_module(struct tm_text *t, const char *c, size_t size, size_t k) {
  tm_text_format(t,
                 "\n#undef tm_data\n#undef tm_elements\n#undef tm_interned\n"
                 "#undef TM_OFFSET\n#undef TM_REFERENCES\n"
                 "#define tm_data tm_data_m%zu\n#define tm_elements tm_elements_m%zu\n"
                 "#define tm_interned tm_interned_m%zu\n"
                 "#define TM_OFFSET(m) offsetof(struct tm_instance_m%zu, m)\n"
                 "#define TM_REFERENCES ",
                 k, k, k, k);
  if (strstr(c, "TM_REFERENCES NULL"))
    tm_text_put(t, "NULL\n");
  else
    tm_text_format(t, "i->references_m%zu\n", k);
  tm_text_put(t, "extern const struct tm_data_segment tm_data[];\n"
                 "extern const struct tm_element_segment tm_elements[];\n"
                 "extern const char *tm_interned[];\n");
  put_renamed(t, c, size, k);
}

int batch_add(struct batch *b, const char *name, const void *wasm, size_t size,
              struct tm_error *error) {
  const struct tm_emit_options options = {.strategy = b->kind.strategy, .layout = b->kind.layout};
  char *c = NULL;
  size_t c_size;
  if (b->count == MODULES) return -EAGAIN;
  FILE *stream = open_memstream(&c, &c_size);
  if (!stream) tm_no_memory("C");
  int result = tm_emit_stream(name, wasm, size, &options, stream, error);
  fclose(stream);
  if (!result) {
    struct tm_text prelude = {0};
    put_prelude(&prelude, c, b->kind.header);
    if (!b->count)
      b->prelude = prelude;
    else if (strcmp(prelude.data, b->prelude.data) != 0)
      result = -EAGAIN;
    if (b->count) tm_text_free(&prelude);
  }
  if (!result) {
    b->simd |= strstr(c, "guest/simd.h") != NULL;
    put_module(&b->code, c, c_size, b->count++);
  }
  free(c);
  return result;
}

/* ---- compiling --------------------------------------------------------------------------------*/

static int write_c(const struct batch *b, const char *path, const struct batch_options *o,
                   struct tm_error *error) {
  FILE *f = fopen(path, "we");
  if (!f) return tm_fail(error, -errno, "cannot write %s: %s", path, strerror(errno));
  fprintf(f, "%s%s%s", b->prelude.data, b->simd ? "#include \"harness/wasm/guest/simd.h\"\n" : "",
          o->before ? o->before : "");
  if (o->plant)
    fprintf(f, "#undef %.*s\n#define %s\n", (int)strcspn(o->plant, "( "), o->plant, o->plant);
  fwrite(b->code.data, 1, b->code.size, f);
  if (ferror(f) | fclose(f))
    return tm_fail(error, -EIO, "cannot write %s: %s", path, strerror(errno));
  return 0;
}

int batch_compile(const struct batch *b, const struct batch_options *o, const char *object,
                  struct tm_error *error) {
  char source[PATH_MAX], compiler[PATH_MAX], command[4 * PATH_MAX];
  if (!b->count) return tm_fail(error, -EINVAL, "an empty batch");
  snprintf(source, sizeof source, "%s.c", object);
  int result = tm_compile_compiler(o->compiler, compiler, error);
  if (!result) result = write_c(b, source, o, error);
  if (result) return result;
  snprintf(command, sizeof command,
           "'%s' %s %s -Wno-incompatible-pointer-types -I'%s' -shared -Wl,-z,now '%s' -lm -o '%s' "
           "2>'%s.log'",
           compiler, tm_compile_flags(), o->flags ? o->flags : "", TIDEMARK_SOURCE_DIR, source,
           object, object);
  if (system(command))
    return tm_fail(error, -EIO, "%s cannot compile %s; see %s.log", compiler, source, object);
  return 0;
}

/* ---- loading ----------------------------------------------------------------------------------*/

struct batch_object {
  void *handle;
  uintptr_t code_start;
};

static int note_code(struct dl_phdr_info *info, size_t size, void *argument) {
  struct batch_object *o = argument;
  struct link_map *map;
  (void)size;
  if (dlinfo(o->handle, RTLD_DI_LINKMAP, &map) || info->dlpi_addr != map->l_addr) return 0;
  for (int k = 0; k < info->dlpi_phnum; k++) {
    const ElfW(Phdr) *p = &info->dlpi_phdr[k];
    if (p->p_type != PT_LOAD || !(p->p_flags & PF_X)) continue;
    o->code_start = info->dlpi_addr + p->p_vaddr;
    if (tm_trap_add_code(o->code_start, o->code_start + p->p_memsz)) tm_die("no place for code");
  }
  return 1;
}

int batch_open(const char *path, struct batch_object **object, struct tm_error *error) {
  struct batch_object *o = calloc(1, sizeof *o);
  if (!o) tm_no_memory("a loaded batch");
  o->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!o->handle) {
    free(o);
    return tm_fail(error, -ENOEXEC, "cannot load %s: %s", path, dlerror());
  }
  dl_iterate_phdr(note_code, o);
  *object = o;
  return 0;
}

int batch_module(struct batch_object *o, size_t k, const struct tm_strategy *strategy,
                 struct tm_module **module, struct tm_error *error) {
  char name[64];
  snprintf(name, sizeof name, "tm_module_desc_m%zu", k);
  const struct tm_module_desc *desc = dlsym(o->handle, name);
  if (!desc) return tm_fail(error, -ENOEXEC, "the batch has no %s", name);
  return tm_module_of(desc, strategy, module, error);
}

void batch_close(struct batch_object *o) {
  tm_trap_remove_code(o->code_start);
  dlclose(o->handle);
  free(o);
}
