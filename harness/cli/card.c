/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/card.h"

#include "harness/cli/costs.h"
#include "harness/cli/probe.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the header's text ------------------------------------------------------------------------*/

static char *read_header(const char *strategy, struct tm_error *error) {
  char path[512];
  snprintf(path, sizeof path, "%s/strategies/%s.h", TIDEMARK_SOURCE_DIR, strategy);
  FILE *in = fopen(path, "r");
  char *text = NULL;
  size_t room = 0;
  if (in && getdelim(&text, &room, '\0', in) > 0) {
    fclose(in);
    return text;
  }
  tm_fail(error, -errno, "cannot read %s: %s; the card quotes Tidemark's sources", path,
          strerror(errno));
  if (in) fclose(in);
  free(text);
  return NULL;
}

/* The opening comment, without its frame; printed to `out`. */
static void print_claim(const char *header, FILE *out) {
  const char *p = strstr(header, "/* strategies/");
  const char *end = p ? strstr(p, "*/") : NULL;
  if (!end) return;
  p = strchr(p, ':') + 2; /* after "strategies/NAME.h: " */
  while (p < end) {
    const char *line = memchr(p, '\n', (size_t)(end - p));
    if (!line) line = end;
    while (p < line && *p == ' ') p++;
    if (p < line && *p == '*') p += 1 + (p[1] == ' ');
    const char *last = line;
    while (last > p && last[-1] == ' ') last--;
    if (line < end) fprintf(out, "%s%.*s\n", last > p ? "  " : "", (int)(last - p), p);
    p = line + 1;
  }
}

/* The hot half as it is written: from its first function to the declarations of the cold half. */
static void print_hot(const char *header, FILE *out) {
  const char *p = strstr(header, "static inline"), *end = strstr(header, "TM_STRATEGY_DECLARE");
  while (p && end && p < end) {
    const char *line = strchr(p, '\n');
    if (line > p) fprintf(out, "    %.*s\n", (int)(line - p), p);
    p = line + 1;
  }
}

/* What `print` writes of the header, as a text of its own. */
static char *text_of(void (*print)(const char *header, FILE *out), const char *header) {
  char *text = NULL;
  size_t room;
  FILE *out = open_memstream(&text, &room);
  if (!out) return NULL;
  print(header, out);
  fclose(out);
  return text;
}

/* ---- the card in words ------------------------------------------------------------------------*/

static const char *const when_words[] = {"", ", by reordering only",
                                         ", only when a system call fails"};

static void print_anomalies(const char *strategy, enum tm_kind kind) {
  if (kind == TM_KIND_floor) {
    puts("\nAnomalies\n  any: a floor enforces nothing.");
    return;
  }
  size_t count, admitted = 0;
  const struct tm_anomaly *a = tm_anomalies(&count);
  puts("\nAnomalies");
  for (size_t i = 0; i < count; i++) {
    const struct tm_admission *how = tm_admission_find(strategy, a[i].code);
    if (!how) continue;
    admitted++;
    printf("  %-5s %-9s  %s\n", a[i].code, a[i].allowed ? "allowed" : "FORBIDDEN", a[i].seen);
    printf("                   %s%s (litmus %s)\n", how->how, when_words[how->when], how->test);
  }
  puts(admitted ? "  and none of the others: the explorer looked for each."
                : "  none: the explorer "
                  "looked for each.");
}

static int print_probe(const char *strategy, const char *name, const char *title,
                       struct tm_error *error) {
  struct tm_probe probe;
  int result = tm_probe_read(strategy, name, &probe, error);
  if (result) return result;
  if (probe.instructions > 1 || !strcmp(name, "load"))
    printf("\n%s: %u bytes; %u instructions and %u loads when the checks pass%s\n%s", title,
           probe.bytes, probe.instructions, probe.loads, probe.calls ? ", and a call" : "",
           probe.text);
  else
    printf("\n%s: nothing\n", title);
  tm_probe_free(&probe);
  return 0;
}

