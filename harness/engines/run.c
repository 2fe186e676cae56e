/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/run.c: one job on one engine, in a folder of its own. */
#include "harness/engines/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void tm_engine_argument(struct tm_engine_command *command, const char *text) {
  size_t size = strlen(text) + 1;
  if (command->arguments + 1 >= TM_ENGINE_ARGUMENTS ||
      size > sizeof command->text - command->text_bytes)
    tm_die("the command of an engine has no room for '%s'", text);
  char *copy = memcpy(command->text + command->text_bytes, text, size);
  command->text_bytes += size;
  command->argv[command->arguments++] = copy;
  command->argv[command->arguments] = NULL;
}

void tm_engine_flags(struct tm_engine_command *command, const struct tm_engine_variant *variant) {
  for (int i = 0; variant && i < TM_ENGINE_FLAGS && variant->flags[i]; i++)
    tm_engine_argument(command, variant->flags[i]);
}

int tm_engine_write(const struct tm_engine_task *task, const char *name, const void *bytes,
                    size_t size, struct tm_error *error) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", task->folder, name);
  FILE *file = fopen(path, "wb");
  bool good = file && fwrite(bytes, 1, size, file) == size;
  if (file && fclose(file) != 0) good = false;
  return good ? 0 : tm_fail(error, -errno, "cannot write %s: %s", path, strerror(errno));
}

int tm_engine_write_script(const struct tm_engine_task *task, const char *driver,
                           struct tm_error *error) {
  const char *const parts[] = {"core.js", task->job->program ? "wasi.js" : NULL, driver};
  char *job = tm_job_json(task->job, true), *text = NULL;
  size_t size = 0, part_size;
  FILE *file = job ? open_memstream(&text, &size) : NULL;
  if (file) {
    fprintf(file, "const JOB = %s;\n", job);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
      const void *part = parts[i] ? tm_engine_file(parts[i], &part_size) : "";
      if (!part) tm_die("the program was built without the driver %s", parts[i]);
      if (parts[i]) fwrite(part, 1, part_size, file);
    }
    if (fclose(file) != 0) size = 0;
  }
  int code = size ? tm_engine_write(task, "litmus.js", text, size, error)
                  : tm_fail(error, -ENOMEM, "out of memory for a script");
  free(text), free(job);
  return code;
}

int tm_engine_write_files(const struct tm_engine_task *task, const char *driver,
                          struct tm_error *error) {
  size_t size;
  const void *text = tm_engine_file(driver, &size);
  char *job = tm_job_json(task->job, false);
  if (!text) tm_die("the program was built without the driver %s", driver);
  int code = job ? tm_engine_write(task, "job.json", job, strlen(job), error)
                 : tm_fail(error, -ENOMEM, "out of memory for a job");
  if (code == 0)
    code = tm_engine_write(task, "module.wasm", task->job->wasm, task->job->wasm_bytes, error);
  if (code == 0) code = tm_engine_write(task, driver, text, size, error);
  free(job);
  return code;
}

int tm_engine_write_program(const struct tm_engine_task *task, struct tm_engine_command *command,
                            struct tm_error *error) {
  for (int i = 1; task->job->program && i < TM_PROGRAM_ARGUMENTS; i++)
    tm_engine_argument(command, task->job->argument[i]);
  return tm_engine_write(task, "module.wasm", task->job->wasm, task->job->wasm_bytes, error);
}

static int remove_one(const char *path, const struct stat *s, int flag, struct FTW *where) {
  (void)s, (void)flag, (void)where;
  return remove(path);
}

/* Without the folder that it is in, if it is in that. */
static const char *inside(const char *path, const char *folder) {
  size_t length = strlen(folder);
  return length && !strncmp(path, folder, length) && path[length] == '/' ? path + length + 1 : path;
}

char *tm_engine_plain_command(const struct tm_engine_task *task, const struct tm_engine_command *c,
                              char *out, size_t room) {
  size_t n = (size_t)snprintf(out, room, "%s", c->spec.body ? "python3 serve.py" : "");
  for (unsigned i = 0; i < c->arguments && n < room; i++) {
    const char *text = c->argv[i], *name = strrchr(text, '/');
    bool program = name && !strcmp(text, task->program->path);
    text = program ? name + 1 : inside(inside(text, task->folder), TIDEMARK_SOURCE_DIR);
    const char *quote = strpbrk(text, " \"$&;()<>*?|") ? "'" : "";
    n += (size_t)snprintf(out + n, room - n, "%s%s%s%s", n ? " " : "", quote, text, quote);
  }
  return out;
}

