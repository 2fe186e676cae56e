/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/conformance/modules.h"

#include "core/hash.h"
#include "harness/wasm/reader.h"
#include "strategies/strategies.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GROUPS = 64 };

/* A module in the folder. */
struct one {
  char hash[TM_SHA256_HEX];
  int group;    /* -1: refused */
  size_t index; /* in it */
};

/* Modules that become one object. */
struct group {
  bool memory;
  size_t count;
};

struct modules {
  const struct modules_options *o;
  struct one *ones;
  size_t count;
  struct group groups[GROUPS];
  int group_count;
  pthread_mutex_t mutex; /* for what follows */
  struct batch_object *objects[GROUPS];
};

/* ---- files ------------------------------------------------------------------------------------*/

static void wasm_path(const char *folder, const char *hash, char path[PATH_MAX]) {
  snprintf(path, PATH_MAX, "%s/%s.wasm", folder, hash);
}

void modules_note(const char *folder, const void *bytes, size_t size) {
  static atomic_int number;
  char hash[TM_SHA256_HEX], path[PATH_MAX], aside[PATH_MAX];
  tm_sha256_bytes(bytes, size, hash);
  wasm_path(folder, hash, path);
  if (access(path, R_OK) == 0) return;
  int n = snprintf(aside, sizeof aside, "%s/%d-%d", folder, (int)getpid(),
                   atomic_fetch_add(&number, 1));
  FILE *f = n < PATH_MAX ? fopen(aside, "we") : NULL;
  if (!f || fwrite(bytes, 1, size, f) != size || fclose(f) || rename(aside, path))
    tm_die("cannot write %s: %s", path, strerror(errno));
}

static void *read_module(const struct modules *m, const char *hash, size_t *size) {
  char path[PATH_MAX];
  wasm_path(m->o->folder, hash, path);
  FILE *f = fopen(path, "re");
  char *bytes = NULL;
  *size = 0;
  if (f && fseek(f, 0, SEEK_END) == 0) {
    *size = (size_t)ftell(f);
    rewind(f);
    bytes = malloc(*size + 1);
  }
  if (!bytes || fread(bytes, 1, *size, f) != *size)
    tm_die("cannot read %s: %s", path, strerror(errno));
  fclose(f);
  return bytes;
}

/* ---- groups -----------------------------------------------------------------------------------*/

static int note_memory(void *self, const struct tm_wasm_limits *limits) {
  (void)limits;
  *(bool *)self = true;
  return 0;
}
static int note_import(void *self, const struct tm_wasm_import *import) {
  if (import->kind == TM_WASM_MEMORY) *(bool *)self = true;
  return 0;
}

static bool has_memory(const void *bytes, size_t size) {
  bool memory = false;
  struct tm_error error;
  struct tm_wasm_visitor visitor = {.self = &memory, .memory = note_memory, .import = note_import};
  return tm_wasm_read(bytes, size, &visitor, &error) == 0 && memory;
}

/* A module without a memory has no strategy in its code. */
static const struct tm_strategy *strategy_of(const struct modules *m, bool memory, size_t k) {
  return memory ? m->o->strategies[k] : tm_strategy_find("guard")->strategy;
}

static struct batch *new_batch(const struct modules *m, bool memory, size_t k) {
  return batch_new(
      &(struct batch_kind){.strategy = strategy_of(m, memory, k)->name, .layout = m->o->layout});
}

static void add_to_group(struct modules *m, struct one *one, struct batch *batches[GROUPS]) {
  size_t size;
  void *bytes = read_module(m, one->hash, &size);
  bool memory = has_memory(bytes, size);
  int result = -EAGAIN;
  one->group = -1;
  for (int g = 0; g < GROUPS && result == -EAGAIN; g++) {
    struct tm_error error;
    if (g < m->group_count && m->groups[g].memory != memory) continue;
    if (!batches[g]) batches[g] = new_batch(m, memory, 0);
    result = batch_add(batches[g], one->hash, bytes, size, &error);
    if (result) continue;
    if (g == m->group_count) m->groups[m->group_count++].memory = memory;
    one->group = g;
    one->index = m->groups[g].count++;
  }
  if (result == -EAGAIN) tm_die("more kinds of modules than %d", GROUPS);
  free(bytes);
}

static int by_hash(const void *a, const void *b) {
  return strcmp(((const struct one *)a)->hash, ((const struct one *)b)->hash);
}