static void print_access(const char *name, const struct tm_access_cost *c) {
  printf("  %-14s %12.2f %12.2f %12.2f %12.2f\n", name, c->instructions, c->loads, c->calls,
         c->bytes);
}

static int print_machine_code(const char *strategy, struct tm_error *error) {
  struct tm_access_cost own, floor;
  int result = tm_probe_access(strategy, &own, error);
  if (!result) result = tm_probe_access("nocheck", &floor, error);
  if (result) return result;
  printf("\nPer access, in a function that has others; bytes include what a failing check runs\n"
         "  %-14s %12s %12s %12s %12s\n",
         "", "instructions", "loads", "calls", "bytes");
  print_access(strategy, &own);
  if (strcmp(strategy, "nocheck")) print_access("nocheck", &floor);
  result = print_probe(strategy, "load", "A function with one i32.load", error);
  if (!result) result = print_probe(strategy, "size", "memory.size", error);
  if (!result) result = print_probe(strategy, "poll", "Poll (function entry, back-edge)", error);
  if (!result) result = print_probe(strategy, "sync", "Sync (after atomic, fence, call)", error);
  return result;
}

static int print_costs(const char *strategy, const char *results, struct tm_error *error) {
  struct tm_costs costs;
  int result = tm_costs_read(results, strategy, &costs, error);
  if (result) return result;
  printf("\nCosts, medians of the newest run of this strategy in %s\n", results);
  if (!costs.count) puts("  none: the file has no samples of it");
  for (size_t i = 0; i < costs.count; i++)
    printf("  %-44s %-16s %14.6g %-8s (%zu samples)\n", costs.cost[i].what, costs.cost[i].metric,
           costs.cost[i].median, costs.cost[i].unit, costs.cost[i].count);
  tm_costs_free(&costs);
  return 0;
}

static int print_words(const struct tm_strategy_entry *e, const char *header,
                       const struct tm_card_options *options, struct tm_error *error) {
  const struct tm_strategy *s = e->strategy;
  printf("%s (%s)\n  %s\n  %s\n\n", s->name, tm_kind_word(e->kind), e->summary, e->source);
  print_claim(header, stdout);
  int offered = tm_strategy_try(s);
  if (s->needs)
    printf("\nNeeds %s: %s.\n", s->needs, offered ? strerror(-offered) : "offered here");
  print_anomalies(s->name, e->kind);
  printf("\nBookkeeping: %zu bytes per memory, %zu per instance.\n", s->memory_bytes,
         s->bookkeeping_bytes_per_instance);
  puts("\nHot half in C");
  print_hot(header, stdout);
  fflush(stdout);
  int result = print_machine_code(s->name, error);
  if (result == -ENOENT) { /* no objdump: the rest of the card is good without */
    printf("\nMachine code: not shown, objdump is not there; install binutils.\n");
    result = 0;
  }
  if (!result && options->results) result = print_costs(s->name, options->results, error);
  if (!options->results) puts("\nCosts: no results file here; 'tidemark bench' makes one.");
  return result;
}

/* ---- the card as JSON -------------------------------------------------------------------------*/

static cJSON *probe_json(const struct tm_probe *p) {
  cJSON *o = cJSON_CreateObject();
  cJSON_AddNumberToObject(o, "bytes", p->bytes);
  cJSON_AddNumberToObject(o, "instructions", p->instructions);
  cJSON_AddNumberToObject(o, "loads", p->loads);
  cJSON_AddNumberToObject(o, "calls", p->calls);
  cJSON_AddStringToObject(o, "disassembly", p->text);
  return o;
}

static int add_machine_code(cJSON *card, const char *strategy, struct tm_error *error) {
  static const char *const names[] = {"load", "size", "poll", "sync"};
  cJSON *probes = cJSON_AddObjectToObject(card, "machine_code");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct tm_probe probe;
    int result = tm_probe_read(strategy, names[i], &probe, error);
    if (result) return result;
    cJSON_AddItemToObject(probes, names[i], probe_json(&probe));
    tm_probe_free(&probe);
  }
  struct tm_access_cost cost;
  int result = tm_probe_access(strategy, &cost, error);
  if (result) return result;
  cJSON *access = cJSON_AddObjectToObject(card, "per_access");
  cJSON_AddNumberToObject(access, "instructions", cost.instructions);
  cJSON_AddNumberToObject(access, "loads", cost.loads);
  cJSON_AddNumberToObject(access, "calls", cost.calls);
  cJSON_AddNumberToObject(access, "bytes", cost.bytes);
  return 0;
}

