/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/job.h"

#include "bench/workloads/workloads.h"
#include "harness/litmus/meet.h"
#include "harness/litmus/wat.h"
#include "harness/wasm/wat.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  SKEW = 300,         /* turns; a turn is about a nanosecond once the code is hot */
  FRESH_ROUNDS = 200, /* engines are slow to give memories back */
  STUCK_ROUNDS = 20,  /* a round may last as long as FOREVER_NS */
  FOREVER_NS = 500000000
};

/* May this step trap, if the memory has its initial length? */
static bool traps(const struct tm_litmus *test, const struct tm_litmus_step *s) {
  uint64_t limit = test->initial_pages * TM_LITMUS_PAGE_BYTES;
  uint64_t bytes = s->length ? s->length : s->op == TM_NOTIFY ? 4 : s->bytes;
  if (!tm_litmus_may_trap(s)) return false;
  bool atomic = s->atomic || (s->op >= TM_XCHG && s->op <= TM_CMPXCHG) || s->op == TM_WAIT ||
                s->op == TM_NOTIFY;
  return s->at + bytes > limit || (s->op == TM_COPY && s->from + bytes > limit) ||
         (s->op == TM_INIT && s->from + bytes > test->data_bytes) || (atomic && s->at % bytes != 0);
}

/* What the steps need and do, over all threads. */
static uint64_t survey(const struct tm_litmus *test, struct tm_job *job, bool *stuck) {
  uint64_t grown = 0;
  for (unsigned t = 0; t < test->threads; t++) {
    unsigned body_end = 0; /* steps before this one stand in an `if` */
    for (unsigned i = 0; i < test->thread[t].steps; i++) {
      const struct tm_litmus_step *s = &test->thread[t].step[i];
      if (s->op == TM_IF && i + 1 + s->skip > body_end) body_end = i + 1 + s->skip;
      if (s->op == TM_GROW) {
        grown += s->operand;
        job->settle |= i < body_end;
      }
      job->may_trap |= traps(test, s);
      job->host |= s->host || s->op == TM_INSTANTIATE;
      job->waits |= s->op == TM_WAIT || s->op == TM_NOTIFY;
      *stuck |= s->op == TM_WAIT && s->timeout < 0;
    }
  }
  return grown;
}

static void add_batch(struct tm_job *job, const char *phase, const char *meeting, unsigned rounds) {
  job->batch[job->batches++] = (struct tm_job_batch){phase, meeting, rounds};
}

static void plan_batches(const struct tm_litmus *test, const struct tm_job_options *options,
                         bool stuck, struct tm_job *job) {
  bool blocks;
  int awaits = tm_litmus_awaits(test, &blocks);
  uint64_t room = job->stride ? (TM_LITMUS_MAX_PAGES - 1 - test->max_pages) / job->stride : ~0ull;
  unsigned rounds = options->rounds;
  if (rounds > room) rounds = (unsigned)room;
  if (job->fresh && rounds > FRESH_ROUNDS) rounds = FRESH_ROUNDS;
  if (stuck && rounds > STUCK_ROUNDS) rounds = STUCK_ROUNDS;
  blocks &= options->sleep;
  add_batch(job, "cold", blocks ? "block" : awaits >= 0 ? "spin" : "once", rounds);
  if (blocks) add_batch(job, "warm", "block", rounds);
  if (awaits >= 0) add_batch(job, "warm", "spin", rounds);
  add_batch(job, "warm", "once", rounds);
}

static int make_module(const struct tm_litmus *test, bool sleep, struct tm_job *job,
                       struct tm_error *error) {
  struct tm_wat_options options = {.forever_ns = FOREVER_NS, .meet = true, .sleep = sleep};
  FILE *out = open_memstream(&job->wat, &job->wat_bytes);
  if (!out) return tm_fail(error, -ENOMEM, "out of memory for the module of %s", test->name);
  tm_litmus_wat(test, &options, out);
  if (fclose(out) != 0)
    return tm_fail(error, -ENOMEM, "out of memory for the module of %s", test->name);
  return tm_wat_to_wasm(test->name, job->wat, job->wat_bytes, &job->wasm, &job->wasm_bytes, error);
}

int tm_job_make(const struct tm_litmus *test, const struct tm_job_options *options,
                struct tm_job *job, struct tm_error *error) {
  bool stuck = false;
  *job = (struct tm_job){.test = test, .retry = tm_litmus_retries(test), .skew = SKEW};
  if (test->one_instance)
    return tm_fail(error, -ENOTSUP, "%s wants one instance for all threads; engines have one each",
                   test->name);
  int code = tm_litmus_wat_check(test, error);
  if (code < 0) return code;
  uint64_t grown = survey(test, job, &stuck);
  job->fresh = test->initial_pages + grown > test->max_pages;
  job->stride = job->fresh ? 0 : (unsigned)grown;
  job->settle &= !job->fresh;
  plan_batches(test, options, stuck, job);
  job->maximum = 1 + test->max_pages - test->initial_pages;
  if (!job->fresh) job->maximum += (uint64_t)job->batch[0].rounds * job->stride + test->max_pages;
  code = make_module(test, options->sleep, job, error);
  if (code < 0) tm_job_free(job);
  return code;
}

