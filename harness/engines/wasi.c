/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/wasi.h"

#include "harness/litmus/meet.h"
#include "harness/litmus/wat.h"
#include "harness/wasm/wat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool tm_wasi_threads(const struct tm_job *job) { return !job->program || job->program_threads; }

void tm_wasi_start(const struct tm_engine_task *task, struct tm_engine_command *command) {
  if (task->job->program) return;
  tm_engine_argument(command, "python3");
  tm_engine_argument(command, "wasi_rows.py");
  tm_engine_argument(command, "job.json");
}

/* Pages that all batches need in one memory. */
static uint64_t room(const struct tm_job *job) {
  uint64_t rounds = 0;
  for (unsigned b = 0; b < job->batches; b++) rounds += job->batch[b].rounds;
  return job->probe ? job->maximum : 1 + rounds * job->stride + job->test->max_pages;
}

/* The module's text up to its last parenthesis, with a name for each exported function, and with
 * this maximum of its memory. */
static void copy_module(const char *text, uint64_t maximum, FILE *out) {
  static const char function[] = "(func (export \"", memory[] = "(memory 1 65536 shared)",
                    clock[] = TM_PROBE_CLOCK; /* WASI's takes its place */
  size_t length = strlen(text);
  while (length && text[length - 1] != ')') length--;
  for (const char *p = text; p < text + length - 1;) {
    if (!strncmp(p, function, strlen(function))) {
      int name = (int)strcspn(p + strlen(function), "\"");
      fprintf(out, "(func $%.*s (export \"", name, p + strlen(function));
      p += strlen(function);
    } else if (!strncmp(p, memory, strlen(memory))) {
      fprintf(out, "(memory 1 %llu shared)", (unsigned long long)maximum);
      p += strlen(memory);
    } else if (!strncmp(p, clock, strlen(clock))) {
      p += strlen(clock);
    } else {
      fputc(*p++, out);
    }
  }
}

static void write_constant(FILE *out, const char *name, unsigned value) {
  fprintf(out, "  (global $%s i32 (i32.const %u))\n", name, value);
}

static void write_imports(FILE *out) {
  static const char wasi[] = "wasi_snapshot_preview1";
  fprintf(out,
          "  (import \"%s\" \"fd_write\" (func $fd_write (param i32 i32 i32 i32) (result i32)))\n"
          "  (import \"%s\" \"args_get\" (func $args_get (param i32 i32) (result i32)))\n"
          "  (import \"%s\" \"clock_time_get\"\n"
          "    (func $clock_time_get (param i32 i64 i32) (result i32)))\n"
          "  (import \"%s\" \"proc_exit\" (func $proc_exit (param i32)))\n"
          "  (import \"wasi\" \"thread-spawn\" (func $spawn (param i32) (result i32)))\n"
          "  (export \"memory\" (memory 0))\n",
          wasi, wasi, wasi, wasi);
}

static void write_play(FILE *out, const struct tm_litmus *test) {
  fprintf(out,
          "  (func $play (param $me i32) (param $edge i32) (param $near i32) (param $out i32)\n"
          "    (param $target i32) (param $skew i32)\n");
  for (unsigned t = 0; t < test->threads; t++)
    fprintf(out,
            "    (if (i32.eq (local.get $me) (i32.const %u)) (then (call $%s_from_0 (local.get "
            "$edge) (local.get $near) (local.get $out) (local.get $target) (local.get $skew))))\n",
            t, test->thread[t].name);
  fprintf(out, "  )\n");
}

static void write_batches(FILE *out, const struct tm_job *job) {
  static const char *const meetings[] = {
      [TM_MEET_ONCE] = "once", [TM_MEET_SPIN] = "spin", [TM_MEET_BLOCK] = "block"};
  unsigned first = 0;
  fprintf(out, "  (func $batches (param $me i32)\n");
  for (unsigned b = 0; b < job->batches; b++) {
    unsigned how = 0;
    while (strcmp(meetings[how], job->batch[b].meeting)) how++;
    fprintf(out, "    (call $batch (local.get $me) (i32.const %u) (i32.const %u) (i32.const %u))\n",
            how, first, job->batch[b].rounds);
    first += job->batch[b].rounds;
  }
  fprintf(out, "  )\n");
}

