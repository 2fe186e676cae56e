/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REASONS = 32, LIST = 1024 };

/* Engines to which the same happened. */
struct group {
  char why[128], names[LIST];
};

struct tm_summary {
  FILE *out;
  char *text;
  size_t bytes;
  struct group never;
  struct group reason[MOST_REASONS];
  unsigned reasons;
};

struct tm_summary *tm_summary_new(void) {
  struct tm_summary *s = calloc(1, sizeof *s);
  if (s && !(s->out = open_memstream(&s->text, &s->bytes))) {
    free(s);
    s = NULL;
  }
  return s;
}

void tm_summary_test(struct tm_summary *s, const struct tm_suite_case *one) {
  *s->never.names = '\0';
  s->reasons = 0;
  fprintf(s->out, "%s: %s, \"%s\"\n", one->test->name,
          tm_oracle_allowed(one->oracle) ? "allowed" : "forbidden", one->test->doc);
}

static void join(struct group *g, const char *name) {
  size_t n = strlen(g->names);
  snprintf(g->names + n, sizeof g->names - n, "%s%s", n ? ", " : "", name);
}

/* Without "not run: under NAME: ", so that equal reasons are told once. */
static const char *plain_reason(const char *failure, const char *engine) {
  char start[64];
  snprintf(start, sizeof start, "not run: under %s: ", engine);
  size_t length = strlen(start);
  return strncmp(failure, start, length) ? failure : failure + length;
}

static void add_reason(struct tm_summary *s, const char *name, const char *why) {
  unsigned i = 0;
  char text[sizeof s->reason->why];
  snprintf(text, sizeof text, "%.120s", why);
  while (i < s->reasons && strcmp(s->reason[i].why, text)) i++;
  if (i == MOST_REASONS) i--;
  if (i == s->reasons) {
    s->reasons++;
    memcpy(s->reason[i].why, text, sizeof text);
    *s->reason[i].names = '\0';
  }
  join(&s->reason[i], name);
}

void tm_summary_add(struct tm_summary *s, const struct tm_engine *engine,
                    const struct tm_engine_variant *variant, const struct tm_engine_result *result,
                    const struct tm_suite_verdict *v) {
  char name[64];
  uint64_t forbidden = v->grades[TM_SUITE_FORBIDDEN];
  snprintf(name, sizeof name, "%s%s%s", engine->name, variant ? "/" : "",
           variant ? variant->name : "");
  if (v->rounds == 0 || *result->failure)
    add_reason(s, name, plain_reason(result->failure, engine->name));
  if (v->rounds == 0) return;
  if (!v->witnesses && !forbidden) {
    join(&s->never, name);
    return;
  }
  fprintf(s->out, "  %-26s cold %6" PRIu64 " of %6" PRIu64 "   warm %6" PRIu64 " of %6" PRIu64,
          name, v->cold_witnesses, v->cold_rounds, v->witnesses - v->cold_witnesses,
          v->rounds - v->cold_rounds);
  if (forbidden) fprintf(s->out, "   FORBIDDEN %" PRIu64, forbidden);
  fputc('\n', s->out);
}

void tm_summary_end_test(struct tm_summary *s) {
  if (*s->never.names) fprintf(s->out, "  never seen: %s\n", s->never.names);
  for (unsigned i = 0; i < s->reasons; i++)
    fprintf(s->out, "  no full run (%s): %s\n", s->reason[i].why, s->reason[i].names);
}

void tm_summary_show(struct tm_summary *s, FILE *out) {
  fflush(s->out);
  fputs(s->text, out);
}

void tm_summary_free(struct tm_summary *s) {
  if (!s) return;
  fclose(s->out);
  free(s->text);
  free(s);
}
