/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/cli.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int tm_cli_wrong(const char *command, const char *format, ...) {
  va_list args;
  fprintf(stderr, "tidemark %s: ", command);
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
  return TM_EXIT_WRONG;
}

struct tm_args tm_args(int argc, char **argv) {
  return (struct tm_args){.argc = argc, .argv = argv, .next = 1};
}

bool tm_args_option(struct tm_args *a) {
  if (a->next >= a->argc) return false;
  const char *text = a->argv[a->next];
  if (text[0] != '-' || text[1] == '\0') return false;
  a->next++;
  a->option = text;
  return strcmp(text, "--") != 0;
}

bool tm_args_flag(struct tm_args *a, const char *name) { return strcmp(a->option, name) == 0; }

const char *tm_args_value(struct tm_args *a, const char *name) {
  size_t length = strlen(name);
  if (strncmp(a->option, name, length) != 0) return NULL;
  if (a->option[length] == '=') return a->option + length + 1;
  if (a->option[length] != '\0') return NULL;
  if (a->next < a->argc) return a->argv[a->next++];
  a->missing = true;
  return NULL;
}

int tm_args_unknown(const struct tm_args *a, const char *command) {
  if (a->missing) return tm_cli_wrong(command, "option %s needs a value", a->option);
  return tm_cli_wrong(command, "unknown option %s; see 'tidemark %s --help'", a->option, command);
}

/* By default: floors and candidates, but those that the system does not offer, with a note. */
static bool wanted(const struct tm_strategy_entry *entry) {
  if (entry->kind != TM_KIND_floor && entry->kind != TM_KIND_candidate) return false;
  int result = entry->strategy->needs ? tm_strategy_try(entry->strategy) : 0;
  if (result)
    fprintf(stderr, "tidemark: %s left out: needs %s (%s)\n", entry->strategy->name,
            entry->strategy->needs, strerror(-result));
  return result == 0;
}

int tm_cli_strategies(const char *list, const struct tm_strategy_entry **entries, size_t *count,
                      struct tm_error *error) {
  size_t room = *count, n = 0, all;
  if (list) return tm_strategies_parse(list, entries, count, error);
  const struct tm_strategy_entry *each = tm_strategies(&all);
  for (size_t i = 0; i < all && n < room; i++)
    if (wanted(&each[i])) entries[n++] = &each[i];
  *count = n;
  return 0;
}

bool tm_cli_number(const char *text, long low, long high, long *value) {
  char *end;
  errno = 0;
  long n = strtol(text, &end, 10);
  if (errno || end == text || *end || n < low || n > high) return false;
  *value = n;
  return true;
}

int tm_cli_write_json(const char *command, cJSON *json, const char *path) {
  char *text = cJSON_Print(json);
  cJSON_Delete(json);
  if (!text) return tm_cli_wrong(command, "out of memory");
  FILE *f = strcmp(path, "-") ? fopen(path, "w") : stdout;
  bool failed = !f || fputs(text, f) < 0 || fputc('\n', f) == EOF || fflush(f);
  if (f && f != stdout && fclose(f)) failed = true;
  free(text);
  return failed ? tm_cli_wrong(command, "cannot write %s: %s", path, strerror(errno)) : TM_EXIT_OK;
}
