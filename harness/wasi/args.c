/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/args.c: arguments and environment. */
#include "harness/wasi/functions.h"
#include "harness/wasi/process.h"

static uint32_t put_sizes(struct tm_wasi_instance *g, const struct tm_wasi_strings *s,
                          uint32_t count, uint32_t bytes) {
  bool ok = tm_wasi_put_u32(g, count, s->count) && tm_wasi_put_u32(g, bytes, s->bytes);
  return ok ? TM_WASI_SUCCESS : TM_WASI_FAULT;
}

static uint32_t put_strings(struct tm_wasi_instance *g, const struct tm_wasi_strings *s,
                            uint32_t pointers, uint32_t text) {
  if (!tm_wasi_at(g, pointers, (uint64_t)s->count * 4)) return TM_WASI_FAULT;
  if (!tm_wasi_put(g, text, s->text, s->bytes)) return TM_WASI_FAULT;
  for (uint32_t i = 0; i < s->count; i++)
    if (!tm_wasi_put_u32(g, pointers + (uint64_t)i * 4, text + s->offsets[i])) return TM_WASI_FAULT;
  return TM_WASI_SUCCESS;
}

uint32_t tm_wasi_args_sizes_get(void *env, uint32_t count, uint32_t bytes) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  return put_sizes(g, &g->process->args, count, bytes);
}

uint32_t tm_wasi_args_get(void *env, uint32_t argv, uint32_t text) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  return put_strings(g, &g->process->args, argv, text);
}

uint32_t tm_wasi_environ_sizes_get(void *env, uint32_t count, uint32_t bytes) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  return put_sizes(g, &g->process->environment, count, bytes);
}

uint32_t tm_wasi_environ_get(void *env, uint32_t environ, uint32_t text) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  return put_strings(g, &g->process->environment, environ, text);
}
