/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/wasm/script.h"

#include "harness/wasm/guest/abi.h"
#include "harness/wasm/wat.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

enum { INSTANCES = 1024, REGISTERED = 64, VALUES = 64, IMPORTS = 4096 };

struct script {
  const char *file, *work, *flags;
  const struct tm_strategy *strategy;
  FILE *report;
  struct script_result *result;
  int line;
  struct loaded {
    const char *name; /* $name in the script, or NULL */
    struct tm_module *module;
    struct tm_instance *instance;
  } loaded[INSTANCES];
  int loaded_count;
  struct loaded *current;
  struct {
    const char *as;
    struct loaded *what;
  } registered[REGISTERED];
  int registered_count;
};

__attribute__((format(printf, 2, 3))) static void failed(struct script *s, const char *format,
                                                         ...) {
  va_list list;
  va_start(list, format);
  fprintf(s->report, "%s:%d: ", s->file, s->line);
  vfprintf(s->report, format, list);
  fputc('\n', s->report);
  va_end(list);
  s->result->failed++;
}

static const char *text(const cJSON *o, const char *key) {
  const char *t = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
  return t ? t : "";
}

/* ---- files ------------------------------------------------------------------------------------*/

static char *read_file(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  fseek(f, 0, SEEK_END);
  *size = (size_t)ftell(f);
  rewind(f);
  char *bytes = malloc(*size + 1);
  if (bytes && fread(bytes, 1, *size, f) != *size) *size = 0;
  if (bytes) bytes[*size] = '\0';
  fclose(f);
  return bytes;
}

/* This version of wast2json wants a table's index where newer scripts leave out 0: write it in. */
static int write_with_table_indices(const char *from, const char *to) {
  static const char *const names[] = {"table.get", "table.set", "table.size", "table.grow",
                                      "table.fill"};
  size_t size;
  char *script = read_file(from, &size);
  FILE *f = fopen(to, "wb");
  if (!script || !f) return -1;
  for (char *p = script; p < script + size; p++) {
    fputc(*p, f);
    for (int k = 0; k < 5; k++) {
      size_t n = strlen(names[k]);
      if (p[0] != '(' || strncmp(p + 1, names[k], n) != 0) continue;
      const char *after = p + 1 + n;
      while (isspace((unsigned char)*after)) after++;
      if (*after != '(' && *after != ')') continue;
      fprintf(f, "%s 0", names[k]);
      p += n;
    }
  }
  free(script);
  return fclose(f);
}

