/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/report.h: the samples of a results file as files that people read.
 *
 * Writes into FOLDER: report.html (one self-contained page), report.md, report.tex,
 * figures/NAME.svg, .pdf and .gp (what gnuplot was told), machine.json, and every raw sample of the
 * file as data.csv (a line per series) and data.json.
 */
#ifndef TM_HARNESS_REPORT_REPORT_H
#define TM_HARNESS_REPORT_REPORT_H

#include "core/error.h"
#include "harness/store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Draw the report with this title (NULL: the newest in the file or, without one, all benches).
 * 0, or -errno with a sentence. */
int tm_report_write(struct tm_store *store, const char *title, const char *folder,
                    struct tm_error *error);

/* The title of the newest report in the file, and its seed. False if there is none. */
bool tm_report_newest(struct tm_store *store, char *title, size_t room, uint64_t *seed,
                      struct tm_error *error);

/* mkdir -p. */
int tm_report_folder(const char *folder, struct tm_error *error);

#endif
