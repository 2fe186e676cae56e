/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/setup.c: list the engines; install them by the ordinary clients of registries. */
#include "harness/engines/engine.h"
#include "harness/engines/sweep.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void list_json(FILE *out) {
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  cJSON *list = cJSON_CreateArray();
  for (size_t i = 0; i < count; i++) {
    struct tm_engine_program program;
    bool found = tm_engine_locate(engine[i], &program);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "name", engine[i]->name);
    cJSON_AddStringToObject(o, "runtime", engine[i]->runtime);
    cJSON_AddStringToObject(o, "what", engine[i]->what);
    cJSON_AddBoolToObject(o, "found", found);
    cJSON_AddStringToObject(o, "version", found ? program.version : "");
    cJSON_AddStringToObject(o, "path", found ? program.path : "");
    cJSON_AddStringToObject(o, "install", engine[i]->install);
    cJSON_AddStringToObject(o, "unfit", engine[i]->unfit ? engine[i]->unfit : "");
    cJSON_AddBoolToObject(o, "traps", engine[i]->traps);
    cJSON_AddBoolToObject(o, "waits", engine[i]->sleeps);
    cJSON_AddBoolToObject(o, "hosts", engine[i]->hosts);
    cJSON_AddNumberToObject(o, "programs", engine[i]->programs);
    cJSON *variants = cJSON_AddArrayToObject(o, "variants");
    for (const struct tm_engine_variant *v = engine[i]->variants; v && v->name; v++)
      cJSON_AddItemToArray(variants, cJSON_CreateString(v->name));
    cJSON_AddItemToArray(list, o);
  }
  char *text = cJSON_Print(list);
  if (text) fprintf(out, "%s\n", text);
  free(text);
  cJSON_Delete(list);
}

static void list_one(const struct tm_engine *engine, FILE *out) {
  static const char *const programs[] = {"", "WASI programs, ", "WASI programs with threads, "};
  struct tm_engine_program program;
  if (!tm_engine_locate(engine, &program)) {
    fprintf(out, "%-13s %-15s absent; install it with: %s\n", engine->name, engine->runtime,
            engine->install);
    return;
  }
  fprintf(out, "%-13s %-15s %s\n%30s%s\n%30s%s\n", engine->name, engine->runtime, program.version,
          "", engine->what, "", program.path);
  if (engine->unfit) fprintf(out, "%30sno litmus tests: %s\n", "", engine->unfit);
  fprintf(out, "%30scan: %s%s%s%sgrow and size\n", "", engine->traps ? "go on after a trap, " : "",
          engine->sleeps ? "wait and notify, " : "", engine->hosts ? "steps of the host, " : "",
          programs[engine->programs]);
  if (!engine->variants || !engine->variants->name) return;
  fprintf(out, "%30svariants:", "");
  for (const struct tm_engine_variant *v = engine->variants; v->name; v++)
    fprintf(out, "%s %s", v == engine->variants ? "" : ",", v->name);
  fputc('\n', out);
}

void tm_engines_list(FILE *out, bool json) {
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  if (json) {
    list_json(out);
    return;
  }
  for (size_t i = 0; i < count; i++) list_one(engine[i], out);
}

/* The drivers as files, for the setup of engines that are built from one. */
static int write_drivers(const char *folder, struct tm_error *error) {
  static const char *const names[] = {"wazero.go", "wamr.c"};
  struct tm_engine_task task = {.folder = folder};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t size;
    const void *text = tm_engine_file(names[i], &size);
    if (!text) continue;
    int code = tm_engine_write(&task, names[i], text, size, error);
    if (code < 0) return code;
  }
  return 0;
}

static void set_up(const struct tm_engine *engine, const char *folder, FILE *out) {
  struct tm_engine_program program;
  if (tm_engine_locate(engine, &program) && !engine->setup_again) {
    fprintf(out, "%-13s is there: %s\n", engine->name, program.version);
    return;
  }
  const char *script = engine->setup ? engine->setup : engine->install;
  if (!*script) {
    fprintf(out, "%-13s no package registry carries it: %s\n", engine->name, engine->install);
    return;
  }
  fprintf(out, "%-13s installing: %s\n", engine->name, script);
  fflush(out);
  char *argv[] = {"sh", "-ec", (char *)(uintptr_t)script, NULL};
  struct tm_process_spec spec = {.argv = argv, .folder = folder, .seconds = 1800};
  struct tm_process_end end;
  struct tm_error error = {""};
  char why[200];
  if (tm_process_run(&spec, &end, &error) < 0) {
    fprintf(out, "%-13s not installed: %s\n", engine->name, error.text);
    return;
  }
  bool good = end.ending == TM_PROCESS_EXITED && end.status == 0;
  if (!good)
    fprintf(out, "%-13s not installed: %s; the end of what it said:\n%s\n", engine->name,
            tm_process_why(&end, why, sizeof why),
            end.err + (end.err_bytes > 1000 ? end.err_bytes - 1000 : 0));
  else if (tm_engine_locate(engine, &program))
    fprintf(out, "%-13s installed: %s\n", engine->name, program.version);
  else
    fprintf(out, "%-13s was installed, but is not found\n", engine->name);
  tm_process_free(&end);
}

int tm_engines_setup(FILE *out, struct tm_error *error) {
  const char *folder = tm_engines_folder();
  size_t count;
  const struct tm_engine *const *engine = tm_engines(&count);
  if (mkdir(folder, 0777) < 0 && errno != EEXIST)
    return tm_fail(error, -errno, "cannot make the folder %s: %s; set TIDEMARK_ENGINES to another",
                   folder, strerror(errno));
  int code = write_drivers(folder, error);
  for (size_t i = 0; code == 0 && i < count; i++) set_up(engine[i], folder, out);
  return code;
}
