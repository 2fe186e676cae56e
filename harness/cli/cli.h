/* SPDX-License-Identifier: Apache-2.0 */
/* harness/cli/cli.h: what subcommands share. One file per subcommand, named in commands.def.
 *
 * Exit status: 0 done, 1 the answer is "no" (a difference, a forbidden outcome), 2 wrong input or a
 * failure of the surroundings, 134 a guest's trap.
 */
#ifndef TM_HARNESS_CLI_CLI_H
#define TM_HARNESS_CLI_CLI_H

#include "core/error.h"
#include "strategies/strategies.h"

#include <stdbool.h>
#include <stddef.h>

enum { TM_EXIT_OK = 0, TM_EXIT_NO = 1, TM_EXIT_WRONG = 2, TM_EXIT_TRAP = 134 };

#define TM_COMMAND(name, summary) int tm_command_##name(int argc, char **argv);
#include "harness/cli/commands.def"
#undef TM_COMMAND

/* Print "tidemark COMMAND: sentence" on stderr and return TM_EXIT_WRONG. */
int tm_cli_wrong(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Options, read in order: a small loop over argv that every subcommand shares.
 *     struct tm_args a = tm_args(argc, argv);
 *     while (tm_args_option(&a)) {
 *       if (tm_args_flag(&a, "--json")) json = true;
 *       else if ((value = tm_args_value(&a, "--blocks"))) …
 *       else return tm_args_unknown(&a, "compare");
 *     }
 *     // a.argv[a.next…] are the positional arguments
 * "--name VALUE" and "--name=VALUE" both work; "--" ends the options. A missing value is reported
 * by tm_args_unknown. */
struct tm_args {
  int argc;
  char **argv;
  int next;           /* index of the next argument */
  const char *option; /* the option being looked at */
  bool missing;       /* the option wanted a value and had none */
};
struct tm_args tm_args(int argc, char **argv); /* argv[0] is the subcommand's name */
bool tm_args_option(struct tm_args *a);        /* is there another option? */
bool tm_args_flag(struct tm_args *a, const char *name);
const char *tm_args_value(struct tm_args *a, const char *name);
int tm_args_unknown(const struct tm_args *a, const char *command);

/* A comma-separated list of strategy names into entries[]; *count in: room, out: how many.
 * NULL means every strategy of kind floor and candidate. 0 or -EINVAL with a sentence. */
int tm_cli_strategies(const char *list, const struct tm_strategy_entry **entries, size_t *count,
                      struct tm_error *error);

/* A whole number in [low, high]; false when it is none. */
bool tm_cli_number(const char *text, long low, long high, long *value);

/* Write `json`, which is taken over, to a file, or to standard output for "-". An exit status. */
struct cJSON;
int tm_cli_write_json(const char *command, struct cJSON *json, const char *path);

#endif
