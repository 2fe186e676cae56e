/* SPDX-License-Identifier: Apache-2.0 */
/* harness/store/store.h: every raw sample, in one SQLite file that only grows.
 *
 * What is kept: runs (one per invocation: command, seed, machine record, hashes of the binaries),
 * their cells, and each cell's samples. A *cell* is the unit of work: one process, measured in one
 * block, at one point of the axes (strategy, workload, threads, …). It is stored whole, in one
 * transaction: after a kill -9 or a power cut at any moment a cell is there with all its samples,
 * or not at all, and one whose tm_store_add returned 0 is there. Triggers refuse UPDATE and DELETE.
 *
 * Blocks. A block is numbered inside its run and a run sits on one machine, so that no block spans
 * two machines. What compares treatments pairs values of equal (run, block).
 *
 * Usage:
 *   struct tm_store *store;
 *   if (tm_store_open("results.db", TM_STORE_APPEND, &store, &error) < 0) …
 *   cJSON *machine = tm_machine_record("");
 *   tm_store_begin(store, &(struct tm_stored_run){.plan = "compare-1", .command = line, .seed =
 * seed, .version = "0.1.0", .binaries = b, .binary_count = 2}, machine, &error); for each block,
 * for each position in it: … measure … struct tm_axis axes[] = {{"strategy", "guard"}, {"workload",
 * "sort"}, {"threads", "4"}}; struct tm_series time = {"time", "ns", values, count};
 *     tm_store_add(store, &(struct tm_cell){.block = b, .position = p, .axes = axes,
 *                  .axis_count = 3, .series = &time, .series_count = 1}, &error);
 *   tm_store_close(store);
 *
 * Resuming: begin a new run with the same plan, and leave out the blocks for which
 * tm_store_block_cells() already gives as many cells as the plan has per block. A block that was
 * cut short is run again as a whole, in the new run: halves measured at different times are no
 * pair. Its old cells stay in the file.
 *
 * A handle belongs to one thread; do not use it in a forked child. Functions give 0 or -errno with
 * a sentence: -ENOSPC (disk full: nothing stored is lost, the caller still has the samples and may
 * call again), -EBUSY (another process has been writing for 10 seconds), -EINVAL (not our file, or
 * bad arguments), -EACCES, -EIO.
 */
#ifndef TM_HARNESS_STORE_STORE_H
#define TM_HARNESS_STORE_STORE_H

#include "core/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct tm_store;

enum tm_store_mode {
  TM_STORE_READ,   /* the file must exist */
  TM_STORE_APPEND, /* made if missing */
};

int tm_store_open(const char *path, enum tm_store_mode mode, struct tm_store **out,
                  struct tm_error *error);
void tm_store_close(struct tm_store *store); /* NULL is fine */

/* ---- Writing ----------------------------------------------------------------------------------
 */

struct tm_binary {
  const char *name, *sha256; /* "tidemark", tm_sha256_file() of it; any name that stays the same */
};

struct tm_stored_run {
  const char *plan;    /* names what is to be measured; equal for a run and those that resume it */
  const char *command; /* the command line */
  const char *version; /* of Tidemark */
  uint64_t seed;       /* below 2^53, so that JSON readers keep it */
  const struct tm_binary *binaries;
  size_t binary_count;
};

/* Start a run; what is added from now on belongs to it. Refused with -EINVAL when the file holds
 * runs of an unlike machine (tm_machine_class), or of this plan with another hash of a binary. */
int tm_store_begin(struct tm_store *store, const struct tm_stored_run *run, const cJSON *machine,
                   struct tm_error *error);

const char *tm_store_run(const struct tm_store *store); /* 32 hex digits; "" before begin */

/* Names of axes, metrics and notes: a lower-case letter, then lower-case letters, digits, '_'. */
struct tm_axis {
  const char *name, *value;
};
struct tm_series {
  const char *metric, *unit;
  const double *values; /* in the order of measurement; finite */
  size_t count;         /* ≥ 1 */
};
struct tm_note { /* what is not a number: hash of the output, source of a counter */
  const char *name, *text;
};
struct tm_cell {
  uint64_t block, position; /* position in the order of the block; (block, position) once a run */
  const struct tm_axis *axes;
  size_t axis_count;
  const struct tm_series *series;
  size_t series_count;
  const struct tm_note *notes;
  size_t note_count;
};

int tm_store_add(struct tm_store *store, const struct tm_cell *cell, struct tm_error *error);

/* Cells added between these two are kept together or not at all, at the cost of one: for the many
 * cells of one process. Others cannot write meanwhile. `result` is that of the adds: unless it is
 * 0, nothing of the group is kept, and it is returned. */
int tm_store_group(struct tm_store *store, struct tm_error *error);
int tm_store_group_end(struct tm_store *store, int result, struct tm_error *error);

/* ---- Reading ----------------------------------------------------------------------------------
 */

/* How many cells the plan's block `block` has in the one run that has most of them; or -errno. */
int64_t tm_store_block_cells(struct tm_store *store, const char *plan, uint64_t block,
                             struct tm_error *error);

/* Is there a finished cell of this plan, block and point of the axes (in any run)? 1, 0, -errno. */
int tm_store_has(struct tm_store *store, const char *plan, uint64_t block,
                 const struct tm_axis axes[], size_t axis_count, struct tm_error *error);

/* One series as tm_store_each hands it out. Pointers live until the callback returns. */
struct tm_stored {
  const char *run, *plan;
  const char *axes, *notes; /* JSON objects whose values are text; axes has its keys sorted */
  uint64_t block, position;
  const char *metric, *unit;
  const double *values;
  size_t count;
};

/* Call `each` for every series of `metric` (NULL: all) whose axes contain all of `where`, ordered
 * by run (oldest first), block, position, metric. A result other than 0 stops and is returned. */
int tm_store_each(struct tm_store *store, const char *metric, const struct tm_axis where[],
                  size_t where_count, int (*each)(void *context, const struct tm_stored *s),
                  void *context, struct tm_error *error);

/* The runs, oldest first: id, plan, started, command, seed, version, machine (object), binaries
 * (name to hash). The caller frees with cJSON_Delete; NULL on failure, with a sentence. */
cJSON *tm_store_runs(struct tm_store *store, struct tm_error *error);

/* ---- Merging and exporting --------------------------------------------------------------------
 */

struct tm_merged {
  int64_t runs, cells, samples; /* added */
};

/* Add to the file `into` what `from` has and it has not, all or nothing; again is harmless. Refused
 * with -EINVAL: unlike machines, one plan with two hashes of a binary, two contents for a cell. */
int tm_store_merge(const char *into, const char *from, struct tm_merged *out,
                   struct tm_error *error);

enum tm_export { TM_EXPORT_CSV, TM_EXPORT_SERIES, TM_EXPORT_JSON, TM_EXPORT_LATEX };

/* CSV (RFC 4180): one line per sample, an axis per column. Series: the same with one line per
 * series, whose samples are in its last column, a space between two: an eighth of the bytes. JSON:
 * runs with cells with series. LaTeX: a tabular with the median of each metric at each point of the
 * axes, and its 95 % interval over processes. -EIO or -ENOSPC when `to` does not take it all. */
int tm_store_export(struct tm_store *store, enum tm_export format, FILE *to,
                    struct tm_error *error);

#endif
