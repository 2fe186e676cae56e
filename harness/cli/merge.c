/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark merge: the runs of several results files in one. */
#include "harness/cli/cli.h"
#include "harness/store/store.h"

#include <cjson/cJSON.h>
#include <stdio.h>

static const char help[] =
    "usage: tidemark merge [--json] INTO.db FROM.db…\n\n"
    "Add to INTO.db every run and cell that the other files have and it has not. All of a file or\n"
    "nothing; merging again adds nothing. Refused, and INTO.db left as it was: runs of unlike\n"
    "machines (what differs is named), one plan measured with two different binaries, two "
    "contents\n"
    "for one cell. With --json what was added, as one array.\n";

static cJSON *added_json(const char *from, const struct tm_merged *added) {
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "from", from);
  cJSON_AddNumberToObject(o, "runs", (double)added->runs);
  cJSON_AddNumberToObject(o, "cells", (double)added->cells);
  cJSON_AddNumberToObject(o, "samples", (double)added->samples);
  return o;
}

int tm_command_merge(int argc, char **argv) {
  struct tm_error error;
  struct tm_merged added;
  bool as_json = false;
  struct tm_args a = tm_args(argc, argv);
  while (tm_args_option(&a)) {
    if (tm_args_flag(&a, "--help")) {
      fputs(help, stdout);
      return TM_EXIT_OK;
    }
    if (!tm_args_flag(&a, "--json")) return tm_args_unknown(&a, "merge");
    as_json = true;
  }
  if (a.argc - a.next < 2)
    return tm_cli_wrong("merge", "two files are needed, INTO.db and FROM.db; see 'tidemark merge "
                                 "--help'");
  cJSON *json = as_json ? cJSON_CreateArray() : NULL;
  for (int i = a.next + 1; i < a.argc; i++) {
    if (tm_store_merge(a.argv[a.next], a.argv[i], &added, &error) < 0) {
      cJSON_Delete(json);
      return tm_cli_wrong("merge", "%s", error.text);
    }
    if (json) {
      cJSON_AddItemToArray(json, added_json(a.argv[i], &added));
      continue;
    }
    printf("%s: %lld runs, %lld cells, %lld samples added\n", a.argv[i], (long long)added.runs,
           (long long)added.cells, (long long)added.samples);
  }
  return json ? tm_cli_write_json("merge", json, "-") : TM_EXIT_OK;
}
