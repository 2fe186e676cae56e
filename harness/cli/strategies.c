/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark strategies: the list, or the card of one; as text or as JSON. */
#include "harness/cli/card.h"
#include "harness/cli/cli.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char help[] =
    "usage: tidemark strategies [--json]\n"
    "       tidemark strategies [--json] [--results FILE.db] NAME\n\n"
    "List the strategies: name, kind, what it does, whose idea it is.\n"
    "  floor      prices the others; does not enforce the length\n"
    "  candidate  claims to be sound\n"
    "  unsound    an engine shipped it, and it admits forbidden outcomes\n"
    "  planted    a fault of ours that the tests must catch\n\n"
    "With a name, the card of one: its claim and argument, the anomalies it admits and their\n"
    "verdicts, its hot half in C and as machine code (needs objdump), what one access costs, and\n"
    "the medians of the newest run in a results file.\n"
    "  --results FILE.db   which (default: the newest of tidemark.db, tidemark-report/data.db and\n"
    "                      results/reference/data.db that there is)\n";

/* Where bench and report put their results unless told, and the reference report; the newest that
 * there is, or NULL. */
static const char *newest_results(void) {
  static const char *const usual[] = {"tidemark.db", "tidemark-report/data.db",
                                      "results/reference/data.db"};
  const char *newest = NULL;
  struct stat best, st;
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
    if (stat(usual[i], &st)) continue;
    bool newer = !newest || st.st_mtim.tv_sec > best.st_mtim.tv_sec;
    if (newer) newest = usual[i], best = st;
  }
  return newest;
}

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

static int print_card(const char *name, const struct tm_card_options *options) {
  struct tm_error error = {""};
  const struct tm_strategy_entry *entry = tm_strategy_find(name);
  if (!entry)
    return tm_cli_wrong("strategies", "unknown strategy '%s'; 'tidemark strategies' lists them",
                        name);
  if (tm_card_print(entry, options, &error)) return tm_cli_wrong("strategies", "%s", error.text);
  return TM_EXIT_OK;
}

static void print_table(const struct tm_strategy_entry *entries, size_t count) {
  for (size_t i = 0; i < count; i++)
    printf("%-14s %-10s %s\n%-25s (%s)\n", entries[i].strategy->name, tm_kind_word(entries[i].kind),
           entries[i].summary, "", entries[i].source);
}

int tm_command_strategies(int argc, char **argv) {
  struct tm_card_options options = {0};
  const char *value;
  struct tm_args a = tm_args(argc, argv);
  while (tm_args_option(&a)) {
    if (tm_args_flag(&a, "--json")) {
      options.json = true;
    } else if ((value = tm_args_value(&a, "--results"))) {
      options.results = value;
    } else if (tm_args_flag(&a, "--help")) {
      fputs(help, stdout);
      return TM_EXIT_OK;
    } else {
      return tm_args_unknown(&a, "strategies");
    }
  }
  if (a.next + 1 < a.argc)
    return tm_cli_wrong("strategies", "unexpected argument '%s'", a.argv[a.next + 1]);
  if (options.results && a.next == a.argc)
    return tm_cli_wrong("strategies", "--results needs the name of a strategy");
  if (!options.results) options.results = newest_results();
  if (a.next < a.argc) return print_card(a.argv[a.next], &options);
  size_t count;
  const struct tm_strategy_entry *entries = tm_strategies(&count);
  if (options.json) return print_json(entries, count);
  print_table(entries, count);
  return TM_EXIT_OK;
}
