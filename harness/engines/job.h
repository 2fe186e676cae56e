/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/job.h: what an engine is asked to do: one litmus test, so many rounds.
 *
 * A job is a wasm module and how to drive it. Drivers get it as JSON (tm_job_json), with the same
 * names as here.
 *
 * The module imports env.memory, shared, and exports
 *     threadK(page, from, target, skew)   thread K of the test
 *     barrier(target)                     arrive, and wait until `target` have
 *     finals(page)                        optional: after all threads, read the final columns
 * Page 0 is for control, the test's own pages begin at `page`, which the driver moves on by
 * `stride` each round: a memory only grows, so that one memory serves for many rounds.
 *     byte 0               the barrier's counter (32 bits)
 *     2048 + 64 * thread   the step that the thread is at (32 bits), kept before steps that may
 * trap 4096 + 64 * column   kind (32 bits: 0 none, 1 number, 2 trap, 3 ok, 4 fail, 5 stuck) 4104 +
 * 64 * column   value (64 bits, signed), when the kind is a number A thread called with from = 0
 * meets the others (target), idles for `skew` turns and runs all its steps; with from = k + 1 it
 * begins at step k, without meeting. After a trap the driver calls it again, behind the step that
 * trapped. Sizes and grow results are relative to `page`.
 */
#ifndef TM_HARNESS_ENGINES_JOB_H
#define TM_HARNESS_ENGINES_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TM_JOB_BATCHES = 4 };

struct tm_job_batch {
  const char *phase; /* "cold" for the first of a process, else "warm" */
  unsigned rounds;
};

struct tm_job {
  const char *name; /* of the test */
  unsigned threads, columns;
  uint64_t initial, maximum; /* pages of the memory, the control page included */
  unsigned stride;           /* pages by which a round grows the memory */
  unsigned skew;             /* turns by which threads may start apart, 0: none */
  bool may_trap;             /* some step may trap */
  bool retry;                /* call a thread again from a step, while it traps there */
  unsigned retry_thread, retry_step, retry_tries;
  struct tm_job_batch batch[TM_JOB_BATCHES];
  unsigned batches;
  const uint8_t *wasm;
  size_t wasm_bytes;
};

/* As JSON, to be freed; NULL when memory is short. The module's bytes go in only if asked for. */
char *tm_job_json(const struct tm_job *job, bool with_wasm);

#endif
