/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark export: a results file as CSV, JSON or LaTeX. */
#include "harness/cli/cli.h"
#include "harness/store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tidemark export --csv|--series|--json|--latex [-o FILE] RESULTS.db\n\n"
    "Write what a results file holds, to FILE or to standard output.\n"
    "  --csv    one line per sample, one column per axis (RFC 4180)\n"
    "  --series the same with one line per series, its samples in the last column with a space\n"
    "           between two: an eighth of the size, and what a report's data.csv is\n"
    "  --json   {\"runs\": [command, seed, machine, binaries], \"series\": [axes, notes, values]}\n"
    "  --latex  a tabular: median of each metric at each point of the axes, 95 % interval over\n"
    "           processes\n";

/* Write aside, then rename: FILE is never half an export. */
static int export_to_file(struct tm_store *store, enum tm_export format, const char *path) {
  struct tm_error error;
  char aside[4096];
  if ((size_t)snprintf(aside, sizeof aside, "%s.%ld.part", path, (long)getpid()) >= sizeof aside)
    return tm_cli_wrong("export", "the name %s is too long; use a shorter one", path);
  FILE *to = fopen(aside, "wx");
  if (!to)
    return tm_cli_wrong("export", "cannot make %s: %s; check the folder", aside, strerror(errno));
  int rc = tm_store_export(store, format, to, &error);
  if (fclose(to) != 0 && rc == 0)
    rc = tm_fail(&error, -errno, "cannot write %s: %s; make room or name another file", path,
                 strerror(errno));
  if (rc == 0 && rename(aside, path) != 0)
    rc = tm_fail(&error, -errno, "cannot replace %s: %s; name another file", path, strerror(errno));
  if (rc == 0) return TM_EXIT_OK;
  unlink(aside);
  return tm_cli_wrong("export", "%s", error.text);
}

static int export_to_stdout(struct tm_store *store, enum tm_export format) {
  struct tm_error error;
  if (tm_store_export(store, format, stdout, &error) == 0) return TM_EXIT_OK;
  return tm_cli_wrong("export", "%s", error.text);
}

int tm_command_export(int argc, char **argv) {
  int format = -1, formats = 0;
  const char *output = NULL, *value;
  struct tm_args a = tm_args(argc, argv);
  while (tm_args_option(&a)) {
    if (tm_args_flag(&a, "--csv")) {
      format = TM_EXPORT_CSV;
      formats++;
    } else if (tm_args_flag(&a, "--series")) {
      format = TM_EXPORT_SERIES;
      formats++;
    } else if (tm_args_flag(&a, "--json")) {
      format = TM_EXPORT_JSON;
      formats++;
    } else if (tm_args_flag(&a, "--latex")) {
      format = TM_EXPORT_LATEX;
      formats++;
    } else if (tm_args_flag(&a, "--help")) {
      fputs(help, stdout);
      return TM_EXIT_OK;
    } else if ((value = tm_args_value(&a, "-o"))) {
      output = value;
    } else {
      return tm_args_unknown(&a, "export");
    }
  }
  if (formats != 1)
    return tm_cli_wrong("export", "name one format: --csv, --series, --json or --latex");
  if (a.argc - a.next != 1)
    return tm_cli_wrong("export", "name one results file; see 'tidemark export --help'");
  struct tm_error error;
  struct tm_store *store;
  if (tm_store_open(a.argv[a.next], TM_STORE_READ, &store, &error) < 0)
    return tm_cli_wrong("export", "%s", error.text);
  int status = output ? export_to_file(store, (enum tm_export)format, output)
                      : export_to_stdout(store, (enum tm_export)format);
  tm_store_close(store);
  return status;
}