/* Loads depend on each other, at an address that no compiler can know to stay 0. */
static const char probe_text[] =
    "(module\n"
    "  (import \"env\" \"memory\" (memory 1 65536 shared))\n" TM_PROBE_CLOCK
    "  (func (export \"grow\") (param $n i32) (result i32) (local $failed i32)\n"
    "    (loop $again\n"
    "      (local.set $failed (i32.add (local.get $failed)\n"
    "        (i32.eq (memory.grow (i32.const 1)) (i32.const -1))))\n"
    "      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))\n"
    "    (local.get $failed))\n"
    "  (func (export \"size\") (param $n i32) (result i32) (local $sum i32)\n"
    "    (loop $again\n"
    "      (local.set $sum (i32.add (local.get $sum) (memory.size)))\n"
    "      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))\n"
    "    (local.get $sum))\n"
    "  (func (export \"load\") (param $n i32) (result i32) (local $at i32)\n"
    "    (loop $again\n"
    "      (local.set $at (i32.load (local.get $at)))\n"
    "      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))\n"
    "    (local.get $at))\n"
    "  (func (export \"atomic\") (param $n i32) (result i32) (local $at i32)\n"
    "    (loop $again\n"
    "      (local.set $at (i32.atomic.load (local.get $at)))\n"
    "      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))\n"
    "    (local.get $at))\n"
    "  (func (export \"singles\") (param $n i32) (result i32)\n"
    "    (local $failed i32) (local $at i32) (local $begun f64)\n"
    "    (local.set $at (i32.const 8192))\n"
    "    (loop $again\n"
    "      (local.set $begun (call $clock))\n"
    "      (local.set $failed (i32.add (local.get $failed)\n"
    "        (i32.eq (memory.grow (i32.const 1)) (i32.const -1))))\n"
    "      (f64.store (local.get $at) (f64.sub (call $clock) (local.get $begun)))\n"
    "      (local.set $at (i32.add (local.get $at) (i32.const 8)))\n"
    "      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))\n"
    "    (local.get $failed))\n"
    "  (func (export \"step\") (param $n i32) (result f64) (local $least f64) (local $begun f64)\n"
    "    (local $took f64)\n"
    "    (local.set $least (f64.const inf))\n"
    "    (loop $again\n"
    "      (local.set $begun (call $clock))\n"
    "      (local.set $took (f64.sub (call $clock) (local.get $begun)))\n"
    "      (if (i32.and (f64.gt (local.get $took) (f64.const 0))\n"
    "          (f64.lt (local.get $took) (local.get $least)))\n"
    "        (then (local.set $least (local.get $took))))\n"
    "      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))\n"
    "    (local.get $least))\n"
    "  (func (export \"read\") (result i32) (local $at i32) (local $turns i32)\n"
    "    (i32.atomic.store (i32.const 32) (i32.const 1))\n"
    "    (loop $again\n"
    "      (local.set $at (i32.load (local.get $at)))\n"
    "      (local.set $turns (i32.add (local.get $turns) (i32.const 1)))\n"
    "      (br_if $again (i32.eqz (i32.atomic.load (i32.const 36)))))\n"
    "    (local.get $turns)))\n";

const struct tm_probe_point tm_probe_points[TM_PROBE_POINTS] = {
    {"grow", 1, false, true},   {"grow", 1, false, false},  {"grow", 4, false, false},
    {"grow", 16, false, false}, {"grow", 64, false, false}, {"grow", 1, true, false},
    {"grow", 4, true, false},   {"grow", 16, true, false},  {"grow", 64, true, false},
    {"size", 1, false, false},  {"load", 1, false, false},  {"atomic", 1, false, false}};

char *tm_probe_words(unsigned point, char *out, size_t room) {
  const struct tm_probe_point *p = &tm_probe_points[point];
  if (point >= TM_PROBE_SIZE) {
    static const char *const names[] = {"memory.size", "load", "atomic load"};
    snprintf(out, room, "%s", names[point - TM_PROBE_SIZE]);
  } else {
    snprintf(out, room, "grow, %u instance%s%s", p->instances, p->instances == 1 ? "" : "s",
             p->cold     ? ", cold"
             : p->reader ? ", reader"
                         : "");
  }
  return out;
}

bool tm_probe_singles(unsigned point) {
  return point < TM_PROBE_SIZE && !tm_probe_points[point].cold;
}

