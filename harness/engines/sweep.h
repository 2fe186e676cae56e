/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/sweep.h: what `tidemark engines` does: list, set up, all tests on all engines. */
#ifndef TM_HARNESS_ENGINES_SWEEP_H
#define TM_HARNESS_ENGINES_SWEEP_H

#include "harness/engines/engine.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

/* All engines: where they are and their version, or how to get them. */
void tm_engines_list(FILE *out, bool json);

/* Install what the package registries carry, telling each step; what cannot be installed costs its
 * own line. 0, or -errno and a sentence when nothing at all could be done. */
int tm_engines_setup(FILE *out, struct tm_error *error);

struct tm_sweep {
  const char *engines;  /* names with commas, or NULL: all that are found */
  const char *tests;    /* names, patterns or files, with commas; NULL: a short list */
  const char *variant;  /* NULL: as the engine comes; "all": that and each variant in turn */
  const char *json;     /* file, "-" for standard output, or NULL */
  const char *findings; /* folder for reproductions; made when there is one */
  long rounds, seconds;
};

/* Are its names names of engines and variants? And is this one of the engines asked for? */
int tm_sweep_check(const struct tm_sweep *sweep, struct tm_error *error);
bool tm_sweep_wants(const struct tm_sweep *sweep, const struct tm_engine *engine);

/* Write JSON to a file, "-" for standard output; nothing for NULL. 0, or -EIO and a sentence. */
struct cJSON;
int tm_sweep_write_json(const struct cJSON *value, const char *file, struct tm_error *error);
/* Say on standard error, if that is a terminal, how many of all are done, and how long the rest may
 * take. */
void tm_sweep_progress(const char *what, size_t done, size_t all, time_t start);

/* 0 whatever the engines did; -errno and a sentence when a name is wrong or a file cannot be
 * written. */
int tm_sweep_run(const struct tm_sweep *sweep, struct tm_error *error);

#endif