/* Run wast2json; 0 when it converted the script. */
static int convert(const char *wast, const char *json) {
  pid_t pid = fork();
  if (pid == 0) {
    if (!freopen("/dev/null", "w", stderr)) _exit(126);
    execlp("wast2json", "wast2json", "--enable-threads", "--enable-memory64", wast, "-o", json,
           (char *)NULL);
    _exit(127);
  }
  int status = -1;
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

static int hex(const char *p, int n) {
  int v = 0;
  for (int k = 0; k < n; k++) {
    if (!isxdigit((unsigned char)p[k])) return -1;
    v = v * 16 + (isdigit((unsigned char)p[k]) ? p[k] - '0' : tolower(p[k]) - 'a' + 10);
  }
  return v;
}

/* wast2json writes each odd byte of a name as \u00XX. Turn bytes from 80 up, and zero (as the
 * translator does: C0 80), back into bytes. */
static void restore_bytes(char *json) {
  char *to = json;
  for (char *p = json; *p;) {
    int byte = strncmp(p, "\\u00", 4) == 0 ? hex(p + 4, 2) : -1;
    if (byte >= 0x80) {
      *to++ = (char)byte;
    } else if (byte == 0) {
      *to++ = (char)0xc0;
      *to++ = (char)0x80;
    } else {
      *to++ = *p++;
      continue;
    }
    p += 6;
  }
  *to = '\0';
}

/* ---- values -----------------------------------------------------------------------------------*/

static const struct {
  const char *name;
  int bytes;
} lane_types[] = {{"i8", 1}, {"i16", 2}, {"i32", 4}, {"i64", 8}, {"f32", 4}, {"f64", 8}};

static int lane_bytes(const char *type) {
  for (size_t k = 0; k < sizeof lane_types / sizeof *lane_types; k++)
    if (!strcmp(lane_types[k].name, type)) return lane_types[k].bytes;
  return 0;
}

static bool read_value(const cJSON *json, union tm_wasm_value *v) {
  const char *type = text(json, "type"), *value = text(json, "value");
  memset(v, 0, sizeof *v);
  if (!strcmp(type, "i32") || !strcmp(type, "f32")) {
    v->i32 = (uint32_t)strtoull(value, NULL, 10);
  } else if (!strcmp(type, "i64") || !strcmp(type, "f64")) {
    v->i64 = strtoull(value, NULL, 10);
  } else if (!strcmp(type, "externref") || !strcmp(type, "funcref")) {
    v->ref = !strcmp(value, "null") ? NULL : (void *)(uintptr_t)(strtoull(value, NULL, 10) + 1);
  } else if (!strcmp(type, "v128")) {
    int n = lane_bytes(text(json, "lane_type")), at = 0;
    const cJSON *lane;
    cJSON_ArrayForEach(lane, cJSON_GetObjectItemCaseSensitive(json, "value")) {
      uint64_t bits = strtoull(cJSON_GetStringValue(lane), NULL, 10);
      if (at + n > 16) return false;
      memcpy(v->v128 + at, &bits, (size_t)n);
      at += n;
    }
    return n && at == 16;
  } else {
    return false;
  }
  return true;
}

/* Are these bits what `expected` (a number or nan:canonical, nan:arithmetic) asks for? */
static bool bits_match(const char *expected, uint64_t bits, int bytes) {
  int exponent = bytes == 4 ? 23 : 52; /* bits below the exponent */
  uint64_t all = bytes == 4 ? UINT32_MAX : UINT64_MAX, sign = UINT64_C(1) << (8 * bytes - 1);
  uint64_t quiet = (all >> 1) & ~((UINT64_C(1) << (exponent - 1)) - 1);
  if (!strcmp(expected, "nan:canonical")) return (bits & ~sign) == quiet;
  if (!strcmp(expected, "nan:arithmetic")) return (bits & quiet) == quiet;
  uint64_t want = strtoull(expected, NULL, 10);
  if (bytes < 8) want &= (UINT64_C(1) << (8 * bytes)) - 1;
  return bits == want;
}

static bool value_matches(const cJSON *json, const union tm_wasm_value *v) {
  const char *type = text(json, "type"), *value = text(json, "value");
  if (!strcmp(type, "i32") || !strcmp(type, "f32")) return bits_match(value, v->i32, 4);
  if (!strcmp(type, "i64") || !strcmp(type, "f64")) return bits_match(value, v->i64, 8);
  if (!strcmp(type, "externref") || !strcmp(type, "funcref")) {
    if (!strcmp(value, "null")) return v->ref == NULL;
    return !strcmp(type, "funcref") || v->ref == (void *)(uintptr_t)(strtoull(value, NULL, 10) + 1);
  }
  int n = lane_bytes(text(json, "lane_type")), at = 0;
  const cJSON *lane;
  cJSON_ArrayForEach(lane, cJSON_GetObjectItemCaseSensitive(json, "value")) {
    uint64_t bits = 0;
    if (!n || at + n > 16) return false;
    memcpy(&bits, v->v128 + at, (size_t)n);
    if (!bits_match(cJSON_GetStringValue(lane), bits, n)) return false;
    at += n;
  }
  return at == 16;
}

static bool values_match(const cJSON *expected, const union tm_wasm_value *v) {
  const cJSON *each;
  cJSON_ArrayForEach(each, expected) if (!value_matches(each, v++)) return false;
  return true;
}

/* ---- modules ----------------------------------------------------------------------------------*/

static int load(struct script *s, const char *file, struct tm_module **module,
                struct tm_error *error) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", s->work, file);
  struct tm_module_options options = {.strategy = s->strategy, .flags = s->flags};
  return tm_module_load(path, &options, module, error);
}

/* What registered modules export, as imports. */
static size_t gather(struct script *s, struct tm_import *imports) {
  size_t n = 0;
  for (int k = s->registered_count; k-- > 0;) {
    size_t count;
    const struct tm_item *items = tm_module_exports(s->registered[k].what->module, &count);
    for (size_t e = 0; e < count && n < IMPORTS; e++) {
      imports[n].module = s->registered[k].as;
      imports[n].name = items[e].name;
      n += tm_instance_export(s->registered[k].what->instance, items[e].name, &imports[n].value);
    }
  }
  return n;
}

static int instantiate(struct script *s, struct tm_module *module, const char *name,
                       struct tm_trap *trap, struct tm_error *error) {
  static struct tm_import imports[IMPORTS];
  if (s->loaded_count == INSTANCES) return tm_fail(error, -ENOSPC, "too many modules in a script");
  struct loaded *l = &s->loaded[s->loaded_count];
  *l = (struct loaded){.name = name, .module = module};
  int result = tm_instance_new(module, imports, gather(s, imports), &l->instance, trap, error);
  if (!result || result == -EFAULT) s->loaded_count++; /* functions may be in others' tables */
  if (!result) s->current = l;
  if (result && result != -EFAULT) tm_module_free(module);
  return result;
}

static void register_as(struct script *s, const char *as, struct loaded *what) {
  s->registered[s->registered_count].as = as;
  s->registered[s->registered_count++].what = what;
}