int tm_job_probe(struct tm_job *job, struct tm_error *error) {
  static const struct tm_litmus none = {.name = "probe",
                                        .initial_pages = 1,
                                        .max_pages = 65536,
                                        .threads = 2,
                                        .thread = {{.name = "grower"}, {.name = "reader"}}};
  *job = (struct tm_job){.test = &none,
                         .maximum = 1 + (1 + TM_PROBE_RUNS) * TM_PROBE_GROWS + TM_PROBE_SINGLES,
                         .retry = -1,
                         .probe = true};
  job->wat = strdup(probe_text);
  if (!job->wat) return tm_fail(error, -ENOMEM, "out of memory for the probe");
  job->wat_bytes = strlen(job->wat);
  int code = tm_wat_to_wasm("probe", job->wat, job->wat_bytes, &job->wasm, &job->wasm_bytes, error);
  if (code < 0) tm_job_free(job);
  return code;
}

static int read_module(const char *path, struct tm_job *job, struct tm_error *error) {
  FILE *file = path ? fopen(path, "rb") : NULL;
  if (!file)
    return tm_fail(error, -errno, "cannot read %s: %s; the build makes it",
                   path ? path : "a module", strerror(errno));
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  job->wasm = size > 0 ? malloc((size_t)size) : NULL;
  job->wasm_bytes = job->wasm ? fread(job->wasm, 1, (size_t)size, file) : 0;
  fclose(file);
  return job->wasm_bytes > 0 && job->wasm_bytes == (size_t)size
             ? 0
             : tm_fail(error, -EIO, "cannot read %s", path);
}

int tm_job_program(const char *workload, unsigned threads, bool quick, struct tm_job *job,
                   struct tm_error *error) {
  static const struct tm_litmus none = {.name = "program", .initial_pages = 1};
  const struct tm_workload *w = tm_workload_find(workload);
  *job = (struct tm_job){.test = &none,
                         .maximum = TM_PROGRAM_MAXIMUM,
                         .retry = -1,
                         .program = true,
                         .program_threads = threads};
  if (!w) return tm_fail(error, -EINVAL, "there is no workload '%s'", workload);
  char *path = tm_workload_path(workload, threads ? TM_WORKLOAD_WASM : TM_WORKLOAD_SINGLE_WASM);
  int code = read_module(path, job, error);
  free(path);
  snprintf(job->argument[0], sizeof job->argument[0], "%s", workload);
  snprintf(job->argument[1], sizeof job->argument[1], "%u", threads ? threads : 1);
  snprintf(job->argument[2], sizeof job->argument[2], "%u", quick ? w->test_size : w->size);
  snprintf(job->argument[3], sizeof job->argument[3], "--time");
  if (code < 0) tm_job_free(job);
  return code;
}

void tm_job_free(struct tm_job *job) {
  free(job->wat), free(job->wasm);
  job->wat = NULL, job->wasm = NULL;
}

/* ---- JSON -------------------------------------------------------------------------------------*/

static void add_threads(const struct tm_litmus *test, cJSON *o) {
  cJSON *threads = cJSON_AddArrayToObject(o, "threads");
  for (unsigned t = 0; t < test->threads; t++) {
    const struct tm_litmus_thread *thread = &test->thread[t];
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "name", thread->name);
    cJSON *slots = cJSON_AddArrayToObject(one, "slots");
    cJSON *entries = cJSON_AddArrayToObject(one, "entries");
    cJSON_AddItemToArray(entries, cJSON_CreateNumber(0));
    for (unsigned i = 0; i < thread->steps; i++) {
      const struct tm_litmus_step *s = &thread->step[i];
      unsigned slot = s->op == TM_IF ? 0 : tm_litmus_slot(test, t, s->column);
      cJSON_AddItemToArray(slots, cJSON_CreateNumber(slot));
      if (i + 1 < thread->steps && tm_litmus_may_trap(s))
        cJSON_AddItemToArray(entries, cJSON_CreateNumber(i + 1));
    }
    cJSON_AddItemToArray(threads, one);
  }
}

bool tm_job_is_length(const struct tm_litmus *test, unsigned thread, int column) {
  for (unsigned i = 0; i < test->thread[thread].steps; i++) {
    const struct tm_litmus_step *s = &test->thread[thread].step[i];
    if (s->column == column && (s->op == TM_SIZE || s->op == TM_GROW)) return true;
  }
  return false;
}