void tm_engine_add_complaint(const char *err, char *failure, size_t room) {
  const char *end = err + strlen(err);
  while (end > err && strchr("\r\n ", end[-1])) end--;
  const char *line = end;
  while (line > err && line[-1] != '\n') line--;
  size_t n = strlen(failure);
  if (end > line && n < room)
    snprintf(failure + n, room - n, "; it said: %.*s", (int)(end - line < 200 ? end - line : 200),
             line);
}

static void run_in(const struct tm_engine_task *task, double seconds,
                   struct tm_engine_result *result) {
  struct tm_engine_command *command = calloc(1, sizeof *command);
  struct tm_error error = {""};
  struct tm_process_end end;
  if (!command) {
    snprintf(result->failure, sizeof result->failure, "out of memory");
    return;
  }
  command->spec =
      (struct tm_process_spec){.argv = command->argv, .folder = task->folder, .seconds = seconds};
  if (task->engine->prepare(task, command, &error) < 0 ||
      tm_process_run(&command->spec, &end, &error) < 0) {
    snprintf(result->failure, sizeof result->failure, "%.500s", error.text);
    free(command);
    return;
  }
  tm_engine_plain_command(task, command, result->command, sizeof result->command);
  free(command);
  result->seconds = end.seconds;
  if (task->job->program)
    tm_engine_parse_program(task->job, end.out, end.err, result);
  else
    tm_engine_parse(task->job, end.out, result);
  if (end.ending != TM_PROCESS_EXITED || (end.status != 0 && !*result->failure))
    tm_process_why(&end, result->failure, sizeof result->failure);
  else if (!*result->failure && task->job->program)
    tm_engine_believe_program(result);
  else if (!*result->failure && !result->done)
    snprintf(result->failure, sizeof result->failure, "it ended without finishing its answer");
  if (*result->failure) tm_engine_add_complaint(end.err, result->failure, sizeof result->failure);
  tm_process_free(&end);
}

const char *tm_engine_lacks(const struct tm_engine *engine, const struct tm_job *job) {
  if (job->probe) return engine->probes ? NULL : "its driver cannot measure";
  if (job->program && engine->programs == TM_PROGRAMS_NONE) return "it runs no WASI programs";
  if (job->program && job->program_threads && engine->programs < TM_PROGRAMS_THREADS)
    return "it has no wasi-threads";
  if (job->program) return NULL;
  if (engine->unfit) return engine->unfit;
  if (job->may_trap && !engine->traps) return "a thread cannot go on after a trap";
  if (job->waits && !engine->sleeps) return "there is no wait and notify";
  if (job->host && !engine->hosts) return "the embedder's own steps are not there";
  return NULL;
}

int tm_engine_folder(char folder[PATH_MAX], struct tm_error *error) {
  const char *base = getenv("TMPDIR");
  if (!base || !*base) base = "/tmp";
  snprintf(folder, PATH_MAX, "%.3000s/tidemark-engine-XXXXXX", base);
  return mkdtemp(folder)
             ? 0
             : tm_fail(error, -errno, "cannot make a folder in %.300s: %s", base, strerror(errno));
}

void tm_engine_folder_remove(const char *folder) {
  nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void tm_engine_run(const struct tm_engine *engine, const struct tm_engine_program *program,
                   const struct tm_engine_variant *variant, const struct tm_job *job,
                   double seconds, struct tm_engine_result *result) {
  *result = (struct tm_engine_result){0};
  struct tm_error error = {""};
  const char *lacks = tm_engine_lacks(engine, job);
  char folder[PATH_MAX];
  if (lacks) {
    snprintf(result->failure, sizeof result->failure, "not run: under %s: %s", engine->name, lacks);
    return;
  }
  if (tm_engine_folder(folder, &error) < 0) {
    snprintf(result->failure, sizeof result->failure, "%.500s", error.text);
    return;
  }
  struct tm_engine_task task = {engine, program, variant, job, folder};
  run_in(&task, seconds, result);
  tm_engine_folder_remove(folder);
}