/* A load of the end that lies beyond the length counts as a trap. */
static void write_final_load(FILE *out, const struct tm_litmus *test,
                             const struct tm_litmus_column *column, unsigned to) {
  bool edge = tm_litmus_at_edge(test, column->at);
  long long start = edge ? (long long)(test->initial_pages * TM_LITMUS_PAGE_BYTES) : 0;
  char narrow[8] = "";
  if (column->bytes < 8) snprintf(narrow, sizeof narrow, "%u_u", 8 * column->bytes);
  fprintf(out,
          "    (local.set $at (i32.add (local.get $%s) (i32.const %lld)))\n"
          "    (i64.store (i32.const %u) (if (result i64)\n"
          "      (i64.gt_u (i64.add (i64.extend_i32_u (local.get $at)) (i64.const %u))\n"
          "        (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16)))\n"
          "      (then (i64.const %lld)) (else (i64.load%s align=1 (local.get $at)))))\n",
          edge ? "edge" : "near", (long long)column->at - start, to, column->bytes,
          (long long)TM_OUT_TRAP, narrow);
}

static void write_finals(FILE *out, const struct tm_litmus *test) {
  fprintf(out, "  (func $finals (param $edge i32) (param $near i32) (local $at i32)\n");
  for (unsigned c = 0; c < test->columns; c++) {
    unsigned to = 29184 + 8 * c;
    if (test->column[c].kind == TM_COLUMN_FINAL_SIZE)
      fprintf(out, "    (i64.store (i32.const %u) (i64.extend_i32_u (memory.size)))\n", to);
    else if (test->column[c].kind != TM_COLUMN_REGISTER)
      write_final_load(out, test, &test->column[c], to);
  }
  fprintf(out, "  )\n");
}

static void write_text(FILE *out, const struct tm_job *job) {
  size_t size;
  const char *driver = tm_engine_file(job->probe ? "wasi_probe.wat" : "wasi_litmus.wat", &size);
  const char *head = "(module\n";
  if (!driver) tm_die("the program was built without its WASI drivers");
  fputs(head, out);
  write_imports(out);
  copy_module(job->wat + strlen(head), room(job), out);
  if (job->probe) {
    write_constant(out, "grows", TM_PROBE_GROWS);
    write_constant(out, "turns", TM_PROBE_TURNS);
    write_constant(out, "runs", TM_PROBE_RUNS);
    write_constant(out, "singles_count", TM_PROBE_SINGLES);
    write_constant(out, "steps", TM_PROBE_STEPS);
  } else {
    write_constant(out, "threads", job->test->threads);
    write_constant(out, "stride", job->stride);
    write_constant(out, "skew", job->skew);
    write_constant(out, "settle", job->settle);
    write_constant(out, "slots", job->test->columns + 1);
    write_play(out, job->test);
    write_batches(out, job);
    write_finals(out, job->test);
  }
  fprintf(out, "%.*s)\n", (int)size, driver);
}

int tm_wasi_write(const struct tm_engine_task *task, struct tm_engine_command *command,
                  struct tm_error *error) {
  const struct tm_job *job = task->job;
  struct tm_job whole = *job;
  struct tm_engine_task wrapped = *task;
  tm_engine_argument(command, "module.wasm");
  if (job->program) return tm_engine_write_program(task, command, error);
  if (job->fresh)
    return tm_fail(error, -ENOTSUP,
                   "not run: a process has one memory, and each round of this test needs one");
  if (room(job) > TM_LITMUS_MAX_PAGES)
    return tm_fail(error, -ENOTSUP,
                   "not run: one memory has no room for so many rounds; ask for fewer");
  whole.wat = NULL, whole.wasm = NULL;
  FILE *out = open_memstream(&whole.wat, &whole.wat_bytes);
  if (!out) return tm_fail(error, -ENOMEM, "out of memory for a module");
  write_text(out, job);
  int code = fclose(out) == 0 ? tm_wat_to_wasm(job->test->name, whole.wat, whole.wat_bytes,
                                               &whole.wasm, &whole.wasm_bytes, error)
                              : tm_fail(error, -ENOMEM, "out of memory for a module");
  wrapped.job = &whole;
  if (code == 0) code = tm_engine_write(task, "module.wat", whole.wat, whole.wat_bytes, error);
  if (code == 0) code = tm_engine_write_files(&wrapped, "wasi_rows.py", error);
  free(whole.wat), free(whole.wasm);
  return code;
}