/* The module that scripts import from without defining it. */
static int add_spectest(struct script *s) {
  static const char *const parts[] = {
      "(module (global (export \"global_i32\") i32 (i32.const 666))"
      " (global (export \"global_i64\") i64 (i64.const 666))"
      " (global (export \"global_f32\") f32 (f32.const 666.6))"
      " (global (export \"global_f64\") f64 (f64.const 666.6))"
      " (table (export \"table\") 10 20 funcref) (memory (export \"memory\") 1 2)"
      " (func (export \"print\")) (func (export \"print_i32\") (param i32))"
      " (func (export \"print_i64\") (param i64)) (func (export \"print_f32\") (param f32))"
      " (func (export \"print_f64\") (param f64)) (func (export \"print_i32_f32\") (param i32 f32))"
      " (func (export \"print_f64_f64\") (param f64 f64)))",
      "(module (memory (export \"shared_memory\") 1 2 shared))"};
  for (int k = 0; k < 2; k++) {
    struct tm_error error = {0};
    struct tm_trap trap;
    unsigned char *wasm;
    size_t size;
    struct tm_module *module;
    struct tm_module_options options = {.strategy = s->strategy, .flags = s->flags};
    int result = tm_wat_to_wasm("spectest", parts[k], strlen(parts[k]), &wasm, &size, &error);
    if (!result) {
      result = tm_module_load_bytes("spectest", wasm, size, &options, &module, &error);
      free(wasm);
    }
    if (!result) result = instantiate(s, module, NULL, &trap, &error);
    if (result) {
      fprintf(s->report, "%s: spectest: %s\n", s->file, error.text);
      return -1;
    }
    register_as(s, "spectest", s->current);
  }
  return 0;
}

static struct loaded *named(struct script *s, const cJSON *o, const char *key) {
  const cJSON *name = cJSON_GetObjectItemCaseSensitive(o, key);
  if (!name) return s->current;
  for (int k = s->loaded_count; k-- > 0;)
    if (s->loaded[k].name && !strcmp(s->loaded[k].name, name->valuestring)) return &s->loaded[k];
  return NULL;
}

/* ---- commands ---------------------------------------------------------------------------------*/

enum outcome { RETURNED, TRAPPED, IMPOSSIBLE };

/* Do what the action says. IMPOSSIBLE: a failure that has been reported. */
static enum outcome act(struct script *s, const cJSON *action, union tm_wasm_value *results,
                        enum tm_trap_code *trapped) {
  struct loaded *l = named(s, action, "module");
  struct tm_extern e;
  const char *field = text(action, "field");
  if (!l || !tm_instance_export(l->instance, field, &e)) {
    failed(s, "no export '%s'", field);
    return IMPOSSIBLE;
  }
  if (!strcmp(text(action, "type"), "get")) {
    if (e.kind == TM_EXTERN_GLOBAL) {
      results[0] = e.global->value;
      return RETURNED;
    }
    failed(s, "'%s' is no global", field);
    return IMPOSSIBLE;
  }
  union tm_wasm_value arguments[VALUES];
  int n = 0;
  const cJSON *each;
  cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(action, "args")) {
    if (n == VALUES || !read_value(each, &arguments[n++])) {
      failed(s, "argument %d of '%s' cannot be read", n, field);
      return IMPOSSIBLE;
    }
  }
  struct tm_trap trap;
  *trapped = tm_call(l->instance, &e.func, arguments, results, &trap);
  return *trapped ? TRAPPED : RETURNED;
}

/* Do the words the script expects agree with those of the trap? */
static bool words_match(const char *expected, enum tm_trap_code code) {
  const char *words = tm_trap_words(code);
  return !strncmp(expected, words, strlen(words)) || !strncmp(expected, words, strlen(expected));
}

static void on_action(struct script *s, const cJSON *c, const char *type) {
  union tm_wasm_value results[VALUES];
  enum tm_trap_code trapped = TM_TRAP_NONE;
  const cJSON *action = cJSON_GetObjectItemCaseSensitive(c, "action");
  enum outcome outcome = act(s, action, results, &trapped);
  const char *field = text(action, "field");
  if (outcome == IMPOSSIBLE) return;
  bool wants_trap = !strcmp(type, "assert_trap") || !strcmp(type, "assert_exhaustion");
  if (wants_trap && outcome == RETURNED)
    failed(s, "'%s' returned, expected the trap '%s'", field, text(c, "text"));
  else if (wants_trap && !words_match(text(c, "text"), trapped))
    failed(s, "'%s' trapped with '%s', expected '%s'", field, tm_trap_words(trapped),
           text(c, "text"));
  else if (!wants_trap && outcome == TRAPPED)
    failed(s, "'%s' trapped: %s", field, tm_trap_words(trapped));
  else if (!wants_trap && strcmp(type, "action") != 0 &&
           !values_match(cJSON_GetObjectItemCaseSensitive(c, "expected"), results)) {
    char *want = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(c, "expected"));
    failed(s, "'%s' returned %#llx %#llx, expected %s", field, (unsigned long long)results[0].i64,
           (unsigned long long)((uint64_t *)(void *)&results[0])[1], want);
    free(want);
  } else
    s->result->passed++;
}

