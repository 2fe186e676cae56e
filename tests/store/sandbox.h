/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for one test program's files, and cells whose content follows from their number. */
#ifndef TM_TESTS_STORE_SANDBOX_H
#define TM_TESTS_STORE_SANDBOX_H

#include "harness/store/store.h"

/* Make the folder, in memory if the system has a place for that. */
void sandbox_make(void);
/* The path of a file in it; the four last results stay valid. */
const char *sandbox_path(const char *name);
/* Delete the folder and what is in it. */
void sandbox_remove(void);
/* Write a text file in it, making folders on the way. */
void sandbox_write(const char *name, const char *text);

enum { SANDBOX_SAMPLES = 700 /* several database pages */ };

/* Cell `number`: block number / 4, position number % 4, axes strategy, threads, workload, one
 * series "time" of SANDBOX_SAMPLES values and one "grows" of one, and a note. */
int sandbox_add(struct tm_store *store, uint64_t number, struct tm_error *error);

/* Begin a run of `plan` on a machine of class `machine` ("like", "unlike", …). */
int sandbox_begin(struct tm_store *store, const char *plan, const char *machine,
                  struct tm_error *error);

/* Check that every cell in the file is whole and as it was written; the number of cells. */
int sandbox_cells(struct tm_store *store);

#endif
