/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/reproduction.c: a forbidden finding as a folder for a bug report. */
#include "harness/engines/suite.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void write_readme(FILE *out, const struct tm_suite_case *one,
                         const struct tm_engine_task *task, const struct tm_engine_command *c,
                         const struct tm_engine_result *result) {
  struct tm_suite_verdict v;
  struct tm_value row[TM_LITMUS_COLUMNS];
  tm_suite_judge(one, result, &v);
  fprintf(out, "%s on %s %s\n\n", one->test->name, task->engine->runtime,
          *result->version ? result->version : task->program->version);
  fprintf(out, "The test (in test.litmus): %s.\n\nTo run it, in this folder:\n\n", one->test->doc);
  char command[2048];
  fprintf(out, "    %s\n", tm_engine_plain_command(task, c, command, sizeof command));
  bool ours = !strcmp(task->engine->install, "tidemark engines --setup");
  fprintf(out, "\nWhere %s is missing: %s\n", task->engine->program,
          ours ? task->engine->setup : task->engine->install);
  fprintf(
      out,
      "\nIt prints one line of JSON for each batch of rounds: how often the registers had which "
      "values.\nEach round is one call of each thread's function of module.wasm (its text is "
      "module.wat), on a\nnew part of one shared memory; sizes are told relative to the "
      "round's start.\n\nSeen: %" PRIu64 " of %" PRIu64
      " rounds ended in a way that the memory model forbids.\n\n",
      v.grades[TM_SUITE_FORBIDDEN], v.rounds);
  tm_suite_show(one, result, out);
  if (!v.example || !tm_suite_row(one->test, v.example, row)) return;
  fprintf(out,
          "\nExpected: the rows marked forbidden never, by the axioms of the WebAssembly threads "
          "proposal\n(document/core/exec/relaxed.rst). The first of them:\n\n");
  tm_oracle_explain_row(one->test, one->oracle, row, out);
}

/* The test again as text, with its comments: a copy of the file is not always at hand. */
static int write_test(const struct tm_engine_task *task, const struct tm_suite_case *one,
                      struct tm_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  char step[256];
  if (!out) return tm_fail(error, -ENOMEM, "out of memory");
  fprintf(out, "# %s: %s\n", one->test->name, one->test->doc);
  for (unsigned t = 0; t < one->test->threads; t++) {
    const struct tm_litmus_thread *thread = &one->test->thread[t];
    fprintf(out, "thread %s {", thread->name);
    for (unsigned i = 0; i < thread->steps; i++)
      fprintf(out, " %s;", tm_litmus_step_text(one->test, &thread->step[i], step, sizeof step));
    fprintf(out, " }\n");
  }
  fclose(out);
  int code = tm_engine_write(task, "test.litmus", text, size, error);
  free(text);
  return code;
}

static int write_all(const struct tm_suite_case *one, const struct tm_engine_task *task,
                     const struct tm_engine_result *result, struct tm_error *error) {
  struct tm_engine_command *command = calloc(1, sizeof *command);
  if (!command) return tm_fail(error, -ENOMEM, "out of memory");
  int code = tm_engine_write(task, "module.wasm", task->job->wasm, task->job->wasm_bytes, error);
  if (code == 0)
    code = tm_engine_write(task, "module.wat", task->job->wat, task->job->wat_bytes, error);
  if (code == 0) code = task->engine->prepare(task, command, error); /* may put more into both */
  if (code == 0) code = write_test(task, one, error);
  char *text = NULL;
  size_t size = 0;
  FILE *out = code == 0 ? open_memstream(&text, &size) : NULL;
  if (out) {
    write_readme(out, one, task, command, result);
    fclose(out);
    code = tm_engine_write(task, "README.txt", text, size, error);
  }
  free(text), free(command);
  return code;
}

int tm_suite_reproduction(const struct tm_suite_case *one, const struct tm_engine *engine,
                          const struct tm_engine_program *program,
                          const struct tm_engine_variant *variant,
                          const struct tm_engine_result *result, const char *folder,
                          struct tm_error *error) {
  if (mkdir(folder, 0777) < 0)
    return tm_fail(error, -errno, "cannot make the folder %s: %s", folder, strerror(errno));
  struct tm_engine_task task = {engine, program, variant, tm_suite_job(one, engine), folder};
  return write_all(one, &task, result, error);
}
