/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/conformance/script.h"

#include "core/hash.h"
#include "harness/wasm/emit.h"
#include "harness/wasm/guest/abi.h"
#include "harness/wasm/wat.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

enum {
  INSTANCES = 1024,
  REGISTERED = 64,
  VALUES = 64,
  IMPORTS = 4096,
  CHUNKS = 64,
  THREADS = 16,
  NAME = 32,
};

/* A part of a script's text. */
struct part {
  const char *from, *to;
};

/* One thread's view of a script. */
struct script {
  const char *file;
  const struct script_options *options;
  struct part whole;  /* the script; its threads run parts of it */
  struct part module; /* the last module in it so far */
  FILE *report;
  struct script_result *result;
  int line;
  struct loaded {
    const char *name; /* $name in the script, or NULL */
    struct tm_module *module;
    struct tm_instance *instance;
    bool borrowed; /* another thread's */
  } loaded[INSTANCES];
  int loaded_count;
  struct loaded *current;
  struct {
    const char *as;
    struct loaded *what;
    char own[NAME]; /* where `as` points when the name was read here */
  } registered[REGISTERED];
  int registered_count;
  cJSON *chunks[CHUNKS]; /* converted so far; names in them are in use until the end */
  int chunk_count;
  struct thread {
    char name[NAME];
    pthread_t id;
    struct script *own;
    struct part forms;
  } threads[THREADS];
  int thread_count;
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
static int write_with_table_indices(const char *script, size_t size, const char *to) {
  static const char *const names[] = {"table.get", "table.set", "table.size", "table.grow",
                                      "table.fill"};
  FILE *f = fopen(to, "wb");
  if (!f) return -1;
  for (const char *p = script; p < script + size; p++) {
    fputc(*p, f);
    for (int k = 0; k < 5; k++) {
      size_t n = strlen(names[k]);
      bool starts = *p == '(' || isspace((unsigned char)*p);
      if (!starts || strncmp(p + 1, names[k], n) != 0) continue;
      const char *after = p + 1 + n;
      while (isspace((unsigned char)*after)) after++;
      if (*after != '(' && *after != ')') continue;
      fprintf(f, "%s 0", names[k]);
      p += n;
      break;
    }
  }
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

static char *read_wasm(struct script *s, const cJSON *c, size_t *size) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", s->options->work, text(c, "filename"));
  char *bytes = read_file(path, size);
  if (!bytes) tm_die("cannot read %s", path);
  return bytes;
}

static int load(struct script *s, const cJSON *c, struct tm_module **module,
                struct tm_error *error) {
  size_t size;
  char *bytes = read_wasm(s, c, &size);
  int result = modules_load(s->options->modules, s->options->strategy, text(c, "filename"), bytes,
                            size, module, error);
  free(bytes);
  return result;
}

/* Only read and translate. */
static int translate(struct script *s, const cJSON *c, struct tm_error *error) {
  size_t size;
  const struct tm_emit_options options = {.strategy = s->options->strategy_name};
  char *bytes = read_wasm(s, c, &size);
  FILE *nowhere = fopen("/dev/null", "w");
  if (!nowhere) tm_die("cannot open /dev/null");
  int result = tm_emit_stream(text(c, "filename"), bytes, size, &options, nowhere, error);
  fclose(nowhere);
  free(bytes);
  return result;
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
  if (s->loaded_count == INSTANCES) return tm_fail(error, -ENOSPC, "too many modules in a script");
  struct loaded *l = &s->loaded[s->loaded_count];
  *l = (struct loaded){.name = name, .module = module};
  struct tm_import *imports = malloc(IMPORTS * sizeof *imports);
  if (!imports) return tm_fail(error, -ENOMEM, "no memory for imports");
  int result = tm_instance_new(module, imports, gather(s, imports), &l->instance, trap, error);
  free(imports);
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
    int result = tm_wat_to_wasm("spectest", parts[k], strlen(parts[k]), &wasm, &size, &error);
    if (!result && s->options->note) {
      modules_note(s->options->note, wasm, size);
      free(wasm);
      continue;
    }
    if (!result) {
      result = modules_load(s->options->modules, s->options->strategy, "spectest", wasm, size,
                            &module, &error);
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
  union tm_wasm_value results[VALUES] = {{0}};
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
  if (load(s, c, &module, &error) || instantiate(s, module, name, &trap, &error)) {
    failed(s, "module: %s", error.text);
    return;
  }
  s->result->passed++;
}

/* Invalid, malformed: must not load. */
static void on_rejected(struct script *s, const cJSON *c) {
  struct tm_error error = {0};
  if (strcmp(text(c, "module_type"), "binary") != 0) {
    s->result->skipped++;
    return;
  }
  int result = translate(s, c, &error);
  if (result == 0) {
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
  int result = load(s, c, &module, &error);
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

/* Only note the module that is to be instantiated, if there is one. */
static void note_module(struct script *s, const cJSON *c) {
  const char *type = text(c, "type");
  if (strcmp(type, "module") != 0 && strcmp(type, "assert_unlinkable") != 0 &&
      strcmp(type, "assert_uninstantiable") != 0)
    return;
  size_t size;
  char *bytes = read_wasm(s, c, &size);
  modules_note(s->options->note, bytes, size);
  free(bytes);
}

static void on_command(struct script *s, const cJSON *c) {
  const char *type = text(c, "type");
  if (s->options->note) {
    note_module(s, c);
    return;
  }
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

/* ---- scripts with threads ---------------------------------------------------------------------*/

/* The end of the form that starts at `p`: behind its closing parenthesis. */
static const char *form_end(const char *p, const char *end) {
  int depth = 0;
  for (; p < end; p++) {
    if (*p == '"')
      for (p++; p < end && *p != '"'; p++) p += *p == '\\';
    else if (p[0] == ';' && p[1] == ';')
      while (p + 1 < end && p[1] != '\n') p++;
    else if (*p == '(')
      depth++;
    else if (*p == ')' && --depth == 0)
      return p + 1;
  }
  return end;
}

/* The next form, or NULL. */
static const char *next_form(const char *p, const char *end) {
  while (p < end && *p != '(') {
    if (p[0] == ';' && p[1] == ';')
      while (p < end && *p != '\n') p++;
    p++;
  }
  return p < end ? p : NULL;
}

/* Convert a script with wast2json, once for its content, and run it, without its first module if
 * `again`: that one is there already. 0, or -1 when it cannot be converted. */
static int run_script(struct script *s, const char *script, size_t size, bool again) {
  char wast[PATH_MAX], json_path[PATH_MAX], hash[TM_SHA256_HEX];
  tm_sha256_bytes(script, size, hash);
  snprintf(wast, sizeof wast, "%s/%.16s.wast", s->options->work, hash);
  snprintf(json_path, sizeof json_path, "%s/%.16s.json", s->options->work, hash);
  if (access(json_path, R_OK) &&
      (write_with_table_indices(script, size, wast) || convert(wast, json_path)))
    return -1;
  char *bytes = read_file(json_path, &size);
  if (bytes) restore_bytes(bytes);
  cJSON *json = bytes ? cJSON_Parse(bytes) : NULL;
  free(bytes);
  if (!json || s->chunk_count == CHUNKS) return -1;
  s->chunks[s->chunk_count++] = json;
  const cJSON *c;
  cJSON_ArrayForEach(c, cJSON_GetObjectItemCaseSensitive(json, "commands")) {
    if (!again) on_command(s, c);
    again = false;
  }
  return 0;
}

static bool within(const struct part *part, const char *p) {
  return p >= part->from && p < part->to;
}

/* Run some forms without the parts in `but`. The rest of the script is blanked rather than left
 * out, so that lines keep their numbers. Actions need their module before them. */
static int run_chunk(struct script *s, struct part chunk, const struct part *but, int but_count) {
  size_t size = (size_t)(s->whole.to - s->whole.from);
  char *copy = malloc(size + 1);
  if (!copy) return -1;
  bool again = s->module.from && strncmp(chunk.from, "(module", 7) != 0;
  for (size_t k = 0; k < size; k++) {
    const char *p = s->whole.from + k;
    bool keep = within(&chunk, p) || (again && within(&s->module, p));
    for (int n = 0; n < but_count; n++) keep &= !within(&but[n], p);
    copy[k] = keep || *p == '\n' ? *p : ' ';
  }
  copy[size] = '\0';
  int result = run_script(s, copy, size, again);
  free(copy);
  return result;
}

/* (assert_return ACTION (either A B)): holds if it holds with A or with B. */
static int run_either(struct script *s, struct part form, const char *either) {
  const char *end = form_end(either, form.to), *second = form_end(next_form(either + 1, end), end);
  struct part without_second[] = {{either, either + 7}, {second, end}};
  struct part without_first[] = {{either, second}, {end - 1, end}};
  struct script_result before = *s->result;
  FILE *report = s->report;
  s->report = fopen("/dev/null", "w");
  int result = s->report ? run_chunk(s, form, without_second, 2) : -1;
  if (s->report) fclose(s->report);
  s->report = report;
  if (result || s->result->failed == before.failed) return result;
  *s->result = before;
  return run_chunk(s, form, without_first, 2);
}

static int run_forms(struct script *s, struct part forms);

static void *run_thread(void *argument) {
  struct thread *t = argument;
  if (run_forms(t->own, t->forms)) failed(t->own, "thread %s cannot be run", t->name);
  tm_thread_done();
  return NULL;
}

static void finish(struct script *s) {
  for (int k = s->loaded_count; k-- > 0;)
    if (!s->loaded[k].borrowed) tm_instance_free(s->loaded[k].instance);
  for (int k = s->loaded_count; k-- > 0;)
    if (!s->loaded[k].borrowed) tm_module_free(s->loaded[k].module);
  for (int k = 0; k < s->chunk_count; k++) cJSON_Delete(s->chunks[k]);
}

/* (thread $T (shared (module $M))? FORMS…) */
static int start_thread(struct script *s, const char *form, const char *end) {
  if (s->thread_count == THREADS) return -1;
  struct thread *t = &s->threads[s->thread_count++];
  struct script *own = calloc(1, sizeof *own);
  struct script_result *result = calloc(1, sizeof *result);
  char shared[NAME] = "";
  if (!own || !result || sscanf(form, "(thread %31[^ \n]", t->name) != 1) return -1;
  *own = (struct script){.file = s->file,
                         .options = s->options,
                         .whole = s->whole,
                         .report = s->report,
                         .result = result};
  const char *first = next_form(form + 1, end);
  if (sscanf(first, "(shared (module %31[^)]", shared) == 1) {
    for (int k = 0; k < s->loaded_count; k++)
      if (s->loaded[k].name && !strcmp(s->loaded[k].name, shared)) {
        own->loaded[0] = s->loaded[k];
        own->loaded[0].borrowed = true;
        own->loaded_count = 1;
      }
    first = form_end(first, end);
  }
  t->own = own;
  t->forms = (struct part){first, end - 1}; /* without the closing parenthesis */
  return pthread_create(&t->id, NULL, run_thread, t);
}

/* (wait $T) */
static int wait_thread(struct script *s, const char *form) {
  char name[NAME];
  if (sscanf(form, "(wait %31[^)]", name) != 1) return -1;
  for (int k = 0; k < s->thread_count; k++) {
    struct thread *t = &s->threads[k];
    if (!t->own || strcmp(t->name, name) != 0) continue;
    pthread_join(t->id, NULL);
    s->result->passed += t->own->result->passed;
    s->result->failed += t->own->result->failed;
    finish(t->own);
    free(t->own->result);
    free(t->own);
    t->own = NULL;
    return 0;
  }
  return -1;
}

/* (register "as" $M?), where $M may be of another thread. */
static int register_form(struct script *s, const char *form) {
  char module[NAME] = "";
  if (s->registered_count == REGISTERED) return -1;
  char *as = s->registered[s->registered_count].own;
  if (sscanf(form, "(register \"%31[^\"]\" %31[^)]", as, module) < 1) return -1;
  struct loaded *l = s->current;
  for (int k = 0; module[0] && k < s->loaded_count; k++)
    if (s->loaded[k].name && !strcmp(s->loaded[k].name, module)) l = &s->loaded[k];
  if (!l) return -1;
  register_as(s, as, l);
  return 0;
}

static int run_one(struct script *s, struct part form, const char *either) {
  if (either) return run_either(s, form, either);
  switch (form.from[1]) {
  case 't': return start_thread(s, form.from, form.to);
  case 'w': return wait_thread(s, form.from);
  default: return s->options->note ? 0 : register_form(s, form.from);
  }
}

/* Run a script form by form: what wast2json knows in chunks, the rest here. */
static int run_forms(struct script *s, struct part forms) {
  struct part chunk = {0}, module = {0};
  int result = 0;
  for (const char *at = next_form(forms.from, forms.to); at && !result;
       at = next_form(chunk.to, forms.to)) {
    struct part form = {at, form_end(at, forms.to)};
    bool assertion = !strncmp(at, "(assert", 7);
    const char *either = assertion ? memmem(at, (size_t)(form.to - at), "(either", 7) : NULL;
    bool ours = either || !strncmp(at, "(thread", 7) || !strncmp(at, "(wait", 5) ||
                !strncmp(at, "(register", 9);
    if (ours) {
      if (chunk.from) result = run_chunk(s, chunk, NULL, 0);
      if (module.from) s->module = module;
      if (!result) result = run_one(s, form, either);
      chunk.from = NULL;
    } else {
      if (!chunk.from) chunk.from = at;
      if (!strncmp(at, "(module", 7)) module = form;
    }
    chunk.to = form.to;
  }
  return chunk.from && !result ? run_chunk(s, chunk, NULL, 0) : result;
}

int script_run(const char *path, const struct script_options *options, FILE *report,
               struct script_result *result) {
  struct script *s = calloc(1, sizeof *s);
  const char *base = strrchr(path, '/');
  size_t size;
  char *bytes = read_file(path, &size);
  if (!s || !bytes) {
    fprintf(report, "%s: cannot be read\n", path);
    return -1;
  }
  *s = (struct script){.file = base ? base + 1 : path,
                       .options = options,
                       .whole = {bytes, bytes + size},
                       .report = report,
                       .result = result};
  int code = add_spectest(s);
  bool threads = memmem(bytes, size, "(thread", 7) != NULL;
  if (!code) code = threads ? run_forms(s, s->whole) : run_script(s, bytes, size, false);
  if (code) fprintf(report, "%s: cannot be converted or started\n", s->file);
  finish(s);
  free(s);
  free(bytes);
  return code;
}
