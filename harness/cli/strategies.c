/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark strategies: the list, as a table or as JSON. */
#include "harness/cli/cli.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] = "usage: tidemark strategies [--json]\n\n"
                           "List the strategies: name, kind, what it does, whose idea it is.\n"
                           "  floor      prices the others; does not enforce the length\n"
                           "  candidate  claims to be sound\n"
                           "  unsound    an engine shipped it, and it admits forbidden outcomes\n"
                           "  planted    a fault of ours that the tests must catch\n";

static int print_json(const struct tm_strategy_entry *entries, size_t count) {
  cJSON *list = cJSON_CreateArray();
  for (size_t i = 0; i < count; i++) {
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "name", entries[i].strategy->name);
    cJSON_AddStringToObject(o, "kind", tm_kind_word(entries[i].kind));
    cJSON_AddStringToObject(o, "summary", entries[i].summary);
    cJSON_AddStringToObject(o, "source", entries[i].source);
    cJSON_AddItemToArray(list, o);
  }
  char *text = cJSON_Print(list);
  cJSON_Delete(list);
  if (!text) return tm_cli_wrong("strategies", "out of memory");
  puts(text);
  free(text);
  return TM_EXIT_OK;
}

int tm_command_strategies(int argc, char **argv) {
  bool json = false;
  struct tm_args a = tm_args(argc, argv);
  while (tm_args_option(&a)) {
    if (tm_args_flag(&a, "--json")) {
      json = true;
    } else if (tm_args_flag(&a, "--help")) {
      fputs(help, stdout);
      return TM_EXIT_OK;
    } else {
      return tm_args_unknown(&a, "strategies");
    }
  }
  if (a.next < a.argc)
    return tm_cli_wrong("strategies", "unexpected argument '%s'", a.argv[a.next]);
  size_t count;
  const struct tm_strategy_entry *entries = tm_strategies(&count);
  if (json) return print_json(entries, count);
  for (size_t i = 0; i < count; i++)
    printf("%-14s %-10s %s\n%-25s (%s)\n", entries[i].strategy->name, tm_kind_word(entries[i].kind),
           entries[i].summary, "", entries[i].source);
  return TM_EXIT_OK;
}
