/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/recording.h: one invocation that measures: its results file, the machine it runs
 * on, the hashes of its binaries, and its progress line.
 *
 *     struct tm_recording recording;
 *     tm_recording_open(&recording, "tidemark.db", argc, argv, &error);
 *     tm_recording_begin(&recording, "bench 42", 42, &error);   // then
 * tm_store_add(recording.store, …) tm_recording_close(&recording);
 */
#ifndef TM_HARNESS_REPORT_RECORDING_H
#define TM_HARNESS_REPORT_RECORDING_H

#include "core/error.h"
#include "core/hash.h"
#include "harness/store/store.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tm_recording {
  struct tm_store *store;
  cJSON *machine;
  char program[PATH_MAX];
  char hash[TM_SHA256_HEX]; /* of the program */
  char command[1024];
  char plan[256];  /* of the run begun last */
  uint64_t pieces; /* finished in it */
};

/* Open the results file (made if missing), describe the machine. 0 or -errno with a sentence. */
int tm_recording_open(struct tm_recording *s, const char *file, int argc, char **argv,
                      struct tm_error *error);
void tm_recording_close(struct tm_recording *s);

/* Start a run of the plan; what is stored from now on belongs to it. */
int tm_recording_begin(struct tm_recording *s, const char *plan, uint64_t seed,
                       struct tm_error *error);

/* A piece of the plan's work: its cells are kept together or not at all, and what an earlier run of
 * the plan has finished is not done again.
 *
 *     bool wanted;
 *     int result = tm_recording_piece(&recording, "guard", &wanted, &error);
 *     if (wanted) {
 *       …                                                    // measure, tm_store_add
 *       result = tm_recording_piece_end(&recording, "guard", result, &error);
 *     }
 * `result` of the end is 0 or what went wrong before, which is returned, and nothing is kept. */
int tm_recording_piece(struct tm_recording *s, const char *name, bool *wanted,
                       struct tm_error *error);
int tm_recording_piece_end(struct tm_recording *s, const char *name, int result,
                           struct tm_error *error);
/* Has the plan's piece been finished, in this run or an earlier one? 1, 0 or -errno. */
int tm_recording_finished(struct tm_recording *s, const char *plan, const char *name,
                          struct tm_error *error);

/* The newest plan in the file whose name ends with `ending`: its name and seed. False if none. */
bool tm_recording_resume(struct tm_recording *s, const char *ending, char *name, size_t room,
                         uint64_t *seed);

double tm_recording_seconds(void); /* a clock that only goes forward */
uint64_t tm_recording_seed(void);  /* fresh, below 2^52 */

/* One line on stderr, if that is a terminal: what is being done, how much, time left. `context` is
 * a prefix (text) or NULL. */
void tm_recording_progress(void *context, const char *doing, size_t done, size_t total);

/* From now on it says how much is left of `seconds` in all; 0: of each step only. */
void tm_recording_total(double seconds);

/* From now on it says that this is step `at` of `of`; where stderr is a file, a line says so now.
 */
void tm_recording_step(const char *name, size_t at, size_t of);

#endif