static void add_anomalies(cJSON *card, const char *strategy) {
  size_t count;
  const struct tm_anomaly *a = tm_anomalies(&count);
  cJSON *list = cJSON_AddArrayToObject(card, "anomalies");
  for (size_t i = 0; i < count; i++) {
    const struct tm_admission *how = tm_admission_find(strategy, a[i].code);
    if (!how) continue;
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "code", a[i].code);
    cJSON_AddStringToObject(o, "verdict", a[i].allowed ? "allowed" : "forbidden");
    cJSON_AddStringToObject(o, "seen", a[i].seen);
    cJSON_AddStringToObject(o, "how", how->how);
    cJSON_AddBoolToObject(o, "weak", how->when == TM_ADMITTED_weak);
    cJSON_AddBoolToObject(o, "failing", how->when == TM_ADMITTED_failing);
    cJSON_AddStringToObject(o, "test", how->test);
    cJSON_AddItemToArray(list, o);
  }
}

static int add_costs(cJSON *card, const char *strategy, const char *results,
                     struct tm_error *error) {
  struct tm_costs costs;
  int result = tm_costs_read(results, strategy, &costs, error);
  if (result) return result;
  cJSON *list = cJSON_AddArrayToObject(card, "costs");
  for (size_t i = 0; i < costs.count; i++) {
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "what", costs.cost[i].what);
    cJSON_AddStringToObject(o, "metric", costs.cost[i].metric);
    cJSON_AddStringToObject(o, "unit", costs.cost[i].unit);
    cJSON_AddNumberToObject(o, "median", costs.cost[i].median);
    cJSON_AddNumberToObject(o, "samples", (double)costs.cost[i].count);
    cJSON_AddItemToArray(list, o);
  }
  tm_costs_free(&costs);
  return 0;
}

static int print_json(const struct tm_strategy_entry *e, const char *header,
                      const struct tm_card_options *options, struct tm_error *error) {
  const struct tm_strategy *s = e->strategy;
  cJSON *card = cJSON_CreateObject();
  char *claim = text_of(print_claim, header), *hot = text_of(print_hot, header);
  cJSON_AddStringToObject(card, "name", s->name);
  cJSON_AddStringToObject(card, "kind", tm_kind_word(e->kind));
  cJSON_AddStringToObject(card, "summary", e->summary);
  cJSON_AddStringToObject(card, "source", e->source);
  if (claim) cJSON_AddStringToObject(card, "claim", claim);
  if (hot) cJSON_AddStringToObject(card, "hot", hot);
  free(claim);
  free(hot);
  if (s->needs) cJSON_AddStringToObject(card, "needs", s->needs);
  cJSON_AddNumberToObject(card, "bytes_per_memory", (double)s->memory_bytes);
  cJSON_AddNumberToObject(card, "bytes_per_instance", (double)s->bookkeeping_bytes_per_instance);
  add_anomalies(card, s->name);
  int result = add_machine_code(card, s->name, error);
  if (result == -ENOENT) result = 0;
  if (!result && options->results) result = add_costs(card, s->name, options->results, error);
  char *text = result ? NULL : cJSON_Print(card);
  cJSON_Delete(card);
  if (!result && !text) result = tm_fail(error, -ENOMEM, "out of memory");
  if (text) puts(text);
  free(text);
  return result;
}

int tm_card_print(const struct tm_strategy_entry *entry, const struct tm_card_options *options,
                  struct tm_error *error) {
  char *header = read_header(entry->strategy->name, error);
  if (!header) return -EIO;
  int result = options->json ? print_json(entry, header, options, error)
                             : print_words(entry, header, options, error);
  free(header);
  return result;
}
