/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/engine.h: one adapter per real engine, and how to run a litmus test on it.
 *
 * An adapter is one small file that describes the engine (struct tm_engine) and turns a job into a
 * command. Everything else is common: finding the program, asking its version, time limits, reading
 * the answer. The driver that runs inside the engine is one small file in drivers/; it prints JSON,
 * one object a line:
 *     {"version": "…"}                                          at most once
 *     {"phase": "cold", "meeting": "once", "rounds": 500,
 *      "rows": [{"row": ["1", "trap"], "count": 500}]}      one for each batch, in order
 *     {"point": 0, "ns": 750.5}                      when asked to measure: one for each point;
 *                    with "single": [ns, …] and "step": ns (job.h) where grows are timed one by
 *                    one, or with "none": "why" instead of "ns"
 *     {"error": "…"}                                            what it cannot do, in words
 *     {"done": true}                                            last
 * A workload's job is answered in other ways: the program's own words are looked for in what was
 * printed (tm_engine_parse_program).
 * An engine that prints anything else, hangs or crashes costs its own result and nothing more.
 *
 *     const struct tm_engine *engine = tm_engine_find("node");
 *     struct tm_engine_program program;
 *     if (tm_engine_locate(engine, &program)) {
 *       struct tm_engine_result result;
 *       tm_engine_run(engine, &program, NULL, &job, 30, &result);
 *       ...result.failure is "" if all went well; result.histogram[0 … histograms-1] hold in any
 * case tm_engine_result_free(&result);
 *     }
 */
#ifndef TM_HARNESS_ENGINES_ENGINE_H
#define TM_HARNESS_ENGINES_ENGINE_H

#include "core/error.h"
#include "harness/engines/job.h"
#include "harness/engines/process.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TM_ENGINE_FLAGS = 8, TM_ENGINE_ARGUMENTS = 24, TM_ENGINE_HISTOGRAMS = 8 };

/* A way of running an engine that may change the answer. */
struct tm_engine_variant {
  const char *name; /* NULL ends a list */
  const char *what;
  const char *flags[TM_ENGINE_FLAGS]; /* NULL-terminated */
};

struct tm_engine;

/* A setup that installs a Debian package. */
#define TM_ENGINE_APT(package)                                                                     \
  "apt-get install -y -q " package " || { apt-get update -q; apt-get install -y -q " package "; }"

/* Where an engine was found. */
struct tm_engine_program {
  char path[PATH_MAX];
  char version[128]; /* first line of what its version option prints */
};

/* What an adapter makes of a job: a command, with the room for its texts. */
struct tm_engine_command {
  struct tm_process_spec spec;
  char *argv[TM_ENGINE_ARGUMENTS];
  unsigned arguments;
  char text[16 * 1024];
  size_t text_bytes;
};

struct tm_engine_task {
  const struct tm_engine *engine;
  const struct tm_engine_program *program;
  const struct tm_engine_variant *variant; /* NULL: as it comes */
  const struct tm_job *job;
  const char *folder; /* exists and is empty; the command runs there */
};

/* How instances learn of a new length, judged from what threads can see. */
enum tm_engine_manner {
  TM_MANNER_NONE,      /* nothing unusual was seen */
  TM_MANNER_GUARD,     /* pages are accessible before the one shared length says so */
  TM_MANNER_PUSH,      /* instances have copies, which the grower refreshes one after the other */
  TM_MANNER_POLL,      /* instances have copies, which each refreshes when it polls */
  TM_MANNER_EARLY_OLD, /* memory.grow reads the old length before it takes the lock */
};

/* What the public source says. */
struct tm_engine_claim {
  const char *strategy; /* the nearest of ours, by name */
  const char *how;      /* one sentence */
  const char *where;    /* project, file, function; NULL: not looked up */
  enum tm_engine_manner manner;
};

/* Which builds of the workloads it runs. */
enum tm_engine_programs {
  TM_PROGRAMS_NONE,
  TM_PROGRAMS_SINGLE, /* WASI preview1 */
  TM_PROGRAMS_THREADS /* and wasi-threads */
};

struct tm_engine {
  const char *name;    /* "node" */
  const char *runtime; /* "V8" */
  const char *what;    /* one line: which embedding */
  const char *program; /* name of the program to look for */
  /* The command whose first line of output is the version; "" stands for the program itself. */
  const char *version[6];
  bool version_decides; /* when that command fails, the engine is not there */
  const char *install;  /* the command that installs it, for a person */
  /* Shell commands that --setup runs in its folder; NULL: those of install; "": it cannot. */
  const char *setup;
  bool own_only;    /* only what --setup has installed will do */
  bool setup_again; /* --setup is needed again when Tidemark has changed */
  struct tm_engine_claim claim;
  bool probes; /* the driver can measure (tm_job_probe) */
  enum tm_engine_programs programs;
  const char *unfit; /* why it cannot run litmus tests at all; or NULL */
  bool traps;        /* a thread can go on after a trap */
  bool sleeps;       /* it has memory.atomic.wait32, wait64 and notify */
  bool hosts;        /* the driver does host.size, host.grow and instantiate */
  const struct tm_engine_variant *variants; /* or NULL */
  /* Write what the engine needs into task->folder and fill in the command. 0 or -errno. */
  int (*prepare)(const struct tm_engine_task *task, struct tm_engine_command *command,
                 struct tm_error *error);
};

