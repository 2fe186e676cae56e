/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/job.h: what an engine is asked to do: one litmus test, so many rounds.
 *
 *     struct tm_job job;
 *     struct tm_job_options options = {.rounds = 2000, .sleep = true};
 *     if (tm_job_make(test, &options, &job, &error) < 0) ...
 *     tm_job_free(&job);
 *
 * A job is the test's module (harness/litmus/wat.h, with threads that meet inside it: meet.h) and
 * how to drive it. Drivers get the latter as JSON (tm_job_json):
 *
 *     name           of the test
 *     initial, maximum   pages of each memory
 *     lead           pages to be taken off a length: those of the memory less those of the test
 *     stride         pages by which a round moves the edge
 *     fresh          each round has a memory of its own: the test depends on the maximum
 *     settle         a round may grow by less than stride; then the driver grows by the rest
 *     threads        [{name, slots: [register slot of each step], entries: [steps one can enter]}]
 *     columns        [{thread, slot, relative}] or [{final: "size"}] or
 *                    [{final: "load", bytes, edge, offset}]: what makes a row
 *     retry          {thread, tries} or null: call the thread again while its first step traps
 *     batches        [{phase, meeting, rounds}]: the first is cold, the others are warm
 *     probe          {grows, turns, singles, steps, points: [{what, instances, reader, cold}]} or
 *                    null: no test but costs, one memory for each point; of two threads one
 *                    measures, one reads
 *     program        {args, shared} or null: no test but a workload's program: with an ordinary
 *                    memory of its own, or with wasi-threads; `threads` holds one for each of its
 *     skew           in "once" batches, threads start up to so many turns apart
 *
 * Page 0 of a memory is the driver's:
 *     byte 0                        the counter where threads meet
 *     bytes 8 … 31                  for the driver
 *     bytes 32 and 36               of a probe: 1 once the reader runs; 1 when it is to stop
 *     bytes 8192 … 16191            of a probe: what each single grow took, as f64
 *     4096 + 1024 * (round % 2)     the round's `near` block
 *     16384 + 4096 * (round % 2) + 512 * thread    the round's `out` block
 * Round r has its edge at byte 65536 * (1 + r * stride). Thread 0 makes a round's blocks ready
 * before it arrives, and reads them when all have met again: two of each are enough.
 */
#ifndef TM_HARNESS_ENGINES_JOB_H
#define TM_HARNESS_ENGINES_JOB_H

#include "core/error.h"
#include "harness/litmus/litmus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TM_JOB_BATCHES = 4, TM_JOB_RETRIES = 1000 };

struct tm_job_batch {
  const char *phase;   /* "cold" for the first of a process, else "warm" */
  const char *meeting; /* "once", "spin" or "block": see harness/litmus/meet.h */
  unsigned rounds;
};

struct tm_job_options {
  unsigned rounds; /* of each batch; fewer where the memory or the engine allows no more */
  bool sleep;      /* the engine has memory.atomic.wait32 and notify */
};

struct tm_job {
  const struct tm_litmus *test;
  uint64_t maximum; /* pages */
  unsigned stride;
  bool fresh, settle;
  bool may_trap, waits, host; /* what the engine must be able to do */
  int retry;                  /* thread, or -1 */
  unsigned skew;
  struct tm_job_batch batch[TM_JOB_BATCHES];
  unsigned batches;
  bool probe;               /* measure what operations cost instead (tm_job_probe) */
  bool program;             /* run a workload instead (tm_job_program) */
  unsigned program_threads; /* 0: the build with an ordinary memory */
  char argument[4][32];     /* its command line */
  char *wat;
  size_t wat_bytes;
  unsigned char *wasm;
  size_t wasm_bytes;
};

/* 0, or -ENOTSUP with a sentence when no engine can be asked this. The test must outlive the job.
 */
int tm_job_make(const struct tm_litmus *test, const struct tm_job_options *options,
                struct tm_job *job, struct tm_error *error);
/* A job that measures what a grow of one page costs with so many instances of the memory in the
 * thread that grows, with and without one more in a thread of its own that reads all the time; and
 * what memory.size and dependent plain and atomic loads cost. */
enum {
  TM_PROBE_INSTANCES = 4,
  /* The first points are grows: cold, of one thread, beside a reader. */
  TM_PROBE_GROW = 1,
  TM_PROBE_READER = TM_PROBE_GROW + TM_PROBE_INSTANCES,
  TM_PROBE_SIZE = TM_PROBE_READER + TM_PROBE_INSTANCES,
  TM_PROBE_POINTS = TM_PROBE_SIZE + 3,
  TM_PROBE_GROWS = 500, /* in one go, on one memory */
  TM_PROBE_TURNS = 2000000,
  TM_PROBE_RUNS = 7,       /* goes of which the median is told */
  TM_PROBE_SINGLES = 1000, /* grows timed one by one */
  TM_PROBE_STEPS = 20000,  /* readings of the clock that show its step */
  TM_PROBE_TIMES = 8192,
  TM_PROBE_READS = 32,
  TM_PROBE_STOP = 36 /* byte addresses, see above */
};
struct tm_probe_point {
  const char *what; /* the export that does it n times: "grow", "size", "load" or "atomic" */
  unsigned instances;
  bool reader;
  bool cold; /* the first of a process: the first go alone is told */
};
extern const struct tm_probe_point tm_probe_points[TM_PROBE_POINTS];
/* The import through which the probe's module asks for the time, in ns. */
#define TM_PROBE_CLOCK "  (import \"host\" \"clock\" (func $clock (result f64)))\n"
/* Is this a point where grows are also timed one by one? */
bool tm_probe_singles(unsigned point);
/* The point in words, such as "grow, 4 instances, reader". */
char *tm_probe_words(unsigned point, char *out, size_t room);
int tm_job_probe(struct tm_job *job, struct tm_error *error);
/* A job that runs a workload of bench/workloads to its end, with so many threads and a shared
 * memory, or for 0 threads the build with one thread and an ordinary memory. */
int tm_job_program(const char *workload, unsigned threads, bool quick, struct tm_job *job,
                   struct tm_error *error);
enum { TM_PROGRAM_ARGUMENTS = 4, TM_PROGRAM_INITIAL = 16, TM_PROGRAM_MAXIMUM = 16384 };
void tm_job_free(struct tm_job *job);

/* Does this register of the thread hold a length, in pages? */
bool tm_job_is_length(const struct tm_litmus *test, unsigned thread, int column);

/* As JSON, to be freed; NULL when memory is short. The module's bytes go in only if asked for. */
char *tm_job_json(const struct tm_job *job, bool with_wasm);

#endif
