/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/transcript.h"

#include "core/hash.h"
#include "harness/wasm/module_private.h"
#include "strategies/strategies.h"
#include "tests/fuzz/any.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int transcript_write(struct tm_module *m, const char *name, struct tm_text *to,
                     struct tm_error *error) {
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