/* All engines, in the order of engines.def. */
const struct tm_engine *const *tm_engines(size_t *count);
const struct tm_engine *tm_engine_find(const char *name);
const struct tm_engine_variant *tm_engine_variant(const struct tm_engine *engine, const char *name);

/* Find the program: $TIDEMARK_ENGINE_NAME (upper case, '-' as '_'), then bin/ and py/bin/ of the
 * engines' folder, then PATH (not if own_only). False when there is none. Asks the version (10 s at
 * most). */
bool tm_engine_locate(const struct tm_engine *engine, struct tm_engine_program *program);
/* The folder of --setup: $TIDEMARK_ENGINES, else .engines of the project. */
const char *tm_engines_folder(void);

/* ---- results ----------------------------------------------------------------------------------*/

struct tm_engine_row {
  char *text; /* values with one space between, in the order of the test's columns */
  uint64_t count;
};

struct tm_engine_histogram {
  const char *phase, *meeting; /* as in the job's batch */
  uint64_t rounds;
  struct tm_engine_row *row;
  size_t rows;
};

/* How long single grows took, in ns. What lies below the clock's step says nothing. */
enum { TM_LATENCY_P50, TM_LATENCY_P90, TM_LATENCY_P99, TM_LATENCY_MAX, TM_LATENCIES };
struct tm_engine_latency {
  double ns[TM_LATENCIES];
  double step; /* the smallest difference of two readings one after the other; 0: not measured */
};

/* Nanoseconds for one operation at each point, the median of a few runs in one process. */
struct tm_engine_probe {
  unsigned points;            /* how many it told, the first ones */
  double ns[TM_PROBE_POINTS]; /* NAN: there is nothing to measure, see none */
  char none[TM_PROBE_POINTS][96];
  struct tm_engine_latency single[TM_PROBE_POINTS];
};

/* What a workload's program said. */
struct tm_engine_words {
  char said[160]; /* its result, such as "sort size 50000 checksum 0123456789abcdef verified" */
  double ns;      /* for its work, by its own clock; 0: it did not say */
};

struct tm_engine_result {
  char failure[512];  /* why there is no more of it, as a sentence; "" if it went well */
  char version[128];  /* as the driver says, or "" */
  char command[2048]; /* what was run, for a person */
  double seconds;
  bool done; /* it said that it had finished */
  struct tm_engine_probe probe;
  struct tm_engine_words words;
  struct tm_engine_histogram histogram[TM_ENGINE_HISTOGRAMS];
  size_t histograms;
};

/* Never fails: what goes wrong is in result->failure. `seconds` is the time limit. */
void tm_engine_run(const struct tm_engine *engine, const struct tm_engine_program *program,
                   const struct tm_engine_variant *variant, const struct tm_job *job,
                   double seconds, struct tm_engine_result *result);
void tm_engine_result_free(struct tm_engine_result *result);

/* Read a driver's answer into `result`; what does not fit the protocol ends up in failure. That it
 * stops early does not: see result->done. */
void tm_engine_parse(const struct tm_job *job, const char *text, struct tm_engine_result *result);
/* The same for a workload's job; and, when the program ended well, whether that is a result. */
void tm_engine_parse_program(const struct tm_job *job, const char *out, const char *err,
                             struct tm_engine_result *result);
void tm_engine_believe_program(struct tm_engine_result *result);

/* The command as others can type it in the task's folder: quoted for a shell, the program by its
 * name, files relative to the folder or to the project, a browser through serve.py. No path of this
 * machine is in it. */
char *tm_engine_plain_command(const struct tm_engine_task *task,
                              const struct tm_engine_command *command, char *out, size_t room);
/* Append the last line of `err` that says something, for a person. */
void tm_engine_add_complaint(const char *err, char *failure, size_t room);
/* Why this engine cannot do the job, as a sentence; NULL when it may. */
const char *tm_engine_lacks(const struct tm_engine *engine, const struct tm_job *job);
/* A new folder for a run, and away with it and all that is in it. 0, or -errno and a sentence. */
int tm_engine_folder(char folder[PATH_MAX], struct tm_error *error);
void tm_engine_folder_remove(const char *folder);

/* ---- for adapters -----------------------------------------------------------------------------*/

/* Append one argument (copied). */
void tm_engine_argument(struct tm_engine_command *command, const char *text);
/* Append the variant's flags. */
void tm_engine_flags(struct tm_engine_command *command, const struct tm_engine_variant *variant);
/* Write a file into the task's folder. */
int tm_engine_write(const struct tm_engine_task *task, const char *name, const void *bytes,
                    size_t size, struct tm_error *error);
/* Write litmus.js: the job as a constant, core.js (and wasi.js for a workload), the named driver.
 */
int tm_engine_write_script(const struct tm_engine_task *task, const char *driver,
                           struct tm_error *error);
/* Write job.json, module.wasm and the named driver, for engines that are no JavaScript engines. */
int tm_engine_write_files(const struct tm_engine_task *task, const char *driver,
                          struct tm_error *error);
/* For programs with a command line: write module.wasm, and append a workload's arguments. */
int tm_engine_write_program(const struct tm_engine_task *task, struct tm_engine_command *command,
                            struct tm_error *error);
/* A file of drivers/, or a hand-made module, built into the program; NULL if there is none of that
 * name. */
const void *tm_engine_file(const char *name, size_t *size);

#endif