static void on_module(struct script *s, const cJSON *c) {
  struct tm_error error = {0};
  struct tm_trap trap = {0};
  struct tm_module *module;
  const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(c, "name"));
  s->current = NULL;
  if (load(s, text(c, "filename"), &module, &error) ||
      instantiate(s, module, name, &trap, &error)) {
    failed(s, "module: %s", error.text);
    return;
  }
  s->result->passed++;
}

/* Invalid, malformed: must not load. */
static void on_rejected(struct script *s, const cJSON *c) {
  struct tm_error error = {0};
  struct tm_module *module;
  if (strcmp(text(c, "module_type"), "binary") != 0) {
    s->result->skipped++;
    return;
  }
  int result = load(s, text(c, "filename"), &module, &error);
  if (result == 0) {
    tm_module_free(module);
    failed(s, "%s was accepted, expected '%s'", text(c, "filename"), text(c, "text"));
  } else if ((result != -EINVAL && result != -ENOTSUP && result != -EFBIG) || !error.text[0]) {
    failed(s, "%s: %d, %s", text(c, "filename"), result, error.text);
  } else
    s->result->passed++;
}

/* Unlinkable: no import fits. Uninstantiable: it traps. */
static void on_broken(struct script *s, const cJSON *c, bool traps) {
  struct tm_error error = {0};
  struct tm_trap trap = {0};
  struct tm_module *module;
  struct loaded *current = s->current;
  int result = load(s, text(c, "filename"), &module, &error);
  if (result) {
    failed(s, "%s", error.text);
    return;
  }
  result = instantiate(s, module, NULL, &trap, &error);
  s->current = current;
  if (result == 0)
    failed(s, "instantiated, expected '%s'", text(c, "text"));
  else if (traps && (result != -EFAULT || !words_match(text(c, "text"), trap.code)))
    failed(s, "%s, expected '%s'", error.text, text(c, "text"));
  else if (!traps && result == -EFAULT)
    failed(s, "trapped: %s, expected '%s'", tm_trap_words(trap.code), text(c, "text"));
  else
    s->result->passed++;
}

static void on_command(struct script *s, const cJSON *c) {
  const char *type = text(c, "type");
  s->line = (int)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(c, "line"));
  if (!strcmp(type, "module")) {
    on_module(s, c);
  } else if (!strcmp(type, "register")) {
    struct loaded *l = named(s, c, "name");
    if (l && s->registered_count < REGISTERED)
      register_as(s, text(c, "as"), l);
    else
      failed(s, "cannot register '%s'", text(c, "as"));
  } else if (!strcmp(type, "assert_invalid") || !strcmp(type, "assert_malformed")) {
    on_rejected(s, c);
  } else if (!strcmp(type, "assert_unlinkable")) {
    on_broken(s, c, false);
  } else if (!strcmp(type, "assert_uninstantiable")) {
    on_broken(s, c, true);
  } else {
    on_action(s, c, type);
  }
}

int script_run(const char *path, const char *work, const struct tm_strategy *strategy,
               const char *flags, FILE *report, struct script_result *result) {
  static struct script script;
  struct script *s = &script;
  const char *base = strrchr(path, '/');
  *s = (struct script){.file = base ? base + 1 : path,
                       .work = work,
                       .flags = flags,
                       .strategy = strategy,
                       .report = report,
                       .result = result};
  char wast[PATH_MAX], json_path[PATH_MAX];
  snprintf(wast, sizeof wast, "%s/script.wast", work);
  snprintf(json_path, sizeof json_path, "%s/script.json", work);
  if (write_with_table_indices(path, wast) || convert(wast, json_path)) {
    fprintf(report, "%s: wast2json cannot convert it\n", s->file);
    return -1;
  }
  size_t size;
  char *bytes = read_file(json_path, &size);
  if (bytes) restore_bytes(bytes);
  cJSON *json = bytes ? cJSON_Parse(bytes) : NULL;
  if (!json || add_spectest(s)) {
    fprintf(report, "%s: cannot be started\n", s->file);
    return -1;
  }
  const cJSON *c;
  cJSON_ArrayForEach(c, cJSON_GetObjectItemCaseSensitive(json, "commands")) on_command(s, c);
  for (int k = s->loaded_count; k-- > 0;) tm_instance_free(s->loaded[k].instance);
  for (int k = s->loaded_count; k-- > 0;) tm_module_free(s->loaded[k].module);
  cJSON_Delete(json);
  free(bytes);
  return 0;
}
