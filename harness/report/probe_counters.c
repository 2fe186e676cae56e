/* SPDX-License-Identifier: Apache-2.0 */
/* What the system counts beside a measurement: page faults and context switches of this process,
 * from getrusage; interrupts by which processors make each other flush translations, call functions
 * and reschedule, from /proc/interrupts, which are the whole machine's. */
#include "harness/report/probe_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const struct {
  const char *metric, *unit, *interrupt; /* its line in /proc/interrupts; NULL: of getrusage */
} counted[TM_PROBE_COUNTERS] = {
    {"minor_faults", "faults", NULL},           {"voluntary_switches", "switches", NULL},
    {"involuntary_switches", "switches", NULL}, {"tlb_interrupts", "interrupts", "TLB:"},
    {"call_interrupts", "interrupts", "CAL:"},  {"reschedule_interrupts", "interrupts", "RES:"}};

/* "TLB:   2604676    3672164   TLB shootdowns": the sum over all processors. */
static double sum_of(const char *line) {
  double sum = 0;
  for (char *end;; line = end) {
    double one = strtod(line, &end);
    if (end == line) return sum;
    sum += one;
  }
}

void tm_probe_counters(double now[TM_PROBE_COUNTERS]) {
  struct rusage usage;
  char *line = NULL;
  size_t room = 0;
  for (int i = 0; i < TM_PROBE_COUNTERS; i++) now[i] = -1;
  if (!getrusage(RUSAGE_SELF, &usage)) {
    now[0] = (double)usage.ru_minflt;
    now[1] = (double)usage.ru_nvcsw;
    now[2] = (double)usage.ru_nivcsw;
  }
  FILE *in = fopen("/proc/interrupts", "r");
  while (in && getline(&line, &room, in) > 0) {
    const char *name = line + strspn(line, " ");
    for (int i = 0; i < TM_PROBE_COUNTERS; i++)
      if (counted[i].interrupt && !strncmp(name, counted[i].interrupt, 4))
        now[i] = sum_of(name + 4);
  }
  if (in) fclose(in);
  free(line);
}

void tm_probe_counters_add(double sum[TM_PROBE_COUNTERS], const double before[TM_PROBE_COUNTERS]) {
  double now[TM_PROBE_COUNTERS];
  tm_probe_counters(now);
  for (int i = 0; i < TM_PROBE_COUNTERS; i++)
    sum[i] = sum[i] < 0 || before[i] < 0 || now[i] < before[i] ? -1 : sum[i] + now[i] - before[i];
}

static void attach(cJSON *to, const char *metric, const char *unit, double value) {
  cJSON *one = cJSON_CreateObject();
  cJSON_AddStringToObject(one, "metric", metric);
  cJSON_AddStringToObject(one, "unit", unit);
  cJSON_AddNumberToObject(one, "value", value);
  cJSON_AddItemToArray(to, one);
}

void tm_probe_counters_keep(struct tm_probe *p, const double sum[TM_PROBE_COUNTERS], double grows) {
  cJSON *cell = cJSON_GetArrayItem(p->cells, cJSON_GetArraySize(p->cells) - 1);
  if (!cell) return;
  cJSON *list = cJSON_AddArrayToObject(cell, "counters");
  if (grows >= 0) attach(list, "grows", "grows", grows);
  for (int i = 0; i < TM_PROBE_COUNTERS; i++)
    if (sum[i] >= 0) attach(list, counted[i].metric, counted[i].unit, sum[i]);
}
