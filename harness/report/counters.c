/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/counters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct tm_counter tm_counter[TM_COUNTERS] = {
    {"minor_faults", "faults"},           {"voluntary_switches", "switches"},
    {"involuntary_switches", "switches"}, {"tlb_interrupts", "interrupts"},
    {"call_interrupts", "interrupts"},    {"reschedule_interrupts", "interrupts"}};
/* Their lines in /proc/interrupts. */
static const char *const lines[TM_COUNTERS] = {NULL, NULL, NULL, "TLB:", "CAL:", "RES:"};

/* "   2604676    3672164   TLB shootdowns": the sum over all processors. */
static double sum_of(const char *line) {
  double sum = 0;
  for (char *end;; line = end) {
    double one = strtod(line, &end);
    if (end == line) return sum;
    sum += one;
  }
}

void tm_counters_of(double sum[TM_COUNTERS], const struct rusage *usage) {
  sum[0] = (double)usage->ru_minflt;
  sum[1] = (double)usage->ru_nvcsw;
  sum[2] = (double)usage->ru_nivcsw;
}

void tm_counters(double now[TM_COUNTERS]) {
  struct rusage usage;
  char *line = NULL;
  size_t room = 0;
  for (int i = 0; i < TM_COUNTERS; i++) now[i] = -1;
  if (!getrusage(RUSAGE_SELF, &usage)) tm_counters_of(now, &usage);
  FILE *in = fopen("/proc/interrupts", "r");
  while (in && getline(&line, &room, in) > 0) {
    const char *name = line + strspn(line, " ");
    for (int i = 0; i < TM_COUNTERS; i++)
      if (lines[i] && !strncmp(name, lines[i], 4)) now[i] = sum_of(name + 4);
  }
  if (in) fclose(in);
  free(line);
}

void tm_counters_add(double sum[TM_COUNTERS], const double before[TM_COUNTERS]) {
  double now[TM_COUNTERS];
  tm_counters(now);
  for (int i = 0; i < TM_COUNTERS; i++)
    sum[i] = sum[i] < 0 || before[i] < 0 || now[i] < before[i] ? -1 : sum[i] + now[i] - before[i];
}