struct modules *modules_new(const struct modules_options *o) {
  struct modules *m = calloc(1, sizeof *m);
  DIR *d = opendir(o->folder);
  if (!m || !d) tm_die("cannot read %s: %s", o->folder, strerror(errno));
  m->o = o;
  pthread_mutex_init(&m->mutex, NULL);
  for (struct dirent *e; (e = readdir(d));) {
    if (strlen(e->d_name) != TM_SHA256_HEX - 1 + strlen(".wasm")) continue;
    m->ones = reallocarray(m->ones, m->count + 1, sizeof *m->ones);
    if (!m->ones) tm_no_memory("%zu modules", m->count + 1);
    struct one *one = &m->ones[m->count++];
    memcpy(one->hash, e->d_name, TM_SHA256_HEX - 1);
    one->hash[TM_SHA256_HEX - 1] = '\0';
  }
  closedir(d);
  if (m->count) qsort(m->ones, m->count, sizeof *m->ones, by_hash);
  struct batch *batches[GROUPS] = {NULL};
  for (size_t k = 0; k < m->count; k++) add_to_group(m, &m->ones[k], batches);
  for (int g = 0; g < GROUPS; g++)
    if (batches[g]) batch_free(batches[g]);
  return m;
}

/* ---- objects ----------------------------------------------------------------------------------*/

static void object_path(const struct modules *m, int group, size_t k, char path[PATH_MAX]) {
  bool memory = m->groups[group].memory;
  snprintf(path, PATH_MAX, "%s/%d-%s.so", m->o->folder, group,
           memory ? m->o->strategies[k]->name : "none");
}

size_t modules_count(const struct modules *m) { return m->count; }

size_t modules_objects(const struct modules *m) {
  size_t count = 0;
  for (int g = 0; g < m->group_count; g++) count += m->groups[g].memory ? m->o->strategy_count : 1;
  return count;
}

static int compile(const struct modules *m, int group, size_t k, struct tm_error *error) {
  char path[PATH_MAX];
  struct batch *b = new_batch(m, m->groups[group].memory, k);
  int result = 0;
  for (size_t n = 0; n < m->count && !result; n++) {
    if (m->ones[n].group != group) continue;
    size_t size;
    void *bytes = read_module(m, m->ones[n].hash, &size);
    result = batch_add(b, m->ones[n].hash, bytes, size, error);
    free(bytes);
  }
  object_path(m, group, k, path);
  if (!result) result = batch_compile(b, &m->o->compile, path, error);
  batch_free(b);
  return result;
}

int modules_compile(const struct modules *m, size_t object, struct tm_error *error) {
  for (int g = 0; g < m->group_count; g++) {
    size_t count = m->groups[g].memory ? m->o->strategy_count : 1;
    if (object < count) return compile(m, g, object, error);
    object -= count;
  }
  return tm_fail(error, -EINVAL, "there is no such object");
}

void modules_unload(struct modules *m) {
  for (int g = 0; g < m->group_count; g++) {
    if (m->objects[g]) batch_close(m->objects[g]);
    m->objects[g] = NULL;
  }
}

/* Under the mutex. */
static int open_object(struct modules *m, int group, size_t k, struct tm_error *error) {
  char path[PATH_MAX];
  if (m->objects[group]) return 0;
  object_path(m, group, k, path);
  return batch_open(path, &m->objects[group], error);
}

static int load_alone(struct modules *m, size_t k, const char *name, const void *bytes, size_t size,
                      struct tm_module **module, struct tm_error *error) {
  const struct tm_module_options options = {
      .strategy = strategy_of(m, has_memory(bytes, size), k),
      .layout = m->o->layout,
      .compiler = m->o->compile.compiler,
      .flags = m->o->compile.flags,
  };
  return tm_module_load_bytes(name, bytes, size, &options, module, error);
}

int modules_load(struct modules *m, size_t k, const char *name, const void *bytes, size_t size,
                 struct tm_module **module, struct tm_error *error) {
  struct one key = {.group = -1};
  tm_sha256_bytes(bytes, size, key.hash);
  const struct one *one =
      m->count ? bsearch(&key, m->ones, m->count, sizeof *m->ones, by_hash) : NULL;
  if (!one || one->group < 0) return load_alone(m, k, name, bytes, size, module, error);
  pthread_mutex_lock(&m->mutex);
  int result = open_object(m, one->group, k, error);
  pthread_mutex_unlock(&m->mutex);
  if (result) return result;
  const struct tm_strategy *strategy = strategy_of(m, m->groups[one->group].memory, k);
  return batch_module(m->objects[one->group], one->index, strategy, module, error);
}
