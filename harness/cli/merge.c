/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark merge: the runs of several results files in one. */
#include "harness/cli/cli.h"
#include "harness/store/store.h"

#include <stdio.h>

static const char help[] =
    "usage: tidemark merge INTO.db FROM.db…\n\n"
    "Add to INTO.db every run and cell that the other files have and it has not. All of a file or\n"
    "nothing; merging again adds nothing. Refused, and INTO.db left as it was: runs of unlike\n"
    "machines (what differs is named), one plan measured with two different binaries, two "
    "contents\n"
    "for one cell.\n";

int tm_command_merge(int argc, char **argv) {
  struct tm_error error;
  struct tm_merged added;
  struct tm_args a = tm_args(argc, argv);
  while (tm_args_option(&a)) {
    if (!tm_args_flag(&a, "--help")) return tm_args_unknown(&a, "merge");
    fputs(help, stdout);
    return TM_EXIT_OK;
  }
  if (a.argc - a.next < 2)
    return tm_cli_wrong("merge", "two files are needed, INTO.db and FROM.db; see 'tidemark merge "
                                 "--help'");
  for (int i = a.next + 1; i < a.argc; i++) {
    if (tm_store_merge(a.argv[a.next], a.argv[i], &added, &error) < 0)
      return tm_cli_wrong("merge", "%s", error.text);
    printf("%s: %lld runs, %lld cells, %lld samples added\n", a.argv[i], (long long)added.runs,
           (long long)added.cells, (long long)added.samples);
  }
  return TM_EXIT_OK;
}
