/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/engines.c: the list of engines, and where they are on this machine. */
#include "harness/engines/engine.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TM_ENGINE(name) extern const struct tm_engine tm_engine_##name;
#include "harness/engines/engines.def"
#undef TM_ENGINE

static const struct tm_engine *const all[] = {
#define TM_ENGINE(name) &tm_engine_##name,
#include "harness/engines/engines.def"
#undef TM_ENGINE
};

const struct tm_engine *const *tm_engines(size_t *count) {
  *count = sizeof all / sizeof *all;
  return all;
}

const struct tm_engine *tm_engine_find(const char *name) {
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (!strcmp(all[i]->name, name)) return all[i];
  return NULL;
}

const struct tm_engine_variant *tm_engine_variant(const struct tm_engine *engine,
                                                  const char *name) {
  for (const struct tm_engine_variant *v = engine->variants; v && v->name; v++)
    if (!strcmp(v->name, name)) return v;
  return NULL;
}

const char *tm_engines_folder(void) {
  const char *folder = getenv("TIDEMARK_ENGINES");
  return folder && *folder ? folder : TIDEMARK_ENGINES_FOLDER;
}

static bool try(struct tm_engine_program *program, const char *folder, size_t length,
                const char *name) {
  int n = snprintf(program->path, sizeof program->path, "%.*s/%s", (int)length, folder, name);
  return n > 0 && (size_t)n < sizeof program->path && access(program->path, X_OK) == 0;
}

static bool search(const struct tm_engine *engine, struct tm_engine_program *program) {
  char variable[64];
  int n = snprintf(variable, sizeof variable, "TIDEMARK_ENGINE_%s", engine->name);
  for (int i = 0; i < n; i++)
    variable[i] = variable[i] == '-' ? '_' : (char)toupper((unsigned char)variable[i]);
  const char *named = getenv(variable);
  if (named && *named) {
    snprintf(program->path, sizeof program->path, "%s", named);
    return access(named, X_OK) == 0;
  }
  static const char *const inside[] = {"bin", "py/bin"};
  for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s/%s", tm_engines_folder(), inside[i]);
    if (try(program, folder, strlen(folder), engine->program)) return true;
  }
  for (const char *path = engine->own_only ? NULL : getenv("PATH"); path && *path;) {
    size_t length = strcspn(path, ":");
    if (length && try(program, path, length, engine->program)) return true;
    path += length + (path[length] == ':');
  }
  return false;
}

/* Ask for the version. False when the command fails. */
static bool ask_version(const struct tm_engine *engine, struct tm_engine_program *program) {
  char *argv[8] = {program->path};
  for (int i = 0; i < 6 && engine->version[i]; i++)
    argv[i] = *engine->version[i] ? (char *)(uintptr_t)engine->version[i] : program->path;
  struct tm_process_spec spec = {.argv = argv, .seconds = 10, .most_bytes = 64 << 10};
  struct tm_process_end end;
  struct tm_error error;
  snprintf(program->version, sizeof program->version, "version unknown");
  if (tm_process_run(&spec, &end, &error) < 0) return false;
  const char *text = end.out + strspn(end.out, "\r\n");
  bool good = end.ending == TM_PROCESS_EXITED && end.status == 0;
  if (good && *text)
    snprintf(program->version, sizeof program->version, "%.*s", (int)strcspn(text, "\r\n"), text);
  tm_process_free(&end);
  return good;
}

bool tm_engine_locate(const struct tm_engine *engine, struct tm_engine_program *program) {
  *program = (struct tm_engine_program){0};
  return search(engine, program) && (ask_version(engine, program) || !engine->version_decides);
}