static void add_columns(const struct tm_litmus *test, cJSON *o) {
  cJSON *columns = cJSON_AddArrayToObject(o, "columns");
  for (unsigned c = 0; c < test->columns; c++) {
    const struct tm_litmus_column *column = &test->column[c];
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "name", column->name);
    if (column->kind == TM_COLUMN_REGISTER) {
      cJSON_AddNumberToObject(one, "thread", column->thread);
      cJSON_AddNumberToObject(one, "slot", tm_litmus_slot(test, column->thread, (int)c));
      cJSON_AddBoolToObject(one, "relative", tm_job_is_length(test, column->thread, (int)c));
    } else if (column->kind == TM_COLUMN_FINAL_SIZE) {
      cJSON_AddStringToObject(one, "final", "size");
    } else {
      bool edge = tm_litmus_at_edge(test, column->at);
      double start = edge ? (double)test->initial_pages * TM_LITMUS_PAGE_BYTES : 0;
      cJSON_AddStringToObject(one, "final", "load");
      cJSON_AddNumberToObject(one, "bytes", column->bytes);
      cJSON_AddBoolToObject(one, "edge", edge);
      cJSON_AddNumberToObject(one, "offset", (double)column->at - start);
    }
    cJSON_AddItemToArray(columns, one);
  }
}

static void add_batches(const struct tm_job *job, cJSON *o) {
  cJSON *batches = cJSON_AddArrayToObject(o, "batches");
  for (unsigned i = 0; i < job->batches; i++) {
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "phase", job->batch[i].phase);
    cJSON_AddStringToObject(one, "meeting", job->batch[i].meeting);
    cJSON_AddNumberToObject(one, "rounds", job->batch[i].rounds);
    cJSON_AddItemToArray(batches, one);
  }
}

/* A program's threads are made of the driver's. */
static void add_program(const struct tm_job *job, cJSON *o) {
  cJSON *program = cJSON_AddObjectToObject(o, "program");
  cJSON *arguments = cJSON_AddArrayToObject(program, "args");
  for (int i = 0; i < TM_PROGRAM_ARGUMENTS; i++)
    cJSON_AddItemToArray(arguments, cJSON_CreateString(job->argument[i]));
  cJSON_AddBoolToObject(program, "shared", job->program_threads > 0);
  cJSON *threads = cJSON_GetObjectItemCaseSensitive(o, "threads");
  for (unsigned t = 0; t == 0 || t < job->program_threads; t++)
    cJSON_AddItemToArray(threads, cJSON_CreateObject());
}

static void add_probe(cJSON *o) {
  cJSON *probe = cJSON_AddObjectToObject(o, "probe");
  cJSON_AddNumberToObject(probe, "grows", TM_PROBE_GROWS);
  cJSON_AddNumberToObject(probe, "turns", TM_PROBE_TURNS);
  cJSON_AddNumberToObject(probe, "singles", TM_PROBE_SINGLES);
  cJSON_AddNumberToObject(probe, "steps", TM_PROBE_STEPS);
  cJSON *points = cJSON_AddArrayToObject(probe, "points");
  for (int i = 0; i < TM_PROBE_POINTS; i++) {
    cJSON *point = cJSON_CreateObject();
    cJSON_AddStringToObject(point, "what", tm_probe_points[i].what);
    cJSON_AddNumberToObject(point, "instances", tm_probe_points[i].instances);
    cJSON_AddBoolToObject(point, "reader", tm_probe_points[i].reader);
    cJSON_AddBoolToObject(point, "cold", tm_probe_points[i].cold);
    cJSON_AddItemToArray(points, point);
  }
}

char *tm_job_json(const struct tm_job *job, bool with_wasm) {
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "name", job->test->name);
  cJSON_AddNumberToObject(o, "initial", job->program ? TM_PROGRAM_INITIAL : 1);
  cJSON_AddNumberToObject(o, "maximum", (double)job->maximum);
  cJSON_AddNumberToObject(o, "lead", 1 - (double)job->test->initial_pages);
  cJSON_AddNumberToObject(o, "stride", job->stride);
  cJSON_AddBoolToObject(o, "fresh", job->fresh);
  cJSON_AddBoolToObject(o, "settle", job->settle);
  cJSON_AddNumberToObject(o, "skew", job->skew);
  add_threads(job->test, o);
  add_columns(job->test, o);
  if (job->retry >= 0) {
    cJSON *retry = cJSON_AddObjectToObject(o, "retry");
    cJSON_AddNumberToObject(retry, "thread", job->retry);
    cJSON_AddNumberToObject(retry, "tries", TM_JOB_RETRIES);
  } else {
    cJSON_AddNullToObject(o, "retry");
  }
  add_batches(job, o);
  if (job->program)
    add_program(job, o);
  else
    cJSON_AddNullToObject(o, "program");
  if (job->probe)
    add_probe(o);
  else
    cJSON_AddNullToObject(o, "probe");
  if (with_wasm) {
    cJSON *wasm = cJSON_AddArrayToObject(o, "wasm");
    for (size_t i = 0; i < job->wasm_bytes; i++)
      cJSON_AddItemToArray(wasm, cJSON_CreateNumber(job->wasm[i]));
  }
  char *text = cJSON_PrintUnformatted(o);
  cJSON_Delete(o);
  return text;
}
